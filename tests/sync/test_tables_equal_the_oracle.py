"""Row by row, the engine arrives at the tables that an independent oracle predicts from nasty generated feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_counts, assert_same_rejects, assert_same_tables
from tests.sync.site import PLANTS, Site

FIRST_DAY = date(2026, 1, 28)
RULES = OracleRules(empty_payload_fails=False, missing_field_fails=False)


def follow(site: Site, oracle: Oracle, day: date | None, records: list[bytes], run_date: date, **changes: Any) -> None:
    """Sync one input through the engine and the oracle, and compare everything."""
    before = len(oracle.rejects)
    if day is None:
        summary = site.sync_equipment(records, run_date=run_date, **changes)
        oracle.sync_equipment(records, run_date)
    else:
        summary = site.sync_day(day, records, run_date=run_date, **changes)
        oracle.sync_running_time(day, records, run_date)
    assert_same_tables(site, oracle)
    assert_same_rejects(site, summary, oracle.rejects[before:])
    assert_same_counts(summary, oracle)


@pytest.mark.feature("SYNC-04", "SYNC-05", "RT-03", "RT-05", "VAL-11", "TEST-17", "TEST-22")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equipment_and_four_nasty_days_end_as_the_oracle_says(site: Site, seed: int) -> None:
    feed = RecordGenerator(seed, 2000, PLANTS[:2], defect_rate=0.05)
    oracle = Oracle(RULES, plants=PLANTS)
    follow(site, oracle, None, feed.equipment(), FIRST_DAY)
    for number in range(4):
        day = FIRST_DAY + timedelta(days=number)
        follow(site, oracle, day, feed.running_times(day), day + timedelta(days=1))
