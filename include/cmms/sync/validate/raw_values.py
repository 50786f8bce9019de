"""Values of a record as received: the vocabulary of reading, record by record or column by column. Pure Python."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

ABSENT: Any = msgspec.UNSET
"""The record has no such key (which is not the same as null)."""

NOT_AN_OBJECT = "NOT_AN_OBJECT"
DUPLICATE_KEY = "DUPLICATE_KEY"


class JsonNumber:
    """A number token of the JSON text, digit for digit (never a binary float)."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


@dataclass(frozen=True)
class LooseRecord:
    """One record, read tolerantly: NaN, huge numbers and lone surrogates are values to be validated.

    Attributes:
        values: by source name; empty if the record is no object.
        structure: the code (and key) if it is no object or carries a key twice, else empty.
    """

    values: Mapping[str, Any]
    structure: str = ""


def read_loosely(record: bytes) -> LooseRecord:
    """Read one record of any kind; of a key that it carries twice the last value counts."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in items:
            if name in found:
                twice.append(name)
            found[name] = value
        return found

    value = load_json(record, pairs)
    if not isinstance(value, dict):
        return LooseRecord({}, NOT_AN_OBJECT)
    return LooseRecord(value, f"{DUPLICATE_KEY}:{_printable(twice[0])}" if twice else "")


def load_json(record: bytes, pairs: Any) -> Any:
    """The record with its number tokens as they are; None if it cannot be read at all."""
    try:
        return json.loads(
            record,
            object_pairs_hook=pairs,
            parse_float=JsonNumber,
            parse_int=JsonNumber,
            parse_constant=JsonNumber,
            strict=False,
        )
    except (ValueError, RecursionError):
        return None


def deeper(value: Any, steps: Sequence[str]) -> Any:
    """The value at a path into objects; ABSENT if there is none."""
    for step in steps:
        value = value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    return value


def number_text(value: Any) -> str | None:
    """The digits of a number token; None of any other value."""
    if isinstance(value, JsonNumber):
        return value.text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def is_text(value: str) -> bool:
    """Whether it is a string that UTF-8 can hold (no lone surrogate)."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:40]
