"""Plants: where machines stand. Records of an unknown plant are rejected until it exists here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.equipment.change_plants_and_groups import create_plant, edit_plant
from cmms_ui.definition.schema import Action, Column, Field, Outcome, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_plant(actor, values)
    return Outcome(f"Plant {values['plant_code']} has been created.", path=f"/plants/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_plant(actor, target.keys[0], target.version, values)
    return Outcome("The change has been saved.")


_TEXTS = (Field("name", "Name", max_length=120), Field("description", "Description", "long", max_length=2000))

PLANTS = Resource(
    name="plants",
    label="Plants",
    singular="Plant",
    icon="building",
    table="plants p",
    key="p.id",
    order=(("plant_code", False),),
    title="plant_code",
    refresh_seconds=30,
    topics=("edits",),
    search_hint="Search code or name",
    columns=(
        Column("id", "Id", "p.id", "integer", width=90, hidden=True),
        Column("plant_code", "Code", "p.plant_code", width=110, searchable=True, link=True, phone="title"),
        Column("name", "Name", "p.name", width=220, searchable=True, phone="line"),
        Column(
            "status",
            "Status",
            "IF(p.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column(
            "machines",
            "Machines",
            "(SELECT COUNT(*) FROM equipment e WHERE e.plant_id = p.id)",
            "integer",
            width=110,
            filterable=False,
            phone="fact",
        ),
        Column("description", "Description", "p.description", width=320, sortable=False, phone="line"),
        Column("created_at", "Added", "p.created_at", "instant", width=178),
        Column("is_active", "Is active", "p.is_active", "boolean", hidden=True),
        Column("row_version", "Version", "p.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("all", "All", "list", "", "No plant yet: records need one."),
        Tab("active", "Active", "check", "p.is_active = 1", "No plant is active."),
        Tab("inactive", "Inactive", "pause", "p.is_active = 0", "No plant has been deactivated."),
    ),
    infolist=(Section("Plant", ("plant_code", "name", "status", "machines", "description", "created_at")),),
    actions=(
        Action(
            "plants.create",
            "New plant",
            "plus",
            _create,
            on="list",
            confirm="Create",
            explain="Records that were rejected because this plant was unknown can be replayed afterwards.",
            fields=(Field("plant_code", "Code", required=True, max_length=10), *_TEXTS),
        ),
        Action(
            "plants.edit",
            "Edit",
            "pencil",
            _edit,
            on="record",
            confirm="Save",
            prefill=True,
            explain="The code identifies the plant in the source and cannot be changed.",
            fields=(*_TEXTS, Field("is_active", "Active", "boolean", default=True)),
        ),
    ),
)
