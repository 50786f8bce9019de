"""Goldens of life hours: rollover (M1) and replacement (M2). Each case raises AssertionError where the rules differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from cmms.maintenance.meters.life_hours import (
    UNKNOWN_OVERFLOW,
    MeterReading,
    Overflow,
    Segment,
    find_around,
    life,
    resolve_offsets,
)
from cmms.maintenance.rules.due_status import judge
from cmms.maintenance.rules.values import Plan
from tests.unit.maintenance.goldens.build import NEW, done, follow, hours

_FIRST = date(2026, 1, 1)


def _reading(day: int, counter: int, hours: int) -> MeterReading:
    return MeterReading(_FIRST + timedelta(days=day), Decimal(counter), Decimal(hours))


def _life_of_each(
    readings: tuple[MeterReading, ...], segment: Segment, overflow: Overflow = UNKNOWN_OVERFLOW
) -> list[Decimal]:
    segments = resolve_offsets([segment], find_around([segment], readings), overflow)
    return [life(reading.counter, reading.date, segments) for reading in readings]


def rollover() -> None:
    """M1: overflow 99,999; last 99,990, new 12: growth 21; 22 where the overflow value itself counts."""
    readings = (_reading(0, 99_990, 20), _reading(1, 12, 21))
    segment = Segment(from_date=readings[1].date, kind="rollover")
    for counts, growth in ((False, 21), (True, 22)):
        before, after = _life_of_each(readings, segment, Overflow(Decimal(99_999), counts))
        assert (before, after - before) == (99_990, growth)


def replacement() -> None:
    """M2: old final 4,980, new initial 0, the new counter reads 500 later: life 5,480; serviced at 5,000: overdue."""
    readings = (_reading(0, 4_972, 8), _reading(1, 8, 16), _reading(63, 500, 8))
    segment = Segment(from_date=readings[1].date, kind="replacement", old_final=Decimal(4_980), new_initial=Decimal(0))
    *_, last = _life_of_each(readings, segment)
    assert last == 5_480
    package = hours(300)
    status = judge(Plan(packages=(package,)), follow(package, [done(5_000)]), last, NEW.date + timedelta(days=1))  # type: ignore[operator]
    assert (status.state, status.hours_to_go) == ("overdue", -180)


CASES: dict[str, Callable[[], None]] = {"M1": rollover, "M2": replacement}
