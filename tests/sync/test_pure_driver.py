"""Where mysqlclient is absent PyMySQL does the same: identical tables, the same errors, TLS when asked for."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from cmms import mysql_driver
from cmms.database import connect, query, run_transaction
from cmms.errors import DatabaseRefused, DatabaseUnavailable
from tests.sync.site import Site
from tests.sync.test_same_input_same_tables import TABLES, TIMES, load

OF_THE_CLOCK = (*TIMES, "first_seen_at", "last_seen_at", "resolved_at")


@pytest.fixture
def pure_driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The driver module as it is where mysqlclient cannot be imported."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "MySQLdb", None)
        importlib.reload(mysql_driver)
        assert mysql_driver.DIALECT == "mysql+pymysql"
        yield
    importlib.reload(mysql_driver)
    assert mysql_driver.is_compiled()


@pytest.fixture(scope="module")
def tables_of_mysqlclient() -> dict[str, Any]:
    """Filled by the first test."""
    return {}


def _rows(site: Site) -> dict[str, Any]:
    """All that a sync stores but the clock's columns.

    Of rejects not the id either: an upsert of many rows leaves gaps that depend on how the driver cuts its packets.
    """
    rejects = site.dump("sync_record_errors", without=(*OF_THE_CLOCK, "id"))
    return {**site.dump(*TABLES, without=OF_THE_CLOCK), **rejects}


def test_mysqlclient_fills_the_tables(site: Site, tables_of_mysqlclient: dict[str, Any]) -> None:
    load(site)
    tables_of_mysqlclient.update(_rows(site))
    assert tables_of_mysqlclient["equipment_running_times"] and tables_of_mysqlclient["sync_record_errors"]


@pytest.mark.feature("PKG-01")
@pytest.mark.parametrize("way", ["auto", "never"])
def test_a_sync_by_the_pure_driver_gives_identical_tables(
    site: Site, pure_driver: None, tables_of_mysqlclient: dict[str, Any], way: str
) -> None:
    load(site, engine={"load_data": way})
    found = _rows(site)
    for table, rows in tables_of_mysqlclient.items():
        assert found[table] == rows, table


def test_a_lost_connection_is_unavailable_and_a_wrong_password_refused(
    site: Site, pure_driver: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(connect()) as connection, closing(connect()) as other:
        with closing(other.cursor()) as cursor:
            cursor.execute(f"KILL {connection.thread_id()}")
        for _ in range(2):  # the killed connection, then the one that the driver has closed
            with pytest.raises(DatabaseUnavailable):
                run_transaction(connection, lambda cursor: cursor.execute("SELECT 1"), what="asking")
    address = {**site.database, "password": "wrong", "user": "nobody"}
    monkeypatch.setenv(
        "AIRFLOW_CONN_CMMS_MYSQL", "mysql://{user}:{password}@{host}:{port}/{database}".format(**address)
    )
    with pytest.raises(DatabaseRefused):
        connect()


@pytest.mark.parametrize("mode", ["REQUIRED", "DISABLED"])
def test_the_pure_driver_encrypts_when_the_connection_says_so(
    site: Site, pure_driver: None, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    given = site.database
    stored = {
        "conn_type": "mysql", "host": given["host"], "port": given["port"], "login": given["user"],
        "password": given["password"], "schema": given["database"], "extra": {"ssl_mode": mode},
    }  # fmt: skip
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", json.dumps(stored))
    with closing(connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
        assert bool(cursor.fetchone()[1]) == (mode == "REQUIRED")
        assert query(connection, "now")
