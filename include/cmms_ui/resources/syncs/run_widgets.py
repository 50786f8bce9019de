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
from cmms_ui.resources.record_errors.error_codes import category_label, code_label
from cmms_ui.resources.record_errors.statuses import REJECT_STATES
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.run_progress import describe_error, draw_live_run
from cmms_ui.resources.syncs.statuses import RUN_STATES

RECORDS_OF_A_CODE = 10
_STEP_OF = {"api": text.STEP_SOURCE, "database": text.STEP_DATABASE, "validation": text.STEP_RULES}
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
        return empty_state(text.STEPS_EMPTY)
    return html.Div(
        [
            *([draw_live_run(data["live"])] if data["live"] else ()),
            _step_table(units, run),
            html.Details(
                [html.Summary(text.units_of_work(len(units))), _unit_table(units)],
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
        (text.STEP_SOURCE, text.FETCHED.format(records=count_of(total("fetched"), "record")), total("api_ms")),
        (text.STEP_RULES, text.describe_validated(total("rejected"), total("warnings")), total("validate_ms")),
        (text.STEP_STAGE, text.STAGED, total("stage_ms")),
        (text.STEP_MERGE, text.MERGED.format(written=written, unchanged=total("unchanged")), total("merge_ms")),
    )
    worked = sum(milliseconds for _, _, milliseconds in steps)
    lines = [
        [name, what, describe_milliseconds(milliseconds), _share(milliseconds, worked)]
        for name, what, milliseconds in steps
    ]
    name, _, most = max(steps, key=lambda step: step[2])
    sentences = []
    if worked:
        percent, time = 100 * most / worked, describe_milliseconds(worked)
        sentences.append(text.MOST_OF_THE_WORK.format(step=name, percent=percent, time=time))
    whole = int(run.run_ms or 0)
    if worked and whole > worked:
        sentences.append(text.BETWEEN_THE_STEPS.format(time=describe_milliseconds(whole - worked)))
    if run.queue_ms:
        sentences.append(text.WAS_QUEUED.format(time=describe_milliseconds(run.queue_ms)))
    table = small_table(text.STEPS_HEADS, lines, text.STEPS_CAPTION)
    return html.Div([note(" ".join(sentences)) if sentences else None, table])


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
            text.UNIT_MERGED
            if unit.merged_at
            else text.UNIT_STEP.format(step=unit.step, done=unit.done, total=unit.total or "?"),
            *("–" if getattr(unit, name) is None else f"{getattr(unit, name):,}" for name in _UNIT_FIGURES),
        ]
        for unit in units
    ]
    return small_table(text.UNITS_HEADS, cells, text.UNITS_CAPTION)


def load_errors(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What went wrong: requests, records by code, events, the stack; the tasks that failed, if Airflow tells."""
    key = parameters["key"]
    run = run_trace(key)
    if run is None:
        raise NotFound(text.NO_SUCH_RUN)
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
        parts.append(
            html.Details([html.Summary(text.STACK), html.Pre(run.stack_trace, className="cmms-raw", tabIndex=0)])
        )
    if links := airflow_links(run.dag_id, run.run_id, data["tasks"]):
        parts.append(html.Div(links, className="cmms-live-facts"))
    if data["events"]:
        events = [
            [
                moment(row.at),
                row.level,
                category_label(row.category),
                html.Span(code_label(row.code), title=row.code),
                row.message,
            ]
            for row in data["events"]
        ]
        table = small_table(text.EVENTS_HEADS, events, text.EVENTS_CAPTION)
        parts.append(html.Details([html.Summary(count_of(len(events), "event")), table]))
    return html.Div(parts, className="cmms-stack")


def _answer(row: BadAnswer) -> Any:
    """What the source said when it refused a request: text from outside, shown as text."""
    return html.Details(
        [
            html.Summary(text.BAD_RESPONSE.format(result=_result(row.status, row.error_class), endpoint=row.endpoint)),
            html.Pre(row.answer_head, className="cmms-raw", tabIndex=0),
        ],
        open=True,
    )


def _result(status: int | None, error_class: str | None) -> str:
    """How a request to the source ended."""
    return text.HTTP_STATUS.format(status=status) if status else code_label(error_class) or text.NO_RESPONSE


def _tree(data: Mapping[str, Any]) -> Any:
    """Run, step, class, record."""
    run: RunTrace = data["run"]
    branches: dict[str, list[Any]] = {text.STEP_SOURCE: [], text.STEP_RULES: [], text.STEP_DATABASE: []}
    if run.error_class or run.error_message:
        step = _STEP_OF.get(str(run.error_category), text.STEP_RUN)
        line = html.Strong(f"✕ {describe_error(run.error_class, run.error_message)}", title=run.error_class)
        branches.setdefault(step, []).append(html.Div(line, className="cmms-text-bad"))
    for call in data["calls"]:
        summary = text.describe_bad_calls(_result(call.status, call.error_class), call.calls, call.endpoint)
        branches[text.STEP_SOURCE].append(_leaf(summary, [note([moment(call.first_at), " – ", moment(call.last_at)])]))
    codes: dict[str, list[RunRecord]] = {}
    for row in data["records"]:
        codes.setdefault(row.code, []).append(row)
    for code, rows in codes.items():
        summary = text.CODE_RECORDS.format(code=code_label(code), records=count_of(rows[0].records, "record"))
        branches[text.STEP_RULES].append(_leaf(summary, [_record_list(code, rows)]))
    parts = [
        html.Details(
            [html.Summary(text.STEP_CAUSES.format(step=step, causes=count_of(len(found), "cause"))), *found],
            open=True,
            className="cmms-branch",
        )
        for step, found in branches.items()
        if found
    ]
    rejected = run.records_failed
    kept = sum(rows[0].records for rows in codes.values())
    if kept < rejected:
        parts.append(note(text.UPDATED_SINCE.format(count=rejected - kept, rejected=rejected)))
    if not parts:
        parts = [note(text.NOTHING_WENT_WRONG)]
    records = count_of(run.records_processed, "record")
    head = text.TREE_HEAD.format(run=run.id, sync=sync_label(run.sync_type), records=records, rejected=rejected)
    return html.Details(
        [html.Summary([head, " ", status_badge(run.status, RUN_STATES, size="sm")]), *parts],
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
        lines.append(html.Li(link(text.ALL_OF_CODE.format(code=code_label(code)), f"/record-errors?tab=all&q={code}")))
    return html.Ul(lines, className="cmms-details")


STEPS = Widget(
    "steps", text.WIDGET_STEPS, load_steps, render_steps, refresh_seconds=3, span=12, topics=("progress", "runs")
)
ERRORS = Widget("errors", text.WIDGET_ERRORS, load_errors, render_errors, span=12)

RECORD_WIDGETS: tuple[Widget, ...] = (STEPS, ERRORS)
"""The page of a run, in this order."""
