"""Classification rules: which group a machine gets by its number, text, plant or company; the first match wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.equipment.change_group_rules import (
    Moves,
    check_rule,
    create_group_rule,
    delete_group_rule,
    edit_group_rule,
    find_moves,
    find_moves_of_edit,
    group_names,
)
from cmms.listing.definition import Join
from cmms.words import agree, count_of
from cmms_ui.definition.schema import Action, Choice, Column, Field, Outcome, Preview, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE
from cmms_ui.resources.plants.place_choices import group_choices

_FIELDS = (
    Choice("equipment_number", "Number"),
    Choice("equipment_description", "Description"),
    Choice("plant_code", "Plant"),
    Choice("company_code", "Company"),
)


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_group_rule(actor, values)
    return Outcome("The rule classifies from the next equipment sync on.", path=f"/group-rules/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_group_rule(actor, target.keys[0], target.version, values)
    return Outcome("The change holds from the next equipment sync on.")


def _delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    delete_group_rule(actor, target.keys[0], target.version)
    return Outcome("The rule has been deleted.", path="/group-rules")


def _preview_create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves(actor, check_rule(values)))


def _preview_edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves_of_edit(actor, target.keys[0], values))


def _preview_delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves(actor, None, replaced=target.keys[0]))


def _describe(moves: Moves) -> Preview:
    names = group_names()
    moved = (
        "No machine changes its group"
        if not moves.total
        else count_of(moves.total, "machine changes its group", "machines change their group")
    )
    put = agree(
        moves.fixed, "was put in its group by a person and stays", "were put in their group by a person and stay"
    )
    fixed = f" {moves.fixed:,} {put}." if moves.fixed else ""
    rows = tuple(
        (names.get(before, "?"), names.get(after, "?"), f"{machines:,}")
        for (before, after), machines in sorted(moves.counts.items(), key=lambda item: -item[1])
    )
    return Preview(f"{moved} at the next equipment sync.{fixed}", ("Group now", "Group then", "Machines"), rows)


_INPUTS = (
    Field("priority", "Priority", "number", required=True, help="Rules are tried from the lowest number on."),
    Field("equipment_group_id", "Group", "choice", required=True, load_choices=group_choices),
    Field("field", "Looks at", "choice", required=True, choices=_FIELDS, default="equipment_description"),
    Field(
        "pattern",
        "Pattern",
        required=True,
        max_length=200,
        help="A regular expression of Python, found anywhere in the text; (?i) in front: in any case of letters.",
    ),
    Field("is_active", "Active", "boolean", default=True),
)

GROUP_RULES = Resource(
    name="group-rules",
    label="Classification rules",
    singular="Rule",
    icon="list",
    parent="groups",
    table="equipment_group_rules r",
    key="r.id",
    joins={"g": Join("JOIN equipment_groups g ON g.id = r.equipment_group_id")},
    order=(("priority", False),),
    title="priority",
    search_hint="Search pattern or group",
    columns=(
        Column("id", "Id", "r.id", "integer", width=90, hidden=True),
        Column("priority", "Priority", "r.priority", "integer", width=110, link=True, phone="title"),
        Column("group_name", "Group", "g.name", width=200, searchable=True, phone="fact"),
        Column("field", "Looks at", "r.field", width=150, choices=_FIELDS, phone="fact"),
        Column("pattern", "Pattern", "r.pattern", width=320, searchable=True, phone="line"),
        Column(
            "status",
            "Status",
            "IF(r.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column("updated_at", "Changed", "r.updated_at", "instant", width=178),
        Column("equipment_group_id", "Group id", "r.equipment_group_id", "integer", hidden=True),
        Column("is_active", "Is active", "r.is_active", "boolean", hidden=True),
        Column("row_version", "Version", "r.row_version", "integer", hidden=True),
    ),
    tabs=(Tab("all", "All", "list", "", "No rule yet: machines stay without a group unless a person chooses one."),),
    infolist=(Section("Rule", ("priority", "group_name", "field", "pattern", "status", "updated_at")),),
    actions=(
        Action(
            "group-rules.create",
            "New rule",
            "plus",
            _create,
            on="list",
            confirm="Create",
            fields=_INPUTS,
            preview=_preview_create,
            explain="The first rule that matches gives a machine its group, at every equipment sync. A group that the"
            " source delivers or a person has chosen is not changed.",
        ),
        Action(
            "group-rules.edit",
            "Edit",
            "pencil",
            _edit,
            on="record",
            confirm="Save",
            prefill=True,
            fields=_INPUTS,
            preview=_preview_edit,
        ),
        Action(
            "group-rules.delete",
            "Delete",
            "stop",
            _delete,
            on="record",
            confirm="Delete",
            dangerous=True,
            explain="Machines that this rule classifies go where the other rules put them, at the next equipment sync.",
            preview=_preview_delete,
        ),
    ),
)
