"""How long rights and choices are remembered, how many, and when they are forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from cmms.access import choices
from cmms.access.actors import Capability
from cmms.access.cache_results import ResultCache
from cmms_ui.asgi.keep_rights import Rights, RightsCache

VIEWER = frozenset({Capability.VIEW})
ADMIN = frozenset(Capability)


@pytest.mark.feature("NAV-03")
def test_rights_are_those_of_their_question_and_are_asked_again_when_they_are_old() -> None:
    answers: Iterator[Rights] = iter((VIEWER, ADMIN))
    rights = RightsCache(seconds=0.4)

    def ask() -> Rights:
        time.sleep(0.3)
        return next(answers)

    async def of(key: str) -> Rights:
        return await rights.find(key, ask)

    assert rights.known("one") is None
    assert anyio.run(of, "one") == VIEWER
    assert (rights.known("one"), rights.known("another")) == (VIEWER, None)
    time.sleep(0.15)  # 0.45 s after the question, 0.15 s after its answer
    assert rights.known("one") is None
    assert anyio.run(of, "one") == ADMIN


@pytest.mark.feature("NAV-03")
def test_rights_of_many_sessions_take_bounded_memory_and_the_newest_stay() -> None:
    rights = RightsCache()

    async def ask_for_many() -> None:
        for number in range(2_010):
            await rights.find(number, lambda: VIEWER)

    anyio.run(ask_for_many)
    known = [number for number in range(2_010) if rights.known(number) is not None]
    assert known == list(range(10, 2_010))


@pytest.mark.feature("NAV-03")
def test_a_failed_question_about_rights_is_asked_again() -> None:
    rights = RightsCache()

    def fail() -> Rights:
        raise OSError("the auth manager does not answer")

    async def ask_twice() -> Rights:
        with pytest.raises(OSError, match="does not answer"):
            await rights.find("one", fail)
        return await rights.find("one", lambda: VIEWER)

    assert anyio.run(ask_twice) == VIEWER


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The labels that the database holds; what the process has cached is forgotten before and after."""
    stored = ["A"]

    @contextmanager
    def no_session() -> Iterator[None]:
        yield None

    monkeypatch.setattr(choices, "raw_session", no_session)
    monkeypatch.setattr(choices, "query", lambda _, statement: [{"id": 1, "label": f"{stored[0]} {statement}"}])
    choices.forget_choices()
    yield stored
    choices.forget_choices()


@pytest.mark.feature("PERF-08")
def test_choices_are_cached_for_each_list_until_something_is_changed(labels: list[str]) -> None:
    assert choices.plant_choices() == [("1", "A access/plant_choices")]
    assert choices.group_choices() == [("1", "A access/group_choices")]
    labels[0] = "B"
    assert choices.plant_choices() == [("1", "A access/plant_choices")]
    choices.forget_choices()
    assert choices.plant_choices() == [("1", "B access/plant_choices")]


@pytest.mark.feature("PERF-08")
def test_choices_that_another_process_has_changed_are_seen_after_three_seconds(labels: list[str]) -> None:
    choices.plant_choices()
    labels[0] = "B"
    time.sleep(3.1)
    assert choices.plant_choices() == [("1", "B access/plant_choices")]


@pytest.mark.feature("PERF-08")
def test_dear_results_take_bounded_memory_and_the_newest_stay() -> None:
    cache = ResultCache()
    read: list[int] = []

    def dear(number: int) -> int:
        read.append(number)
        time.sleep(0.1 if number in (0, 600) else 0)
        return number

    for number in range(601):
        cache.cached_result(number, lambda number=number: dear(number))
    cache.cached_result(600, lambda: dear(600))
    cache.cached_result(0, lambda: dear(0))
    assert read == [*range(601), 0]
