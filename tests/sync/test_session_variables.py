"""Whatever the server sets for everyone, a sync stores what the oracle says, with an account that administers nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cmms.access.connections import STATEMENT_SECONDS
from cmms.database import session
from cmms.operations.verify.verify_tables import verify_tables
from cmms.session_variables import variables_for
from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_counts, assert_same_rejects, assert_same_tables
from tests.sync.conftest import migrate, remember_results
from tests.sync.site import DAY, PLANTS, RUN_DATE, Site
from tools.database_server import GivenServer

EVERYWHERE: dict[str, Any] = {
    "sql_select_limit": 3,
    "max_join_size": 1,
    "sql_safe_updates": 1,
    "group_concat_max_len": 4,
    "sql_mode": "ANSI,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,PAD_CHAR_TO_FULL_LENGTH",
    "time_zone": "-09:30",
    "collation_connection": "latin1_bin",
    "div_precision_increment": 0,
    "sql_auto_is_null": 1,
    "max_sort_length": 8,
    "max_error_count": 0,
    "sql_notes": 0,
    "autocommit": 1,
    "completion_type": "RELEASE",
    "foreign_key_checks": 0,
    "default_storage_engine": "MyISAM",
    "default_tmp_storage_engine": "MyISAM",
    "wait_timeout": 1,
    "net_write_timeout": 1,
    "innodb_lock_wait_timeout": 1,
    "auto_increment_increment": 7,
    "tmp_table_size": 1024,
    "explicit_defaults_for_timestamp": 0,
    "optimizer_search_depth": 1,
}
ONLY: dict[str, dict[str, Any]] = {
    "mysql": {
        "transaction_isolation": "READ-UNCOMMITTED",
        "transaction_read_only": 1,
        "max_execution_time": 1,
        "sql_generate_invisible_primary_key": 1,
        "sql_require_primary_key": 1,
        "windowing_use_high_precision": 0,
        "character_set_filesystem": "utf16",
        "innodb_strict_mode": 0,
        "binlog_format": "STATEMENT",
        "init_connect": "SET autocommit = 1, sql_select_limit = 2; USE information_schema",
    },
    "mariadb": {
        "tx_isolation": "SERIALIZABLE",
        "tx_read_only": 1,
        "max_statement_time": 0.001,
        "character_set_filesystem": "utf16",
        "check_constraint_checks": 0,
        "default_regex_flags": "EXTENDED",
        "idle_transaction_timeout": 1,
        "old_mode": "NO_DUP_KEY_WARNINGS_WITH_IGNORE",
        "alter_algorithm": "INSTANT",
        "sql_if_exists": 1,
        "binlog_format": "STATEMENT",
        "init_connect": "SET autocommit = 1, sql_select_limit = 2; USE information_schema",
    },
}
ALONE = (
    "sql_select_limit", "max_join_size", "sql_mode", "autocommit", "completion_type", "wait_timeout", "sql_safe_updates",
    "transaction_read_only", "max_execution_time", "sql_require_primary_key", "character_set_filesystem", "max_error_count",
    "init_connect",
)  # fmt: skip
"""Those that broke something, each by itself; with CMMS_EVERY_VARIABLE=1 all of them, on both servers."""
_EVERY = bool(os.environ.get("CMMS_EVERY_VARIABLE"))
CASES = [
    pytest.param(kind, {name: value}, id=f"{kind}-{name}", marks=[pytest.mark.mariadb] if kind == "mariadb" else [])
    for kind in ONLY
    for name, value in {**EVERYWHERE, **ONLY[kind]}.items()
    if _EVERY or (kind == "mysql" and name in ALONE)
] + [
    pytest.param(kind, {**EVERYWHERE, **ONLY[kind]}, id=f"{kind}-all", marks=[pytest.mark.mariadb] if kind == "mariadb" else [])
    for kind in ONLY
]  # fmt: skip
pytestmark = [pytest.mark.feature("SRC-10", "STK-08"), pytest.mark.usefixtures("validated_once_for_all")]
GRANTED = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, CREATE VIEW, CREATE TEMPORARY TABLES"
"""What docs/operations.md grants, and no more."""


@pytest.fixture(scope="module")
def validated_once_for_all() -> Iterator[None]:
    """All tests here sync the same records; judging them takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        remember_results(patch)
        yield


@pytest.fixture(scope="module")
def ordinary(request: pytest.FixtureRequest, make_database: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """A migrated schema on each kind of server, and the documented account for it."""
    made: dict[str, dict[str, Any]] = {}

    def get(kind: str) -> dict[str, Any]:
        if kind not in made:
            server = request.getfixturevalue(f"{kind}_server")
            if isinstance(server, GivenServer):
                pytest.skip("global variables are changed on private servers only")
            database = migrate(make_database(server))
            account = {"user": "ordinary", "password": "ordinary"}
            Site(None, database, None).execute(  # type: ignore[arg-type]
                "CREATE USER IF NOT EXISTS 'ordinary'@'127.0.0.1' IDENTIFIED BY 'ordinary'",
                f"GRANT {GRANTED} ON {database['database']}.* TO 'ordinary'@'127.0.0.1'",
            )
            made[kind] = {**database, "root": database, **account}
        return made[kind]

    return get


@contextmanager
def set_globally(root: dict[str, Any], variables: dict[str, Any]) -> Iterator[None]:
    """The server's own values, for every session that begins meanwhile."""
    admin = Site(None, root, None)  # type: ignore[arg-type]
    with admin.session() as connection, connection.cursor() as cursor:
        before = {}
        for name in variables:
            cursor.execute(f"SELECT @@GLOBAL.{name}")
            before[name] = cursor.fetchone()[0]
        try:
            for name, value in variables.items():
                cursor.execute(f"SET GLOBAL {name} = %s", (value,))
            yield
        finally:
            for name, value in before.items():
                cursor.execute(f"SET GLOBAL {name} = %s", (value,))


@pytest.mark.parametrize(("kind", "variables"), CASES)
def test_a_server_with_its_own_ideas_stores_what_the_oracle_says(
    make_site: Callable[..., Site],
    ordinary: Callable[[str], dict[str, Any]],
    kind: str,
    variables: dict[str, Any],
) -> None:
    database = ordinary(kind)
    site = make_site(database)
    site.database = database["root"]
    feed = RecordGenerator(17, 30, PLANTS[:2], defect_rate=0.1, duplicate_rate=0.1)
    oracle = Oracle(OracleRules(empty_payload_fails=False, missing_field_fails=False), plants=PLANTS)
    inputs = []
    with set_globally(database["root"], variables):
        for day, revision in ((None, 0), (DAY, 0), (DAY, 1)):
            before = len(oracle.rejects)
            if day is None:
                summary = site.sync_equipment(feed.equipment())
                oracle.sync_equipment(feed.equipment(), RUN_DATE)
            else:
                summary = site.sync_day(day, feed.running_times(day, revision))
                oracle.sync_running_time(day, feed.running_times(day, revision), RUN_DATE)
            assert summary.status in ("success", "partial"), summary.error_message
            assert_same_counts(summary, oracle)
            inputs.append((summary, oracle.rejects[before:]))
        if len(variables) > 1:
            assert verify_tables() == []
    assert_same_tables(site, oracle)
    assert len(oracle.running_times) > 20
    assert_same_rejects(site, *inputs[2])


@pytest.mark.parametrize("kind", ["mysql", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def test_each_variable_of_a_session_has_our_value(
    make_site: Callable[..., Site], ordinary: Callable[[str], dict[str, Any]], kind: str
) -> None:
    database = ordinary(kind)
    make_site(database)
    found = {}
    with set_globally(database["root"], {**EVERYWHERE, **ONLY[kind]}), session() as connection:
        wanted = variables_for(connection)
        with connection.cursor() as cursor:
            for name in wanted:
                cursor.execute(f"SELECT @@SESSION.{name}")
                found[name] = cursor.fetchone()[0]
            cursor.execute("SELECT DATABASE()")
            assert cursor.fetchone() == (database["database"],)
    assert set(found.pop("sql_mode").split(",")) == set(str(wanted.pop("sql_mode")).split(","))
    assert found == wanted | {"completion_type": "NO_CHAIN"}


@pytest.mark.parametrize("kind", ["mysql", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def test_a_session_of_the_view_has_its_own_limit_and_all_the_rest(
    make_site: Callable[..., Site], ordinary: Callable[[str], dict[str, Any]], kind: str
) -> None:
    from cmms.access import connections

    database = ordinary(kind)
    make_site(database)
    limit = "max_statement_time" if kind == "mariadb" else "max_execution_time"
    with set_globally(database["root"], {"sql_select_limit": 3, limit: 0.001 if kind == "mariadb" else 1}):
        connection = connections._connect()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT @@SESSION.{limit}, @@SESSION.sql_select_limit")
            assert cursor.fetchone() == (STATEMENT_SECONDS * (1 if kind == "mariadb" else 1000), 18446744073709551615)
        connection.close()
