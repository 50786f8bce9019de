"""Of which machine, plant and day a raw record is. Input: its bytes and the settings. Output: :class:`Identity`.

Field names are looked up as the engine does: the first candidate that the record has. What cannot be read is empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from cmms.settings import Settings

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_ABSENT = object()


@dataclass(frozen=True)
class Identity:
    """The texts that say what a record is about; ``day`` as ``2026-01-31`` where it can be read."""

    equipment_number: str = ""
    plant_code: str = ""
    day: str = ""

    def differences(self, other: Identity) -> tuple[str, ...]:
        """What this record says and ``other`` says otherwise, in words: ``machine B (was A)``."""
        said = (("machine", "equipment_number"), ("plant", "plant_code"), ("day", "day"))
        pairs = [(word, getattr(self, name), getattr(other, name)) for word, name in said]
        return tuple(f"{word} {new or '?'} (was {old})" for word, new, old in pairs if old and new != old)


def identify_record(record: bytes | str, stream: str, settings: Settings) -> Identity:
    """What the record is about; of machines, the day is empty."""
    fields = settings.stream(stream).fields
    values = _load(record)
    plant = read_field(values, fields.of("plant_code"))
    if settings.rules.plant_code_case == "upper":
        plant = plant.upper()
    return Identity(
        read_field(values, fields.of("equipment_number")), plant, _day(read_field(values, fields.of("date")))
    )


def read_field(values: dict[str, Any], names: Sequence[str]) -> str:
    """The text of the first of the source's names that the record has, as a key or as a path into objects."""
    for name in names:
        found = values.get(name, reduce(_step, name.split("."), values))
        if found is not _ABSENT:
            return str(found).strip() if isinstance(found, str | int | float) else ""
    return ""


def _step(value: Any, step: str) -> Any:
    return value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT


def _load(record: bytes | str) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        values = json.loads(record, strict=False)
        if isinstance(values, dict):
            return values
    return {}


def _day(text: str) -> str:
    """ISO where it is a day, else as it stands."""
    found = _DAY.match(text)
    with suppress(ValueError):
        return date(*map(int, found.groups())).isoformat() if found else text
    return text
