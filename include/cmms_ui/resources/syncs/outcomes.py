"""Widgets about the results of syncs, day by day and against the time before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.sync_days import DayOutcomes, Outcomes, outcomes_by_day
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import KEYBOARD, link, note, percent_text, small_table, sync_label, trend_mark
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.periods import DAILY, PERIOD, last_days
from cmms_ui.resources.syncs.statuses import RUN_STATES

STATUS_COLOURS = {
    "success": "var(--cmms-good-mark)",
    "partial": "var(--cmms-warn-mark)",
    "failed": "var(--cmms-bad-mark)",
    "cancelled": "var(--cmms-idle-mark)",
}


def load_outcomes(sync_types: Sequence[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Makes the load of a chart: the runs of the period and of the one before it."""

    def load(parameters: Mapping[str, Any]) -> dict[str, Any]:
        days = last_days(int(parameters["days"]))
        since, until = days[0] - timedelta(days=len(days)), days[-1] + timedelta(days=1)
        rows = outcomes_by_day(sync_types, since, until)
        return {"days": days, "rows": rows, "sync_types": tuple(sync_types)}

    return load


def render_outcomes(data: Mapping[str, Any]) -> Any:
    """Rate with its trend, counts, and a bar for each day; the figures as a table below."""
    days: Sequence[date] = data["days"]
    rows: Sequence[DayOutcomes] = data["rows"]
    now = [row for row in rows if row.day >= days[0]]
    if not now:
        return empty_state(text.OUTCOMES_EMPTY.format(days=len(days)), name="refresh")
    outcomes, before = Outcomes.of(now), Outcomes.of(row for row in rows if row.day < days[0])
    by_day = {day: Outcomes.of(row for row in now if row.day == day) for day in days}
    sums = {
        name: sum(getattr(row, name) for row in now)
        for name in ("processed", "inserted", "updated", "unchanged", "rejected")
    }
    table = [
        [str(day), *(getattr(by_day[day], name) for name in ("runs", *STATUS_COLOURS))]
        for day in reversed(days)
        if by_day[day].runs
    ]
    return html.Div(
        [
            html.Div(
                [
                    _figure(text.SUCCESS_RATE, percent_text(outcomes.percent)),
                    trend_mark(
                        outcomes.percent, before.percent, text.THAN_DAYS_BEFORE.format(days=len(days)), unit=text.POINTS
                    ),
                    html.Span(count_of(outcomes.runs, "run")),
                    *(
                        html.Span([status_badge(name, RUN_STATES, size="sm"), f" {getattr(outcomes, name):,}"])
                        for name in STATUS_COLOURS
                    ),
                ],
                className="cmms-live-facts cmms-facts-row",
            ),
            dmc.BarChart(
                barChartProps=KEYBOARD,
                h=170,
                data=[
                    {"day": f"{day:%m-%d}", **{name: getattr(by_day[day], name) for name in STATUS_COLOURS}}
                    for day in days
                ],
                dataKey="day",
                type="stacked",
                series=[
                    {"name": name, "label": RUN_STATES[name].label, "color": color}
                    for name, color in STATUS_COLOURS.items()
                ],
                withLegend=True,
                maxBarWidth=26,
                yAxisLabel=text.AXIS_RUNS,
                yAxisProps={"allowDecimals": False, "width": 46},
            ),
            note(text.OUTCOMES_NOTE.format(records=count_of(sums["processed"], "record"), **sums)),
            html.Details(
                [
                    html.Summary(text.BY_DAY),
                    small_table(
                        (text.DAY, text.RUNS, *(RUN_STATES[name].label for name in STATUS_COLOURS)),
                        table,
                        text.OUTCOMES_CAPTION,
                    ),
                ]
            ),
        ]
    )


def _figure(label: str, value: str) -> Any:
    return html.Span([html.Strong(value, className="cmms-big"), html.Span(f" {label}", className="cmms-dim")])


def load_rates(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Both daily syncs, this week and the one before."""
    return load_outcomes(DAILY)({"days": "7"})


def render_rates(data: Mapping[str, Any]) -> Any:
    """A line for each sync: rate and arrow."""
    first_day = data["days"][0]
    lines = []
    for sync_type in data["sync_types"]:
        rows = [row for row in data["rows"] if row.sync_type == sync_type]
        now = Outcomes.of(row for row in rows if row.day >= first_day)
        before = Outcomes.of(row for row in rows if row.day < first_day)
        lines.append(
            html.Div(
                [
                    html.Div(link(sync_label(sync_type), f"/syncs?tab={sync_type}"), className="cmms-live-head"),
                    html.Div(
                        [
                            html.Strong(percent_text(now.percent), className="cmms-big"),
                            trend_mark(now.percent, before.percent, text.THAN_WEEK_BEFORE, unit=text.POINTS),
                        ],
                        className="cmms-live-facts cmms-facts-row",
                    ),
                    note(text.RATES_NOTE.format(runs=count_of(now.runs, "run"), failed=now.failed)),
                ]
            )
        )
    return html.Div(lines, className="cmms-live")


def _outcomes(name: str, title: str, sync_types: Sequence[str], span: int) -> Widget:
    load = load_outcomes(sync_types)
    return Widget(name, title, load, render_outcomes, refresh_seconds=30, span=span, options=(PERIOD,))


EQUIPMENT_OUTCOMES = _outcomes("equipment_outcomes", text.WIDGET_EQUIPMENT_OUTCOMES, ("equipment",), 8)
RUNNING_TIME_OUTCOMES = _outcomes("running_time_outcomes", text.WIDGET_RUNNING_TIME_OUTCOMES, ("running_time",), 12)
ALL_OUTCOMES = _outcomes("all_outcomes", text.WIDGET_ALL_OUTCOMES, DAILY, 6)
RATES = Widget("rates", text.WIDGET_RATES, load_rates, render_rates, refresh_seconds=30, span=4, topics=("runs",))
