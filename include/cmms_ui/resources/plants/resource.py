"""Plants: where machines stand. Records of an unknown plant are rejected until it exists here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.equipment.change_plants_and_groups import create_plant, edit_plant
from cmms_ui.definition.schema import Action, Column, Field, Outcome, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE
from cmms_ui.resources.plants import text


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_plant(actor, values)
    return Outcome(text.CREATED.format(code=values["plant_code"]), path=f"/plants/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_plant(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


_TEXTS = (Field("name", text.NAME, max_length=120), Field("description", text.DESCRIPTION, "long", max_length=2000))

PLANTS = Resource(
    name="plants",
    label=text.PLANTS,
    singular=text.PLANT,
    icon="building",
    table="plants p",
    key="p.id",
    order=(("plant_code", False),),
    title="plant_code",
    refresh_seconds=30,
    topics=("edits",),
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "p.id", "integer", width=90, hidden=True),
        Column("plant_code", text.CODE, "p.plant_code", width=110, searchable=True, link=True, phone="title"),
        Column("name", text.NAME, "p.name", width=220, searchable=True, phone="line"),
        Column(
            "status",
            text.STATUS,
            "IF(p.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column(
            "machines",
            text.MACHINES,
            "(SELECT COUNT(*) FROM equipment e WHERE e.plant_id = p.id)",
            "integer",
            width=110,
            filterable=False,
            phone="fact",
        ),
        Column("description", text.DESCRIPTION, "p.description", width=320, sortable=False, phone="line"),
        Column("created_at", text.ADDED, "p.created_at", "instant", width=178),
        Column("is_active", text.ACTIVE, "p.is_active", "boolean", hidden=True),
        Column("row_version", text.VERSION, "p.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("all", text.ALL, "list", "", text.NO_PLANTS),
        Tab("active", text.ACTIVE, "check", "p.is_active = 1", text.NONE_ACTIVE),
        Tab("inactive", text.INACTIVE, "pause", "p.is_active = 0", text.NONE_INACTIVE),
    ),
    infolist=(Section(text.PLANT, ("plant_code", "name", "status", "machines", "description", "created_at")),),
    actions=(
        Action(
            "plants.create",
            text.NEW,
            "plus",
            _create,
            on="list",
            confirm=text.CREATE,
            explain=text.CREATE_EXPLAIN,
            fields=(Field("plant_code", text.CODE, required=True, max_length=10), *_TEXTS),
        ),
        Action(
            "plants.edit",
            text.EDIT,
            "pencil",
            _edit,
            on="record",
            confirm=text.SAVE,
            prefill=True,
            explain=text.EDIT_EXPLAIN,
            fields=(*_TEXTS, Field("is_active", text.ACTIVE, "boolean", default=True)),
        ),
    ),
)
