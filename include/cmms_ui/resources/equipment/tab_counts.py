"""How many machines each tab of the list of equipment holds, on the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from cmms.listing.read_list import read_badges
from cmms_ui.definition.schema import Widget
from cmms_ui.render.parts import figure
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.resource import EQUIPMENT


def load_counts(_parameters: Mapping[str, Any]) -> dict[str, int]:
    """The number of machines of every tab."""
    return read_badges(EQUIPMENT.listing)


def render_counts(counts: Mapping[str, int]) -> Any:
    """Figures that lead to their lists."""
    shown = (
        ("all", text.MACHINES, ""),
        ("active", text.COUNT_ACTIVE, "good"),
        ("inactive", text.COUNT_INACTIVE, "idle"),
        ("needs_maintenance", text.COUNT_NEED_MAINTENANCE, "bad"),
        ("recent", text.COUNT_RECENT, "info"),
        ("sync_errors", text.COUNT_SYNC_ERRORS, "bad"),
    )
    return html.Div(
        [
            figure(label, counts[tab], f"/equipment?tab={tab}", tone if counts[tab] or tone != "bad" else "good")
            for tab, label, tone in shown
        ],
        className="cmms-figures",
    )


COUNTS = Widget(
    "counts", text.EQUIPMENT, load_counts, render_counts, refresh_seconds=300, span=12, topics=("records", "edits")
)
