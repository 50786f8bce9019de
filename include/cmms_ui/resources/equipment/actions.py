"""What people can do with machines: forms, previews, and the service that each action calls."""

from __future__ import annotations

from collections.abc import Mapping
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
from cmms.maintenance import change_work_orders as orders
from cmms.maintenance.schedule_maintenance import check_schedule, rehearse_schedule, schedule_maintenance
from cmms.operations.validation_reports import DEFAULT_DAYS
from cmms.parse_input import parse_day, parse_key, parse_whole
from cmms.quarantine.replay_records import find_open_rejects
from cmms.run_control.ask_for_change import REQUEST_LIMIT
from cmms.run_control.start_syncs import start_sync_of
from cmms.words import agree, count_of
from cmms_ui.definition.schema import Action, Field, Outcome, Preview, Target
from cmms_ui.resources.equipment.large_change import ask_for_large_change
from cmms_ui.resources.plants.place_choices import group_choices, plant_choices
from cmms_ui.resources.record_errors.resource import replay_records
from cmms_ui.resources.schedules.resource import plan_choices, tell_conflicts
from cmms_ui.resources.work_orders.actions import NEW_ORDER, ORDER_FIELDS, planned_date, preview_orders, tell_orders

_SHOWN_CONFLICTS = 50


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_equipment(actor, values)
    return Outcome(f"Equipment {values['equipment_number']} has been created.", path=f"/equipment/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_equipment(actor, target.keys[0], target.version, values)
    return Outcome("The change has been saved.")


def _activate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return _change(actor, target, {"is_active": True}, "activate", "active")


def _deactivate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    wanted = {"is_active": False, "inactive_reason": values["inactive_reason"]}
    return _change(actor, target, wanted, "deactivate", "inactive")


def _move(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    wanted = {"equipment_group_id": values.get("equipment_group_id") or None}
    return _change(actor, target, wanted, "move", "in that group")


def _change(actor: Actor, target: Target, wanted: Mapping[str, Any], action: str, state: str) -> Outcome:
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, f"equipment.{action}", target, wanted)
    with reporting_progress(actor, target.request) as listener:
        return _describe(change_many(actor, target.keys, wanted, action=action, listener=listener), state)


def _preview_move(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    """From which groups how many machines would come, and which of them a person has put where they are."""
    chosen = parse_key(values["equipment_group_id"]) if values.get("equipment_group_id") else None
    shares = find_groups_of(target.keys)
    name = next((c.label for c in group_choices() if c.value == str(chosen)), "no group")
    moving = sum(share.machines for share in shares if share.group_id != chosen)
    staying = sum(share.machines for share in shares if share.group_id == chosen)
    by_hand = sum(share.machines for share in shares if share.by_hand and share.group_id != chosen)
    text = f"{moving:,} of {count_of(len(target.keys), 'machine')} would move to {name}."
    if staying:
        text += f" {staying:,} are there already; no rule will move them away any more."
    if by_hand:
        text += f" {by_hand:,} of those that move were put in their group by a person."
    rows = tuple(
        (share.name or "Unclassified", "a person" if share.by_hand else "a rule or the source", f"{share.machines:,}")
        for share in shares
    )
    return Preview(text, ("Group now", "Chosen by", "Machines"), rows)


def _serviced(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    note = str(values.get("note") or "")
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, "equipment.serviced", target, {"note": note})
    with reporting_progress(actor, target.request) as listener:
        result = mark_serviced(actor, target.keys, note, listener=listener)
    told = _describe(result, "marked as serviced")
    if not result.ordered:
        return told
    left = tuple(f"{number}: has an open work order, complete that" for number in result.ordered)
    return Outcome(
        f"{told.message} {len(left):,} {agree(len(left), 'was', 'were')} left alone.", "warning", details=left
    )


def _schedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    (plan_id, day), move = _plan_of(values), bool(values.get("move"))
    if len(target.keys) > REQUEST_LIMIT:
        check_schedule(target.keys, plan_id, day)
        asked = {"plan_id": plan_id, "first_due_date": day.isoformat() if day else None, "move": move}
        return ask_for_large_change(actor, "equipment.schedule", target, asked)
    with reporting_progress(actor, target.request) as listener:
        done = schedule_maintenance(actor, target.keys, plan_id, day, move=move, listener=listener)
    text = f"{count_of(done.created, 'schedule')} created."
    return tell_conflicts(f"{text} {count_of(done.moved, 'schedule')} moved." if done.moved else text, done.conflicts)


def _preview_schedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    found = rehearse_schedule(actor, target.keys, *_plan_of(values), move=bool(values.get("move")))
    text = f"{count_of(found.created, 'schedule')} would be created."
    if found.moved:
        text += f" {count_of(found.moved, 'schedule')} would be moved."
    if not found.conflicts:
        return Preview(f"{text} No conflicts.")
    text += f" {count_of(len(found.conflicts), 'conflict')}: left as they are."
    rows = [(conflict.equipment_number, conflict.why) for conflict in found.conflicts[:_SHOWN_CONFLICTS]]
    if len(found.conflicts) > _SHOWN_CONFLICTS:
        rows.append(("...", f"and {len(found.conflicts) - _SHOWN_CONFLICTS:,} more"))
    return Preview(text, ("Machine", "Conflict"), tuple(rows))


def _plan_of(values: Mapping[str, Any]) -> tuple[int, date | None]:
    day = values.get("first_due_date")
    return parse_key(values["plan_id"]), parse_day(day) if day else None


def _order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    result = orders.create_orders_for_machines(actor, target.keys, planned_date(values), values.get("note"))
    return tell_orders(result)


def _preview_order(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return preview_orders(orders.preview_orders_of(target.keys))


def _sync(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    runs = start_sync_of(actor, target.keys, with_hours=bool(values.get("with_hours")), request=target.request)
    return Outcome(f"A sync of {count_of(len(target.keys), 'machine')} has been started ({runs[0].run_id}).", runs=runs)


def _retry(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return replay_records(actor, find_open_rejects(target.keys), target.request)


def _validate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    try:
        days = parse_whole(values.get("days") or 0, 0)
    except ValueError as error:
        raise Invalid("the number of days is no whole number", days=str(error)) from None
    started = start_validation(actor, target.keys, days=days, request=target.request)
    text = f"{count_of(len(target.keys), 'machine is', 'machines are')} being judged."
    return Outcome(text, "info", f"/validations/{started.report_id}", runs=(started.run,))


def _describe(result: BulkResult, state: str) -> Outcome:
    text = f"{count_of(result.changed, 'machine')} {agree(result.changed, 'is', 'are')} now {state}."
    if result.unchanged:
        text += f" {result.unchanged:,} {agree(result.unchanged, 'was', 'were')} already."
    if result.missing:
        text += f" {result.missing:,} {agree(result.missing, 'does', 'do')} not exist any more."
    return Outcome(text, "warning" if result.missing or result.failures else "success", details=result.failures)


EQUIPMENT_ACTIONS = (
    Action(
        "equipment.create",
        "New equipment",
        "plus",
        _create,
        on="list",
        confirm="Create",
        explain="For a machine that the source does not know (yet). Its next snapshot with this number takes over"
        " number, description and plant; group and notes stay yours.",
        fields=(
            Field("equipment_number", "Number", required=True, max_length=50),
            Field("plant_id", "Plant", "choice", required=True, load_choices=plant_choices),
            Field("equipment_description", "Description", max_length=500),
            Field("equipment_group_id", "Group", "choice", load_choices=group_choices),
            Field("notes", "Notes", "long", max_length=2000),
        ),
    ),
    Action(
        "equipment.edit",
        "Edit",
        "pencil",
        _edit,
        on="record",
        confirm="Save",
        prefill=True,
        explain="Number, description and codes belong to the source and are not edited here.",
        fields=(
            Field(
                "equipment_group_id",
                "Group",
                "choice",
                load_choices=group_choices,
                help="A group chosen here is never changed by a sync.",
            ),
            Field("is_active", "In use", "boolean", default=True),
            Field("inactive_reason", "Why inactive", required=True, max_length=200, visible_when=("is_active", False)),
            Field("notes", "Notes", "long", max_length=2000),
        ),
    ),
    Action(
        "equipment.deactivate",
        "Deactivate",
        "pause",
        _deactivate,
        confirm="Deactivate",
        dangerous=True,
        explain="Inactive machines keep their readings. A sync never changes this.",
        fields=(Field("inactive_reason", "Reason", required=True, max_length=200),),
        visible_when=lambda row: row.get("status") != "inactive",
    ),
    Action(
        "equipment.activate",
        "Activate",
        "check",
        _activate,
        confirm="Activate",
        explain="The machines count as active again; their reason of deactivation is removed.",
        visible_when=lambda row: row.get("status") == "inactive",
    ),
    Action(
        "equipment.move",
        "Change group",
        "group",
        _move,
        confirm="Move",
        explain="Classification rules and the source do not change a group that was chosen by hand.",
        fields=(
            Field(
                "equipment_group_id",
                "New group",
                "choice",
                load_choices=group_choices,
                help="Empty: out of any group.",
            ),
        ),
        preview=_preview_move,
    ),
    Action(
        "equipment.serviced",
        "Mark as serviced",
        "tool",
        _serviced,
        confirm="Mark as serviced",
        explain="All plans of each machine count again from its newest reading, and what was due is done. Machines with"
        " an open work order are left alone.",
        fields=(Field("note", "Note", max_length=200),),
    ),
    Action(
        "equipment.schedule",
        "Schedule maintenance",
        "clock",
        _schedule,
        confirm="Schedule",
        explain="Has a maintenance plan ask something of these machines too. Those of which it does already, and"
        " inactive ones, are conflicts: they are listed and left as they are.",
        fields=(
            Field("plan_id", "Plan", "choice", required=True, load_choices=plan_choices),
            Field(
                "first_due_date",
                "Next due on",
                "date",
                help="Today or later; empty: what the interval gives. Hours go on counting: what comes first decides.",
                example="2099-01-31",
            ),
            Field("move", "Move the date of those that have the plan already", "boolean"),
        ),
        preview=_preview_schedule,
    ),
    Action(
        "equipment.order",
        "Create work orders",
        "tool",
        _order,
        confirm="Create",
        explain="One work order for each due of these machines. A due that has one already gets no second one.",
        fields=ORDER_FIELDS,
        preview=_preview_order,
    ),
    NEW_ORDER,
    Action(
        "equipment.sync",
        "Sync these",
        "refresh",
        _sync,
        confirm="Start",
        explain="Starts one Airflow run of equipment_sync for exactly these machines.",
        fields=(Field("with_hours", "Also yesterday's running times", "boolean"),),
    ),
    Action(
        "equipment.retry",
        "Retry rejected",
        "refresh",
        _retry,
        confirm="Retry",
        explain="Judges every rejected record of these machines that is open again, without asking the source, and"
        " stores those that pass; says of the others why not. A machine without an open record leaves 'Sync errors'.",
        visible_when=lambda row: bool(row.get("open_errors")),
    ),
    Action(
        "equipment.validate",
        "Validate",
        "check",
        _validate,
        confirm="Validate",
        explain="Judges the machines and their stored readings again, by the rules of the syncs and today's limits."
        " Changes nothing; the report lists what breaks a rule.",
        fields=(
            Field("days", "Readings of so many days", "number", default=DEFAULT_DAYS, help="0: only master data."),
        ),
    ),
)
