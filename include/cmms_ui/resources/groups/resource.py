"""Equipment groups: machines of the same kind. A maintenance plan can cover a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.equipment.change_plants_and_groups import create_group, edit_group
from cmms_ui.definition.schema import Action, Column, Field, Outcome, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE
from cmms_ui.resources.groups import text
from cmms_ui.resources.maintenance_plans.widgets import GROUP_PLANS


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_group(actor, values)
    return Outcome(text.CREATED.format(name=values["name"]), path=f"/groups/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_group(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


_FIELDS = (
    Field("name", text.NAME, required=True, max_length=120),
    Field("description", text.DESCRIPTION, "long", max_length=2000),
)

GROUPS = Resource(
    name="groups",
    label=text.GROUPS,
    singular=text.GROUP,
    icon="group",
    table="equipment_groups g",
    key="g.id",
    order=(("name", False),),
    title="name",
    refresh_seconds=30,
    topics=("edits",),
    search_hint=text.SEARCH_HINT,
    record_widgets=(GROUP_PLANS,),
    columns=(
        Column("id", text.ID, "g.id", "integer", width=90, hidden=True),
        Column("name", text.NAME, "g.name", width=220, searchable=True, link=True, phone="title"),
        Column(
            "status",
            text.STATUS,
            "IF(g.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column(
            "plans",
            text.PLANS,
            "(SELECT GROUP_CONCAT(m.name ORDER BY m.name SEPARATOR '; ') FROM maintenance_plans m"
            " WHERE m.equipment_group_id = g.id AND m.scope = 'group' AND m.is_active = 1)",
            width=240,
            sortable=False,
            filterable=False,
            phone="fact",
        ),
        Column(
            "machines",
            text.MACHINES,
            "(SELECT COUNT(*) FROM equipment e WHERE e.equipment_group_id = g.id)",
            "integer",
            width=110,
            filterable=False,
            phone="fact",
        ),
        Column("description", text.DESCRIPTION, "g.description", width=320, sortable=False, phone="line"),
        Column("created_at", text.ADDED, "g.created_at", "instant", width=178),
        Column("is_active", text.ACTIVE, "g.is_active", "boolean", hidden=True),
        Column("row_version", text.VERSION, "g.row_version", "integer", hidden=True),
    ),
    tabs=(Tab("all", text.ALL, "list", "", text.NO_GROUPS),),
    infolist=(Section(text.GROUP, ("name", "status", "machines", "description", "created_at")),),
    actions=(
        Action("groups.create", text.NEW, "plus", _create, on="list", confirm=text.CREATE, fields=_FIELDS),
        Action(
            "groups.edit",
            text.EDIT,
            "pencil",
            _edit,
            on="record",
            confirm=text.SAVE,
            prefill=True,
            fields=(*_FIELDS, Field("is_active", text.ACTIVE, "boolean", default=True)),
        ),
    ),
)
