"""Carry out a large change that a person has asked for. Input: its id. Output: how it ended; every batch commits alone.

The same functions make the change in a request (:mod:`cmms.equipment.change_equipment`,
:mod:`cmms.maintenance.schedule_maintenance`); here each batch also notes in its transaction how far it has come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cmms.access.actors import Actor, Capability
from cmms.database import Cursor, session
from cmms.equipment.change_equipment import change_batch, serve_batch
from cmms.errors import CmmsError, RetryError, StopError
from cmms.maintenance.schedule_maintenance import Conflict, remove_batch, reschedule_batch, schedule_batch
from cmms.operations.requested_changes import (
    BatchResult,
    ChangeProgress,
    RequestedChange,
    do_next_batch,
    fail_change,
    find_change,
    read_progress_of,
)

Change = Callable[[Cursor, Actor, tuple[int, ...], RequestedChange], BatchResult]


def do_requested_change(change_id: int) -> ChangeProgress:
    """Do what is left of it; called again it goes on after the last batch, and changes nothing when all are done.

    Raises:
        RetryError: the cause may pass. StopError: there is no such change, or a batch cannot be stored.
    """
    with session() as connection:
        change = find_change(connection, change_id)
        work = CHANGES.get(change.name) if change else None
        if change is None or work is None:
            raise StopError("there is no such change (any more)", change=change_id)
        actor = Actor(change.asked_by, frozenset({Capability.EDIT}))
        try:
            while do_next_batch(connection, change, lambda cursor, keys: work(cursor, actor, keys, change)):
                pass
        except RetryError:
            raise
        except CmmsError as error:
            fail_change(connection, change_id, str(error))
            raise StopError(str(error), change=change_id) from error
        ended = read_progress_of(connection, change_id)
        if ended is None:
            raise StopError("this change was deleted while it was carried out", change=change_id)
        return ended


def _change_equipment(cursor: Cursor, actor: Actor, keys: tuple[int, ...], change: RequestedChange) -> BatchResult:
    verb = change.name.partition(".")[2]
    done = change_batch(cursor, actor, keys, change.arguments, action=verb, batch_id=change.batch_id)
    return BatchResult(done.changed, done.unchanged, done.failures)


def _serve(cursor: Cursor, actor: Actor, keys: tuple[int, ...], change: RequestedChange) -> BatchResult:
    done = serve_batch(cursor, actor, keys, str(change.arguments["note"]), batch_id=change.batch_id)
    left = tuple(f"{number}: has an open work order; complete it instead" for number in done.ordered)
    return BatchResult(done.changed, 0, (*done.failures, *left))


def _schedule(cursor: Cursor, actor: Actor, keys: tuple[int, ...], change: RequestedChange) -> BatchResult:
    plan_id, day, move = int(change.arguments["plan_id"]), _day(change.arguments), bool(change.arguments["move"])
    done = schedule_batch(cursor, actor, keys, plan_id, day, move=move, batch_id=change.batch_id)
    return BatchResult(done.created + done.moved, 0, _describe(done.conflicts))


def _reschedule(cursor: Cursor, actor: Actor, keys: tuple[int, ...], change: RequestedChange) -> BatchResult:
    day = date.fromisoformat(change.arguments["first_due_date"])
    done, conflicts = reschedule_batch(cursor, actor, keys, day, batch_id=change.batch_id)
    return BatchResult(done, 0, _describe(conflicts))


def _remove(cursor: Cursor, actor: Actor, keys: tuple[int, ...], change: RequestedChange) -> BatchResult:
    done, conflicts = remove_batch(cursor, actor, keys, batch_id=change.batch_id)
    return BatchResult(done, 0, _describe(conflicts))


def _day(arguments: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(arguments["first_due_date"]) if arguments.get("first_due_date") else None


def _describe(conflicts: tuple[Conflict, ...]) -> tuple[str, ...]:
    return tuple(f"{conflict.equipment_number}: {conflict.why}" for conflict in conflicts)


CHANGES: Mapping[str, Change] = {
    "equipment.activate": _change_equipment,
    "equipment.deactivate": _change_equipment,
    "equipment.move": _change_equipment,
    "equipment.serviced": _serve,
    "equipment.schedule": _schedule,
    "schedules.reschedule": _reschedule,
    "schedules.remove": _remove,
}
"""By the name of the action that asks for it."""
