"""What is dear to compute is kept for a moment, what is cheap never, and a change shortens the moment."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from cmms.access import cache_results
from cmms.access.cache_results import ResultCache

Question = Callable[[float], Callable[[], int]]


class Clock:
    """Time that passes only when a question is asked of the database, or when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock of the test's own."""
    clock = Clock()
    monkeypatch.setattr(cache_results, "time", clock)
    return clock


@pytest.fixture
def question(clock: Clock) -> Question:
    """``question(cost)``: a reading that takes so many seconds; its results count up."""

    def make(cost: float) -> Callable[[], int]:
        numbers = itertools.count(1)

        def read() -> int:
            clock.now += cost
            return next(numbers)

        return read

    return make


@pytest.mark.feature("PERF-08")
def test_a_dear_result_is_kept_for_twenty_times_its_cost_and_a_cheap_one_never(
    clock: Clock, question: Question
) -> None:
    cache = ResultCache()
    dear, cheap = question(1.0), question(0.01)
    clock.now += 1
    assert [cache.cached_result("dear", dear), cache.cached_result("dear", dear)] == [1, 1]
    clock.now += 19.9
    assert cache.cached_result("dear", dear) == 1
    clock.now += 0.2
    assert cache.cached_result("dear", dear) == 2
    assert cache.cached_result("cheap", cheap) == 1
    clock.now += 0.001
    assert cache.cached_result("cheap", cheap) == 2


@pytest.mark.feature("PERF-08")
def test_after_a_change_it_is_kept_for_twice_its_cost(clock: Clock, question: Question) -> None:
    cache = ResultCache()
    dear = question(1.0)
    assert cache.cached_result("dear", dear) == 1
    clock.now += 5
    cache.expire_soon()
    clock.now += 1.9
    assert cache.cached_result("dear", dear) == 1
    clock.now += 0.2
    assert cache.cached_result("dear", dear) == 2
    clock.now += 10
    assert cache.cached_result("dear", dear) == 2  # nothing was changed since


@pytest.mark.feature("PERF-08")
def test_a_change_while_it_is_read_counts_too(clock: Clock) -> None:
    cache = ResultCache()

    def read() -> float:
        clock.now += 0.5
        cache.expire_soon()
        clock.now += 0.5
        return clock.now

    first = cache.cached_result("dear", read)
    clock.now += 1.9
    assert cache.cached_result("dear", read) == first
    clock.now += 0.2
    assert cache.cached_result("dear", read) != first
