"""The schema itself, on MySQL and MariaDB: the source design's columns, keys, constraints, and the way up and down."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from cmms.errors import DatabaseUnavailable
from tests.sync.site import Site

# Design, section 7: exactly these, more are allowed.
COLUMNS = {
    "plants": "id plant_code name description is_active created_at updated_at",
    "equipment_groups": "id name description is_active created_at updated_at",
    "equipment": "id equipment_number plant_id equipment_group_id company_code equipment_description object_number point"
    " api_created_at is_active created_at updated_at",
    "equipment_running_times": "id equipment_id plant_id point date date_time description running_hours cumulative_hours"
    " company_code equipment_description object_number api_created_at created_at updated_at",
    "api_sync_logs": "id sync_type status records_processed records_success records_failed error_message sync_started_at"
    " sync_completed_at created_at updated_at",
    "sync_record_errors": "sync_log_id stream record_key code rule message payload status attempts first_seen_at last_seen_at",
}
FEATURE_OF = {
    "plants": "DAT-01", "equipment_groups": "DAT-02", "equipment": "DAT-03", "equipment_running_times": "DAT-04",
    "api_sync_logs": "DAT-05", "sync_record_errors": "DLQ-01",
}  # fmt: skip
HERE = "table_schema = DATABASE()"
TABLE = "table_type = 'BASE TABLE'"


@pytest.fixture(scope="module")
def filled(migrated_on_each: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One row in each table of the source design."""
    site = Site(None, migrated_on_each, tmp_path_factory.mktemp("schema"))  # type: ignore[arg-type]
    site.clear()
    site.execute(
        "INSERT INTO equipment_groups (name) VALUES ('Pumps')",
        "INSERT INTO equipment (equipment_number, plant_id, equipment_group_id, group_source) VALUES ('A', 1, 1, 'manual')",
        "INSERT INTO equipment (equipment_number, plant_id) VALUES ('A2', 1)",
        "INSERT INTO measuring_points (equipment_id) VALUES (2)",
        "INSERT INTO api_sync_logs (sync_type, status) VALUES ('equipment', 'running')",
        "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
        " VALUES (1, 1, '2026-01-31', 8, 5000)",
        "INSERT INTO validation_reports (asked_by, days) VALUES ('x', 1)",
        "INSERT INTO maintenance_plans (name, scope, interval_hours) VALUES ('Oil', 'all', 500), ('Belt', 'all', 500)",
        "INSERT INTO equipment_maintenance (equipment_id, plan_id) VALUES (1, 2)",
        "INSERT INTO work_orders (equipment_id, title, source, created_by) VALUES (1, 'Oil', 'manual', 'x')",
    )
    return site


@pytest.mark.feature("DAT-04")
@pytest.mark.parametrize(
    "table", [pytest.param(table, marks=pytest.mark.feature(FEATURE_OF[table])) for table in COLUMNS]
)
def test_a_table_has_the_columns_of_the_source_design(filled: Site, table: str) -> None:
    rows = filled.query(
        f"SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE {HERE} AND table_name = %s",
        table,
    )
    types = {row["name"]: row["type"] for row in rows}
    assert set(COLUMNS[table].split()) <= types.keys()
    assert {types[name] for name in types if name.endswith("_hours")} <= {"decimal"}
    assert {types[name] for name in types if name.endswith("_at")} <= {"datetime"}


@pytest.mark.feature("PERF-01")
def test_every_table_has_a_primary_key(filled: Site) -> None:
    tables = {
        row["t"]
        for row in filled.query(f"SELECT table_name AS t FROM information_schema.tables WHERE {HERE} AND {TABLE}")
    }
    keyed = filled.query(
        f"SELECT DISTINCT table_name AS t FROM information_schema.statistics WHERE {HERE} AND index_name = 'PRIMARY'"
    )
    assert {row["t"] for row in keyed} == tables


@pytest.mark.feature("PERF-04", "DAT-06")
def test_every_foreign_key_has_an_index_that_starts_with_it_and_restricts(filled: Site) -> None:
    keys = filled.query(
        f"SELECT table_name AS t, column_name AS c FROM information_schema.key_column_usage"
        f" WHERE {HERE} AND referenced_table_name IS NOT NULL"
    )
    leading = filled.query(
        f"SELECT table_name AS t, column_name AS c FROM information_schema.statistics WHERE {HERE} AND seq_in_index = 1"
    )
    assert {(row["t"], row["c"]) for row in keys} <= {(row["t"], row["c"]) for row in leading}
    rules = filled.query(
        "SELECT DISTINCT delete_rule AS r FROM information_schema.referential_constraints WHERE constraint_schema = DATABASE()"
    )
    assert {row["r"] for row in rules} <= {"RESTRICT", "NO ACTION"}
    wanted = {
        ("equipment", "plant_id"), ("equipment", "equipment_group_id"), ("equipment_running_times", "equipment_id"),
        ("equipment_running_times", "plant_id"), ("sync_record_errors", "sync_log_id"),
    }  # fmt: skip
    assert wanted <= {(row["t"], row["c"]) for row in keys}


@pytest.mark.feature("PERF-02", "DAT-01")
def test_plant_codes_and_equipment_numbers_have_a_unique_index_each(filled: Site) -> None:
    rows = filled.query(
        f"SELECT table_name AS t, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS c FROM information_schema.statistics"
        f" WHERE {HERE} AND non_unique = 0 GROUP BY table_name, index_name"
    )
    assert {("plants", "plant_code"), ("equipment", "equipment_number")} <= {(row["t"], row["c"]) for row in rows}


# A row of each table: what must be given, and right in every other way.
ROWS: dict[str, dict[str, Any]] = {
    "plants": {"plant_code": "P998", "name": "x"},
    "equipment_groups": {"name": "x"},
    "equipment_group_rules": {"equipment_group_id": 1, "priority": 998, "field": "plant_code", "pattern": "x"},
    "equipment": {"equipment_number": "998", "plant_id": 1, "equipment_group_id": 1},
    "equipment_revisions": {"equipment_id": 1, "before_json": "{}", "changed_by": "x"},
    "equipment_running_times": {"equipment_id": 1, "plant_id": 1, "date": "2025-06-30", "running_hours": 1, "cumulative_hours": 1},
    "equipment_running_time_revisions": {"running_time_id": 1, "equipment_id": 1, "date": "2025-06-30", "before_json": "{}",
                                         "changed_by": "x"},
    "measuring_points": {"equipment_id": 1},
    "point_readings": {"point_id": 1, "date": "2025-06-30", "counter": 1, "noted_by": "x"},
    "meter_segments": {"point_id": 1, "from_date": "2025-06-30", "kind": "reset", "created_by": "x"},
    "reading_voids": {"equipment_id": 1, "date": "2025-06-30", "reason": "x", "voided_by": "x"},
    "doubtful_readings": {"equipment_id": 1, "date": "2025-06-30", "code": "x", "counter": 1, "previous_date": "2025-06-29",
                          "growth_hours": 1, "allowed_hours": 1},
    "installations": {"child_id": 1, "parent_id": 2, "from_date": "2025-06-30", "noted_by": "x"},
    "equipment_availability": {"equipment_id": 1, "from_date": "2025-06-30", "kind": "standby", "noted_by": "x"},
    "config_versions": {"version": 998, "body": "{}", "created_by": "x"},
    "api_sync_logs": {"sync_type": "equipment", "status": "running"},
    "sync_units": {"sync_log_id": 1, "stream": "equipment", "unit_key": "x"},
    "sync_record_errors": {"sync_log_id": 1, "stream": "x", "unit_key": "x", "record_key": "x", "category": "x", "code": "x",
                           "rule": "x", "message": "x", "payload": "x", "payload_hash": "x" * 32,
                           "first_seen_at": "2026-01-01", "last_seen_at": "2026-01-01"},
    "sync_superseded_records": {"sync_log_id": 1, "stream": "x", "unit_key": "x", "record_key": "x", "code": "x", "payload": "x",
                                "payload_hash": "x" * 32},
    "sync_log_events": {"sync_log_id": 1, "level": "info", "category": "x", "code": "x", "message": "x"},
    "alert_events": {"fingerprint": "x", "rule_key": "x", "level": "high", "title": "x", "first_at": "2026-01-01",
                     "last_at": "2026-01-01"},
    "notification_deliveries": {"alert_event_id": 1, "channel": "slack", "target": "x", "transition": "x"},
    "validation_reports": {"asked_by": "x", "days": 1},
    "validation_findings": {"validation_report_id": 1, "stream": "x", "equipment_id": 1, "severity": "warning", "code": "x",
                            "rule": "x", "message": "x"},
    "reconciliations": {"dag_id": "x", "run_id": "x", "asked_by": "x", "first_day": "2026-01-30", "last_day": "2026-01-31"},
    "sync_leases": {"stream": "x", "unit_key": "x"},
    "sync_reference_version": {"id": 2, "version": 1},
    "api_call_logs": {"endpoint": "x", "attempt": 1, "latency_ms": 1, "called_at": "2026-01-01"},
    "audit_log": {"actor": "x", "action": "x", "entity": "x", "entity_id": "x"},
    "notification_reads": {"alert_event_id": 1, "reader": "x"},
    "view_preferences": {"owner": "x", "name": "x", "body": "{}"},
    "saved_views": {"owner": "x", "resource": "x", "name": "x", "body": "{}"},
    "action_requests": {"actor": "x", "request": "x", "action": "x", "call_hash": "x" * 32},
    "requested_changes": {"asked_by": "x", "name": "x", "arguments": "{}", "keys_json": "[]", "batch_id": "x", "total": 0},
    "maintenance_plans": {"name": "x", "scope": "all", "interval_hours": 500},
    "equipment_maintenance": {"equipment_id": 1, "plan_id": 1},
    "equipment_forecasts": {"equipment_id": 1, "as_of": "2026-02-01"},
    "forecast_backtests": {"as_of": "2026-02-01", "machine_class": "x", "looked_at": 0, "all_machines": 0, "machines": 0,
                           "dues": 0, "reliable": 0, "unreached": 0},
    "work_orders": {"equipment_id": 1, "title": "x", "source": "manual", "created_by": "x"},
    "work_order_history": {"work_order_id": 1, "to_status": "open", "actor": "x"},
    "maintenance_dues": {"equipment_maintenance_id": 1, "occurrence_no": 1, "cause": "hours", "detected_on": "2026-01-31"},
}  # fmt: skip
NOBODY = 4_000_000_000


@pytest.mark.feature("TEST-12")
def test_every_foreign_key_refuses_an_orphan_and_a_parent_without_its_children(filled: Site) -> None:
    keys = filled.query(
        f"SELECT constraint_name AS k, table_name AS child, column_name AS c, referenced_table_name AS parent"
        f" FROM information_schema.key_column_usage WHERE {HERE} AND referenced_table_name IS NOT NULL"
    )
    assert {key["child"] for key in keys} | {key["parent"] for key in keys} <= ROWS.keys()
    with filled.session() as connection, closing(connection.cursor()) as cursor:
        connection.autocommit(False)
        for key in keys:
            name = f"`{key['k']}`"
            with pytest.raises(MySQLdb.IntegrityError, match=name) as orphan:
                _insert(cursor, key["child"], **{key["c"]: NOBODY})
            parent = _insert(cursor, key["parent"], **_other(key["parent"]))
            _insert(cursor, key["child"], **{key["c"]: parent})
            with pytest.raises(MySQLdb.IntegrityError, match=name) as delete:
                cursor.execute(f"DELETE FROM {key['parent']} WHERE id = {parent}")
            assert (orphan.value.args[0], delete.value.args[0]) == (1452, 1451)
            connection.rollback()


def _insert(cursor: Any, table: str, **values: Any) -> int:
    """Add the table's row of ROWS, but for what is given; its id."""
    row = {**ROWS[table], **values}
    marks = ", ".join(["%s"] * len(row))
    cursor.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    return int(cursor.lastrowid)


def _other(table: str) -> dict[str, Any]:
    """What the parent must have otherwise than a child of the same table beside it."""
    return {"api_sync_logs": {"run_id": "parent"}}.get(table, {})


REFUSED = [
    ("PERF-02", "duplicate plant", "INSERT INTO plants (plant_code, name) VALUES ('P001', 'x')", 1062),
    ("DAT-01", "plant without code", "INSERT INTO plants (name) VALUES ('x')", 1364),
    ("DAT-02", "duplicate group", "INSERT INTO equipment_groups (name) VALUES ('Pumps')", 1062),
    ("PERF-02", "duplicate number", "INSERT INTO equipment (equipment_number, plant_id) VALUES ('A', 1)", 1062),
    ("VAL-01", "number of 51 characters", "INSERT INTO equipment (equipment_number, plant_id) VALUES (REPEAT('x', 51), 1)", 1406),
    ("TEST-12", "machine of no plant", "INSERT INTO equipment (equipment_number, plant_id) VALUES ('B', 99)", 1452),
    ("TEST-12", "machine of no group", "UPDATE equipment SET equipment_group_id = 99", 1452),
    ("RT-11", "second reading of a day", "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours,"
     " cumulative_hours) VALUES (1, 1, '2026-01-31', 1, 1)", 1062),
    ("TEST-12", "reading of no machine", "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours,"
     " cumulative_hours) VALUES (99, 1, '2026-02-01', 1, 1)", 1452),
    ("DAT-04", "reading without hours", "INSERT INTO equipment_running_times (equipment_id, plant_id, date, cumulative_hours)"
     " VALUES (1, 1, '2026-02-01', 1)", 1364),
    ("VAL-03", "negative hours", "UPDATE equipment_running_times SET running_hours = -1", (3819, 4025)),
    ("VAL-04", "negative counter", "UPDATE equipment_running_times SET cumulative_hours = -1", (3819, 4025)),
    ("DAT-04", "hours beyond the column", "UPDATE equipment_running_times SET running_hours = 100000", 1264),
    ("DAT-05", "unknown status", "UPDATE api_sync_logs SET status = 'fine'", (3819, 4025)),
    ("DAT-05", "counts that do not add up", "UPDATE api_sync_logs SET records_processed = 1", (3819, 4025)),
    ("TEST-12", "reject of no run", "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, category, code,"
     " rule, message, payload, payload_hash, first_seen_at, last_seen_at) VALUES (99, 'equipment', 'equipment', 'A', 'x', 'x',"
     " 'x', 'x', 'x', REPEAT('x', 32), NOW(), NOW())", 1452),
    ("DAT-06", "plant in use deleted", "DELETE FROM plants WHERE plant_code = 'P001'", 1451),
    ("DAT-06", "group in use deleted", "DELETE FROM equipment_groups", 1451),
    ("DAT-06", "machine with readings deleted", "DELETE FROM equipment", 1451),
]  # fmt: skip


@pytest.mark.feature("DAT-01", "DAT-04", "PERF-02", "TEST-12", "DAT-06")
@pytest.mark.parametrize(
    ("statement", "number"),
    [
        pytest.param(sql, number, id=name, marks=pytest.mark.feature(feature, "TEST-27"))
        for feature, name, sql, number in REFUSED
    ],
)
def test_the_database_itself_refuses(filled: Site, statement: str, number: int | tuple[int, ...]) -> None:
    with filled.session() as connection, closing(connection.cursor()) as cursor:
        cursor.execute("SET SESSION sql_mode = 'STRICT_TRANS_TABLES'")
        with pytest.raises(MySQLdb.Error) as refused:
            cursor.execute(statement)
    assert refused.value.args[0] in (number if isinstance(number, tuple) else (number,))


# What each CHECK refuses.
BROKEN = {
    "ck_group_rules_field": ("equipment_group_rules", {"field": "x"}),
    "ck_equipment_group_source": ("equipment", {"group_source": "x"}),
    "ck_running_times_hours": ("equipment_running_times", {"running_hours": -1}),
    "ck_running_times_quality": ("equipment_running_times", {"quality": "x"}),
    "ck_measuring_points_factor": ("measuring_points", {"hours_per_unit": 0}),
    "ck_measuring_points_overflow": ("measuring_points", {"overflow_value": 0}),
    "ck_measuring_points_most": ("measuring_points", {"max_hours_a_day": 0}),
    "ck_measuring_points_rate": ("measuring_points", {"rate_method": "x"}),
    "ck_point_readings_counter": ("point_readings", {"counter": -1}),
    "ck_meter_segments_kind": ("meter_segments", {"kind": "x"}),
    "ck_doubtful_readings_state": ("doubtful_readings", {"state": "x"}),
    "ck_installations_days": ("installations", {"to_date": "2025-06-29"}),
    "ck_installations_other": ("installations", {"parent_id": 1}),
    "ck_equipment_availability_kind": ("equipment_availability", {"kind": "x"}),
    "ck_equipment_availability_days": ("equipment_availability", {"to_date": "2025-06-29"}),
    "ck_sync_logs_status": ("api_sync_logs", {"status": "x"}),
    "ck_sync_logs_level": ("api_sync_logs", {"level": "x"}),
    "ck_sync_logs_control": ("api_sync_logs", {"control": "x"}),
    "ck_sync_logs_counts": ("api_sync_logs", {"records_processed": 2, "records_success": 1}),
    "ck_sync_units_conserved": ("sync_units", {"merged_at": "2026-01-01", "fetched": 2, "inserted": 1, "updated": 0,
                                               "unchanged": 0, "superseded": 0, "rejected": 0}),
    "ck_record_errors_status": ("sync_record_errors", {"status": "x"}),
    "ck_deliveries_channel": ("notification_deliveries", {"channel": "x"}),
    "ck_deliveries_status": ("notification_deliveries", {"status": "x"}),
    "ck_validation_reports_status": ("validation_reports", {"status": "x"}),
    "ck_reconciliations_status": ("reconciliations", {"status": "x"}),
    "ck_requested_changes_status": ("requested_changes", {"status": "x"}),
    "ck_validation_findings_severity": ("validation_findings", {"severity": "x"}),
    "ck_maintenance_plans_scope": ("maintenance_plans", {"scope": "x"}),
    "ck_maintenance_plans_mode": ("maintenance_plans", {"schedule_mode": "x"}),
    "ck_maintenance_plans_start": ("maintenance_plans", {"start_from": "x"}),
    "ck_maintenance_plans_interval": ("maintenance_plans", {"interval_hours": None}),
    "ck_maintenance_plans_priority": ("maintenance_plans", {"priority": 6}),
    "ck_equipment_maintenance_by": ("equipment_maintenance", {"assigned_by": "x"}),
    "ck_equipment_maintenance_state": ("equipment_maintenance", {"state": "x"}),
    "ck_equipment_maintenance_cause": ("equipment_maintenance", {"cause": "x"}),
    "ck_work_orders_type": ("work_orders", {"type": "x"}),
    "ck_work_orders_status": ("work_orders", {"status": "x"}),
    "ck_work_orders_source": ("work_orders", {"source": "x"}),
    "ck_work_orders_hold": ("work_orders", {"hold_reason": "x"}),
    "ck_work_orders_priority": ("work_orders", {"priority": 6}),
    "ck_maintenance_dues_cause": ("maintenance_dues", {"cause": "x"}),
    "ck_maintenance_dues_state": ("maintenance_dues", {"state": "x"}),
}  # fmt: skip


@pytest.mark.feature("TEST-27")
def test_every_check_refuses_what_it_is_there_for(filled: Site) -> None:
    names = filled.query(
        "SELECT constraint_name AS k FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()"
    )
    assert {row["k"] for row in names if row["k"].startswith("ck_")} == BROKEN.keys()
    for name, (table, change) in BROKEN.items():
        with _only_trying(filled) as cursor, pytest.raises(MySQLdb.Error, match=name) as refused:
            _insert(cursor, table, **change)
        assert refused.value.args[0] in (3819, 4025)


# What a row needs so that the key holds it, and what a second row must have otherwise to break no other key.
_MORE: dict[str, dict[str, Any]] = {
    "uk_sync_logs_run": {"dag_id": "x", "run_id": "x"},
    "uk_audit_refusal": {"refusal_key": "x" * 32},
    "uk_measuring_points_name": {"is_primary": 0},
    "uk_installations_from": {"to_date": "2025-07-31"},
}
_AGAIN: dict[str, dict[str, Any]] = {
    "uk_maintenance_dues_open": {"occurrence_no": 2},
    "uk_measuring_points_primary": {"name": "y"},
    "uk_installations_child": {"from_date": "2025-07-01"},
}


@pytest.mark.feature("TEST-27")
def test_every_key_that_is_unique_refuses_a_second_row(filled: Site) -> None:
    keys = filled.query(
        f"SELECT DISTINCT s.table_name AS t, s.index_name AS k FROM information_schema.statistics s WHERE s.{HERE}"
        " AND s.non_unique = 0 AND NOT EXISTS (SELECT 1 FROM information_schema.columns c WHERE c.table_schema = s.table_schema"
        " AND c.table_name = s.table_name AND s.index_name = 'PRIMARY' AND c.extra LIKE '%auto_increment%')"
    )
    keys = [key for key in keys if key["t"] in ROWS]
    assert len(keys) > 15
    for key in keys:
        more, again = _MORE.get(key["k"], {}), _AGAIN.get(key["k"], {})
        with _only_trying(filled) as cursor:
            _insert(cursor, key["t"], **more)
            with pytest.raises(MySQLdb.IntegrityError, match=rf"{key['k']}'") as refused:
                _insert(cursor, key["t"], **more, **again)
        assert refused.value.args[0] == 1062


@pytest.mark.feature("TEST-27")
def test_every_column_that_must_be_given_refuses_null(filled: Site) -> None:
    columns = filled.query(
        f"SELECT table_name AS t, column_name AS c FROM information_schema.columns"
        f" JOIN information_schema.tables USING (table_schema, table_name)"
        f" WHERE {HERE} AND {TABLE} AND is_nullable = 'NO' AND extra NOT LIKE '%auto_increment%'"
    )
    tables = {column["t"] for column in columns if not column["t"].endswith("alembic_version")}
    assert tables == ROWS.keys()
    for column in columns:
        if column["t"] in tables:
            with _only_trying(filled) as cursor, pytest.raises(MySQLdb.Error, match=f"'{column['c']}'") as refused:
                _insert(cursor, column["t"], **{column["c"]: None})
            assert refused.value.args[0] == 1048


@contextmanager
def _only_trying(site: Site) -> Iterator[Any]:
    """A cursor; nothing that is written by it stays, and parents are not looked at."""
    with site.session() as connection, closing(connection.cursor()) as cursor:
        connection.autocommit(False)
        cursor.execute("SET SESSION sql_mode = 'STRICT_TRANS_TABLES', foreign_key_checks = 0")
        yield cursor
        connection.rollback()


@pytest.mark.feature("PERF-03", "PERF-05")
@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT * FROM equipment_running_times WHERE equipment_id = 7 AND date >= '2026-01-01' ORDER BY date",
         "uk_running_times_equipment_date"),
        ("SELECT equipment_id, cumulative_hours FROM equipment_running_times WHERE date = '2026-01-31'", "ix_running_times_date"),
    ],
    ids=["trend of a machine", "all readings of a day"],
)  # fmt: skip
def test_a_usual_question_is_answered_from_an_index(filled: Site, statement: str, index: str) -> None:
    (plan,) = filled.query(f"EXPLAIN FORMAT=TRADITIONAL {statement}")
    assert plan["key"] == index
    assert plan["type"] != "ALL"


@pytest.mark.feature("TEST-14")
def test_decimals_instants_and_text_come_back_as_they_went_in(filled: Site) -> None:
    values = (
        "😀 e\u0301",
        datetime(2026, 1, 31, 23, 59, 59, 123000),
        date(2026, 1, 31),
        Decimal("99999.999"),
        Decimal("9999999999999.999"),
    )
    filled.execute(
        "UPDATE equipment_running_times SET description = %s, date_time = %s, date = %s, running_hours = %s, cumulative_hours = %s",
        values=values,
    )
    row = filled.query(
        "SELECT description, date_time, date, running_hours, cumulative_hours FROM equipment_running_times"
    )[0]
    assert tuple(row.values()) == values
    assert [type(value) for value in row.values()] == [str, datetime, date, Decimal, Decimal]


@pytest.mark.feature("DAT-03", "MAP-02")
def test_codes_compare_binary_also_in_unique_keys(filled: Site) -> None:
    for number in ("a", "0A", "caf\u00e9", "cafe\u0301"):
        filled.execute("INSERT INTO equipment (equipment_number, plant_id) VALUES (%s, 1)", values=(number,))
    assert filled.value("SELECT COUNT(*) FROM equipment WHERE equipment_number = 'a'") == 1


@pytest.mark.feature("TEST-26", "STK-04")
def test_the_schema_goes_up_down_and_up_again_to_the_same(
    each_database: dict[str, Any], make_database: Callable[..., Any], request: pytest.FixtureRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from cmms.migrations import downgrade, upgrade
    from tests.sync.conftest import connection_uri

    kind = "mariadb_server" if "mariadb" in request.node.callspec.id else "mysql_server"
    database = make_database(request.getfixturevalue(kind))
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    site = Site(None, database, tmp_path)  # type: ignore[arg-type]

    def schema() -> dict[str, str]:
        return _schema(site)

    upgrade()
    first = schema()
    assert "equipment_running_times" in first
    upgrade()
    assert schema() == first
    downgrade()
    assert [table for table in schema() if not table.endswith("alembic_version")] == []
    upgrade()
    assert schema() == first
    assert site.value("SELECT version FROM sync_reference_version") == 1


def _schema(site: Site) -> dict[str, str]:
    """Table or view -> how the server would create it."""
    tables = [next(iter(row.values())) for row in site.query("SHOW TABLES")]
    created = {table: list(site.query(f"SHOW CREATE TABLE {table}")[0].values())[1] for table in tables}
    return {table: re.sub(r" AUTO_INCREMENT=\d+", "", text) for table, text in created.items()}


@pytest.mark.feature("TEST-26", "STK-04")
def test_every_version_leads_up_to_the_newest_and_one_step_down_to_the_one_before_with_what_people_have_in_it(
    each_database: dict[str, Any], make_database: Callable[..., Any], request: pytest.FixtureRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from alembic.script import ScriptDirectory

    from cmms.migrations import configuration, downgrade, upgrade
    from tests.sync.conftest import connection_uri

    kind = "mariadb_server" if "mariadb" in request.node.callspec.id else "mysql_server"
    database = make_database(request.getfixturevalue(kind))
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    site = Site(None, database, tmp_path)  # type: ignore[arg-type]
    versions = [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]
    assert len(versions) >= 6

    def lines() -> dict[str, list[str]]:
        """A key that was taken away and added again stands elsewhere, and means the same."""
        return {
            table: sorted(line.rstrip(",") for line in text.splitlines())
            for table, text in _schema(site).items()
            if not table.endswith("alembic_version")
        }

    made: dict[str, dict[str, list[str]]] = {}
    for version in versions:
        upgrade(version)
        made[version] = lines()
        if version == versions[0]:
            site.execute(
                "INSERT INTO plants (plant_code, name) VALUES ('P001', 'One')",
                "INSERT INTO equipment (equipment_number, plant_id, equipment_description) VALUES ('A', 1, 'Pümpe 😀')",
                "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
                " VALUES (1, 1, '2026-01-31', 8, 5000)",
            )
        assert site.value("SELECT version_num FROM cmms_alembic_version") == version
    assert all(made[old] != made[new] for old, new in pairwise(versions))
    held = (
        "SELECT p.plant_code, e.equipment_number, e.equipment_description, t.date, t.running_hours, t.cumulative_hours"
        " FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id JOIN plants p ON p.id = t.plant_id"
    )
    content = site.query(held)
    assert [str(value) for value in content[0].values()] == ["P001", "A", "Pümpe 😀", "2026-01-31", "8.000", "5000.000"]
    for old, new in reversed(list(pairwise(versions))):
        downgrade(old)
        assert lines() == made[old], f"{new} down to {old}"
        assert site.query(held) == content
        upgrade(new)
        assert lines() == made[new], f"{old} up to {new} again"
        downgrade(old)
    upgrade()
    assert lines() == made[versions[-1]]
    assert site.query(held) == content


@pytest.mark.feature("TEST-26")
def test_a_migration_that_waits_for_a_table_in_use_gives_up_and_goes_on_where_it_stopped(
    make_database: Callable[..., Any], mysql_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms import session_variables
    from cmms.migrations import upgrade
    from tests.sync.conftest import connection_uri

    database, whole = make_database(mysql_server), make_database(mysql_server)
    site = Site(None, database, tmp_path)  # type: ignore[arg-type]
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(whole))
    upgrade()
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    upgrade("0001")
    assert session_variables._EVERYWHERE["lock_wait_timeout"] == 30
    monkeypatch.setitem(session_variables._EVERYWHERE, "lock_wait_timeout", 1)
    with site.session() as reader:
        reader.cursor().execute("LOCK TABLES plants READ")  # the third statement of 0002 changes it
        with pytest.raises(DatabaseUnavailable, match=r"in use by another session.*migrate again"):
            upgrade()
        reader.cursor().execute("UNLOCK TABLES")
    assert site.value("SELECT version_num FROM cmms_alembic_version") == "0001"
    assert site.query("SHOW COLUMNS FROM equipment LIKE 'notes'")
    assert not site.query("SHOW COLUMNS FROM plants LIKE 'row_version'")
    upgrade()
    tables = sorted(next(iter(row.values())) for row in site.query("SHOW TABLES"))
    other = Site(None, whole, tmp_path)  # type: ignore[arg-type]
    assert tables == sorted(next(iter(row.values())) for row in other.query("SHOW TABLES"))
    for table in tables:
        created = [list(made.query(f"SHOW CREATE TABLE {table}")[0].values())[1] for made in (site, other)]
        assert created[0] == created[1]


@pytest.mark.feature("TEST-26")
def test_a_migration_that_is_killed_between_any_statement_and_its_count_goes_on_to_the_same_schema(
    make_database: Callable[..., Any], mysql_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.migrations import statements, upgrade
    from tests.sync.conftest import connection_uri

    class Killed(BaseException):
        pass

    killed_at: set[tuple[str, int]] = set()

    def count(statement: Any, file: str, number: int) -> Any:
        if (file, number) not in killed_at:
            killed_at.add((file, number))
            raise Killed
        return statement

    database, whole = make_database(mysql_server), make_database(mysql_server)
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(whole))
    upgrade()
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
    counted = statements.count_statement
    monkeypatch.setattr(statements, "count_statement", lambda file, number: count(counted(file, number), file, number))
    while True:
        try:
            upgrade()
            break
        except Killed:
            continue
    assert len(killed_at) > 40  # each statement of every migration, once
    made, other = (Site(None, each, tmp_path) for each in (database, whole))  # type: ignore[arg-type]
    assert _schema(made) == _schema(other)
    assert made.value("SELECT COUNT(*) FROM sync_reference_version") == 1
