"""Changes of equipment by people. Input: who, which, the version they saw, new values. Output: changed rows, audited.

The source owns its fields: number, description, codes are never changed here. People own ``is_active``, group and
notes. A change and its audit row commit together. A new machine raises the reference version, since validation depends
on which machines exist; it does not depend on the fields that people own. Maintenance of the machines is evaluated in
the same transaction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from cmms.access.action_progress import Listener, ignore_progress
from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import Changed, audit, audit_many
from cmms.access.connections import write
from cmms.access.read_rows import read
from cmms.database import Cursor, execute, query
from cmms.errors import CmmsError
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.meters.life_reading import LifeReading
from cmms.maintenance.meters.read_life import read_life
from cmms.maintenance.meters.settle_segments import settle_segments
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_key
from cmms.words import count_of

EDITABLE = frozenset({"is_active", "inactive_reason", "equipment_group_id", "notes"})
_WRITTEN = ("is_active", "inactive_reason", "equipment_group_id", "group_source", "notes")
_AUDITED = (*_WRITTEN, "serviced_at_hours")
BATCH = 10_000
"""So many rows a transaction: as many as a request changes by itself."""
_READ_BATCH = 5_000


@dataclass(frozen=True)
class BulkResult:
    """What became of many rows."""

    changed: int
    unchanged: int
    missing: int
    failures: tuple[str, ...] = ()

    def __add__(self, other: BulkResult) -> BulkResult:
        """The result of both."""
        return BulkResult(
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.missing + other.missing,
            self.failures + other.failures,
        )


@dataclass(frozen=True)
class ServiceResult(BulkResult):
    """``ordered``: the numbers of those that were left alone, for a work order is open."""

    ordered: tuple[str, ...] = ()


def create_equipment(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a machine manually; the next snapshot that holds its number takes over the source's fields."""
    actor.require(Capability.EDIT)
    number = str(values.get("equipment_number") or "").strip()
    if not number:
        raise Invalid("a number is needed", equipment_number="is required")

    def work(cursor: Cursor) -> int:
        if query(cursor.connection, "equipment/equipment_by_number", {"equipment_number": number}):
            raise Invalid("this number exists already", equipment_number="exists already")
        if not query(cursor.connection, "equipment/plant", {"id": values.get("plant_id")}):
            raise Invalid("there is no such plant", plant_id="is required")
        group = values.get("equipment_group_id") or None
        row = {
            "equipment_number": number,
            "plant_id": values["plant_id"],
            "equipment_group_id": group,
            "group_source": "manual" if group else "rule",
            "equipment_description": values.get("equipment_description") or None,
            "notes": values.get("notes") or None,
        }
        execute(cursor, "equipment/insert_equipment", row)
        key = int(cursor.lastrowid)
        execute(cursor, "raise_version")
        audit(cursor, actor, "create", "equipment", key, after=row)
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[key])
        return key

    return write(work, what="creating equipment")


def edit_equipment(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change what people own of one machine.

    Raises:
        Stale: the row has another version by now. NotFound. Invalid: a field that may not be changed.
    """
    actor.require(Capability.EDIT)
    if wrong := set(values) - EDITABLE:
        raise Invalid("these cannot be changed here", **dict.fromkeys(sorted(wrong), "cannot be changed"))
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")

    def work(cursor: Cursor) -> None:
        before = _lock(cursor, key)
        if int(before["row_version"]) != version:
            raise Stale("This machine has been changed meanwhile. Look at it again before you change it.")
        chosen = dict(values)
        if str(chosen.get("equipment_group_id") or "") == str(before["equipment_group_id"] or ""):
            chosen.pop("equipment_group_id", None)  # a form sends the group that it showed, which nobody has chosen
        _apply(cursor, actor, [before], chosen, action="edit")

    write(work, what="changing equipment")


SWITCHED_OFF = "switched off in the view"


def switch_equipment(actor: Actor, key: int, version: int, *, active: bool) -> bool:
    """Switch one machine on or off, as a person sees it; False if it is so already.

    Raises:
        Stale: the row has another version by now. NotFound.
    """
    actor.require(Capability.EDIT)
    values = {"is_active": active, "inactive_reason": None if active else SWITCHED_OFF}

    def work(cursor: Cursor) -> bool:
        before = _lock(cursor, key)
        if bool(before["is_active"]) == active:
            return False
        if int(before["row_version"]) != version:
            raise Stale("This machine has been changed meanwhile. Look at it again before you change it.")
        return bool(_apply(cursor, actor, [before], values, action="activate" if active else "deactivate"))

    return write(work, what="changing equipment")


def change_many(
    actor: Actor,
    keys: Sequence[int],
    values: Mapping[str, Any],
    *,
    action: str,
    listener: Listener = ignore_progress,
) -> BulkResult:
    """Change many machines alike; each :data:`BATCH` commits on its own, all audit rows share a batch id.

    A batch that cannot be stored ends it: what was changed before stays changed, and the result says what was not.

    Raises:
        CmmsError: not even the first batch could be stored. Invalid: values that no machine can have.
    """
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no equipment was chosen")
    batch_id = str(uuid4())
    total = BulkResult(0, 0, 0)
    for start in range(0, len(keys), BATCH):
        chunk = tuple(keys[start : start + BATCH])

        def work(cursor: Cursor, chunk: tuple[int, ...] = chunk) -> BulkResult:
            return change_batch(cursor, actor, chunk, values, action=action, batch_id=batch_id)

        try:
            total += write(work, what="changing equipment")
        except CmmsError as error:
            if not start:
                raise
            left = f"{count_of(len(keys) - start, 'machine was', 'machines were')} not reached: {error}"
            return replace(total, failures=(left, *total.failures))
        listener(start + len(chunk), len(keys))
    return total


def change_batch(
    cursor: Cursor, actor: Actor, keys: tuple[int, ...], values: Mapping[str, Any], *, action: str, batch_id: str
) -> BulkResult:
    """Change some machines alike in the caller's transaction."""
    rows = query(cursor.connection, "equipment/lock_equipment_many", {"ids": keys})
    done = _apply(cursor, actor, rows, values, action=action, batch_id=batch_id)
    missing = _missing(keys, rows)
    return BulkResult(len(done), len(rows) - len(done), len(missing), tuple(map(_gone, missing)))


def _missing(keys: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    found = {int(row["id"]) for row in rows}
    return [key for key in keys if key not in found]


def _gone(key: int) -> str:
    return f"The machine with the ID {key} no longer exists."


@dataclass(frozen=True)
class GroupShare:
    """Some of the chosen machines: their group now (None: none), and whether a person has put them there."""

    group_id: int | None
    name: str | None
    by_hand: bool
    machines: int


def find_groups_of(keys: Sequence[int]) -> list[GroupShare]:
    """In which groups the machines are now, the largest share first."""
    shares: Counter[tuple[int | None, str | None, bool]] = Counter()
    for start in range(0, len(keys), _READ_BATCH):
        for row in read("equipment/groups_of", {"ids": tuple(keys[start : start + _READ_BATCH])}):
            shares[row["id"], row["name"], row["group_source"] == "manual"] += int(row["machines"])
    return [GroupShare(*share, machines) for share, machines in shares.most_common()]


def mark_serviced(
    actor: Actor, keys: Sequence[int], note: str, *, listener: Listener = ignore_progress
) -> ServiceResult:
    """The newest reading of each machine is where all its plans count from again; its open dues are done.

    A machine of which a due has an open work order is left alone: completing the order says what was done, and when.
    In batches, as :func:`change_many`.
    """
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no equipment was chosen")
    batch_id = str(uuid4())
    changed = missing = 0
    ordered: list[str] = []
    for start in range(0, len(keys), BATCH):
        chunk = tuple(keys[start : start + BATCH])

        def work(cursor: Cursor, chunk: tuple[int, ...] = chunk) -> ServiceResult:
            return serve_batch(cursor, actor, chunk, note, batch_id=batch_id)

        done = write(work, what="marking equipment as serviced")
        changed, missing = changed + done.changed, missing + done.missing
        ordered += done.ordered
        listener(start + len(chunk), len(keys))
    return ServiceResult(changed, 0, missing, ordered=tuple(ordered))


def serve_batch(cursor: Cursor, actor: Actor, keys: tuple[int, ...], note: str, *, batch_id: str) -> ServiceResult:
    """Mark some machines as serviced in the caller's transaction."""
    machines = query(cursor.connection, "equipment/lock_equipment_serviced", {"ids": keys})
    schedules = query(cursor.connection, "equipment/lock_schedules_of", {"ids": keys})
    ordered = {row["equipment_id"] for row in schedules if row["due_state"] == "ordered"}
    dues: dict[int, list[int]] = {}
    for row in schedules:
        if row["due_state"] == "open":
            dues.setdefault(row["equipment_id"], []).append(row["due_id"])
    today = site_today(cursor.connection)
    settle_segments(cursor, keys)
    readings = read_life(cursor.connection, keys, today)
    served = [_with_life(row, readings.get(int(row["id"]))) for row in machines if row["id"] not in ordered]
    if served:
        _start_counting(cursor, served, today)
        changed = [
            Changed(
                row["id"],
                {"serviced_at_hours": row["serviced_at_hours"]},
                {"serviced_at_hours": row["life_hours"], "note": note, "dues": dues.get(row["id"], [])},
            )
            for row in served
        ]
        audit_many(cursor, actor, "serviced", "equipment", changed, batch_id=batch_id)
        ids = tuple(int(row["id"]) for row in served)
        execute(cursor, "equipment/finish_dues_of", {"ids": ids, "reason": note or None, "actor": actor.name[:120]})
        evaluate(cursor, today=today, equipment_ids=ids)
    left = tuple(str(row["equipment_number"]) for row in machines if row["id"] in ordered)
    return ServiceResult(len(served), 0, len(_missing(keys, machines)), ordered=left)


def _with_life(row: Mapping[str, Any], newest: LifeReading | None) -> dict[str, Any]:
    """A machine with life hours and day of its newest trusted reading; None where it has none."""
    life_hours, day = (newest.life_hours, newest.date) if newest else (None, None)
    return {**row, "life_hours": life_hours, "reading_date": day}


def _start_counting(cursor: Cursor, machines: Sequence[Mapping[str, Any]], today: date) -> None:
    """From the newest reading of each machine on, or from today where it has none."""
    rows = [
        {
            "id": row["id"],
            "day": str(row["reading_date"] or today),
            **({} if row["life_hours"] is None else {"hours": str(row["life_hours"])}),
        }
        for row in machines
    ]
    served = {"machines": json.dumps(rows), "today": today}
    execute(cursor, "equipment/set_serviced_many", served)
    execute(cursor, "equipment/set_baselines_of", served)


def _apply(
    cursor: Cursor,
    actor: Actor,
    machines: Sequence[Mapping[str, Any]],
    values: Mapping[str, Any],
    *,
    action: str,
    batch_id: str | None = None,
) -> list[int]:
    """Write the values to those machines that differ from them, and evaluate these; returns their ids."""
    columns = _columns(values)
    ids, changed = [], []
    for row in machines:
        before = {name: row[name] for name in _AUDITED}
        after = {**before, **columns}
        if "is_active" in columns and not after["is_active"] and not str(after["inactive_reason"] or "").strip():
            raise Invalid("Deactivating needs a reason.", inactive_reason="is required")
        if before != after:
            ids.append(int(row["id"]))
            changed.append(Changed(row["id"], before, after))
    if ids:
        flags = {f"sets_{name}": name in columns for name in _WRITTEN}
        written = {name: columns.get(name) for name in _WRITTEN}
        execute(cursor, "equipment/update_equipment", {**flags, **written, "ids": tuple(ids)})
        audit_many(cursor, actor, action, "equipment", changed, batch_id=batch_id)
        if not columns.keys().isdisjoint({"is_active", "equipment_group_id"}):  # which decide what plans apply
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=ids)
    return ids


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that these values of a form set, the same in every row."""
    columns: dict[str, Any] = {}
    if "inactive_reason" in values:
        columns["inactive_reason"] = values["inactive_reason"]
    if "notes" in values:
        columns["notes"] = values["notes"] or None
    if "is_active" in values:
        columns["is_active"] = int(bool(values["is_active"]))
        if columns["is_active"]:
            columns["inactive_reason"] = None
    if "equipment_group_id" in values:
        chosen = values["equipment_group_id"]
        columns["equipment_group_id"] = parse_key(chosen) if chosen else None
        columns["group_source"] = "manual"
    return columns


def _lock(cursor: Cursor, key: int) -> dict[str, Any]:
    rows = query(cursor.connection, "equipment/lock_equipment_many", {"ids": (key,)})
    if not rows:
        raise NotFound("there is no such equipment")
    return rows[0]
