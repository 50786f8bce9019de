"""Widgets about reconciliations: the newest ones, and the result of one, with each difference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.figures.reconciliations import (
    Reconciliation,
    ReconciliationLine,
    find_reconciliation,
    newest_reconciliations,
)
from cmms.streams import STREAMS, stream_noted_by_key
from cmms.streams.unit import DEFAULT_SOURCE, Unit
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import aria, empty_state, status_badge
from cmms_ui.render.parts import airflow_links, link, moment, note, small_table
from cmms_ui.resources.reconciliations import text
from cmms_ui.resources.reconciliations.statuses import RECONCILIATION_STATES


def load_newest(_parameters: Mapping[str, Any]) -> tuple[ReconciliationLine, ...]:
    """The newest three."""
    return newest_reconciliations()


def render_newest(rows: Sequence[ReconciliationLine]) -> Any:
    """A line for each; a result leads to its page."""
    if not rows:
        return empty_state(text.RECONCILED_EMPTY, name="check")
    cells = [
        [
            link(f"{row.id}", f"/reconciliations/{row.id}"),
            status_badge(row.status, RECONCILIATION_STATES, size="sm"),
            describe_scope(row),
            _describe_found(row),
            row.asked_by,
            moment(row.started_at),
        ]
        for row in rows
    ]
    return html.Div(
        [
            small_table(text.RECONCILED_HEADS, cells, text.RECONCILED_CAPTION),
            note(link(text.RECONCILED_ALL, "/reconciliations")),
        ]
    )


def load_result(parameters: Mapping[str, Any]) -> Reconciliation | None:
    """One reconciliation as it stands."""
    return find_reconciliation(parameters["key"])


def render_result(row: Reconciliation | None) -> Any:
    """Progress while it runs; then the counts, the plants that differ and each difference."""
    if row is None:
        return empty_state(text.RESULT_DELETED, name="search")
    links = html.Div(airflow_links(row.dag_id, row.run_id, ()), className="cmms-live-facts")
    return html.Div([html.Div(f"{describe_scope(row)}."), *_describe(row), links], className="cmms-stack")


def describe_result(row: Reconciliation) -> list[Any]:
    """The same as parts, with the status, for the dialog that started it."""
    badge, scope = status_badge(row.status, RECONCILIATION_STATES, size="sm"), html.Span(f"{describe_scope(row)}.")
    return [html.Div([badge, scope], className="cmms-live-head"), *_describe(row)]


def _describe(row: Reconciliation) -> list[Any]:
    if row.status == "running":
        return _progress(row)
    if row.status == "failed":
        return [html.Div(f"✕ {row.error_message}", className="cmms-text-bad")]
    counts = note(
        text.RESULT_COUNTS.format(
            source=count_of(row.source_records, "record"), waiting=row.waiting_records, stored=row.stored_records
        )
    )
    if row.status == "equal":
        return [counts, html.Strong(text.RESULT_EQUAL)]
    report = json.loads(row.report or "{}")
    return [counts, *_differences(row.differences, report)]


def describe_scope(row: ReconciliationLine) -> str:
    """``2026-01-24 to 2026-01-30, all plants``."""
    return text.describe_scope(row.first_day, row.last_day, json.loads(row.plant_codes or "[]"))


def _describe_found(row: ReconciliationLine) -> str:
    if row.status == "failed":
        return str(row.error_message)
    return "–" if row.status == "running" else count_of(row.differences, "difference")


def _progress(row: Reconciliation) -> list[Any]:
    steps, done = row.steps, row.steps_done
    percent = 100 * done // steps if steps else 0
    label = text.describe_progress(done, steps) if steps else text.PROGRESS_PLANNING
    bar = dmc.Progress(value=percent, size="lg", animated=True, **aria(label=label))
    return [bar, note(f"{label} {text.PROGRESS_BACKGROUND}")]


def _differences(total: int, report: Mapping[str, Any]) -> list[Any]:
    listed = report.get("differences", [])
    figures = [
        [
            _unit(row),
            row["plant_code"],
            f"{row['source']:,}",
            f"{row['waiting']:,}",
            f"{row['stored']:,}",
            _hours(row["source_hours"]),
            _hours(row["stored_hours"]),
            f"{row['differences']:,}",
        ]
        for row in report.get("figures", [])
    ]
    cells = [
        [
            _unit(row),
            row["plant_code"] or "–",
            _machine_link(row["equipment_number"]),
            text.KINDS.get(row["kind"], row["kind"]),
            row["message"],
        ]
        for row in listed
    ]
    parts: list[Any] = [html.Strong(f"✕ {count_of(total, 'difference')}")]
    if figures:
        parts.append(small_table(text.FIGURES_HEADS, figures, text.FIGURES_CAPTION))
    parts.append(small_table(text.DIFFERENCES_HEADS, cells, text.COLUMN_DIFFERENCES))
    if total > len(listed):
        parts.append(note(text.DIFFERENCES_MORE.format(listed=len(listed), total=total)))
    parts.append(note(text.DIFFERENCES_ADVICE))
    return parts


def _unit(row: Mapping[str, Any]) -> str:
    """What people call the unit; a report of an older version names no stream."""
    key = row["unit_key"]
    stream = row.get("stream") or stream_noted_by_key(key).name
    return Unit(DEFAULT_SOURCE, stream, key).label if stream in STREAMS else f"{stream} {key}"


def _hours(text: str | None) -> str:
    """``1,016.000``."""
    whole, _, part = (text or "").partition(".")
    return f"{int(whole):,}.{part}" if whole else "–"


def _machine_link(number: str | None) -> Any:
    return link(number, f"/equipment?q={number}") if number else "–"


RECONCILED = Widget("reconciled", text.WIDGET_RECONCILED, load_newest, render_newest, refresh_seconds=30, span=12)
RESULT = Widget("result", text.WIDGET_RESULT, load_result, render_result, refresh_seconds=2, span=12)
