"""When a part of a page is read again: its clock, what the server pushes, and the pace that the person chose."""

from __future__ import annotations

import dash
from dash import MATCH, ClientsideFunction, Input, Output, State


def attach_browser_part(app: dash.Dash) -> None:
    """One decision for widgets, lists, and what stands on every page."""
    for kind, names in (("widget", ("page", "key", "name")), ("list", ("resource",)), ("status", ("place",))):
        identity = dict.fromkeys(names, MATCH)
        app.clientside_callback(
            ClientsideFunction("cmms", "ask"),
            Output({"type": f"{kind}-ask", **identity}, "data"),
            Input({"type": f"{kind}-poll", **identity}, "n_intervals"),
            Input("push", "data"),
            Input("pace", "value"),
            State({"type": f"{kind}-ask", **identity}, "data"),
        )
