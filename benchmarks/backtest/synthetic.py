"""Made-up machines whose every hour is known: seven ways to run, three years each.

Input: how many of each, a seed. Output: :class:`Fleet`. Hours of a day are drawn, life hours are their sum; the last
kind reports on 55 % of its days only. Nothing here knows how forecasts are made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cmms.maintenance.forecast.histories import Floats

DAYS = 3 * 364
KINDS = ("weekday", "24x7", "season", "breakdown", "standby", "regime change", "45 % gaps")
UNBOUNDED = frozenset({"breakdown", "regime change"})
"""What nobody can foresee: reported, without a target."""
_GAPS = 0.45
_MONDAY_TO_FRIDAY = 5


@dataclass(frozen=True)
class Fleet:
    """Machines of several kinds.

    Attributes:
        read: (machines, days), life hours that were reported; NaN on days without a reading.
        truth: (machines, days), life hours as they really were.
        kind: (machines,), index in :attr:`kinds`.
        kinds: their names.
    """

    read: Floats
    truth: Floats
    kind: NDArray[np.int64]
    kinds: tuple[str, ...]


def make_fleet(each: int, seed: int = 2026) -> Fleet:
    """So many machines of each of :data:`KINDS`, one kind after the other."""
    random = np.random.default_rng(seed)
    makers = (_weekday, _continuous, _season, _breakdown, _standby, _regime_change, _weekday)
    truth = _add_up(random, np.concatenate([maker(random, each) for maker in makers]))
    kind = np.repeat(np.arange(len(KINDS)), each)
    read = truth.copy()
    has_gaps = kind == KINDS.index("45 % gaps")
    read[has_gaps] = np.where(random.random((each, DAYS)) < _GAPS, np.nan, truth[has_gaps])
    return Fleet(read, truth, kind, KINDS)


def make_machines_on_call(each: int, seed: int = 2026) -> Fleet:
    """Machines that nobody can forecast: called every four weeks on average, for up to a day."""
    random = np.random.default_rng(seed)
    life = _add_up(random, _test_runs(random, each, runs_a_year=13, longest=24))
    return Fleet(life, life, np.zeros(each, np.int64), ("on call",))


def _add_up(random: np.random.Generator, hours: Floats) -> Floats:
    """Life hours of machines that have run before."""
    return np.asarray(random.uniform(0, 30_000, len(hours))[:, None] + hours.cumsum(axis=1))


def _weekday(random: np.random.Generator, machines: int) -> Floats:
    """One to two shifts from Monday to Friday, single days off, two weeks of holidays a year."""
    level = random.uniform(5, 16, machines)[:, None]
    hours = level * random.normal(1, 0.15, (machines, DAYS))
    hours[random.random(hours.shape) < 0.03] = 0
    hours[:, np.arange(DAYS) % 7 >= _MONDAY_TO_FRIDAY] = 0
    start = random.integers(0, 350, machines)
    for year in range(0, DAYS, 364):
        for row, day in enumerate(start + year):
            hours[row, day : day + 14] = 0
    return _within_a_day(hours)


def _continuous(random: np.random.Generator, machines: int) -> Floats:
    """Day and night, with short stops and now and then a service of some hours."""
    level = random.uniform(20.5, 23.5, machines)[:, None]
    hours = level + random.normal(0, 0.5, (machines, DAYS))
    stops = random.random(hours.shape) < 1 / 45
    hours[stops] -= random.uniform(4, 20, stops.sum())
    return _within_a_day(hours)


def _season(random: np.random.Generator, machines: int) -> Floats:
    """Every day, more in summer than in winter by a factor of two to five, each machine with its own peak."""
    depth, peak = random.uniform(0.35, 0.65, machines)[:, None], random.uniform(0, 364, machines)[:, None]
    level = random.uniform(5, 13, machines)[:, None]
    wave = 1 + depth * np.cos(2 * np.pi * (np.arange(DAYS) - peak) / 364)
    return _within_a_day(level * wave * random.normal(1, 0.25, (machines, DAYS)))


def _breakdown(random: np.random.Generator, machines: int) -> Floats:
    """As on weekdays, with one to three failures a year that stop the machine for one to six weeks."""
    hours = _weekday(random, machines)
    for row in range(machines):
        for _ in range(random.poisson(2 * DAYS / 364)):
            day = random.integers(0, DAYS)
            hours[row, day : day + random.integers(7, 43)] = 0
    return hours


def _standby(random: np.random.Generator, machines: int) -> Floats:
    """A fire pump or an emergency set: a test run every week, four times a year a real run of one to twelve hours."""
    return _test_runs(random, machines, runs_a_year=4, longest=12)


def _test_runs(random: np.random.Generator, machines: int, *, runs_a_year: float, longest: float) -> Floats:
    hours = np.zeros((machines, DAYS))
    weekday, level = random.integers(0, 7, machines), random.uniform(0.5, 1.5, machines)
    for row in range(machines):
        tests = len(range(weekday[row], DAYS, 7))
        hours[row, weekday[row] :: 7] = level[row] * random.uniform(0.8, 1.2, tests)
        for _ in range(random.poisson(runs_a_year * DAYS / 364)):
            left, day = random.uniform(1, longest), random.integers(0, DAYS)
            while left > 0 and day < DAYS:
                hours[row, day] = min(24, hours[row, day] + left)
                left, day = left - 24, day + 1
    return hours


def _regime_change(random: np.random.Generator, machines: int) -> Floats:
    """As on weekdays, but once to three times the level changes for good, by a factor of a third to three."""
    hours = _weekday(random, machines)
    for row in range(machines):
        for day in random.integers(90, DAYS - 90, random.integers(1, 4)):
            hours[row, day:] *= np.exp(random.choice([-1, 1]) * random.uniform(0.4, 1.1))
    return _within_a_day(hours)


def _within_a_day(hours: Floats) -> Floats:
    return np.clip(hours, 0, 24)
