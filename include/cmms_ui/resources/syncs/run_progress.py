"""The progress of a run, everywhere the same: on the dashboard, among the syncs, on its own page and in the dialog.

Input: a row of ``cmms.figures.open_runs``. Output: components.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.open_runs import LiveRun, RunSteps
from cmms.sync.records import GOOD_STATUSES
from cmms.words import count_of
from cmms_ui.definition.status import find_status
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import describe_milliseconds, describe_seconds, link, sync_label
from cmms_ui.resources.record_errors.error_codes import code_label
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.statuses import RUN_STATES

_SIGNS = {"done": "✓", "now": "▶", "later": "○", "failed": "✕"}


def step_line(row: RunSteps, *, ended: str = "") -> Any:
    """Fetch, validate, write and log, each with what it has done and how long it took; ``ended`` is how the run did."""
    total, merged = row.units, row.units_done
    waiting = [row.fetching + (not total), row.validating, row.writing]
    current = next((place for place, units in enumerate(waiting) if units), 3)
    is_good = ended in GOOD_STATUSES
    counted = bool(merged or ended)  # a unit counts its records when it is merged
    steps = (
        (text.STEP_FETCH, count_of(row.fetched, "record") if counted else text.NOT_COUNTED, row.api_ms),
        (
            text.STEP_VALIDATE,
            text.REJECTED.format(count=row.rejected) if counted else text.NOT_COUNTED,
            row.validate_ms,
        ),
        (text.STEP_WRITE, text.describe_written(row.written, merged, total), row.write_ms),
        (
            text.STEP_LOG,
            text.CLOSED_AS.format(status=find_status(ended, RUN_STATES).label.lower()) if ended else text.NOT_CLOSED,
            0,
        ),
    )
    cells = []
    for place, (name, what, milliseconds) in enumerate(steps):
        if is_good or place < current or (ended and place == 3):
            state = "done"
        elif place == current:
            state = "failed" if ended else "now"
        else:
            state = "later"
        time = f", {describe_milliseconds(milliseconds)}" if milliseconds else ""
        cells.append(
            html.Li(
                [
                    html.Strong([html.Span(f"{_SIGNS[state]} ", **aria(hidden="true")), name]),
                    html.Span(f" {text.STEP_STATES[state]}", className="cmms-hidden"),
                    html.Span(f"{what}{time}", className="cmms-dim"),
                ],
                className=f"cmms-step cmms-step-{state}",
            )
        )
    return html.Ol(cells, className="cmms-steps", **aria(label=text.WIDGET_STEPS))


def draw_live_run(row: LiveRun, controls: Sequence[Any] = ()) -> Any:
    """Progress of an open run."""
    done, total, rate = row.done or 0, row.total or 0, row.rate or 0.0
    percent = min(100, round(100 * done / total)) if total else 0
    left = describe_seconds((total - done) / rate) if rate and total > done else text.UNKNOWN
    asked = text.REQUESTED.get(row.control, "")
    days = text.describe_days(row.interval_start, row.interval_end) if row.interval_start else ""
    step = row.step or text.STARTING
    facts = text.LIVE_FACTS.format(step=step, done=done, total=total, percent=percent) if total else step
    return html.Div(
        [
            html.Div(
                [
                    link(f"{sync_label(row.sync_type)} #{row.id}", f"/syncs/{row.id}"),
                    status_badge(row.status, RUN_STATES, size="sm"),
                    html.Span(" – ".join(part for part in (days, asked) if part), className="cmms-dim"),
                    html.Div(list(controls), className="cmms-row-actions"),
                ],
                className="cmms-live-head",
            ),
            dmc.Progress(
                value=percent,
                size="lg",
                animated=row.status == "running",
                **aria(label=text.PROGRESS_LABEL.format(run=row.id)),
            ),
            step_line(row),
            html.Div(
                [
                    html.Span(facts),
                    html.Span(text.RATE.format(rate=rate) if rate else text.RATE_UNKNOWN),
                    html.Span(text.TIME_LEFT.format(elapsed=describe_seconds(row.seconds), left=left)),
                    html.Span(text.UNITS_MERGED.format(done=row.units_done, units=row.units)),
                ],
                className="cmms-live-facts",
            ),
        ],
        className="cmms-live-run",
    )


def describe_error(error_class: str | None, message: str | None) -> str:
    """``Request refused: 403 ...``; what the log row says of a failed run."""
    return text.RUN_ERROR.format(error=code_label(error_class) or text.RUN_FAILED, message=message or text.NO_MESSAGE)
