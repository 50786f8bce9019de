"""Plants and groups to choose from, in forms and filters."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.access import choices
from cmms_ui.definition.schema import Choice


def plant_choices() -> Sequence[Choice]:
    """Plants by id."""
    return [Choice(*pair) for pair in choices.plant_choices()]


def plant_code_choices() -> Sequence[Choice]:
    """Plants by code."""
    return [Choice(label.split(" ")[0], label) for _, label in choices.plant_choices()]


def group_choices() -> Sequence[Choice]:
    """Groups by id."""
    return [Choice(*pair) for pair in choices.group_choices()]
