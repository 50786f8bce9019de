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
        return empty_state("No reading yet.", name="clock")
    last = max(day for _, day in cells)
    days = [last - timedelta(days=back) for back in range(data["days"] - 1, -1, -1)]
    head = [html.Th("Plant", scope="col"), *(html.Th(f"{day:%d}", scope="col", title=str(day)) for day in days)]
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
                **aria(label="Utilisation by plant and day, per cent"),
            ),
            html.Div([html.Span(sign) for sign in _legend()], className="cmms-live-facts cmms-dim"),
            note("Hours run of 24 hours for each active machine that has a reading of the day, in per cent."),
        ]
    )


def _cell(plant: str, day: date, row: PlantDayHours | None) -> Any:
    if row is None:
        return html.Td("□", title=f"{plant}, {day}: no reading", className="cmms-gap cmms-heat-none")
    used = row.utilisation_percent
    machines, hours = f"{row.machines:,}", hours_text(row.hours)
    title = f"{plant}, {day}: {used:.1f} %, {hours} h of {machines} machines with a reading"
    return html.Td(f"{used:.0f}", title=title, className=f"cmms-gap cmms-heat-{_step_of(float(used), row)}")


def _step_of(percent: float, row: PlantDayHours) -> str:
    """``zero`` or the number of the step; a machine that ran at all is not zero."""
    return str(min(int(percent // STEP_PERCENT), _STEPS[-1])) if row.hours else "zero"


def _legend() -> list[list[Any]]:
    scale = [("□", "none", "no reading"), ("0", "zero", "stood still")]
    scale += [("\u2003", str(step), f"{step * STEP_PERCENT} to {(step + 1) * STEP_PERCENT} %") for step in _STEPS]
    return [
        [html.Span(sign, className=f"cmms-gap cmms-heat-sample cmms-heat-{name}"), f" {text}"]
        for sign, name, text in scale
    ]


HEAT = Widget(
    "heat",
    "Utilisation by plant",
    load_heat,
    render_heat,
    refresh_seconds=300,
    span=12,
    options=(
        Field("days", "Days", "choice", choices=(Choice("14", "14 days"), Choice("30", "30 days")), default="14"),
    ),
)
