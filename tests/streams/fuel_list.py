"""The list of the fuel stream, its columns made from the stream's fields."""

from __future__ import annotations

from cmms.listing.definition import Join
from cmms_ui.definition.schema import Column, Resource, Tab
from tests.streams.fuel_stream import FUEL

_KINDS = {"number": "number", "instant": "instant", "text": "text"}

FUEL_LIST = Resource(
    name="fuel",
    label=FUEL.label,
    singular=FUEL.record.capitalize(),
    icon="clock",
    table=f"{FUEL.table} f",
    key="f.id",
    joins={"e": Join("JOIN equipment e ON e.id = f.equipment_id")},
    order=(("id", True),),
    columns=(
        Column("id", "Id", "f.id", "integer"),
        Column("date", "Day", "f.date", "date", link=True),
        Column("equipment_number", "Machine", "e.equipment_number", searchable=True),
        *(
            Column(field.name, field.name.replace("_", " ").capitalize(), f"f.{field.name}", _KINDS[field.kind])
            for field in FUEL.columns
        ),
    ),
    tabs=(Tab("all", "All", "list"),),
)
