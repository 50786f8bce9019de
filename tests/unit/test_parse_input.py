"""Text becomes a value within bounds, or a reason; never a value that fills the memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmms.parse_input import (
    DIGITS,
    JSON_DEPTH,
    WHOLE_LIMIT,
    check_text,
    parse_day,
    parse_json,
    parse_key,
    parse_number,
    parse_ratio,
    parse_whole,
)

HUGE = (
    "1e999999999", "1E+99999", "-1e999999999", "1e-999999999", "1" * 21, "1e20", "0." + "0" * 30 + "1", "9" * 5000,
    "1e" + "9" * 5000,
)  # fmt: skip
NOTHING = ("", " ", "nan", "inf", "-Infinity", "sNaN1", "1_0", "١", "0x10", "1e", "e1", ".", "1,5", "1\x00", "\ud800")


OTHERS: tuple[Any, ...] = (True, None, [], {}, b"1", object(), 10**5000, float("inf"), float("nan"))


@pytest.mark.parametrize("parse", [parse_number, parse_whole, parse_key, parse_ratio, parse_day])
def test_what_is_no_number_of_ours_is_refused_with_a_reason(parse: Callable[[object], object]) -> None:
    for value in (*HUGE, *NOTHING, *OTHERS):
        with pytest.raises(ValueError, match=r"^(must|is|has) "):
            parse(value)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**DIGITS) + 1, max_value=10**DIGITS - 1, places=6)
)
def test_every_number_that_can_be_stored_is_read_exactly(number: Decimal) -> None:
    assert parse_number(f"{number:f}") == number


@given(st.integers(-WHOLE_LIMIT, WHOLE_LIMIT))
def test_every_key_that_can_be_stored_is_read_exactly(number: int) -> None:
    assert parse_whole(number) == parse_whole(f" {number} ") == number


@given(st.text(max_size=80))
def test_any_text_is_a_bounded_value_or_a_reason(text: str) -> None:
    for parse in (parse_number, parse_whole, parse_day, parse_ratio):
        try:
            value = parse(text)
        except ValueError:
            continue
        assert isinstance(value, date) or abs(value) < 10 ** (2 * DIGITS + 1)


def test_whole_numbers_have_bounds_and_no_fraction() -> None:
    assert parse_whole("17.0") == parse_whole("1.7e1") == parse_whole(17.0) == 17
    for wrong in ("17.5", "0", "101"):
        with pytest.raises(ValueError, match="must be"):
            parse_whole(wrong, 1, 100)


def test_ratios_are_exact() -> None:
    assert parse_ratio("1/3600") == Fraction(1, 3600)
    assert parse_ratio(0.1) == parse_ratio("1e-1") == Fraction(1, 10)
    for wrong in ("1/0", "1/2/3", "1/1e999999999"):
        with pytest.raises(ValueError, match=r"^(must|is) "):
            parse_ratio(wrong)


def test_days_are_days_of_the_calendar() -> None:
    assert parse_day("2026-02-28") == parse_day("2026-02-28 00:00:00") == parse_day("2026-02-28T01:02:03.5Z")
    for wrong in ("2026-02-30", "20260228", "2026-W09-6", "2026-02-28; DROP", "0000-01-01", "2026-02-28" + "0" * 99):
        with pytest.raises(ValueError, match=r"^(must|is) "):
            parse_day(wrong)


DEEP = "[" * (JSON_DEPTH + 1) + "]" * (JSON_DEPTH + 1)


HOSTILE: tuple[str | bytes, ...] = (
        DEEP, "[" * 100_000 + "]" * 100_000, '{"a":' * 60 + "1" + "}" * 60, "1" * 5000, "[1e999999999]", "[NaN]",
        '"\\ud800"', '{"\\udfff": 1}', '"\\u0000"', "[-Infinity]", "[" + "0," * 250_000 + "0]", "x" * 600_001,
        f"[{2**64}]", "[0.1" + "1" * 5000 + "]", b'"\xff"', b"\xff\xfe[", "",
)  # fmt: skip


def test_json_is_bounded() -> None:
    for text in HOSTILE:
        with pytest.raises(ValueError, match=r"\S"):
            parse_json(text, length=600_000)


def test_json_within_the_bounds_is_read() -> None:
    assert parse_json('{"a": [1, 2.5, "\\ud83d\\ude00", null, true]}', length=100) == {"a": [1, 2.5, "😀", None, True]}
    assert parse_json("[" * (JSON_DEPTH - 1) + "]" * (JSON_DEPTH - 1), length=1000)


def test_text_that_cannot_be_stored_is_refused() -> None:
    assert check_text("Bäckerei 😀\n", 20)
    for wrong in ("a\x00", "\ud83d", "x" * 21):
        with pytest.raises(ValueError, match=r"^(holds|at most) "):
            check_text(wrong, 20)
