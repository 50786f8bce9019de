"""Schedules: what each maintenance plan asks of each of its machines, as of the last evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cmms.access import choices
from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.schedule_maintenance import Conflict, check_day, remove_schedules, reschedule
from cmms.parse_input import parse_day
from cmms.run_control.ask_for_change import REQUEST_LIMIT
from cmms.words import count_of
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
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES

_STATES = choices_of(SCHEDULE_STATES)


def plan_choices() -> Sequence[Choice]:
    """Active plans by id."""
    return [Choice(*pair) for pair in choices.maintenance_plan_choices()]


def tell_conflicts(text: str, conflicts: Sequence[Conflict]) -> Outcome:
    """How an action ended that left some machines alone: why, one by one."""
    if not conflicts:
        return Outcome(text)
    lines = tuple(f"{conflict.equipment_number}: {conflict.why}" for conflict in conflicts)
    return Outcome(f"{text} {count_of(len(lines), 'conflict')}: left as they were.", "warning", details=lines)


def _remove(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    if len(target.keys) > REQUEST_LIMIT:
        return ask_for_large_change(actor, "schedules.remove", target, {})
    done, conflicts = remove_schedules(actor, target.keys)
    return tell_conflicts(f"{count_of(done, 'schedule')} removed.", conflicts)


def _reschedule(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    day = parse_day(values["first_due_date"])
    if len(target.keys) > REQUEST_LIMIT:
        check_day(day)
        return ask_for_large_change(actor, "schedules.reschedule", target, {"first_due_date": day.isoformat()})
    done = reschedule(actor, target.keys, day)
    return tell_conflicts(f"{count_of(done.moved, 'schedule')} moved.", done.conflicts)


SCHEDULES = Resource(
    name="schedules",
    label="Schedules",
    singular="Schedule",
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
    search_hint="Search machine or plan",
    columns=(
        Column("id", "Id", "m.id", "integer", width=90, hidden=True, link=True),
        MACHINE,
        plan_column("p"),
        Column(
            "state", "State", "m.state", "status", width=130, choices=_STATES, statuses=SCHEDULE_STATES, phone="side"
        ),
        Column("hours_to_go", "Hours to go", "m.hours_to_go", "hours", width=125, phone="fact"),
        Column("next_due_hours", "Due at counter", "m.next_due_hours", "hours", width=135, phone="fact"),
        Column("days_to_go", "Days to go", "m.days_to_go", "integer", width=115),
        Column("next_due_date", "Due on", "m.next_due_date", "date", width=120, phone="fact"),
        Column("predicted_date", "Predicted", "m.predicted_date", "date", width=120, phone="fact"),
        Column("plant_code", "Plant", "pt.plant_code", width=90),
        Column("baseline_hours", "Counts from, hours", "m.baseline_hours", "hours", width=155),
        Column("baseline_date", "Counts from", "m.baseline_date", "date", width=120),
        Column(
            "assigned_by",
            "Assigned by",
            "m.assigned_by",
            width=120,
            choices=(Choice("plan", "Plan"), Choice("person", "Person")),
        ),
        Column("first_due_date", "Day chosen", "m.first_due_date", "date", width=120),
        Column(
            "cause",
            "Decided by",
            "m.cause",
            width=115,
            hidden=True,
            choices=(Choice("hours", "Hours"), Choice("calendar", "Calendar")),
        ),
        Column("hours_a_day", "Hours a day", "m.hours_a_day", "hours", width=120, hidden=True),
        Column("evaluated_on", "Evaluated on", "m.evaluated_on", "date", width=130),
        Column("equipment_id", "Machine id", "m.equipment_id", "integer", width=100, hidden=True),
        Column("plan_id", "Plan id", "m.plan_id", "integer", width=100, hidden=True),
        Column("row_version", "Version", "m.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab("overdue", "Overdue", "alert", "m.state = 'overdue'", "Nothing is overdue.", alarming=True),
        Tab("due", "Due", "tool", "m.state = 'due'", "Nothing is due.", alarming=True),
        Tab("upcoming", "Upcoming", "clock", "m.state = 'upcoming'", "Nothing is due soon."),
        Tab("all", "All", "list", "", "No plan asks anything of any machine. Plans are made in Maintenance plans."),
    ),
    filters=(
        Filter("plan_id", "Plan", load_choices=plan_choices),
        Filter("state", "State", choices=_STATES),
        Filter("equipment_id", "Machine id", quiet=True),
    ),
    infolist=(
        Section(
            "Schedule", ("equipment_number", "plan_name", "state", "assigned_by", "first_due_date", "evaluated_on")
        ),
        Section("Next", ("hours_to_go", "next_due_hours", "days_to_go", "next_due_date", "predicted_date", "cause")),
        Section("Counting", ("baseline_hours", "baseline_date", "hours_a_day")),
    ),
    actions=(
        Action(
            "schedules.reschedule",
            "Move the date",
            "clock",
            _reschedule,
            confirm="Move",
            explain="The chosen day replaces that of the interval until the next service. Hours go on counting: what"
            " comes first decides. A schedule with an open work order is left as it is.",
            fields=(
                Field(
                    "first_due_date", "Next due on", "date", required=True, help="Today or later.", example="2099-01-31"
                ),
            ),
        ),
        Action(
            "schedules.remove",
            "Remove",
            "trash",
            _remove,
            confirm="Remove",
            dangerous=True,
            explain="Takes back what a person has scheduled. What a plan asks by its scope is changed in the plan.",
            visible_when=lambda row: row.get("assigned_by") == "person",
        ),
    ),
)
