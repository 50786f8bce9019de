"""Components are installed in machines and removed from them. Output: rows of ``installations``, audited.

A component without a counter of its own has the hours of the machine that it is installed in; both days count. What is
due at it follows in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, WrongState
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day

_TABLE = "installations"


def install_component(actor: Actor, child_id: int, values: Mapping[str, Any]) -> int:
    """Install a machine in another one, named by its number, from a day on; returns the id of the installation.

    Raises:
        Invalid: no such machine, a day that cannot be, or it was installed elsewhere on that day. NotFound.
    """
    actor.require(Capability.EDIT)
    number = str(values.get("parent_number") or "").strip()
    day = _parse(values.get("from_date"), "from_date")

    def work(cursor: Cursor) -> int:
        _lock(cursor, child_id)
        parents = query(cursor.connection, "maintenance/meters/machine_by_number", {"equipment_number": number})
        if not parents:
            raise Invalid("There is no such machine.", parent_number="there is no such machine")
        parent_id = int(parents[0]["id"])
        _check(cursor, child_id, parent_id, day)
        row = {"child_id": child_id, "parent_id": parent_id, "from_date": day, "user": actor.name[:120]}
        execute(cursor, "maintenance/meters/insert_installation", row)
        key = int(cursor.lastrowid)
        after = {"child_id": child_id, "parent_id": parent_id, "parent_number": number, "from_date": day}
        audit(cursor, actor, "install", _TABLE, key, after=after)
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[child_id])
        return key

    return write(work, what="installing a component")


def remove_component(actor: Actor, child_id: int, values: Mapping[str, Any]) -> None:
    """Remove a component from the machine that it is in; the day is the last one that counts.

    Raises:
        WrongState: it is not installed. Invalid: the day lies before it was installed, or in the future.
    """
    actor.require(Capability.EDIT)
    day = _parse(values.get("to_date"), "to_date")

    def work(cursor: Cursor) -> None:
        _lock(cursor, child_id)
        installed = query(cursor.connection, "maintenance/meters/installed_now", {"child_id": child_id})
        if not installed:
            raise WrongState("This machine is not installed in another one.")
        row = installed[0]
        if day < row["from_date"]:
            raise Invalid("The day cannot be.", to_date=f"lies before {row['from_date']}, when it was installed")
        if day > site_today(cursor.connection):
            raise Invalid("The day cannot be.", to_date="is in the future")
        execute(cursor, "maintenance/meters/end_installation", {"id": row["id"], "to_date": day})
        audit(cursor, actor, "uninstall", _TABLE, row["id"], before={"to_date": None}, after={"to_date": day})
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[child_id])

    write(work, what="removing a component")


def delete_installations(actor: Actor, keys: Sequence[int]) -> int:
    """Installations that never were; returns how many. The audit log holds them."""
    actor.require(Capability.EDIT)

    def work(cursor: Cursor) -> int:
        rows = query(cursor.connection, "maintenance/meters/lock_installations", {"ids": tuple(keys)})
        for row in rows:
            execute(cursor, "maintenance/meters/delete_installation", {"id": row["id"]})
            audit(cursor, actor, "delete", _TABLE, row["id"], before=row)
        children = sorted({int(row["child_id"]) for row in rows})
        if children:
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=children)
        return len(rows)

    return write(work, what="deleting installations") if keys else 0


def _lock(cursor: Cursor, equipment_id: int) -> None:
    if not query(cursor.connection, "maintenance/lock_machines", {"ids": (equipment_id,)}):
        raise NotFound("there is no such equipment")
    query(cursor.connection, "maintenance/lock_schedules", {"ids": (equipment_id,)})


def _check(cursor: Cursor, child_id: int, parent_id: int, day: date) -> None:
    if day > site_today(cursor.connection):
        raise Invalid("The day cannot be.", from_date="is in the future")
    if child_id == parent_id:
        raise Invalid("A machine cannot be installed in itself.", parent_number="is this machine")
    asked = {"child_id": child_id, "parent_id": parent_id, "day": day}
    if query(cursor.connection, "maintenance/meters/installed_in", {"child_id": parent_id, "parent_id": child_id}):
        raise Invalid("These two machines would be in each other.", parent_number="is installed in this machine")
    for row in query(cursor.connection, "maintenance/meters/installed_since", asked):
        raise Invalid(
            "This machine is installed elsewhere on that day.",
            from_date=f"it has been in {row['equipment_number']} since {row['from_date']}: remove it first",
        )


def _parse(value: object, field: str) -> date:
    try:
        return parse_day(value)
    except ValueError as error:
        raise Invalid("The day cannot be.", **{field: str(error) if value else "is required"}) from None
