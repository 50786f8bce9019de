"""Widget that lays the running times of several machines over each other; its legend puts each of them on and off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from cmms.figures.machines import Machine, busiest_machines, find_machines
from cmms.figures.running_hours import MachineHours, hours_of_machines
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import KEYBOARD, link, note, small_table
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.machine_chart import total_hours

MOST, AT_FIRST = 10, 3
_COLOURS = ("brand-mark", "other-mark", "third-mark", "good-mark", "warn-mark")
"""Each once as a line, once dashed."""


def load_overlay(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Readings of the machines that were asked for, in their order; of the busiest ones if none was."""
    asked = list(dict.fromkeys(word.strip() for word in parameters["numbers"].split(",") if word.strip()))
    known = find_machines(asked) if asked else {}
    machines = [known[number] for number in asked if number in known][:MOST] if asked else busiest_machines(AT_FIRST)
    days = int(parameters["days"])
    readings: dict[int, list[MachineHours]] = {machine.id: [] for machine in machines}
    for row in hours_of_machines(list(readings), days):
        readings[row.equipment_id].append(row)
    return {
        "days": days,
        "asked": bool(asked),
        "machines": machines,
        "readings": readings,
        "unknown": [number for number in asked if number not in known],
        "left_out": max(0, sum(number in known for number in asked) - MOST),
    }


def overlay_points(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A point for each day from the first reading to the last; a machine without a reading has no value there."""
    machines: Sequence[Machine] = data["machines"]
    readings: Mapping[int, Sequence[MachineHours]] = data["readings"]
    names = {machine.id: machine.equipment_number for machine in machines}
    values = {(names[key], row.day): row.running_hours for key, rows in readings.items() for row in rows}
    if not values:
        return []
    dates = [day for _, day in values]
    first, last = min(dates), max(dates)
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [
        {"day": str(day), **{name: float(values[name, day]) for name in names.values() if (name, day) in values}}
        for day in days
    ]


def render_overlay(data: Mapping[str, Any]) -> Any:
    """One chart, one legend, and the totals as text."""
    hints = [text.UNKNOWN_NUMBER.format(number=number) for number in data["unknown"]]
    if not data["asked"]:
        hints.append(text.BUSIEST.format(most=MOST))
    if data["left_out"]:
        hints.append(text.OVERLAY_LEFT_OUT.format(most=MOST, count=data["left_out"]))
    points = overlay_points(data)
    if not points:
        return empty_state(" ".join(hints) or text.NO_READING_IN_PERIOD, name="clock")
    machines: Sequence[Machine] = data["machines"]
    readings: Mapping[int, Sequence[MachineHours]] = data["readings"]
    names = [machine.equipment_number for machine in machines]
    series = [
        {
            "name": name,
            "color": f"var(--cmms-{_COLOURS[place % len(_COLOURS)]})",
            **({"strokeDasharray": "5 4"} if place >= len(_COLOURS) else {}),
        }
        for place, name in enumerate(names)
    ]
    table = [
        [
            link(machine.equipment_number, f"/equipment/{machine.id}"),
            len(readings[machine.id]),
            hours_text(total_hours(readings[machine.id])),
        ]
        for machine in machines
    ]
    return html.Div(
        [
            dmc.LineChart(
                id="overlay-chart",
                h=240,
                data=points,
                dataKey="day",
                series=series,
                withLegend=False,
                curveType="linear",
                connectNulls=False,
                yAxisLabel=text.HOURS_A_DAY,
                yAxisProps={"domain": [0, 24]},
                lineChartProps=KEYBOARD,
            ),
            dcc.Store(id="overlay-series", data=series),
            html.Div(
                dmc.ChipGroup([_chip(one) for one in series], id="overlay-shown", multiple=True, value=names),
                className="cmms-chips",
                role="group",
                **aria(label=text.MACHINES_IN_CHART),
            ),
            *(note(hint) for hint in hints),
            html.Details(
                [
                    html.Summary(text.TOTALS_AS_TABLE),
                    small_table(
                        (text.MACHINE, text.READINGS, text.HOURS_OF_DAYS.format(days=data["days"])),
                        table,
                        text.HOURS_BY_MACHINE,
                    ),
                ]
            ),
        ]
    )


def _chip(series: Mapping[str, str]) -> Any:
    style = {"borderTopColor": series["color"], "borderTopStyle": "dashed" if "strokeDasharray" in series else "solid"}
    return dmc.Chip(
        [html.Span(className="cmms-line-sample", style=style), series["name"]], value=series["name"], size="xs"
    )


OVERLAY = Widget(
    "overlay",
    text.MACHINES_COMPARED,
    load_overlay,
    render_overlay,
    refresh_seconds=300,
    span=12,
    options=(
        Field("numbers", text.OVERLAY_NUMBERS, max_length=600),
        Field(
            "days",
            text.PERIOD,
            "choice",
            choices=tuple(Choice(str(days), text.PERIOD_DAYS.format(days=days)) for days in (14, 30, 90)),
            default="30",
        ),
    ),
)
