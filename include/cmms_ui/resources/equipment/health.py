"""Widget about the health of every active machine: a cell each by plant, or numbers of the plants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, get_relative_path, html

from cmms.figures.health import Health, MachineHealth, PlantHealth, health_by_plant, health_of_machines
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import link, note, small_table
from cmms_ui.resources.maintenance_plans.plan_words import describe_use

CELL_LIMIT = 5_000
_TONES: Mapping[Health, str] = {
    "good": "good",
    "warn": "warning or not in feed",
    "bad": "rejected records",
    "idle": "no reading that day",
}
_SIGNS: Mapping[Health, str] = {"good": "✓", "warn": "▲", "bad": "!", "idle": "·"}
_WORST_FIRST = ("bad", "warn", "idle", "good")


def load_health(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """How the active machines of each plant are; every machine too, unless there are more than :data:`CELL_LIMIT`."""
    plants = health_by_plant()
    machines = sum(plant.count(health) for plant in plants for health in _TONES)
    return {"plants": plants, "machines": health_of_machines() if machines <= CELL_LIMIT else ()}


def render_health(data: Mapping[str, Any]) -> Any:
    """Colour, sign and number of each health; below one cell a machine, by plant, or the plants' numbers."""
    plants: Sequence[PlantHealth] = data["plants"]
    if not plants:
        return empty_state("No machine is active.", name="gauge")
    legend = [
        html.Span(
            f"{_SIGNS[health]} {text}: {sum(plant.count(health) for plant in plants):,}",
            className=f"cmms-text-{health}",
        )
        for health, text in _TONES.items()
    ]
    body = _health_cells(data["machines"]) if data["machines"] else _health_of_plants(plants)
    return html.Div([html.Div(legend, className="cmms-live-facts"), body])


def _health_of_plants(rows: Sequence[PlantHealth]) -> Any:
    cells = [
        [
            link(row.plant_code, f"/equipment?tab=active&plant_code={row.plant_code}"),
            *(html.Span(f"{_SIGNS[h]} {row.count(h):,}", className=f"cmms-text-{h}") for h in _TONES),
        ]
        for row in rows
    ]
    heads = ("Plant", "Good", "Warning", "Rejected", "No reading")
    return html.Div(small_table(heads, cells, "Health of the active machines by plant"), className="cmms-matrix")


def _health_cells(rows: Sequence[MachineHealth]) -> Any:
    """A place that the browser fills, the worst first: thousands of components would keep Dash busy for a minute."""
    plants: dict[str, list[list[Any]]] = {}
    for row in rows:
        cell = [row.id, row.equipment_number, row.health, describe_use(row)]
        plants.setdefault(row.plant_code, []).append(cell)
    for machines in plants.values():
        machines.sort(key=lambda cell: _WORST_FIRST.index(cell[2]))
    cells = {"plants": plants, "signs": _SIGNS, "words": _TONES, "base": get_relative_path("/equipment/")}
    return html.Div(
        [
            dcc.Store(id="health-data", data=cells),
            html.Div(
                id="health-cells",
                className="cmms-matrix",
                role="region",
                **aria(label="Health of every active machine"),
            ),
            note("Arrow keys go from machine to machine, Enter opens it. Worst first."),
        ]
    )


HEALTH = Widget("health", "Health of machines", load_health, render_health, refresh_seconds=30, span=6)
