"""One run from the moment somebody has started it: waiting in Airflow, its steps as they go, how it ended.

Input: ``dag_id/run_id``. The log row has the same two ids; before its first task has begun, only Airflow knows the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import ViewError
from cmms.dag_ids import ON_REQUEST_DAG_ID
from cmms.equipment.validate_equipment import read_report
from cmms.figures.open_runs import RunSteps, live_run, run_steps
from cmms.figures.reconciliations import Reconciliation, reconciliation_of_run
from cmms.operations.requested_changes import ChangeProgress
from cmms.quarantine.replay_records import Replayed, read_replayed
from cmms.run_control.airflow_runs import failed_tasks, read_conf, read_run
from cmms.run_control.ask_for_change import read_change
from cmms.run_control.find_run import FoundRun, find_run_of_airflow
from cmms.sync.records import OPEN_STATUSES
from cmms_ui.asgi.guard import current_actor
from cmms_ui.definition.schema import Widget
from cmms_ui.definition.status import LEVELS
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import airflow_link, airflow_links, describe_seconds, link, note, sync_label
from cmms_ui.resources.equipment.large_change import render_change
from cmms_ui.resources.reconciliations.report import describe_result
from cmms_ui.resources.record_errors.replayed import describe_end, describe_replayed
from cmms_ui.resources.syncs import text
from cmms_ui.resources.syncs.run_progress import describe_error, draw_live_run, step_line
from cmms_ui.resources.syncs.statuses import RUN_STATES
from cmms_ui.resources.validations.report import render_report


def load_followed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The log row, its steps and live progress; what Airflow says as long as there is no log row."""
    dag_id, _, run_id = str(parameters["key"]).partition("/")
    run = find_run_of_airflow(dag_id, run_id)
    found: dict[str, Any] = {"dag_id": dag_id, "run_id": run_id, "run": run}
    if run is None:
        if result := reconciliation_of_run(dag_id, run_id):
            return {**found, "result": result}
        if dag_id == ON_REQUEST_DAG_ID:
            asked = _asked(dag_id, run_id)
            found["report"] = read_report(asked.get("report") or 0)
            found["change"] = read_change(asked.get("change") or 0)
        return {**found, "airflow": _ask_airflow(dag_id, run_id)}
    if run.status in OPEN_STATUSES:
        return {**found, "live": live_run(run.id)}
    tasks = _failed_tasks(dag_id, run_id) if run.status == "failed" else []
    if dag_id == ON_REQUEST_DAG_ID:
        found["replayed"] = read_replayed(_asked(dag_id, run_id).get("ids") or ())
    return {**found, "steps": run_steps(run.id), "tasks": tasks}


def _ask_airflow(dag_id: str, run_id: str) -> dict[str, Any]:
    try:
        return read_run(current_actor(), dag_id, run_id)
    except ViewError as error:
        return {"state": "", "is_paused": False, "problem": error.message}


def _asked(dag_id: str, run_id: str) -> dict[str, Any]:
    """What the run was asked for; nothing if Airflow does not say."""
    try:
        return read_conf(current_actor(), dag_id, run_id)
    except ViewError:
        return {}


def _failed_tasks(dag_id: str, run_id: str) -> list[dict[str, Any]]:
    try:
        return failed_tasks(current_actor(), dag_id, run_id)
    except ViewError:
        return []


def render_followed(data: Mapping[str, Any]) -> Any:
    """Waiting, under way, or over."""
    run: FoundRun | None = data["run"]
    result: Reconciliation | None = data.get("result")
    report: Mapping[str, Any] | None = data.get("report")
    replayed: Sequence[Replayed] = data.get("replayed", ())
    change: ChangeProgress | None = data.get("change")
    if result:
        body = describe_result(result)
    elif change and change.status != "waiting":
        body = [render_change(change), *([note(text.FOLLOW_BACKGROUND)] if change.status == "running" else ())]
    elif report and (report["status"] != "running" or _has_begun(report)):
        body = [render_report(report), *([note(text.FOLLOW_BACKGROUND)] if report["status"] == "running" else ())]
    elif run is None:
        body = _waiting(data["dag_id"], data["airflow"])
    elif run.status in OPEN_STATUSES:
        body = [*([draw_live_run(data["live"])] if data["live"] else ()), note(text.FOLLOW_BACKGROUND)]
    else:
        body = _ended(run, data["steps"])
        if replayed:
            lines = [html.Li(line) for line in describe_replayed(replayed)]
            body += [html.Strong(describe_end(replayed)), html.Ul(lines, className="cmms-details", tabIndex=0)]
    links = airflow_links(data["dag_id"], data["run_id"], data.get("tasks", ()))
    if result:
        links.insert(0, link(text.FOLLOW_RESULT.format(id=result.id), f"/reconciliations/{result.id}"))
    if report:
        links.insert(0, link(text.FOLLOW_REPORT.format(id=report["id"]), f"/validations/{report['id']}"))
    if run is not None:
        links.insert(0, link(text.RUN_LINK.format(run=run.id), f"/syncs/{run.id}"))
    return html.Div([*body, html.Div(links, className="cmms-live-facts")], className="cmms-stack", role="status")


def _has_begun(report: Mapping[str, Any]) -> bool:
    """Whether a task of the run is at work; Airflow calls a run running before that."""
    return bool(report["machines"] or report["readings"])


def _waiting(dag_id: str, airflow: Mapping[str, Any]) -> list[Any]:
    """Before there is a log row; what to do if it will not start by itself."""
    if airflow.get("problem"):
        return [note(airflow["problem"])]
    if airflow["state"] in ("failed", "success"):
        return [
            html.Strong(text.FOLLOW_NOT_STARTED.format(state=airflow["state"])),
            note(text.FOLLOW_NOT_STARTED_ADVICE),
        ]
    parts: list[Any] = [
        html.Div(
            [
                status_badge("queued", RUN_STATES),
                html.Span(text.FOLLOW_WAITING.format(state=airflow["state"].capitalize())),
            ],
            className="cmms-live-head",
        ),
        dmc.Progress(
            value=100, size="lg", striped=True, animated=True, color="gray", **aria(label=text.FOLLOW_WAITING_LABEL)
        ),
    ]  # fmt: skip
    if airflow["is_paused"]:
        parts += [
            html.Strong(text.FOLLOW_PAUSED.format(dag=dag_id)),
            html.Div(
                [
                    text.FOLLOW_PAUSED_ADVICE,
                    " ",
                    airflow_link(text.FOLLOW_OPEN_DAG.format(dag=dag_id), f"/dags/{dag_id}"),
                    " ",
                    link(text.FOLLOW_OPEN_LIVE, "/syncs?tab=live"),
                ]
            ),
        ]  # fmt: skip
    return [*parts, note(text.FOLLOW_BACKGROUND)]


def _ended(run: FoundRun, steps: RunSteps) -> list[Any]:
    """Counts and level, and why if it failed."""
    counts = text.describe_counts(run)
    parts: list[Any] = [
        html.Div(
            [
                html.Strong(sync_label(run.sync_type)),
                status_badge(run.status, RUN_STATES),
                status_badge(run.level or "info", LEVELS),
                html.Span(text.FOLLOW_DURATION.format(duration=describe_seconds(run.seconds)), className="cmms-dim"),
            ],
            className="cmms-live-head",
        ),
        step_line(steps, ended=run.status),
        html.Div([html.Span(counted) for counted in counts], className="cmms-live-facts"),
    ]
    if run.error_class or run.error_message:
        parts.append(html.Div(f"✕ {describe_error(run.error_class, run.error_message)}", className="cmms-text-bad"))
    if run.records_failed:
        parts.append(link(text.FOLLOW_REJECTED, "/record-errors?tab=open"))
    return [*parts, note(text.FOLLOW_OVER.get(run.status, text.FOLLOW_OVER_OTHER))]


FOLLOW = Widget(
    "run", text.WIDGET_RUN, load_followed, render_followed, refresh_seconds=2, span=12, topics=("progress", "runs")
)
