"""What people can do with machines: forms, previews, and the service that each action calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cmms.access.action_progress import reporting_progress
from cmms.access.actors import Actor, Invalid
from cmms.equipment.change_equipment import (
    BulkResult,
    change_many,
    create_equipment,
    edit_equipment,
    find_groups_of,
    mark_serviced,
)
from cmms.equipment.validate_equipment import start_validation
from cmms.maintenance.orders import create_orders
from cmms.maintenance.orders import preview_orders as previews
from cmms.maintenance.schedule_maintenance import check_schedule, rehearse_schedule, schedule_maintenance
from cmms.operations.validation_reports import DEFAULT_DAYS
from cmms.parse_input import parse_day, parse_key, parse_whole
from cmms.quarantine.replay_records import find_open_rejects
from cmms.run_control.ask_for_change import REQUEST_LIMIT
from cmms.run_control.start_syncs import start_sync_of
from cmms.words import UNCLASSIFIED
from cmms_ui.definition.schema import Action, Field, Outcome, Preview, Target
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.large_change import ask_for_large_change
from cmms_ui.resources.equipment.meter_actions import METER_ACTIONS
from cmms_ui.resources.plants.place_choices import group_choices, plant_choices
from cmms_ui.resources.record_errors.resource import replay_records
from cmms_ui.resources.schedules.resource import plan_choices, report_conflicts
from cmms_ui.resources.work_orders.actions import NEW_ORDER, ORDER_FIELDS, planned_date, preview_orders, report_orders

_SHOWN_CONFLICTS = 50


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_equipment(actor, values)
    return Outcome(text.CREATED.format(number=values["equipment_number"]), path=f"/equipment/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_equipment(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


def _activate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return _change(actor, target, {"is_active": True}, "activate", text.activated)


def _deactivate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    wanted = {"is_active": False, "inactive_reason": values["inactive_reason"]}
    return _change(actor, target, wanted, "deactivate", text.deactivated)


def _move(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    wanted = {"equipment_group_id": values.get("equipment_group_id") or None}
    return _change(actor, target, wanted, "move", text.moved)


def _change(
    actor: Actor, target: Target, wanted: Mapping[str, Any], action: str, done: Callable[[int], str]
) -> Outcome:
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, f"equipment.{action}", target, wanted)
    with reporting_progress(actor, target.request) as listener:
        return _describe(change_many(actor, target.keys, wanted, action=action, listener=listener), done)


def _preview_move(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    """From which groups how many machines would come, and which of them a person has put where they are."""
    chosen = parse_key(values["equipment_group_id"]) if values.get("equipment_group_id") else None
    shares = find_groups_of(target.keys)
    name = next((c.label for c in group_choices() if c.value == str(chosen)), text.NO_GROUP)
    moving = sum(share.machines for share in shares if share.group_id != chosen)
    staying = sum(share.machines for share in shares if share.group_id == chosen)
    by_hand = sum(share.machines for share in shares if share.by_hand and share.group_id != chosen)
    sentences = [text.would_move(moving, len(target.keys), name)]
    if staying:
        sentences.append(text.would_stay(staying))
    if by_hand:
        sentences.append(text.moved_from_manual(by_hand))
    rows = tuple(
        (
            share.name or UNCLASSIFIED,
            text.CHOSEN_BY_PERSON if share.by_hand else text.CHOSEN_BY_RULE,
            f"{share.machines:,}",
        )
        for share in shares
    )
    return Preview(" ".join(sentences), (text.GROUP_NOW, text.GROUP_CHOSEN_BY, text.MACHINES), rows)


def _serviced(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    note = str(values.get("note") or "")
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, "equipment.serviced", target, {"note": note})
    with reporting_progress(actor, target.request) as listener:
        result = mark_serviced(actor, target.keys, note, listener=listener)
    outcome = _describe(result, text.serviced)
    if not result.ordered:
        return outcome
    skipped = tuple(text.HAS_OPEN_ORDER.format(number=number) for number in result.ordered)
    return Outcome(f"{outcome.message} {text.skipped(len(skipped))}", "warning", details=skipped)


def _schedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    (plan_id, day), move = _plan_of(values), bool(values.get("move"))
    if len(target.keys) > REQUEST_LIMIT:
        check_schedule(target.keys, plan_id, day)
        asked = {"plan_id": plan_id, "first_due_date": day.isoformat() if day else None, "move": move}
        return ask_for_large_change(actor, "equipment.schedule", target, asked)
    with reporting_progress(actor, target.request) as listener:
        done = schedule_maintenance(actor, target.keys, plan_id, day, move=move, listener=listener)
    sentences = [text.schedules_created(done.created)]
    if done.moved:
        sentences.append(text.schedules_moved(done.moved))
    return report_conflicts(" ".join(sentences), done.conflicts)


def _preview_schedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    found = rehearse_schedule(actor, target.keys, *_plan_of(values), move=bool(values.get("move")))
    sentences = [text.would_create_schedules(found.created)]
    if found.moved:
        sentences.append(text.would_move_schedules(found.moved))
    if not found.conflicts:
        return Preview(" ".join([*sentences, text.NO_CONFLICTS]))
    sentences.append(text.would_conflict(len(found.conflicts)))
    rows = [(conflict.equipment_number, conflict.why) for conflict in found.conflicts[:_SHOWN_CONFLICTS]]
    if len(found.conflicts) > _SHOWN_CONFLICTS:
        rows.append(("...", text.AND_MORE.format(count=len(found.conflicts) - _SHOWN_CONFLICTS)))
    return Preview(" ".join(sentences), (text.MACHINE, text.CONFLICT), tuple(rows))


def _plan_of(values: Mapping[str, Any]) -> tuple[int, date | None]:
    day = values.get("first_due_date")
    return parse_key(values["plan_id"]), parse_day(day) if day else None


def _order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    result = create_orders.create_orders_for_machines(actor, target.keys, planned_date(values), values.get("note"))
    return report_orders(result)


def _preview_order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return preview_orders(previews.preview_orders_of(target.keys))


def _sync(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    runs = start_sync_of(actor, target.keys, with_hours=bool(values.get("with_hours")), request=target.request)
    return Outcome(text.sync_started(len(target.keys), runs[0].run_id), runs=runs)


def _retry(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return replay_records(actor, find_open_rejects(target.keys), target.request)


def _validate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    try:
        days = parse_whole(values.get("days") or 0, 0)
    except ValueError as error:
        raise Invalid(text.BAD_DAYS, days=str(error)) from None
    started = start_validation(actor, target.keys, days=days, request=target.request)
    message = text.validation_started(len(target.keys))
    return Outcome(message, "info", f"/validations/{started.report_id}", runs=(started.run,))


def _describe(result: BulkResult, done: Callable[[int], str]) -> Outcome:
    sentences = [done(result.changed)]
    if result.unchanged:
        sentences.append(text.unchanged(result.unchanged))
    if result.missing:
        sentences.append(text.missing(result.missing))
    return Outcome(
        " ".join(sentences), "warning" if result.missing or result.failures else "success", details=result.failures
    )


EQUIPMENT_ACTIONS = (
    Action(
        "equipment.create",
        text.NEW,
        "plus",
        _create,
        on="list",
        confirm=text.CREATE,
        explain=text.CREATE_EXPLAIN,
        fields=(
            Field("equipment_number", text.NUMBER, required=True, max_length=50),
            Field("plant_id", text.PLANT, "choice", required=True, load_choices=plant_choices),
            Field("equipment_description", text.DESCRIPTION, max_length=500),
            Field("equipment_group_id", text.GROUP, "choice", load_choices=group_choices),
            Field("notes", text.NOTES, "long", max_length=2000),
        ),
    ),
    Action(
        "equipment.edit",
        text.EDIT,
        "pencil",
        _edit,
        on="record",
        confirm=text.SAVE,
        prefill=True,
        explain=text.EDIT_EXPLAIN,
        fields=(
            Field(
                "equipment_group_id",
                text.GROUP,
                "choice",
                load_choices=group_choices,
                help=text.EDIT_GROUP_HELP,
            ),
            Field("is_active", text.ACTIVE, "boolean", default=True),
            Field(
                "inactive_reason",
                text.INACTIVE_REASON,
                required=True,
                max_length=200,
                visible_when=("is_active", False),
            ),
            Field("notes", text.NOTES, "long", max_length=2000),
        ),
    ),
    Action(
        "equipment.deactivate",
        text.DEACTIVATE,
        "pause",
        _deactivate,
        confirm=text.DEACTIVATE,
        dangerous=True,
        explain=text.DEACTIVATE_EXPLAIN,
        fields=(Field("inactive_reason", text.REASON, required=True, max_length=200),),
        visible_when=lambda row: row.get("status") != "inactive",
    ),
    Action(
        "equipment.activate",
        text.ACTIVATE,
        "check",
        _activate,
        confirm=text.ACTIVATE,
        explain=text.ACTIVATE_EXPLAIN,
        visible_when=lambda row: row.get("status") == "inactive",
    ),
    Action(
        "equipment.move",
        text.CHANGE_GROUP,
        "group",
        _move,
        confirm=text.MOVE,
        explain=text.MOVE_EXPLAIN,
        fields=(
            Field(
                "equipment_group_id",
                text.NEW_GROUP,
                "choice",
                load_choices=group_choices,
                help=text.MOVE_HELP,
            ),
        ),
        preview=_preview_move,
    ),
    Action(
        "equipment.serviced",
        text.MARK_SERVICED,
        "tool",
        _serviced,
        confirm=text.MARK_SERVICED,
        explain=text.SERVICED_EXPLAIN,
        fields=(Field("note", text.NOTE, max_length=200),),
    ),
    Action(
        "equipment.schedule",
        text.SCHEDULE_MAINTENANCE,
        "clock",
        _schedule,
        confirm=text.SCHEDULE,
        explain=text.SCHEDULE_EXPLAIN,
        fields=(
            Field("plan_id", text.PLAN, "choice", required=True, load_choices=plan_choices),
            Field(
                "first_due_date",
                text.NEXT_DUE_ON,
                "date",
                help=text.NEXT_DUE_HELP,
                example="2099-01-31",
            ),
            Field("move", text.SCHEDULE_MOVE, "boolean"),
        ),
        preview=_preview_schedule,
    ),
    Action(
        "equipment.order",
        text.CREATE_ORDERS,
        "tool",
        _order,
        confirm=text.CREATE,
        explain=text.ORDERS_EXPLAIN,
        fields=ORDER_FIELDS,
        preview=_preview_order,
    ),
    NEW_ORDER,
    *METER_ACTIONS,
    Action(
        "equipment.sync",
        text.SYNC,
        "refresh",
        _sync,
        confirm=text.START,
        explain=text.SYNC_EXPLAIN,
        fields=(Field("with_hours", text.WITH_HOURS, "boolean"),),
    ),
    Action(
        "equipment.retry",
        text.RETRY_REJECTED,
        "refresh",
        _retry,
        confirm=text.RETRY,
        explain=text.RETRY_EXPLAIN,
        visible_when=lambda row: bool(row.get("open_errors")),
    ),
    Action(
        "equipment.validate",
        text.VALIDATE,
        "check",
        _validate,
        confirm=text.VALIDATE,
        explain=text.VALIDATE_EXPLAIN,
        fields=(Field("days", text.VALIDATE_DAYS, "number", default=DEFAULT_DAYS, help=text.VALIDATE_DAYS_HELP),),
    ),
)
