"""Widget that offers what a person may do with many machines: with the rows that are selected in the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms_ui.definition.schema import Action, Widget
from cmms_ui.render.action_marks import may
from cmms_ui.render.marks import icon
from cmms_ui.render.parts import note
from cmms_ui.resources.equipment import text


def make_launcher(find_actions: Callable[[], tuple[Action, ...]]) -> Widget:
    """A launcher of a resource's actions on rows."""

    def load(_parameters: Mapping[str, Any]) -> list[Action]:
        found = [action for action in find_actions() if action.on == "rows" and may(action.name)]
        return sorted(found, key=lambda action: action.dangerous)

    return Widget("launcher", text.BULK_OPERATIONS, load, render_launcher, span=4)


def render_launcher(actions: list[Action]) -> Any:
    """A button for each; its dialog says how many machines it concerns."""
    if not actions:
        return note(text.LAUNCHER_READ_ONLY)
    buttons = [
        dmc.Button(
            action.label,
            id={"type": "action", "resource": resource, "verb": action.verb, "place": "launcher", "key": ""},
            leftSection=icon(action.icon, 13),
            variant="light",
            size="compact-xs",
            className="cmms-button-bad" if action.dangerous else "cmms-button",
        )
        for action in actions
        for resource in (action.name.partition(".")[0],)
    ]
    return html.Div([*buttons, note(text.LAUNCHER_NOTE)], className="cmms-launcher")
