"""Every error of the package, grouped by what the caller should do next.

::

    CmmsError
    ├── RetryError             try again later: the cause may be temporary
    │   ├── ApiUnavailable
    │   ├── RateLimited
    │   ├── IncompleteFetch
    │   ├── DatabaseUnavailable
    │   │   └── StatementTooLong
    │   ├── StorageUnavailable
    │   ├── PackageIncomplete
    │   ├── RunConflict
    │   ├── Abandoned
    │   ├── RunTimedOut
    │   └── DagRunFailed
    ├── StopError              do not retry, nothing was merged
    │   ├── SettingsError
    │   ├── ApiRefused
    │   ├── BadPayload
    │   ├── AnswerIncomplete
    │   ├── ContractBroken
    │   ├── BatchRuleBroken
    │   │   └── StaleMaster
    │   ├── DatabaseRefused
    │   ├── Fenced
    │   └── HandoverMissing
    ├── RunCancelled           a person cancelled it: close the run as cancelled
    └── AskPerson              needs a decision, for example unknown equipment to replay

A single bad record is never an exception: it is a rejected row with a code (see ``include/expectations``).
Errors carry the facts that help to fix them, survive pickling (Airflow passes them between processes) and never
carry a credential or a response body. Tasks pass a :class:`Failure` to each other, and log rows store it.
"""

from __future__ import annotations

import traceback
from dataclasses import asdict, dataclass
from typing import Any, Self

_STACK_LENGTH = 8_000


class CmmsError(Exception):
    """Base of all errors; ``context`` holds the facts that help to fix it (endpoint, page, key...)."""

    category = "business"

    def __init__(self, message: str, /, **context: Any) -> None:
        super().__init__(message)
        self.message = message
        self.context = context

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.context.items() if value is not None)
        return f"{self.message} ({facts})" if facts else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.context)


def _rebuild(kind: type[CmmsError], message: str, context: dict[str, Any]) -> CmmsError:
    return kind(message, **context)


class RetryError(CmmsError):
    """The cause may be temporary: Airflow retries the task."""


class StopError(CmmsError):
    """Retrying cannot help: the run fails at once and nothing more is merged."""


class AskPerson(CmmsError):
    """A person has to decide before this can continue."""


class RunCancelled(CmmsError):
    """A person cancelled this run through its log row."""


class ApiUnavailable(RetryError):
    """Time-out, reset, 408 or 5xx after all attempts within the deadline."""

    category = "api"


class RateLimited(RetryError):
    """429 with a Retry-After above the limit; ``wait_seconds`` holds it."""

    category = "api"


class IncompleteFetch(RetryError):
    """A page is missing or repeated, or the total does not match: nothing of this fetch may be merged."""

    category = "api"


class DatabaseUnavailable(RetryError):
    """The server is down, the connection broke, the server is read-only, or three attempts to get a lock failed."""

    category = "database"


class StatementTooLong(DatabaseUnavailable):
    """A statement hit the session's time limit or was killed; the server itself answers."""


class StorageUnavailable(RetryError):
    """The storage that the tasks share, or the folder for temporary files, is full, read-only or missing."""


class PackageIncomplete(RetryError):
    """A file of ``include/`` is missing on this machine; another worker may have it."""


class RunConflict(RetryError):
    """Another run holds the same unit of work."""


class Abandoned(RetryError):
    """The run's process sent no heartbeat for longer than its lease: the watchdog closed the run."""


class RunTimedOut(RetryError):
    """The DAG run took longer than its time-out; Airflow skipped the rest of its tasks."""


class DagRunFailed(RetryError):
    """The DAG run failed before its closing task ran: a person or Airflow ended it."""


class SettingsError(StopError):
    """A setting is missing or wrong; the message names the field and what is allowed."""


class ApiRefused(StopError):
    """401, 403, 404, 409 or another status that a retry will not change."""

    category = "api"


class BadPayload(StopError):
    """The body is not JSON, is an HTML page, is too large, or does not have the shape that the settings describe."""

    category = "api"


class AnswerIncomplete(StopError):
    """The answer says that more records exist than arrived, and no setting covers that; nothing is merged."""

    category = "api"


class ContractBroken(StopError):
    """A mapped field is missing in all records: renamed or dropped at the source."""

    category = "validation"


class BatchRuleBroken(StopError):
    """Empty payload, shrunken snapshot, or more rejected records than the limit."""

    category = "validation"


class StaleMaster(BatchRuleBroken):
    """``rules.stale_master`` is ``block`` and today's equipment sync has not succeeded.

    ``sync_log_id`` is the run that is open and has to be closed; it does not cross processes.
    """

    def __init__(self, message: str, /, *, sync_log_id: int | None = None, **context: Any) -> None:
        super().__init__(message, **context)
        self.sync_log_id = sync_log_id


class DatabaseRefused(StopError):
    """Disk full or a missing privilege: retrying only makes it worse."""

    category = "database"


class Fenced(StopError):
    """A newer attempt took over this unit of work: this process must not commit."""


class HandoverMissing(StopError):
    """Pages, chunks or staging rows of an earlier step are missing or damaged: clear and re-run from that step."""


@dataclass(frozen=True)
class Failure:
    """Why something failed, as a value.

    Attributes:
        message: in words, with the facts that help to fix it.
        name: class of the error; None if none was raised (a killed worker, steps that were marked manually).
        category: of the error.
        stack_trace: its end, if there is one.
    """

    message: str
    name: str | None = None
    category: str = CmmsError.category
    stack_trace: str | None = None

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """An error as a value; one that was never raised has no stack trace."""
        category = error.category if isinstance(error, CmmsError) else CmmsError.category
        trace = "".join(traceback.format_exception(error))[-_STACK_LENGTH:] if error.__traceback__ else None
        return cls(str(error), type(error).__name__, category, trace)

    @property
    def is_cancelled(self) -> bool:
        """Whether a person cancelled the run."""
        return self.name == RunCancelled.__name__

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.name else self.message

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; tasks of an older version wrote ``{"error": "Name: message"}``."""
        if "error" not in raw:
            return cls(**raw)
        name, _, message = str(raw["error"]).partition(": ")
        kind = _find_kind(name)
        if kind is None:
            return cls(raw["error"], stack_trace=raw.get("stack_trace"))
        return cls(message, name, kind.category, raw.get("stack_trace"))


def _find_kind(name: str) -> type[CmmsError] | None:
    kinds: list[type[CmmsError]] = [CmmsError]
    while kinds:
        kind = kinds.pop()
        if kind.__name__ == name:
            return kind
        kinds.extend(kind.__subclasses__())
    return None
