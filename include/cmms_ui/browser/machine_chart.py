"""The brush of a machine's chart, and the legend of several machines': all of it happens in the browser."""

from __future__ import annotations

import dash
from dash import Input, Output, State


def attach_browser_part(app: dash.Dash) -> None:
    """Draw what the brush covers; Reset makes it cover everything. Draw the lines that the legend has on."""
    app.clientside_callback(
        "function() { return window.dash_clientside.cmms.showSeries.apply(null, arguments); }",
        Output("overlay-chart", "series"),
        Input("overlay-shown", "value"),
        State("overlay-series", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        "function() { return window.dash_clientside.cmms.zoom.apply(null, arguments); }",
        Output("machine-chart", "data"),
        Output("machine-shown", "children"),
        Input("machine-zoom", "value"),
        State("machine-points", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        "function() { return window.dash_clientside.cmms.resetZoom.apply(null, arguments); }",
        Output("machine-zoom", "value"),
        Input("machine-zoom-reset", "n_clicks"),
        State("machine-points", "data"),
        prevent_initial_call=True,
    )
