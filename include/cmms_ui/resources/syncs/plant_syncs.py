"""Plants by kind of sync: what each has, and a button that opens the form of a sync of just that plant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dash import html

from cmms.figures.machines import PlantSyncs, plant_syncs
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.action_marks import prefilled_button
from cmms_ui.render.marks import aria, empty_state, icon
from cmms_ui.render.parts import link, note, small_table

PLANT_LIMIT = 200
_ALL: Mapping[str, Any] = {}


def load_plants(_parameters: Mapping[str, Any]) -> tuple[PlantSyncs, ...]:
    """Active plants; one more than are shown tells that there are more."""
    return plant_syncs(PLANT_LIMIT + 1)


def render_plants(rows: Sequence[PlantSyncs]) -> Any:
    """A row for each plant, a column for each kind of sync; the first row is all plants together."""
    if not rows:
        return empty_state("No plant is active: plants are made in Plants.", name="building")
    machines = sum(row.machines for row in rows)
    newest = max((row.newest_date for row in rows if row.newest_date), default=None)
    cells = [[html.Strong("All plants"), *_cells(machines, newest, _ALL, "all plants")]]
    for row in rows[:PLANT_LIMIT]:
        code = row.plant_code
        scope = {"plant_codes": [code]}
        name = link(f"{code} {row.name}" if row.name != code else code, f"/equipment?plant_code={quote(code)}")
        cells.append([name, *_cells(row.machines, row.newest_date, scope, code)])
    table = small_table(("Plant", "Equipment", "Running times"), cells, "Syncs by plant")
    more = note(f"The first {PLANT_LIMIT} plants; others are chosen in the form.") if len(rows) > PLANT_LIMIT else None
    return html.Div([table, more], className="cmms-short")


def _cells(machines: int, newest: Any, scope: Mapping[str, Any], where: str) -> list[Any]:
    days = f"up to {newest}" if newest else "no reading"
    return [
        _cell(count_of(machines, "machine"), "syncs.equipment", scope, f"Sync equipment of {where}"),
        _cell(days, "syncs.running_time", scope, f"Sync running times of {where}"),
    ]


def _cell(text: str, action: str, scope: Mapping[str, Any], title: str) -> Any:
    button = prefilled_button(
        action, [icon("play", 13), "Sync"], scope, className="cmms-chip", title=title, **aria(label=title)
    )
    return html.Span([text, button], className="cmms-matrix-cell")


BY_PLANT = Widget(
    "by_plant", "Sync by plant", load_plants, render_plants, refresh_seconds=60, span=12, topics=("records",)
)
