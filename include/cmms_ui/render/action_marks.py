"""Buttons of widgets that open the dialog of an action: of one row, or with a form that is filled in already.

Input: the name of the action in the policy. Output: a button, None for who may not run the action.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms_ui.asgi.guard import current_actor
from cmms_ui.asgi.policy import ACTIONS
from cmms_ui.render.marks import aria, icon


def may(action_name: str) -> bool:
    """Whether the policy lets the person who asks run it."""
    return current_actor().can(ACTIONS[action_name])


def row_button(
    action_name: str, label: str, picture: str, key: int, *, dangerous: bool = False, place: str = "record"
) -> Any:
    """Opens the dialog for one row of the resource; in the ``banner`` it may stand beside the same button of a page."""
    if not may(action_name):
        return None
    return dmc.Button(
        label,
        id=_identity(action_name, place, str(key)),
        leftSection=icon(picture, 13),
        variant="light",
        size="compact-xs",
        className="cmms-button-bad" if dangerous else "cmms-button",
        **aria(label=f"{label}: {key}"),
    )


def prefilled_button(action_name: str, content: Any, values: Mapping[str, Any], **more: Any) -> Any:
    """Opens the dialog with these values in its form; ``content`` is what stands on the plain button."""
    if not may(action_name):
        return None
    return html.Button(content, id=_identity(action_name, "prefilled", json.dumps(dict(values))), type="button", **more)


def _identity(action_name: str, place: str, key: str) -> dict[str, str]:
    resource, _, verb = action_name.partition(".")
    return {"type": "action", "resource": resource, "verb": verb, "place": place, "key": key}
