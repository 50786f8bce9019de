"""Steps 3a and 3b of a single record: bytes -> typed values, in pure Python for a request.

Input: a record as received. Output: its values by field, as in a row of
:func:`~cmms.sync.validate.parse_records.parse_records`, which does the same for whole pages; a test holds both equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmms.settings import Settings
from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Field
from cmms.sync.validate.parse_values import Instant, parse_date, parse_hours, parse_timestamp
from cmms.sync.validate.raw_values import ABSENT, deeper, is_text, number_text, read_loosely

_WHITE_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's property White_Space; Python's ``strip`` takes four control characters more."""
_RANKS = {"INVALID_TEXT": 1, "NOT_TEXT": 2, "INVALID_DATE": 3, "INVALID_TIMESTAMP": 4}
_NUMBER_RANK = 5


def parse_record(record: bytes, *, stream: StreamName, settings: Settings) -> dict[str, Any]:
    """Parse one record.

    Args:
        record: its JSON text, byte for byte.
        stream: whose fields.
        settings: names, number and time formats of the source.

    Returns:
        The values by field, null where one cannot be read; ``problem`` (``CODE:field`` of the gravest fault) and
        ``ambiguous_time``.
    """
    loose = read_loosely(record)
    names = settings.stream(stream).fields
    values: dict[str, Any] = {"ambiguous_time": None}
    problems: list[tuple[int, str]] = [(0, loose.structure)] if loose.structure else []
    for known in STREAMS[stream].fields:
        raw = _choose(loose.values, names.of(known.name))
        value = _read(known, raw, stream, settings)
        if isinstance(value, _Fault):
            problems.append((_RANKS.get(value.code, _NUMBER_RANK), f"{value.code}:{known.name}"))
            value = None
        if isinstance(value, Instant):
            values["ambiguous_time"] = known.name if value.ambiguous else values["ambiguous_time"]
            value = value.at
        values[known.name] = value
    if settings.rules.plant_code_case == "upper" and values["plant_code"] is not None:
        values["plant_code"] = values["plant_code"].upper()
    values["problem"] = min(problems, key=lambda problem: problem[0])[1] if problems else None
    return values


@dataclass(frozen=True)
class _Fault:
    """Why a value cannot be read."""

    code: str


def _choose(values: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The value of the first of the source's names that the record has: a key, or a path into objects of it."""
    for name in names:
        if name in values:
            return values[name]
        root, *steps = name.split(".")
        found = deeper(values.get(root, ABSENT), steps) if steps else ABSENT
        if found is not ABSENT:
            return found
    return ABSENT


def _read(known: Field, raw: Any, stream: StreamName, settings: Settings) -> Any:
    """The value of a field: None where it is null, empty or absent; a :class:`_Fault` where it cannot be read."""
    if raw is None or raw is ABSENT:
        return None
    if known.kind == "text":
        return _text(raw)
    numbers = settings.stream(stream).numbers
    separator = numbers.decimal_separator if known.is_number else "."
    token = _token(raw, separator)
    if token is None:
        return _Fault({"day": "INVALID_DATE", "instant": "INVALID_TIMESTAMP"}.get(known.kind, "NOT_NUMERIC"))
    text = token.strip(_WHITE_SPACE)
    if not text:
        return None
    if known.kind == "day":
        value: Any = parse_date(text)
    elif known.kind == "instant":
        value = parse_timestamp(text, settings.source_zone(stream))
    else:
        value = parse_hours(
            text,
            maximum=known.maximum,
            decimal_separator=separator,
            factor=numbers.factor_of(known.name),
            excess_digits=numbers.excess_digits,
        )
    return _Fault(value) if isinstance(value, str) else value


def _text(raw: Any) -> str | _Fault | None:
    """Outer white space trimmed, empty is null."""
    if not isinstance(raw, str):
        return _Fault("NOT_TEXT")
    if "\x00" in raw or not is_text(raw):
        return _Fault("INVALID_TEXT")
    return raw.strip(_WHITE_SPACE) or None


def _token(raw: Any, decimal_separator: str) -> str | None:
    """Text of strings and of number tokens, which have a decimal point by JSON's grammar."""
    if isinstance(raw, str):
        return raw if is_text(raw) else None
    digits = number_text(raw)
    return None if digits is None else digits.replace(".", decimal_separator)
