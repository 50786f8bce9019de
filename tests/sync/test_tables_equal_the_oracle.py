"""Row by row, the engine arrives at the tables that an independent oracle predicts from nasty generated feeds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_counts, assert_same_rejects, assert_same_tables
from tests.sync.site import PLANTS, RUN_DATE, Site

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
    assert summary.status in ("success", "partial"), f"{summary.error_class}: {summary.error_message}"
    assert_same_tables(site, oracle)
    assert_same_rejects(site, summary, oracle.rejects[before:])
    assert_same_counts(summary, oracle)


@pytest.mark.feature("SYNC-04", "SYNC-05", "SYNC-06", "RT-03", "RT-05", "VAL-08", "VAL-11", "TEST-17", "TEST-22")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equipment_and_four_nasty_days_end_as_the_oracle_says(site: Site, seed: int) -> None:
    feed = RecordGenerator(seed, 2000, PLANTS[:2], defect_rate=0.05)
    oracle = Oracle(RULES, plants=PLANTS)
    follow(site, oracle, None, feed.equipment(), FIRST_DAY)
    for number in range(4):
        day = FIRST_DAY + timedelta(days=number)
        follow(site, oracle, day, feed.running_times(day), day + timedelta(days=1))


@pytest.mark.feature("RT-05", "RT-07", "RT-08", "SVC-07", "DOM-05", "VAL-09")
def test_corrections_late_days_and_repetitions_end_as_the_oracle_says(site: Site) -> None:
    """Days arrive out of order, twice, corrected, and with master data that changes in between."""
    feed = RecordGenerator(4, 800, PLANTS[:2], defect_rate=0.15, duplicate_rate=0.1)
    oracle = Oracle(RULES, plants=PLANTS)
    first, second, third = (FIRST_DAY + timedelta(days=number) for number in range(3))
    follow(site, oracle, None, feed.equipment(), RUN_DATE)
    inputs: list[tuple[date | None, int]] = [
        (third, 0), (first, 0), (first, 0), (second, 0), (first, 1), (third, 0), (None, 1), (second, 1), (first, 2),
        (second, 0), (third, 2), (None, 2), (first, 0),
    ]  # fmt: skip
    rng = Random(1)
    for day, revision in inputs:
        records = feed.equipment(revision) if day is None else feed.running_times(day, revision)
        rng.shuffle(records)
        follow(site, oracle, day, records, RUN_DATE)
    warnings = frozenset[str]().union(*(row.quality for row in oracle.running_times.values()))
    assert {"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "HOURS_MISMATCH"} <= warnings


def with_decimal_comma(record: bytes) -> bytes:
    """The same record, its numbers written as many ERP systems of Europe export them."""
    return re.sub(rb'("(?:RECDV|CNTRR)": " *[+0-9]+)\.([0-9E]+ *")', rb"\1,\2", record)


@pytest.mark.feature("MAP-08", "MAP-09", "MAP-10", "MAP-12", "VAL-03", "VAL-05", "VAL-06", "DOM-06")
@pytest.mark.parametrize(
    ("zone", "day", "separator", "factor"),
    [
        ("Europe/Berlin", date(2025, 10, 26), ",", "1"),  # 25 hours long
        ("Australia/Lord_Howe", date(2025, 10, 5), ".", "1/3600"),  # 23.5 hours long
        ("America/St_Johns", date(2020, 2, 29), ".", "1/3600"),  # years ago: DATE_OLD
    ],
)
def test_other_zones_separators_and_units_end_as_the_oracle_says(
    site: Site, zone: str, day: date, separator: Any, factor: str
) -> None:
    feed = RecordGenerator(5, 1500, PLANTS[:2], defect_rate=0.2)
    rules = replace(
        RULES, time_zone=zone, decimal_separator=separator, cumulative_hours_factor=Fraction(factor),
        running_hours_factor=Fraction(factor)
    )  # fmt: skip
    numbers = {
        "decimal_separator": separator, "cumulative_hours_factor": factor, "running_hours_factor": factor
    }  # fmt: skip
    changes = {"timezone": zone, "api": {"numbers": numbers}}
    oracle = Oracle(rules, plants=PLANTS)
    follow(site, oracle, None, feed.equipment(), RUN_DATE, **changes)
    records = feed.running_times(day)
    follow(
        site,
        oracle,
        day,
        [with_decimal_comma(r) for r in records] if separator == "," else records,
        RUN_DATE,
        **changes,
    )
    assert len(oracle.running_times) > 1000
