"""A change of more rows than a request makes itself: what is said when a run has been asked for, and how it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms.operations.requested_changes import ChangeProgress
from cmms.run_control.ask_for_change import ask_for_change
from cmms.words import count_of
from cmms_ui.definition.schema import Outcome, Target
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import note
from cmms_ui.resources.syncs.statuses import RUN_STATES

_STATES = {"waiting": "queued"}


def ask_for_large_change(actor: Actor, name: str, target: Target, arguments: Mapping[str, Any]) -> Outcome:
    """Have a run make the change; the dialog follows it."""
    run = ask_for_change(actor, name, target.keys, arguments, request=target.request)
    noun = name.partition(".")[0].removesuffix("s").replace("equipment", "machine")
    return Outcome(f"A run in Airflow is changing {count_of(len(target.keys), noun)}.", "info", runs=(run,))


def render_change(change: ChangeProgress) -> Any:
    """How many rows are done, and why some were left alone."""
    counts = [f"{change.changed:,} changed"]
    counts += [f"{change.unchanged:,} unchanged"] if change.unchanged else []
    counts += [f"{change.left_alone:,} left as they were"] if change.left_alone else []
    parts: list[Any] = [
        html.Div(
            [
                status_badge(_STATES.get(change.status, change.status), RUN_STATES),
                html.Span(f"{change.done:,} of {change.total:,} done"),
            ],
            className="cmms-live-head",
        ),
        dmc.Progress(value=100 * change.done / change.total, size="lg", **aria(label="Progress of the change")),
        html.Div([html.Span(count) for count in counts], className="cmms-live-facts"),
    ]
    if change.error_message:
        text = f"✕ {change.error_message}. {count_of(change.total - change.done, 'row was', 'rows were')} not reached."
        parts.append(html.Div(text, className="cmms-text-bad"))
    if change.details:
        lines = [html.Li(line) for line in change.details]
        parts.append(html.Ul(lines, className="cmms-details", tabIndex=0))
    if change.left_alone > len(change.details):
        parts.append(note(f"The first {len(change.details):,} are listed."))
    return html.Div(parts, className="cmms-stack")
