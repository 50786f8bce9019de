"""The catalogue: every part of which pages are made, with a made-up value, and every widget with what is stored now.

Somebody who builds a page looks here for what exists; a test checks the accessibility of all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms_ui.definition.schema import Widget
from cmms_ui.definition.status import Status
from cmms_ui.pages import text
from cmms_ui.pages.dashboard import DASHBOARD
from cmms_ui.pages.shell import MENU, trail
from cmms_ui.render import parts
from cmms_ui.render.marks import empty_state, icon, status_badge
from cmms_ui.render.widget_card import widget_card
from cmms_ui.resources import RESOURCES

_MOMENT = datetime(2026, 1, 31, 5, 30, tzinfo=UTC).replace(tzinfo=None)


def make_parts() -> dict[str, Any]:
    """A part by its name in ``render/marks.py`` or ``render/parts.py``."""
    return {
        "status_badge": html.Div(
            [status_badge(name, {name: status}, size="sm") for name, status in _find_statuses()],
            className="cmms-live-facts",
        ),
        "icon": html.Div([icon(name, 20) for _, _, name in MENU], className="cmms-live-facts"),
        "empty_state": empty_state("What stands where nothing is."),
        "link": parts.link("A link within the view", "/equipment"),
        "airflow_link": parts.airflow_link("A page of Airflow", "/dags"),
        "figure": parts.figure("! Leads to what it counts", 1_234, "/equipment?tab=all", "bad"),
        "stat": parts.stat("✓ Leads nowhere", "98.5 %", "good"),
        "small_table": parts.small_table(("Machine", "Hours"), (("E1", "12.5"), ("E2", "0.0")), "A small table"),
        "moment": parts.moment(_MOMENT),
        "note": parts.note("A dim line."),
        "choose": parts.choose("Filters the list of its page", "equipment", "group_name", "Pumps"),
        "share_bars": parts.share_bars((("Pumps", 30), ("Compressors", 12))),
        "trend_mark": html.Div(
            [
                parts.trend_mark(98.2, 94.8, "the week before", unit=" points"),
                parts.trend_mark(90.0, 94.8, "the week before", unit=" points"),
                parts.trend_mark(90.0, 90.0, "the week before"),
                parts.trend_mark(90.0, None, "the week before"),
            ],
            className="cmms-live-facts",
        ),
    }


def _find_statuses() -> list[tuple[str, Status]]:
    """The statuses of all lists; what two of them show alike is shown once."""
    columns = (column for resource in RESOURCES.values() for column in resource.columns)
    return list(dict.fromkeys(shown for column in columns for shown in column.statuses.items()))


def find_widgets(actor: Actor) -> Iterator[tuple[str, Widget]]:
    """Each widget once, with the first page on which the person finds it; those of records need a record."""
    seen: set[str] = set()
    pages = [("dashboard", DASHBOARD)]
    for name, resource in RESOURCES.items():
        on_tabs = tuple(widget for tab in resource.visible_tabs(actor) for widget in tab.widgets)
        pages.append((name, resource.widgets + on_tabs))
    for page, widgets in pages:
        for widget in widgets:
            if widget.title not in seen:
                seen.add(widget.title)
                yield page, widget


def _still(widget: Widget) -> Widget:
    """It fills itself once: dozens that follow changes on one page would keep the browser busy with nothing else."""
    return replace(widget, topics=(), refresh_seconds=0)


def catalogue_page(actor: Actor) -> Any:
    """Parts, then widgets."""
    samples = [
        dmc.GridCol(
            dmc.Card(
                [dmc.Title(name, order=3, className="cmms-widget-title", mb=6), sample],
                withBorder=True,
                padding="sm",
                className="cmms-widget",
            ),
            span={"base": 12, "sm": 6, "lg": 4},
        )
        for name, sample in make_parts().items()
    ]
    return html.Div(
        [
            trail(("/", text.PRODUCT), ("/catalogue", text.CATALOGUE)),
            dmc.Title(text.CATALOGUE, order=1, className="cmms-title"),
            dmc.Title(text.CATALOGUE_PARTS, order=2, className="cmms-section-title", mt="sm"),
            dmc.Grid(samples, gutter="sm"),
            dmc.Title(text.CATALOGUE_WIDGETS, order=2, className="cmms-section-title", mt="md"),
            dmc.Grid([widget_card(_still(widget), page) for page, widget in find_widgets(actor)], gutter="sm"),
        ]
    )
