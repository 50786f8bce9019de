"""The start page: how the syncs and the equipment are, at a glance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms_ui.components.widget_card import widget_card
from cmms_ui.definition.schema import Widget
from cmms_ui.pages.shell import trail
from cmms_ui.widgets.call_widgets import CALLS
from cmms_ui.widgets.daily_widgets import DAILY
from cmms_ui.widgets.due_widgets import DUE_QUEUE
from cmms_ui.widgets.equipment_counts import COUNTS
from cmms_ui.widgets.equipment_widgets import TREND
from cmms_ui.widgets.failure_widgets import SUMMARY
from cmms_ui.widgets.health_widgets import HEALTH
from cmms_ui.widgets.metric_widgets import PERFORMANCE, WEEKS
from cmms_ui.widgets.outcome_widgets import RATES
from cmms_ui.widgets.sync_widgets import CODES, LIVE, RECENT, RING

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
            trail(("/", "CMMS"), ("/", "Dashboard")),
            dmc.Title("Dashboard", order=1, className="cmms-title", mb="sm"),
            dmc.Grid([widget_card(widget, "dashboard") for widget in DASHBOARD], gutter="sm"),
        ]
    )
