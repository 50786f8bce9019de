"""Widget that shows how much machines are used: a cell for each plant and day, the darker the more they have run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dash import html

from cmms.figures.machines import active_by_plant
from cmms.figures.running_hours import PlantDayHours, active_hours_by_plant
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import link, note
from cmms_ui.resources.equipment import text

STEP_PERCENT = 20
_STEPS = range(100 // STEP_PERCENT)


def load_heat(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Hours of active machines by plant and day, and the plants that have active machines."""
    days = int(parameters["days"])
    plants = [plant.plant_code for plant in active_by_plant()]
    return {"days": days, "plants": plants, "rows": active_hours_by_plant(days)}


def render_heat(data: Mapping[str, Any]) -> Any:
    """Per cent of 24 hours; a day without any reading is empty, one on which every machine stood still is 0."""
    cells: dict[tuple[str, date], PlantDayHours] = {(row.plant_code, row.day): row for row in data["rows"]}
    if not cells:
        return empty_state(text.NO_READING, name="clock")
    last = max(day for _, day in cells)
    days = [last - timedelta(days=back) for back in range(data["days"] - 1, -1, -1)]
    head = [html.Th(text.PLANT, scope="col"), *(html.Th(f"{day:%d}", scope="col", title=str(day)) for day in days)]
    body = [
        html.Tr(
            [
                html.Th(link(plant, f"/equipment?tab=active&plant_code={plant}"), scope="row"),
                *(_cell(plant, day, cells.get((plant, day))) for day in days),
            ]
        )
        for plant in data["plants"]
    ]
    return html.Div(
        [
            html.Div(
                html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="cmms-gaps"),
                className="cmms-table-box",
                tabIndex=0,
                role="region",
                **aria(label=text.UTILISATION_BY_DAY),
            ),
            html.Div([html.Span(sign) for sign in _legend()], className="cmms-live-facts cmms-dim"),
            note(text.HEAT_NOTE),
        ]
    )


def _cell(plant: str, day: date, row: PlantDayHours | None) -> Any:
    if row is None:
        return html.Td(
            "□", title=text.HEAT_CELL_EMPTY.format(plant=plant, day=day), className="cmms-gap cmms-heat-none"
        )
    used = row.utilisation_percent
    title = text.heat_cell(plant, day, float(used), hours_text(row.hours), row.machines)
    return html.Td(f"{used:.0f}", title=title, className=f"cmms-gap cmms-heat-{_step_of(float(used), row)}")


def _step_of(percent: float, row: PlantDayHours) -> str:
    """``zero`` or the number of the step; a machine that ran at all is not zero."""
    return str(min(int(percent // STEP_PERCENT), _STEPS[-1])) if row.hours else "zero"


def _legend() -> list[list[Any]]:
    scale = [("□", "none", text.LEGEND_NO_READING), ("0", "zero", text.LEGEND_IDLE)]
    scale += [
        ("\u2003", str(step), text.LEGEND_STEP.format(first=step * STEP_PERCENT, last=(step + 1) * STEP_PERCENT))
        for step in _STEPS
    ]
    return [
        [html.Span(sign, className=f"cmms-gap cmms-heat-sample cmms-heat-{name}"), f" {meaning}"]
        for sign, name, meaning in scale
    ]


HEAT = Widget(
    "heat",
    text.UTILISATION_BY_PLANT,
    load_heat,
    render_heat,
    refresh_seconds=300,
    span=12,
    options=(
        Field(
            "days",
            text.DAYS,
            "choice",
            choices=tuple(Choice(str(days), text.PERIOD_DAYS.format(days=days)) for days in (14, 30)),
            default="14",
        ),
    ),
)
