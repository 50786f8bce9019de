"""Give every button of a drawn part an id of its own. Input: what a callback returns, and where it is shown.

Two widgets of a page may offer the same action with the same form, or a widget the same row twice. Dash knows
components by their id alone: of two equal ones neither works. So ids say where they stand, and which of equal ones
they are. Whoever is pressed is still known by the rest of the id.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from dash.development.base_component import Component

SPOTTED = frozenset({"action", "list-choose", "drill"})
"""Kinds of components that any part of a page may hold, as often as it likes."""


def mark_spots(drawn: Any, spot: str) -> Any:
    """The same tree; ids of the kinds :data:`SPOTTED` have a ``spot`` that no other one of the page has."""
    _mark(drawn, spot, Counter())
    return drawn


def _mark(part: Any, spot: str, seen: Counter[str]) -> None:
    if isinstance(part, list | tuple):
        for item in part:
            _mark(item, spot, seen)
    elif isinstance(part, Component):
        identity = getattr(part, "id", None)
        if isinstance(identity, dict) and identity.get("type") in SPOTTED:
            part.id = _place(identity, spot, seen)  # type: ignore[attr-defined]
        _mark(getattr(part, "children", None), spot, seen)


def _place(identity: dict[str, Any], spot: str, seen: Counter[str]) -> dict[str, Any]:
    bare = {name: value for name, value in identity.items() if name != "spot"}
    text = json.dumps(bare, sort_keys=True)
    seen[text] += 1
    return {**bare, "spot": spot if seen[text] == 1 else f"{spot}#{seen[text]}"}
