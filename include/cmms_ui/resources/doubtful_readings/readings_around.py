"""The readings of the machine around a doubtful one, with growth and decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cmms.figures.doubts import AroundReading, readings_around
from cmms_ui.definition.schema import Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.marks import empty_state, status_badge
from cmms_ui.render.parts import small_table
from cmms_ui.resources.doubtful_readings import text
from cmms_ui.resources.doubtful_readings.statuses import TRUST_STATES


def load_around(parameters: Mapping[str, Any]) -> Sequence[AroundReading]:
    """Two weeks before and two weeks after."""
    return readings_around(parameters["key"])


def render_around(rows: Sequence[AroundReading]) -> Any:
    """A line a reading, newest first."""
    if not rows:
        return empty_state(text.AROUND_NONE, name="clock")
    cells = [
        (
            text.THIS_ONE.format(day=row.day) if row.is_this else str(row.day),
            hours_text(row.running_hours),
            hours_text(row.counter),
            "" if growth is None else hours_text(growth),
            status_badge(row.trust, TRUST_STATES, size="sm"),
            row.reason or "",
        )
        for row, growth in reversed(list(zip(rows, _growths(rows), strict=True)))
    ]
    return small_table(text.AROUND_HEADS, cells, text.WIDGET_AROUND)


def _growths(rows: Sequence[AroundReading]) -> list[Decimal | None]:
    """Growth of each reading since the trusted one before it, as far as it is among the rows."""
    found: list[Decimal | None] = []
    before: Decimal | None = None
    for row in rows:
        found.append(None if before is None else row.counter - before)
        if row.trust == "trusted":
            before = row.counter
    return found


AROUND = Widget("around", text.WIDGET_AROUND, load_around, render_around, span=12)
