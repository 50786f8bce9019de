"""Other people's mistakes while a sync runs: rows deleted by hand, sessions killed, a server that hangs or is full.

Each time: nothing half done, the error says what to do, and the next run stores everything.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from cmms import database
from cmms.errors import DatabaseRefused, DatabaseUnavailable
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from cmms.simulator import Fault, SimulatorConfig
from cmms.sync.records import RunSummary
from cmms.sync.validate import rule_suites
from tests.sync.conftest import migrate
from tests.sync.mortal_process import Disturbance, mortal
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site
from tools.database_server import PrivateServer, obtain_server

NUMBERS = [f"{number:05d}" for number in range(60)]


# A new day is loaded straight into the table; without LOAD DATA it goes through a staging table.
STRAIGHT, STAGED = {"load_data": "auto"}, {"load_data": "never"}


@pytest.fixture
def filled(site: Site) -> Site:
    """Machines; readings of a day that the source has and the site has not."""
    fill(site)
    return site


def fill(site: Site) -> None:
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.serve("running_time", DAY, [*(reading(number) for number in NUMBERS), reading("GHOST")])


def assert_converges(site: Site) -> None:
    """Nothing is stored; after the watchdog's round no row is open; the next run stores everything."""
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 0
    assert not watch(datetime.now(UTC) + timedelta(hours=1)).failures
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_completed_at IS NULL") == 0
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
    assert site.query("SHOW TABLES LIKE 'stg%'") == []
    assert site.sync_day(DAY).counts.inserted == len(NUMBERS)
    assert verify_tables() == []


# ---- rows deleted by hand


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize(
    ("before", "engine"),
    [("CREATE TABLE `stg", STAGED), ("INSERT INTO equipment_running_times", STAGED), ("LOAD DATA", STRAIGHT)],
)
def test_a_lease_that_somebody_deleted_ends_the_run_or_is_taken_again(
    filled: Site, before: str, engine: dict[str, str]
) -> None:
    with mortal(Disturbance(before, lambda: delete(filled, "sync_leases"))) as disturbance:
        summary = filled.sync_day(DAY, engine=engine)
    assert disturbance.has_happened
    if summary.status == "failed":
        assert summary.error_class == "Fenced"
        assert "start the run again" in (summary.error_message or "")
        assert_converges(filled)
    else:  # the merge had locked the lease before: its delete had to wait
        assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == len(NUMBERS)


@pytest.mark.feature("LOG-03")
def test_a_log_row_that_somebody_deleted_while_its_run_was_at_work_ends_it(filled: Site) -> None:
    def delete_log() -> None:
        for table in ("sync_log_events", "sync_units", "sync_record_errors"):
            delete(filled, table, "sync_log_id = (SELECT MAX(id) FROM api_sync_logs)")
        newest = filled.value("SELECT MAX(id) FROM api_sync_logs")
        delete(filled, "api_sync_logs", f"id = {newest}")

    with mortal(Disturbance("CREATE TABLE `stg", delete_log)) as disturbance, suppress(Exception):
        summary = filled.sync_day(DAY, engine=STAGED)
        assert summary.status == "failed"
    assert disturbance.has_happened
    assert_converges(filled)


def delete(site: Site, table: str, where: str = "TRUE") -> None:
    with suppress(MySQLdb.OperationalError):  # locked by the merge: as it should be
        site.execute("SET SESSION innodb_lock_wait_timeout = 1", f"DELETE FROM {table} WHERE {where}")


# ---- sessions and servers


STEPS = {
    "open_run": "INSERT INTO sync_units",
    "plan_requests": "INSERT IGNORE INTO sync_leases",
    "fetch": "UPDATE sync_units SET api_ms",
    "validate": "SELECT version FROM sync_reference_version",
    "stage": "CREATE TABLE `stg",
    "merge": "INSERT INTO equipment_running_times",
    "load the day": "LOAD DATA",
    "close_run": "UPDATE api_sync_logs SET status",
}


@pytest.mark.feature("LOG-03", "SVC-04")
@pytest.mark.parametrize("step", STEPS)
def test_a_session_that_an_administrator_kills_fails_the_run_and_the_next_one_ends_right(
    filled: Site, step: str
) -> None:
    def kill_all() -> None:
        others = "WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        for row in filled.query(f"SELECT id FROM information_schema.processlist {others}"):
            with suppress(MySQLdb.OperationalError):
                filled.execute(f"KILL {row['id']}")

    with mortal(Disturbance(STEPS[step], kill_all)) as disturbance:
        assert end_of(filled, STAGED if step in ("stage", "merge") else STRAIGHT) == "DatabaseUnavailable"
    assert disturbance.has_happened
    if step == "close_run":  # merged: the row is what is left to do
        assert not watch(datetime.now(UTC) + timedelta(hours=1)).failures
        assert filled.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_completed_at IS NULL") == 0
        assert filled.sync_day(DAY).counts.unchanged == len(NUMBERS)
    else:
        assert_converges(filled)


def end_of(site: Site, engine: dict[str, str]) -> str | None:
    """Class of the error that a sync ends with; it is raised when not even the log row can be written."""
    try:
        return site.sync_day(DAY, engine=engine).error_class
    except DatabaseUnavailable as error:
        return type(error).__name__


@pytest.fixture(scope="module")
def own_server(run_folder: Path) -> Iterator[PrivateServer]:
    """A server of this module's own: it will hang, and refuse."""
    server = PrivateServer(obtain_server("mysql"), run_folder / "mysql-hard-days", extra_options=("--skip-log-bin",))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def own_schema(own_server: PrivateServer, make_database: Callable[[Any], Any]) -> dict[str, Any]:
    """A migrated schema on it."""
    return migrate(make_database(own_server))


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize("step", ["stage", "merge"])
def test_a_server_that_hangs_for_longer_than_the_lease_is_waited_for(
    make_site: Callable[..., Site], own_server: PrivateServer, own_schema: dict[str, Any], step: str
) -> None:
    site = make_site(own_schema)
    fill(site)
    assert own_server.pid is not None

    def hang() -> None:
        os.kill(own_server.pid, signal.SIGSTOP)
        threading.Timer(7, os.kill, (own_server.pid, signal.SIGCONT)).start()

    with mortal(Disturbance(STEPS[step], hang)):
        summary = site.sync_day(DAY, engine={"lease_seconds": 5, **STAGED})
    assert summary.counts.inserted == len(NUMBERS)
    assert verify_tables() == []


@pytest.fixture
def stopped(own_server: PrivateServer) -> Iterator[Callable[[], None]]:
    """Stops the server's process, until the test is over; or for half a minute, so that a test fails which waits for it."""
    assert own_server.pid is not None
    let_go = threading.Timer(30, os.kill, (own_server.pid, signal.SIGCONT))

    def stop() -> None:
        os.kill(own_server.pid, signal.SIGSTOP)
        let_go.start()

    yield stop
    let_go.cancel()
    os.kill(own_server.pid, signal.SIGCONT)


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize("step", ["open_run", "load the day"])
def test_a_server_that_hangs_for_ever_ends_the_sync(
    make_site: Callable[..., Site],
    own_schema: dict[str, Any],
    stopped: Callable[[], None],
    own_server: PrivateServer,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    monkeypatch.setattr(database, "CONNECT_TIMEOUT_SECONDS", 1)
    site = make_site(own_schema)
    fill(site)
    monkeypatch.setattr(database, "ANSWER_TIMEOUT_SECONDS", 1)
    with mortal(Disturbance(STEPS[step], stopped)) as disturbance, pytest.raises(DatabaseUnavailable):
        site.sync_day(DAY)
    assert disturbance.has_happened
    os.kill(own_server.pid, signal.SIGCONT)
    assert_converges(site)


@pytest.mark.feature("LOG-03")
def test_how_long_an_answer_is_waited_for_is_said_by_the_connection_and_a_migration_waits_on(
    make_site: Callable[..., Site], own_schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_site(own_schema)
    account = {name: own_schema[name] for name in ("host", "port", "password")}
    of_site = {"conn_type": "mysql", "login": own_schema["user"], "schema": own_schema["database"], **account}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", json.dumps({**of_site, "extra": {"read_timeout": 1}}))
    with database.session() as connection, pytest.raises(MySQLdb.OperationalError, match="Lost connection") as lost:
        connection.cursor().execute("SELECT SLEEP(5)")
    assert isinstance(database.translate(lost.value, "asking"), DatabaseUnavailable)
    with closing(database.connect(is_patient=True)) as connection:
        connection.cursor().execute("SELECT SLEEP(1.5)")


@pytest.mark.feature("LOG-03")
def test_a_server_that_hangs_while_it_is_told_much_is_given_up(
    make_site: Callable[..., Site],
    own_schema: dict[str, Any],
    stopped: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More than the buffers of the sockets take."""
    make_site(own_schema)
    monkeypatch.setattr(database, "ANSWER_TIMEOUT_SECONDS", 1)
    with database.session() as connection:
        stopped()
        with pytest.raises(MySQLdb.OperationalError):
            connection.cursor().execute(b"SELECT LENGTH('" + b"x" * 15_000_000 + b"')")


@pytest.mark.feature("LOG-03")
def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONNECT_TIMEOUT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", f"mysql://a:b@127.0.0.1:{mute.getsockname()[1]}/c")
        with pytest.raises(DatabaseUnavailable, match="connecting to cmms_mysql"):
            database.connect()


@pytest.mark.feature("LOG-03")
def test_a_server_without_a_free_connection_is_named_and_tried_again(
    make_site: Callable[..., Site], own_schema: dict[str, Any]
) -> None:
    site = make_site(own_schema)
    fill(site)
    site.execute("SET GLOBAL max_connections = 10")
    with ExitStack() as others, site.session() as administrator:
        with suppress(MySQLdb.OperationalError):
            while True:
                others.enter_context(site.session())
        try:
            with pytest.raises(DatabaseUnavailable, match="Too many connections"):
                site.sync_day(DAY)
        finally:
            administrator.cursor().execute("SET GLOBAL max_connections = 151")
    assert_converges(site)


# ---- tables of another version


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize(
    ("found", "words"),
    [("0004", "run python -m cmms migrate"), ("9999", "update it"), (None, "run python -m cmms migrate")],
)
def test_tables_of_another_version_are_refused_before_a_run_is_opened(
    filled: Site, found: str | None, words: str
) -> None:
    known = filled.value("SELECT version_num FROM cmms_alembic_version")
    logs = filled.value("SELECT COUNT(*) FROM api_sync_logs")
    try:
        if found:
            filled.execute("UPDATE cmms_alembic_version SET version_num = %s", values=(found,))
        else:
            filled.execute("RENAME TABLE cmms_alembic_version TO away")
        with pytest.raises(DatabaseRefused, match=words):
            filled.sync_day(DAY)
        assert filled.value("SELECT COUNT(*) FROM api_sync_logs") == logs
    finally:
        if found:
            filled.execute("UPDATE cmms_alembic_version SET version_num = %s", values=(known,))
        else:
            filled.execute("RENAME TABLE away TO cmms_alembic_version")
    assert filled.sync_day(DAY).counts.inserted == len(NUMBERS)


# ---- a machine of another version, or half a copy


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize("lacking", ["sql/sync/merge/mark_unit.sql", "expectations/running_time.json"])
def test_a_machine_whose_copy_lacks_a_file_stores_nothing_and_says_which(
    filled: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lacking: str
) -> None:
    copy = tmp_path / "include"
    for name, module, constant in (("sql", database, "SQL_FOLDER"), ("expectations", rule_suites, "SUITES")):
        shutil.copytree(getattr(module, constant), copy / name)
        monkeypatch.setattr(module, constant, copy / name)
    (copy / lacking).unlink()
    forget_files()
    summary = filled.sync_day(DAY)
    monkeypatch.undo()
    forget_files()
    assert (summary.status, summary.error_class) == ("failed", "PackageIncomplete")
    assert (summary.error_message or "").startswith(
        f"{copy / lacking}: No such file or directory; the package has to be"
    )
    assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == 0


def forget_files() -> None:
    """A process reads each file of the package once."""
    database.load_sql.cache_clear()
    rule_suites.load_suite.cache_clear()


# ---- two of a kind


@pytest.mark.feature("SYNC-02")
def test_two_watchdogs_at_once_close_a_run_once(filled: Site) -> None:
    with mortal(Disturbance("LOAD DATA", lambda: die())), suppress(KeyboardInterrupt):
        filled.sync_day(DAY)
    filled.execute("UPDATE api_sync_logs SET status = 'running', sync_completed_at = NULL WHERE id = 2")
    reports: list[Any] = []
    later = datetime.now(UTC) + timedelta(hours=1)
    both = [threading.Thread(target=lambda: reports.append(watch(later))) for _ in range(2)]
    for watchdog in both:
        watchdog.start()
    for watchdog in both:
        watchdog.join(120)
    assert [run for report in reports for run in report.closed_runs] == [2]
    assert [failure for report in reports for failure in report.failures] == []
    assert filled.value("SELECT COUNT(*) FROM sync_log_events WHERE sync_log_id = 2 AND code = 'Abandoned'") == 1
    assert filled.value("SELECT COUNT(*) FROM alert_events WHERE sync_log_id = 2") <= 1
    assert_converges(filled)


def die() -> None:
    raise KeyboardInterrupt


# ---- the source


@pytest.mark.feature("TEST-23")
def test_a_source_that_fails_for_one_plant_of_two_merges_neither(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    site = make_site(migrated, SimulatorConfig(equipment=0, plant_filter="single", plant_param="plant"))
    site.raw = {"api": {"plant_parameter": {"mode": "per_plant", "name": "plant"}}}
    fill(site)
    site.simulator.inject(Fault("status", status=500, nth=2))
    summary: RunSummary = site.sync_day(DAY)
    assert (summary.status, summary.error_class) == ("failed", "ApiUnavailable")
    site.simulator.clear_faults()
    assert_converges(site)
