"""Text that somebody wrote becomes a number, a day or JSON here, so that its size is bounded in one place. Pure.

Input: text of an address, a form, a request's body, a settings file. Output: the value. Whatever is no such value, or
is larger than anything this product stores, raises :class:`ValueError` with a reason for the person, in time that
depends on the text's length alone: ``1e999999999`` is short to write and fills the memory as an integer.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

NUMBER_LENGTH = 60
DIGITS = 20
"""A number has at most so many digits before its decimal point, and as many places after it."""
WHOLE_LIMIT = 2**63 - 1
FLOAT_LENGTH = 400
JSON_DEPTH = 40
JSON_VALUES = 200_000

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]{0,15}(?:Z|[+-][0-9:]{2,6})?)?")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def parse_number(value: object, *, digits: int = DIGITS) -> Decimal:
    """A decimal number of bounded size."""
    text = _to_text(value)
    if not _NUMBER.fullmatch(text):
        raise ValueError("must be a number")
    number = Decimal(text)
    if number and number.adjusted() >= digits:
        raise ValueError("is too large")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or (number and exponent < -DIGITS):
        raise ValueError("has too many decimal places")
    return number if number else Decimal(0)


def parse_whole(value: object, low: int = -WHOLE_LIMIT, high: int = WHOLE_LIMIT) -> int:
    """A whole number within bounds, both included; ``17.0`` is one, ``17.5`` is not."""
    text = _to_text(value)
    if not _WHOLE.fullmatch(text):
        number = parse_number(text)
        if number != number.to_integral_value():
            raise ValueError("must be a whole number")
        text = format(number, ".0f")
    found = int(text)
    if not low <= found <= high:
        raise ValueError(f"must be {low:,} to {high:,}")
    return found


def parse_key(value: object) -> int:
    """The key of a row."""
    return parse_whole(value, 1)


def parse_ratio(value: object) -> Fraction:
    """An exact ratio from ``1``, ``"0.5"`` or ``"1/3600"``."""
    above, slash, below = _to_text(value).partition("/")
    divisor = Fraction(parse_number(below.strip())) if slash else Fraction(1)
    if not divisor:
        raise ValueError("must not be divided by zero")
    return Fraction(parse_number(above.strip())) / divisor


def parse_day(value: object) -> date:
    """A day from ``2026-01-31``; a time of day behind it, as a grid writes it, is ignored."""
    found = _DAY.fullmatch(_to_text(value))
    if found is None:
        raise ValueError("must be a day such as 2026-01-31")
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def parse_json(text: str | bytes, *, length: int, depth: int = JSON_DEPTH) -> Any:
    """A JSON value of bounded length, depth and number of values, in which every text can be stored."""
    if len(text) > length:
        raise ValueError(f"at most {length:,} characters")
    try:
        value = json.loads(text, parse_int=_read_integer, parse_float=_read_float, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError(f"at most {depth} levels within each other") from None
    except UnicodeDecodeError:
        raise ValueError("must be UTF-8") from None
    check_json(value, depth=depth)
    return value


def check_json(value: Any, *, depth: int = JSON_DEPTH) -> None:
    """Raise :class:`ValueError` if what was JSON is too deep or too large, or holds text that cannot be stored."""
    level, seen = [value], 0
    for _ in range(depth):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, str):
                check_text(item)
            elif isinstance(item, dict):
                for name in item:
                    check_text(str(name))
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
            elif isinstance(item, int) and abs(item) > WHOLE_LIMIT:
                raise ValueError("holds a number that is too large")
        seen += len(level)
        if seen > JSON_VALUES:
            raise ValueError(f"at most {JSON_VALUES:,} values")
        if not inner:
            return
        level = inner
    raise ValueError(f"at most {depth} levels within each other")


def check_text(text: str, limit: int = 0) -> str:
    """The text, if it is not too long (0: any length) and a database can store it."""
    if limit and len(text) > limit:
        raise ValueError(f"at most {limit:,} characters")
    if _NOT_STORABLE.search(text):
        raise ValueError("holds a character that cannot be stored")
    return text


def _to_text(value: object) -> str:
    """Numbers as they are written; anything else but text is no number and no day."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, int) and not isinstance(value, bool):
        text = str(value) if abs(value) < 10**NUMBER_LENGTH else "1e999"
    elif isinstance(value, float | Decimal | Fraction):
        text = str(value)
    else:
        raise ValueError("must be text or a number")
    if len(text) > NUMBER_LENGTH:
        raise ValueError("is too long")
    return text.strip()


def _read_integer(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError("holds a number that is too large")
    return int(text)


def _read_float(text: str) -> float:
    if len(text) > FLOAT_LENGTH:
        raise ValueError("holds a number that is too long")
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("holds a number that is too large")
    return number


def _refuse_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
