"""Widgets about how well the daily syncs do: figures of this week and the week before, and one figure day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.kpis import success_percent
from cmms.figures.sync_days import DayCalls, DaySums, calls_by_day, sums_by_day
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import KEYBOARD, small_table, trend_mark
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.periods import DAILY, STREAM, last_days

WEEK = 7


@dataclass(frozen=True)
class Day:
    """What is known of a day: its runs, and the requests to the source."""

    syncs: DaySums | None = None
    calls: DayCalls | None = None


def _divide(amount: float, per: float) -> float | None:
    return amount / per if per else None


@dataclass(frozen=True)
class Metric:
    """A figure of a day: ``amount`` by ``per`` (1 if there is none); ``good`` says which way is better.

    Both name fields of :class:`DaySums`, or of :class:`DayCalls` for a figure ``of_calls``. ``quotient``
    makes the figure of their sums.
    """

    label: str
    amount: str
    per: str = ""
    factor: float = 1
    unit: str = ""
    good: str = ""
    of_calls: bool = False
    quotient: Callable[[float, float], float | None] = _divide

    def of(self, days: Iterable[Day]) -> float | None:
        """Over some days; None when there is nothing to divide by."""
        parts = [day.calls if self.of_calls else day.syncs for day in days]
        found = [part for part in parts if part is not None and getattr(part, self.amount) is not None]
        if not found:
            return None
        amount = sum(float(getattr(part, self.amount)) for part in found)
        per = sum(float(getattr(part, self.per) or 0) for part in found) if self.per else 1
        figure = self.quotient(amount, per)
        return None if figure is None else self.factor * figure

    def text(self, value: float | None) -> str:
        """As a person reads it."""
        if value is None:
            return "–"
        number = f"{value:,.0f}" if abs(value) >= 100 or (not self.per and value == int(value)) else f"{value:,.1f}"
        return f"{number}{self.unit}"


METRICS = (
    Metric(text.METRIC_GOOD_PER_FINISHED, "good", "finished", unit=" %", good="up", quotient=success_percent),
    Metric(text.METRIC_PROCESSED, "processed"),
    Metric(text.METRIC_REJECTED_PER_PROCESSED, "rejected", "processed", 100, " %", good="down"),
    Metric(text.METRIC_SECONDS_PER_RUNS, "seconds", "runs", 1, " s", good="down"),
    Metric(text.METRIC_PROCESSED_PER_SECONDS, "processed", "seconds", good="up"),
    Metric(text.METRIC_QUEUE_SECONDS_PER_QUEUED, "queue_seconds", "queued", 1, " s", good="down"),
    Metric(text.METRIC_WARNINGS_PER_PROCESSED, "warnings", "processed", 100, " %", good="down"),
    Metric(text.METRIC_MILLISECONDS_PER_CALLS, "milliseconds", "calls", 1, " ms", good="down", of_calls=True),
    Metric(text.METRIC_RULE_SECONDS_PER_PROCESSED, "rule_seconds", "processed", 1000, " s", good="down"),
    Metric(text.METRIC_DATABASE_SECONDS_PER_PROCESSED, "database_seconds", "processed", 1000, " s", good="down"),
)


def load_metrics(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Two weeks, day by day."""
    days = last_days(2 * WEEK)
    syncs, calls = sums_by_day(DAILY, days[0]), calls_by_day(days[0])
    return {"days": [Day(syncs.get(day), calls.get(day)) for day in days]}


def render_metrics(data: Mapping[str, Any]) -> Any:
    """A line for each figure: this week, the week before, the days as a small curve."""
    days: Sequence[Day] = data["days"]
    before, now = days[:WEEK], days[WEEK:]
    lines = []
    for metric in METRICS:
        this, that = metric.of(now), metric.of(before)
        points = [value for value in (metric.of([day]) for day in days) if value is not None]
        curve: Any = "–"
        if len(points) > 1:
            curve = dmc.Sparkline(
                data=points,
                w=110,
                h=26,
                color="var(--cmms-brand-mark)",
                curveType="linear",
                fillOpacity=0.15,
                strokeWidth=1.5,
            )
        is_share = metric.unit == " %"
        change = trend_mark(
            this, that, text.THAN_WEEK_BEFORE, good=metric.good, unit=text.POINTS, relative=not is_share
        )
        lines.append([metric.label, html.Strong(metric.text(this)), metric.text(that), change, curve])
    return small_table(text.METRICS_HEADS, lines, text.METRICS_CAPTION)


_COMPARED = {
    "seconds": METRICS[3],
    "speed": METRICS[4],
    "records": METRICS[1],
    "rejected": METRICS[2],
    "good": METRICS[0],
    "waited": METRICS[5],
}
_FIGURE = Field(
    "figure",
    text.FIELD_FIGURE,
    "choice",
    choices=tuple(Choice(name, metric.label) for name, metric in _COMPARED.items()),
    default="seconds",
)


def load_weeks(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Two weeks of one sync, day by day."""
    days = last_days(2 * WEEK)
    syncs = sums_by_day((parameters["sync_type"],), days[0])
    return {"days": days, "syncs": syncs, "metric": _COMPARED[parameters["figure"]]}


def render_weeks(data: Mapping[str, Any]) -> Any:
    """This week's curve over that of the week before; the same weekdays lie above each other."""
    metric: Metric = data["metric"]
    days: Sequence[date] = data["days"]
    syncs: Mapping[date, DaySums] = data["syncs"]
    values = {day: metric.of([Day(syncs.get(day))]) for day in days}
    if not any(value is not None for value in values.values()):
        return empty_state(text.WEEKS_EMPTY, name="clock")
    pairs = list(zip(days[WEEK:], days[:WEEK], strict=True))
    this, that = (metric.of(Day(syncs.get(day)) for day in week) for week in zip(*pairs, strict=True))
    is_share = metric.unit == " %"
    table = [
        [f"{now:%a}", str(now), metric.text(values[now]), str(before), metric.text(values[before])]
        for now, before in pairs
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Span([f"{text.THIS_WEEK} ", html.Strong(metric.text(this))]),
                    html.Span([f"{text.WEEK_BEFORE} ", html.Strong(metric.text(that))]),
                    trend_mark(
                        this, that, text.THAN_WEEK_BEFORE, good=metric.good, unit=text.POINTS, relative=not is_share
                    ),
                ],
                className="cmms-live-facts cmms-facts-row",
            ),
            dmc.LineChart(
                lineChartProps=KEYBOARD,
                h=170,
                data=[
                    {"day": f"{now:%a %m-%d}", text.THIS_WEEK: values[now], text.WEEK_BEFORE: values[before]}
                    for now, before in pairs
                ],
                dataKey="day",
                series=[
                    {"name": text.THIS_WEEK, "color": "var(--cmms-brand-mark)"},
                    {"name": text.WEEK_BEFORE, "color": "var(--cmms-idle-mark)", "strokeDasharray": "5 4"},
                ],
                curveType="linear",
                withLegend=True,
                connectNulls=True,
                unit=metric.unit or None,
                yAxisProps={"width": 60},
            ),
            html.Details(
                [
                    html.Summary(text.AS_A_TABLE),
                    small_table(
                        ("", text.THIS_WEEK, metric.label, text.WEEK_BEFORE, metric.label),
                        table,
                        text.WEEKS_CAPTION.format(figure=metric.label),
                    ),
                ]
            ),
        ]
    )


PERFORMANCE = Widget("metrics", text.WIDGET_METRICS, load_metrics, render_metrics, refresh_seconds=60, span=8)
WEEKS = Widget(
    "weeks",
    text.WIDGET_WEEKS,
    load_weeks,
    render_weeks,
    refresh_seconds=60,
    span=6,
    options=(STREAM, _FIGURE),
)
