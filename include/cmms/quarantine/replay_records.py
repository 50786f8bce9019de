"""Replay rejected records that a person has chosen. Input: ids. Output: what is rejected again, and runs of the rest.

Up to :data:`~cmms.quarantine.check_rejects.CHECK_LIMIT` records are validated at once: the answer says what fails
again, and why; only what passes is requested as a run of ``cmms_on_request``, which validates it once more with
everything else of its day and stores it. More records are all given to the run (decision 0032).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import Changed, audit_many
from cmms.access.connections import raw_session, write
from cmms.access.read_rows import read_live
from cmms.database import Cursor, execute, query
from cmms.maintenance.meters.change_meter import check_for_machine
from cmms.maintenance.meters.check_change import MeterChange
from cmms.quarantine.check_rejects import CHECK_LIMIT, check_rejects
from cmms.quarantine.handle_rejects import lock_rejects
from cmms.run_control.ask_for_work import ask_for_work
from cmms.run_control.start_syncs import StartedRun
from cmms.streams import STREAMS
from cmms.sync.accept_counters import find_counter_rejects, write_acceptance
from cmms.sync.merge.name_record import SUPERSEDED_BY, category
from cmms.sync.validate.rule_suites import Finding

REPLAY_LIMIT = 1_000


@dataclass(frozen=True)
class Replayed:
    """What became of a record that was validated again; code and message say why it was rejected, if it was."""

    record_key: str
    status: str
    code: str
    message: str
    note: str | None = None

    @property
    def superseded(self) -> str:
        """By what, if it is resolved and was not stored because a newer record is."""
        return self.note or "" if self.status == "resolved" and (self.note or "").startswith(SUPERSEDED_BY) else ""


@dataclass(frozen=True)
class Replay:
    """A replay that was asked for.

    Attributes:
        rejected: records that were validated in the request and break a rule again.
        waiting: how many records the runs store if they still pass there.
        runs: one for each stream; none if nothing passes.
    """

    rejected: tuple[Replayed, ...]
    waiting: int
    runs: tuple[StartedRun, ...]


@dataclass(frozen=True)
class AcceptedCounter:
    """A person says that a counter may show less than before: ``kind`` as in ``meter_segments``, and why.

    ``old_final`` and ``new_initial``: what the old counter showed at last and the new one at first, where it is known.
    """

    kind: str
    reason: str
    old_final: Decimal | None = None
    new_initial: Decimal | None = None

    @property
    def is_stated(self) -> bool:
        """Whether values are stated, which are those of one counter only."""
        return self.old_final is not None or self.new_initial is not None


def accept_counters(actor: Actor, keys: Sequence[int], accepted: AcceptedCounter, *, request: str = "") -> Replay:
    """Take the counters of rejected readings as they are, and replay those; later days follow them.

    Raises:
        Invalid: no reason, or values that cannot be, or values for several readings. Stale: a record that is no open
            reading with a counter that decreased, stands still or shows less than the hours of its day.
    """
    actor.require(Capability.EDIT)
    if not accepted.reason.strip():
        raise Invalid("Accepting a counter needs a reason.", reason="is required")
    if not 1 <= len(keys) <= REPLAY_LIMIT:
        raise Invalid(f"choose 1 to {REPLAY_LIMIT:,} records")
    if accepted.is_stated and len(set(keys)) > 1:
        text = "is of one counter: choose one record"
        raise Invalid("Values of a counter are of one reading.", old_final=text, new_initial=text)

    def work(cursor: Cursor) -> None:
        found = find_counter_rejects(cursor.connection, keys)
        if len(found) < len(set(keys)):
            raise Stale(
                "Choose only open readings of known machines whose counter has decreased, stands still or shows less"
                " than the hours of its day."
            )
        stated = accepted
        if accepted.is_stated:
            stated = _check_stated(cursor, actor, accepted, found[0])
        write_acceptance(
            cursor,
            keys,
            reason=accepted.reason,
            user=actor.name,
            kind=accepted.kind,
            old_final=stated.old_final,
            new_initial=stated.new_initial,
        )

    write(work, what="accepting counter readings")
    return replay(actor, keys, request=request)


def _check_stated(
    cursor: Cursor, actor: Actor, accepted: AcceptedCounter, record: Mapping[str, Any]
) -> AcceptedCounter:
    """The values as they are stored; raises :class:`Invalid` if they cannot be."""
    change = MeterChange(
        from_date=record["reading_date"],
        kind=accepted.kind,
        old_final=accepted.old_final,
        new_initial=accepted.new_initial,
        reason=accepted.reason,
    )
    checked = check_for_machine(cursor, actor, int(record["equipment_id"]), change)
    return replace(accepted, old_final=checked.old_final, new_initial=checked.new_initial)


def replay(actor: Actor, keys: Sequence[int], *, request: str = "") -> Replay:
    """Validate records again, and have those stored that pass.

    Args:
        actor: who asks.
        keys: the records; those that are not open any more are left alone.
        request: its name; the same one again starts no second run.

    Raises:
        Invalid: none or too many. NotFound: no such records. Forbidden, AirflowRefused: Airflow starts no run; records
            that were rejected again have their new reason all the same.
    """
    actor.require(Capability.EDIT)
    if not 1 <= len(keys) <= REPLAY_LIMIT:
        raise Invalid(f"choose 1 to {REPLAY_LIMIT:,} records")
    rows = write(lambda cursor: _note(cursor, actor, keys), what="noting a replay")
    if not rows:
        raise NotFound("these records do not exist (any more)")
    failed = _find_broken(rows) if len(rows) <= CHECK_LIMIT else {}
    if failed:
        write(lambda cursor: _reject_again(cursor, failed), what="noting why records are rejected again")
    left = [row for row in rows if row["id"] not in failed and row["status"] not in ("resolved", "discarded")]
    runs = tuple(_ask(actor, stream, left, request) for stream in STREAMS if _ids_of(stream, left))
    return Replay(tuple(read_replayed(sorted(failed))), len(left), runs)


def read_replayed(keys: Sequence[int]) -> list[Replayed]:
    """What has become of these records."""
    rows = read_live("quarantine/reject_statuses", {"ids": tuple(keys)}) if keys else []
    return [Replayed(**row) for row in rows]


def find_open_rejects(equipment_ids: Sequence[int]) -> list[int]:
    """The ids of rejected records of these machines that are still open, oldest first.

    Raises:
        NotFound: there is none. Invalid: more than can be replayed at once.
    """
    bounds = {"ids": tuple(equipment_ids), "row_limit": REPLAY_LIMIT + 1}
    with raw_session() as connection:
        found = query(connection, "quarantine/open_rejects_of", bounds)
    if not found:
        raise NotFound("these machines have no rejected record that is open")
    if len(found) > REPLAY_LIMIT:
        raise Invalid(f"these machines have more than {REPLAY_LIMIT:,} open records: choose fewer machines")
    return [int(row["id"]) for row in found]


def _note(cursor: Cursor, actor: Actor, keys: Sequence[int]) -> list[dict[str, Any]]:
    """Who has asked, of each record; returns their rows."""
    rows = lock_rejects(cursor, keys)
    changed = [Changed(row["id"], {"status": row["status"]}) for row in rows]
    audit_many(cursor, actor, "replay", "sync_record_errors", changed, batch_id=str(uuid4()))
    return rows


def _find_broken(rows: Sequence[Mapping[str, Any]]) -> dict[int, Finding]:
    """The records that would be rejected again, and why."""
    with raw_session() as connection:
        found = check_rejects(connection, [int(row["id"]) for row in rows])
    return {key: finding for key, finding in found.items() if finding is not None}


def _reject_again(cursor: Cursor, failed: Mapping[int, Finding]) -> None:
    records = [
        {"id": key, **_set_facts(finding), "message": finding.message[:500], "category": category(finding.code)}
        for key, finding in sorted(failed.items())
    ]
    execute(cursor, "quarantine/reject_again", {"records": json.dumps(records, ensure_ascii=False)})


def _set_facts(finding: Finding) -> dict[str, str]:
    """What a finding says; a fact that it does not have is left out, which JSON_TABLE reads as NULL."""
    return {name: value for name, value in asdict(finding).items() if value is not None}


def _ids_of(stream: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(row["id"]) for row in rows if row["stream"] == stream]


def _ask(actor: Actor, stream: str, rows: Sequence[Mapping[str, Any]], request: str) -> StartedRun:
    asked = {"stream": stream, "ids": _ids_of(stream, rows)}
    return ask_for_work(actor, "replay", asked, request=f"{request}_{stream}" if request else "")
