"""What opens beside the list of machines: the last readings of one, and its rejected records that are open."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dash import dcc, get_relative_path, html

from cmms.equipment.read_equipment import read_number, read_running_times
from cmms.listing.definition import ListQuery
from cmms.listing.read_list import read_page
from cmms.listing.search_tree import Condition
from cmms_ui.definition.schema import Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import status_badge
from cmms_ui.render.parts import small_table
from cmms_ui.resources.doubtful_readings.statuses import TRUST_STATES
from cmms_ui.resources.equipment import text
from cmms_ui.resources.record_errors.error_codes import code_label
from cmms_ui.resources.record_errors.resource import RECORD_ERRORS
from cmms_ui.resources.running_times.statuses import QUALITIES

READINGS, ERRORS = 7, 5


def _load_readings(chosen: Mapping[str, Any]) -> Any:
    return read_running_times(int(chosen["key"]), READINGS)


def _show_readings(rows: Any) -> Any:
    if not rows:
        return html.P(text.NO_READING, className="cmms-dim")
    cells = [
        (
            str(row["date"]),
            hours_text(Decimal(row["running_hours"])),
            hours_text(Decimal(row["cumulative_hours"])),
            _quality_badge(row),
        )
        for row in reversed(rows)
    ]
    return small_table((text.DAY, text.HOURS, text.COUNTER, text.QUALITY), cells, text.LAST_READINGS)


def _quality_badge(row: Mapping[str, Any]) -> Any:
    """Doubtful and void readings say so; the others show their quality."""
    if row["trust"] != "trusted":
        return status_badge(row["trust"], TRUST_STATES, size="sm")
    return status_badge(row["quality"], QUALITIES, size="sm")


def _load_errors(chosen: Mapping[str, Any]) -> Any:
    number = read_number(int(chosen["key"]))
    open_ones = ListQuery("open", conditions=(Condition("equipment_number", "equals", (number,)),), limit=ERRORS)
    return read_page(RECORD_ERRORS.listing, open_ones)


def _show_errors(page: Any) -> Any:
    if not page.rows:
        return html.P(text.NO_OPEN_ERRORS, className="cmms-dim")
    cells = [
        (
            dcc.Link(
                code_label(row["code"]),
                href=get_relative_path(f"/record-errors/{row['id']}"),
                className="cmms-cell-link",
            ),
            str(row["reading_date"] or "–"),
            str(row["message"]),
        )
        for row in page.rows
    ]
    more = (
        html.P(text.AND_MORE.format(count=page.total - len(page.rows)), className="cmms-dim")
        if page.total > len(page.rows)
        else None
    )
    return html.Div([small_table((text.CODE, text.DAY, text.REASON), cells, text.OPEN_ERRORS), more])


EQUIPMENT_DETAILS = (
    Widget("last_readings", text.LAST_READINGS, _load_readings, _show_readings),
    Widget("open_errors", text.OPEN_ERRORS, _load_errors, _show_errors),
)
