"""Installations: which component is, or was, in which machine; its life hours grow with that machine's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.meters.change_installations import delete_installations
from cmms_ui.definition.schema import Action, Column, Filter, Outcome, Resource, Section, Tab, Target
from cmms_ui.resources.equipment import meter_text as text


def _delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return Outcome(text.deleted(delete_installations(actor, target.keys)))


INSTALLATIONS = Resource(
    name="installations",
    label=text.INSTALLATIONS,
    singular=text.INSTALLATION,
    icon="tool",
    parent="equipment",
    table="installations i",
    key="i.id",
    joins={
        "c": Join("JOIN equipment c ON c.id = i.child_id"),
        "m": Join("JOIN equipment m ON m.id = i.parent_id"),
        "p": Join("JOIN plants p ON p.id = m.plant_id", after=("m",)),
    },
    order=(("from_date", True),),
    title="equipment_number",
    topics=("edits",),
    refresh_seconds=30,
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "i.id", "integer", width=90, hidden=True),
        Column(
            "equipment_number",
            text.COMPONENT,
            "c.equipment_number",
            width=205,
            searchable=True,
            leads_to=("equipment", "child_id"),
            phone="title",
        ),
        Column(
            "parent_number",
            text.MACHINE,
            "m.equipment_number",
            width=205,
            searchable=True,
            leads_to=("equipment", "parent_id"),
            phone="line",
        ),
        Column("from_date", text.FIRST_DAY, "i.from_date", "date", width=120, link=True, phone="side"),
        Column("to_date", text.LAST_DAY, "i.to_date", "date", width=120, phone="fact"),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("noted_by", text.NOTED_BY, "i.noted_by", width=140),
        Column("created_at", text.NOTED_AT, "i.created_at", "instant", width=178),
        Column("child_id", text.COMPONENT_ID, "i.child_id", "integer", width=110, hidden=True),
        Column("parent_id", text.MACHINE_ID, "i.parent_id", "integer", width=100, hidden=True),
    ),
    tabs=(
        Tab("now", text.NOW, "check", "i.to_date IS NULL", text.NONE_INSTALLED),
        Tab("all", text.ALL, "list", "", text.NO_INSTALLATIONS),
    ),
    filters=(
        Filter("from_date", text.FIRST_DAY, kind="days"),
        Filter("child_id", text.COMPONENT_ID, quiet=True),
        Filter("parent_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(
            text.INSTALLATION, ("equipment_number", "parent_number", "from_date", "to_date", "noted_by", "created_at")
        ),
    ),
    actions=(
        Action(
            "installations.delete",
            text.DELETE,
            "trash",
            _delete,
            confirm=text.DELETE,
            dangerous=True,
            explain=text.DELETE_EXPLAIN,
        ),
    ),
)
