"""The start page: how the syncs and the equipment are, at a glance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms_ui.definition.schema import Widget
from cmms_ui.pages import text
from cmms_ui.pages.shell import trail
from cmms_ui.render.widget_card import widget_card
from cmms_ui.resources.dues.widgets import DUE_QUEUE
from cmms_ui.resources.equipment.health import HEALTH
from cmms_ui.resources.equipment.tab_counts import COUNTS
from cmms_ui.resources.equipment.widgets import TREND
from cmms_ui.resources.record_errors.failures import SUMMARY
from cmms_ui.resources.syncs.calls import CALLS
from cmms_ui.resources.syncs.daily_syncs import DAILY
from cmms_ui.resources.syncs.live_widgets import CODES, LIVE, RECENT, RING
from cmms_ui.resources.syncs.metrics import PERFORMANCE, WEEKS
from cmms_ui.resources.syncs.outcomes import RATES

DASHBOARD: tuple[Widget, ...] = (
    COUNTS,
    LIVE,
    RING,
    RECENT,
    DAILY,
    DUE_QUEUE,
    TREND,
    HEALTH,
    WEEKS,
    CALLS,
    CODES,
    replace(RATES, span=6),
    replace(PERFORMANCE, span=12),
    SUMMARY,
)


def dashboard_page(actor: Actor) -> Any:
    """All widgets of the dashboard."""
    return html.Div(
        [
            trail(("/", text.PRODUCT), ("/", text.DASHBOARD)),
            dmc.Title(text.DASHBOARD, order=1, className="cmms-title", mb="sm"),
            dmc.Grid([widget_card(widget, "dashboard") for widget in DASHBOARD], gutter="sm"),
        ]
    )
