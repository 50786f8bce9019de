"""Widgets about how well the daily syncs do: figures of this week and the week before, and one figure day by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.read_rows import Row, read
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import KEYBOARD, small_table, trend_mark
from cmms_ui.resources.syncs.periods import DAILY, STREAM, last_days

WEEK = 7


@dataclass(frozen=True)
class Metric:
    """A figure of a day: ``amount`` by ``per`` (1 if there is none); ``good`` says which way is better."""

    label: str
    amount: str
    per: str = ""
    factor: float = 1
    unit: str = ""
    good: str = ""

    def of(self, rows: Iterable[Row]) -> float | None:
        """Over some days; None when there is nothing to divide by."""
        found = [row for row in rows if row.get(self.amount) is not None]
        if not found:
            return None
        amount = sum(float(row[self.amount]) for row in found)
        per = sum(float(row[self.per] or 0) for row in found) if self.per else 1
        return self.factor * amount / per if per else None

    def text(self, value: float | None) -> str:
        """As a person reads it."""
        if value is None:
            return "–"
        number = f"{value:,.0f}" if abs(value) >= 100 or (not self.per and value == int(value)) else f"{value:,.1f}"
        return f"{number}{self.unit}"


METRICS = (
    Metric("Success rate", "good", "finished", 100, " %", good="up"),
    Metric("Records", "processed"),
    Metric("Rejected records", "rejected", "processed", 100, " %", good="down"),
    Metric("Time of a run", "seconds", "runs", 1, " s", good="down"),
    Metric("Records per second", "processed", "seconds", good="up"),
    Metric("Wait before a run", "queue_seconds", "queued", 1, " s", good="down"),
    Metric("Records with warnings", "warnings", "processed", 100, " %", good="down"),
    Metric("Answer of the source", "milliseconds", "calls", 1, " ms", good="down"),
    Metric("Rules, per 1,000 records", "rule_seconds", "processed", 1000, " s", good="down"),
    Metric("Database, per 1,000 records", "database_seconds", "processed", 1000, " s", good="down"),
)


def load_metrics(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Two weeks, day by day."""
    days = last_days(2 * WEEK)
    found: dict[date, Row] = {day: {"day": day} for day in days}
    for statement, more in (("figures/metrics_by_day", {"sync_types": DAILY}), ("figures/calls_by_day", {})):
        for row in read(statement, {"since": days[0], **more}):
            found.get(row["day"], {}).update(row)
    return {"rows": list(found.values())}


def render_metrics(data: Mapping[str, Any]) -> Any:
    """A line for each figure: this week, the week before, the days as a small curve."""
    rows: Sequence[Row] = data["rows"]
    before, now = rows[:WEEK], rows[WEEK:]
    lines = []
    for metric in METRICS:
        this, that = metric.of(now), metric.of(before)
        points = [value for value in (metric.of([row]) for row in rows) if value is not None]
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
        change = trend_mark(this, that, "the week before", good=metric.good, unit=" points", relative=not is_share)
        lines.append([metric.label, html.Strong(metric.text(this)), metric.text(that), change, curve])
    heads = ("Figure", "This week", "Week before", "Change", "14 days")
    return small_table(heads, lines, "Performance of the daily syncs, this week and the week before")


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
    "Figure",
    "choice",
    choices=tuple(Choice(name, metric.label) for name, metric in _COMPARED.items()),
    default="seconds",
)


def load_weeks(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Two weeks of one sync, day by day."""
    days = last_days(2 * WEEK)
    rows = read("figures/metrics_by_day", {"sync_types": (parameters["sync_type"],), "since": days[0]})
    return {"days": days, "rows": {row["day"]: row for row in rows}, "metric": _COMPARED[parameters["figure"]]}


def render_weeks(data: Mapping[str, Any]) -> Any:
    """This week's curve over that of the week before; the same weekdays lie above each other."""
    metric: Metric = data["metric"]
    days: Sequence[date] = data["days"]
    values = {day: metric.of([data["rows"][day]]) if day in data["rows"] else None for day in days}
    if not any(value is not None for value in values.values()):
        return empty_state("This sync has not run within two weeks.", name="clock")
    pairs = list(zip(days[WEEK:], days[:WEEK], strict=True))
    this, that = (
        metric.of(data["rows"][day] for day in week if day in data["rows"]) for week in zip(*pairs, strict=True)
    )
    is_share = metric.unit == " %"
    table = [
        [f"{now:%a}", str(now), metric.text(values[now]), str(before), metric.text(values[before])]
        for now, before in pairs
    ]
    return html.Div(
        [
            html.Div(
                [
                    html.Span(["This week ", html.Strong(metric.text(this))]),
                    html.Span(["week before ", html.Strong(metric.text(that))]),
                    trend_mark(this, that, "the week before", good=metric.good, unit=" points", relative=not is_share),
                ],
                className="cmms-live-facts cmms-facts-row",
            ),
            dmc.LineChart(
                lineChartProps=KEYBOARD,
                h=170,
                data=[
                    {"day": f"{now:%a %m-%d}", "This week": values[now], "Week before": values[before]}
                    for now, before in pairs
                ],
                dataKey="day",
                series=[
                    {"name": "This week", "color": "var(--cmms-brand-mark)"},
                    {"name": "Week before", "color": "var(--cmms-idle-mark)", "strokeDasharray": "5 4"},
                ],
                curveType="linear",
                withLegend=True,
                connectNulls=True,
                unit=metric.unit or None,
                yAxisProps={"width": 60},
            ),
            html.Details(
                [
                    html.Summary("Figures as a table"),
                    small_table(
                        ("", "This week", metric.label, "Week before", metric.label), table, f"{metric.label} by day"
                    ),
                ]
            ),
        ]
    )


PERFORMANCE = Widget("metrics", "Performance", load_metrics, render_metrics, refresh_seconds=60, span=8)
WEEKS = Widget(
    "weeks",
    "This week and the one before",
    load_weeks,
    render_weeks,
    refresh_seconds=60,
    span=6,
    options=(STREAM, _FIGURE),
)
