"""Schedules: when each machine is due by each of its maintenance plans, as of the last evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cmms.access import choices
from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.schedule_maintenance import Conflict, check_day, remove_schedules, reschedule
from cmms.parse_input import parse_day
from cmms.run_control.ask_for_change import REQUEST_LIMIT
from cmms_ui.definition.schema import (
    Action,
    Choice,
    Column,
    Field,
    Filter,
    Outcome,
    Resource,
    Section,
    Tab,
    Target,
    choices_of,
)
from cmms_ui.resources.equipment.large_change import ask_for_large_change
from cmms_ui.resources.maintenance_plans.columns import MACHINE, plan_column
from cmms_ui.resources.schedules import text
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES

_STATES = choices_of(SCHEDULE_STATES)


def plan_choices() -> Sequence[Choice]:
    """Active plans by id."""
    return [Choice(*pair) for pair in choices.maintenance_plan_choices()]


def report_conflicts(done: str, conflicts: Sequence[Conflict]) -> Outcome:
    """The result of an action, with a line for each machine that it left unchanged, and why."""
    if not conflicts:
        return Outcome(done)
    lines = tuple(text.CONFLICT_LINE.format(machine=one.equipment_number, reason=one.why) for one in conflicts)
    return Outcome(f"{done} {text.conflicts(len(lines))}", "warning", details=lines)


def _remove(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, "schedules.remove", target, {})
    done, conflicts = remove_schedules(actor, target.keys)
    return report_conflicts(text.removed(done), conflicts)


def _reschedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    day = parse_day(values["first_due_date"])
    if len(target.keys) > REQUEST_LIMIT:
        check_day(day)
        return ask_for_large_change(actor, "schedules.reschedule", target, {"first_due_date": day.isoformat()})
    done = reschedule(actor, target.keys, day)
    return report_conflicts(text.moved(done.moved), done.conflicts)


SCHEDULES = Resource(
    name="schedules",
    label=text.SCHEDULES,
    singular=text.SCHEDULE,
    icon="clock",
    parent="maintenance-plans",
    table="equipment_maintenance m",
    key="m.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = m.equipment_id"),
        "p": Join("JOIN maintenance_plans p ON p.id = m.plan_id"),
        "pt": Join("JOIN plants pt ON pt.id = e.plant_id", after=("e",)),
    },
    order=(("predicted_date", False),),
    title="equipment_number",
    refresh_seconds=30,
    topics=("records", "edits"),
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "m.id", "integer", width=90, hidden=True, link=True),
        MACHINE,
        plan_column("p"),
        Column(
            "state", text.STATE, "m.state", "status", width=130, choices=_STATES, statuses=SCHEDULE_STATES, phone="side"
        ),
        Column("hours_to_go", text.HOURS_TO_GO, "m.hours_to_go", "hours", width=125, phone="fact"),
        Column("next_due_hours", text.DUE_AT_LIFE_HOURS, "m.next_due_hours", "hours", width=135, phone="fact"),
        Column("days_to_go", text.DAYS_TO_GO, "m.days_to_go", "integer", width=115),
        Column("next_due_date", text.DUE_ON, "m.next_due_date", "date", width=120, phone="fact"),
        Column("predicted_date", text.PREDICTED, "m.predicted_date", "date", width=120, phone="fact"),
        Column("plant_code", text.PLANT, "pt.plant_code", width=90),
        Column("baseline_hours", text.COUNTED_FROM_HOURS, "m.baseline_hours", "hours", width=155),
        Column("baseline_date", text.COUNTED_FROM, "m.baseline_date", "date", width=120),
        Column(
            "assigned_by",
            text.ASSIGNED_BY,
            "m.assigned_by",
            width=120,
            choices=(Choice("plan", text.BY_PLAN), Choice("person", text.BY_PERSON)),
        ),
        Column("first_due_date", text.CHOSEN_DATE, "m.first_due_date", "date", width=120),
        Column(
            "cause",
            text.TRIGGER,
            "m.cause",
            width=115,
            hidden=True,
            choices=(Choice("hours", text.TRIGGER_HOURS), Choice("calendar", text.TRIGGER_CALENDAR)),
        ),
        Column("hours_a_day", text.HOURS_A_DAY, "m.hours_a_day", "hours", width=120, hidden=True),
        Column("evaluated_on", text.EVALUATED_ON, "m.evaluated_on", "date", width=130),
        Column("equipment_id", text.MACHINE_ID, "m.equipment_id", "integer", width=100, hidden=True),
        Column("plan_id", text.PLAN_ID, "m.plan_id", "integer", width=100, hidden=True),
        Column("row_version", text.VERSION, "m.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab("overdue", text.OVERDUE, "alert", "m.state = 'overdue'", text.NONE_OVERDUE, alarming=True),
        Tab("due", text.DUE, "tool", "m.state = 'due'", text.NONE_DUE, alarming=True),
        Tab("upcoming", text.UPCOMING, "clock", "m.state = 'upcoming'", text.NONE_UPCOMING),
        Tab("all", text.ALL, "list", "", text.NO_SCHEDULES),
    ),
    filters=(
        Filter("plan_id", text.BY_PLAN, load_choices=plan_choices),
        Filter("state", text.STATE, choices=_STATES),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(
            text.SCHEDULE, ("equipment_number", "plan_name", "state", "assigned_by", "first_due_date", "evaluated_on")
        ),
        Section(
            text.SECTION_NEXT,
            ("hours_to_go", "next_due_hours", "days_to_go", "next_due_date", "predicted_date", "cause"),
        ),
        Section(text.SECTION_COUNTING, ("baseline_hours", "baseline_date", "hours_a_day")),
    ),
    actions=(
        Action(
            "schedules.reschedule",
            text.RESCHEDULE,
            "clock",
            _reschedule,
            confirm=text.RESCHEDULE,
            explain=text.RESCHEDULE_EXPLAIN,
            fields=(
                Field(
                    "first_due_date",
                    text.NEXT_DUE_ON,
                    "date",
                    required=True,
                    help=text.NEXT_DUE_HELP,
                    example="2099-01-31",
                ),
            ),
        ),
        Action(
            "schedules.remove",
            text.REMOVE,
            "trash",
            _remove,
            confirm=text.REMOVE,
            dangerous=True,
            explain=text.REMOVE_EXPLAIN,
            visible_when=lambda row: row.get("assigned_by") == "person",
        ),
    ),
)
