"""Invariant 5: the database server is killed (SIGKILL) at a bad moment, and comes back: old or new tables, never half."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import MySQLdb
import pytest

from cmms.errors import CmmsError
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from tests.sync.conftest import migrate
from tests.sync.mortal_process import mortal
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site
from tools.database_server import PrivateServer, obtain_server

NUMBERS = [f"{number:05d}" for number in range(300)]
TABLES = ("equipment_running_times", "equipment_running_time_revisions", "sync_record_errors")
_HIDDEN = ("id", "created_at", "updated_at", "changed_at", "sync_log_id", "first_seen_at", "last_seen_at", "attempts",
           "row_version")  # fmt: skip


@pytest.fixture(scope="module")
def server(run_folder: Path) -> Iterator[PrivateServer]:
    """A server of this module's own: it will be killed."""
    own = PrivateServer(obtain_server("mysql"), run_folder / "mysql-to-kill", extra_options=("--skip-log-bin",))
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def migrated(server: PrivateServer, make_database: Callable[[Any], Any]) -> dict[str, Any]:
    """A migrated schema on it."""
    return migrate(make_database(server))


class Killer:
    """Kills the server before or after the first statement that begins so, once ``not_before`` was seen."""

    def __init__(self, server: PrivateServer, statement: str, *, not_before: str = "", after: bool = False) -> None:
        self._server = server
        self._statement = statement
        self._not_before = not_before
        self._after = after
        self.has_killed = False

    def live(self) -> None:
        """The engine itself lives on."""

    def born(self, connection: Any) -> None:
        """Connections may come and go."""

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do it, and kill the server when the moment has come."""
        if name.startswith(self._not_before):
            self._not_before = ""
        due = not self.has_killed and not self._not_before and name.startswith(self._statement)
        if due and not self._after:
            self._kill()
        result = operation()
        if due and self._after:
            self._kill()
        return result

    def _kill(self) -> None:
        self.has_killed = True
        self._server.kill()


def state(site: Site) -> dict[str, Any]:
    return {table: sorted(map(repr, rows)) for table, rows in site.dump(*TABLES, without=_HIDDEN).items()}


@pytest.mark.slow
@pytest.mark.feature("SVC-03", "TEST-28", "SVC-04")
@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ({"statement": "LOAD DATA"}, "old"),
        ({"statement": "LOAD DATA", "after": True}, "old"),
        ({"statement": "INSERT INTO equipment_running_times ("}, "old"),
        ({"statement": "INSERT INTO equipment_running_times (", "after": True}, "old"),
        ({"statement": "COMMIT", "not_before": "INSERT INTO equipment_running_times ("}, "old"),
        ({"statement": "COMMIT", "not_before": "INSERT INTO equipment_running_times (", "after": True}, "new"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(str(part).split()[0] for part in value.values()),
)
def test_a_server_killed_in_the_middle_comes_back_with_old_or_new_and_the_next_run_ends_right(
    make_site: Callable[..., Site],
    server: PrivateServer,
    migrated: dict[str, Any],
    moment: dict[str, Any],
    expected: str,
) -> None:
    site = make_site(migrated)
    changed = [*(reading(number, hours="7.5") for number in NUMBERS), reading("GHOST")]
    states = {"old": begin(site)}
    site.sync_day(DAY, changed)
    states["new"] = state(site)  # what an undisturbed sync stores
    assert states["old"] != states["new"]
    site.clear()
    assert begin(site) == states["old"]
    site.serve("running_time", DAY, changed)
    with mortal(Killer(server, **moment)) as killer:
        error_category = sync_category(site)
    assert killer.has_killed
    assert error_category == "database"
    server.start()
    assert state(site) == states[expected]
    watch(datetime.now(UTC) + timedelta(hours=1))
    assert site.sync_day(DAY, changed).status == "partial"
    assert state(site) == states["new"]
    assert verify_tables() == []


def begin(site: Site) -> dict[str, Any]:
    """Machines, and the readings of two thirds of them."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.sync_day(DAY, [reading(number) for number in NUMBERS[:200]])
    return state(site)


def sync_category(site: Site) -> str | None:
    """Category of the error that the sync ended with; it is raised when not even the log row can be closed."""
    try:
        return site.sync_day(DAY).error_category
    except CmmsError as error:
        return error.category


@pytest.mark.feature("LOG-03")
def test_a_server_that_became_read_only_refuses_the_merge_and_nothing_has_changed(
    make_site: Callable[..., Site], server: PrivateServer, migrated: dict[str, Any]
) -> None:
    """As after a failover to a replica: no retry storm, a clear error, and the next run goes on when it is over."""
    site = make_site(migrated)
    old = begin(site)
    site.serve("running_time", DAY, [reading(number, hours="7.5") for number in NUMBERS])
    with mortal(BeforeMerge(site)):
        category = sync_category(site)
    assert category == "database"
    site.execute("SET GLOBAL super_read_only = 0", "SET GLOBAL read_only = 0")
    assert state(site) == old
    watch(datetime.now(UTC) + timedelta(hours=1))
    assert site.sync_day(DAY).status == "success"


class BeforeMerge(Killer):
    """Makes the server read-only just before rows would be written."""

    def __init__(self, site: Site) -> None:
        super().__init__(None, "INSERT INTO merge_changes")  # type: ignore[arg-type]
        self._site = site

    def _kill(self) -> None:
        self.has_killed = True
        self._site.execute("SET GLOBAL super_read_only = 1")


@pytest.mark.slow
@pytest.mark.feature("LOG-03", "SVC-04")
def test_a_full_disk_fails_the_run_at_once_and_with_room_again_the_next_one_ends_right(
    make_site: Callable[..., Site], make_database: Callable[[Any], Any], run_folder: Path
) -> None:
    """The server's own error 1114, from a tablespace that may not grow."""
    options = ("--innodb-file-per-table=OFF", "--innodb-data-file-path=ibdata1:12M:autoextend:max:32M")
    server = PrivateServer(obtain_server("mysql"), run_folder / "mysql-full", extra_options=options)
    server.start()
    try:
        site = make_site(migrate(make_database(server)))
        numbers = [f"{number:05d}" for number in range(1_000)]
        site.sync_equipment([machine(number) for number in numbers])
        old = state(site)
        site.serve("running_time", DAY, [reading(number) for number in numbers])
        with pytest.raises(MySQLdb.OperationalError, match="is full"):
            use_up_the_room(site)
        failed = site.sync_day(DAY)
        assert (failed.status, failed.error_category, failed.level) == ("failed", "database", "critical")
        assert "full" in (failed.error_message or "")
        assert failed.error_class == "DatabaseRefused"  # Airflow does not repeat it
        assert state(site) == old
        site.execute("DROP TABLE filler")
        assert site.sync_day(DAY).status == "success"
        assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 1_000
        assert verify_tables() == []
    finally:
        server.stop()


def use_up_the_room(site: Site) -> None:
    """Ends with the server's error."""
    site.execute("CREATE TABLE filler (a LONGTEXT)")
    while True:
        site.execute("INSERT INTO filler VALUES (REPEAT('x', 50000))")
