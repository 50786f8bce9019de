"""When a machine was in standby, laid up or scrapped. Output: rows of ``equipment_availability``, audited.

A period that begins ends the one before it. Without a period a machine is in service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound
from cmms.access.audit import audit
from cmms.access.connections import write
from cmms.database import Cursor, execute, query
from cmms.maintenance.evaluate_maintenance import evaluate
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day

KINDS = ("in_service", "standby", "laid_up", "scrapped")
_TABLE = "equipment_availability"


def begin_period(actor: Actor, equipment_id: int, values: Mapping[str, Any]) -> int:
    """A machine is in this state from a day on, or for some days; returns the id of the period.

    Raises:
        Invalid: a day that cannot be, or a period that would lie within another one. NotFound.
    """
    actor.require(Capability.EDIT)
    kind = str(values.get("kind") or "")
    if kind not in KINDS:
        raise Invalid("There is no such state.", kind="is not one of the choices")
    first = _parse(values.get("from_date"), "from_date")
    last = _parse(values["to_date"], "to_date") if values.get("to_date") else None
    if last is not None and last < first:
        raise Invalid("The days cannot be.", to_date="lies before the first day")
    reason = str(values.get("reason") or "").strip()[:255] or None

    def work(cursor: Cursor) -> int:
        if not query(cursor.connection, "maintenance/lock_machines", {"ids": (equipment_id,)}):
            raise NotFound("there is no such equipment")
        asked = {"equipment_id": equipment_id, "from_date": first, "to_date": last}
        for row in query(cursor.connection, "maintenance/meters/periods_at", asked):
            if row["to_date"] is not None or row["from_date"] >= first:
                raise Invalid(
                    "Another period covers these days.",
                    from_date=f"overlaps the period that begins on {row['from_date']}",
                )
            before = first - timedelta(days=1)
            execute(cursor, "maintenance/meters/end_period", {"id": row["id"], "to_date": before})
            audit(cursor, actor, "edit", _TABLE, row["id"], before={"to_date": None}, after={"to_date": before})
        new = {**asked, "kind": kind, "reason": reason}
        execute(cursor, "maintenance/meters/insert_period", {**new, "user": actor.name[:120]})
        key = int(cursor.lastrowid)
        audit(cursor, actor, "create", _TABLE, key, after=new)
        evaluate(cursor, today=site_today(cursor.connection), equipment_ids=[equipment_id])
        return key

    return write(work, what="noting when a machine was in service")


def delete_periods(actor: Actor, keys: Sequence[int]) -> int:
    """Periods that never were; returns how many. The audit log holds them."""
    actor.require(Capability.EDIT)

    def work(cursor: Cursor) -> int:
        rows = query(cursor.connection, "maintenance/meters/lock_periods", {"ids": tuple(keys)})
        for row in rows:
            execute(cursor, "maintenance/meters/delete_period", {"id": row["id"]})
            audit(cursor, actor, "delete", _TABLE, row["id"], before=row)
        machines = sorted({int(row["equipment_id"]) for row in rows})
        if machines:
            evaluate(cursor, today=site_today(cursor.connection), equipment_ids=machines)
        return len(rows)

    return write(work, what="deleting periods") if keys else 0


def _parse(value: object, field: str) -> date:
    try:
        return parse_day(value)
    except ValueError as error:
        raise Invalid("The days cannot be.", **{field: str(error) if value else "is required"}) from None
