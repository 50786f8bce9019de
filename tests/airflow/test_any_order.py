"""Many days in any order give the tables that they give one after the other. Without a scheduler: it takes too long."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.simulator import KINDS, SimulatorConfig
from tests.airflow.airflow_site import PLANTS, AirflowSite
from tests.airflow.hold_steps import GatedSimulator
from tests.sync.conftest import migrate, name_connections

FIRST, DAYS = date(2025, 1, 1), 45  # a year takes minutes

# A reading is judged by the stored one before it: with that still missing, these are kept with a warning instead of
# being rejected (docs/decisions/0010-later-days-are-marked.md). All other verdicts are of the record alone.
JUDGED_BY_THE_DAY_BEFORE = {"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED"}


@pytest.fixture
def site(database: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AirflowSite]:
    """A site whose Airflow is never started."""
    kinds = tuple(name for name, kind in KINDS.items() if kind.default and kind.code not in JUDGED_BY_THE_DAY_BEFORE)
    with GatedSimulator(SimulatorConfig(equipment=30, plants=2, defect_rate=0.1, defect_kinds=kinds)) as simulator:
        name_connections(monkeypatch, simulator, database)
        migrate(database)
        site = AirflowSite(simulator, database, tmp_path)
        site.clear(plants=PLANTS)
        yield site


@pytest.mark.slow
@pytest.mark.feature("SVC-04")
def test_many_days_in_shuffled_pieces_equal_the_same_days_in_one_range(site: AirflowSite) -> None:
    last = FIRST + timedelta(days=DAYS - 1)
    after = last + timedelta(days=1)
    expected = site.expect_after(
        lambda: site.sync_equipment(run_date=after), lambda: site.sync_days(FIRST, last, run_date=after)
    )
    assert len({row[1] for row in expected["running_times"]}) == DAYS
    assert expected["rejects"]

    pieces = cut(last)
    site.sync_equipment(run_date=after)
    site.simulator.clear_requests()
    for start, end in pieces:
        assert site.sync_days(start, end, run_date=after).status in ("success", "partial")
    asked = sorted(request.parameters["date"][0] for request in site.simulator.requests)
    assert asked == [(FIRST + timedelta(days=number)).isoformat() for number in range(DAYS)]
    found = site.contents()
    for table, rows in expected.items():
        assert sorted(set(found[table]) ^ set(rows), key=str) == [], table


def cut(last: date) -> list[tuple[date, date]]:
    """The days up to the last one in pieces of any length, shuffled."""
    pieces: list[tuple[date, date]] = []
    rng, start = random.Random(7), FIRST
    while start <= last:
        end = min(last, start + timedelta(days=rng.choice((0, 4, 11))))
        pieces.append((start, end))
        start = end + timedelta(days=1)
    rng.shuffle(pieces)
    assert pieces != sorted(pieces)
    return pieces
