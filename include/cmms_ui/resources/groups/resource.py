"""Equipment groups: what machines are of a kind; plans of maintenance can ask something of all machines of a group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.equipment.change_plants_and_groups import create_group, edit_group
from cmms_ui.definition.schema import Action, Column, Field, Outcome, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE
from cmms_ui.resources.maintenance_plans.widgets import GROUP_PLANS


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_group(actor, values)
    return Outcome(f"Group {values['name']} has been created.", path=f"/groups/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_group(actor, target.keys[0], target.version, values)
    return Outcome("The change has been saved.")


_FIELDS = (
    Field("name", "Name", required=True, max_length=120),
    Field("description", "Description", "long", max_length=2000),
)

GROUPS = Resource(
    name="groups",
    label="Groups",
    singular="Group",
    icon="group",
    table="equipment_groups g",
    key="g.id",
    order=(("name", False),),
    title="name",
    refresh_seconds=30,
    topics=("edits",),
    search_hint="Search name",
    record_widgets=(GROUP_PLANS,),
    columns=(
        Column("id", "Id", "g.id", "integer", width=90, hidden=True),
        Column("name", "Name", "g.name", width=220, searchable=True, link=True, phone="title"),
        Column(
            "status",
            "Status",
            "IF(g.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column(
            "plans",
            "Maintenance plans",
            "(SELECT GROUP_CONCAT(m.name ORDER BY m.name SEPARATOR '; ') FROM maintenance_plans m"
            " WHERE m.equipment_group_id = g.id AND m.scope = 'group' AND m.is_active = 1)",
            width=240,
            sortable=False,
            filterable=False,
            phone="fact",
        ),
        Column(
            "machines",
            "Machines",
            "(SELECT COUNT(*) FROM equipment e WHERE e.equipment_group_id = g.id)",
            "integer",
            width=110,
            filterable=False,
            phone="fact",
        ),
        Column("description", "Description", "g.description", width=320, sortable=False, phone="line"),
        Column("created_at", "Added", "g.created_at", "instant", width=178),
        Column("is_active", "Is active", "g.is_active", "boolean", hidden=True),
        Column("row_version", "Version", "g.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab(
            "all", "All", "list", "", "No group yet: groups classify machines; a maintenance plan can be made for each."
        ),
    ),
    infolist=(Section("Group", ("name", "status", "machines", "description", "created_at")),),
    actions=(
        Action("groups.create", "New group", "plus", _create, on="list", confirm="Create", fields=_FIELDS),
        Action(
            "groups.edit",
            "Edit",
            "pencil",
            _edit,
            on="record",
            confirm="Save",
            prefill=True,
            fields=(*_FIELDS, Field("is_active", "Active", "boolean", default=True)),
        ),
    ),
)
