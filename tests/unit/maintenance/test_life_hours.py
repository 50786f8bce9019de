"""Life hours from counters and segments, against a machine whose true hours are known."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cmms.maintenance.meters.life_hours import (
    UNKNOWN_OVERFLOW,
    Around,
    MeterReading,
    Overflow,
    Segment,
    find_around,
    life,
    offset_on,
    resolve_offsets,
)
from tests.maintenance.random_meters import OVERFLOW, run_machine
from tests.unit.maintenance.goldens.meters import CASES

FIRST = date(2026, 1, 1)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def reading(day: int, counter: int, hours: int) -> MeterReading:
    return MeterReading(on(day), Decimal(counter), Decimal(hours))


def lives(
    segments: list[Segment], readings: list[MeterReading], overflow: Overflow = UNKNOWN_OVERFLOW
) -> list[Decimal]:
    found = resolve_offsets(segments, find_around(segments, readings), overflow)
    return [life(each.counter, each.date, found) for each in readings]


@pytest.mark.feature("DOM-01", "DOM-02")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_published_examples(case: Callable[[], None]) -> None:
    case()


@pytest.mark.feature("DOM-10")
def test_without_segments_life_hours_are_the_counter_and_a_first_reading_is_no_usage() -> None:
    assert life(Decimal("5000.125"), on(0), ()) == Decimal("5000.125")
    segment = Segment(from_date=on(0), kind="replacement")
    assert lives([segment], [reading(0, 5000, 8), reading(1, 5008, 8)]) == [5000, 5008]


@pytest.mark.feature("DOM-02")
def test_a_machine_that_was_used_before_says_its_hours_in_an_initial_segment() -> None:
    initial = Segment(from_date=on(0), kind="initial", old_final=Decimal(12_000), new_initial=Decimal(300))
    assert lives([initial], [reading(0, 308, 8)]) == [12_008]


@pytest.mark.feature("DOM-02")
@pytest.mark.parametrize(
    ("kind", "stated", "counter", "hours", "expected"),
    [
        ("replacement", {}, 8, 8, 4_988),  # began with 0
        ("replacement", {}, 5, 8, 4_988),  # three of the eight hours ran on the old counter
        ("replacement", {}, 705, 8, 4_988),  # a used counter
        ("replacement", {"old_final": 4_983}, 5, 8, 4_988),
        ("replacement", {"new_initial": 0}, 5, 8, 4_988),
        ("replacement", {"old_final": 4_990, "new_initial": 700}, 705, 8, 4_995),  # the hours are as stated
        ("accepted", {}, 8, 8, 4_988),
        ("accepted", {}, 4_980, 8, 4_980),  # stands still, and a person says that it is right
        ("accepted", {}, 4_985, 8, 4_985),  # not lower after all: a reading between them has been voided
        ("rollover", {}, 0, 20, 5_000),  # nobody has said where it rolls over
        ("rollover", {"old_final": 4_999}, 0, 20, 4_999),
    ],
)
def test_what_a_person_has_not_stated_follows_from_the_readings(
    kind: str, stated: dict[str, int], counter: int, hours: int, expected: int
) -> None:
    segment = Segment(from_date=on(1), kind=kind, **{name: Decimal(value) for name, value in stated.items()})
    assert lives([segment], [reading(0, 4_980, 8), reading(1, counter, hours)])[-1] == expected


@pytest.mark.feature("DOM-02")
def test_a_segment_without_readings_hands_on_what_was_stated() -> None:
    first = Segment(from_date=on(1), kind="replacement", old_final=Decimal(110), new_initial=Decimal(0))
    second = Segment(from_date=on(3), kind="replacement", old_final=Decimal(12), new_initial=Decimal(0))
    assert lives([first, second], [reading(0, 100, 8), reading(4, 9, 8)])[-1] == 131
    unstated = Segment(from_date=on(3), kind="replacement")
    assert lives([first, unstated], [reading(0, 100, 8), reading(3, 8, 8)])[-1] == 108


def test_the_day_decides_which_segment_counts() -> None:
    segment = Segment(from_date=on(5), kind="reset", offset_hours=Decimal(7))
    assert [offset_on(on(day), (segment,)) for day in (4, 5, 6)] == [0, 7, 7]
    assert find_around([segment], []) == (Around(),)


@pytest.mark.feature("LIF-01", "DOM-01", "DOM-02")
def test_life_hours_of_random_machines_are_the_hours_that_they_ran() -> None:
    changes = 0
    for seed in range(300):
        machine = run_machine(random.Random(seed), days=40)
        readings = machine.trusted()
        found = resolve_offsets(machine.segments, find_around(machine.segments, readings), OVERFLOW)
        shown = {each.date: life(each.counter, each.date, found) for each in readings}
        assert shown == {each.date: machine.hours[each.date] for each in readings}, seed
        changes += len(found)
    assert changes > 1_000
