"""Widgets about validations of stored machines: the report by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from cmms.equipment.validate_equipment import read_report
from cmms.streams import STREAMS
from cmms.words import count_of
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import link, note, small_table
from cmms_ui.resources.validations.statuses import REPORT_STATES, SEVERITIES


def load_report(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A report as it stands."""
    return read_report(parameters["key"])


def render_report(report: Mapping[str, Any]) -> Any:
    """How far it has come, and each rule with its findings; a rule leads to its machines."""
    if not report:
        return empty_state("This report does not exist any more.", name="search")
    seen = f"{count_of(report['machines'], 'machine')} and {count_of(report['readings'], 'reading')} judged"
    days = f", {report['first_day']} to {report['last_day']}" if report["first_day"] else ""
    head = html.Div(
        [status_badge(report["status"], REPORT_STATES, size="sm"), html.Span(f"{seen}{days}.")],
        className="cmms-live-head",
    )
    if report["status"] == "failed":
        return html.Div([head, note(str(report["error_message"]))])
    if not report["rules"]:
        over = report["status"] == "success"
        return html.Div(
            [head, empty_state("No rule is broken.", name="check") if over else note("Nothing found so far.")]
        )
    cells = [
        [
            status_badge(row["severity"], SEVERITIES, size="sm"),
            link(row["code"], f"/validation-findings?validation_report_id={report['id']}&code={row['code']}"),
            row["rule"],
            row["message"],
            "Readings" if STREAMS[row["stream"]].is_daily else "Master data",
            f"{int(row['findings']):,}",
            f"{int(row['machines']):,}",
        ]
        for row in report["rules"]
    ]
    heads = ("Severity", "Code", "Rule", "For example", "In", "Findings", "Machines")
    return html.Div([head, small_table(heads, cells, "Findings by rule")])


REPORT = Widget("report", "Findings by rule", load_report, render_report, refresh_seconds=3, span=12)
