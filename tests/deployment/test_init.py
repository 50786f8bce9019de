"""`cmms init` and `cmms uninstall` on a real metadata database and a real MySQL, as an administrator calls them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import MySQLdb
import pytest

from cmms.simulator import Simulator, SimulatorConfig
from tests.deployment.installed_airflow import InstalledAirflow


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> InstalledAirflow:
    """A migrated metadata database without connections."""
    installed = InstalledAirflow(tmp_path_factory.mktemp("airflow"))
    installed.run("airflow", "db", "migrate")
    return installed


@pytest.fixture(scope="module")
def source() -> Iterator[Simulator]:
    """A source that answers."""
    with Simulator(SimulatorConfig(equipment=20, defect_rate=0)) as simulator:
        yield simulator


def _connections(database: dict[str, Any], source: Simulator) -> dict[str, dict[str, Any]]:
    return {
        "cmms_mysql": {
            "conn_type": "mysql", "host": database["host"], "port": database["port"], "login": database["user"],
            "password": database["password"], "schema": database["database"],
        },
        "cmms_api": {"conn_type": "http", "host": source.base_url, "password": source.config.token},
    }  # fmt: skip


def _query(database: dict[str, Any], statement: str) -> list[tuple[Any, ...]]:
    with closing(MySQLdb.connect(**database)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        rows = list(cursor.fetchall())
        connection.commit()
        return rows


_PREVIOUS = "0008"  # the newest migration of the version before the wheel
_FILL = (
    "INSERT INTO plants (id, plant_code, name) VALUES (1, 'P001', 'Old plant')",
    "INSERT INTO equipment (id, equipment_number, plant_id, equipment_description) VALUES (7, '000017', 1, 'Pump')",
    "INSERT INTO api_sync_logs (id, sync_type, status, sync_started_at) VALUES (3, 'running_time', 'success', NOW(3))",
    "INSERT INTO equipment_running_times (id, equipment_id, plant_id, date, running_hours, cumulative_hours)"
    " VALUES (9, 7, 1, '2026-01-31', 7.5, 1207.125)",
)
_READ = (
    "SELECT id, plant_code, name FROM plants WHERE id = 1",
    "SELECT id, equipment_number, equipment_description, created_at, updated_at FROM equipment",
    "SELECT id, equipment_id, date, running_hours, cumulative_hours, updated_at FROM equipment_running_times",
    "SELECT id, sync_type, status, sync_started_at FROM api_sync_logs WHERE id = 3",
)


@pytest.mark.feature("PKG-01")
def test_missing_connections_are_all_named_and_nothing_is_asked_of_them(airflow: InstalledAirflow) -> None:
    shown = airflow.run("cmms", "migrate", code=2)
    assert "SettingsError: the Airflow connection cmms_mysql is not defined" in shown and "Traceback" not in shown
    shown = airflow.run("cmms", "init", "--plants", "no-such.csv", code=2)
    assert "SettingsError: plants file no-such.csv" in shown and not (airflow.home / "cmms").exists()
    shown = airflow.run("cmms", "init", code=2)
    assert "SettingsError: not defined: cmms_mysql and cmms_api" in shown
    assert (airflow.home / "cmms/cmms.yaml").exists()
    assert (airflow.home / "cmms/plants.csv").read_text(encoding="utf-8") == "plant_code,name\n"
    (airflow.home / "later.csv").write_text("plant_code,name\nP001,Mine\n", encoding="utf-8")
    shown = airflow.run("cmms", "init", "--plants", "later.csv", code=2)
    assert "not copied: later.csv" in shown and "cmms seed --plants later.csv" in shown


@pytest.mark.feature("PKG-01")
def test_init_upgrades_a_filled_site_and_leaves_what_is_the_sites(
    airflow: InstalledAirflow, database: dict[str, Any], source: Simulator
) -> None:
    airflow.add_connections(_connections(database, source))
    airflow.run("cmms", "migrate", "--revision", _PREVIOUS)
    for statement in _FILL:
        _query(database, statement)
    before = [_query(database, statement) for statement in _READ]
    settings = airflow.home / "cmms/cmms.yaml"
    settings.write_text("timezone: Europe/Berlin\n", encoding="utf-8")
    (airflow.home / "cmms/plants.csv").write_text("plant_code,name\nP001,Mine\nP002,Other\n", encoding="utf-8")

    shown = airflow.run("cmms", "init")
    assert "pool cmms_sync: is there" in shown  # the first call has created it
    assert "tables: up to date" in shown and "plants: 2 of " in shown and "Database" in shown
    assert settings.read_text(encoding="utf-8") == "timezone: Europe/Berlin\n"
    assert [_query(database, statement) for statement in _READ] == before
    assert _query(database, "SELECT plant_code, name FROM plants ORDER BY id") == [("P001", "Old plant"), ("P002", "Other")]  # fmt: skip

    airflow.run("cmms", "migrate", "--down", "--revision", _PREVIOUS)
    assert [_query(database, statement) for statement in _READ] == before
    assert _query(database, "SELECT version_num FROM cmms_alembic_version") == [(_PREVIOUS,)]
    airflow.run("cmms", "migrate")


@pytest.mark.feature("PKG-01")
def test_uninstall_asks_and_drops_the_data_only_when_told(airflow: InstalledAirflow, database: dict[str, Any]) -> None:
    """That they stay otherwise is seen on the stock site (``tests/stock/test_whole_life.py``)."""
    assert "nothing was changed" in airflow.run("cmms", "uninstall", code=1, answer="yes\n")
    assert _query(database, "SELECT COUNT(*) FROM plants") == [(2,)]
    shown = airflow.run("cmms", "uninstall", "--yes", "--drop-data")
    assert "pool cmms_sync: deleted" in shown and "next: remove our files" in shown
    left = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    assert [name for (name,) in _query(database, left) if name != "cmms_alembic_version"] == []
