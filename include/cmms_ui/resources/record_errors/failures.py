"""Widgets about what failed: by category and day, what trying again has brought, who has resolved what. Thirty days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import html

from cmms.figures import failures, rejects
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import GROUPED, KEYBOARD, link, moment, note, percent_text, small_table
from cmms_ui.render.text import action_label
from cmms_ui.resources.record_errors import text
from cmms_ui.resources.record_errors.error_codes import ERROR_CODES, category_label, code_label
from cmms_ui.resources.syncs.periods import PERIOD, last_days

DAYS = 30
ORPHAN_LIMIT = 50
_COLOURS = {
    "validation": "var(--cmms-warn-mark)",
    "business": "var(--cmms-other-mark)",
    "orphan": "var(--cmms-third-mark)",
    "api": "var(--cmms-info-mark)",
    "database": "var(--cmms-bad-mark)",
}
_COUNTED = Field(
    "counted",
    text.FIELD_COUNTED,
    "choice",
    choices=(Choice("records", text.CHOICE_RECORDS), Choice("runs", text.CHOICE_RUNS)),
    default="records",
)


def _since() -> date:
    return last_days(DAYS)[0]


def load_categories(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Errors by day and category: of records, or of whole runs."""
    read = failures.failed_runs_by_day if parameters["counted"] == "runs" else failures.rejects_by_day
    return {"counted": parameters["counted"], "rows": read(_since())}


def render_categories(data: Mapping[str, Any]) -> Any:
    """A bar for each day, stacked by category; the totals in words."""
    rows: Sequence[failures.DayErrors] = data["rows"]
    is_of_runs = data["counted"] == "runs"
    if not rows:
        nothing = text.CATEGORIES_EMPTY_RUNS if is_of_runs else text.CATEGORIES_EMPTY_RECORDS
        return empty_state(nothing.format(days=DAYS), name="check")
    totals: Counter[str] = Counter()
    by_day: dict[date, Counter[str]] = {}
    for row in rows:
        totals[row.category] += row.errors
        by_day.setdefault(row.day, Counter())[row.category] += row.errors
    order = [name for name, _ in totals.most_common()]
    counts = [(category_label(name), totals[name]) for name in order]
    return html.Div(
        [
            dmc.BarChart(
                barChartProps=KEYBOARD,
                h=190,
                data=[
                    {"day": f"{day:%m-%d}", **{name: by_day.get(day, Counter())[name] for name in order}}
                    for day in last_days(DAYS)
                ],
                dataKey="day",
                type="stacked",
                series=[
                    {"name": name, "label": category_label(name), "color": _COLOURS.get(name, "var(--cmms-idle-mark)")}
                    for name in order
                ],
                withLegend=True,
                maxBarWidth=26,
                yAxisLabel=text.AXIS_RUNS if is_of_runs else text.AXIS_RECORDS,
                yAxisProps={"allowDecimals": False, "width": 60},
                valueFormatter=GROUPED,
            ),
            note(text.describe_categories(counts, DAYS, is_of_runs=is_of_runs)),
        ]
    )


def load_retries(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What trying again has brought."""
    return {"runs": failures.retried_runs(_since()), "records": rejects.replayed_codes(_since())}


def render_retries(data: Mapping[str, Any]) -> Any:
    """Runs by error class, records by code: how many were tried again, and with what success."""
    parts: list[Any] = []
    runs: Sequence[failures.RetriedRuns] = data["runs"]
    records: Sequence[rejects.ReplayedCode] = data["records"]
    if runs:
        lines = [
            [
                html.Span(code_label(run.error_class), title=run.error_class),
                f"{run.runs:,}",
                f"{run.retried:,}",
                f"{run.good:,}",
                f"{run.under_way:,}",
                _rate(run.good, run.retried),
            ]
            for run in runs
        ]
        parts.append(small_table(text.RETRIED_RUNS_HEADS, lines, text.RETRIED_RUNS_CAPTION))
    else:
        parts.append(note(text.CATEGORIES_EMPTY_RUNS.format(days=DAYS)))
    if records:
        lines = [
            [
                link(code_label(row.code), f"/record-errors?tab=all&q={row.code}"),
                f"{row.tried:,}",
                f"{row.then_stored:,}",
                f"{row.most_attempts:,}",
                _rate(row.then_stored, row.tried),
            ]
            for row in records
        ]
        parts.append(small_table(text.REPLAYED_HEADS, lines, text.REPLAYED_CAPTION))
    else:
        parts.append(note(text.REPLAYED_EMPTY.format(days=DAYS)))
    return html.Div(parts, className="cmms-stack")


def _rate(good: int, tried: int) -> str:
    return percent_text(100 * good / tried) if tried else text.NOT_RETRIED


def load_summary(_parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the rejected records, and who did what last."""
    return {
        "codes": rejects.code_summaries(_since()),
        "handled": rejects.last_handled(_since()),
        "settled": rejects.last_resolved(_since()),
    }


def render_summary(data: Mapping[str, Any]) -> Any:
    """By code: open, in progress, resolved, discarded; by whom and when."""
    codes: Sequence[rejects.CodeSummary] = data["codes"]
    if not codes:
        return empty_state(text.CATEGORIES_EMPTY_RECORDS.format(days=DAYS), name="check")
    lines = []
    for row in codes:
        code = row.code
        handled, settled = data["handled"].get(code), data["settled"].get(code)
        lines.append(
            [
                link(code_label(code), f"/record-errors?tab=all&q={code}"),
                _count(row.open_records, "! ", "bad"),
                _count(row.in_work, "◔ ", "warn"),
                _count(row.resolved, "✓ ", "good"),
                _count(row.discarded, "⊘ ", "idle"),
                html.Span([f"{settled.resolved_by or text.BY_A_SYNC}, ", moment(settled.resolved_at)])
                if settled
                else "–",
                html.Span([f"{handled.actor}: {action_label(handled.action)}, ", moment(handled.at)])
                if handled
                else "–",
            ]
        )
    return html.Div(small_table(text.SUMMARY_HEADS, lines, text.SUMMARY_CAPTION), className="cmms-short")


def _count(value: int, sign: str, tone: str) -> Any:
    return html.Span(f"{sign}{value:,}", className=f"cmms-text-{tone}") if value else "0"


def load_top_codes(parameters: Mapping[str, Any]) -> tuple[rejects.TopCode, ...]:
    """The most frequent codes of the period."""
    return rejects.top_codes(last_days(int(parameters["days"]))[0], 12)


def render_top_codes(rows: Sequence[rejects.TopCode]) -> Any:
    """Codes with what they have in common: one machine, one day, or all over."""
    if not rows:
        return empty_state(text.TOP_CODES_EMPTY, name="check")
    cells = [
        [
            link(code_label(row.code), f"/record-errors?tab=all&q={row.code}"),
            category_label(row.category),
            f"{row.records:,}",
            f"{row.open_records or 0:,}",
            f"{row.machines:,}",
            f"{row.units:,}",
            moment(row.last_seen_at),
        ]
        for row in rows
    ]
    return small_table(text.TOP_CODES_HEADS, cells, text.TOP_CODES_CAPTION)


def load_orphans(_parameters: Mapping[str, Any]) -> tuple[rejects.Orphan, ...]:
    """Machines that readings name and nobody knows."""
    return rejects.orphans(ORPHAN_LIMIT)


def render_orphans(rows: Sequence[rejects.Orphan]) -> Any:
    """By number: how many readings wait for it, since when, until when it was named."""
    if not rows:
        return empty_state(text.TAB_ORPHANS_EMPTY, name="check")
    cells = [
        [
            link(row.equipment_number, f"/record-errors?tab=orphans&q={quote(str(row.equipment_number))}"),
            f"{row.records:,}",
            f"{row.attempts:,}",
            text.DAYS_FROM_TO.format(first=row.first_day, last=row.last_day),
            moment(row.first_seen_at),
            moment(row.last_seen_at),
        ]
        for row in rows
    ]
    hidden = rows[0].machines - len(rows)
    table = small_table(text.ORPHANS_HEADS, cells, text.ORPHANS_CAPTION)
    return html.Div([table, note(text.more_machines(hidden)) if hidden else None])


def load_history(parameters: Mapping[str, Any]) -> tuple[rejects.RejectAct, ...]:
    """What people did with a record."""
    return rejects.acts_on_reject(parameters["key"])


def render_history(rows: Sequence[rejects.RejectAct]) -> Any:
    """Who did what, when."""
    if not rows:
        return note(text.HISTORY_EMPTY)
    cells = [
        [moment(row.at), row.actor, action_label(row.action), html.Code((row.after_json or "")[:200])] for row in rows
    ]
    return small_table(text.HISTORY_HEADS, cells, text.HISTORY_CAPTION)


def load_meaning(parameters: Mapping[str, Any]) -> rejects.RejectReason | None:
    """Why the record is rejected."""
    return rejects.reject_reason(parameters["key"])


def render_meaning(row: rejects.RejectReason | None) -> Any:
    """In words: what its code means, what the rule said, and what helps while it is open."""
    known = ERROR_CODES.get(row.code) if row else None
    if row is None or known is None:
        return note(text.MEANING_EMPTY)
    is_open = row.status in ("open", "acknowledged", "retrying")
    parts = [html.Strong(known.meaning), note(text.MEANING_MESSAGE.format(message=row.message))]
    return html.Div(
        [*parts, html.P(text.MEANING_REMEDY.format(remedy=known.remedy))] if is_open else parts, className="cmms-stack"
    )


CATEGORIES = Widget(
    "categories",
    text.WIDGET_CATEGORIES,
    load_categories,
    render_categories,
    refresh_seconds=60,
    span=6,
    options=(_COUNTED,),
)
RETRIES = Widget("retries", text.WIDGET_RETRIES, load_retries, render_retries, refresh_seconds=60, span=6)
SUMMARY = Widget(
    "error_summary",
    text.WIDGET_ERROR_SUMMARY,
    load_summary,
    render_summary,
    refresh_seconds=30,
    span=12,
)
ORPHANS = Widget("orphans", text.WIDGET_ORPHANS, load_orphans, render_orphans, refresh_seconds=30, span=12)
MEANING = Widget("meaning", text.WIDGET_MEANING, load_meaning, render_meaning, 30, span=12, topics=("errors", "edits"))
HISTORY = Widget("acts", text.WIDGET_HISTORY, load_history, render_history, refresh_seconds=30, span=12)
TOP_CODES = Widget(
    "top_codes", text.WIDGET_TOP_CODES, load_top_codes, render_top_codes, refresh_seconds=60, span=12, options=(PERIOD,)
)

RECORD_WIDGETS: tuple[Widget, ...] = (MEANING, HISTORY)
"""The page of a rejected record, in this order."""
