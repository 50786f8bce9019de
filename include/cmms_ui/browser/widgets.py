"""Widgets fill themselves: when the page opens, when something changes, by their button, after an action."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode

from dash import ALL, MATCH, Input, Output, State, ctx, get_relative_path, no_update

from cmms.access.actors import Actor
from cmms.parse_input import parse_key
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import on
from cmms_ui.definition.schema import Widget
from cmms_ui.pages.dashboard import DASHBOARD
from cmms_ui.render.marks import empty_state
from cmms_ui.resources import RESOURCES
from cmms_ui.resources.syncs.follow_run import FOLLOW

_ID = {"page": MATCH, "key": MATCH, "name": MATCH}


def find_widget(actor: Actor, page: str, key: str, name: str) -> Widget | None:
    """The widget of a page, of a record's page if there is a key; none of a tab that the person may not open."""
    if page == "dashboard":
        widgets = DASHBOARD
    elif page == "follow":
        widgets = (FOLLOW,)
    else:
        resource = RESOURCES.get(page)
        if resource is None:
            return None
        on_tabs = tuple(widget for tab in resource.visible_tabs(actor) for widget in tab.widgets)
        widgets = resource.record_widgets if key else resource.widgets + on_tabs
    return next((widget for widget in widgets if widget.name == name), None)


class OptionId(TypedDict):
    """The id of an option of a widget."""

    option: str


@on(
    "refresh_widget",
    Output({"type": "widget", **_ID}, "children"),
    Input({"type": "widget-ask", **_ID}, "data"),
    Input({"type": "widget-refresh", **_ID}, "n_clicks"),
    Input({"type": "widget-option", **_ID, "option": ALL}, "value"),
    Input("refresh-token", "data"),
    State({"type": "widget-option", **_ID, "option": ALL}, "id"),
)
def refresh_widget(
    _asked: dict[str, Any] | None, _clicks: int | None, values: list[Any], _token: int, options: list[OptionId]
) -> Any:
    """The body of a widget, with the options that are chosen in its head."""
    identity = ctx.outputs_list["id"]
    widget = find_widget(current_actor(), identity["page"], identity["key"], identity["name"])
    if widget is None:
        return empty_state(text.WIDGET_GONE)
    wanted = {option["option"]: value for option, value in zip(options, values, strict=True)}
    key = identity["key"] or None
    if key and identity["page"] in RESOURCES:
        try:
            key = parse_key(key)
        except ValueError:
            return empty_state(text.RECORD_GONE)
    return widget.render(widget.load({"key": key, **widget.choose(wanted)}))


@on(
    "show_page",
    Output("url", "href"),
    Input({"type": "drill", "resource": ALL, "column": ALL, "spot": ALL}, "clickData"),
    prevent_initial_call=True,
)
def drill_down(points: list[dict[str, Any] | None]) -> Any:
    """From a point of a chart to the rows that it is made of."""
    pressed, point = ctx.triggered_id, ctx.triggered[0]["value"]
    if not pressed or point not in points or not point or point.get(pressed["column"]) is None:
        return no_update
    resource, column = RESOURCES[pressed["resource"]], pressed["column"]
    is_days = any(item.column == column and item.kind == "days" for item in resource.filters)
    values = [str(point[column])] * (2 if is_days else 1)
    search = urlencode([("tab", resource.tabs[-1].name), *((column, value) for value in values)])
    return get_relative_path(f"/{resource.name}?{search}")
