"""Widget of a machine's page: life hours beside the counter, meter changes, installations, availability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dash import html

from cmms.figures.meters import (
    AvailabilityRow,
    InstallationRow,
    MeterChangeRow,
    availability_of,
    installations_of,
    meter_changes,
)
from cmms.maintenance.meters.find_life import find_life
from cmms.maintenance.meters.life_reading import LifeReading
from cmms_ui.definition.schema import Choice, Widget
from cmms_ui.present_rows import hours_text
from cmms_ui.render.parts import link, note, small_table
from cmms_ui.resources.equipment import meter_text as text
from cmms_ui.resources.equipment.meter_actions import AVAILABILITY
from cmms_ui.resources.meter_changes.counter_values import ALL_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterCard:
    """All that the widget shows; ``newest`` is None without a trusted reading."""

    newest: LifeReading | None
    changes: tuple[MeterChangeRow, ...]
    installations: tuple[InstallationRow, ...]
    periods: tuple[AvailabilityRow, ...]


def load_meter(parameters: Mapping[str, Any]) -> MeterCard:
    """Life hours, and what they follow from."""
    key = int(parameters["key"])
    return MeterCard(
        newest=find_life(key),
        changes=meter_changes(key),
        installations=installations_of(key),
        periods=availability_of(key),
    )


def render_meter(card: MeterCard) -> Any:
    """A sentence, and a table of each kind that there is."""
    parts: list[Any] = [note(_sentence(card.newest))]
    if card.changes:
        heads = (text.FROM, text.WHAT_HAPPENED, text.OLD_FINAL, text.NEW_INITIAL, text.OFFSET)
        parts.append(small_table(heads, [_change_cells(row) for row in card.changes], text.CHANGES_CAPTION))
    elif not card.installations:
        parts.append(note(text.NEVER_CHANGED))
    if card.installations:
        rows = [
            [link(row.from_date, f"/installations/{row.id}"), row.to_date or "–", _machine(row)]
            for row in card.installations
        ]
        parts.append(small_table((text.FROM, text.UNTIL, text.MACHINE), rows, text.INSTALLED_CAPTION))
    if card.periods:
        rows = [
            [link(row.from_date, f"/availability/{row.id}"), row.to_date or "–", _label(AVAILABILITY, row.kind)]
            for row in card.periods
        ]
        parts.append(small_table((text.FROM, text.UNTIL, text.STATE), rows, text.PERIODS_CAPTION))
    return html.Div(parts)


def _sentence(newest: LifeReading | None) -> str:
    if newest is None:
        return text.NO_LIFE
    life = hours_text(newest.life_hours)
    if newest.counter is None:
        return text.COMPONENT_SENTENCE.format(life=life, day=newest.date)
    return text.LIFE_SENTENCE.format(life=life, day=newest.date, counter=hours_text(newest.counter))


def _change_cells(row: MeterChangeRow) -> list[Any]:
    first = link(row.from_date, f"/meter-changes/{row.id}")
    return [
        first,
        _label(ALL_KINDS, row.kind),
        _hours(row.old_final),
        _hours(row.new_initial),
        _hours(row.offset_hours),
    ]


def _machine(row: InstallationRow) -> Any:
    return link(row.parent_number, f"/equipment/{row.parent_id}")


def _hours(hours: Decimal | None) -> str:
    return "–" if hours is None else hours_text(hours)


def _label(choices: Sequence[Choice], value: str) -> str:
    return next((choice.label for choice in choices if choice.value == value), value)


METER = Widget(
    "meter", text.COUNTERS, load_meter, render_meter, span=6, topics=("records", "edits"), refresh_seconds=60
)
