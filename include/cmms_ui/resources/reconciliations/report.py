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
from cmms.streams import stream_of
from cmms.words import agree, count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import airflow_links, link, moment, note, small_table
from cmms_ui.resources.reconciliations.statuses import RECONCILIATION_STATES

_KINDS = {
    "missing": "Missing in the CMMS",
    "extra": "Not at the source",
    "hours": "Hours or counter differ",
    "plant": "Plants differ",
    "rejected": "Rejected, in no list",
    "incomplete": "Incomplete answer",
    "not_compared": "Not compared",
    "moved": "Being synced",
}


def load_newest(_parameters: Mapping[str, Any]) -> tuple[ReconciliationLine, ...]:
    """The newest three."""
    return newest_reconciliations()


def render_newest(rows: Sequence[ReconciliationLine]) -> Any:
    """A line for each; a result leads to its page."""
    if not rows:
        return empty_state("The CMMS has not been reconciled with the source yet.", name="check")
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
    heads = ("Result", "Status", "Compared", "Found", "By", "Started")
    return html.Div(
        [
            small_table(heads, cells, "Newest reconciliations"),
            note(link("All reconciliations", "/reconciliations")),
        ]
    )


def load_result(parameters: Mapping[str, Any]) -> Reconciliation | None:
    """One reconciliation as it stands."""
    return find_reconciliation(parameters["key"])


def render_result(row: Reconciliation | None) -> Any:
    """Progress while it runs; then the counts, the plants that differ and each difference."""
    if row is None:
        return empty_state("This result is not stored any more.", name="search")
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
        f"{count_of(row.source_records, 'record')} at the source, {row.waiting_records:,} more in quarantine,"
        f" {row.stored_records:,} in the CMMS."
    )
    if row.status == "equal":
        return [counts, html.Strong("✓ The CMMS holds what the source says.")]
    report = json.loads(row.report or "{}")
    return [counts, *_differences(row.differences, report)]


def describe_scope(row: ReconciliationLine) -> str:
    """``2026-01-24 to 2026-01-30, all plants``."""
    days = f"{row.first_day}"
    if row.last_day != row.first_day:
        days += f" to {row.last_day}"
    plants = json.loads(row.plant_codes or "[]")
    where = f"{agree(len(plants), 'plant', 'plants')} {', '.join(plants)}" if plants else "all plants"
    return f"{days}, {where}"


def _describe_found(row: ReconciliationLine) -> str:
    if row.status == "failed":
        return str(row.error_message)
    return "–" if row.status == "running" else count_of(row.differences, "difference")


def _progress(row: Reconciliation) -> list[Any]:
    steps, done = row.steps, row.steps_done
    percent = 100 * done // steps if steps else 0
    label = f"{done:,} of {count_of(steps, 'request')} compared" if steps else "Planning what to ask for"
    bar = dmc.Progress(value=percent, size="lg", animated=True, **{"aria-label": label})
    return [bar, note(f"{label}. It goes on in the background.")]


def _differences(total: int, report: Mapping[str, Any]) -> list[Any]:
    listed = report.get("differences", [])
    figures = [
        [
            _unit(row["unit_key"]),
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
            _unit(row["unit_key"]),
            row["plant_code"] or "–",
            _machine_link(row["equipment_number"]),
            _KINDS.get(row["kind"], row["kind"]),
            row["message"],
        ]
        for row in listed
    ]
    heads = ("Day", "Plant", "Source", "Quarantine", "CMMS", "Hours source", "Hours CMMS", "Differences")
    parts: list[Any] = [html.Strong(f"✕ {count_of(total, 'difference')}")]
    if figures:
        parts.append(small_table(heads, figures, "Plants and days that differ"))
    parts.append(small_table(("Day", "Plant", "Machine", "What", "Found"), cells, "Differences"))
    if total > len(listed):
        parts.append(note(f"The first {len(listed)} are listed; there are {total - len(listed):,} more."))
    parts.append(
        note(
            "To mend a difference, sync that day or the equipment again. What the source does not hold any more stays"
            " in the CMMS."
        )
    )
    return parts


def _unit(unit_key: str) -> str:
    return unit_key if stream_of(unit_key).is_daily else stream_of(unit_key).label


def _hours(text: str | None) -> str:
    """``1,016.000``."""
    whole, _, part = (text or "").partition(".")
    return f"{int(whole):,}.{part}" if whole else "–"


def _machine_link(number: str | None) -> Any:
    return link(number, f"/equipment?q={number}") if number else "–"


RECONCILED = Widget("reconciled", "Reconciled with the source", load_newest, render_newest, refresh_seconds=30, span=12)
RESULT = Widget("result", "What was found", load_result, render_result, refresh_seconds=2, span=12)
