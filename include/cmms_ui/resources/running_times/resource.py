"""Running times: every reading that is stored, by day and machine. Syncs write them, people declare them void."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.meters.decide_readings import undo_voids, void_readings
from cmms_ui.definition.schema import Action, Column, Filter, Outcome, Resource, Section, Tab, Target, choices_of
from cmms_ui.resources.doubtful_readings.resource import REASON, report
from cmms_ui.resources.doubtful_readings.statuses import TRUST_STATES
from cmms_ui.resources.doubtful_readings.text import VOIDED
from cmms_ui.resources.equipment.overlay import OVERLAY
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.record_errors.error_codes import FINDING_CHOICES
from cmms_ui.resources.running_times import text
from cmms_ui.resources.running_times.statuses import QUALITIES

COUNT_LIMIT = 100_000
"""Millions of readings are not counted: the list says 'or more'."""
_VOID = (
    "EXISTS (SELECT 1 FROM reading_voids n"
    " WHERE n.equipment_id = r.equipment_id AND n.date = r.date AND n.void_flag = 1)"
)
_DOUBTFUL = (
    "EXISTS (SELECT 1 FROM doubtful_readings n"
    " WHERE n.equipment_id = r.equipment_id AND n.date = r.date AND n.state = 'open')"
)


def _void(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return report(void_readings(actor, target.keys, str(values.get("reason") or "")), VOIDED)


def _undo_void(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return report(undo_voids(actor, target.keys, str(values.get("reason") or "")), text.COUNTING)


RUNNING_TIMES = Resource(
    name="running-times",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="clock",
    parent="equipment",
    table="equipment_running_times r",
    key="r.id",
    joins={"e": Join("JOIN equipment e ON e.id = r.equipment_id"), "p": Join("JOIN plants p ON p.id = r.plant_id")},
    order=(("id", True),),
    title="date",
    refresh_seconds=30,
    topics=("records",),
    search_hint=text.SEARCH_HINT,
    widgets=(OVERLAY,),
    count_limit=COUNT_LIMIT,
    columns=(
        Column("id", text.COLUMN_ID, "r.id", "integer", width=90, hidden=True),
        Column("date", text.COLUMN_DATE, "r.date", "date", width=120, link=True, phone="title"),
        Column(
            "equipment_number",
            text.COLUMN_EQUIPMENT_NUMBER,
            "e.equipment_number",
            width=215,
            searchable=True,
            leads_to=("equipment", "equipment_id"),
            phone="line",
        ),
        Column(
            "equipment_description",
            text.COLUMN_EQUIPMENT_DESCRIPTION,
            "r.equipment_description",
            width=220,
            sortable=False,
        ),
        Column(
            "plant_code",
            text.COLUMN_PLANT_CODE,
            "p.plant_code",
            width=90,
            sortable=False,
            leads_to=("plants", "plant_id"),
        ),
        Column("running_hours", text.COLUMN_RUNNING_HOURS, "r.running_hours", "hours", width=110, phone="fact"),
        Column(
            "cumulative_hours", text.COLUMN_CUMULATIVE_HOURS, "r.cumulative_hours", "hours", width=130, phone="fact"
        ),
        Column(
            "quality",
            text.COLUMN_QUALITY,
            "r.quality",
            "status",
            width=120,
            sortable=False,
            statuses=QUALITIES,
            phone="side",
        ),
        Column(
            "trust",
            text.COLUMN_TRUST,
            f"CASE WHEN {_VOID} THEN 'void' WHEN {_DOUBTFUL} THEN 'doubtful' ELSE 'trusted' END",
            "status",
            width=120,
            sortable=False,
            filterable=False,
            choices=choices_of(TRUST_STATES),
            statuses=TRUST_STATES,
            help=text.COLUMN_TRUST_HELP,
            joins=(),
            phone="fact",
        ),
        Column(
            "quality_code",
            text.COLUMN_QUALITY_CODE,
            "r.quality_code",
            choices=FINDING_CHOICES,
            several=True,
            width=190,
            sortable=False,
            phone="fact",
        ),
        Column("date_time", text.COLUMN_DATE_TIME, "r.date_time", "instant", width=178, sortable=False),
        Column("description", text.COLUMN_DESCRIPTION, "r.description", width=200, sortable=False, hidden=True),
        Column("point", text.COLUMN_POINT, "r.point", width=140, sortable=False, hidden=True),
        Column(
            "sync_log_id",
            text.COLUMN_SYNC_LOG_ID,
            "r.sync_log_id",
            "integer",
            width=90,
            sortable=False,
            hidden=True,
            leads_to=("syncs", "sync_log_id"),
        ),
        Column("updated_at", text.COLUMN_UPDATED_AT, "r.updated_at", "instant", width=178, sortable=False, hidden=True),
        Column(
            "equipment_id",
            text.COLUMN_EQUIPMENT_ID,
            "r.equipment_id",
            "integer",
            width=100,
            sortable=False,
            hidden=True,
        ),
        Column("plant_id", text.COLUMN_PLANT_ID, "r.plant_id", "integer", width=90, sortable=False, hidden=True),
    ),
    tabs=(
        Tab(
            "newest",
            text.TAB_NEWEST,
            "clock",
            "r.date = (SELECT MAX(n.date) FROM equipment_running_times n)",
            text.TAB_NEWEST_EMPTY,
        ),
        Tab("doubtful", text.TAB_DOUBTFUL, "alert", _DOUBTFUL, text.TAB_DOUBTFUL_EMPTY, hint=text.TAB_DOUBTFUL_HINT),
        Tab("void", text.TAB_VOID, "stop", _VOID, text.TAB_VOID_EMPTY, hint=text.TAB_VOID_HINT),
        Tab("all", text.TAB_ALL, "list", "", text.TAB_ALL_EMPTY),
    ),
    filters=(
        Filter("plant_code", text.FILTER_PLANT_CODE, load_choices=plant_code_choices),
        Filter("date", text.FILTER_DATE, kind="days"),
    ),
    infolist=(
        Section(
            text.SECTION_READING,
            ("date", "equipment_number", "plant_code", "running_hours", "cumulative_hours", "description"),
        ),
        Section(text.SECTION_QUALITY, ("trust", "quality", "quality_code")),
        Section(text.SECTION_SOURCE, ("date_time", "point", "sync_log_id", "updated_at")),
    ),
    actions=(
        Action(
            "running-times.void",
            text.VOID,
            "stop",
            _void,
            confirm=text.VOID,
            explain=text.VOID_EXPLAIN,
            fields=(REASON,),
            visible_when=lambda row: row.get("trust") != "void",
            dangerous=True,
        ),
        Action(
            "running-times.undo_void",
            text.UNDO_VOID,
            "refresh",
            _undo_void,
            confirm=text.UNDO_VOID,
            explain=text.UNDO_VOID_EXPLAIN,
            fields=(REASON,),
            visible_when=lambda row: row.get("trust") == "void",
        ),
    ),
)
