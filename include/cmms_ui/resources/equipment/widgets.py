"""Widgets about equipment: counts, running hours; data quality and history of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.read_rows import Row, read
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import GROUPED, KEYBOARD, drill, link, moment, note, small_table
from cmms_ui.resources.record_errors.statuses import REJECT_STATES


def load_trend(_parameters: Mapping[str, Any]) -> list[Row]:
    """Running hours by day."""
    return read("figures/hours_by_day", {"days": 30})


def render_trend(rows: list[Row]) -> Any:
    """Hours of all machines by day."""
    if not rows:
        return empty_state("No reading yet.", name="clock")
    newest = rows[-1]
    return html.Div(
        [
            dmc.AreaChart(
                id=drill("running-times", "date"),
                h=230,
                data=[
                    {"day": f"{row['date']:%m-%d}", "date": str(row["date"]), "hours": float(row["hours"])}
                    for row in rows
                ],
                dataKey="day",
                series=[{"name": "hours", "color": "var(--cmms-brand-mark)", "label": "Running hours"}],
                curveType="linear",
                tickLine="x",
                valueFormatter=GROUPED,
                yAxisLabel="Hours",
                yAxisProps={"width": 76},
                areaChartProps=KEYBOARD,
            ),
            note(
                f"{newest['date']}: {float(newest['hours']):,.0f} hours, {int(newest['running']):,} of"
                f" {count_of(newest['machines'], 'machine has', 'machines have')} run."
                " A click on a day shows its readings."
            ),
            html.Details(
                [
                    html.Summary("Figures as a table"),
                    small_table(
                        ("Day", "Hours", "Machines that ran"),
                        [
                            [
                                link(row["date"], f"/running-times?tab=all&date={row['date']}&date={row['date']}"),
                                hours_text(row["hours"]),
                                f"{int(row['running']):,}",
                            ]
                            for row in reversed(rows)
                        ],
                        "Running hours by day",
                    ),
                ]
            ),
        ]
    )


def load_quality(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """How good the last thirty days are, and what was rejected."""
    key = parameters["key"]
    quality = read("figures/equipment_quality", {"id": key, "days": 30})[0]
    return {"quality": quality, "errors": read("figures/equipment_runs", {"id": key})}


def render_quality(data: Mapping[str, Any]) -> Any:
    """Completeness, warnings, rejected records."""
    quality = data["quality"]
    readings = int(quality["readings"])
    lines: list[Any] = [
        note(
            f"Last 30 days: {count_of(readings, 'reading')}, {int(quality['warnings'] or 0)} with a warning,"
            f" {float(quality['hours'] or 0):,.1f} hours."
        )
    ]
    if not data["errors"]:
        lines.append(note("No record of this machine has been rejected."))
        return html.Div(lines)
    rows = [
        [
            link(row["code"], f"/record-errors/{row['id']}"),
            row["reading_date"] or "–",
            status_badge(row["status"], REJECT_STATES, size="sm"),
            moment(row["last_seen_at"]),
        ]
        for row in data["errors"]
    ]
    lines.append(small_table(("Code", "Day", "Status", "Last seen"), rows, "Rejected records of this machine"))
    return html.Div(lines)


def load_history(parameters: Mapping[str, Any]) -> list[Row]:
    """What syncs and people have changed."""
    return read("figures/equipment_history", {"id": parameters["key"], "id_text": str(parameters["key"])})


def render_history(rows: list[Row]) -> Any:
    """Who has changed what, newest first."""
    if not rows:
        return note("Nobody has changed this machine since it was added.")
    cells = [[moment(row["at"]), row["who"], row["what"], html.Code(str(row["detail"] or "")[:160])] for row in rows]
    return small_table(("When", "Who", "What", "Values"), cells, "Changes of this machine")


TREND = Widget("trend", "Running hours by day", load_trend, render_trend, refresh_seconds=300, span=6)
QUALITY = Widget("quality", "Data quality", load_quality, render_quality, span=6)
HISTORY = Widget("history", "Changes", load_history, render_history, span=6)
