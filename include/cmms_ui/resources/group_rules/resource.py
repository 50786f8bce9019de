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
from cmms_ui.definition.schema import Action, Choice, Column, Field, Outcome, Preview, Resource, Section, Tab, Target
from cmms_ui.definition.status import IN_USE
from cmms_ui.resources.group_rules import text
from cmms_ui.resources.plants.place_choices import group_choices

_FIELDS = (
    Choice("equipment_number", text.FIELD_NUMBER),
    Choice("equipment_description", text.FIELD_DESCRIPTION),
    Choice("plant_code", text.FIELD_PLANT),
    Choice("company_code", text.FIELD_COMPANY),
)


def _create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = create_group_rule(actor, values)
    return Outcome(text.CREATED, path=f"/group-rules/{key}")


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_group_rule(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


def _delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    delete_group_rule(actor, target.keys[0], target.version)
    return Outcome(text.DELETED, path="/group-rules")


def _preview_create(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves(actor, check_rule(values)))


def _preview_edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves_of_edit(actor, target.keys[0], values))


def _preview_delete(actor: Actor, target: Target, values: Mapping[str, Any]) -> Preview:
    return _describe(find_moves(actor, None, replaced=target.keys[0]))


def _describe(moves: Moves) -> Preview:
    names = group_names()
    sentences = [text.moves(moves.total) if moves.total else text.NONE_MOVES]
    if moves.fixed:
        sentences.append(text.stay(moves.fixed))
    rows = tuple(
        (names.get(before, "?"), names.get(after, "?"), f"{machines:,}")
        for (before, after), machines in sorted(moves.counts.items(), key=lambda item: -item[1])
    )
    return Preview(" ".join(sentences), (text.GROUP_NOW, text.GROUP_THEN, text.MACHINES), rows)


_INPUTS = (
    Field("priority", text.PRIORITY, "number", required=True, help=text.PRIORITY_HELP),
    Field("equipment_group_id", text.GROUP, "choice", required=True, load_choices=group_choices),
    Field("field", text.FIELD, "choice", required=True, choices=_FIELDS, default="equipment_description"),
    Field(
        "pattern",
        text.PATTERN,
        required=True,
        max_length=200,
        help=text.PATTERN_HELP,
    ),
    Field("is_active", text.ACTIVE, "boolean", default=True),
)

GROUP_RULES = Resource(
    name="group-rules",
    label=text.RULES,
    singular=text.RULE,
    icon="list",
    parent="groups",
    table="equipment_group_rules r",
    key="r.id",
    joins={"g": Join("JOIN equipment_groups g ON g.id = r.equipment_group_id")},
    order=(("priority", False),),
    title="priority",
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "r.id", "integer", width=90, hidden=True),
        Column("priority", text.PRIORITY, "r.priority", "integer", width=110, link=True, phone="title"),
        Column("group_name", text.GROUP, "g.name", width=200, searchable=True, phone="fact"),
        Column("field", text.FIELD, "r.field", width=150, choices=_FIELDS, phone="fact"),
        Column("pattern", text.PATTERN, "r.pattern", width=320, searchable=True, phone="line"),
        Column(
            "status",
            text.STATUS,
            "IF(r.is_active = 1, 'active', 'inactive')",
            "status",
            width=130,
            statuses=IN_USE,
            phone="side",
        ),
        Column("updated_at", text.CHANGED, "r.updated_at", "instant", width=178),
        Column("equipment_group_id", text.GROUP_ID, "r.equipment_group_id", "integer", hidden=True),
        Column("is_active", text.ACTIVE, "r.is_active", "boolean", hidden=True),
        Column("row_version", text.VERSION, "r.row_version", "integer", hidden=True),
    ),
    tabs=(Tab("all", text.ALL, "list", "", text.NO_RULES),),
    infolist=(Section(text.RULE, ("priority", "group_name", "field", "pattern", "status", "updated_at")),),
    actions=(
        Action(
            "group-rules.create",
            text.NEW,
            "plus",
            _create,
            on="list",
            confirm=text.CREATE,
            fields=_INPUTS,
            preview=_preview_create,
            explain=text.CREATE_EXPLAIN,
        ),
        Action(
            "group-rules.edit",
            text.EDIT,
            "pencil",
            _edit,
            on="record",
            confirm=text.SAVE,
            prefill=True,
            fields=_INPUTS,
            preview=_preview_edit,
        ),
        Action(
            "group-rules.delete",
            text.DELETE,
            "stop",
            _delete,
            on="record",
            confirm=text.DELETE,
            dangerous=True,
            explain=text.DELETE_EXPLAIN,
            preview=_preview_delete,
        ),
    ),
)
