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
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import describe_milliseconds, describe_seconds, link, sync_label
from cmms_ui.resources.syncs.statuses import RUN_STATES

_SIGNS = {"done": "✓", "now": "▶", "later": "○", "failed": "✕"}
_WORDS = {"done": "done", "now": "under way", "later": "to come", "failed": "did not finish"}


def step_line(row: RunSteps, *, ended: str = "") -> Any:
    """Fetch, validate, write and log, each with what it has done and how long it took; ``ended`` is how the run did."""
    total, merged = row.units, row.units_done
    waiting = [row.fetching + (not total), row.validating, row.writing]
    current = next((place for place, units in enumerate(waiting) if units), 3)
    is_good = ended in GOOD_STATUSES
    counted = bool(merged or ended)  # a unit counts its records when it is merged
    steps = (
        ("Fetch", count_of(row.fetched, "record") if counted else "not counted yet", row.api_ms),
        ("Validate", f"{row.rejected:,} rejected" if counted else "not counted yet", row.validate_ms),
        ("Write", f"{row.written:,} written, {merged} of {total} units", row.write_ms),
        ("Log", f"closed as {ended}" if ended else "when all is written", 0),
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
                    html.Span(f" {_WORDS[state]}", className="cmms-hidden"),
                    html.Span(f"{what}{time}", className="cmms-dim"),
                ],
                className=f"cmms-step cmms-step-{state}",
            )
        )
    return html.Ol(cells, className="cmms-steps", **aria(label="Steps"))


def draw_live_run(row: LiveRun, controls: Sequence[Any] = ()) -> Any:
    """Progress of an open run."""
    done, total, rate = row.done or 0, row.total or 0, row.rate or 0.0
    percent = min(100, round(100 * done / total)) if total else 0
    left = describe_seconds((total - done) / rate) if rate and total > done else "unknown"
    asked = {"pause": " – will pause", "cancel": " – will be cancelled"}.get(row.control, "")
    days = f", {row.interval_start} to {row.interval_end}" if row.interval_start else ""
    facts = f"{row.step or 'starting'}: {done:,} of {total or '?':,} records" if total else f"{row.step or 'starting'}"
    return html.Div(
        [
            html.Div(
                [
                    link(f"{sync_label(row.sync_type)} #{row.id}", f"/syncs/{row.id}"),
                    status_badge(row.status, RUN_STATES, size="sm"),
                    html.Span(f"{days.lstrip(', ')}{asked}", className="cmms-dim"),
                    html.Div(list(controls), className="cmms-row-actions"),
                ],
                className="cmms-live-head",
            ),
            dmc.Progress(
                value=percent,
                size="lg",
                animated=row.status == "running",
                **aria(label=f"Sync {row.id}, progress"),
            ),
            step_line(row),
            html.Div(
                [
                    html.Span(f"{facts} ({percent} %)"),
                    html.Span(f"{rate:,.0f} records/s" if rate else "rate unknown"),
                    html.Span(f"{describe_seconds(row.seconds)} so far, left: {left}"),
                    html.Span(f"{row.units_done} of {row.units} units merged"),
                ],
                className="cmms-live-facts",
            ),
        ],
        className="cmms-live-run",
    )
