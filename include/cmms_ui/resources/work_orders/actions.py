"""What people do with work orders: the forms of their life; what 'Create work orders' shows beforehand and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cmms.access.actors import Actor
from cmms.maintenance.change_work_orders import (
    DueLine,
    OrdersResult,
    cancel_order,
    close_order,
    complete_order,
    create_order,
    edit_order,
    find_counter,
    hold_order,
    order_number,
    reopen_order,
    start_order,
)
from cmms.maintenance.order_life_cycle import HOLD_REASONS, UNFINISHED, may
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day, parse_number
from cmms.words import count_of
from cmms_ui.definition.schema import Action, Choice, Detail, Field, Outcome, Preview, Row, Target

SHOWN = 100
TYPES = (Choice("preventive", "Preventive"), Choice("corrective", "Corrective"), Choice("inspection", "Inspection"))
PRIORITIES = tuple(
    Choice(str(number), f"{number} {word}".strip())
    for number, word in enumerate(("(most urgent)", "", "(usual)", "", "(least urgent)"), 1)
)
HOLD_CHOICES = tuple(Choice(reason, reason.capitalize()) for reason in HOLD_REASONS)
ORDER_FIELDS = (
    Field("planned_date", "Planned for", "date", help="When the work is to be done; may stay empty."),
    Field("note", "Note", max_length=500),
)
_NOTE = Field("note", "Note", "long", max_length=2000)
_PLAIN_FIELDS = (
    Field("title", "Title", required=True, max_length=200),
    Field("description", "What is to be done", "long", max_length=2000),
    Field("priority", "Priority", "choice", required=True, choices=PRIORITIES, default="3"),
    Field("planned_date", "Planned for", "date"),
)


def planned_date(values: Mapping[str, Any]) -> date | None:
    """The day that was chosen in the form."""
    return parse_day(values["planned_date"]) if values.get("planned_date") else None


def preview_orders(found: OrdersResult) -> Preview:
    """How many orders would be made, and why not of the rest."""
    parts = [f"{count_of(len(found.created), 'work order')} would be created."]
    if found.already:
        parts.append(f"{count_of(len(found.already), 'due')} already ordered.")
    if found.gone:
        parts.append(f"{count_of(len(found.gone), 'due')} not open any more.")
    if found.idle:
        parts.append(f"Nothing is due at {count_of(len(found.idle), 'machine')}.")
    rows = [
        *((line.equipment_number, line.plan_name, "new work order") for line in found.created),
        *((line.equipment_number, line.plan_name, _ordered(line)) for line in found.already),
        *((line.equipment_number, line.plan_name, "not open any more") for line in found.gone),
        *((number, "–", "nothing due") for _, number in found.idle),
    ]
    hidden = len(rows) - SHOWN
    shown = [*rows[:SHOWN], *([("...", f"and {hidden:,} more", "")] if hidden > 0 else [])]
    return Preview(" ".join(parts), ("Machine", "Plan", "What would be done"), tuple(shown))


def tell_orders(result: OrdersResult) -> Outcome:
    """What was created, and of each due that got no order why."""
    text = f"{count_of(len(result.created), 'work order')} created."
    if result.already:
        text += f" {count_of(len(result.already), 'due')} already ordered."
    if result.gone or result.missing:
        text += f" {count_of(len(result.gone) + result.missing, 'due')} not open any more."
    if result.idle:
        text += f" Nothing is due at {count_of(len(result.idle), 'machine')}."
    lines = [
        *(Detail(f"✓ {_name(line)}: created", f"/work-orders/{line.order_id}") for line in result.created),
        *(Detail(f"= {_name(line)}: already open", f"/work-orders/{line.order_id}") for line in result.already),
        *(
            Detail(f"– {line.equipment_number}, {line.plan_name}: not open any more", f"/dues/{line.due_id}")
            for line in result.gone
        ),
        *(Detail(f"– {number}: nothing due", f"/equipment/{key}") for key, number in result.idle),
    ]
    hidden = len(lines) - SHOWN
    shown = [*lines[:SHOWN], *([Detail(f"and {hidden:,} more", "/work-orders")] if hidden > 0 else [])]
    return Outcome(text, "success" if result.created else "info", details=tuple(shown))


def _name(line: DueLine) -> str:
    return f"{order_number(line.order_id or 0)}, {line.equipment_number}, {line.plan_name}"


def _ordered(line: DueLine) -> str:
    return f"has {order_number(line.order_id or 0)} already"


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_order(actor, target.keys[0], values)
    done = Detail(f"{order_number(key)}: {values['title']}", f"/work-orders/{key}")
    return Outcome(f"{order_number(key)} has been created.", details=(done,))


def _start(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    start_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome("The work has been started.")


def _hold(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    hold_order(actor, target.keys[0], target.version, values["hold_reason"], values.get("note"))
    return Outcome("The work is on hold.")


def _complete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    reading, day = values.get("completion_reading"), values.get("completion_date")
    complete_order(
        actor,
        target.keys[0],
        target.version,
        reading=parse_number(reading) if reading else None,
        done_on=parse_day(day) if day else None,
        note=values.get("note"),
    )
    return Outcome("The work is completed; its plan counts from this counter and day on.")


def _close(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    close_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome("The work order is closed.")


def _cancel(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    cancel_order(actor, target.keys[0], target.version, values["cancel_reason"])
    return Outcome("The work order is cancelled; what was due is open again.")


def _reopen(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    reopen_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome("The work order is in progress again; its plan counts from where it did before.")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_order(actor, target.keys[0], target.version, values)
    return Outcome("The change has been saved.")


def _allows(verb: str) -> Any:
    return lambda row: may(verb, str(row.get("status")))


def _suggest_completion(row: Row) -> dict[str, Any]:
    return {"completion_reading": find_counter(int(row["equipment_id"])), "completion_date": str(site_today())}


NEW_ORDER = Action(
    "equipment.new_order",
    "New work order",
    "plus",
    _create,
    on="record",
    confirm="Create",
    explain="For work that no plan asks for. What is due by a plan gets its order by 'Create work orders'.",
    fields=(Field("type", "Type", "choice", required=True, choices=TYPES, default="corrective"), *_PLAIN_FIELDS),
    suggest=lambda row: {"title": f"{row['equipment_number']}: "},
)

WORK_ORDER_ACTIONS = (
    Action(
        "work-orders.start",
        "Start",
        "play",
        _start,
        on="record",
        confirm="Start",
        explain="The work begins, or goes on after it was on hold. The counter at the first start is kept.",
        fields=(_NOTE,),
        visible_when=_allows("start"),
    ),
    Action(
        "work-orders.complete",
        "Complete",
        "check",
        _complete,
        on="record",
        confirm="Complete",
        explain="The due is done, and its plan counts from this counter and day on.",
        fields=(
            Field(
                "completion_reading",
                "Counter at completion, hours",
                "number",
                help="Needed if the machine has readings; not less than at the start of the work.",
            ),
            Field("completion_date", "Done on", "date", help="Today, unless you choose an earlier day."),
            Field("note", "What was done", "long", max_length=2000),
        ),
        visible_when=_allows("complete"),
        suggest=_suggest_completion,
    ),
    Action(
        "work-orders.hold",
        "Put on hold",
        "pause",
        _hold,
        on="record",
        confirm="Put on hold",
        explain="The work waits; 'Start' goes on with it.",
        fields=(Field("hold_reason", "Waits for", "choice", required=True, choices=HOLD_CHOICES), _NOTE),
        visible_when=_allows("hold"),
    ),
    Action(
        "work-orders.close",
        "Close order",
        "check",
        _close,
        on="record",
        explain="Somebody has looked at the finished work. A closed order is not changed any more.",
        fields=(_NOTE,),
        visible_when=_allows("close"),
    ),
    Action(
        "work-orders.reopen",
        "Reopen",
        "refresh",
        _reopen,
        on="record",
        confirm="Reopen",
        explain="The work was not done after all: the due is ordered again, and its plan counts from where it did"
        " before the completion.",
        fields=(_NOTE,),
        visible_when=_allows("reopen"),
    ),
    Action(
        "work-orders.edit",
        "Edit",
        "pencil",
        _edit,
        on="record",
        confirm="Save",
        prefill=True,
        fields=_PLAIN_FIELDS,
        visible_when=lambda row: row.get("status") in UNFINISHED,
    ),
    Action(
        "work-orders.cancel",
        "Cancel order",
        "stop",
        _cancel,
        on="record",
        confirm="Cancel order",
        dangerous=True,
        explain="The work is not done. What was due is open again and may get another order.",
        fields=(Field("cancel_reason", "Reason", required=True, max_length=200),),
        visible_when=_allows("cancel"),
    ),
)
