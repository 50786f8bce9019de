"""Widgets about equipment: counts, health, running hours; data quality and history of a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.views.read_list import read_badges
from cmms.views.read_status import Row, read
from cmms_ui.components.marks import aria, empty_state, status_badge
from cmms_ui.schema import Widget
from cmms_ui.widgets.parts import at, drill, figure, link, note, small_table

CELL_LIMIT = 5_000
_TONES = {"good": "good", "warn": "warning or not in feed", "bad": "rejected records", "idle": "no reading that day"}
_SIGNS = {"good": "✓", "warn": "▲", "bad": "!", "idle": "·"}


def load_counts(_parameters: Mapping[str, Any]) -> dict[str, int]:
    """The number of machines of every tab."""
    from cmms_ui.resources.equipment import EQUIPMENT

    return read_badges(EQUIPMENT.listing)


def render_counts(counts: Mapping[str, int]) -> Any:
    """Figures that lead to their lists."""
    shown = (
        ("all", "Machines", ""),
        ("active", "✓ Active", "good"),
        ("inactive", "– Inactive", "idle"),
        ("needs_maintenance", "! Need maintenance", "bad"),
        ("recent", "+ Recently added", "info"),
        ("sync_errors", "! With sync errors", "bad"),
    )
    return html.Div(
        [
            figure(label, counts[tab], f"/equipment?tab={tab}", tone if counts[tab] or tone != "bad" else "good")
            for tab, label, tone in shown
        ],
        className="cmms-figures",
    )


def load_health(_parameters: Mapping[str, Any]) -> dict[str, list[Row]]:
    """How the active machines of each plant are; every machine too, unless there are more than :data:`CELL_LIMIT`."""
    plants = read("health_by_plant")
    machines = sum(int(row[health]) for row in plants for health in _TONES)
    return {"plants": plants, "machines": read("health_matrix") if machines <= CELL_LIMIT else []}


def render_health(data: Mapping[str, list[Row]]) -> Any:
    """Colour, sign and number of each health; below one cell a machine, by plant, or the plants' numbers."""
    if not data["plants"]:
        return empty_state("No machine is active.", name="gauge")
    legend = [
        html.Span(
            f"{_SIGNS[health]} {text}: {sum(int(row[health]) for row in data['plants']):,}",
            className=f"cmms-text-{health}",
        )
        for health, text in _TONES.items()
    ]
    body = _health_cells(data["machines"]) if data["machines"] else _health_of_plants(data["plants"])
    return html.Div([html.Div(legend, className="cmms-live-facts"), body])


def _health_of_plants(rows: list[Row]) -> Any:
    cells = [
        [
            link(row["plant_code"], f"/equipment?tab=active&plant_code={row['plant_code']}"),
            *(html.Span(f"{_SIGNS[h]} {int(row[h]):,}", className=f"cmms-text-{h}") for h in _TONES),
        ]
        for row in rows
    ]
    heads = ("Plant", "Good", "Warning", "Rejected", "No reading")
    return html.Div(small_table(heads, cells, "Health of the active machines by plant"), className="cmms-matrix")


def _health_cells(rows: list[Row]) -> Any:
    """A place that the browser fills: thousands of components would keep Dash busy for a minute."""
    plants: dict[str, list[list[Any]]] = {}
    for row in rows:
        plants.setdefault(str(row["plant_code"]), []).append([row["id"], row["equipment_number"], str(row["health"])])
    cells = {"plants": plants, "signs": _SIGNS, "words": _TONES, "base": get_relative_path("/equipment/")}
    return html.Div(
        [
            dcc.Store(id="health-data", data=cells),
            html.Div(
                id="health-cells",
                className="cmms-matrix",
                tabIndex=0,
                role="region",
                **aria(label="Health of every active machine"),
            ),
        ]
    )


def load_trend(_parameters: Mapping[str, Any]) -> list[Row]:
    """Running hours by day."""
    return read("hours_by_day", {"days": 30})


def render_trend(rows: list[Row]) -> Any:
    """Hours of all machines by day."""
    if not rows:
        return empty_state("No reading yet.", name="clock")
    newest = rows[-1]
    return html.Div(
        [
            dmc.AreaChart(
                id=drill("running-times", "date"),
                h=170,
                data=[
                    {"day": f"{row['date']:%m-%d}", "date": str(row["date"]), "hours": float(row["hours"])}
                    for row in rows
                ],
                dataKey="day",
                series=[{"name": "hours", "color": "indigo.5", "label": "Running hours"}],
                curveType="linear",
                tickLine="x",
            ),
            note(
                f"{newest['date']}: {float(newest['hours']):,.0f} hours, {int(newest['running']):,} of"
                f" {int(newest['machines']):,} machines have run. A click on a day shows its readings."
            ),
            html.Details(
                [
                    html.Summary("Figures as a table"),
                    small_table(
                        ("Day", "Hours", "Machines that ran"),
                        [
                            [
                                link(row["date"], f"/running-times?tab=all&date={row['date']}&date={row['date']}"),
                                f"{row['hours']:,}",
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
    quality = read("equipment_quality", {"id": key, "days": 30})[0]
    return {"quality": quality, "errors": read("equipment_runs", {"id": key})}


def render_quality(data: Mapping[str, Any]) -> Any:
    """Completeness, warnings, rejected records."""
    quality = data["quality"]
    readings = int(quality["readings"])
    lines: list[Any] = [
        note(
            f"Last 30 days: {readings} readings, {int(quality['warnings'] or 0)} with a warning,"
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
            status_badge(row["status"], size="sm"),
            at(row["last_seen_at"]),
        ]
        for row in data["errors"]
    ]
    lines.append(small_table(("Code", "Day", "Status", "Last seen"), rows, "Rejected records of this machine"))
    return html.Div(lines)


def load_history(parameters: Mapping[str, Any]) -> list[Row]:
    """What syncs and people have changed."""
    return read("equipment_history", {"id": parameters["key"], "id_text": str(parameters["key"])})


def render_history(rows: list[Row]) -> Any:
    """Who has changed what, newest first."""
    if not rows:
        return note("Nobody has changed this machine since it was added.")
    cells = [[at(row["at"]), row["who"], row["what"], html.Code(str(row["detail"] or "")[:160])] for row in rows]
    return small_table(("When", "Who", "What", "Values"), cells, "Changes of this machine")


COUNTS = Widget(
    "counts", "Equipment", load_counts, render_counts, refresh_seconds=300, span=12, topics=("records", "edits")
)
HEALTH = Widget("health", "Health of machines", load_health, render_health, refresh_seconds=30, span=6)
TREND = Widget("trend", "Running hours by day", load_trend, render_trend, refresh_seconds=300, span=6)
QUALITY = Widget("quality", "Data quality", load_quality, render_quality, span=6)
HISTORY = Widget("history", "Changes", load_history, render_history, span=6)
