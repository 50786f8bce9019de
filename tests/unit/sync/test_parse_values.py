"""Exact reading of single values; the cases of docs/faults, each calculated by hand, and the oracle's own list."""

from __future__ import annotations

import json
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.sync.validate.parse_values import (
    Instant,
    format_hours,
    parse_date,
    parse_hours,
    parse_timestamp,
)
from tests.oracle.parse_values import parse_timestamp as expected_timestamp

UTC = ZoneInfo("UTC")
MAX_RUNNING, MAX_CUMULATIVE = 99_999_999, 9_999_999_999_999_999  # DECIMAL(8,3) and DECIMAL(16,3) in thousandths
BERLIN = ZoneInfo("Europe/Berlin")


def hours(text: str, **changes: object) -> int | str:
    return parse_hours(text, **{"maximum": MAX_CUMULATIVE, **changes})  # type: ignore[arg-type]


@pytest.mark.feature("VAL-03", "MAP-09")
@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("0", 0), ("-0", 0), ("8", 8000), ("8.5", 8500), ("+8.25", 8250), ("0008.25", 8250), ("1E+3", 1_000_000),
        ("8333E-3", 8333), ("12.5-", -12500), ("-0.0004", 0), ("-0.0005", -1), ("8.0005", 8001), ("8.00049999", 8000),
        ("8." + "0" * 62, 8000), ("9007199254.7410005", 9_007_199_254_741),
        ("abc", "NOT_NUMERIC"), ("", "NOT_NUMERIC"), ("NaN", "NOT_NUMERIC"), ("sNaN", "NOT_NUMERIC"), ("inf", "NOT_NUMERIC"),
        ("12,5", "NOT_NUMERIC"), ("1_000", "NOT_NUMERIC"), ("１２", "NOT_NUMERIC"), (".5", "NOT_NUMERIC"), ("5.", "NOT_NUMERIC"),
        ("-5-", "NOT_NUMERIC"), ("5E1-", "NOT_NUMERIC"), ("0x1F", "NOT_NUMERIC"), ("8 h", "NOT_NUMERIC"),
        ("1e400", "OUT_OF_RANGE"), ("1e-400", "OUT_OF_RANGE"), ("1e-30", 0), ("1e-31", "OUT_OF_RANGE"), ("9" * 5000, "OUT_OF_RANGE"), ("9" * 5000 + "x", "NOT_NUMERIC"),
        ("10000000000000", "OUT_OF_RANGE"), ("9999999999999.9995", "OUT_OF_RANGE"),
        ("9999999999999.9994", 9_999_999_999_999_999),
    ],
)  # fmt: skip
def test_hours_are_read_exactly_or_refused(text: str, thousandths: int | str) -> None:
    assert hours(text) == thousandths


@pytest.mark.feature("VAL-03")
@pytest.mark.parametrize(
    ("text", "thousandths"),
    [
        ("7,5", 7500), ("1.234,5", 1_234_500), ("1.234", 1_234_000), ("-1.234.567,8", -1_234_567_800), ("1,5E+1", 15000),
        ("12.5", "NOT_NUMERIC"), ("1.23,4", "NOT_NUMERIC"), ("1234.567", "NOT_NUMERIC"), ("1,234,5", "NOT_NUMERIC"),
        ("1.234,5-", -1_234_500), ("1,", "NOT_NUMERIC"),
    ],
)  # fmt: skip
def test_with_a_decimal_comma_points_group_thousands_and_nothing_is_guessed(text: str, thousandths: int | str) -> None:
    assert hours(text, decimal_separator=",") == thousandths


@pytest.mark.feature("MAP-10", "DOM-09")
def test_a_unit_factor_is_applied_before_rounding_once() -> None:
    assert hours("18000002", factor=Fraction(1, 3600)) == 5_000_001  # 5000.00055... hours
    assert hours("1.8", factor=Fraction(1, 3600)) == 1  # 0.0005 hours: half goes up
    assert hours("1.7999", factor=Fraction(1, 3600)) == 0
    assert hours("100000", maximum=MAX_RUNNING, factor=Fraction(1, 60)) == 1_666_667


@pytest.mark.feature("MAP-09")
def test_more_digits_than_the_scale_are_rejected_if_wanted() -> None:
    assert hours("8.1230", excess_digits="reject") == 8123
    assert hours("8.1231", excess_digits="reject") == "TOO_MANY_DIGITS"


@settings(deadline=None)  # a busy machine is no failure
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_every_decimal_of_three_places_comes_back_digit_for_digit(number: object) -> None:
    thousandths = hours(f"{number:f}")
    assert isinstance(thousandths, int)
    assert format_hours(thousandths) == f"{number:f}".replace("-0.000", "0.000")


@pytest.mark.feature("VAL-05", "MAP-07")
@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", date(2026, 1, 31)), ("20260131", date(2026, 1, 31)), ("/Date(1769817600000)/", date(2026, 1, 31)),
        ("/Date(-86400000)/", date(1969, 12, 31)), ("2024-02-29", date(2024, 2, 29)),
        ("00000000", None), ("0000-00-00", None),
        ("2025-02-29", "INVALID_DATE"), ("1900-02-29", "INVALID_DATE"), ("2026-02-30", "INVALID_DATE"),
        ("2026-0131", "INVALID_DATE"), ("202601-31", "INVALID_DATE"), ("2026-1-5", "INVALID_DATE"), ("31.01.2026", "INVALID_DATE"),
        ("2026-01-31T00:00:00", "INVALID_DATE"), ("２０２６０１３１", "INVALID_DATE"), ("0999-01-01", "INVALID_DATE"),
        ("/Date(99999999999999999999)/", "INVALID_DATE"), ("/Date(999999999999999)/", "INVALID_DATE"), ("", "INVALID_DATE"),
    ],
)  # fmt: skip
def test_a_day_is_read_in_three_forms_or_refused(text: str, day: date | str | None) -> None:
    assert parse_date(text) == day


@pytest.mark.feature("VAL-06", "MAP-08", "MAP-12")
@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10)),
        ("2026-01-31T10:00:00+05:30", datetime(2026, 1, 31, 4, 30)),
        ("2026-01-31T10:00:00-0330", datetime(2026, 1, 31, 13, 30)),
        ("2026-01-31T10:00:00+01", datetime(2026, 1, 31, 9)),
        ("2026-01-31 10:00", datetime(2026, 1, 31, 9)),
        ("2026-07-01T10:00:00", datetime(2026, 7, 1, 8)),
        ("20260131100000", datetime(2026, 1, 31, 9)),
        ("2026-01-31", datetime(2026, 1, 30, 23)),
        ("2026-01-31T10:00:00.1239999Z", datetime(2026, 1, 31, 10, 0, 0, 123000)),
        ("/Date(1769853600123)/", datetime(2026, 1, 31, 10, 0, 0, 123000)),
    ],
)
def test_an_instant_becomes_utc_whatever_form_it_has(text: str, instant: datetime) -> None:
    assert parse_timestamp(text, BERLIN) == Instant(instant)


@pytest.mark.feature("MAP-08")
def test_an_hour_that_occurs_twice_is_the_first_one_and_marked_and_a_skipped_one_is_none() -> None:
    assert parse_timestamp("2025-10-26T02:30:00", BERLIN) == Instant(datetime(2025, 10, 26, 0, 30), ambiguous=True)
    assert parse_timestamp("2025-10-26T02:30:00+01:00", BERLIN) == Instant(datetime(2025, 10, 26, 1, 30))
    assert parse_timestamp("2025-10-26T03:00:00", BERLIN) == Instant(datetime(2025, 10, 26, 2))
    assert parse_timestamp("2025-03-30T02:30:00", BERLIN) == "INVALID_TIMESTAMP"


@pytest.mark.feature("VAL-06")
@pytest.mark.parametrize(
    "text",
    ["00000000", "00000000000000", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "0000-00-00T00:00:00.000+00:00"],
)
def test_saps_empty_timestamps_are_null(text: str) -> None:
    assert parse_timestamp(text, UTC) is None


@pytest.mark.feature("VAL-06")
@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-01-31T24:00:00", "2016-12-31T23:59:60Z", "2026-01-31T10", "10:00:00", "2026-01-31T10:00:00.",
     "2026-01-31T10:00:00+15:00", "2026-01-31T10:00:00+01:60", "1769817600", "2026-02-30T10:00:00Z", "0000-01-01T00:00:00",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "２０２６-01-31T10:00:00Z", "2026-01-31T10:00:00 Europe/Berlin"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    assert parse_timestamp(text, UTC) == "INVALID_TIMESTAMP"


@pytest.mark.feature("VAL-08", "TEST-17")
@settings(deadline=None)
@given(
    st.datetimes(datetime(1000, 1, 2), datetime(9998, 12, 30)),
    st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_any_local_time_is_read_as_the_oracle_reads_it(local: datetime, zone: str) -> None:
    text = local.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    instant, ambiguous, codes = expected_timestamp(text, ZoneInfo(zone))
    found = parse_timestamp(text, ZoneInfo(zone))
    assert found == (codes[0] if codes else Instant(instant, ambiguous))  # type: ignore[arg-type]


@pytest.mark.feature("VAL-08")
@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    for value in (text, json.dumps(text)):
        parse_hours(value, maximum=MAX_RUNNING)
        parse_hours(value, maximum=MAX_RUNNING, decimal_separator=",", factor=Fraction(1, 3600))
        parse_date(value)
        parse_timestamp(value, BERLIN)


@pytest.mark.feature("MAP-12")
@pytest.mark.parametrize("offset", ["+0000", "-0060", "+0120"])
def test_odata_milliseconds_are_utc_whatever_offset_stands_behind_them(offset: str) -> None:
    plain = parse_timestamp("/Date(1769860800000)/", ZoneInfo("Europe/Berlin"))
    assert plain == Instant(datetime(2026, 1, 31, 12))
    assert parse_timestamp(f"/Date(1769860800000{offset})/", ZoneInfo("Europe/Berlin")) == plain
    assert parse_date(f"/Date(1769860800000{offset})/") == date(2026, 1, 31)  # noon in London


@pytest.mark.parametrize(
    "text",
    [
        "/Date(1769817600000+0000)/",  # midnight of UTC
        "/Date(1769817600000-0300)/",  # a day as UTC has it, sent by a machine elsewhere
        "/Date(1769817600000+0060)/",
        "/Date(1769814000000+0060)/",  # midnight of Berlin, in minutes as OData counts
        "/Date(1769814000000+0100)/",  # and as .NET does
        "/Date(1769835600000-0300)/",  # midnight of New York, in minutes
        "/Date(1769797800000+0530)/",  # midnight of Delhi, as .NET writes it
        "/Date(1769797800000+0330)/",  # and as OData does
        "/Date(1769817600000+9999)/",
    ],
)
def test_a_day_in_milliseconds_with_an_offset_is_the_day_of_that_zone(text):
    assert parse_date(text) == date(2026, 1, 31)
