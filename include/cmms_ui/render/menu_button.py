"""The button that opens a menu or a popover. Input: text and icon. Output: the target of either.

Mantine's target for Dash puts a plain ``div`` around what it is given and tells that ``div``'s state to screen readers,
which do not expect one there. Here the wrapping element is the button itself.
"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms_ui.render.marks import icon

_BUTTON = {"component": "button", "type": "button", "className": "cmms-menu-button"}


def menu_button(label: str, name: str, target: type[Any] = dmc.PopoverTarget) -> Any:
    """``target`` is ``dmc.MenuTarget`` within a menu."""
    return target(html.Span([icon(name), html.Span(label)]), boxWrapperProps=_BUTTON)
