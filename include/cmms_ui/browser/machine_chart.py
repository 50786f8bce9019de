"""The brush of a machine's chart, and the legend of several machines': all of it happens in the browser."""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output, State


def attach_browser_part(app: dash.Dash) -> None:
    """Draw what the brush covers; Reset makes it cover everything. Draw the lines that the legend has on."""
    app.clientside_callback(
        ClientsideFunction("cmms", "showSeries"),
        Output("overlay-chart", "series"),
        Input("overlay-shown", "value"),
        State("overlay-series", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "zoom"),
        Output("machine-chart", "data"),
        Output("machine-shown", "children"),
        Input("machine-zoom", "value"),
        State("machine-points", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "resetZoom"),
        Output("machine-zoom", "value"),
        Input("machine-zoom-reset", "n_clicks"),
        State("machine-points", "data"),
        prevent_initial_call=True,
    )
