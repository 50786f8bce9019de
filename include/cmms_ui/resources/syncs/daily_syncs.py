"""Widget about the daily syncs: how the last one ended, how old the last good one is, and a button that starts one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dash import html

from cmms.access.view_settings import read_view_settings
from cmms.figures.machines import count_machines
from cmms.figures.open_runs import LastRun, last_runs
from cmms.settings import View
from cmms_ui.asgi.policy import ACTIONS
from cmms_ui.definition.schema import Widget
from cmms_ui.render.action_marks import prefilled_button
from cmms_ui.render.marks import icon, status_badge
from cmms_ui.render.parts import (
    TONE_SIGNS,
    TONE_WORDS,
    describe_age,
    figure,
    link,
    moment,
    note,
    sync_label,
    tone_of_age,
)
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.periods import DAILY as DAILY_SYNCS
from cmms_ui.resources.syncs.statuses import RUN_STATES

_ICONS = {"equipment": "gauge", "running_time": "clock"}


def load_daily(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The number of machines, the newest finished run of each sync, the limits of age, and the time it is."""
    return {
        "machines": count_machines(),
        "runs": last_runs(),
        "limits": read_view_settings(),
        "now": datetime.now(UTC).replace(tzinfo=None),
    }


def render_daily(data: Mapping[str, Any]) -> Any:
    """Machines, then a block for each sync."""
    blocks = [_sync(name, data["runs"].get(name), data["limits"], data["now"]) for name in DAILY_SYNCS]
    return html.Div(
        [figure(text.DAILY_MACHINES, data["machines"], "/equipment?tab=all"), *blocks], className="cmms-daily"
    )


def _sync(name: str, row: LastRun | None, limits: View, now: datetime) -> Any:
    good_at = row.good_at if row else None
    minutes = (now - good_at).total_seconds() / 60 if good_at else None
    tone = tone_of_age(minutes, limits)
    start = _start_button(name)
    head = [icon(_ICONS.get(name, "clock")), html.Strong(sync_label(name))]
    if row is None:
        return html.Div([html.Div([*head, start], className="cmms-live-head"), note(text.DAILY_NEVER)])
    return html.Div(
        [
            html.Div([*head, status_badge(row.status, RUN_STATES, size="sm"), start], className="cmms-live-head"),
            html.Div(
                [
                    html.Strong(
                        text.DAILY_AGE.format(sign=TONE_SIGNS[tone], word=TONE_WORDS[tone], age=describe_age(minutes)),
                        className=f"cmms-text-{tone}",
                    ),
                    html.Span(moment(good_at), className="cmms-dim"),
                ],
                className="cmms-live-facts",
            ),
            note(
                [
                    f"{text.describe_daily(row.records_processed, row.records_failed)} ",
                    link(text.RUN_LINK.format(run=row.id), f"/syncs/{row.id}"),
                ]
            ),
        ]
    )


def _start_button(name: str) -> Any:
    """Starts the sync; None of a stream that no action starts, and for who may not."""
    action = f"syncs.{name}"
    if action not in ACTIONS:
        return None
    title = text.DAILY_SYNC_TITLES.get(name, text.DAILY_SYNC_NOW)
    return prefilled_button(action, [icon("play", 13), text.DAILY_SYNC_NOW], {}, className="cmms-chip", title=title)


DAILY = Widget(
    "daily", text.WIDGET_DAILY, load_daily, render_daily, refresh_seconds=30, span=4, topics=("runs", "edits")
)
DAILY_WIDE = replace(DAILY, span=8)
