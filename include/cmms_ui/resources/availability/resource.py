"""Availability: when machines were in standby, laid up or scrapped; at all other times they are in service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.meters.change_availability import delete_periods
from cmms_ui.definition.schema import Action, Column, Filter, Outcome, Resource, Section, Tab, Target
from cmms_ui.resources.equipment import meter_text as text
from cmms_ui.resources.equipment.meter_actions import AVAILABILITY as STATES
from cmms_ui.resources.maintenance_plans.columns import MACHINE


def _delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return Outcome(text.deleted(delete_periods(actor, target.keys)))


AVAILABILITY = Resource(
    name="availability",
    label=text.AVAILABILITY,
    singular=text.PERIOD,
    icon="clock",
    parent="equipment",
    table="equipment_availability a",
    key="a.id",
    joins={
        "e": Join("JOIN equipment e ON e.id = a.equipment_id"),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("from_date", True),),
    title="equipment_number",
    topics=("edits",),
    refresh_seconds=30,
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "a.id", "integer", width=90, hidden=True),
        MACHINE,
        Column("kind", text.STATE, "a.kind", width=130, choices=STATES, phone="side"),
        Column("from_date", text.FIRST_DAY, "a.from_date", "date", width=120, link=True, phone="fact"),
        Column("to_date", text.LAST_DAY, "a.to_date", "date", width=120, phone="fact"),
        Column("reason", text.REASON, "a.reason", width=260, searchable=True, phone="line"),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("noted_by", text.NOTED_BY, "a.noted_by", width=140),
        Column("created_at", text.NOTED_AT, "a.created_at", "instant", width=178),
        Column("equipment_id", text.MACHINE_ID, "a.equipment_id", "integer", width=100, hidden=True),
    ),
    tabs=(
        Tab("now", text.NOW, "clock", "a.to_date IS NULL OR a.to_date >= UTC_DATE()", text.NONE_NOW),
        Tab("all", text.ALL, "list", "", text.NO_PERIODS),
    ),
    filters=(
        Filter("kind", text.STATE, choices=STATES),
        Filter("from_date", text.FIRST_DAY, kind="days"),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(text.PERIOD, ("equipment_number", "kind", "from_date", "to_date", "reason", "noted_by", "created_at")),
    ),
    actions=(
        Action(
            "availability.delete",
            text.DELETE,
            "trash",
            _delete,
            confirm=text.DELETE,
            dangerous=True,
            explain=text.DELETE_EXPLAIN,
        ),
    ),
)
