"""Widget about the health of every active machine: a cell each by plant, or numbers of the plants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, get_relative_path, html

from cmms.figures.health import Health, MachineHealth, PlantHealth, health_by_plant, health_of_machines
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import link, note, small_table
from cmms_ui.resources.equipment import text
from cmms_ui.resources.maintenance_plans.plan_words import describe_use

CELL_LIMIT = 5_000
_WORDS: Mapping[Health, str] = {
    "good": text.LEGEND_GOOD,
    "warn": text.LEGEND_WARN,
    "bad": text.LEGEND_REJECTED,
    "idle": text.LEGEND_NO_READING_THAT_DAY,
}
_SIGNS: Mapping[Health, str] = {"good": "✓", "warn": "▲", "bad": "!", "idle": "·"}
_WORST_FIRST = ("bad", "warn", "idle", "good")


def load_health(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """How the active machines of each plant are; every machine too, unless there are more than :data:`CELL_LIMIT`."""
    plants = health_by_plant()
    machines = sum(plant.count(health) for plant in plants for health in _WORDS)
    return {"plants": plants, "machines": health_of_machines() if machines <= CELL_LIMIT else ()}


def render_health(data: Mapping[str, Any]) -> Any:
    """Colour, sign and number of each health; below one cell a machine, by plant, or the plants' numbers."""
    plants: Sequence[PlantHealth] = data["plants"]
    if not plants:
        return empty_state(text.NO_ACTIVE, name="gauge")
    legend = [
        html.Span(
            text.LEGEND.format(sign=_SIGNS[health], text=word, count=sum(plant.count(health) for plant in plants)),
            className=f"cmms-text-{health}",
        )
        for health, word in _WORDS.items()
    ]
    body = _health_cells(data["machines"]) if data["machines"] else _health_of_plants(plants)
    return html.Div([html.Div(legend, className="cmms-live-facts"), body])


def _health_of_plants(rows: Sequence[PlantHealth]) -> Any:
    cells = [
        [
            link(row.plant_code, f"/equipment?tab=active&plant_code={row.plant_code}"),
            *(html.Span(f"{_SIGNS[h]} {row.count(h):,}", className=f"cmms-text-{h}") for h in _WORDS),
        ]
        for row in rows
    ]
    heads = (text.PLANT, text.GOOD, text.WARNING, text.REJECTED, text.NO_READING_HEAD)
    return html.Div(small_table(heads, cells, text.HEALTH_BY_PLANT), className="cmms-matrix")


def _health_cells(rows: Sequence[MachineHealth]) -> Any:
    """A place that the browser fills, the worst first: thousands of components would keep Dash busy for a minute."""
    plants: dict[str, list[list[Any]]] = {}
    for row in rows:
        cell = [row.id, row.equipment_number, row.health, describe_use(row)]
        plants.setdefault(row.plant_code, []).append(cell)
    for machines in plants.values():
        machines.sort(key=lambda cell: _WORST_FIRST.index(cell[2]))
    cells = {"plants": plants, "signs": _SIGNS, "words": _WORDS, "base": get_relative_path("/equipment/")}
    return html.Div(
        [
            dcc.Store(id="health-data", data=cells),
            html.Div(
                id="health-cells",
                className="cmms-matrix",
                role="region",
                **aria(label=text.HEALTH_CELLS),
            ),
            note(text.HEALTH_KEYS),
        ]
    )


HEALTH = Widget("health", text.HEALTH_OF_MACHINES, load_health, render_health, refresh_seconds=30, span=6)
