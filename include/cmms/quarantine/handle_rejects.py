"""What people do with rejected records: take over, correct, discard. Input: chosen rows. Output: changed rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import uuid4

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import Changed, audit, audit_many
from cmms.access.connections import write
from cmms.database import Cursor, execute, query
from cmms.parse_input import parse_json
from cmms.quarantine.identify_record import identify_record
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS
from cmms.sync.merge.name_record import record_key

PAYLOAD_LIMIT_BYTES = 64_000
_TABLE = "sync_record_errors"
_NUMBER_LENGTH = 50
_OPEN = ("open", "acknowledged", "retrying")


def acknowledge(actor: Actor, keys: Sequence[int], note: str) -> int:
    """Somebody takes care of open records; returns how many were still nobody's."""
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no record was chosen")
    batch_id = str(uuid4())

    def work(cursor: Cursor) -> int:
        rows = _lock_statuses(cursor, keys, ("open",))
        if rows:
            chosen = {"ids": tuple(row["id"] for row in rows), "note": note[:500] or None}
            execute(cursor, "quarantine/acknowledge_rejects", chosen)
            after = {"status": "acknowledged", "note": note[:500]}
            changed = [Changed(row["id"], {"status": "open"}, after) for row in rows]
            audit_many(cursor, actor, "take_over", _TABLE, changed, batch_id=batch_id)
        return len(rows)

    return write(work, what="taking over rejected records")


def discard(actor: Actor, keys: Sequence[int], reason: str) -> int:
    """Close open records without storing them; returns how many were open."""
    actor.require(Capability.EDIT)
    if not reason.strip():
        raise Invalid("Discarding needs a reason.", note="is required")
    if not keys:
        raise Invalid("no record was chosen")
    batch_id = str(uuid4())

    def work(cursor: Cursor) -> int:
        rows = _lock_statuses(cursor, keys, _OPEN)
        if rows:
            chosen = {"ids": tuple(row["id"] for row in rows), "note": reason[:500], "user": actor.name}
            execute(cursor, "quarantine/discard_rejects", chosen)
            after = {"status": "discarded", "reason": reason[:500]}
            changed = [Changed(row["id"], {"status": row["status"]}, after) for row in rows]
            audit_many(cursor, actor, "discard", _TABLE, changed, batch_id=batch_id)
        return len(rows)

    return write(work, what="discarding rejected records")


def correct(actor: Actor, key: int, version: int | None, text: str, *, other_key: bool = False) -> tuple[str, ...]:
    """Store a corrected version beside the record as received; the next replay validates that one.

    Args:
        actor: who corrects.
        key: the rejected record.
        version: the version of it that was seen.
        text: the corrected record, JSON.
        other_key: the person knows that it names another machine, plant or day than before.

    Returns:
        What it says otherwise than before about machine, plant and day; the rejected record is named after it.

    Raises:
        Invalid: no record; or one of another machine, plant or day without ``other_key``; or of a day whose
            readings were not asked for. Stale, NotFound.
    """
    actor.require(Capability.EDIT)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")
    _check_record(text)

    def work(cursor: Cursor) -> tuple[str, ...]:
        rows = lock_rejects(cursor, [key])
        if not rows:
            raise NotFound("there is no such record")
        row = rows[0]
        if row["row_version"] != version:
            raise Stale("This record has been changed meanwhile. Look at it again before you change it.")
        if row["status"] not in _OPEN:
            raise Stale(f"This record is {row['status']} already.")
        named, differences = _identify(cursor, row, text)
        if differences and not other_key:
            said = f"The corrected record is of another {', '.join(differences)}."
            raise Invalid(f"{said} Confirm that this is meant.", other_key=f"confirm: {', '.join(differences)}")
        execute(cursor, "quarantine/correct_reject", {"id": key, "payload": text.encode(), **named})
        before = {"edited": row["edited"].decode("utf-8", "replace") if row["edited"] else None}
        old = {name: row[name] for name in named if row[name] != named[name]}
        new = {name: named[name] for name in old}
        audit(cursor, actor, "correct", _TABLE, key, before={**before, **old}, after={"edited": text, **new})
        return differences

    return write(work, what="correcting a rejected record")


def _check_record(text: str) -> None:
    """Raise :class:`Invalid` unless the text is one JSON object that can be stored."""
    if len(text.encode("utf-8", "surrogatepass")) > PAYLOAD_LIMIT_BYTES:
        raise Invalid("the record is too large", payload="too large")
    try:
        record = parse_json(text, length=PAYLOAD_LIMIT_BYTES)
    except ValueError as error:
        raise Invalid("This is no valid JSON.", payload=str(error)[:200]) from error
    if not isinstance(record, dict):
        raise Invalid("A record is a JSON object.", payload="must be an object")


def _identify(cursor: Cursor, row: Mapping[str, Any], text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How the corrected record is called, and what it says otherwise than the version before."""
    settings = current_settings(cursor.connection)[0]
    stream, unit_key = str(row["stream"]), str(row["unit_key"])
    before = identify_record(row["edited"] or row["payload"], stream, settings)
    after = identify_record(text, stream, settings)
    if STREAMS[stream].is_daily and after.day not in (before.day, unit_key):
        reason = f"must be {unit_key}, the day that was asked for; readings of other days come with their own"
        raise Invalid(f"The day of this record {reason}.", edited=f"the day {reason}")
    number, day = after.equipment_number or None, None
    with suppress(ValueError):
        day = date.fromisoformat(after.day)
    named = {
        "record_key": record_key(stream, number, day),
        "equipment_number": number if number and len(number) <= _NUMBER_LENGTH else None,
        "reading_date": day,
    }
    return named, after.differences(before)


def _lock_statuses(cursor: Cursor, keys: Sequence[int], statuses: Sequence[str]) -> list[dict[str, Any]]:
    """Id and status of those records that have one of these statuses."""
    rows = query(cursor.connection, "quarantine/lock_reject_statuses", {"ids": tuple(keys)})
    return [row for row in rows if row["status"] in statuses]


def lock_rejects(cursor: Cursor, keys: Sequence[int]) -> list[dict[str, Any]]:
    """The rows of rejected records that are about to be changed."""
    return query(cursor.connection, "quarantine/lock_rejects", {"ids": tuple(keys)})
