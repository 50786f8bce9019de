"""Exact reading of single values: hours, dates, timestamps. Pure Python, the reference for the vectorised parser.

Input: the value's text as received (white space trimmed). Output: the value, or the code of the rule it broke.
Never a guess: what is not written as the settings say is an error (docs/reliability.md, "Values").
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

THOUSANDTHS = 1000
"""Hours are kept as whole thousandths: the scale of both DECIMAL columns."""
MAX_NUMBER_CHARACTERS = 64
MAX_EXPONENT = 30

Code = Literal["NOT_NUMERIC", "OUT_OF_RANGE", "TOO_MANY_DIGITS", "INVALID_DATE", "INVALID_TIMESTAMP"]

_NUMBER = re.compile(r"([+-]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?", re.ASCII)
_TRAILING_MINUS = re.compile(r"([0-9]+(?:\.[0-9]+)?)-", re.ASCII)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})*(?:,[0-9]+)?-?", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", re.ASCII)
_MILLISECONDS = re.compile(r"/Date\((-?[0-9]{1,15})([+-][0-9]{1,4})?\)/", re.ASCII)
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000
_MOST_OFFSET_MINUTES = 14 * 60
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?\s?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.ASCII,
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2}))?", re.ASCII)
_ZEROS = re.compile(r"0{4}-?00-?00(?:[T ]?00:?00(?::?00(?:[.,]0{1,9})?)?(?:[Zz]|[+-]00:?00)?)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(NamedTuple):
    """A UTC instant without tzinfo, to milliseconds; ``ambiguous`` when the local hour occurred twice."""

    at: datetime
    ambiguous: bool = False


def parse_hours(
    text: str,
    *,
    maximum: int,
    decimal_separator: str = ".",
    factor: Fraction = Fraction(1),
    excess_digits: str = "round",
) -> int | Code:
    """Read hours into whole thousandths, rounded half up once, after the unit factor.

    Accepts sign, exponent and SAP's trailing minus, ASCII digits only. With the separator ``,`` points may
    group thousands.

    Returns:
        Thousandths of an hour, or ``NOT_NUMERIC``, ``OUT_OF_RANGE`` (beyond ``maximum`` either way) or
        ``TOO_MANY_DIGITS`` (when ``excess_digits`` is ``reject``).
    """
    if len(text) > MAX_NUMBER_CHARACTERS:
        plausible = text.isascii() and re.fullmatch(r"[+-]?[0-9]+([.,][0-9]*)?([eE][+-]?[0-9]+)?-?", text)
        return "OUT_OF_RANGE" if plausible else "NOT_NUMERIC"
    if decimal_separator == ",":
        if "." in text and not _GROUPED.fullmatch(text):
            return "NOT_NUMERIC"
        text = text.replace(".", "").replace(",", ".")
    trailing = _TRAILING_MINUS.fullmatch(text)
    if trailing:
        text = "-" + trailing.group(1)
    match = _NUMBER.fullmatch(text)
    if match is None:
        return "NOT_NUMERIC"
    if match.group(4) and abs(int(match.group(4))) > MAX_EXPONENT:
        return "OUT_OF_RANGE"
    exact = Fraction(Decimal(text)) * factor * THOUSANDTHS
    if exact.denominator != 1 and excess_digits == "reject":
        return "TOO_MANY_DIGITS"
    thousandths = _round_half_up(exact)
    return thousandths if abs(thousandths) <= maximum else "OUT_OF_RANGE"


def _round_half_up(value: Fraction) -> int:
    """Half away from zero, as ``ROUND_HALF_UP`` of :mod:`decimal` has it."""
    if value.denominator == 1:
        return value.numerator
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def format_hours(thousandths: int) -> str:
    """Decimal text with three digits, for messages: 12500 -> ``12.500``."""
    return str((Decimal(thousandths) / THOUSANDTHS).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP))


def parse_date(text: str) -> date | Code | None:
    """Read ``2026-01-31``, ``20260131``, ``/Date(ms)/`` or ``/Date(ms+0060)/``; zeros mean null (SAP's initial date).

    An offset names the zone whose day it is, unless the instant is a midnight of UTC and not of that zone.
    """
    if _ZEROS.fullmatch(text):
        return None
    milliseconds = _MILLISECONDS.fullmatch(text)
    if milliseconds:
        at, offset = int(milliseconds.group(1)), milliseconds.group(2) or ""
        instant = _from_milliseconds(at + _day_offset(at, offset))
        return instant.date() if instant else "INVALID_DATE"
    match = _DATE.fullmatch(text)
    if match is None or text.count("-") == 1:
        return "INVALID_DATE"
    try:
        day = date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    except ValueError:
        return "INVALID_DATE"
    return day if day.year >= 1000 else "INVALID_DATE"


def parse_timestamp(text: str, zone: ZoneInfo) -> Instant | Code | None:
    """Read an ISO timestamp, ``YYYYMMDDhhmmss``, ``/Date(ms)/`` or a bare date (midnight); zeros mean null.

    A naive value is local time of ``zone``: in the hour that a DST change skips it is invalid, in the hour
    that occurs twice the first occurrence is taken and marked ambiguous. Finer digits than milliseconds are
    cut. An offset behind milliseconds (OData's ``/Date(ms+0060)/``) says where they were read; they are UTC anyway.
    """
    if _ZEROS.fullmatch(text):
        return None
    milliseconds = _MILLISECONDS.fullmatch(text)
    if milliseconds:
        instant = _from_milliseconds(int(milliseconds.group(1)))
        return Instant(instant) if instant else "INVALID_TIMESTAMP"
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return "INVALID_TIMESTAMP"
    groups = (*match.groups(), None, None)
    year, month, day, hour, minute, second = (int(part or 0) for part in groups[:6])
    fraction, offset = groups[6], groups[7]
    milli = int((fraction or "0").ljust(3, "0")[:3])
    try:
        local = datetime(year, month, day, hour, minute, second, milli * 1000)  # noqa: DTZ001 - the zone follows
        return _to_utc(local, offset, zone)
    except (ValueError, OverflowError):
        return "INVALID_TIMESTAMP"


def _to_utc(local: datetime, offset: str | None, zone: ZoneInfo) -> Instant | Code:
    if local.year < 1000:
        return "INVALID_TIMESTAMP"
    if offset:
        return _plausible(Instant(local - _offset(offset)))
    aware = local.replace(tzinfo=zone)
    at = aware.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        return "INVALID_TIMESTAMP"  # skipped by a DST change: no such local time
    ambiguous = aware.utcoffset() != aware.replace(fold=1).utcoffset()
    return _plausible(Instant(at.replace(tzinfo=None), ambiguous))


def _plausible(instant: Instant) -> Instant | Code:
    """MySQL's DATETIME begins at the year 1000."""
    return instant if instant.at.year >= 1000 else "INVALID_TIMESTAMP"


def _offset(text: str) -> timedelta:
    if text in ("Z", "z"):
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError("no such UTC offset")
    magnitude = timedelta(hours=hours, minutes=minutes)
    return -magnitude if text[0] == "-" else magnitude


def _day_offset(at: int, offset: str) -> int:
    """Milliseconds from UTC to the zone whose day ``/Date(at<offset>)/`` means.

    OData counts an offset in minutes (``+0060``), .NET in hours and minutes (``+0100``). A day begins at midnight,
    which tells them apart.
    """
    if not offset:
        return 0
    sign, number = -1 if offset[0] == "-" else 1, int(offset[1:])
    readings = [minutes for minutes in (number, number // 100 * 60 + number % 100) if minutes <= _MOST_OFFSET_MINUTES]
    offsets = [sign * minutes * 60_000 for minutes in readings]
    midnight = next((one for one in offsets if (at + one) % _DAY_MILLISECONDS == 0), None)
    if midnight is not None:
        return midnight
    return 0 if at % _DAY_MILLISECONDS == 0 or not offsets else offsets[0]


def _from_milliseconds(milliseconds: int) -> datetime | None:
    try:
        at = (_EPOCH + timedelta(milliseconds=milliseconds)).replace(tzinfo=None)
    except OverflowError:
        return None
    return at if at.year >= 1000 else None
