"""Widgets about how syncs go over time: how they ended, how long they took, what they brought. Days are UTC days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.views.read_status import Row, read
from cmms_ui.components.marks import empty_state, status_badge
from cmms_ui.schema import Choice, Field, Widget
from cmms_ui.widgets.parts import at, describe_seconds, link, note, small_table, sync_label, trend_mark

DAILY = ("equipment", "running_time")
STATUS_COLOURS = {"success": "teal.6", "partial": "yellow.5", "failed": "red.6", "cancelled": "gray.5"}
SPARK_DAYS = 14
PERIOD = Field(
    "days",
    "Period",
    "choice",
    choices=(Choice("7", "7 days"), Choice("30", "30 days"), Choice("90", "90 days")),
    default="30",
)
_STREAM = Field(
    "sync_type",
    "Sync",
    "choice",
    choices=(Choice("running_time", "Running time"), Choice("equipment", "Equipment")),
    default="running_time",
)


def last_days(days: int) -> tuple[date, ...]:
    """The UTC days up to today."""
    today = datetime.now(UTC).date()
    return tuple(today - timedelta(days=back) for back in range(days - 1, -1, -1))


def load_outcomes(sync_types: Sequence[str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Makes the load of a chart: the runs of the period and of the one before it."""

    def load(parameters: Mapping[str, Any]) -> dict[str, Any]:
        days = last_days(int(parameters["days"]))
        bounds = {"since": days[0] - timedelta(days=len(days)), "until": days[-1] + timedelta(days=1)}
        rows = read("outcomes_by_day", {"sync_types": tuple(sync_types), **bounds})
        return {"days": days, "rows": rows, "sync_types": tuple(sync_types)}

    return load


@dataclass(frozen=True)
class Outcomes:
    """How some runs ended. A partial run succeeded: everything valid was stored; a cancelled one says nothing."""

    runs: int
    success: int
    partial: int
    failed: int
    cancelled: int

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Outcomes:
        """The sum of the rows."""
        found = list(rows)
        return cls(*(sum(int(row[name]) for row in found) for name in cls.__dataclass_fields__))

    @property
    def percent(self) -> float | None:
        """Successes per hundred finished runs (as KPI-01); None when none finished."""
        finished = self.success + self.partial + self.failed
        return 100 * (self.success + self.partial) / finished if finished else None


def render_outcomes(data: Mapping[str, Any]) -> Any:
    """Rate with its trend, counts, and a bar for each day; the figures as a table below."""
    days: Sequence[date] = data["days"]
    now = [row for row in data["rows"] if row["day"] >= days[0]]
    if not now:
        return empty_state(f"No sync has run in the last {len(days)} days.", name="refresh")
    outcomes, before = Outcomes.of(now), Outcomes.of(row for row in data["rows"] if row["day"] < days[0])
    by_day = {day: Outcomes.of(row for row in now if row["day"] == day) for day in days}
    sums = {
        name: sum(int(row[name] or 0) for row in now)
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
                    _figure("Success rate", percent_text(outcomes.percent)),
                    trend_mark(outcomes.percent, before.percent, f"{len(days)} days before", unit=" points"),
                    html.Span(f"{outcomes.runs:,} runs"),
                    *(
                        html.Span([status_badge(name, size="sm"), f" {getattr(outcomes, name):,}"])
                        for name in STATUS_COLOURS
                    ),
                ],
                className="cmms-live-facts cmms-facts-row",
            ),
            dmc.BarChart(
                h=170,
                data=[
                    {"day": f"{day:%m-%d}", **{name: getattr(by_day[day], name) for name in STATUS_COLOURS}}
                    for day in days
                ],
                dataKey="day",
                type="stacked",
                series=[
                    {"name": name, "label": name.capitalize(), "color": color} for name, color in STATUS_COLOURS.items()
                ],
                withLegend=True,
                maxBarWidth=26,
                yAxisProps={"allowDecimals": False, "width": 30},
            ),
            note(
                f"{sums['processed']:,} records: {sums['inserted']:,} new, {sums['updated']:,} changed,"
                f" {sums['unchanged']:,} unchanged, {sums['rejected']:,} rejected."
            ),
            html.Details(
                [
                    html.Summary("By day"),
                    small_table(("Day", "Runs", *(name.capitalize() for name in STATUS_COLOURS)), table, "Runs by day"),
                ]
            ),
        ]
    )


def percent_text(percent: float | None) -> str:
    """``98.2 %``; an honest dash where nothing finished."""
    return "–" if percent is None else f"{percent:.1f} %".replace(".0 %", " %")


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
        rows = [row for row in data["rows"] if row["sync_type"] == sync_type]
        now = Outcomes.of(row for row in rows if row["day"] >= first_day)
        before = Outcomes.of(row for row in rows if row["day"] < first_day)
        lines.append(
            html.Div(
                [
                    html.Div(link(sync_label(sync_type), f"/syncs?tab={sync_type}"), className="cmms-live-head"),
                    html.Div(
                        [
                            html.Strong(percent_text(now.percent), className="cmms-big"),
                            trend_mark(now.percent, before.percent, "the week before", unit=" points"),
                        ],
                        className="cmms-live-facts cmms-facts-row",
                    ),
                    note(f"{now.runs:,} runs, {now.failed:,} failed"),
                ]
            )
        )
    return html.Div(lines, className="cmms-live")


def load_speeds(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The newest good runs of a type."""
    wanted = {"sync_type": parameters["sync_type"], "since": last_days(int(parameters["days"]))[0], "row_limit": 120}
    return {"sync_type": parameters["sync_type"], "rows": read("run_speeds", wanted)}


def render_speeds(data: Mapping[str, Any]) -> Any:
    """Duration as bars and records per second as a line, run by run."""
    rows = list(reversed(data["rows"]))
    if not rows:
        return empty_state("No sync of this type has succeeded in this time.", name="clock")
    points = [
        {
            "run": f"#{row['id']} {row['sync_started_at']:%m-%d}",
            "Seconds": round(float(row["seconds"]), 1),
            "Records/s": round(int(row["records_processed"]) / max(float(row["seconds"]), 0.001)),
        }
        for row in rows
    ]
    longest = max(rows, key=lambda row: row["seconds"])
    seconds = sorted(float(row["seconds"]) for row in rows)
    return html.Div(
        [
            dmc.CompositeChart(
                h=190,
                data=points,
                dataKey="run",
                series=[
                    {"name": "Seconds", "type": "bar", "color": "indigo.4"},
                    {"name": "Records/s", "type": "line", "color": "orange.6", "yAxisId": "right"},
                ],
                withLegend=True,
                withRightYAxis=True,
                curveType="linear",
                maxBarWidth=26,
                withDots=len(points) < 30,
            ),
            html.Div(
                [
                    note(f"{len(rows)} runs, median {describe_seconds(seconds[len(seconds) // 2])}, longest"),
                    link(f"#{longest['id']}", f"/syncs/{longest['id']}"),
                    note(describe_seconds(float(longest["seconds"]))),
                ],
                className="cmms-live-facts",
            ),
        ]
    )


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
    Metric("Answer of the source", "milliseconds", "calls", 1, " ms", good="down"),
    Metric("Rules, per 1,000 records", "rule_seconds", "processed", 1000, " s", good="down"),
    Metric("Database, per 1,000 records", "database_seconds", "processed", 1000, " s", good="down"),
)


def load_metrics(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Two weeks, day by day."""
    days = last_days(SPARK_DAYS)
    found: dict[date, Row] = {day: {"day": day} for day in days}
    for statement in ("metrics_by_day", "calls_by_day"):
        for row in read(statement, {"since": days[0]}):
            found.get(row["day"], {}).update(row)
    return {"rows": list(found.values())}


def render_metrics(data: Mapping[str, Any]) -> Any:
    """A line for each figure: this week, the week before, the days as a small curve."""
    rows: Sequence[Row] = data["rows"]
    before, now = rows[: SPARK_DAYS // 2], rows[SPARK_DAYS // 2 :]
    lines = []
    for metric in METRICS:
        this, that = metric.of(now), metric.of(before)
        points = [value for value in (metric.of([row]) for row in rows) if value is not None]
        curve: Any = "–"
        if len(points) > 1:
            curve = dmc.Sparkline(
                data=points, w=110, h=26, color="indigo.5", curveType="linear", fillOpacity=0.15, strokeWidth=1.5
            )
        is_share = metric.unit == " %"
        change = trend_mark(this, that, "the week before", good=metric.good, unit=" points", relative=not is_share)
        lines.append([metric.label, html.Strong(metric.text(this)), metric.text(that), change, curve])
    heads = ("Figure", "This week", "Week before", "Change", "14 days")
    return small_table(heads, lines, "Performance of the daily syncs, this week and the week before")


def load_top_codes(parameters: Mapping[str, Any]) -> list[Row]:
    """The most frequent codes of the period."""
    return read("top_codes", {"since": last_days(int(parameters["days"]))[0], "row_limit": 12})


def render_top_codes(rows: list[Row]) -> Any:
    """Codes with what they have in common: one machine, one day, or all over."""
    if not rows:
        return empty_state("No record was rejected in this time.", name="check")
    cells = [
        [
            link(row["code"], f"/record-errors?tab=all&q={row['code']}"),
            row["category"],
            f"{row['records']:,}",
            f"{row['open_records'] or 0:,}",
            f"{row['machines']:,}",
            f"{row['units']:,}",
            at(row["last_seen_at"]),
        ]
        for row in rows
    ]
    heads = ("Code", "Category", "Records", "Open", "Machines", "Days", "Last seen")
    return small_table(heads, cells, "Most frequent error codes")


def _outcomes(name: str, title: str, sync_types: Sequence[str], span: int) -> Widget:
    load = load_outcomes(sync_types)
    return Widget(name, title, load, render_outcomes, refresh_seconds=30, span=span, options=(PERIOD,))


EQUIPMENT_OUTCOMES = _outcomes("equipment_outcomes", "How equipment syncs ended", ("equipment",), 8)
RUNNING_TIME_OUTCOMES = _outcomes("running_time_outcomes", "How running time syncs ended", ("running_time",), 12)
ALL_OUTCOMES = _outcomes("all_outcomes", "How syncs ended", DAILY, 6)
RATES = Widget("rates", "Success rate, 7 days", load_rates, render_rates, refresh_seconds=30, span=4, topics=("runs",))
SPEEDS = Widget(
    "speeds",
    "Duration and throughput",
    load_speeds,
    render_speeds,
    refresh_seconds=60,
    span=6,
    options=(_STREAM, PERIOD),
)
PERFORMANCE = Widget("metrics", "Performance", load_metrics, render_metrics, refresh_seconds=60, span=8)
TOP_CODES = Widget(
    "top_codes", "Top error codes", load_top_codes, render_top_codes, refresh_seconds=60, span=12, options=(PERIOD,)
)
