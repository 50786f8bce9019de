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
from cmms_ui.resources.record_errors.resource import RECORD_ERRORS
from cmms_ui.resources.running_times.statuses import QUALITIES

READINGS, ERRORS = 7, 5


def _load_readings(chosen: Mapping[str, Any]) -> Any:
    return read_running_times(int(chosen["key"]), READINGS)


def _show_readings(rows: Any) -> Any:
    if not rows:
        return html.P("No reading yet.", className="cmms-dim")
    cells = [
        (
            str(row["date"]),
            hours_text(Decimal(row["running_hours"])),
            hours_text(Decimal(row["cumulative_hours"])),
            status_badge(row["quality"], QUALITIES, size="sm"),
        )
        for row in reversed(rows)
    ]
    return small_table(("Day", "Hours", "Counter", "Quality"), cells, "Last readings")


def _load_errors(chosen: Mapping[str, Any]) -> Any:
    number = read_number(int(chosen["key"]))
    open_ones = ListQuery("open", conditions=(Condition("equipment_number", "equals", (number,)),), limit=ERRORS)
    return read_page(RECORD_ERRORS.listing, open_ones)


def _show_errors(page: Any) -> Any:
    if not page.rows:
        return html.P("No rejected record is open.", className="cmms-dim")
    cells = [
        (
            dcc.Link(
                str(row["code"]), href=get_relative_path(f"/record-errors/{row['id']}"), className="cmms-cell-link"
            ),
            str(row["reading_date"] or "–"),
            str(row["message"]),
        )
        for row in page.rows
    ]
    more = (
        html.P(f"and {page.total - len(page.rows)} more", className="cmms-dim") if page.total > len(page.rows) else None
    )
    return html.Div([small_table(("Code", "Day", "Reason"), cells, "Open errors"), more])


EQUIPMENT_DETAILS = (
    Widget("last_readings", "Last readings", _load_readings, _show_readings),
    Widget("open_errors", "Open errors", _load_errors, _show_errors),
)
