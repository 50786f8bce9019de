"""The switch of a machine moves at once in the browser; here it is stored, or put back if that is refused."""

from __future__ import annotations

import time
from typing import Any

from dash import MATCH, Input, Output, State, ctx, no_update, set_props

from cmms.access.actors import NotFound, ViewError
from cmms.equipment.change_equipment import switch_equipment
from cmms.parse_input import parse_key, parse_whole
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import notify, on

_ID = {"type": "machine-switch", "key": MATCH, "version": MATCH}


@on(
    "edit_cell",
    Output(_ID, "checked"),
    Input(_ID, "checked"),
    prevent_initial_call=True,
)
def switch_machine(active: bool | None) -> Any:
    """Store what the switch shows already; a refusal puts it back and says why."""
    return no_update if active is None else _switch(active)


@on(
    "edit_cell",
    Output({**_ID, "type": "machine-undo"}, "children"),
    Input({**_ID, "type": "machine-undo"}, "n_clicks"),
    State(_ID, "checked"),
    prevent_initial_call=True,
)
def undo_switch(clicks: int | None, active: bool | None) -> Any:
    """The other way round."""
    if clicks and active is not None:
        _switch(not active)
    return no_update


def _switch(active: bool) -> Any:
    """What the switch should show: nothing new, or where it was when that is refused.

    The page is told by ``set_props``: an output for one machine and an output for all cannot stand in one callback.
    """
    identity = ctx.triggered_id
    try:
        changed = switch_equipment(
            current_actor(), parse_key(identity["key"]), parse_whole(identity["version"], 0), active=active
        )
    except ValueError:
        raise NotFound(text.NO_SUCH_MACHINE) from None
    except ViewError as error:
        notify(error.message, "error")
        return not active
    if changed:  # the answer that puts a switch back comes here again and changes nothing
        notify(text.MACHINE_ACTIVE if active else text.MACHINE_INACTIVE)
        set_props("refresh-token", {"data": time.time_ns() // 1_000_000})
    return no_update
