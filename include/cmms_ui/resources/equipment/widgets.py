"""Widgets about equipment: counts, running hours; data quality and history of a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.one_machine import (
    MachineChange,
    MachineReject,
    ReadingQuality,
    machine_changes,
    machine_rejects,
    reading_quality,
)
from cmms.figures.running_hours import DayHours, hours_by_day
from cmms_ui.definition.schema import Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import GROUPED, KEYBOARD, drill, link, moment, note, small_table
from cmms_ui.render.text import action_label
from cmms_ui.resources.dues.widgets import MACHINE_WORK
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.condition import CONDITION
from cmms_ui.resources.equipment.machine_chart import CHART
from cmms_ui.resources.equipment.meter_card import METER
from cmms_ui.resources.record_errors.statuses import REJECT_STATES

DAYS = 30


def load_trend(_parameters: Mapping[str, Any]) -> tuple[DayHours, ...]:
    """Running hours by day."""
    return hours_by_day(DAYS)


def render_trend(rows: Sequence[DayHours]) -> Any:
    """Hours of all machines by day."""
    if not rows:
        return empty_state(text.NO_READING, name="clock")
    newest = rows[-1]
    return html.Div(
        [
            dmc.AreaChart(
                id=drill("running-times", "date"),
                h=230,
                data=[{"day": f"{row.day:%m-%d}", "date": str(row.day), "hours": float(row.hours)} for row in rows],
                dataKey="day",
                series=[{"name": "hours", "color": "var(--cmms-brand-mark)", "label": text.RUNNING_HOURS}],
                curveType="linear",
                tickLine="x",
                valueFormatter=GROUPED,
                yAxisLabel=text.HOURS,
                yAxisProps={"width": 76},
                areaChartProps=KEYBOARD,
            ),
            note(text.trend_note(newest.day, float(newest.hours), newest.running, newest.machines)),
            html.Details(
                [
                    html.Summary(text.FIGURES_AS_TABLE),
                    small_table(
                        (text.DAY, text.HOURS, text.MACHINES_RAN),
                        [
                            [
                                link(row.day, f"/running-times?tab=all&date={row.day}&date={row.day}"),
                                hours_text(row.hours),
                                f"{row.running:,}",
                            ]
                            for row in reversed(rows)
                        ],
                        text.HOURS_BY_DAY,
                    ),
                ]
            ),
        ]
    )


def load_quality(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """How good the last thirty days are, and what was rejected."""
    key = parameters["key"]
    return {"quality": reading_quality(key, DAYS), "errors": machine_rejects(key)}


def render_quality(data: Mapping[str, Any]) -> Any:
    """Completeness, warnings, rejected records."""
    quality: ReadingQuality = data["quality"]
    errors: Sequence[MachineReject] = data["errors"]
    lines: list[Any] = [
        note(text.quality_note(DAYS, quality.readings, int(quality.warnings or 0), float(quality.hours or 0)))
    ]
    if not errors:
        lines.append(note(text.NONE_REJECTED))
        return html.Div(lines)
    rows = [
        [
            link(row.code, f"/record-errors/{row.id}"),
            row.reading_date or "–",
            status_badge(row.status, REJECT_STATES, size="sm"),
            moment(row.last_seen_at),
        ]
        for row in errors
    ]
    lines.append(small_table((text.CODE, text.DAY, text.STATUS, text.LAST_SEEN), rows, text.REJECTS_OF_MACHINE))
    return html.Div(lines)


def load_history(parameters: Mapping[str, Any]) -> tuple[MachineChange, ...]:
    """What syncs and people have changed."""
    return machine_changes(parameters["key"])


def render_history(rows: Sequence[MachineChange]) -> Any:
    """Who has changed what, newest first."""
    if not rows:
        return note(text.NO_CHANGES)
    cells = [[moment(row.at), row.who, action_label(row.what), html.Code((row.detail or "")[:160])] for row in rows]
    return small_table((text.WHEN, text.WHO, text.CHANGE, text.VALUES), cells, text.CHANGES_OF_MACHINE)


TREND = Widget("trend", text.HOURS_BY_DAY, load_trend, render_trend, refresh_seconds=300, span=6)
QUALITY = Widget("quality", text.DATA_QUALITY, load_quality, render_quality, span=6)
HISTORY = Widget("history", text.CHANGES, load_history, render_history, span=6)

RECORD_WIDGETS: tuple[Widget, ...] = (CONDITION, CHART, MACHINE_WORK, METER, QUALITY, HISTORY)
"""The page of a machine, in this order."""
