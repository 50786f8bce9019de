"""Arranging a list: columns remembered, views kept, opened and deleted."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, no_update

from cmms.access.actors import Invalid, NotFound
from cmms.listing.saved_views import delete_view, find_views, remember_columns, save_view
from cmms.parse_input import parse_key
from cmms_ui.arrange_list import describe_columns
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import go_to, notify, on
from cmms_ui.list_query import ListState
from cmms_ui.resources import RESOURCES


def _key_of(pressed: Any) -> int:
    try:
        return parse_key(pressed["key"])
    except (ValueError, TypeError):
        raise NotFound(text.NO_SUCH_VIEW) from None


class Remembered(TypedDict):
    """How the person has arranged the columns; ``off``: they have only just been read."""

    columns: NotRequired[list[dict[str, Any]]]
    off: NotRequired[Any]


def _at(kind: str) -> dict[str, Any]:
    return {"type": kind, "resource": MATCH}


@on(
    "remember_columns",
    Output(_at("list-columns-usual"), "title"),
    Input(_at("list-remembered"), "data"),
    prevent_initial_call=True,
)
def remember(data: Remembered | None) -> Any:
    """Keep how the person has arranged the columns; the next time the list opens so."""
    if data and data.get("columns") and not data.get("off"):
        resource = RESOURCES[ctx.triggered_id["resource"]]
        columns = [{**item, "sort": None, "sort_rank": None} for item in describe_columns(data["columns"])]
        remember_columns(current_actor(), resource.name, columns)
    return no_update


@on(
    "remember_columns",
    Output(_at("grid"), "columnState"),
    Input(_at("list-columns-usual"), "n_clicks"),
    State(_at("list-state"), "data"),
    prevent_initial_call=True,
)
def arrange_as_usual(clicks: int | None, state: ListState | None) -> Any:
    """The columns as the resource defines them."""
    if not clicks:
        return no_update
    resource = RESOURCES[ctx.triggered_id["resource"]]
    tab = resource.tab((state or {}).get("tab"))
    return [
        {"colId": c.name, "width": c.width, "hide": c.hidden and c.name not in tab.columns, "sort": None}
        for c in resource.visible_columns(current_actor())
    ]


@on(
    "save_view",
    Output(_at("view-name"), "error"),
    Input(_at("view-save"), "n_clicks"),
    State(_at("view-name"), "value"),
    State(_at("view-default"), "checked"),
    State(_at("view-shared"), "checked"),
    State(_at("list-state"), "data"),
    State(_at("grid"), "columnState"),
    State(_at("grid"), "filterModel"),
    prevent_initial_call=True,
)
def keep(
    clicks: int | None,
    name: str | None,
    is_default: bool | None,
    is_shared: bool | None,
    state: ListState | None,
    columns: list[dict[str, Any]] | None,
    header_filters: dict[str, dict[str, Any]] | None,
) -> Any:
    """Keep the list as it is, and open it under its name."""
    if not clicks:
        return no_update
    actor, resource = current_actor(), RESOURCES[ctx.triggered_id["resource"]]
    state = state or {}
    body = {
        "tab": state.get("tab"),
        "search": state.get("search"),
        "filters": state.get("filters") or {},
        "chips": state.get("chips") or [],
        "where": state.get("where"),
        "header_filters": header_filters or {},
        "columns": describe_columns(columns or []),
    }
    name = (name or "").strip()
    try:
        save_view(actor, resource.name, name, body, is_shared=bool(is_shared), is_default=bool(is_default))
    except Invalid as error:
        return f"{error.message[:1].upper()}{error.message[1:]}."
    view = next((view for view in find_views(actor, resource.name) if view.is_own and view.name == name), None)
    notify(text.VIEW_SAVED.format(view=name))
    if view is not None:  # it may have been deleted in another window
        go_to(f"/{resource.name}?view={view.id}")
    return None


@on(
    "save_view",
    Output({"type": "view-save", "resource": MATCH}, "title"),
    Input({"type": "view-delete", "resource": MATCH, "key": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def forget(clicks: list[int | None]) -> Any:
    """Delete a view of one's own; the list opens without one."""
    if not any(clicks):
        return no_update
    resource = RESOURCES[ctx.triggered_id["resource"]]
    delete_view(current_actor(), resource.name, _key_of(ctx.triggered_id))
    notify(text.VIEW_DELETED)
    go_to(f"/{resource.name}?tab={resource.tabs[0].name}")
    return no_update


def attach_browser_part(app: dash.Dash) -> None:
    """What needs no server: show and hide columns, wait until somebody has finished arranging them."""
    app.clientside_callback(
        ClientsideFunction("cmms", "arranged"),
        Output(_at("list-columns"), "value"),
        Input(_at("grid"), "columnState"),
        State(_at("list-remembered"), "data"),
        State(_at("list-remembered"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "showColumns"),
        Output(_at("list-columns"), "description"),
        Input(_at("list-columns"), "value"),
        State(_at("grid"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "switchTab"),
        Output(_at("list-search"), "value", allow_duplicate=True),
        Output({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "value", allow_duplicate=True),
        Input(_at("list-tabs"), "value"),
        State({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "id"),
        State(_at("list-state"), "data"),
        State(_at("grid"), "id"),
        prevent_initial_call=True,
    )
