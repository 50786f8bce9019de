"""Rejected records: by code, by unknown machine, and what became of one.

Input: ``sync_record_errors`` and the audit log. Output: frozen rows; instants are UTC without zone, as stored. Open:
not resolved and not discarded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cmms.figures.typed_rows import read_typed
from cmms.streams import streams_with


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCode:
    """How many open records have a code."""

    code: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCode:
    """Open records of known machines with a code; ``retries`` is how often they were validated again, all together."""

    code: str
    category: str
    records: int
    machines: int
    retries: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TopCode:
    """A code of a period, and whether it is one machine, one unit of work, or all over."""

    code: str
    category: str
    records: int
    machines: int
    units: int
    open_records: int | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSummary:
    """What became of the records with a code."""

    code: str
    open_records: int
    in_work: int
    resolved: int
    discarded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastHandled:
    """What a person did last with a record that has a code."""

    code: str
    actor: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResolved:
    """When a record with a code was resolved last; by None: by a sync that stored it."""

    code: str
    resolved_by: str | None
    resolved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedCode:
    """Records that were validated more than once, and how many of them are stored now."""

    code: str
    tried: int
    then_stored: int
    most_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A machine that open readings name and nobody knows; ``machines`` counts all of them."""

    equipment_number: str | None
    records: int
    attempts: int
    first_day: date | None
    last_day: date | None
    first_seen_at: datetime
    last_seen_at: datetime
    machines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectReason:
    """Why a record is rejected, in the words of the rule."""

    code: str
    message: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectAct:
    """What somebody did with a record; ``after_json`` is what it was afterwards."""

    at: datetime
    actor: str
    action: str
    after_json: str | None


def open_codes() -> tuple[OpenCode, ...]:
    """WAD-11: open records by code, the most frequent first, twelve at most."""
    return read_typed(OpenCode, "figures/open_error_codes")


def machine_codes() -> tuple[MachineCode, ...]:
    """TAB-06W: open records of known machines by code, the most frequent first."""
    return read_typed(MachineCode, "figures/machine_errors")


def top_codes(since: date, limit: int) -> tuple[TopCode, ...]:
    """SYM-T4: records seen since a day by code, the most frequent first."""
    return read_typed(TopCode, "figures/top_codes", {"since": since, "row_limit": limit})


def code_summaries(since: date) -> tuple[CodeSummary, ...]:
    """WAD-11: records seen since a day by code, those with most open ones first, twenty at most."""
    return read_typed(CodeSummary, "figures/error_summary", {"since": since})


def last_handled(since: date) -> dict[str, LastHandled]:
    """WAD-11: by code, the last act of a person since a day."""
    return {row.code: row for row in read_typed(LastHandled, "figures/last_handled", {"since": since})}


def last_resolved(since: date) -> dict[str, LastResolved]:
    """WAD-11: by code, of records seen since a day."""
    return {row.code: row for row in read_typed(LastResolved, "figures/last_resolved", {"since": since})}


def replayed_codes(since: date) -> tuple[ReplayedCode, ...]:
    """SYM-T5: records seen since a day by code, those replayed most first, twelve at most."""
    return read_typed(ReplayedCode, "figures/replayed_records", {"since": since})


def orphans(limit: int) -> tuple[Orphan, ...]:
    """RT-12: unknown machines, those with most records first."""
    return read_typed(Orphan, "figures/orphans", {"streams": streams_with("machines"), "row_limit": limit})


def reject_reason(reject_id: int) -> RejectReason | None:
    """DLQ-03: None when the record is not stored any more."""
    return next(iter(read_typed(RejectReason, "figures/reject_reason", {"id": reject_id})), None)


def acts_on_reject(reject_id: int) -> tuple[RejectAct, ...]:
    """WAD-11: what people did with a record, newest first, 50 at most."""
    return read_typed(RejectAct, "figures/acts_on_reject", {"id_text": str(reject_id)})
