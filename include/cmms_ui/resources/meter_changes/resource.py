"""Meter changes: from which day on a counter counts anew, with what people have stated and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.listing.definition import Join
from cmms.maintenance.meters.change_meter import edit_change, withdraw_changes
from cmms_ui.definition.schema import Action, Column, Field, Filter, Outcome, Resource, Section, Tab, Target
from cmms_ui.resources.maintenance_plans.columns import MACHINE
from cmms_ui.resources.meter_changes import text
from cmms_ui.resources.meter_changes.counter_values import ALL_KINDS, COUNTER_VALUES


def _edit(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_change(actor, target.keys[0], target.version, values)
    return Outcome(text.SAVED)


def _withdraw(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    return Outcome(text.withdrawn(withdraw_changes(actor, target.keys)))


METER_CHANGES = Resource(
    name="meter-changes",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="gauge",
    parent="equipment",
    table="meter_segments s",
    key="s.id",
    joins={
        "mp": Join("JOIN measuring_points mp ON mp.id = s.point_id"),
        "e": Join("JOIN equipment e ON e.id = mp.equipment_id", after=("mp",)),
        "p": Join("JOIN plants p ON p.id = e.plant_id", after=("e",)),
    },
    order=(("from_date", True),),
    title="from_date",
    topics=("edits",),
    refresh_seconds=30,
    search_hint=text.SEARCH_HINT,
    columns=(
        Column("id", text.ID, "s.id", "integer", width=90, hidden=True),
        MACHINE,
        Column("from_date", text.FROM_DATE, "s.from_date", "date", width=120, link=True, phone="side"),
        Column("kind", text.KIND, "s.kind", width=160, choices=ALL_KINDS, phone="line"),
        Column("old_final", text.OLD_FINAL, "s.old_final", "hours", width=140, phone="fact"),
        Column("new_initial", text.NEW_INITIAL, "s.new_initial", "hours", width=150, phone="fact"),
        Column("offset_hours", text.OFFSET, "s.offset_hours", "hours", width=120, phone="fact", help=text.OFFSET_HELP),
        Column("reason", text.REASON, "s.reason", width=260, searchable=True, phone="fact"),
        Column("plant_code", text.PLANT, "p.plant_code", width=90),
        Column("created_by", text.DECLARED_BY, "s.created_by", width=140),
        Column("created_at", text.DECLARED_AT, "s.created_at", "instant", width=178),
        Column("equipment_id", text.MACHINE_ID, "mp.equipment_id", "integer", width=100, hidden=True),
        Column("row_version", text.VERSION, "s.row_version", "integer", width=90, hidden=True),
    ),
    tabs=(Tab("all", text.ALL, "list", "", text.NO_CHANGES),),
    filters=(
        Filter("kind", text.KIND, choices=ALL_KINDS),
        Filter("from_date", text.FROM_DATE, kind="days"),
        Filter("equipment_id", text.MACHINE_ID, quiet=True),
    ),
    infolist=(
        Section(
            text.SECTION_STATED,
            ("equipment_number", "from_date", "kind", "old_final", "new_initial", "reason", "created_by", "created_at"),
        ),
        Section(text.SECTION_FOLLOWS, ("offset_hours",)),
    ),
    actions=(
        Action(
            "meter-changes.edit",
            text.EDIT,
            "pencil",
            _edit,
            on="record",
            confirm=text.SAVE,
            prefill=True,
            explain=text.EDIT_EXPLAIN,
            fields=(
                Field(
                    "from_date", text.FROM_DATE, "date", required=True, help=text.FROM_DATE_HELP, example="2026-01-31"
                ),
                Field("kind", text.KIND, "choice", required=True, choices=ALL_KINDS),
                *COUNTER_VALUES,
                Field("reason", text.REASON, required=True, help=text.REASON_HELP),
            ),
        ),
        Action(
            "meter-changes.withdraw",
            text.WITHDRAW,
            "trash",
            _withdraw,
            confirm=text.WITHDRAW,
            dangerous=True,
            explain=text.WITHDRAW_EXPLAIN,
        ),
    ),
)
