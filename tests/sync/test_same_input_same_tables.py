"""Invariants 1 and 2: the same input, however often and in whatever order and pages, leaves the same tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from cmms.simulator import SimulatorConfig
from tests.oracle.generate import RecordGenerator
from tests.sync.records import machine, reading
from tests.sync.site import DAY, PLANTS, RUN_DATE, Site

FEED = RecordGenerator(11, 400, PLANTS[:2], defect_rate=0.1, duplicate_rate=0.1)
DAYS = [DAY - timedelta(days=number) for number in (2, 1, 0)]
TABLES = ("equipment", "equipment_running_times", "equipment_revisions", "equipment_running_time_revisions", "plants")
TIMES = ("created_at", "updated_at", "changed_at")


def load(site: Site, shuffle: Callable[[list[bytes]], None] = lambda _: None, **changes: Any) -> dict[str, Any]:
    """Sync snapshot, two days and a correction; returns every row, with ids, without the wall clock's columns."""
    for day, revision in ((None, 0), (DAYS[1], 0), (DAYS[2], 0), (DAYS[1], 1)):
        records = FEED.equipment() if day is None else FEED.running_times(day, revision)
        shuffle(records)
        summary = site.sync_equipment(records, **changes) if day is None else site.sync_day(day, records, **changes)
        assert summary.status == "partial", summary.error_message
    return site.dump(*TABLES, without=TIMES)


@pytest.fixture(scope="module")
def plain_tables() -> dict[str, Any]:
    """Filled by the first test that loads the feed in the plain way."""
    return {}


@pytest.mark.feature("SYNC-05", "VAL-11", "SVC-07")
def test_the_second_identical_run_writes_nothing_not_even_a_timestamp(site: Site, plain_tables: dict[str, Any]) -> None:
    plain_tables.update(load(site))
    before = site.dump(*TABLES)
    for summary in (site.sync_equipment(), site.sync_day(DAYS[2]), site.sync_day(DAYS[1])):
        assert summary.status == "partial"
        counts = summary.counts
        assert (counts.inserted, counts.updated) == (0, 0)
        assert counts.unchanged > 300
        assert counts.fetched == counts.unchanged + counts.superseded + counts.rejected
    assert site.dump(*TABLES) == before


@pytest.mark.feature("SYNC-10", "SYNC-11", "VAL-11")
@pytest.mark.parametrize(
    "changes",
    [
        {"api": {"pagination": {"size": 37}}, "engine": {"chunk_records": 100}},
        {"api": {"pagination": {"size": 150}, "parallel_requests": 4}, "engine": {"load_data": "never"}},
    ],
    ids=["small pages, small chunks", "other pages in parallel, staged by INSERT"],
)
def test_order_page_size_chunks_and_the_way_of_staging_change_nothing_not_even_ids(
    site: Site, plain_tables: dict[str, Any], changes: dict[str, Any]
) -> None:
    expected = plain_tables or load(site)
    site.clear()
    assert load(site, Random(5).shuffle, **changes) == expected


@pytest.mark.feature("SYNC-10")
def test_records_that_are_all_sent_twice_change_nothing(site: Site, plain_tables: dict[str, Any]) -> None:
    expected = plain_tables or load(site)
    site.clear()

    def double(records: list[bytes]) -> None:
        records += records[::-1]

    assert load(site, double, api={"pagination": {"size": 100}}) == expected


@pytest.mark.feature("SVC-04", "RT-06", "RT-08")
def test_a_range_in_one_run_or_one_request_equals_day_by_day_in_any_order(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    """Clean counters: with decreases in them, what comes first decides what is rejected."""
    feed = RecordGenerator(12, 300, PLANTS[:2], defect_rate=0, duplicate_rate=0.1)

    def fill(site: Site) -> None:
        site.sync_equipment(feed.equipment())
        for day in DAYS:
            site.serve("running_time", day, feed.running_times(day))

    def dump(site: Site) -> set[tuple[Any, ...]]:
        rows = site.dump("equipment_running_times", without=("id", "sync_log_id", *TIMES))
        return set(rows["equipment_running_times"])

    site = make_site(migrated)
    fill(site)
    for day in DAYS:
        assert site.sync_day(day).status == "success"
    expected = dump(site)
    assert len(expected) == 900

    site.execute("DELETE FROM equipment_running_times")
    for day in DAYS[::-1]:
        assert site.sync_day(day).status == "success"
    assert dump(site) == expected

    site.execute("DELETE FROM equipment_running_times")
    summary = site.sync_days(DAYS[0], DAYS[-1], engine={"days_per_batch": 2})
    assert (summary.status, summary.units, summary.counts.inserted) == ("success", 3, 900)
    units = site.query(
        "SELECT unit_key, inserted FROM sync_units WHERE sync_log_id = %s ORDER BY 1", summary.sync_log_id
    )
    assert [(row["unit_key"], row["inserted"]) for row in units] == [(day.isoformat(), 300) for day in DAYS]
    assert dump(site) == expected

    site = make_site(migrated, SimulatorConfig(equipment=0, dates="range"))
    fill(site)
    in_range = {"streams": {"running_time": {"date_parameters": {"mode": "range"}}}}
    summary = site.sync_days(DAYS[0], DAYS[-1], **in_range)
    assert (summary.status, summary.units, summary.counts.inserted) == ("success", 3, 900)
    assert [
        request.parameters["start_date"] for request in site.simulator.requests if request.stream == "running_time"
    ] == [[DAYS[0].isoformat()]]
    assert dump(site) == expected


@pytest.mark.feature("RT-06", "SYNC-06")
def test_of_a_range_in_one_request_a_record_of_no_day_or_another_is_kept_aside(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    site = make_site(migrated, SimulatorConfig(equipment=0, dates="range"))
    site.sync_equipment([machine("A"), machine("B")])
    odd = {day: reading("A", DAYS[0], DATE=day, MDTXT=day) for day in ("someday", "1999-12-31")}
    odd["none"] = reading("A", DAYS[0], DATE=None, MDTXT="none")
    site.serve("running_time", DAYS[0], [reading("A", DAYS[0]), *odd.values()])
    site.serve("running_time", DAYS[1], [reading("B", DAYS[1])])
    in_range = {"streams": {"running_time": {"date_parameters": {"mode": "range"}}}}
    summary = site.sync_days(DAYS[0], DAYS[1], **in_range)
    assert (summary.status, summary.counts.fetched, summary.counts.inserted) == ("partial", 5, 2), summary.error_message
    kept = {row["payload"].decode(): row["code"] for row in site.query("SELECT payload, code FROM sync_record_errors")}
    assert kept == {
        odd["someday"]: "INVALID_DATE",
        odd["1999-12-31"]: "DATE_OUTSIDE_REQUEST",
        odd["none"]: "REQUIRED",
    }


@pytest.mark.feature("VAL-04", "VAL-09")
def test_a_range_judges_each_day_by_the_day_before_it_in_the_same_range(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    site = make_site(migrated, SimulatorConfig(equipment=0, dates="range"))
    site.sync_equipment([machine("A"), machine("B")])
    counters = {"A": ("100", "90", "108"), "B": ("100", "109", "117")}
    for number, day in enumerate(DAYS):
        site.serve("running_time", day, [reading(name, day, counter=counters[name][number]) for name in counters])
    summary = site.sync_days(DAYS[0], DAYS[-1], streams={"running_time": {"date_parameters": {"mode": "range"}}})
    assert dict(summary.rejects_by_code) == {"COUNTER_DECREASED": 1}
    assert dict(summary.warnings_by_code) == {"HOURS_MISMATCH": 1}
    stored = site.query(
        "SELECT e.equipment_number, t.date, t.quality_code FROM equipment_running_times t"
        " JOIN equipment e ON e.id = t.equipment_id ORDER BY 1, 2"
    )
    assert [tuple(row.values()) for row in stored] == [
        ("A", DAYS[0], None),
        ("A", DAYS[2], None),
        ("B", DAYS[0], None),
        ("B", DAYS[1], "HOURS_MISMATCH"),
        ("B", DAYS[2], None),
    ]


@pytest.mark.feature("RT-02", "VAL-05")
def test_an_old_day_is_asked_for_and_judged_the_same_whenever_it_is_run_again(site: Site) -> None:
    day = date(2024, 2, 29)
    site.sync_equipment([machine()])
    site.sync_day(day, [reading(day=day)])
    before = site.dump()
    assert site.sync_day(day, run_date=RUN_DATE + timedelta(days=30)).counts.unchanged == 1
    asked = [request.parameters["date"] for request in site.simulator.requests if request.stream == "running_time"]
    assert asked == [["2024-02-29"]] * 2
    assert site.dump() == before
