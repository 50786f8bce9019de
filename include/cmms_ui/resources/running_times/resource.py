"""Running times: every reading that is stored, by day and machine; the syncs alone write them."""

from __future__ import annotations

from cmms.listing.definition import Join
from cmms_ui.definition.schema import Column, Filter, Resource, Section, Tab
from cmms_ui.resources.equipment.overlay import OVERLAY
from cmms_ui.resources.plants.place_choices import plant_code_choices
from cmms_ui.resources.running_times.statuses import QUALITIES

COUNT_LIMIT = 100_000
"""Millions of readings are not counted: the list says 'or more'."""


RUNNING_TIMES = Resource(
    name="running-times",
    label="Running times",
    singular="Reading",
    icon="clock",
    parent="equipment",
    table="equipment_running_times r",
    key="r.id",
    joins={"e": Join("JOIN equipment e ON e.id = r.equipment_id"), "p": Join("JOIN plants p ON p.id = r.plant_id")},
    order=(("id", True),),
    title="date",
    refresh_seconds=30,
    topics=("records",),
    search_hint="Search machine",
    widgets=(OVERLAY,),
    count_limit=COUNT_LIMIT,
    columns=(
        Column("id", "Id", "r.id", "integer", width=90, hidden=True),
        Column("date", "Day", "r.date", "date", width=120, link=True, phone="title"),
        Column(
            "equipment_number",
            "Machine",
            "e.equipment_number",
            width=215,
            searchable=True,
            leads_to=("equipment", "equipment_id"),
            phone="line",
        ),
        Column("equipment_description", "Description", "r.equipment_description", width=220, sortable=False),
        Column("plant_code", "Plant", "p.plant_code", width=90, sortable=False, leads_to=("plants", "plant_id")),
        Column("running_hours", "Hours", "r.running_hours", "hours", width=110, phone="fact"),
        Column("cumulative_hours", "Counter", "r.cumulative_hours", "hours", width=130, phone="fact"),
        Column(
            "quality", "Quality", "r.quality", "status", width=120, sortable=False, statuses=QUALITIES, phone="side"
        ),
        Column("quality_code", "Warnings", "r.quality_code", width=190, sortable=False, phone="fact"),
        Column("date_time", "Read at", "r.date_time", "instant", width=178, sortable=False),
        Column("description", "Text", "r.description", width=200, sortable=False, hidden=True),
        Column("point", "Measuring point", "r.point", width=140, sortable=False, hidden=True),
        Column(
            "sync_log_id",
            "Run",
            "r.sync_log_id",
            "integer",
            width=90,
            sortable=False,
            hidden=True,
            leads_to=("syncs", "sync_log_id"),
        ),
        Column("updated_at", "Changed", "r.updated_at", "instant", width=178, sortable=False, hidden=True),
        Column("equipment_id", "Machine id", "r.equipment_id", "integer", width=100, sortable=False, hidden=True),
        Column("plant_id", "Plant id", "r.plant_id", "integer", width=90, sortable=False, hidden=True),
    ),
    tabs=(
        Tab(
            "newest",
            "Newest day",
            "clock",
            "r.date = (SELECT MAX(n.date) FROM equipment_running_times n)",
            "No reading yet: start a running time sync.",
        ),
        Tab("all", "All days", "list", "", "No reading yet: start a running time sync."),
    ),
    filters=(Filter("plant_code", "Plant", load_choices=plant_code_choices), Filter("date", "Day", kind="days")),
    infolist=(
        Section(
            "Reading", ("date", "equipment_number", "plant_code", "running_hours", "cumulative_hours", "description")
        ),
        Section("Quality", ("quality", "quality_code")),
        Section("Source", ("date_time", "point", "sync_log_id", "updated_at")),
    ),
)
