"""Widgets fill themselves: when the page opens, by their interval, by their button, after an action."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx

from cmms.views.actors import Actor
from cmms_ui.callbacks.registry import on
from cmms_ui.components.marks import empty_state
from cmms_ui.guard import current_actor
from cmms_ui.pages.dashboard import DASHBOARD
from cmms_ui.resources import RESOURCES
from cmms_ui.schema import Widget

_ID = {"page": MATCH, "key": MATCH, "name": MATCH}


def find_widget(actor: Actor, page: str, key: str, name: str) -> Widget | None:
    """The widget of a page, of a record's page if there is a key; none of a tab that the person may not open."""
    if page == "dashboard":
        widgets = DASHBOARD
    else:
        resource = RESOURCES[page]
        on_tabs = tuple(widget for tab in resource.visible_tabs(actor) for widget in tab.widgets)
        widgets = resource.record_widgets if key else resource.widgets + on_tabs
    return next((widget for widget in widgets if widget.name == name), None)


@on(
    "refresh_widget",
    Output({"type": "widget", **_ID}, "children"),
    Input({"type": "widget-poll", **_ID}, "n_intervals"),
    Input({"type": "widget-refresh", **_ID}, "n_clicks"),
    Input({"type": "widget-control", **_ID, "control": ALL}, "value"),
    Input("refresh-token", "data"),
    State({"type": "widget-control", **_ID, "control": ALL}, "id"),
)
def refresh_widget(
    _polls: int | None, _clicks: int | None, chosen: list[str], _token: int, controls: list[dict[str, str]]
) -> Any:
    """The body of a widget."""
    identity = ctx.outputs_list["id"]
    widget = find_widget(current_actor(), identity["page"], identity["key"], identity["name"])
    if widget is None:
        return empty_state("This widget does not exist any more.")
    wanted = {control["control"]: value for control, value in zip(controls, chosen, strict=True)}
    key = int(identity["key"]) if identity["key"] else None
    return widget.render(widget.load({"key": key, **widget.choose(wanted)}))
