"""What makes a part of a page follow changes: a clock, and a store that changes when the part must be read again.

Input: topics and seconds. Output: components. ``browser/follow_changes.js`` decides between them: by push where the
event stream works, by the clock where it does not, never while the window is hidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc

from cmms_ui.definition.schema import find_updates


def follow_changes(
    kind: str, identity: Mapping[str, str], topics: Sequence[str], seconds: int, *, holdable: bool = False
) -> tuple[Any, Any]:
    """``<kind>-poll`` and ``<kind>-ask``; a callback that reads the part has the latter's ``data`` as input."""
    declared = {
        "updates": find_updates(topics, seconds),
        "topics": list(topics),
        "seconds": seconds,
        "holdable": holdable,
        "asked": 0,
    }
    return (
        dcc.Interval(
            id={"type": f"{kind}-poll", **identity},
            interval=max(seconds, 1) * 1000,
            disabled=not topics and not seconds,
        ),
        dcc.Store(id={"type": f"{kind}-ask", **identity}, data=declared),
    )
