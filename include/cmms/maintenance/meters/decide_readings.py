"""What people decide about readings: accept or void a doubtful one, void any stored one, and undo either.

Input: chosen rows and a reason. Output: decisions, audited. In the same transaction the readings of the machines are
judged again, because a decision changes with what the later ones are compared, and the machines are evaluated, because
it changes what is due. Nothing is deleted: a void reading stays visible and is out of every calculation
(docs/decisions/0039).

Locks: the reference version, so that decisions and merges take turns; then machines by key, as evaluations do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import Changed, audit_many
from cmms.access.connections import raw_session, write
from cmms.database import Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.site_today import site_today
from cmms.settings.stored_versions import current_settings
from cmms.sync.merge.judge_machines import judge_machines

DECISION_LIMIT = 10_000
"""So many readings are decided on at once."""
REASON_LENGTH = 255
_BATCH = 2_000
_DOUBTS, _READINGS = "doubtful_readings", "equipment_running_times"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Decided:
    """How many readings were decided on, of which machines, and how many of the chosen ones were left as they are."""

    readings: int
    machines: tuple[int, ...]
    left: int


@dataclass(frozen=True)
class DoubtfulDay:
    """The machine and the day of a doubtful reading."""

    equipment_id: int
    day: date


def find_doubt(key: int, version: int | None = None) -> DoubtfulDay:
    """Of which machine and day a row of ``doubtful_readings`` is.

    Raises:
        NotFound: there is no such row. Stale: it has another version than was seen, or is decided.
    """
    with raw_session() as connection:
        found = query(connection, "maintenance/meters/doubts", {"ids": (key,)})
    if not found:
        raise NotFound("this reading is not doubtful (any more)")
    if found[0]["state"] != "open" or version not in (None, found[0]["row_version"]):
        raise Stale("This reading has been changed meanwhile. Look at it again before you decide.")
    return DoubtfulDay(int(found[0]["equipment_id"]), found[0]["date"])


def accept_doubts(actor: Actor, keys: Sequence[int], reason: str, *, version: int | None = None) -> Decided:
    """Take doubtful readings as right: they count like any other, as long as the source does not change them.

    Args:
        actor: who decides; needs the right to edit.
        keys: rows of ``doubtful_readings``.
        reason: why, in words.
        version: of the one row, as it was seen; None: whatever it is.

    Raises:
        Invalid: no reason, or none or too many rows. NotFound: none of the rows is there any more. Stale: the one row
            was changed meanwhile.
    """
    return _decide(
        actor,
        keys,
        reason,
        rows="maintenance/meters/doubts",
        may=lambda row: row["state"] == "open",
        statements=("maintenance/meters/accept_doubts",),
        record=(_DOUBTS, "accept_reading"),
        version=version,
    )


def void_doubts(actor: Actor, keys: Sequence[int], reason: str, *, version: int | None = None) -> Decided:
    """Declare doubtful readings void; arguments and errors as :func:`accept_doubts`."""
    return _decide(
        actor,
        keys,
        reason,
        rows="maintenance/meters/doubts",
        may=lambda row: not row["is_void"],
        statements=("maintenance/meters/insert_voids", "maintenance/meters/void_doubts"),
        record=(_DOUBTS, "void_reading"),
        version=version,
    )


def void_readings(actor: Actor, keys: Sequence[int], reason: str) -> Decided:
    """Declare any stored readings void, doubtful or not; ``keys`` are rows of ``equipment_running_times``."""
    return _decide(
        actor,
        keys,
        reason,
        rows="maintenance/meters/stored_readings",
        may=lambda row: not row["is_void"],
        statements=("maintenance/meters/insert_voids", "maintenance/meters/void_doubts"),
        record=(_READINGS, "void_reading"),
    )


def undo_voids(actor: Actor, keys: Sequence[int], reason: str) -> Decided:
    """Let void readings count again; ``keys`` are rows of ``equipment_running_times``. Doubtful ones wait again."""
    return _decide(
        actor,
        keys,
        reason,
        rows="maintenance/meters/stored_readings",
        may=lambda row: bool(row["is_void"]),
        statements=("maintenance/meters/undo_voids",),
        record=(_READINGS, "undo_void"),
    )


def reopen_doubts(actor: Actor, keys: Sequence[int], reason: str, *, version: int | None = None) -> Decided:
    """Take back what was decided on doubtful readings: they wait for a person again, if they are still doubtful.

    A meter change is taken back where it was declared. Arguments and errors as :func:`accept_doubts`.
    """
    return _decide(
        actor,
        keys,
        reason,
        rows="maintenance/meters/doubts",
        may=lambda row: row["state"] in ("accepted", "void"),
        statements=("maintenance/meters/undo_voids", "maintenance/meters/reopen_doubts"),
        record=(_DOUBTS, "reopen_reading"),
        version=version,
    )


def judge_again(cursor: Cursor, changed: Mapping[int, tuple[date, date]]) -> None:
    """Judge readings again after a decision, in the caller's transaction, and have merges validate theirs again.

    Args:
        cursor: of the transaction, which has locked the reference version.
        changed: by machine the first and the last day of what changed.
    """
    settings = current_settings(cursor.connection)[0]
    by_days: dict[tuple[date, date], list[int]] = {}
    for equipment_id, days in changed.items():
        by_days.setdefault(days, []).append(equipment_id)
    for (first_day, last_day), machines in sorted(by_days.items()):
        judge_machines(cursor, sorted(machines), first_day=first_day, last_day=last_day, settings=settings)
    execute(cursor, "raise_version")


def _decide(
    actor: Actor,
    keys: Sequence[int],
    reason: str,
    *,
    rows: str,
    may: Callable[[Row], bool],
    statements: Sequence[str],
    record: tuple[str, str],
    version: int | None = None,
) -> Decided:
    """Lock the machines, carry out ``statements`` for the rows that ``may`` admits, judge and evaluate the machines."""
    actor.require(Capability.EDIT)
    wanted = sorted(set(keys))
    _check(wanted, reason)

    def work(cursor: Cursor) -> Decided:
        execute(cursor, "sync/validate/lock_version")
        found = _read(cursor, rows, wanted)
        if not found:
            raise NotFound("these readings do not exist (any more)")
        if version is not None and found[0]["row_version"] != version:
            raise Stale("This reading has been changed meanwhile. Look at it again before you decide.")
        for ids in _split(sorted({int(row["equipment_id"]) for row in found})):
            query(cursor.connection, "maintenance/lock_machines", {"ids": ids})
        chosen = [row for row in found if may(row)]
        machines = tuple(sorted({int(row["equipment_id"]) for row in chosen}))
        if chosen:
            for statement in statements:
                _execute(cursor, statement, chosen, actor, reason)
            judge_again(cursor, _days_of(chosen))
            _audit(cursor, actor, record, chosen, reason)
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=machines)
        return Decided(len(chosen), machines, len(wanted) - len(chosen))

    return write(work, what="deciding on readings")


def _check(keys: Sequence[int], reason: str) -> None:
    if not keys:
        raise Invalid("no reading was chosen")
    if len(keys) > DECISION_LIMIT:
        raise Invalid(f"At most {DECISION_LIMIT:,} readings are decided on at once: choose fewer.")
    if not reason.strip():
        raise Invalid("Deciding on a reading needs a reason.", reason="is required")
    if len(reason) > REASON_LENGTH:
        raise Invalid("The reason is too long.", reason=f"at most {REASON_LENGTH} characters")


def _read(cursor: Cursor, statement: str, keys: Sequence[int]) -> list[dict[str, Any]]:
    return [row for ids in _split(keys) for row in query(cursor.connection, statement, {"ids": ids})]


def _execute(cursor: Cursor, statement: str, rows: Sequence[Row], actor: Actor, reason: str) -> None:
    for ids in _split(sorted(int(row["reading_id"]) for row in rows)):
        execute(cursor, statement, {"ids": ids, "reason": reason, "user": actor.name[:120]})


def _days_of(rows: Sequence[Row]) -> dict[int, tuple[date, date]]:
    """The first and the last chosen day of each machine."""
    days: dict[int, tuple[date, date]] = {}
    for row in rows:
        equipment_id, day = int(row["equipment_id"]), row["date"]
        first, last = days.get(equipment_id, (day, day))
        days[equipment_id] = (min(first, day), max(last, day))
    return days


def _audit(cursor: Cursor, actor: Actor, record: tuple[str, str], rows: Sequence[Row], reason: str) -> None:
    entity, action = record
    shown = ("equipment_number", "date", "counter", "state")
    changed = [
        Changed(row["id"], {name: row[name] for name in shown}, {"reason": reason})
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]
    audit_many(cursor, actor, action, entity, changed, batch_id=str(uuid4()))


def _split(keys: Sequence[int]) -> list[tuple[int, ...]]:
    return [tuple(keys[start : start + _BATCH]) for start in range(0, len(keys), _BATCH)]
