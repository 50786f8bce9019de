"""Widget about how fast the source answers: a gauge with the limits of the settings, each request, each endpoint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.view_settings import read_view_settings
from cmms.figures.calls import Call, newest_calls
from cmms.figures.kpis import nearest_rank
from cmms.settings import View
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import aria, empty_state
from cmms_ui.render.parts import KEYBOARD, TONE_SIGNS, note, small_table
from cmms_ui.resources.syncs import text

REQUESTS, DRAWN = 300, 80


def load_calls(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The newest requests to the source, and what is slow."""
    return {"rows": newest_calls(REQUESTS), "limits": read_view_settings()}


def tone_of_latency(milliseconds: int, limits: View) -> str:
    """Green below the first limit, amber from it on, red from the second on."""
    if milliseconds >= limits.very_slow_ms:
        return "bad"
    return "warn" if milliseconds >= limits.slow_ms else "good"


def render_calls(data: Mapping[str, Any]) -> Any:
    """The gauge beside each request's time with the limit as a line; below, the usual figures by endpoint."""
    rows: Sequence[Call] = data["rows"]
    limits: View = data["limits"]
    if not rows:
        return empty_state(text.CALLS_EMPTY, name="clock")
    by_endpoint: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_endpoint[str(row.endpoint)].append(row.latency_ms)
    lines = [
        [
            endpoint,
            *(f"{value:,} ms" for value in (nearest_rank(values, 50), nearest_rank(values, 95), max(values))),
            len(values),
        ]
        for endpoint, values in sorted(by_endpoint.items())
    ]
    latencies = [row.latency_ms for row in rows]
    chart = dmc.LineChart(
        lineChartProps=KEYBOARD,
        h=130,
        data=[{"at": f"{row.called_at:%m-%d %H:%M:%S}", "ms": row.latency_ms} for row in rows[:DRAWN][::-1]],
        dataKey="at",
        series=[{"name": "ms", "color": "var(--cmms-brand-mark)", "label": text.CALLS_SERIES}],
        unit=" ms",
        withDots=False,
        withXAxis=False,
        yAxisProps={"width": 70, "domain": [0, max(*latencies, round(limits.slow_ms * 1.1))]},
        referenceLines=[
            {
                "y": limits.slow_ms,
                "color": "var(--cmms-warn-mark)",
                "label": text.CALLS_LIMIT.format(slow=limits.slow_ms),
            }
        ],
        curveType="linear",
    )
    return html.Div(
        [
            html.Div(
                [_gauge(nearest_rank(latencies, 95), limits), html.Div(chart, className="cmms-grow")],
                className="cmms-beside",
            ),
            small_table(text.CALLS_HEADS, lines, text.CALLS_CAPTION),
            note(text.describe_calls(len(rows), limits.slow_ms, limits.very_slow_ms)),
        ]
    )


def _gauge(milliseconds: int, limits: View) -> Any:
    tone = tone_of_latency(milliseconds, limits)
    return html.Div(
        [
            dmc.SemiCircleProgress(
                value=min(100, 100 * milliseconds / limits.very_slow_ms),
                size=150,
                thickness=13,
                filledSegmentColor=f"var(--cmms-{tone}-mark)",
                label=f"{milliseconds:,} ms",
            ),
            html.Strong(f"{TONE_SIGNS[tone]} {text.SPEEDS[tone]}", className=f"cmms-text-{tone}"),
            note(text.CALLS_PERCENTILE),
        ],
        className="cmms-gauge",
        role="meter",
        **aria(
            label=text.CALLS_GAUGE,
            valuenow=str(milliseconds),
            valuemin="0",
            valuemax=str(limits.very_slow_ms),
        ),
    )


CALLS = Widget("calls", text.WIDGET_CALLS, load_calls, render_calls, refresh_seconds=30, span=6)
