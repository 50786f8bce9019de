"""Connections that an administrator has defined in Airflow's metadata database are found by every command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deployment.installed_airflow import InstalledAirflow


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> InstalledAirflow:
    """A migrated metadata database without connections."""
    installed = InstalledAirflow(tmp_path_factory.mktemp("airflow"))
    installed.run("airflow", "db", "migrate")
    return installed


def mysql_connection(database: dict[str, Any]) -> dict[str, Any]:
    """``cmms_mysql`` as Airflow stores it."""
    return {
        "conn_type": "mysql", "host": database["host"], "port": database["port"], "login": database["user"],
        "password": database["password"], "schema": database["database"],
    }  # fmt: skip


@pytest.mark.feature("PKG-01")
def test_a_missing_connection_is_a_settings_error_that_names_it(airflow: InstalledAirflow, tmp_path: Path) -> None:
    shown = airflow.run("cmms", "migrate", code=2)
    assert shown.startswith("SettingsError: the Airflow connection cmms_mysql is not defined")
    assert "airflow connections add cmms_mysql" in shown and "Traceback" not in shown


@pytest.mark.feature("PKG-01")
def test_a_connection_in_the_metadata_database_is_found(airflow: InstalledAirflow, database: dict[str, Any]) -> None:
    airflow.add_connections({"cmms_mysql": mysql_connection(database)})
    assert airflow.run("cmms", "migrate") == "the tables are up to date\n"
