"""Values of one field: JSON value as received -> text, decimal, date, UTC timestamp, or what is wrong.

Every function takes a trimmed value and returns what it reads and codes. None without codes is a null; the
caller knows what is required. JSON numbers arrive as `NumberToken`, the digits as written, so nothing ever
passes through a binary float.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

# The code points with the Unicode property White_Space. (str.strip() would also take U+001C to U+001F.)
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    chr(code_point) for code_point in range(0x2000, 0x200B)
)

UNSTORABLE = re.compile("[\0\ud800-\udfff]")

THOUSANDTH = Decimal("0.001")
EXACT = Context(prec=400)  # more digits than 64 characters and an exponent of 30 can make
LONGEST_NUMBER = 64
LARGEST_EXPONENT = 30

NUMBER = re.compile(r"([+-]?)([0-9]+(?:\.[0-9]+)?)(?:[Ee]([+-]?[0-9]+))?")
TRAILING_MINUS = re.compile(r"[0-9]+(?:\.[0-9]+)?-")
GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?-?")  # 1.234.567,8 where the comma is decimal
ODATA_INSTANT = re.compile(r"/Date\((-?[0-9]+)\)/")
ODATA_INSTANT_WITH_OFFSET = re.compile(r"/Date\((-?[0-9]+)(?:[+-][0-9]{1,4})?\)/")
DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
COMPACT_TIMESTAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})")
ISO_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NumberToken(str):
    """A JSON number (or bare NaN, Infinity) exactly as it was written."""

    __slots__ = ()


def trim(value: object) -> object:
    """Cuts outer white space of a text; an empty text is null. Other values pass unchanged."""
    if type(value) is str:
        return value.strip(WHITE_SPACE) or None
    return value


def has_unstorable_character(text: str) -> bool:
    """Tells whether a text holds NUL or a lone surrogate."""
    return UNSTORABLE.search(text) is not None


def parse_text(value: object, limit: int) -> tuple[str | None, list[str]]:
    """Reads a text column of `limit` characters. Codes: NOT_TEXT, TOO_LONG."""
    if value is None:
        return None, []
    if type(value) is not str:
        return None, ["NOT_TEXT"]
    return value, ["TOO_LONG"] if len(value) > limit else []


def parse_hours(
    value: object, largest: Decimal, separator: str = ".", factor: Fraction = Fraction(1)
) -> tuple[Decimal | None, list[str]]:
    """Reads hours as an exact decimal with three digits, rounded half up (away from zero) once.

    The sign is looked at after rounding, as the column would: -0.0004 is 0, -0.0005 is negative.
    Codes: NOT_NUMERIC, OUT_OF_RANGE, NEGATIVE (the caller gives it the name of its column).
    """
    if value is None:
        return None, []
    if not isinstance(value, str):
        return None, ["NOT_NUMERIC"]
    too_long = ["OUT_OF_RANGE"] if len(value) > LONGEST_NUMBER else []
    text = str(value)
    if type(value) is str and separator == ",":
        if "." in text and not GROUPED_NUMBER.fullmatch(text):
            return None, ["NOT_NUMERIC", *too_long]
        text = text.replace(".", "").replace(",", ".")
    if text[-1] == "-" and TRAILING_MINUS.fullmatch(text):
        text = "-" + text[:-1]
    match = NUMBER.fullmatch(text)
    if match is None:
        return None, ["NOT_NUMERIC", *too_long]
    sign, digits, exponent = match.groups()
    if too_long or abs(int(exponent or 0)) > LARGEST_EXPONENT:
        is_negative = sign == "-" and digits.strip("0.") != ""
        return None, ["OUT_OF_RANGE", "NEGATIVE"] if is_negative else ["OUT_OF_RANGE"]
    hours = _round_half_up(Decimal(text), factor)
    codes = ["OUT_OF_RANGE"] if abs(hours) > largest else []
    if hours < 0:
        codes.append("NEGATIVE")
    return hours, codes


def _round_half_up(number: Decimal, factor: Fraction) -> Decimal:
    if factor != 1:
        thousandths = int(abs(Fraction(number)) * factor * 1000 + Fraction(1, 2))
        number = Decimal(thousandths).scaleb(-3, EXACT).copy_sign(number)
    rounded = number.quantize(THOUSANDTH, ROUND_HALF_UP, EXACT)
    return rounded if rounded else Decimal("0.000")  # there is no -0 in a column


def parse_date(value: object) -> tuple[date | None, list[str]]:
    """Reads a calendar day: `2026-01-31`, `20260131` (text or number), `/Date(ms)/` (its UTC day).

    A day of all zeros, SAP's empty date, is null. Code: INVALID_DATE.
    """
    if value is None:
        return None, []
    if not isinstance(value, str):
        return None, ["INVALID_DATE"]
    try:
        return _read_day(value), []
    except (ValueError, OverflowError):
        return None, ["INVALID_DATE"]


@lru_cache(100_000)
def _read_day(text: str) -> date | None:
    if match := ODATA_INSTANT.fullmatch(text):
        return (EPOCH + timedelta(milliseconds=int(match[1]))).date()
    match = DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text)
    if match is None:
        raise ValueError("no known form of a day")
    return None if _all_zero(text) else date(*map(int, match.groups()))


def parse_timestamp(value: object, zone: ZoneInfo) -> tuple[datetime | None, bool, list[str]]:
    """Reads an instant: UTC without zone in milliseconds, whether its local time was ambiguous, and codes.

    ISO with or without zone, `YYYYMMDDhhmmss` and bare days as text or number, `/Date(ms)/`. Naive times are
    of `zone`: a time that the clocks skipped is INVALID_TIMESTAMP, one that they showed twice is the first.
    Finer digits than milliseconds are cut. A timestamp of all zeros is null.
    """
    if value is None:
        return None, False, []
    if not isinstance(value, str):
        return None, False, ["INVALID_TIMESTAMP"]
    try:
        return *_read_instant(value, zone), []
    except (ValueError, OverflowError):
        return None, False, ["INVALID_TIMESTAMP"]


@lru_cache(100_000)
def _read_instant(text: str, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    if match := ODATA_INSTANT_WITH_OFFSET.fullmatch(text):
        return (EPOCH + timedelta(milliseconds=int(match[1]))).replace(tzinfo=None), False
    fraction, offset = None, None
    if match := ISO_TIMESTAMP.fullmatch(text):
        *parts, fraction, offset = match.groups()
    elif match := COMPACT_TIMESTAMP.fullmatch(text) or DAY.fullmatch(text) or COMPACT_DAY.fullmatch(text):
        parts = list(match.groups())
    else:
        raise ValueError("no known form of a timestamp")
    if _all_zero(text):
        return None, False
    milliseconds = int((fraction or "0")[:3].ljust(3, "0"))
    numbers = [int(part or 0) for part in parts] + [0, 0, 0]
    year, month, day, hour, minute, second = numbers[:6]
    local = datetime(year, month, day, hour, minute, second, milliseconds * 1000, UTC)
    if offset is None:
        return _from_site_time(local.replace(tzinfo=None), zone)
    return (local - _read_offset(offset)).replace(tzinfo=None), False


def _read_offset(offset: str) -> timedelta:
    if offset == "Z":
        return timedelta(0)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 14 or minutes > 59:  # no place on earth is further from UTC
        raise ValueError("no such offset from UTC")
    east = timedelta(hours=hours, minutes=minutes)
    return -east if offset[0] == "-" else east


def _from_site_time(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError("the clocks skipped this time")
    return first.replace(tzinfo=None), first != second


def _all_zero(text: str) -> bool:
    """Tells whether a text in one of the forms above has no other digit than 0."""
    return not text.strip("0-:.+TZ ")
