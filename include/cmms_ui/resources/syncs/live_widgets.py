"""Widgets about syncs as they are now: live progress, newest runs, open errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.machines import active_by_plant
from cmms.figures.open_runs import LiveRun, RecentRun, live_runs, recent_runs
from cmms.figures.read_gaps import completeness_percent
from cmms.figures.rejects import OpenCode, open_codes
from cmms.figures.running_hours import active_hours_by_day
from cmms.run_control.stop_syncs import Stop, read_stop
from cmms.streams import STREAMS
from cmms.sync.records import RETRYABLE_STATUSES
from cmms_ui.definition.schema import Widget
from cmms_ui.render.action_marks import prefilled_button, row_button
from cmms_ui.render.marks import aria, empty_state, status_badge
from cmms_ui.render.parts import (
    at,
    link,
    moment,
    note,
    small_table,
    sync_label,
)
from cmms_ui.resources.record_errors.error_codes import code_label
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.run_progress import draw_live_run
from cmms_ui.resources.syncs.statuses import RUN_STATES


def load_live(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Runs that are not over, and whether somebody has stopped everything."""
    return {"runs": live_runs(), "stop": read_stop()}


def render_live(data: Mapping[str, Any]) -> Any:
    """Step, done of total, rate and time left of each run, with what can be done about it."""
    parts = [_stopped(data["stop"])] if data["stop"] else []
    parts += [draw_live_run(row, controls=_controls(row)) for row in data["runs"]]
    if not parts:
        return empty_state(text.TAB_LIVE_EMPTY, name="check")
    return html.Div(parts, className="cmms-live")


def _stopped(stop: Stop) -> Any:
    """Says that nothing will start, and offers the way back."""
    sentence = text.describe_stopped(stop.actor, at(stop.at), len(stop.runs))
    button = prefilled_button("syncs.resume_all", text.RESUME_ALL, {}, className="cmms-link-button")
    return dmc.Alert(html.Div([sentence, button], className="cmms-banner-row"), color="red", className="cmms-banner")


def _controls(row: LiveRun) -> list[Any]:
    if row.control == "cancel":  # final
        return []
    first = (
        row_button("syncs.resume", text.RESUME, "play", row.id)
        if row.status == "paused"
        else row_button("syncs.pause", text.PAUSE, "pause", row.id)
    )
    return [first, row_button("syncs.cancel", text.CANCEL, "stop", row.id, dangerous=True)]


def load_ring(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Today's readings against the machines that should have one."""
    newest = next(iter(active_hours_by_day(1)), None)
    return {
        "day": newest.day if newest else None,
        "machines": newest.machines if newest else 0,
        "expected": sum(plant.machines for plant in active_by_plant()),
    }


def render_ring(data: Mapping[str, Any]) -> Any:
    """How complete the newest day is."""
    if not data["day"]:
        return empty_state(text.RING_EMPTY, name="clock")
    percent = completeness_percent(data["machines"], data["expected"])
    tone = (
        "var(--cmms-good-mark)"
        if percent >= 95
        else "var(--cmms-warn-mark)"
        if percent >= 80
        else "var(--cmms-bad-mark)"
    )
    return html.Div(
        [
            html.Div(
                dmc.RingProgress(
                    sections=[{"value": percent, "color": tone}],
                    size=110,
                    thickness=11,
                    roundCaps=True,
                    label=dmc.Text(f"{percent} %", ta="center", fw=700),
                ),
                role="progressbar",
                **aria(valuenow=str(percent), valuemin="0", valuemax="100", label=text.RING_LABEL),
            ),
            html.Div(
                [
                    html.Strong(str(data["day"])),
                    note(text.RING_NOTE.format(machines=data["machines"], expected=data["expected"])),
                ]
            ),
        ],
        className="cmms-ring",
    )


def load_recent(_parameters: Mapping[str, Any]) -> tuple[RecentRun, ...]:
    """The newest runs."""
    return recent_runs(8)


def render_recent(rows: Sequence[RecentRun]) -> Any:
    """The newest runs as a table."""
    if not rows:
        return empty_state(text.RECENT_EMPTY, name="refresh")
    cells = [
        [
            link(f"#{row.id}", f"/syncs/{row.id}"),
            sync_label(row.sync_type),
            status_badge(row.status, RUN_STATES, size="sm"),
            f"{row.records_processed:,}",
            f"{row.records_failed:,}",
            moment(row.sync_started_at),
            html.Div(_row_actions(row), className="cmms-row-actions"),
        ]
        for row in rows
    ]
    return small_table(text.RECENT_HEADS, cells, text.WIDGET_RECENT)


def _row_actions(row: RecentRun) -> list[Any]:
    """Retry a failed run; acknowledge its alert."""
    acts = []
    if row.status in RETRYABLE_STATUSES and row.sync_type in STREAMS:
        acts.append(row_button("syncs.retry", text.RETRY, "refresh", row.id))
    if row.alert_id:
        acts.append(row_button("notifications.acknowledge", text.RECENT_ACKNOWLEDGE, "check", row.alert_id))
    return acts


def load_codes(_parameters: Mapping[str, Any]) -> tuple[OpenCode, ...]:
    """Open rejected records by code."""
    return open_codes()


def render_codes(rows: Sequence[OpenCode]) -> Any:
    """Codes with a bar; each leads to its records."""
    if not rows:
        return empty_state(text.CODES_EMPTY, name="check")
    most = max(row.records for row in rows)
    return html.Div(
        [
            html.Div(
                [
                    link(code_label(row.code), f"/record-errors?tab=open&q={row.code}"),
                    html.Div(style={"width": f"{100 * row.records / most:.0f}%"}, className="cmms-bar"),
                    html.Span(f"{row.records:,}", className="cmms-count"),
                ],
                className="cmms-bar-row",
            )
            for row in rows
        ],
        className="cmms-bars",
    )


LIVE = Widget(
    "live", text.WIDGET_LIVE, load_live, render_live, refresh_seconds=2, span=8, topics=("progress", "runs", "edits")
)
RING = Widget("ring", text.WIDGET_RING, load_ring, render_ring, refresh_seconds=30, span=4, topics=("records",))
RECENT = Widget(
    "recent", text.WIDGET_RECENT, load_recent, render_recent, refresh_seconds=10, span=8, topics=("runs", "alerts")
)
CODES = Widget(
    "codes", text.WIDGET_CODES, load_codes, render_codes, refresh_seconds=30, span=6, topics=("errors", "edits")
)
