"""The typed records of alerting: what is said (Alert), to whom (Receiver), and what is known of the past.

All instants are UTC with time zone; the database keeps them without (:func:`to_database`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Self

from cmms.sync.records import Level
from cmms.sync.runs.levels import Channel

Transition = Literal["firing", "resolved", "noted"]
"""Begun, over, or only to be known: an event that nobody has to react to."""


@dataclass(frozen=True)
class Alert:
    """Something to tell people, complete: rendering it needs nothing else.

    Attributes:
        rule_key: Which rule raised it, for example ``run_failed``.
        fingerprint: Identifies an alert that must not be sent twice while open: rule, sync type and error class.
        facts: Label and value pairs for people; values may hold data from outside, so renderers escape.
        advice: What to do next.
        at: When it happened (end of the run), not when it is sent.
        run: Identity of the run, so that several callbacks of one run count once.
    """

    rule_key: str
    fingerprint: str
    level: Level
    title: str
    facts: tuple[tuple[str, str], ...]
    advice: str
    at: datetime
    transition: Transition = "firing"
    link: str | None = None
    run: str | None = None
    sync_log_id: int | None = None
    respond_by: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **asdict(self),
            "at": self.at.isoformat(),
            "respond_by": self.respond_by.isoformat() if self.respond_by else None,
        }

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        return cls(
            **{
                **raw,
                "facts": tuple((str(label), str(value)) for label, value in raw["facts"]),
                "at": datetime.fromisoformat(raw["at"]),
                "respond_by": datetime.fromisoformat(raw["respond_by"]) if raw["respond_by"] else None,
            }
        )


@dataclass(frozen=True)
class PastRun:
    """One finished earlier run of the same sync type."""

    status: str
    completed_at: datetime
    error_class: str | None = None
    error_category: str | None = None
    processed: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class OpenAlert:
    """An alert that was raised and not resolved yet; ``run`` is the last run that raised it."""

    rule_key: str
    fingerprint: str
    title: str
    level: Level
    last_at: datetime
    run: str | None = None


@dataclass(frozen=True)
class RunHistory:
    """What the rules need to know besides the run itself; empty when no database answers.

    Attributes:
        runs: Finished runs of the same sync type before this one, newest first, cancelled ones left out.
        open_alerts: Everything still open, of all sync types.
        last_good_at: End of the last run that did not fail.
        missing_readings: Machines that have stopped reporting with the run's days.
    """

    runs: tuple[PastRun, ...] = ()
    open_alerts: tuple[OpenAlert, ...] = ()
    last_good_at: datetime | None = None
    missing_readings: int = 0


@dataclass(frozen=True)
class Receiver:
    """Where a message goes: an e-mail address, or the id of a Slack webhook connection (never its URL)."""

    channel: Channel
    target: str


@dataclass(frozen=True)
class Delivery:
    """One message to one receiver, claimed by this process. ``attempts`` fences the claim."""

    delivery_id: int
    event_id: int
    attempts: int
    receiver: Receiver
    alert: Alert


@dataclass(frozen=True)
class Outcome:
    """How sending went: ``error`` (no secret in it) is None when the receiver took the message."""

    error: str | None = None
    retry_after_seconds: float | None = None


def to_database(at: datetime) -> datetime:
    """UTC without zone, as DATETIME columns hold it; a value without zone is UTC already."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def from_database(at: datetime) -> datetime:
    """Inverse of :func:`to_database`."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
