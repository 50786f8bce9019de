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
from cmms_ui.resources.syncs import text

PLANT_LIMIT = 200
_ALL: Mapping[str, Any] = {}


def load_plants(_parameters: Mapping[str, Any]) -> tuple[PlantSyncs, ...]:
    """Active plants; one more than are shown tells that there are more."""
    return plant_syncs(PLANT_LIMIT + 1)


def render_plants(rows: Sequence[PlantSyncs]) -> Any:
    """A row for each plant, a column for each kind of sync; the first row is all plants together."""
    if not rows:
        return empty_state(text.BY_PLANT_EMPTY, name="building")
    machines = sum(row.machines for row in rows)
    newest = max((row.newest_date for row in rows if row.newest_date), default=None)
    cells = [[html.Strong(text.ALL_PLANTS), *_cells(machines, newest, _ALL, "")]]
    for row in rows[:PLANT_LIMIT]:
        code = row.plant_code
        scope = {"plant_codes": [code]}
        name = link(f"{code} {row.name}" if row.name != code else code, f"/equipment?plant_code={quote(code)}")
        cells.append([name, *_cells(row.machines, row.newest_date, scope, code)])
    table = small_table(text.BY_PLANT_HEADS, cells, text.BY_PLANT_CAPTION)
    more = note(text.BY_PLANT_MORE.format(limit=PLANT_LIMIT)) if len(rows) > PLANT_LIMIT else None
    return html.Div([table, more], className="cmms-short")


def _cells(machines: int, newest: Any, scope: Mapping[str, Any], plant: str) -> list[Any]:
    """``plant`` is its code, empty for all plants."""
    days = text.UP_TO.format(day=newest) if newest else text.NO_READING
    titles = [of_plant.format(plant=plant) if plant else of_all for of_plant, of_all in text.BY_PLANT_TITLES]
    return [
        _cell(count_of(machines, "machine"), "syncs.equipment", scope, titles[0]),
        _cell(days, "syncs.running_time", scope, titles[1]),
    ]


def _cell(fact: str, action: str, scope: Mapping[str, Any], title: str) -> Any:
    button = prefilled_button(
        action, [icon("play", 13), text.SYNC], scope, className="cmms-chip", title=title, **aria(label=title)
    )
    return html.Span([fact, button], className="cmms-matrix-cell")


BY_PLANT = Widget(
    "by_plant", text.WIDGET_BY_PLANT, load_plants, render_plants, refresh_seconds=60, span=12, topics=("records",)
)
