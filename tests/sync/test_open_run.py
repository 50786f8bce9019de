"""What is pinned when a run is opened: how fresh the master data are, its units, and what it asks the source for."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest

from cmms.database import session
from cmms.errors import HandoverMissing, SettingsError
from cmms.streams.unit import Unit
from cmms.sync.records import Scope
from cmms.sync.runs.check_plants import describe_unknown_plants
from cmms.sync.runs.open_run import load_run, open_run, plan_run
from tests.sync.records import machine
from tests.sync.site import DAY, RUN_DATE, Site


def open_days(site: Site, first: date, last: date | None = None, **options: Any) -> int:
    with session() as connection:
        scope = Scope("running_time", first, last)
        return open_run(connection, scope, run_date=RUN_DATE, settings=site.settings(), **options).sync_log_id


@pytest.mark.feature("RT-13")
@pytest.mark.parametrize(
    ("first", "last", "days_ago", "is_stale"),
    [
        (DAY, DAY, 0, False),
        (DAY, DAY, 1, True),  # of the day itself: the evening may have brought machines
        (RUN_DATE, RUN_DATE, 0, False),  # nobody can have synced tomorrow's
        (RUN_DATE, RUN_DATE, 1, True),
        (DAY - timedelta(days=9), DAY - timedelta(days=9), 9, False),  # an old day is judged by its own morning after
        (DAY - timedelta(days=9), DAY - timedelta(days=9), 10, True),
        (DAY - timedelta(days=9), DAY, 9, True),  # of a range the newest day counts
        (DAY, None, 1, True),
    ],
)
def test_master_data_are_fresh_by_a_sync_of_the_day_after_the_newest_one_asked_for(
    site: Site, first: date, last: date | None, days_ago: int, is_stale: bool
) -> None:
    site.execute(
        "INSERT INTO api_sync_logs (sync_type, status, interval_end, settings_json, scope)"
        " VALUES ('equipment', 'success', %s, '{}', '{}')",
        values=(RUN_DATE - timedelta(days=days_ago),),
    )
    run = open_days(site, first, last)
    assert site.value("SELECT stale_master FROM api_sync_logs WHERE id = %s", run) == is_stale
    assert site.value("SELECT COUNT(*) FROM sync_log_events WHERE code = 'STALE_MASTER'") == is_stale


@pytest.mark.feature("RT-13", "DLQ-02")
def test_a_replay_and_a_snapshot_need_no_fresh_master_data(site: Site) -> None:
    site.raw["rules"] = {"stale_master": "block"}
    open_days(site, DAY, sync_type="replay")
    with session() as connection:
        open_run(connection, Scope("equipment"), run_date=RUN_DATE, settings=site.settings())
    assert site.query("SELECT DISTINCT stale_master FROM api_sync_logs") == [{"stale_master": 0}]


@pytest.mark.feature("SYNC-05")
def test_a_plant_that_there_is_not_is_refused_unless_a_sync_creates_it(site: Site) -> None:
    site.execute("UPDATE plants SET is_active = 0 WHERE plant_code = 'P002'")
    with session() as connection:
        for raw, codes, problem in (
            ({}, ("P001", "P002"), ""),  # one that is closed has readings too
            ({}, ("p001",), "no such plant: p001; the plants are P001, P002"),
            ({"unknown_plant": "create"}, ("P009",), ""),
        ):
            site.raw["rules"] = raw
            scope = Scope("running_time", DAY, DAY, plant_codes=codes)
            with pytest.raises(SettingsError, match=problem) if problem else nullcontext():
                open_run(connection, scope, run_date=RUN_DATE, settings=site.settings())
    assert site.value("SELECT COUNT(*) FROM api_sync_logs") == 2


@pytest.mark.feature("SYNC-05")
def test_many_plants_are_not_listed_to_the_end(site: Site) -> None:
    for number in range(100, 130):
        site.execute("INSERT INTO plants (plant_code, name) VALUES (%s, 'Plant')", values=(f"X{number}",))
    count = site.value("SELECT COUNT(*) FROM plants")
    with session() as connection:
        found = describe_unknown_plants(connection, ("P0O1", "X100"))
        assert (found.startswith("no such plant: P0O1; the plants are "), found.count(",")) == (True, 19)
        assert found.endswith(f" and {count - 20} more plants")
        connection.commit()
        site.execute("DELETE FROM plants")
        assert describe_unknown_plants(connection, ("P001",)).startswith("no such plant: P001; there are no plants yet")
        assert describe_unknown_plants(connection, ()) == ""


@pytest.mark.feature("SVC-04", "JOB-03")
def test_a_run_has_a_unit_for_each_day_or_those_it_is_given(site: Site) -> None:
    units = "SELECT unit_key FROM sync_units WHERE sync_log_id = %s ORDER BY unit_key"
    days = [{"unit_key": f"2026-01-{day}"} for day in (29, 30, 31)]
    assert site.query(units, open_days(site, date(2026, 1, 29), DAY)) == days
    assert site.query(units, open_days(site, DAY)) == days[2:]
    assert (
        site.query(
            units, open_days(site, date(2026, 1, 29), DAY, units=[Unit("default", "running_time", "2026-01-30")])
        )
        == days[1:2]
    )
    assert site.query(units, open_days(site, DAY, units=())) == []


@pytest.mark.feature("SYNC-05")
def test_days_after_that_of_the_run_are_refused_but_not_the_day_itself(site: Site) -> None:
    assert open_days(site, DAY, RUN_DATE) == 1
    with pytest.raises(SettingsError, match="end_date: 2026-02-02 lies in the future of 2026-02-01"):
        open_days(site, DAY, RUN_DATE + timedelta(days=1))
    with pytest.raises(SettingsError, match="end_date: 2026-01-31 lies before start_date 2026-02-01"):
        open_days(site, RUN_DATE, DAY)
    assert site.value("SELECT COUNT(*) FROM api_sync_logs") == 1


@pytest.mark.feature("RT-01")
def test_running_times_are_asked_for_whole_also_where_machines_are_asked_for_by_what_is_newer(site: Site) -> None:
    site.sync_equipment([machine("A")])
    since = {"incremental": {"parameter": "since"}}
    site.raw["streams"] = {"equipment": since, "running_time": since}
    with session() as connection:
        run = load_run(connection, open_days(site, DAY))
        asked = [name for batch in plan_run(connection, run) for name, _ in batch.requests[0].parameters]
        assert asked == ["date"]
        run = open_run(connection, Scope("equipment"), run_date=RUN_DATE, settings=site.settings())
        assert [name for name, _ in plan_run(connection, run)[0].requests[0].parameters] == ["since"]


@pytest.mark.feature("SYNC-03")
def test_a_run_that_is_not_there_is_said_to_be_missing(site: Site) -> None:
    with session() as connection, pytest.raises(HandoverMissing, match="no such run"):
        load_run(connection, 7)


def test_a_run_whose_settings_are_of_another_version_is_said_to_be_lost(site: Site) -> None:
    run = open_days(site, DAY)
    site.execute('UPDATE api_sync_logs SET settings_json = \'{"api": {"retries": 7}}\'')
    with session() as connection, pytest.raises(HandoverMissing, match="another version"):
        load_run(connection, run)
