"""Which readings are trusted: a fold over the readings of a machine, the same in whatever order they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmms.sync.validate.judge_readings import (
    Judged,
    Limits,
    StoredReading,
    allowed_growth,
    judge_readings,
)

FIRST = date(2026, 1, 1)
UTC = Limits(tolerance=100, zone=ZoneInfo("UTC"))


def at(number: int, hours: str, **decisions: bool) -> StoredReading:
    """The reading of a day, counted from the first one."""
    return StoredReading(day=FIRST + timedelta(days=number), counter=int(Decimal(hours) * 1000), **decisions)


def trusted(readings: Sequence[StoredReading], limits: Limits = UTC, *, most: int = 24_000) -> str:
    """``t`` for each trusted reading, ``d`` for a doubtful one, ``v`` for a void one."""
    return "".join(map(letter, judge_readings(readings, limits, most=most)))


def letter(found: Judged) -> str:
    """See :func:`trusted`."""
    if found.is_trusted:
        return "t"
    return "d" if found.doubt else "v"


@pytest.mark.feature("LIF-02", "DOM-06")
def test_one_reading_of_90_000_hours_too_many_is_doubtful_and_the_eleven_right_ones_after_it_are_trusted() -> None:
    right = [at(day, str(100 + 8 * day)) for day in range(2, 13)]
    assert trusted([at(0, "100"), at(1, "90108"), *right]) == "td" + "t" * 11


@pytest.mark.feature("DOM-06")
@pytest.mark.parametrize(
    ("second", "most", "letters"),
    [
        (at(1, "124.1"), 24_000, "tt"),  # 24 h and the tolerance
        (at(1, "124.101"), 24_000, "td"),
        (at(3, "172.1"), 24_000, "tt"),  # three days
        (at(3, "172.101"), 24_000, "td"),
        (at(1, "110.101"), 10_000, "td"),  # the limit of the measuring point
        (at(1, "110.1"), 10_000, "tt"),
        (at(1, "160"), 60_000, "tt"),
        (at(1, "3"), 24_000, "tt"),  # a decrease is marked or rejected, not doubtful
    ],
)
def test_growth_beyond_what_the_days_allow_is_doubtful(second: StoredReading, most: int, letters: str) -> None:
    assert trusted([at(0, "100"), second], most=most) == letters


@pytest.mark.feature("DOM-06")
def test_a_day_of_25_hours_allows_one_more_unless_the_point_allows_less_than_24() -> None:
    berlin = Limits(tolerance=0, zone=ZoneInfo("Europe/Berlin"))
    before, long_day = date(2026, 10, 24), date(2026, 10, 25)
    assert allowed_growth(before, long_day, berlin, most=24_000) == 25_000
    assert allowed_growth(before, long_day + timedelta(days=2), berlin, most=24_000) == 73_000
    assert allowed_growth(date(2026, 3, 28), date(2026, 3, 29), berlin, most=24_000) == 24_000
    assert allowed_growth(before, long_day, berlin, most=10_000) == 10_000


@pytest.mark.feature("LIF-02", "DOM-04")
def test_decisions_of_people_come_before_the_limits() -> None:
    start, spike, after = at(0, "100"), at(1, "90108"), at(2, "90116")
    assert trusted([start, spike, after]) == "tdd"
    assert trusted([start, at(1, "90108", is_accepted=True), after]) == "ttt"
    assert trusted([start, at(1, "90108", is_change=True), after]) == "ttt"
    assert trusted([start, at(1, "90108", is_void=True), after]) == "tvd"
    assert trusted([at(0, "100", is_void=True), spike, after]) == "vtt"


@pytest.mark.feature("DOM-07")
def test_growth_far_beyond_the_usual_is_doubtful_only_where_the_setting_asks_for_it() -> None:
    usual = [at(day, str(100 + 8 * day + (day % 2) / 2)) for day in range(6)]
    jump = at(6, "162")  # 21.5 h after days of 7.5 to 8.5
    assert trusted([*usual, jump]) == "t" * 7
    assert trusted([*usual, jump], Limits(tolerance=100, zone=ZoneInfo("UTC"), sigmas=Decimal(3))) == "t" * 6 + "d"
    *_, found = judge_readings([*usual, jump], Limits(tolerance=0, zone=ZoneInfo("UTC"), sigmas=Decimal(3)))
    assert found.doubt is not None
    # five growths 8.5, 7.5, 8.5, 7.5, 8.5: mean 8.1, standard deviation of the population 0.489898
    assert (found.doubt.code, found.doubt.allowed) == ("UNUSUAL_GROWTH", 9_569)


@pytest.mark.feature("DOM-07")
def test_with_fewer_than_three_growths_nothing_is_called_usual() -> None:
    limits = Limits(tolerance=0, zone=ZoneInfo("UTC"), sigmas=Decimal(1))
    assert trusted([at(0, "0"), at(1, "1"), at(2, "2"), at(3, "20")], limits) == "tttt"
    assert trusted([at(0, "0"), at(1, "1"), at(2, "2"), at(3, "3"), at(4, "20")], limits) == "ttttd"


_history = st.dictionaries(
    st.integers(0, 14),
    st.tuples(st.sampled_from(["0", "20", "40", "100", "130", "90000", "90020"]), st.sampled_from("....vac")),
    max_size=9,
)


@given(_history, st.randoms(use_true_random=False), st.sampled_from([None, Decimal(1)]))
@pytest.mark.feature("LIF-02", "LIF-01")
def test_every_order_of_arrival_ends_in_the_same_trusted_readings(history, random, sigmas) -> None:  # type: ignore[no-untyped-def]
    """One reading after the other, each walked only as far as needed, as the merge does it; and all at once."""
    limits = Limits(tolerance=100, zone=ZoneInfo("UTC"), sigmas=sigmas)
    readings = {
        day: at(day, hours, is_void=decision == "v", is_accepted=decision == "a", is_change=decision == "c")
        for day, (hours, decision) in history.items()
    }
    arrival = list(readings)
    random.shuffle(arrival)
    stored: dict[int, StoredReading] = {}
    for day in arrival:
        stored[day] = readings[day]
        _walk(stored, day, limits)
    found = {day: reading.was_trusted for day, reading in stored.items()}
    in_order = [readings[day] for day in sorted(readings)]
    assert found == {(each.reading.day - FIRST).days: each.is_trusted for each in judge_readings(in_order, limits)}
    assert sigmas is not None or found == _by_brute_force(history)


def _walk(stored: dict[int, StoredReading], day: int, limits: Limits) -> None:
    in_order = [stored[number] for number in sorted(stored)]
    for found in judge_readings(in_order, limits, first_day=FIRST + timedelta(days=day)):
        number = (found.reading.day - FIRST).days
        is_settled = number > day and found.is_trusted and found.reading.was_trusted and limits.sigmas is None
        stored[number] = StoredReading(
            day=found.reading.day,
            counter=found.reading.counter,
            is_void=found.reading.is_void,
            is_accepted=found.reading.is_accepted,
            is_change=found.reading.is_change,
            was_trusted=found.is_trusted,
        )
        if is_settled:
            return


def _by_brute_force(history: dict[int, tuple[str, str]]) -> dict[int, bool]:
    """By the words of the rule: each reading beside the last one that counts."""
    counts: dict[int, bool] = {}
    for day in sorted(history):
        hours, decision = history[day]
        last = max((other for other in counts if counts[other]), default=None)
        is_too_much = last is not None and Decimal(hours) - Decimal(history[last][0]) > 24 * (day - last) + Decimal(
            "0.1"
        )
        counts[day] = decision != "v" and (decision in "ac" or not is_too_much)
    return counts
