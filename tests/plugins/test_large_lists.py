"""On a database of some size no list reads all readings, and what is dear to compute is kept for a moment only."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import MySQLdb
import pytest

from benchmarks.view_data import fill
from cmms.access.cache_results import cached_result, clear_cache
from tests.sync.conftest import connection_uri

MACHINES, DAYS = 6_000, 10


@pytest.fixture(scope="module")
def large(mysql_server: Any, make_database: Callable[[Any], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """6,000 machines with ten days of readings, and the view's connections to them."""
    from cmms.access.connections import engine
    from cmms.migrations import upgrade

    database = dict(make_database(mysql_server))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
        upgrade()
        with closing(MySQLdb.connect(**database)) as connection:
            fill(connection, machines=MACHINES, days=DAYS)
        engine().dispose()
        engine.cache_clear()
        clear_cache()
        yield database
        engine().dispose()
        engine.cache_clear()
        clear_cache()


def _full_scans(plan: Any) -> list[str]:
    """Tables of a plan that are read from one end to the other, row by row."""
    found = []
    if isinstance(plan, dict):
        if plan.get("access_type") == "ALL":
            found.append(str(plan["table_name"]))
        found += [name for value in plan.values() for name in _full_scans(value)]
    elif isinstance(plan, list):
        found += [name for value in plan for name in _full_scans(value)]
    return found


@pytest.mark.feature("PERF-11", "TBL-02")
def test_no_list_count_or_sorting_reads_all_readings(large: dict[str, Any]) -> None:
    from sqlalchemy import text
    from sqlalchemy.dialects import mysql

    from cmms.access.connections import reading
    from cmms.listing.definition import Condition, ListQuery, select_badges, select_count, select_page_keys, select_rows
    from cmms_ui.resources.equipment.resource import EQUIPMENT

    listing = EQUIPMENT.listing
    asked = [ListQuery(scope=scope) for scope in listing.scopes]
    asked += [ListQuery(order=((field.name, False),)) for field in listing.fields if field.sortable]
    asked += [ListQuery(search="PUMP"), ListQuery(conditions=(Condition("plant_code", "in", ("P003",)),))]
    selects = [select(listing, query) for query in asked for select in (select_page_keys, select_count)]
    selects.append(select_rows(listing, range(1, 101)))
    with reading() as connection:
        connection.execute(text("SET SESSION explain_json_format_version = 1"))
        for select in [*selects, select_badges(listing)]:
            statement = str(select.compile(dialect=mysql.dialect(), compile_kwargs={"literal_binds": True}))
            plan = connection.exec_driver_sql(f"EXPLAIN FORMAT=JSON {statement}").scalar_one()
            assert set(_full_scans(json.loads(plan))) & {"r", "n", "c", "m", "d", "b"} == set(), statement


def _explain_page(scope: str, **asked: Any) -> Any:
    """How the server finds the keys of a page: the plan of the table of machines, and whether it sorts."""
    from sqlalchemy import text
    from sqlalchemy.dialects import mysql

    from cmms.access.connections import reading
    from cmms.listing.definition import ListQuery, select_page_keys
    from cmms_ui.resources.equipment.resource import EQUIPMENT

    select = select_page_keys(EQUIPMENT.listing, ListQuery(scope, **asked))
    statement = str(select.compile(dialect=mysql.dialect(), compile_kwargs={"literal_binds": True}))
    with reading() as connection:
        connection.execute(text("SET SESSION explain_json_format_version = 1"))
        plan = connection.exec_driver_sql(f"EXPLAIN FORMAT=JSON {statement.replace('%', '%%')}").scalar_one()
    return json.loads(plan)["query_block"]["ordering_operation"]


@pytest.mark.feature("PERF-11")
@pytest.mark.parametrize(
    ("scope", "order", "index"),
    [("all", (), "ix_equipment_search"), ("active", (), "ix_equipment_active_search"),
     ("all", (("equipment_description", True),), "ix_equipment_description")],
)  # fmt: skip
def test_a_search_reads_an_index_in_the_order_of_the_list(
    large: dict[str, Any], scope: str, order: Any, index: str
) -> None:
    plan = _explain_page(scope, search="finds nothing", order=order)
    assert plan["using_filesort"] is False
    assert (plan["table"]["key"], plan["table"]["using_index"]) == (index, True)


@pytest.mark.feature("PERF-11")
def test_a_list_of_a_plant_reads_that_plant_only(large: dict[str, Any]) -> None:
    from cmms.listing.definition import Condition

    conditions = (Condition("plant_code", "in", ("P003",)), Condition("status", "in", ("missing",)))
    plan = _explain_page("all", conditions=conditions)
    assert plan["using_filesort"] is False
    machines = next(item["table"] for item in plan["nested_loop"] if item["table"]["table_name"] == "e")
    assert (machines["access_type"], machines["key"]) == ("ref", "ix_equipment_plant_number")


@pytest.mark.feature("PERF-11")
def test_no_widget_reads_all_readings_row_by_row(large: dict[str, Any]) -> None:
    from cmms.database import load_sql

    with closing(MySQLdb.connect(**large)) as connection:
        cursor = connection.cursor()
        cursor.execute("SET SESSION explain_json_format_version = 1")
        for name in ("health_by_plant", "health_matrix", "hours_by_day", "active_by_day", "active_by_plant"):
            cursor.execute(f"EXPLAIN FORMAT=JSON {load_sql(f'figures/{name}')}", {"days": 5})
            scans = set(_full_scans(json.loads(cursor.fetchone()[0])))
            assert scans & {"r", "equipment_running_times"} == set(), name


@pytest.mark.feature("WID-06", "PERF-11")
def test_the_health_of_many_machines_is_told_by_plant(large: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from cmms_ui.resources.equipment import health as widgets

    with closing(MySQLdb.connect(**large)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT CASE WHEN e.equipment_number IN (SELECT equipment_number FROM sync_record_errors WHERE status = 'open')"
            " THEN 'bad' WHEN e.missing_since IS NOT NULL THEN 'warn' WHEN r.id IS NULL THEN 'idle'"
            " WHEN r.quality = 'warning' THEN 'warn' ELSE 'good' END AS health, COUNT(*) FROM equipment e"
            " LEFT JOIN equipment_running_times r ON r.equipment_id = e.id AND r.date = CURRENT_DATE - INTERVAL 1 DAY"
            " WHERE e.is_active = 1 GROUP BY health"
        )
        expected = dict(cursor.fetchall())
    data = widgets.load_health({})
    assert {health: sum(row.count(health) for row in data["plants"]) for health in expected} == expected
    assert data["machines"] == ()  # more than 5,000: no cell for each
    monkeypatch.setattr(widgets, "CELL_LIMIT", MACHINES)
    cells = widgets.load_health({})["machines"]
    assert len(cells) == min(5000, sum(expected.values()))


def test_readings_of_active_machines_are_counted_as_a_plain_query_counts_them(large: dict[str, Any]) -> None:
    from cmms.figures.running_hours import active_hours_by_day

    with closing(MySQLdb.connect(**large)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT r.date, COUNT(*) FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id"
            " WHERE e.is_active = 1 AND r.date >= CURRENT_DATE - INTERVAL 5 DAY GROUP BY r.date ORDER BY r.date"
        )
        expected = [tuple(row) for row in cursor.fetchall()]
    assert expected
    assert [(day.day, day.machines) for day in active_hours_by_day(5)] == expected


@pytest.mark.feature("TAB-04F", "PERF-11")
def test_what_needs_maintenance_is_found_by_the_schedules_alone(large: dict[str, Any]) -> None:
    """No counter is read for the tab, its badge or its widget; and they count what a plain query counts."""
    from cmms.database import load_sql
    from cmms.listing.read_list import read_badges
    from cmms_ui.resources.equipment.resource import EQUIPMENT
    from cmms_ui.resources.equipment.tab_widgets import MAINTENANCE

    with closing(MySQLdb.connect(**large)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT COUNT(DISTINCT m.equipment_id) FROM equipment_maintenance m JOIN equipment e ON e.id = m.equipment_id"
            " WHERE e.is_active = 1 AND m.state IN ('due', 'overdue')"
        )
        expected = cursor.fetchone()[0]
        assert 0 < expected < MACHINES
        cursor.execute("SET SESSION explain_json_format_version = 1")
        for name in ("maintenance_counts", "maintenance_by_plan", "maintenance_next"):
            cursor.execute(f"EXPLAIN FORMAT=JSON {load_sql(f'figures/{name}')}", {"row_limit": 6})
            scans = set(_full_scans(json.loads(cursor.fetchone()[0])))
            assert scans & {"m", "e"} == set(), name
    assert read_badges(EQUIPMENT.listing)["needs_maintenance"] == expected
    counts = MAINTENANCE.load({})["counts"]
    assert counts.overdue + counts.due == expected


def test_what_is_cheap_is_read_each_time_and_what_is_dear_is_kept_until_something_changes() -> None:
    calls: list[float] = []

    def read(seconds: float) -> int:
        time.sleep(seconds)
        calls.append(seconds)
        return len(calls)

    clear_cache()
    assert [cached_result("cheap", lambda: read(0.0)) for _ in range(3)] == [1, 2, 3]
    assert [cached_result("dear", lambda: read(0.15)) for _ in range(3)] == [4, 4, 4]
    assert cached_result("another", lambda: read(0.0)) == 5
    clear_cache()
    assert cached_result("dear", lambda: read(0.15)) == 6


def test_people_who_ask_the_same_at_once_share_one_reading() -> None:
    calls: list[int] = []
    gate = threading.Event()

    def read() -> int:
        gate.wait(5)
        calls.append(1)
        return len(calls)

    clear_cache()
    answers: list[int] = []
    people = [threading.Thread(target=lambda: answers.append(cached_result("same", read))) for _ in range(8)]
    for person in people:
        person.start()
    time.sleep(0.2)
    gate.set()
    for person in people:
        person.join()
    assert len(answers) == 8
    assert len(calls) <= 2  # the first, and one that began after all had asked
    clear_cache()


def test_a_failed_reading_is_not_kept() -> None:
    def fail() -> int:
        raise ValueError("no")

    clear_cache()
    with pytest.raises(ValueError, match="no"):
        cached_result("broken", fail)
    assert cached_result("broken", lambda: 3) == 3


def test_an_export_of_records_as_received_holds_a_hundred_of_them_in_memory() -> None:
    from cmms.listing.read_list import rows_at_a_time
    from cmms_ui.resources import RESOURCES

    sizes = {name: rows_at_a_time(resource.listing) for name, resource in RESOURCES.items()}
    assert (sizes["record-errors"], sizes["equipment"], sizes["running-times"]) == (100, 2_000, 2_000)
