"""What people do with work orders: the forms of their life; what 'Create work orders' shows beforehand and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cmms.access.actors import Actor
from cmms.maintenance.orders.cancel_order import cancel_order
from cmms.maintenance.orders.complete_order import complete_order
from cmms.maintenance.orders.create_order import create_order
from cmms.maintenance.orders.due_lines import DueLine, OrdersResult
from cmms.maintenance.orders.edit_order import edit_order
from cmms.maintenance.orders.newest_counter import find_counter
from cmms.maintenance.orders.order_life_cycle import HOLD_REASONS, UNFINISHED, may
from cmms.maintenance.orders.order_number import order_number
from cmms.maintenance.orders.progress_order import close_order, hold_order, start_order
from cmms.maintenance.orders.reopen_order import reopen_order
from cmms.maintenance.site_today import site_today
from cmms.parse_input import parse_day, parse_number
from cmms_ui.definition.schema import Action, Choice, Detail, Field, Outcome, Preview, Row, Target
from cmms_ui.resources.work_orders import text

SHOWN = 100
TYPES = (
    Choice("preventive", text.TYPE_PREVENTIVE),
    Choice("corrective", text.TYPE_CORRECTIVE),
    Choice("inspection", text.TYPE_INSPECTION),
)
PRIORITIES = (
    Choice("1", text.PRIORITY_1),
    Choice("2", "2"),
    Choice("3", text.PRIORITY_3),
    Choice("4", "4"),
    Choice("5", text.PRIORITY_5),
)
HOLD_CHOICES = tuple(Choice(reason, text.HOLD_REASONS[reason]) for reason in HOLD_REASONS)
ORDER_FIELDS = (
    Field("planned_date", text.PLANNED_FOR, "date", help=text.PLANNED_HELP),
    Field("note", text.NOTE, max_length=500),
)
_NOTE = Field("note", text.NOTE, "long", max_length=2000)
_PLAIN_FIELDS = (
    Field("title", text.TITLE, required=True, max_length=200),
    Field("description", text.DESCRIPTION, "long", max_length=2000),
    Field("priority", text.PRIORITY, "choice", required=True, choices=PRIORITIES, default="3"),
    Field("planned_date", text.PLANNED_FOR, "date"),
)


def planned_date(values: Mapping[str, Any]) -> date | None:
    """The day that was chosen in the form."""
    return parse_day(values["planned_date"]) if values.get("planned_date") else None


def preview_orders(found: OrdersResult) -> Preview:
    """How many orders would be made, and why not of the rest."""
    summary = _summarise(text.would_create(len(found.created)), found)
    rows = [
        *((line.equipment_number, line.plan_name, text.ROW_NEW) for line in found.created),
        *((line.equipment_number, line.plan_name, _ordered(line)) for line in found.already),
        *((line.equipment_number, line.plan_name, text.ROW_NOT_OPEN) for line in found.gone),
        *((number, "–", text.ROW_NOTHING_DUE) for _, number in found.idle),
    ]
    hidden = len(rows) - SHOWN
    shown = [*rows[:SHOWN], *([("...", text.ROW_MORE.format(count=hidden), "")] if hidden > 0 else [])]
    return Preview(summary, (text.MACHINE, text.PLAN, text.RESULT), tuple(shown))


def report_orders(result: OrdersResult) -> Outcome:
    """What was created, and of each due that got no order why."""
    lines = [
        *(Detail(_name(text.LINE_CREATED, line), f"/work-orders/{line.order_id}") for line in result.created),
        *(Detail(_name(text.LINE_ALREADY, line), f"/work-orders/{line.order_id}") for line in result.already),
        *(Detail(_name(text.LINE_NOT_OPEN, line), f"/dues/{line.due_id}") for line in result.gone),
        *(Detail(text.LINE_NOTHING_DUE.format(machine=number), f"/equipment/{key}") for key, number in result.idle),
    ]
    hidden = len(lines) - SHOWN
    shown = [*lines[:SHOWN], *([Detail(text.ROW_MORE.format(count=hidden), "/work-orders")] if hidden > 0 else [])]
    summary = _summarise(text.created(len(result.created)), result)
    return Outcome(summary, "success" if result.created else "info", details=tuple(shown))


def _summarise(done: str, result: OrdersResult) -> str:
    sentences = [done]
    if result.already:
        sentences.append(text.already_ordered(len(result.already)))
    if result.gone or result.missing:
        sentences.append(text.no_longer_open(len(result.gone) + result.missing))
    if result.idle:
        sentences.append(text.nothing_due(len(result.idle)))
    return " ".join(sentences)


def _name(sentence: str, line: DueLine) -> str:
    return sentence.format(order=order_number(line.order_id or 0), machine=line.equipment_number, plan=line.plan_name)


def _ordered(line: DueLine) -> str:
    return text.ROW_ORDERED.format(order=order_number(line.order_id or 0))


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_order(actor, target.keys[0], values)
    done = Detail(text.ORDER_LINE.format(order=order_number(key), title=values["title"]), f"/work-orders/{key}")
    return Outcome(text.ORDER_CREATED.format(order=order_number(key)), details=(done,))


def _start(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    start_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome(text.STARTED)


def _hold(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    hold_order(actor, target.keys[0], target.version, values["hold_reason"], values.get("note"))
    return Outcome(text.ON_HOLD)


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
    return Outcome(text.COMPLETED)


def _close(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    close_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome(text.CLOSED)


def _cancel(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    cancel_order(actor, target.keys[0], target.version, values["cancel_reason"])
    return Outcome(text.ORDER_CANCELLED)


def _reopen(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    reopen_order(actor, target.keys[0], target.version, values.get("note"))
    return Outcome(text.REOPENED)


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_order(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


def _allows(verb: str) -> Any:
    return lambda row: may(verb, str(row.get("status")))


def _suggest_completion(row: Row) -> dict[str, Any]:
    return {"completion_reading": find_counter(int(row["equipment_id"])), "completion_date": str(site_today())}


NEW_ORDER = Action(
    "equipment.new_order",
    text.NEW,
    "plus",
    _create,
    on="record",
    confirm=text.CREATE,
    explain=text.NEW_EXPLAIN,
    fields=(Field("type", text.TYPE, "choice", required=True, choices=TYPES, default="corrective"), *_PLAIN_FIELDS),
    suggest=lambda row: {"title": text.NEW_TITLE.format(machine=row["equipment_number"])},
)

WORK_ORDER_ACTIONS = (
    Action(
        "work-orders.start",
        text.START,
        "play",
        _start,
        on="record",
        confirm=text.START,
        explain=text.START_EXPLAIN,
        fields=(_NOTE,),
        visible_when=_allows("start"),
    ),
    Action(
        "work-orders.complete",
        text.COMPLETE,
        "check",
        _complete,
        on="record",
        confirm=text.COMPLETE,
        explain=text.COMPLETE_EXPLAIN,
        fields=(
            Field(
                "completion_reading",
                text.COMPLETION_READING,
                "number",
                help=text.COMPLETION_READING_HELP,
            ),
            Field("completion_date", text.DONE_ON, "date", help=text.COMPLETION_DATE_HELP),
            Field("note", text.WORK_DONE, "long", max_length=2000),
        ),
        visible_when=_allows("complete"),
        suggest=_suggest_completion,
    ),
    Action(
        "work-orders.hold",
        text.HOLD,
        "pause",
        _hold,
        on="record",
        confirm=text.HOLD,
        explain=text.HOLD_EXPLAIN,
        fields=(Field("hold_reason", text.WAITING_FOR, "choice", required=True, choices=HOLD_CHOICES), _NOTE),
        visible_when=_allows("hold"),
    ),
    Action(
        "work-orders.close",
        text.CLOSE,
        "check",
        _close,
        on="record",
        explain=text.CLOSE_EXPLAIN,
        fields=(_NOTE,),
        visible_when=_allows("close"),
    ),
    Action(
        "work-orders.reopen",
        text.REOPEN,
        "refresh",
        _reopen,
        on="record",
        confirm=text.REOPEN,
        explain=text.REOPEN_EXPLAIN,
        fields=(_NOTE,),
        visible_when=_allows("reopen"),
    ),
    Action(
        "work-orders.edit",
        text.EDIT,
        "pencil",
        _edit,
        on="record",
        confirm=text.SAVE,
        prefill=True,
        fields=_PLAIN_FIELDS,
        visible_when=lambda row: row.get("status") in UNFINISHED,
    ),
    Action(
        "work-orders.cancel",
        text.CANCEL,
        "stop",
        _cancel,
        on="record",
        confirm=text.CANCEL,
        dangerous=True,
        explain=text.CANCEL_EXPLAIN,
        fields=(Field("cancel_reason", text.REASON, required=True, max_length=200),),
        visible_when=_allows("cancel"),
    ),
)
