"""Airflow's metadata in the demo's MySQL: what a killed migration has left is dropped, what is whole stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tools.database_server import Account
from tools.demo_metadata import is_migrated, stamp_as_migrated
from tools.demo_report import connect
from tools.demo_settings import METADATA


@pytest.fixture
def account(mysql_server: Any) -> Iterator[Account]:
    """The schema of the demo's metadata, empty, on the tests' server."""
    account: Account = mysql_server.account
    _run(account, f"CREATE DATABASE {METADATA} CHARACTER SET utf8mb4")
    yield account
    _run(account, f"DROP DATABASE {METADATA}")


def _run(account: Account, statement: str) -> list[tuple[Any, ...]]:
    with connect(account) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        connection.commit()
        return list(cursor.fetchall())


def test_half_a_migration_is_dropped_and_a_whole_one_stays(account: Account) -> None:
    assert not is_migrated(account, "3.3.2")
    _run(account, f"CREATE TABLE {METADATA}.dag_run (id INT)")  # here the migration is killed
    assert not is_migrated(account, "3.3.2")
    assert _run(account, f"SHOW TABLES FROM {METADATA} LIKE 'dag_run'") == []
    _run(account, f"CREATE TABLE {METADATA}.dag_run (id INT)")
    stamp_as_migrated(account, "3.3.2")
    assert is_migrated(account, "3.3.2")
    assert is_migrated(account, "3.3.2")


def test_another_version_is_migrated_and_counts_as_half_made_until_that_is_through(account: Account) -> None:
    assert not is_migrated(account, "3.3.2")
    stamp_as_migrated(account, "3.3.2")
    _run(account, f"CREATE TABLE {METADATA}.dag_run (id INT)")
    assert not is_migrated(account, "3.4.0")
    assert len(_run(account, f"SHOW TABLES FROM {METADATA} LIKE 'dag_run'")) == 1
    assert not is_migrated(account, "3.4.0")  # killed meanwhile
    assert _run(account, f"SHOW TABLES FROM {METADATA} LIKE 'dag_run'") == []
