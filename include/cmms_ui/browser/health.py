"""Health of machines: thousands of small links, drawn by the browser from one list."""

from __future__ import annotations

import dash
from dash import ClientsideFunction, Input, Output


def attach_browser_part(app: dash.Dash) -> None:
    """Draw the machines when their figures arrive."""
    app.clientside_callback(
        ClientsideFunction("cmms", "drawHealth"),
        Output("health-cells", "title"),
        Input("health-data", "data"),
    )
