"""Running time of a machine: bars or lines, for a period, beside its group or another machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from cmms.equipment.read_equipment import find_by_number
from cmms.figures.running_hours import AVERAGED_MACHINES, DayValue, Reading, group_average, readings_of_period
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import GROUPED, KEYBOARD, note, small_table
from cmms_ui.resources.doubtful_readings.statuses import TRUST_STATES
from cmms_ui.resources.equipment import text
from cmms_ui.resources.record_errors.error_codes import codes_label

_OPTIONS = (
    Field(
        "days",
        text.PERIOD,
        "choice",
        choices=tuple(Choice(str(days), text.PERIOD_DAYS.format(days=days)) for days in (30, 90, 365)),
        default="90",
    ),
    Field(
        "form", text.CHART_FORM, "choice", choices=(Choice("bar", text.BARS), Choice("line", text.LINES)), default="bar"
    ),
    Field(
        "beside",
        text.COMPARE,
        "choice",
        choices=(Choice("counter", text.COUNTER), Choice("group", text.GROUP_AVERAGE)),
        default="counter",
    ),
    Field("number", text.COMPARE_NUMBER, max_length=50),
)


def load_chart(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Readings of the period, and those of what they are compared with."""
    key, days = parameters["key"], int(parameters["days"])
    data: dict[str, Any] = {
        "days": days,
        "form": parameters["form"],
        "rows": readings_of_period(key, days),
        "other": None,
    }
    if number := parameters["number"]:
        other = find_by_number(number)
        if other is None:
            return {**data, "problem": text.UNKNOWN_NUMBER.format(number=number)}
        return {**data, "other": readings_of_period(other, days), "other_name": number}
    if parameters["beside"] == "group":
        return {**data, "other": group_average(key, days), "other_name": text.GROUP_AVERAGE}
    return data


def total_hours(rows: Sequence[DayValue]) -> Decimal:
    """Hours of all rows, exact to three places."""
    return sum((row.running_hours for row in rows), Decimal(0)).quantize(Decimal("0.001"))


def divide_readings(rows: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The readings that count, and those that are doubtful or void; an average of a group always counts."""
    counted = [row for row in rows if getattr(row, "trust", "trusted") == "trusted"]
    return counted, [row for row in rows if row not in counted]


def chart_points(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A point for each day from the first reading to the last; a day without a reading has no value, not zero."""
    counted, others = divide_readings(data["rows"])
    sides: dict[str, Sequence[DayValue]] = {text.HOURS: counted, text.NOT_COUNTED: others}
    if data["other"] is not None:
        sides[data["other_name"]] = divide_readings(data["other"])[0]
    days = [row.day for side in sides.values() for row in side]
    points: dict[date, dict[str, Any]] = {
        day: {"day": str(day)}
        for day in (min(days) + timedelta(days=step) for step in range((max(days) - min(days)).days + 1))
    }
    for name, side in sides.items():
        for value in side:
            points[value.day][name] = float(value.running_hours)
    if data["other"] is None:
        for row in counted:
            points[row.day][text.COUNTER] = float(row.cumulative_hours)
    return list(points.values())


def render_chart(data: Mapping[str, Any]) -> Any:
    """Hours by day, with the counter or the other side; totals and figures below for who cannot see them."""
    if not data["rows"] and not data["other"]:
        return empty_state(text.NO_READING_OF_MACHINE, name="clock")
    compared = data["other"] is not None
    series = [{"name": text.HOURS, "type": data["form"], "color": "var(--cmms-brand-mark)"}]
    counted, others = divide_readings(data["rows"])
    if others:
        series.append({"name": text.NOT_COUNTED, "type": data["form"], "color": "var(--cmms-warn-mark)"})
    if compared:
        series.append({"name": data["other_name"], "type": data["form"], "color": "var(--cmms-other-mark)"})
    else:
        series.append({"name": text.COUNTER, "type": "line", "color": "var(--cmms-other-mark)", "yAxisId": "right"})
    totals = [text.period_total(data["days"], hours_text(total_hours(counted)), len(counted))]
    if others:
        totals.append(text.not_counted(len(others)))
    if compared:
        beside = divide_readings(data["other"])[0]
        totals.append(text.compared_total(data["other_name"], hours_text(total_hours(beside)), len(beside)))
        if data["other_name"] == text.GROUP_AVERAGE:
            totals.append(text.AVERAGE_NOTE.format(machines=AVERAGED_MACHINES))
    table = [
        [
            row.day,
            hours_text(row.running_hours),
            hours_text(row.cumulative_hours),
            ", ".join(filter(None, (_trust_label(row), codes_label(row.quality_code) or row.quality))),
        ]
        for row in reversed(data["rows"])
    ]
    points = chart_points(data)
    return html.Div(
        [
            dmc.CompositeChart(
                id="machine-chart",
                h=220,
                data=points,
                dataKey="day",
                series=series,
                withLegend=True,
                withRightYAxis=not compared,
                yAxisLabel=text.HOURS_A_DAY,
                rightYAxisLabel="" if compared else text.COUNTER_HOURS,
                valueFormatter=GROUPED,
                curveType="linear",
                yAxisProps={"domain": [0, 24]},
                rightYAxisProps={"domain": ["auto", "auto"], "width": 84},
                withDots=False,
                connectNulls=False,
                maxBarWidth=26,
                composedChartProps=KEYBOARD,
            ),
            _zoom(points),
            note(" ".join(totals)),
            note(data["problem"]) if "problem" in data else None,
            html.Details(
                [
                    html.Summary(text.READINGS_AS_TABLE),
                    small_table((text.DAY, text.HOURS, text.COUNTER, text.QUALITY), table, text.READINGS),
                ]
            ),
        ]
    )


def _trust_label(row: Reading) -> str:
    """Nothing for a reading that counts."""
    return "" if row.trust == "trusted" else TRUST_STATES[row.trust].label


def _zoom(points: list[dict[str, Any]]) -> Any:
    """A brush below the chart: its ends are dragged, or moved by the arrow keys; the browser does the rest."""
    last = len(points) - 1
    if last < 2:
        return None
    return html.Div(
        [
            dcc.Store(id="machine-points", data=points),
            dmc.RangeSlider(
                id="machine-zoom",
                min=0,
                max=last,
                value=[0, last],
                minRange=1,
                label=None,
                size="sm",
                thumbFromLabel=text.FIRST_DAY_SHOWN,
                thumbToLabel=text.LAST_DAY_SHOWN,
                className="cmms-grow",
            ),
            html.Span(
                text.DAYS_SHOWN.format(first=points[0]["day"], last=points[-1]["day"]),
                id="machine-shown",
                role="status",
            ),
            html.Button(text.RESET, id="machine-zoom-reset", type="button", className="cmms-chip"),
        ],
        className="cmms-zoom",
    )


CHART = Widget("chart", text.STREAM_RUNNING_TIME, load_chart, render_chart, span=8, options=_OPTIONS)
