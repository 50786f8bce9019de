"""Widgets that stand above the list of equipment, one set a tab: what the tab's rows are like as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.views.read_status import Row, read
from cmms_ui.components.marks import empty_state
from cmms_ui.present_rows import hours_text
from cmms_ui.schema import Widget
from cmms_ui.status import find_status
from cmms_ui.widgets.condition_widgets import SOON
from cmms_ui.widgets.parts import GROUPED, KEYBOARD, choose, link, moment, note, share_bars, small_table, stat

CHART_DAYS = 14
RATE_DAYS = 30
CANDIDATE_DAYS = 7
_SHOWN = 6


def load_distribution(_parameters: Mapping[str, Any]) -> list[Row]:
    """Machines by plant, group and status."""
    return read("equipment_distribution")


def render_distribution(rows: list[Row]) -> Any:
    """Three sets of bars, each adds up to all machines; a click filters the list."""
    if not rows:
        return empty_state("No equipment yet.", name="gauge")
    columns = []
    for kind, title in (("status", "By status"), ("plant_code", "By plant"), ("group_name", "By group")):
        chosen = [(str(row["value"]), int(row["machines"])) for row in rows if row["kind"] == kind]
        bars = share_bars(
            [
                (choose(find_status(value).label if kind == "status" else value, "equipment", kind, value), count)
                for value, count in chosen
            ]
        )
        columns.append(html.Div([html.H4(title, className="cmms-small-head"), bars]))
    return html.Div(columns, className="cmms-columns")


def load_active(_parameters: Mapping[str, Any]) -> list[Row]:
    """Hours of active machines by day."""
    return read("active_by_day", {"days": CHART_DAYS})


def utilisation(row: Mapping[str, Any]) -> Decimal:
    """Hours run per hundred available hours: 24 for each machine with a reading; a missing reading is not zero."""
    return 100 * Decimal(row["hours"]) / (24 * int(row["machines"]))


def render_active(rows: list[Row]) -> Any:
    """Figures of the newest day, and hours with utilisation by day."""
    if not rows:
        return empty_state("No reading yet.", name="clock")
    newest = rows[-1]
    figures = html.Div(
        [
            stat(f"ran on {newest['date']}", f"{int(newest['running']):,} of {int(newest['machines']):,}"),
            stat("hours that day", f"{Decimal(newest['hours']):,.1f}"),
            stat("utilisation that day", f"{utilisation(newest):.1f} %"),
        ],
        className="cmms-figures cmms-figures-column",
    )
    chart = dmc.CompositeChart(
        composedChartProps=KEYBOARD,
        h=235,
        data=[
            {"day": f"{row['date']:%m-%d}", "Hours": float(row["hours"]), "Utilisation, %": float(utilisation(row))}
            for row in rows
        ],
        dataKey="day",
        series=[
            {"name": "Hours", "type": "bar", "color": "var(--cmms-brand-mark)"},
            {"name": "Utilisation, %", "type": "line", "color": "var(--cmms-other-mark)", "yAxisId": "right"},
        ],
        withLegend=True,
        withRightYAxis=True,
        yAxisLabel="Hours",
        yAxisProps={"width": 76},
        rightYAxisLabel="Utilisation, %",
        rightYAxisProps={"domain": [0, 100], "width": 60},
        valueFormatter=GROUPED,
        curveType="linear",
        withDots=False,
        maxBarWidth=26,
    )
    table = [
        [row["date"], hours_text(row["hours"]), f"{int(row['running']):,}", f"{utilisation(row):.1f} %"]
        for row in reversed(rows)
    ]
    return html.Div(
        [
            html.Div([figures, html.Div(chart, className="cmms-grow")], className="cmms-beside"),
            note("Utilisation: hours run of 24 hours for each active machine that has a reading of the day."),
            note("OEE: not measurable. The source sends hours, but no figures of performance and quality."),
            html.Details(
                [
                    html.Summary("Figures as a table"),
                    small_table(("Day", "Hours", "Machines that ran", "Utilisation"), table, "Active machines by day"),
                ]
            ),
        ]
    )


def load_candidates(_parameters: Mapping[str, Any]) -> list[Row]:
    """Inactive machines that run."""
    return read("reactivation_candidates", {"days": CANDIDATE_DAYS})


def render_candidates(rows: list[Row]) -> Any:
    """Inactive machines that have run lately: somebody should look at them."""
    if not rows:
        return empty_state(f"No inactive machine has run within {CANDIDATE_DAYS} days.", name="check")
    cells = [
        [
            link(row["equipment_number"], f"/equipment/{row['id']}"),
            row["inactive_reason"] or "–",
            hours_text(row["hours"]),
            row["last_date"],
        ]
        for row in rows[:_SHOWN]
    ]
    return html.Div(
        [
            note(
                f"{len(rows):,} inactive machine{'' if len(rows) == 1 else 's'} ran within {CANDIDATE_DAYS} days."
                f" {f'The {_SHOWN} with most hours:' if len(rows) > _SHOWN else ''}"
            ),
            small_table(("Machine", "Why inactive", f"Hours, {CANDIDATE_DAYS} days", "Last ran"), cells, "Candidates"),
        ]
    )


def load_maintenance(_parameters: Mapping[str, Any]) -> dict[str, list[Row]]:
    """How many machines are overdue and due soon, and the foremost of both."""
    foremost = read("maintenance_next", {"soon": SOON, "row_limit": _SHOWN, "days": RATE_DAYS})
    return {
        "groups": read("maintenance_by_group", {"soon": SOON}),
        "overdue": [row for row in foremost if row["hours_over"] >= 0],
        "soon": [row for row in foremost if row["hours_over"] < 0],
    }


def predict_day(row: Mapping[str, Any]) -> date | None:
    """When the interval is reached if the machine runs on as it did; None when it stood still, or in ten years."""
    rate = row["hours_a_day"]
    if not rate or row["last_date"] is None:
        return None
    days = -Decimal(row["hours_over"]) / Decimal(rate)
    return row["last_date"] + timedelta(days=int(days.to_integral_value("ROUND_CEILING"))) if days < 3_650 else None


def render_maintenance(data: Mapping[str, list[Row]]) -> Any:
    """Overdue and soon: how many, by group, and which are foremost."""
    groups = data["groups"]
    if not groups:
        return empty_state("No group with machines has an interval. Intervals are set in Groups.", name="tool")
    overdue, soon = (sum(int(row[name]) for row in groups) for name in ("overdue", "soon"))
    figures = html.Div(
        [
            stat("! Overdue: interval reached", f"{overdue:,}", "bad" if overdue else "good"),
            stat(f"▲ Soon: {SOON * 100:.0f} % of it reached", f"{soon:,}", "warn" if soon else "good"),
        ],
        className="cmms-figures",
    )
    by_group = [
        [
            choose(row["group_name"], "equipment", "group_name", row["group_name"]),
            f"{row['interval_hours']:,.0f}",
            f"{int(row['machines']):,}",
            f"{int(row['overdue']):,}",
            f"{int(row['soon']):,}",
        ]
        for row in groups
    ]
    foremost = [
        [
            link(row["equipment_number"], f"/equipment/{row['id']}"),
            row["group_name"],
            f"{abs(row['hours_over']):,.1f} h {'over' if name == 'overdue' else 'to go'}",
            "yes" if name == "overdue" else predict_day(row) or "no forecast",
        ]
        for name in ("overdue", "soon")
        for row in data[name]
    ]
    return html.Div(
        [
            html.Div(
                [
                    figures,
                    small_table(("Group", "Interval, h", "Machines", "Overdue", "Soon"), by_group, "Groups"),
                ],
                className="cmms-stack",
            ),
            html.Div(
                [
                    small_table(("Machine", "Group", "Hours", "Interval reached"), foremost, "Foremost machines"),
                    note(f"Those that are soon due: expected at the hours a day of the last {RATE_DAYS} days."),
                ]
            ),
        ],
        className="cmms-columns cmms-columns-two",
    )


def load_new(_parameters: Mapping[str, Any]) -> list[Row]:
    """Machines added within seven days by day and state."""
    return read("new_by_day")


_STATES = {
    "valid": ("✓ Valid", "var(--cmms-good-mark)"),
    "failed": ("! Has rejected records", "var(--cmms-bad-mark)"),
    "not_yet": ("… Not yet in a snapshot", "var(--cmms-idle-mark)"),
}


def render_new(rows: list[Row]) -> Any:
    """Bars by day, each divided by what validation says."""
    if not rows:
        return empty_state("Nothing has been added within seven days.", name="plus")
    last = max(row["day"] for row in rows)
    days = {day: {"day": f"{day:%m-%d}"} for day in (last - timedelta(days=back) for back in range(7, -1, -1))}
    for row in rows:
        days[row["day"]][_STATES[str(row["state"])][0]] = row["machines"]
    totals = {state: sum(int(row["machines"]) for row in rows if row["state"] == state) for state in _STATES}
    return html.Div(
        [
            dmc.BarChart(
                barChartProps=KEYBOARD,
                h=150,
                data=list(days.values()),
                dataKey="day",
                type="stacked",
                series=[{"name": label, "color": colour} for label, colour in _STATES.values()],
                maxBarWidth=40,
                withLegend=True,
                yAxisLabel="Machines",
                yAxisProps={"allowDecimals": False, "width": 70},
                valueFormatter=GROUPED,
            ),
            note(", ".join(f"{_STATES[state][0]}: {count:,}" for state, count in totals.items()) + "."),
        ]
    )


def load_errors(_parameters: Mapping[str, Any]) -> list[Row]:
    """Open rejected records of known machines by code."""
    return read("machine_errors")


def render_errors(rows: list[Row]) -> Any:
    """Codes with their records and machines; a click on a code filters the list."""
    if not rows:
        return empty_state("No machine has an open rejected record.", name="check")
    cells = [
        [
            choose(row["code"], "equipment", "error_codes", row["code"]),
            row["category"].capitalize(),
            f"{int(row['machines']):,}",
            link(f"{int(row['records']):,}", f"/record-errors?tab=open&q={row['code']}"),
            f"{int(row['retries']):,}",
            moment(row["last_seen_at"]),
        ]
        for row in rows
    ]
    heads = ("Code", "Category", "Machines", "Records", "Tried again", "Last seen")
    return html.Div(small_table(heads, cells, "Open rejected records by code"), className="cmms-short")


DISTRIBUTION = Widget("distribution", "All machines", load_distribution, render_distribution, 300, span=12)
ACTIVE = Widget("active", "Running hours of active machines", load_active, render_active, 300, span=12)
CANDIDATES = Widget("candidates", "Inactive, but running", load_candidates, render_candidates, 300, span=12)
MAINTENANCE = Widget("maintenance", "Maintenance by running hours", load_maintenance, render_maintenance, 300, span=12)
NEW = Widget("new", "New machines by day", load_new, render_new, 300, span=12)
MACHINE_ERRORS = Widget("errors", "Open errors by code", load_errors, render_errors, 30, span=12)
