"""A change of too many rows for a request: what people see when its run has been started, and while it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms.operations.requested_changes import ChangeProgress
from cmms.run_control.ask_for_change import ask_for_change
from cmms_ui.definition.schema import Outcome, Target
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import note
from cmms_ui.resources.equipment import text
from cmms_ui.resources.syncs.statuses import RUN_STATES

_STATES = {"waiting": text.CHANGE_QUEUED}


def ask_for_large_change(actor: Actor, name: str, target: Target, arguments: Mapping[str, Any]) -> Outcome:
    """Have a run make the change; the dialog follows it."""
    run = ask_for_change(actor, name, target.keys, arguments, request=target.request)
    describe = text.change_schedules if name.startswith("schedules.") else text.change_machines
    return Outcome(describe(len(target.keys)), "info", runs=(run,))


def render_change(change: ChangeProgress) -> Any:
    """How many rows are done, and why some were left alone."""
    counts = [text.CHANGE_CHANGED.format(count=change.changed)]
    counts += [text.CHANGE_UNCHANGED.format(count=change.unchanged)] if change.unchanged else []
    counts += [text.CHANGE_LEFT_ALONE.format(count=change.left_alone)] if change.left_alone else []
    parts: list[Any] = [
        html.Div(
            [
                status_badge(_STATES.get(change.status, change.status), RUN_STATES),
                html.Span(text.CHANGE_DONE.format(done=change.done, total=change.total)),
            ],
            className="cmms-live-head",
        ),
        dmc.Progress(value=100 * change.done / change.total, size="lg", **aria(label=text.CHANGE_PROGRESS)),
        html.Div([html.Span(count) for count in counts], className="cmms-live-facts"),
    ]
    if change.error_message:
        failed = text.change_failed(change.error_message, change.total - change.done)
        parts.append(html.Div(failed, className="cmms-text-bad"))
    if change.details:
        lines = [html.Li(line) for line in change.details]
        parts.append(html.Ul(lines, className="cmms-details", tabIndex=0))
    if change.left_alone > len(change.details):
        parts.append(note(text.CHANGE_FIRST_LISTED.format(count=len(change.details))))
    return html.Div(parts, className="cmms-stack")
