"""Details of a row beside the list, without leaving it."""

from __future__ import annotations

from typing import Any

import dash
import dash_mantine_components as dmc
from dash import MATCH, ClientsideFunction, Input, Output, ctx, dcc, get_relative_path, html, no_update

from cmms.access.actors import NotFound
from cmms.listing.read_list import read_row
from cmms.parse_input import parse_key
from cmms_ui.browser import text
from cmms_ui.browser.registry import on
from cmms_ui.resources import RESOURCES


def _at(kind: str) -> dict[str, Any]:
    return {"type": kind, "resource": MATCH}


@on(
    "show_details",
    Output(_at("details-drawer"), "opened"),
    Output(_at("details-drawer"), "title"),
    Output(_at("details-drawer"), "children"),
    Input(_at("grid"), "cellRendererData"),
    prevent_initial_call=True,
)
def show_details(pressed: dict[str, Any] | None) -> Any:
    """What the resource shows of a row besides its columns."""
    value = (pressed or {}).get("value")
    if not pressed or not isinstance(value, dict) or not value.get("key"):
        return no_update, no_update, no_update
    resource = RESOURCES[ctx.outputs_list[0]["id"]["resource"]]
    try:
        key = parse_key(pressed["value"]["key"])
    except ValueError:
        raise NotFound(text.NO_SUCH_RECORD) from None
    row = read_row(resource.listing, key)
    parts = [
        html.Section(
            [dmc.Title(widget.title, order=3, className="cmms-widget-title"), widget.render(widget.load({"key": key}))]
        )
        for widget in resource.details
    ]
    link = dcc.Link(
        text.OPEN_RECORD.format(record=resource.title_of(row)), href=get_relative_path(f"/{resource.name}/{key}")
    )
    return (
        True,
        text.DETAILS_TITLE.format(kind=resource.singular, record=resource.title_of(row)),
        html.Div([*parts, link], className="cmms-details-panel"),
    )


def attach_browser_part(app: dash.Dash) -> None:
    """The button of the row says whether its details are open."""
    app.clientside_callback(
        ClientsideFunction("cmms", "detailsClosed"),
        Output(_at("details-drawer"), "size"),
        Input(_at("details-drawer"), "opened"),
        prevent_initial_call=True,
    )
