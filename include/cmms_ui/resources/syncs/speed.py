"""Widget about how long good syncs took and how fast they were, run by run."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.sync_days import run_speeds
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import GROUPED, KEYBOARD, describe_seconds, link, note
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.periods import PERIOD, STREAM, last_days

RUNS = 120


def load_speeds(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The newest good runs of a type."""
    since = last_days(int(parameters["days"]))[0]
    return {"sync_type": parameters["sync_type"], "rows": run_speeds(parameters["sync_type"], since, RUNS)}


def render_speeds(data: Mapping[str, Any]) -> Any:
    """Duration as bars and records per second as a line, run by run."""
    rows = list(reversed(data["rows"]))
    if not rows:
        return empty_state(text.SPEEDS_EMPTY, name="clock")
    points = [
        {
            "run": f"#{row.id} {row.sync_started_at:%m-%d}",
            text.SECONDS: round(row.seconds, 1),
            text.PER_SECOND: round(row.records_per_second),
        }
        for row in rows
    ]
    longest = max(rows, key=lambda row: row.seconds)
    seconds = [row.seconds for row in rows]
    return html.Div(
        [
            dmc.CompositeChart(
                composedChartProps=KEYBOARD,
                h=190,
                data=points,
                dataKey="run",
                series=[
                    {"name": text.SECONDS, "type": "bar", "color": "var(--cmms-brand-mark)"},
                    {"name": text.PER_SECOND, "type": "line", "color": "var(--cmms-other-mark)", "yAxisId": "right"},
                ],
                withLegend=True,
                withRightYAxis=True,
                yAxisLabel=text.SECONDS,
                rightYAxisLabel=text.PER_SECOND,
                rightYAxisProps={"width": 76},
                valueFormatter=GROUPED,
                curveType="linear",
                maxBarWidth=26,
                withDots=len(points) < 30,
            ),
            note(
                [
                    text.SPEEDS_NOTE.format(
                        runs=count_of(len(rows), "run"),
                        median=describe_seconds(median(seconds)),
                        longest=describe_seconds(longest.seconds),
                    ),
                    " ",
                    link(f"#{longest.id}", f"/syncs/{longest.id}"),
                ]
            ),
        ]
    )


SPEEDS = Widget(
    "speeds",
    text.WIDGET_SPEEDS,
    load_speeds,
    render_speeds,
    refresh_seconds=60,
    span=12,
    options=(STREAM, PERIOD),
)
