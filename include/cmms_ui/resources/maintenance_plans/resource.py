"""Maintenance plans: what machines need every so many hours or days, and how their schedules stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.change_plans import Rehearsal, SavedPlan, create_plan, edit_plan, evaluate_now, rehearse_plan
from cmms_ui.definition.schema import Action, Choice, Column, Field, Outcome, Preview, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE, find_status
from cmms_ui.resources.maintenance_plans import text
from cmms_ui.resources.maintenance_plans.widgets import PLAN_MACHINES
from cmms_ui.resources.plants.place_choices import group_choices, plant_choices
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES

_SCOPES = (
    Choice("equipment", text.SCOPE_CHOSEN),
    Choice("group", text.SCOPE_GROUP),
    Choice("plant", text.SCOPE_PLANT),
    Choice("all", text.SCOPE_ALL),
)
_MODES = (
    Choice("floating", text.COUNT_FLOATING),
    Choice("fixed", text.COUNT_FIXED),
)
_STARTS = (Choice("now", text.START_NOW), Choice("zero", text.START_ZERO))


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    saved = create_plan(actor, values)
    return _report(saved, text.CREATED.format(name=values["name"]), f"/maintenance-plans/{saved.id}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return _report(edit_plan(actor, target.keys[0], target.version, values), text.SAVED, "")


def _report(saved: SavedPlan, done: str, path: str) -> Outcome:
    if saved.left:
        return Outcome(f"{done} {text.not_evaluated(saved.left, saved.machines)}", "warning", path)
    return Outcome(f"{done} {text.evaluated(saved.machines)}", path=path)


def _evaluate(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    found = evaluate_now(actor)
    return Outcome(text.evaluation(found.evaluated, found.due, found.withdrawn, found.changed))


def _preview_create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(rehearse_plan(actor, values), is_new=True)


def _preview_edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(rehearse_plan(actor, values, target.keys[0]), is_new=False)


def _describe(found: Rehearsal, *, is_new: bool) -> Preview:
    covered = sum(machines for state, machines in found.then.items() if state != "suspended")
    due = found.then.get("due", 0) + found.then.get("overdue", 0)
    dues = text.WOULD_OPEN_AND_WITHDRAW if found.withdrawn else text.WOULD_OPEN
    sentences = [text.would_cover(covered, due), dues.format(opened=found.opened, withdrawn=found.withdrawn)]
    if found.evaluated < found.machines:
        sentences.append(text.only_tried(found.evaluated, found.machines))
    summary = " ".join(sentences)
    rows = [
        (find_status(state, SCHEDULE_STATES).label, f"{found.now.get(state, 0):,}", f"{found.then.get(state, 0):,}")
        for state in SCHEDULE_STATES
        if found.now.get(state) or found.then.get(state)
    ]
    if is_new:
        return Preview(summary, (text.STATE, text.MACHINES), tuple((state, then) for state, _, then in rows))
    return Preview(summary, (text.STATE, text.MACHINES_NOW, text.MACHINES_THEN), tuple(rows))


_INPUTS = (
    Field("name", text.NAME, required=True, max_length=120, help=text.NAME_HELP),
    Field(
        "scope",
        text.APPLIES_TO,
        "choice",
        required=True,
        choices=_SCOPES,
        default="group",
        help=text.SCOPE_HELP,
    ),
    Field(
        "equipment_group_id",
        text.GROUP,
        "choice",
        required=True,
        load_choices=group_choices,
        visible_when=("scope", "group"),
    ),
    Field("plant_id", text.PLANT, "choice", required=True, load_choices=plant_choices, visible_when=("scope", "plant")),
    Field(
        "interval_hours",
        text.INTERVAL_HOURS,
        "number",
        help=text.INTERVAL_HOURS_HELP,
    ),
    Field("interval_days", text.INTERVAL_DAYS, "number", help=text.INTERVAL_DAYS_HELP),
    Field(
        "schedule_mode",
        text.COUNTING,
        "choice",
        required=True,
        choices=_MODES,
        default="floating",
        help=text.COUNTING_HELP,
    ),
    Field(
        "start_from",
        text.START_FROM,
        "choice",
        required=True,
        choices=_STARTS,
        default="now",
        help=text.START_FROM_HELP,
    ),
    Field("lead_hours", text.LEAD_HOURS, "number", default=0, help=text.LEAD_HOURS_HELP),
    Field("lead_days", text.LEAD_DAYS, "number", default=0, help=text.LEAD_DAYS_HELP),
    Field(
        "tolerance_hours",
        text.TOLERANCE_HOURS,
        "number",
        default=0,
        help=text.TOLERANCE_HOURS_HELP,
    ),
    Field("tolerance_days", text.TOLERANCE_DAYS, "number", default=0, help=text.TOLERANCE_DAYS_HELP),
    Field("priority", text.PRIORITY, "number", default=3, help=text.PRIORITY_HELP),
    Field("description", text.DESCRIPTION, "long", max_length=2000, help=text.DESCRIPTION_HELP),
)

_INTERVAL = (
    f"CONCAT('{text.EVERY} ', CONCAT_WS(' {text.OR} ',"
    f" CONCAT(FORMAT(p.interval_hours, IF(p.interval_hours = FLOOR(p.interval_hours), 0, 2)), ' {text.HOUR}'),"
    f" CONCAT(p.interval_days, IF(p.interval_days = 1, ' {text.DAY}', ' {text.DAYS}'))))"
)
_APPLIES_TO = (
    f"CASE p.scope WHEN 'group' THEN CONCAT('{text.GROUP} ', g.name)"
    f" WHEN 'plant' THEN CONCAT('{text.PLANT} ', t.plant_code)"
    f" WHEN 'all' THEN '{text.SCOPE_ALL}' ELSE '{text.SCOPE_CHOSEN}' END"
)


_MACHINES_THAT_ARE = "(SELECT COUNT(*) FROM equipment_maintenance m WHERE m.plan_id = p.id AND m.state {})"


def _count(name: str, label: str, condition: str) -> Column:
    """Machines of the plan in a state: a range of an index."""
    source = _MACHINES_THAT_ARE.format(condition)
    return Column(name, label, source, "integer", width=115, filterable=False, phone="fact")


MAINTENANCE_PLANS = Resource(
    name="maintenance-plans",
    label=text.PLANS,
    singular=text.PLAN,
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
    search_hint=text.SEARCH_HINT,
    record_widgets=(PLAN_MACHINES,),
    columns=(
        Column("id", text.ID, "p.id", "integer", width=90, hidden=True),
        Column("name", text.NAME, "p.name", width=240, searchable=True, link=True, phone="title"),
        Column(
            "status",
            text.STATUS,
            "IF(p.is_active = 1, 'active', 'inactive')",
            "status",
            width=120,
            statuses=IN_USE,
            phone="side",
        ),
        Column("applies_to", text.APPLIES_TO, _APPLIES_TO, width=180, phone="line", joins=("g", "t")),
        Column("interval_text", text.INTERVAL, _INTERVAL, width=185, sortable=False, filterable=False, phone="line"),
        _count("machines", text.MACHINES, "<> 'suspended'"),
        _count("overdue", text.OVERDUE, "= 'overdue'"),
        _count("due", text.DUE, "= 'due'"),
        _count("upcoming", text.UPCOMING, "= 'upcoming'"),
        Column("priority", text.PRIORITY, "p.priority", "integer", width=105),
        Column("scope", text.SCOPE, "p.scope", width=140, choices=_SCOPES, hidden=True),
        Column("interval_hours", text.INTERVAL_HOURS, "p.interval_hours", "hours", width=135, hidden=True),
        Column("interval_days", text.INTERVAL_DAYS, "p.interval_days", "integer", width=135, hidden=True),
        Column("schedule_mode", text.COUNTING, "p.schedule_mode", width=190, choices=_MODES, hidden=True),
        Column("start_from", text.WITHOUT_SERVICE, "p.start_from", width=190, choices=_STARTS, hidden=True),
        Column("lead_hours", text.LEAD_HOURS, "p.lead_hours", "hours", width=120, hidden=True),
        Column("lead_days", text.LEAD_DAYS, "p.lead_days", "integer", width=120, hidden=True),
        Column("tolerance_hours", text.TOLERANCE_HOURS, "p.tolerance_hours", "hours", width=145, hidden=True),
        Column("tolerance_days", text.TOLERANCE_DAYS, "p.tolerance_days", "integer", width=145, hidden=True),
        Column("description", text.DESCRIPTION, "p.description", width=300, sortable=False, hidden=True),
        Column("created_at", text.ADDED, "p.created_at", "instant", width=178, hidden=True),
        Column("updated_at", text.CHANGED, "p.updated_at", "instant", width=178, hidden=True),
        Column("equipment_group_id", text.GROUP_ID, "p.equipment_group_id", "integer", hidden=True),
        Column("plant_id", text.PLANT_ID, "p.plant_id", "integer", hidden=True),
        Column("is_active", text.ACTIVE, "p.is_active", "boolean", hidden=True),
        Column("row_version", text.VERSION, "p.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("all", text.ALL, "list", "", text.NO_PLANS),
        Tab("active", text.ACTIVE, "check", "p.is_active = 1", text.NONE_ACTIVE),
        Tab("inactive", text.INACTIVE, "pause", "p.is_active = 0", text.NONE_INACTIVE),
    ),
    infolist=(
        Section(text.PLAN, ("name", "status", "applies_to", "interval_text", "priority", "description")),
        Section(
            text.COUNTING,
            ("schedule_mode", "start_from", "lead_hours", "lead_days", "tolerance_hours", "tolerance_days"),
        ),
        Section(text.SECTION_HISTORY, ("machines", "created_at", "updated_at")),
    ),
    actions=(
        Action(
            "maintenance-plans.create",
            text.NEW,
            "plus",
            _create,
            on="list",
            confirm=text.CREATE,
            fields=_INPUTS,
            preview=_preview_create,
            explain=text.CREATE_EXPLAIN,
        ),
        Action(
            "maintenance-plans.edit",
            text.EDIT,
            "pencil",
            _edit,
            on="record",
            confirm=text.SAVE,
            prefill=True,
            fields=(
                *_INPUTS,
                Field("is_active", text.ACTIVE, "boolean", default=True, help=text.ACTIVE_HELP),
            ),
            preview=_preview_edit,
            explain=text.EDIT_EXPLAIN,
        ),
        Action(
            "maintenance-plans.evaluate",
            text.EVALUATE_NOW,
            "refresh",
            _evaluate,
            on="list",
            confirm=text.EVALUATE,
            explain=text.EVALUATE_EXPLAIN,
        ),
    ),
)
