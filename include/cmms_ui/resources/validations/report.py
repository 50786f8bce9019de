"""Widgets about validations of stored machines: the report by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from cmms.equipment.validate_equipment import read_report
from cmms.streams import STREAMS
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import link, note, small_table
from cmms_ui.resources.record_errors.error_codes import code_label
from cmms_ui.resources.validations import text
from cmms_ui.resources.validations.statuses import REPORT_STATES, SEVERITIES


def load_report(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A report as it stands."""
    return read_report(parameters["key"])


def render_report(report: Mapping[str, Any]) -> Any:
    """How far it has come, and each rule with its findings; a rule leads to its machines."""
    if not report:
        return empty_state(text.REPORT_DELETED, name="search")
    head = html.Div(
        [status_badge(report["status"], REPORT_STATES, size="sm"), html.Span(text.describe_report(report))],
        className="cmms-live-head",
    )
    if report["status"] == "failed":
        return html.Div([head, note(str(report["error_message"]))])
    if not report["rules"]:
        over = report["status"] == "success"
        return html.Div(
            [head, empty_state(text.REPORT_CLEAN, name="check") if over else note(text.REPORT_CLEAN_SO_FAR)]
        )
    cells = [
        [
            status_badge(row["severity"], SEVERITIES, size="sm"),
            link(
                code_label(row["code"]), f"/validation-findings?validation_report_id={report['id']}&code={row['code']}"
            ),
            row["rule"],
            row["message"],
            text.STREAM_LABELS.get(row["stream"]) or STREAMS[row["stream"]].label,
            f"{int(row['findings']):,}",
            f"{int(row['machines']):,}",
        ]
        for row in report["rules"]
    ]
    return html.Div([head, small_table(text.REPORT_HEADS, cells, text.WIDGET_REPORT)])


REPORT = Widget("report", text.WIDGET_REPORT, load_report, render_report, refresh_seconds=3, span=12)
