"""An open list: its rows, its counts, a cell that was edited."""

from __future__ import annotations

import time
from typing import Any, NotRequired, TypedDict

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, ctx, no_update, set_props

from cmms.access.actors import NotFound, Stale
from cmms.listing.read_list import read_badges, read_chips, read_page
from cmms.parse_input import parse_key, parse_whole
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import notify, on
from cmms_ui.definition.schema import Resource, Target
from cmms_ui.list_query import GridRequest, ListState, from_grid
from cmms_ui.present_rows import to_grid
from cmms_ui.render.marks import empty_state
from cmms_ui.render.widget_card import widget_card
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import run_action


class EditedRow(TypedDict):
    """The row of a cell that was edited."""

    id: int | str
    row_version: int | str


class EditedCell(TypedDict):
    """A cell that was edited; ``data`` is its row as it was shown."""

    data: EditedRow
    colId: str
    value: NotRequired[Any]
    timestamp: NotRequired[int]


class FilterId(TypedDict):
    """The id of a filter of a toolbar."""

    column: str


class BadgeId(TypedDict):
    """The id of a tab's badge."""

    resource: str
    tab: str


class ChipId(TypedDict):
    """The id of a quick filter."""

    resource: str
    chip: str


def _at(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "resource": MATCH, **more}


@on(
    "load_rows",
    Output(_at("grid"), "getRowsResponse"),
    Output(_at("list-count"), "children"),
    Output(_at("list-empty"), "children"),
    Output(_at("list-empty"), "hidden"),
    Input(_at("grid"), "getRowsRequest"),
    State(_at("list-state"), "data"),
)
def load_rows(request: GridRequest | None, state: ListState | None) -> Any:
    """One block of rows as the grid and the toolbar ask for it."""
    if request is None:
        return no_update, no_update, no_update, no_update
    resource = RESOURCES[ctx.outputs_list[0]["id"]["resource"]]
    actor = current_actor()
    state = state or {}
    try:
        query = from_grid(resource, actor, state, request)
        page = read_page(resource.listing, query)
    except Exception:
        set_props(ctx.outputs_list[0]["id"], {"getRowsResponse": _answer([], 0)})
        raise
    columns = resource.visible_columns(actor)
    rows = [to_grid(row, columns) for row in page.rows]
    is_limit = bool(resource.count_limit) and page.total == resource.count_limit
    count = text.describe_rows(page.total, is_limit=is_limit)
    if page.total:
        return _answer(rows, page.total), count, None, True
    return _answer([], 0), count, _explain_empty(resource, state, request), False


def _answer(rows: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """Each answer differs: an equal one would not reach the grid, which then waits for it and asks no more."""
    return {"rowData": rows, "rowCount": total, "answered": time.time_ns() // 1_000}


def _explain_empty(resource: Resource, state: ListState, request: GridRequest) -> Any:
    narrowed = (
        any(state.get(name) for name in ("search", "chips", "where"))
        or any((state.get("filters") or {}).values())
        or request.get("filterModel")
    )
    if narrowed:
        return empty_state(text.NO_MATCHES, name="search")
    tab = resource.tab(state.get("tab"))
    return empty_state(tab.empty, name=tab.icon)


@on(
    "show_toolbar",
    Output(_at("tab-widgets"), "children"),
    Input(_at("list-tabs"), "value"),
)
def show_tab_widgets(name: str | None) -> Any:
    """The widgets of the tab that is open."""
    resource = RESOURCES[ctx.outputs_list["id"]["resource"]]
    tab = resource.tab(name)
    return [widget_card(widget, resource.name) for widget in tab.widgets] if current_actor().can(tab.capability) else []


@on(
    "show_toolbar",
    Output({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "value", allow_duplicate=True),
    Input({"type": "list-choose", "resource": MATCH, "column": ALL, "value": ALL, "spot": ALL}, "n_clicks"),
    State({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "id"),
    State({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "value"),
    prevent_initial_call=True,
)
def choose_value(_clicks: list[int | None], filters: list[FilterId], values: list[Any]) -> Any:
    """Filter the list by what was pressed in a widget; pressed again, the filter is taken away."""
    pressed = ctx.triggered_id
    if not pressed or not ctx.triggered[0]["value"]:
        return [no_update] * len(filters)
    wanted = [pressed["value"]]
    return [
        ([] if value == wanted else wanted) if item["column"] == pressed["column"] else no_update
        for item, value in zip(filters, values, strict=True)
    ]


@on(
    "show_toolbar",
    Output({"type": "list-badge", "resource": MATCH, "tab": ALL}, "children"),
    Output({"type": "list-badge", "resource": MATCH, "tab": ALL}, "color"),
    Input(_at("list-ask"), "data"),
    Input(_at("list-changed"), "data"),
    State({"type": "list-badge", "resource": MATCH, "tab": ALL}, "id"),
)
def show_badges(_polls: int | None, _token: int, badges: list[BadgeId]) -> Any:
    """The number of rows of each tab, all from one statement."""
    if not badges:
        return [], []
    resource = RESOURCES[badges[0]["resource"]]
    counts = read_badges(resource.listing)
    alarming = {tab.name for tab in resource.tabs if tab.alarming}
    shown = [counts.get(badge["tab"], 0) for badge in badges]
    texts = [f"{count:,}" for count in shown]
    colours = [
        "red" if badge["tab"] in alarming and count else "gray" for badge, count in zip(badges, shown, strict=True)
    ]
    return texts, colours


@on(
    "edit_cell",
    Output(_at("grid"), "eventData"),
    Input(_at("grid"), "cellValueChanged"),
    prevent_initial_call=True,
)
def edit_cell(changes: list[EditedCell] | None) -> Any:
    """Save a cell; what was changed meanwhile by somebody else is shown instead."""
    if not changes:
        return no_update
    resource = RESOURCES[ctx.triggered_id["resource"]]
    change = changes[-1]
    edited_at = change.get("timestamp", 0)
    try:
        target = _target_of(change["data"])
        outcome = run_action(
            current_actor(), resource.name, resource.inline_edit, target, {change["colId"]: change.get("value")}
        )
    except Exception as error:
        set_props({"type": "list-changed", "resource": resource.name}, {"data": edited_at})
        if isinstance(error, Stale):
            notify(text.CHANGED_MEANWHILE, "error")
            return no_update
        raise
    notify(outcome.message, outcome.level)
    set_props({"type": "list-changed", "resource": resource.name}, {"data": edited_at})
    return no_update


def _target_of(row: EditedRow) -> Target:
    try:
        return Target((parse_key(row["id"]),), parse_whole(row["row_version"], 0))
    except ValueError:
        raise NotFound(text.NO_SUCH_RECORD) from None


@on(
    "show_toolbar",
    Output({"type": "list-chip", "resource": MATCH, "chip": ALL}, "children"),
    Input(_at("list-tabs"), "value"),
    Input(_at("list-changed"), "data"),
    State({"type": "list-chip", "resource": MATCH, "chip": ALL}, "id"),
)
def count_chips(tab: str, _token: Any, chips: list[ChipId]) -> Any:
    """What each quick filter would find in the open tab, all from one statement."""
    if not chips:
        return []
    resource = RESOURCES[chips[0]["resource"]]
    if not current_actor().can(resource.tab(tab).capability):
        return [no_update] * len(chips)
    counts = read_chips(resource.listing, resource.tab(tab).name)
    labels = {chip.name: chip.label for chip in resource.chips}
    return [
        text.CHIP.format(chip=labels[item["chip"]], count=counts[item["chip"]]) if item["chip"] in labels else no_update
        for item in chips
    ]


def attach_browser_part(app: dash.Dash) -> None:
    """What needs no server: collect the toolbar into the state, tell the grid, follow the selection."""
    app.clientside_callback(
        ClientsideFunction("cmms", "collect"),
        Output(_at("list-state"), "data"),
        Input(_at("list-tabs"), "value"),
        Input(_at("list-search"), "value"),
        Input({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "value"),
        Input(_at("list-chips"), "value"),
        Input(_at("list-where"), "data"),
        State({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "id"),
        State(_at("list-state"), "data"),
        State(_at("list-tabs-columns"), "data"),
        State(_at("grid"), "id"),
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "exports"),
        Output({"type": "list-export", "resource": MATCH, "format": ALL}, "href"),
        Input(_at("list-state"), "data"),
        Input(_at("grid"), "filterModel"),
        State({"type": "list-export", "resource": MATCH, "format": ALL}, "id"),
        State({"type": "list-export", "resource": MATCH, "format": ALL}, "href"),
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "refresh"),
        Output(_at("list-poll"), "max_intervals"),
        Input(_at("list-ask"), "data"),
        Input(_at("list-changed"), "data"),
        State(_at("grid"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "selection"),
        Output(_at("selection-bar"), "hidden"),
        Output(_at("selection-text"), "children"),
        Output(_at("selection-all"), "children"),
        Output(_at("selection-all"), "style"),
        Input(_at("grid"), "selectedRows"),
        Input(_at("selection-matching"), "data"),
        Input(_at("list-count"), "children"),
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "chooseMatching"),
        Output(_at("selection-matching"), "data"),
        Input(_at("selection-all"), "n_clicks"),
        Input(_at("selection-none"), "n_clicks"),
        Input(_at("grid"), "selectedRows"),
        Input(_at("list-state"), "data"),
        Input(_at("grid"), "filterModel"),
        State(_at("selection-matching"), "data"),
        State(_at("grid"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "clear"),
        Output(_at("list-search"), "value"),
        Output({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "value"),
        Output(_at("list-chips"), "value"),
        Output(_at("list-where"), "data", allow_duplicate=True),
        Input(_at("list-clear"), "n_clicks"),
        State({"type": "list-filter", "resource": MATCH, "column": ALL, "kind": ALL}, "id"),
        State(_at("grid"), "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "changed"),
        Output({"type": "list-changed", "resource": ALL}, "data"),
        Input("refresh-token", "data"),
        State({"type": "list-changed", "resource": ALL}, "id"),
        prevent_initial_call=True,
    )
