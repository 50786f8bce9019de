"""Maintenance plans: what machines need every so many hours or days, and how their schedules stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.change_plans import Rehearsal, SavedPlan, create_plan, edit_plan, evaluate_now, rehearse_plan
from cmms.words import agree, count_of
from cmms_ui.definition.schema import Action, Choice, Column, Field, Outcome, Preview, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE, find_status
from cmms_ui.resources.maintenance_plans.widgets import PLAN_MACHINES
from cmms_ui.resources.plants.place_choices import group_choices, plant_choices
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES

_SCOPES = (
    Choice("equipment", "Chosen machines"),
    Choice("group", "A group"),
    Choice("plant", "A plant"),
    Choice("all", "All machines"),
)
_MODES = (
    Choice("floating", "From the last service"),
    Choice("fixed", "Multiples of the interval"),
)
_STARTS = (Choice("now", "Count from now"), Choice("zero", "Count from counter 0"))


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    saved = create_plan(actor, values)
    return _tell(saved, f"The plan {values['name']} has been created.", f"/maintenance-plans/{saved.id}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return _tell(edit_plan(actor, target.keys[0], target.version, values), "The change has been saved.", "")


def _tell(saved: SavedPlan, done: str, path: str) -> Outcome:
    if saved.left:
        left = f"{saved.left:,} of {count_of(saved.machines, 'machine')} {agree(saved.left, 'has', 'have')}"
        text = f"{done} {left} not been judged yet: the daily evaluation, or 'Evaluate now', does that."
        return Outcome(text, "warning", path)
    return Outcome(f"{done} {count_of(saved.machines, 'machine has', 'machines have')} been judged.", path=path)


def _evaluate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    found = evaluate_now(actor)
    text = f"{count_of(found.evaluated, 'schedule has', 'schedules have')} been judged: {found.due:,} have become due"
    return Outcome(f"{text}, {found.withdrawn:,} are not due any more, {found.changed:,} have changed.")


def _preview_create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(rehearse_plan(actor, values), is_new=True)


def _preview_edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(rehearse_plan(actor, values, target.keys[0]), is_new=False)


def _describe(found: Rehearsal, *, is_new: bool) -> Preview:
    covered = sum(machines for state, machines in found.then.items() if state != "suspended")
    due = found.then.get("due", 0) + found.then.get("overdue", 0)
    text = f"The plan would cover {count_of(covered, 'machine')}; {due:,} of them would be due today."
    text += f" {count_of(found.opened, 'due')} would be opened"
    text += f", {found.withdrawn:,} withdrawn." if found.withdrawn else "."
    if found.evaluated < found.machines:
        text += (
            f" Tried for the first {found.evaluated:,} of {found.machines:,} machines: saving evaluates the others too."
        )
    rows = [
        (find_status(state, SCHEDULE_STATES).label, f"{found.now.get(state, 0):,}", f"{found.then.get(state, 0):,}")
        for state in SCHEDULE_STATES
        if found.now.get(state) or found.then.get(state)
    ]
    if is_new:
        return Preview(text, ("State", "Machines"), tuple((state, then) for state, _, then in rows))
    return Preview(text, ("State", "Machines now", "Machines then"), tuple(rows))


_INPUTS = (
    Field("name", "Name", required=True, max_length=120, help="What people call it, for example: Oil change."),
    Field(
        "scope",
        "Applies to",
        "choice",
        required=True,
        choices=_SCOPES,
        default="group",
        help="Chosen machines are those that somebody puts under the plan by 'Schedule maintenance' in Equipment.",
    ),
    Field(
        "equipment_group_id",
        "Group",
        "choice",
        required=True,
        load_choices=group_choices,
        visible_when=("scope", "group"),
    ),
    Field("plant_id", "Plant", "choice", required=True, load_choices=plant_choices, visible_when=("scope", "plant")),
    Field(
        "interval_hours",
        "Interval, hours",
        "number",
        help="Running hours between two services. With days too, whichever comes first decides.",
    ),
    Field(
        "interval_days", "Interval, days", "number", help="Days between two services, whether the machine runs or not."
    ),
    Field(
        "schedule_mode",
        "Counting",
        "choice",
        required=True,
        choices=_MODES,
        default="floating",
        help="Every 500 h, serviced at 700 h: due at 1,200 h from the last service, at 1,000 h by multiples.",
    ),
    Field(
        "start_from",
        "Machines without a known service",
        "choice",
        required=True,
        choices=_STARTS,
        default="now",
        help="From counter 0, a machine that has run longer than the interval is due at once.",
    ),
    Field(
        "lead_hours", "Lead, hours", "number", default=0, help="So many hours before it is due, it is told as upcoming."
    ),
    Field("lead_days", "Lead, days", "number", default=0, help="The same in days."),
    Field(
        "tolerance_hours",
        "Tolerance, hours",
        "number",
        default=0,
        help="Beyond so many hours after it is due, it is overdue.",
    ),
    Field("tolerance_days", "Tolerance, days", "number", default=0, help="The same in days."),
    Field("priority", "Priority", "number", default=3, help="1 is the most urgent, 5 the least; work orders get it."),
    Field("description", "Description", "long", max_length=2000, help="What is to be done."),
)

_INTERVAL = (
    "CONCAT('every ', CONCAT_WS(' or ',"
    " CONCAT(FORMAT(p.interval_hours, IF(p.interval_hours = FLOOR(p.interval_hours), 0, 2)), ' h'),"
    " CONCAT(p.interval_days, IF(p.interval_days = 1, ' day', ' days'))))"
)
_APPLIES_TO = (
    "CASE p.scope WHEN 'group' THEN CONCAT('Group ', g.name) WHEN 'plant' THEN CONCAT('Plant ', t.plant_code)"
    " WHEN 'all' THEN 'All machines' ELSE 'Chosen machines' END"
)


_MACHINES_THAT_ARE = "(SELECT COUNT(*) FROM equipment_maintenance m WHERE m.plan_id = p.id AND m.state {})"


def _count(name: str, label: str, condition: str) -> Column:
    """Machines of the plan in a state: a range of an index."""
    source = _MACHINES_THAT_ARE.format(condition)
    return Column(name, label, source, "integer", width=115, filterable=False, phone="fact")


MAINTENANCE_PLANS = Resource(
    name="maintenance-plans",
    label="Maintenance plans",
    singular="Plan",
    icon="list",
    table="maintenance_plans p",
    key="p.id",
    joins={
        "g": Join("LEFT JOIN equipment_groups g ON g.id = p.equipment_group_id"),
        "t": Join("LEFT JOIN plants t ON t.id = p.plant_id"),
    },
    order=(("name", False),),
    title="name",
    refresh_seconds=30,
    topics=("edits", "records"),
    search_hint="Search name",
    record_widgets=(PLAN_MACHINES,),
    columns=(
        Column("id", "Id", "p.id", "integer", width=90, hidden=True),
        Column("name", "Name", "p.name", width=240, searchable=True, link=True, phone="title"),
        Column(
            "status",
            "Status",
            "IF(p.is_active = 1, 'active', 'inactive')",
            "status",
            width=120,
            statuses=IN_USE,
            phone="side",
        ),
        Column("applies_to", "Applies to", _APPLIES_TO, width=180, phone="line", joins=("g", "t")),
        Column("interval_text", "Interval", _INTERVAL, width=185, sortable=False, filterable=False, phone="line"),
        _count("machines", "Machines", "<> 'suspended'"),
        _count("overdue", "Overdue", "= 'overdue'"),
        _count("due", "Due", "= 'due'"),
        _count("upcoming", "Upcoming", "= 'upcoming'"),
        Column("priority", "Priority", "p.priority", "integer", width=105),
        Column("scope", "Scope", "p.scope", width=140, choices=_SCOPES, hidden=True),
        Column("interval_hours", "Interval, hours", "p.interval_hours", "hours", width=135, hidden=True),
        Column("interval_days", "Interval, days", "p.interval_days", "integer", width=135, hidden=True),
        Column("schedule_mode", "Counting", "p.schedule_mode", width=190, choices=_MODES, hidden=True),
        Column("start_from", "Without a known service", "p.start_from", width=190, choices=_STARTS, hidden=True),
        Column("lead_hours", "Lead, hours", "p.lead_hours", "hours", width=120, hidden=True),
        Column("lead_days", "Lead, days", "p.lead_days", "integer", width=120, hidden=True),
        Column("tolerance_hours", "Tolerance, hours", "p.tolerance_hours", "hours", width=145, hidden=True),
        Column("tolerance_days", "Tolerance, days", "p.tolerance_days", "integer", width=145, hidden=True),
        Column("description", "Description", "p.description", width=300, sortable=False, hidden=True),
        Column("created_at", "Added", "p.created_at", "instant", width=178, hidden=True),
        Column("updated_at", "Changed", "p.updated_at", "instant", width=178, hidden=True),
        Column("equipment_group_id", "Group id", "p.equipment_group_id", "integer", hidden=True),
        Column("plant_id", "Plant id", "p.plant_id", "integer", hidden=True),
        Column("is_active", "Is active", "p.is_active", "boolean", hidden=True),
        Column("row_version", "Version", "p.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("all", "All", "list", "", "No plan yet: a plan says what machines need every so many hours or days."),
        Tab("active", "Active", "check", "p.is_active = 1", "No plan is active."),
        Tab("inactive", "Inactive", "pause", "p.is_active = 0", "No plan has been switched off."),
    ),
    infolist=(
        Section("Plan", ("name", "status", "applies_to", "interval_text", "priority", "description")),
        Section(
            "Counting",
            ("schedule_mode", "start_from", "lead_hours", "lead_days", "tolerance_hours", "tolerance_days"),
        ),
        Section("Kept since", ("machines", "created_at", "updated_at")),
    ),
    actions=(
        Action(
            "maintenance-plans.create",
            "New plan",
            "plus",
            _create,
            on="list",
            confirm="Create",
            fields=_INPUTS,
            preview=_preview_create,
            explain="Hours, days or both. All machines concerned are judged at once, which takes some seconds for"
            " thousands of them.",
        ),
        Action(
            "maintenance-plans.edit",
            "Edit",
            "pencil",
            _edit,
            on="record",
            confirm="Save",
            prefill=True,
            fields=(
                *_INPUTS,
                Field("is_active", "Active", "boolean", default=True, help="Switched off, it asks nothing."),
            ),
            preview=_preview_edit,
            explain="What the machines have been serviced at stays; what is due is judged anew.",
        ),
        Action(
            "maintenance-plans.evaluate",
            "Evaluate now",
            "refresh",
            _evaluate,
            on="list",
            confirm="Evaluate",
            explain="Judges every machine by every plan, as happens daily after the running times have been synced. Of"
            " many machines it takes a while.",
        ),
    ),
)
