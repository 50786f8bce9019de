"""Every error of the package, grouped by what the caller should do next.

::

    CmmsError
    ├── RetryError             try again later, the cause may pass
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
    ├── RunCancelled           somebody asked for it: close the run as cancelled
    └── AskPerson              needs a decision, for example unknown equipment to replay

A single bad record is never an exception: it is a rejected row with a code (see ``include/expectations``).
Errors carry what helps to mend them, survive pickling (Airflow ships them between processes) and never
carry a credential or a response body. What tasks hand to each other, and a log row keeps, is a :class:`Failure`.
"""

from __future__ import annotations

import traceback
from dataclasses import asdict, dataclass
from typing import Any, Self

_STACK_LENGTH = 8_000


class CmmsError(Exception):
    """Base of all errors; ``context`` holds the facts that help to mend it (endpoint, page, key...)."""

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
    """The cause may pass by itself: Airflow retries the task."""


class StopError(CmmsError):
    """Retrying cannot help: the run fails at once and nothing more is merged."""


class AskPerson(CmmsError):
    """A person has to decide before this can go on."""


class RunCancelled(CmmsError):
    """Somebody asked through the log row to cancel this run."""


class ApiUnavailable(RetryError):
    """Time-out, reset, 408 or 5xx after all attempts within the deadline."""

    category = "api"


class RateLimited(RetryError):
    """429 whose Retry-After is longer than the cap; ``wait_seconds`` names it."""

    category = "api"


class IncompleteFetch(RetryError):
    """A page is missing, repeated or the total does not match: nothing may be merged from this fetch."""

    category = "api"


class DatabaseUnavailable(RetryError):
    """The server is down, went away or is read-only, or a lock could not be had in three attempts."""

    category = "database"


class StatementTooLong(DatabaseUnavailable):
    """The server ended a statement at its session's time limit, or somebody ended it; the server itself answers."""


class StorageUnavailable(RetryError):
    """The storage between the tasks, or the folder for temporary files, is full, read-only or not there."""


class PackageIncomplete(RetryError):
    """A file of ``include/`` is not on this machine; another worker may have it."""


class RunConflict(RetryError):
    """Another run holds the same unit of work."""


class Abandoned(RetryError):
    """The run's process gave no sign of life for longer than its lease: the watchdog closed the run."""


class RunTimedOut(RetryError):
    """The DAG run took longer than its time-out; Airflow skipped the rest of its tasks."""


class DagRunFailed(RetryError):
    """The DAG run failed before its closing task could: ended by hand, or by Airflow."""


class SettingsError(StopError):
    """A setting is missing or wrong; the message names the field and what is allowed."""


class ApiRefused(StopError):
    """401, 403, 404, 409 or another status that a repetition will not change."""

    category = "api"


class BadPayload(StopError):
    """The body is no JSON, an HTML page, too large, or not shaped as the settings say."""

    category = "api"


class AnswerIncomplete(StopError):
    """The answer says that more records exist than came, and no setting uses what it says; nothing is merged."""

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
    """Disk full, missing privilege: repeating only makes it worse."""

    category = "database"


class Fenced(StopError):
    """A newer attempt took over this unit of work: this process must not commit."""


class HandoverMissing(StopError):
    """Pages, chunks or staging rows of an earlier step are not there, or damaged: clear and re-run from that step."""


@dataclass(frozen=True)
class Failure:
    """Why something failed, as a value.

    Attributes:
        message: in words, with the facts that help to mend it.
        name: class of the error; None where none was raised (a killed worker, steps that were marked by hand).
        category: of the error.
        stack_trace: the end of it, where there is one.
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
        """Whether somebody asked for it."""
        return self.name == RunCancelled.__name__

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.name else self.message

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`; a task of an older version has left ``{"error": "Name: message"}``."""
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
