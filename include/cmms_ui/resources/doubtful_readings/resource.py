"""Doubtful readings: stored readings that cannot be right as they stand, until a person accepts or voids them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cmms.access.actors import Actor
from cmms.figures.doubts import blocked_readings
from cmms.listing.definition import Join
from cmms.maintenance.meters.change_meter import declare_change
from cmms.maintenance.meters.decide_readings import (
    REASON_LENGTH,
    Decided,
    accept_doubts,
    find_doubt,
    reopen_doubts,
    void_doubts,
)
from cmms_ui.definition.schema import (
    Action,
    Chip,
    Choice,
    Column,
    Field,
    Filter,
    Outcome,
    Resource,
    Row,
    Section,
    Tab,
    Target,
    choices_of,
)
from cmms_ui.resources.doubtful_readings import text
from cmms_ui.resources.doubtful_readings.readings_around import AROUND
from cmms_ui.resources.doubtful_readings.statuses import DOUBT_STATES
from cmms_ui.resources.maintenance_plans.columns import MACHINE
from cmms_ui.resources.meter_changes.counter_values import COUNTER_VALUES, KINDS
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.record_errors.error_codes import DOUBT_CODES, code_label

REASON = Field("reason", text.FIELD_REASON, required=True, max_length=REASON_LENGTH, help=text.FIELD_REASON_HELP)
_CODES = tuple(Choice(code, code_label(code)) for code in DOUBT_CODES)


def report(done: Decided, what: str) -> Outcome:
    """How many readings were decided on; after a void also which rejected readings may pass now."""
    said = text.decided(done.readings, what, done.left)
    blocked = blocked_readings(done.machines).readings if what == text.VOIDED else 0
    if blocked:
        return Outcome(f"{said} {text.rejects_wait(blocked)}", "info", path="/record-errors?tab=open&q=COUNTER")
    return Outcome(said, "success" if done.readings else "warning")


def _action(
    verb: str,
    label: str,
    icon: str,
    decide: Callable[..., Decided],
    what: str,
    explain: str,
    visible_when: Callable[[Row], bool],
    *,
    dangerous: bool = False,
) -> Action:
    def run(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
        version = target.version if len(target.keys) == 1 else None
        return report(decide(actor, target.keys, str(values.get("reason") or ""), version=version), what)

    return Action(
        f"doubtful-readings.{verb}",
        label,
        icon,
        run,
        confirm=label,
        explain=explain,
        fields=(REASON,),
        visible_when=visible_when,
        dangerous=dangerous,
    )


def _is(*states: str) -> Callable[[Row], bool]:
    return lambda row: row.get("status") in states


_ACTIONS: Sequence[Action] = (
    _action("accept", text.ACCEPT, "check", accept_doubts, text.ACCEPTED, text.ACCEPT_EXPLAIN, _is("open")),
    _action(
        "void",
        text.VOID,
        "stop",
        void_doubts,
        text.VOIDED,
        text.VOID_EXPLAIN,
        _is("open", "accepted"),
        dangerous=True,
    ),
    _action(
        "reopen", text.REOPEN, "refresh", reopen_doubts, text.REOPENED, text.REOPEN_EXPLAIN, _is("accepted", "void")
    ),
)


def _change_meter(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    doubt = find_doubt(target.keys[0], target.version)
    declare_change(actor, doubt.equipment_id, {**values, "from_date": doubt.day})
    return Outcome(text.CHANGED.format(day=doubt.day))


_CHANGE_METER = Action(
    "doubtful-readings.change_meter",
    text.CHANGE_METER,
    "gauge",
    _change_meter,
    on="record",
    confirm=text.CHANGE_METER_CONFIRM,
    explain=text.CHANGE_METER_EXPLAIN,
    fields=(
        Field(
            "kind",
            text.FIELD_KIND,
            "choice",
            required=True,
            choices=KINDS,
            default="replacement",
        ),
        *COUNTER_VALUES,
        REASON,
    ),
    visible_when=_is("open"),
)

DOUBTFUL_READINGS = Resource(
    name="doubtful-readings",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="alert",
    parent="equipment",
    table="doubtful_readings d",
    key="d.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = d.equipment_id"),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
        "r": Join("LEFT JOIN equipment_running_times r ON r.equipment_id = d.equipment_id AND r.date = d.date"),
    },
    order=(("date", True),),
    title="equipment_number",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=60,
    topics=("records", "edits"),
    record_widgets=(AROUND,),
    columns=(
        Column("id", text.ID, "d.id", "integer", width=90, link=True),
        MACHINE,
        Column("date", text.DAY, "d.date", "date", width=115, phone="line"),
        Column(
            "status",
            text.STATUS,
            "d.state",
            "status",
            width=140,
            choices=choices_of(DOUBT_STATES),
            statuses=DOUBT_STATES,
            phone="side",
        ),
        Column("counter", text.COUNTER, "d.counter", "hours", width=130, phone="fact"),
        Column(
            "previous_counter",
            text.PREVIOUS_COUNTER,
            "(d.counter - d.growth_hours)",
            "hours",
            width=145,
            joins=(),
            help=text.PREVIOUS_COUNTER_HELP,
        ),
        Column("previous_date", text.PREVIOUS_DAY, "d.previous_date", "date", width=120, help=text.PREVIOUS_DAY_HELP),
        Column("growth_hours", text.GROWTH, "d.growth_hours", "hours", width=120, help=text.GROWTH_HELP, phone="fact"),
        Column(
            "allowed_hours", text.ALLOWED, "d.allowed_hours", "hours", width=110, help=text.ALLOWED_HELP, phone="fact"
        ),
        Column("code", text.CODE, "d.code", width=210, choices=_CODES),
        Column("running_hours", text.HOURS, "r.running_hours", "hours", width=140, sortable=False),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("equipment_description", text.DESCRIPTION, "e.equipment_description", width=220, searchable=True),
        Column("created_at", text.FOUND_AT, "d.created_at", "instant", width=178, hidden=True),
        Column("reason", text.REASON, "d.reason", width=220, sortable=False),
        Column("decided_by", text.DECIDED_BY, "d.decided_by", width=130),
        Column("decided_at", text.DECIDED_AT, "d.decided_at", "instant", width=178, hidden=True),
        Column("equipment_id", text.MACHINE_ID, "d.equipment_id", "integer", width=100, hidden=True),
        Column("reading_id", text.READING_ID, "r.id", "integer", width=100, sortable=False, hidden=True),
        Column("row_version", text.VERSION, "d.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(
        Tab("open", text.OPEN, "alert", "d.state = 'open'", text.NONE_OPEN, alarming=True, hint=text.OPEN_HINT),
        Tab("decided", text.DECIDED, "check", "d.state <> 'open'", text.NONE_DECIDED),
        Tab("all", text.ALL, "list", "", text.NONE_EVER),
    ),
    filters=(
        Filter("plant_code", text.PLANT, load_choices=plant_code_choices),
        Filter("code", text.CODE, choices=_CODES),
        Filter("date", text.DAY, kind="days"),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    chips=(
        Chip(
            "week",
            text.CHIP_WEEK,
            "d.date > (SELECT MAX(n.date) FROM equipment_running_times n) - INTERVAL 7 DAY",
        ),
        Chip("large", text.CHIP_LARGE, "d.growth_hours > 1000"),
    ),
    infolist=(
        Section(text.SECTION_READING, ("equipment_number", "plant_code", "date", "counter", "running_hours")),
        Section(text.SECTION_DOUBT, ("code", "growth_hours", "allowed_hours", "previous_counter", "previous_date")),
        Section(text.SECTION_DECISION, ("status", "reason", "decided_by", "decided_at")),
    ),
    actions=(*_ACTIONS, _CHANGE_METER),
)
