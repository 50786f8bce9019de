"""The switch of a machine moves at once in the browser; here it is stored, or put back if that is refused."""

from __future__ import annotations

import time
from typing import Any

from dash import MATCH, Input, Output, State, ctx, no_update

from cmms.views.actors import ViewError
from cmms.views.change_equipment import switch_equipment
from cmms_ui.callbacks.registry import notify, on
from cmms_ui.guard import current_actor

_ID = {"type": "machine-switch", "key": MATCH, "version": MATCH}


@on(
    "edit_cell",
    Output(_ID, "checked"),
    Output("refresh-token", "data", allow_duplicate=True),
    Input(_ID, "checked"),
    prevent_initial_call=True,
)
def switch_machine(active: bool) -> Any:
    """Store what the switch shows already; a refusal puts it back and says why."""
    return _switch(active)


@on(
    "edit_cell",
    Output({**_ID, "type": "machine-undo"}, "children"),
    Output("refresh-token", "data", allow_duplicate=True),
    Input({**_ID, "type": "machine-undo"}, "n_clicks"),
    State(_ID, "checked"),
    prevent_initial_call=True,
)
def undo_switch(clicks: int | None, active: bool) -> Any:
    """The other way round."""
    if not clicks:
        return no_update, no_update
    _, token = _switch(not active)
    return no_update, token


def _switch(active: bool) -> tuple[Any, Any]:
    identity = ctx.triggered_id
    try:
        changed = switch_equipment(current_actor(), int(identity["key"]), int(identity["version"]), active=active)
    except ViewError as error:
        notify(error.message, "error")
        return not active, no_update
    if not changed:  # the answer that puts a switch back comes here again
        return no_update, no_update
    notify("The machine is active again." if active else "The machine is inactive now.")
    return no_update, time.time_ns() // 1_000_000
