"""Widgets that stand above the list of equipment, one set a tab: what the tab's rows are like as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.machines import Candidate, NewMachines, Share, distribution, new_machines, reactivation_candidates
from cmms.figures.maintenance import (
    MaintenanceCounts,
    NextMachine,
    PlanCounts,
    counts_by_plan,
    maintenance_counts,
    next_machines,
)
from cmms.figures.rejects import MachineCode, machine_codes
from cmms.figures.running_hours import DayHours, active_hours_by_day
from cmms_ui.definition.schema import Widget
from cmms_ui.definition.status import find_status
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import GROUPED, KEYBOARD, choose, link, moment, note, share_bars, small_table, stat
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.statuses import MACHINE_STATES
from cmms_ui.resources.equipment.utilisation import HEAT
from cmms_ui.resources.maintenance_plans.plan_words import interval_text, to_go_text
from cmms_ui.resources.record_errors.error_codes import category_label, code_label
from cmms_ui.resources.schedules.statuses import SCHEDULE_STATES

CHART_DAYS = 14
CANDIDATE_DAYS = 7
_SHOWN = 6


def load_distribution(_parameters: Mapping[str, Any]) -> tuple[Share, ...]:
    """Machines by plant, group and status."""
    return distribution()


def render_distribution(rows: Sequence[Share]) -> Any:
    """Three sets of bars, each adds up to all machines; a click filters the list."""
    if not rows:
        return empty_state(text.NO_EQUIPMENT_YET, name="gauge")
    columns = []
    for kind, title in (("status", text.BY_STATUS), ("plant_code", text.BY_PLANT), ("group_name", text.BY_GROUP)):
        chosen = [(row.value, row.machines) for row in rows if row.kind == kind]
        bars = share_bars(
            [
                (
                    choose(
                        find_status(value, MACHINE_STATES).label if kind == "status" else value,
                        "equipment",
                        kind,
                        value,
                    ),
                    count,
                )
                for value, count in chosen
            ]
        )
        columns.append(html.Div([html.H4(title, className="cmms-small-head"), bars]))
    return html.Div(columns, className="cmms-columns")


def load_active(_parameters: Mapping[str, Any]) -> tuple[DayHours, ...]:
    """Hours of active machines by day."""
    return active_hours_by_day(CHART_DAYS)


def render_active(rows: Sequence[DayHours]) -> Any:
    """Figures of the newest day, and hours with utilisation by day."""
    if not rows:
        return empty_state(text.NO_READING, name="clock")
    newest = rows[-1]
    figures = html.Div(
        [
            stat(
                text.RAN_ON.format(day=newest.day),
                text.RAN_COUNT.format(running=newest.running, machines=newest.machines),
            ),
            stat(text.HOURS_THAT_DAY, f"{newest.hours:,.1f}"),
            stat(text.UTILISATION_THAT_DAY, f"{newest.utilisation_percent:.1f} %"),
        ],
        className="cmms-figures cmms-figures-column",
    )
    chart = dmc.CompositeChart(
        composedChartProps=KEYBOARD,
        h=235,
        data=[
            {
                "day": f"{row.day:%m-%d}",
                text.HOURS: float(row.hours),
                text.UTILISATION_PERCENT: float(row.utilisation_percent),
            }
            for row in rows
        ],
        dataKey="day",
        series=[
            {"name": text.HOURS, "type": "bar", "color": "var(--cmms-brand-mark)"},
            {"name": text.UTILISATION_PERCENT, "type": "line", "color": "var(--cmms-other-mark)", "yAxisId": "right"},
        ],
        withLegend=True,
        withRightYAxis=True,
        yAxisLabel=text.HOURS,
        yAxisProps={"width": 76},
        rightYAxisLabel=text.UTILISATION_PERCENT,
        rightYAxisProps={"domain": [0, 100], "width": 60},
        valueFormatter=GROUPED,
        curveType="linear",
        withDots=False,
        maxBarWidth=26,
    )
    table = [
        [row.day, hours_text(row.hours), f"{row.running:,}", f"{row.utilisation_percent:.1f} %"]
        for row in reversed(rows)
    ]
    return html.Div(
        [
            html.Div([figures, html.Div(chart, className="cmms-grow")], className="cmms-beside"),
            note(text.UTILISATION_NOTE),
            note(text.OEE_NOTE),
            html.Details(
                [
                    html.Summary(text.FIGURES_AS_TABLE),
                    small_table((text.DAY, text.HOURS, text.MACHINES_RAN, text.UTILISATION), table, text.ACTIVE_BY_DAY),
                ]
            ),
        ]
    )


def load_candidates(_parameters: Mapping[str, Any]) -> tuple[Candidate, ...]:
    """Inactive machines that run."""
    return reactivation_candidates(CANDIDATE_DAYS)


def render_candidates(rows: Sequence[Candidate]) -> Any:
    """Inactive machines that have run lately: somebody should look at them."""
    if not rows:
        return empty_state(text.NO_CANDIDATES.format(days=CANDIDATE_DAYS), name="check")
    cells = [
        [
            link(row.equipment_number, f"/equipment/{row.id}"),
            row.inactive_reason or "–",
            hours_text(row.hours),
            row.last_date,
        ]
        for row in rows[:_SHOWN]
    ]
    return html.Div(
        [
            note(
                text.top_candidates_note(len(rows), CANDIDATE_DAYS, _SHOWN)
                if len(rows) > _SHOWN
                else text.candidates_note(len(rows), CANDIDATE_DAYS)
            ),
            small_table(
                (text.MACHINE, text.INACTIVE_REASON, text.HOURS_OF_DAYS.format(days=CANDIDATE_DAYS), text.LAST_RAN),
                cells,
                text.CANDIDATES,
            ),
        ]
    )


def load_maintenance(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Machines that are overdue, due and upcoming, also by plan, and the most urgent ones: as last evaluated."""
    return {"counts": maintenance_counts(), "plans": counts_by_plan(), "next": next_machines(_SHOWN)}


def render_maintenance(data: Mapping[str, Any]) -> Any:
    """Overdue, due, upcoming: how many, by plan, and the most urgent machines."""
    plans: Sequence[PlanCounts] = data["plans"]
    counts: MaintenanceCounts = data["counts"]
    next_due: Sequence[NextMachine] = data["next"]
    if not plans:
        return empty_state(text.NO_ACTIVE_PLAN, name="tool")
    figures = html.Div(
        [
            stat(text.FIGURE_OVERDUE, f"{counts.overdue:,}", _tone(counts.overdue, "bad")),
            stat(text.FIGURE_DUE, f"{counts.due:,}", _tone(counts.due, "bad")),
            stat(text.FIGURE_UPCOMING, f"{counts.upcoming:,}", _tone(counts.upcoming, "warn")),
        ],
        className="cmms-figures",
    )
    by_plan = [
        [
            link(row.name, f"/schedules?tab=all&plan_id={row.id}"),
            interval_text(row),
            *(f"{number:,}" for number in (row.machines, row.overdue, row.due, row.upcoming)),
        ]
        for row in plans
    ]
    most_urgent = [
        [
            link(machine.equipment_number, f"/equipment/{machine.id}"),
            machine.plan_name,
            status_badge(machine.state, SCHEDULE_STATES, size="sm"),
            to_go_text(machine),
            machine.predicted_date or text.NO_FORECAST,
        ]
        for machine in next_due
    ]
    return html.Div(
        [
            html.Div(
                [
                    figures,
                    html.Div(
                        small_table(
                            (text.PLAN, text.INTERVAL, text.MACHINES, text.OVERDUE, text.DUE, text.UPCOMING),
                            by_plan,
                            text.MAINTENANCE_PLANS,
                        ),
                        className="cmms-short",
                    ),
                ],
                className="cmms-stack",
            ),
            html.Div(
                [
                    html.Div(
                        small_table(
                            (text.MACHINE, text.PLAN, text.STATE, text.TO_GO, text.PREDICTED),
                            most_urgent,
                            text.MOST_URGENT,
                        ),
                        className="cmms-short",
                    ),
                    note(text.MAINTENANCE_NOTE),
                ]
            ),
        ],
        className="cmms-columns cmms-columns-two",
    )


def _tone(number: int, tone: str) -> str:
    return tone if number else "good"


def load_new(_parameters: Mapping[str, Any]) -> tuple[NewMachines, ...]:
    """Machines added within seven days by day and state."""
    return new_machines()


_STATES = {
    "valid": (text.NEW_VALID, "var(--cmms-good-mark)"),
    "failed": (text.NEW_REJECTED, "var(--cmms-bad-mark)"),
    "not_yet": (text.NEW_NOT_YET, "var(--cmms-idle-mark)"),
}


def render_new(rows: Sequence[NewMachines]) -> Any:
    """Bars by day, each divided by what validation says."""
    if not rows:
        return empty_state(text.NONE_RECENT, name="plus")
    last = max(row.day for row in rows)
    days: dict[date, dict[str, Any]] = {
        day: {"day": f"{day:%m-%d}"} for day in (last - timedelta(days=back) for back in range(7, -1, -1))
    }
    for row in rows:
        days[row.day][_STATES[row.state][0]] = row.machines
    totals = {state: sum(row.machines for row in rows if row.state == state) for state in _STATES}
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
                yAxisLabel=text.MACHINES,
                yAxisProps={"allowDecimals": False, "width": 70},
                valueFormatter=GROUPED,
            ),
            note(_describe_totals(totals)),
        ]
    )


def _describe_totals(totals: Mapping[str, int]) -> str:
    words = {state: label for state, (label, _) in _STATES.items()}
    return text.NEW_TOTALS.format(**words, **{f"{state}_count": count for state, count in totals.items()})


def load_errors(_parameters: Mapping[str, Any]) -> tuple[MachineCode, ...]:
    """Open rejected records of known machines by code."""
    return machine_codes()


def render_errors(rows: Sequence[MachineCode]) -> Any:
    """Codes with their records and machines; a click on a code filters the list."""
    if not rows:
        return empty_state(text.NO_SYNC_ERRORS, name="check")
    cells = [
        [
            choose(code_label(row.code), "equipment", "error_codes", row.code),
            category_label(row.category),
            f"{row.machines:,}",
            link(f"{row.records:,}", f"/record-errors?tab=open&q={row.code}"),
            f"{row.retries:,}",
            moment(row.last_seen_at),
        ]
        for row in rows
    ]
    heads = (text.CODE, text.CATEGORY, text.MACHINES, text.RECORDS, text.RETRIES, text.LAST_SEEN)
    return html.Div(small_table(heads, cells, text.REJECTS_BY_CODE), className="cmms-short")


DISTRIBUTION = Widget("distribution", text.ALL_MACHINES, load_distribution, render_distribution, 300, span=12)
ACTIVE = Widget("active", text.HOURS_OF_ACTIVE, load_active, render_active, 300, span=12)
CANDIDATES = Widget("candidates", text.INACTIVE_RUNNING, load_candidates, render_candidates, 300, span=12)
MAINTENANCE = Widget("maintenance", text.MAINTENANCE, load_maintenance, render_maintenance, 300, span=12)
NEW = Widget("new", text.NEW_BY_DAY, load_new, render_new, 300, span=12)
MACHINE_ERRORS = Widget("errors", text.OPEN_ERRORS_BY_CODE, load_errors, render_errors, 30, span=12)

TAB_WIDGETS: Mapping[str, tuple[Widget, ...]] = {
    "all": (DISTRIBUTION,),
    "active": (ACTIVE, HEAT),
    "inactive": (CANDIDATES,),
    "needs_maintenance": (MAINTENANCE,),
    "recent": (NEW,),
    "sync_errors": (MACHINE_ERRORS,),
}
"""What stands above the rows of each tab."""
