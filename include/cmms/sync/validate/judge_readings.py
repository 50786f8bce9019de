"""Which stored readings of a machine are trusted, and which are doubtful. Pure.

Input: the stored readings of one machine in the order of their days, with what people have decided. Output: a
:class:`Judged` each. A reading is doubtful when the counter has grown since the trusted reading before by more than is
possible, or, with ``rules.spike_sigmas``, by more than is usual for this machine. Possible is ``max_hours_a_day`` of
the measuring point for each day in between: 24 by default, or 25 for a day that long. A doubtful or void reading is
never the one before: it drives nothing and no later reading is compared with it (docs/decisions/0039).

The result depends on the readings and decisions alone, not on the order in which they arrived.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from cmms.settings import Settings
from cmms.sync.validate.rule_suites import day_length_thousandths

EXCEEDS_DAY = "EXCEEDS_DAY"
UNUSUAL_GROWTH = "UNUSUAL_GROWTH"
HISTORY_DAYS = 91
"""What is usual for a machine is seen from so many days before the reading."""
LEAST_RATES = 3
"""With fewer daily growths nothing is called usual."""
USUAL_DAY = 24_000
"""Thousandths of an hour that a counter can grow in a day, unless its measuring point says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From how much growth on a reading is doubtful; hours in thousandths.

    Attributes:
        tolerance: growth beyond the possible that is let pass: counters are rounded.
        zone: of the site, for days of 25 hours.
        sigmas: standard deviations above the mean; None: growth is compared only with what is possible.
    """

    tolerance: int
    zone: ZoneInfo
    sigmas: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReading:
    """One stored reading and what is known of it; hours in thousandths.

    Attributes:
        day: of the reading.
        counter: what the meter showed.
        is_void: a person has declared it void.
        is_accepted: a person has accepted just this counter although it was doubtful.
        is_change: the counter was changed on this day, so it is compared with nothing before.
        was_trusted: what was found when it was looked at last.
    """

    day: date
    counter: int
    is_void: bool = False
    is_accepted: bool = False
    is_change: bool = False
    was_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a reading is doubtful: growth since ``previous_date``, and the most that was allowed, in thousandths."""

    code: str
    growth: int
    allowed: int
    previous_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A reading, the trusted one before it, and whether it is trusted itself."""

    reading: StoredReading
    before: StoredReading | None
    doubt: Doubt | None
    is_trusted: bool


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings give."""
    rules = settings.rules
    return Limits(tolerance=int(rules.hours_mismatch_tolerance * 1000), zone=settings.zone, sigmas=rules.spike_sigmas)


def judge_readings(
    readings: Iterable[StoredReading], limits: Limits, *, most: int = USUAL_DAY, first_day: date | None = None
) -> Iterator[Judged]:
    """Judge the readings of one machine, oldest first.

    Args:
        readings: in the order of their days.
        limits: see there.
        most: thousandths of an hour that this counter can grow in a day.
        first_day: readings before this day stay as they were found before.
    """
    before: StoredReading | None = None
    history: deque[tuple[StoredReading, StoredReading]] = deque()
    for reading in readings:
        is_known = first_day is not None and reading.day < first_day
        doubt = None if is_known else find_doubt(reading, before, limits, most=most, history=history)
        is_trusted = reading.was_trusted if is_known else not reading.is_void and doubt is None
        yield Judged(reading=reading, before=before, doubt=doubt, is_trusted=is_trusted)
        if is_trusted:
            if before is not None and not reading.is_change:
                history.append((before, reading))
            before = reading


def find_doubt(
    reading: StoredReading,
    before: StoredReading | None,
    limits: Limits,
    *,
    most: int,
    history: Iterable[tuple[StoredReading, StoredReading]] = (),
) -> Doubt | None:
    """Why the reading is doubtful, None if it is not.

    Args:
        reading: the one to judge.
        before: the trusted reading before it.
        limits: see there.
        most: thousandths of an hour that this counter can grow in a day.
        history: pairs of trusted readings that follow each other, before this one.
    """
    if before is None or reading.is_void or reading.is_accepted or reading.is_change:
        return None
    growth = reading.counter - before.counter
    allowed = allowed_growth(before.day, reading.day, limits, most=most)
    if growth > allowed:
        return Doubt(code=EXCEEDS_DAY, growth=growth, allowed=allowed, previous_date=before.day)
    usual = _usual_growth(reading, before, limits, history)
    if usual is not None and growth > usual:
        return Doubt(code=UNUSUAL_GROWTH, growth=growth, allowed=usual, previous_date=before.day)
    return None


def allowed_growth(previous: date, day: date, limits: Limits, *, most: int) -> int:
    """Thousandths of an hour that a counter can have grown from one day's reading to another's, tolerance included."""
    longer = _longer_days(previous, day, limits.zone) if most >= USUAL_DAY else 0
    return most * (day - previous).days + longer + limits.tolerance


@lru_cache(maxsize=4096)
def _longer_days(previous: date, day: date, zone: ZoneInfo) -> int:
    """Thousandths of an hour by which days after ``previous``, up to ``day``, are longer than 24 hours."""
    days = (previous + timedelta(days=number) for number in range(1, (day - previous).days + 1))
    return sum(day_length_thousandths(each, zone) - USUAL_DAY for each in days)


def _usual_growth(
    reading: StoredReading,
    before: StoredReading,
    limits: Limits,
    history: Iterable[tuple[StoredReading, StoredReading]],
) -> int | None:
    """Mean + k sigma of the machine's daily growths of the last :data:`HISTORY_DAYS`, for the days since ``before``.

    Sigma is that of the population. None: no such limit, or too few growths.
    """
    if limits.sigmas is None:
        return None
    oldest = reading.day - timedelta(days=HISTORY_DAYS)
    rates = [
        Decimal(later.counter - earlier.counter) / (later.day - earlier.day).days
        for earlier, later in history
        if earlier.day >= oldest
    ]
    if len(rates) < LEAST_RATES:
        return None
    mean = sum(rates, Decimal(0)) / len(rates)
    variance = sum(((rate - mean) ** 2 for rate in rates), Decimal(0)) / len(rates)
    a_day = mean + limits.sigmas * variance.sqrt()
    days = (reading.day - before.day).days
    return int((a_day * days).to_integral_value(ROUND_FLOOR)) + limits.tolerance
