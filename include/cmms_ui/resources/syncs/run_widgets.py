"""Widgets of the page of one run: its steps with their share of the time, and what went wrong, down to the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from cmms.access.actors import NotFound, ViewError
from cmms.figures.open_runs import live_run
from cmms.figures.run_details import (
    BadAnswer,
    RunRecord,
    RunTrace,
    RunUnit,
    bad_answers,
    bad_calls,
    run_events,
    run_records,
    run_trace,
    run_units,
)
from cmms.run_control.airflow_runs import failed_tasks
from cmms.words import count_of
from cmms_ui.asgi.guard import current_actor
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import (
    airflow_links,
    describe_milliseconds,
    link,
    moment,
    note,
    small_table,
    sync_label,
)
from cmms_ui.resources.record_errors.statuses import REJECT_STATES
from cmms_ui.resources.syncs.run_progress import draw_live_run
from cmms_ui.resources.syncs.statuses import RUN_STATES

RECORDS_OF_A_CODE = 10
_STEP_OF = {"api": "Source", "database": "Database"}
_UNIT_FIGURES = (
    *("fetched", "inserted", "updated", "unchanged", "rejected"),
    *("api_ms", "validate_ms", "stage_ms", "merge_ms"),
)


def load_steps(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The run and its units; its progress while it is open."""
    key = parameters["key"]
    return {"live": live_run(key), "units": run_units(key), "run": run_trace(key)}


def render_steps(data: Mapping[str, Any]) -> Any:
    """Each step with records, time and share of it; which one took longest; then unit by unit."""
    units: Sequence[RunUnit] = data["units"]
    run: RunTrace | None = data["run"]
    if not units or run is None:
        return empty_state("This run has no units of work.")
    return html.Div(
        [
            *([draw_live_run(data["live"])] if data["live"] else ()),
            _step_table(units, run),
            html.Details(
                [html.Summary(f"{count_of(len(units), 'unit')} of work"), _unit_table(units)],
                open=len(units) < 4 or data["live"] is not None,
            ),
        ],
        className="cmms-stack",
    )


def _step_table(units: Sequence[RunUnit], run: RunTrace) -> Any:
    def total(name: str) -> int:
        return sum(getattr(unit, name) or 0 for unit in units)

    written = total("inserted") + total("updated")
    steps = (
        ("Source", f"{count_of(total('fetched'), 'record')} fetched", total("api_ms")),
        ("Rules", f"{total('rejected'):,} rejected, {count_of(total('warnings'), 'warning')}", total("validate_ms")),
        ("Database: stage", "only what is new or changed", total("stage_ms")),
        ("Database: merge", f"{written:,} written, {total('unchanged'):,} unchanged", total("merge_ms")),
    )
    worked = sum(milliseconds for _, _, milliseconds in steps)
    lines = [
        [name, what, describe_milliseconds(milliseconds), _share(milliseconds, worked)]
        for name, what, milliseconds in steps
    ]
    name, _, most = max(steps, key=lambda step: step[2])
    verdict = (
        f"Most of the work: {name}, {100 * most / worked:.0f} % of {describe_milliseconds(worked)}." if worked else ""
    )
    whole = int(run.run_ms or 0)
    if worked and whole > worked:
        verdict += (
            f" The other {describe_milliseconds(whole - worked)} of the run: Airflow between the steps, and waiting."
        )
    if run.queue_ms:
        verdict += f" It was queued for {describe_milliseconds(run.queue_ms)} before."
    heads = ("Step", "What it did", "Time", "Share of the work")
    return html.Div([note(verdict.strip()) if verdict else None, small_table(heads, lines, "Steps of the run")])


def _share(part: int, whole: int) -> Any:
    percent = 100 * part / whole if whole else 0
    return html.Div(
        [
            html.Span(f"{percent:.0f} %"),
            html.Div(style={"width": f"{percent:.0f}%"}, className="cmms-bar cmms-bar-info"),
        ],
        className="cmms-share",
    )


def _unit_table(units: Sequence[RunUnit]) -> Any:
    cells = [
        [
            unit.unit_key,
            "merged" if unit.merged_at else f"{unit.step}, {unit.done:,} of {unit.total or '?'}",
            *("–" if getattr(unit, name) is None else f"{getattr(unit, name):,}" for name in _UNIT_FIGURES),
        ]
        for unit in units
    ]
    heads = ("Unit", "Step", "Fetched", "New", "Changed", "Same", "Rejected")
    times = ("Source ms", "Rules ms", "Stage ms", "Merge ms")
    return small_table((*heads, *times), cells, "Units of work")


def load_errors(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What went wrong: requests, records by code, events, the stack; the tasks that failed, if Airflow tells."""
    key = parameters["key"]
    run = run_trace(key)
    if run is None:
        raise NotFound("there is no such run (any more)")
    return {
        "run": run,
        "calls": bad_calls(key),
        "answers": bad_answers(key),
        "records": run_records(key, RECORDS_OF_A_CODE),
        "events": run_events(key),
        "tasks": _failed_tasks(run),
    }


def _failed_tasks(run: RunTrace) -> list[dict[str, Any]]:
    """None when Airflow has forgotten the run, or does not let this person see it."""
    if not run.dag_id or not run.run_id or run.status == "success":
        return []
    try:
        return failed_tasks(current_actor(), run.dag_id, run.run_id)
    except ViewError:
        return []


def render_errors(data: Mapping[str, Any]) -> Any:
    """The tree, the stack, the way to Airflow's logs, events."""
    run: RunTrace = data["run"]
    parts: list[Any] = [_tree(data)]
    parts += [_answer(row) for row in data["answers"]]
    if run.stack_trace:
        parts.append(html.Details([html.Summary("Stack"), html.Pre(run.stack_trace, className="cmms-raw", tabIndex=0)]))
    if links := airflow_links(run.dag_id, run.run_id, data["tasks"]):
        parts.append(html.Div(links, className="cmms-live-facts"))
    if data["events"]:
        events = [[moment(row.at), row.level, row.category, row.code, row.message] for row in data["events"]]
        table = small_table(("When", "Level", "Category", "Code", "What"), events, "Events")
        parts.append(html.Details([html.Summary(count_of(len(events), "event")), table]))
    return html.Div(parts, className="cmms-stack")


def _answer(row: BadAnswer) -> Any:
    """What the source said when it refused a request: text from outside, shown as text."""
    how = f"HTTP {row.status}" if row.status else row.error_class or "no answer"
    return html.Details(
        [
            html.Summary(f"Answer of the source: {how}, {row.endpoint}"),
            html.Pre(row.answer_head, className="cmms-raw", tabIndex=0),
        ],
        open=True,
    )


def _tree(data: Mapping[str, Any]) -> Any:
    """Run, step, class, record."""
    run: RunTrace = data["run"]
    branches: dict[str, list[Any]] = {"Source": [], "Rules": [], "Database": []}
    if run.error_class or run.error_message:
        step = _STEP_OF.get(str(run.error_category), "Rules" if run.error_category == "validation" else "Run")
        line: list[Any] = [
            html.Strong(f"✕ {run.error_class or 'failed'}"),
            f": {run.error_message or 'no message'}",
        ]
        branches.setdefault(step, []).append(html.Div(line, className="cmms-text-bad"))
    for call in data["calls"]:
        how = f"HTTP {call.status}" if call.status else call.error_class or "no answer"
        summary = f"{how}: {count_of(call.calls, 'request')} to {call.endpoint}"
        branches["Source"].append(_leaf(summary, [note([moment(call.first_at), " to ", moment(call.last_at)])]))
    codes: dict[str, list[RunRecord]] = {}
    for row in data["records"]:
        codes.setdefault(row.code, []).append(row)
    for code, rows in codes.items():
        branches["Rules"].append(_leaf(f"{code}: {count_of(rows[0].records, 'record')}", [_record_list(code, rows)]))
    parts = [
        html.Details(
            [html.Summary(f"{step}: {count_of(len(found), 'cause')}"), *found], open=True, className="cmms-branch"
        )
        for step, found in branches.items()
        if found
    ]
    rejected = run.records_failed
    kept = sum(rows[0].records for rows in codes.values())
    if kept < rejected:
        parts.append(
            note(f"{rejected - kept:,} of the {rejected:,} rejected records have been seen by a later run since.")
        )
    if not parts:
        parts = [note("Nothing was rejected, every request was answered.")]
    processed = run.records_processed
    head = f"Run {run.id}, {sync_label(run.sync_type)}: {count_of(processed, 'record')}, {rejected:,} rejected "
    return html.Details(
        [html.Summary([head, status_badge(run.status, RUN_STATES, size="sm")]), *parts],
        open=True,
        className="cmms-branch cmms-tree",
    )


def _leaf(summary: str, content: Sequence[Any]) -> Any:
    return html.Details([html.Summary(summary), *content], className="cmms-branch")


def _record_list(code: str, rows: Sequence[RunRecord]) -> Any:
    lines = [
        html.Li(
            [
                link(row.record_key, f"/record-errors/{row.id}"),
                f" {row.message} ",
                status_badge(row.status, REJECT_STATES, size="xs"),
            ]
        )
        for row in rows
    ]
    if rows[0].records > len(rows):
        lines.append(html.Li(link(f"All of {code}", f"/record-errors?tab=all&q={code}")))
    return html.Ul(lines, className="cmms-details")


STEPS = Widget("steps", "Steps", load_steps, render_steps, refresh_seconds=3, span=12, topics=("progress", "runs"))
ERRORS = Widget("errors", "What went wrong", load_errors, render_errors, span=12)

RECORD_WIDGETS: tuple[Widget, ...] = (STEPS, ERRORS)
"""The page of a run, in this order."""
