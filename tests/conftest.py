"""What every test shares: private MySQL and MariaDB servers, fresh schemas, and no trace outside `.cmms/`.

Nothing is started before a test asks for it. `database` is a fresh, empty MySQL schema for a test module;
`mariadb_database` the same on MariaDB; `each_database` runs a module's tests on both.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

import pytest

from tests.lanes import LaneScheduling, sort_by_lane
from tools.database_server import Account, GivenServer, PrivateServer, find_given_server, obtain_server
from tools.processes import is_alive, read_start_time
from tools.state_folder import REPOSITORY, find_state_folder

AnyServer = PrivateServer | GivenServer

# Safe against a killed server process (not a power cut), and several times faster to start and to commit.
_TEST_OPTIONS = ("--innodb-flush-log-at-trx-commit=2", "--skip-log-bin", "--innodb-buffer-pool-size=256M")


def _make_run_folder() -> Path:
    """Make this run's folder; remove those that killed runs left behind."""
    runs = find_state_folder() / "tests"
    runs.mkdir(exist_ok=True)
    for left in runs.iterdir():
        pid, _, start_time = left.name.partition("-")
        if pid.isdigit() and not is_alive(int(pid), start_time):
            shutil.rmtree(left, ignore_errors=True)
    folder = runs / f"{os.getpid()}-{read_start_time(os.getpid())}"
    folder.mkdir()
    return folder


_RUN_FOLDER = _make_run_folder()

# Before anything imports Airflow: an installation of the developer's is neither read nor written.
for name in [name for name in os.environ if name.startswith(("AIRFLOW__", "AIRFLOW_CONN_", "AIRFLOW_VAR_"))]:
    del os.environ[name]
os.environ["AIRFLOW_HOME"] = str(_RUN_FOLDER / "airflow")
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(REPOSITORY / "dags")
os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(REPOSITORY / "plugins")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] = "False"
os.environ["PYTHONPATH"] = str(REPOSITORY / "include")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


class Database(TypedDict):
    """Keyword arguments of a connection to a schema, for `MySQLdb.connect` and for Airflow alike."""

    host: str
    port: int
    user: str
    password: str
    database: str


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LaneScheduling:
    """Two workers (`make test`, all of it): which tests go to the same one."""
    return LaneScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest lanes first, where there are workers."""
    if hasattr(config, "workerinput"):
        sort_by_lane(items)


def pytest_unconfigure() -> None:
    """Leave nothing behind, unless asked to (`CMMS_KEEP_TEST_STATE=1`)."""
    if not os.environ.get("CMMS_KEEP_TEST_STATE"):
        shutil.rmtree(_RUN_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """Folder of this test run inside the ignored state folder, gone afterwards."""
    return _RUN_FOLDER


@pytest.fixture(scope="session")
def mysql_server(run_folder: Path) -> Iterator[AnyServer]:
    """A real MySQL for the whole run: the one named by CMMS_MYSQL_SERVER_URI, or a private one."""
    server = find_given_server() or PrivateServer(
        obtain_server("mysql"), run_folder / "mysql", extra_options=_TEST_OPTIONS
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb_server(run_folder: Path) -> Iterator[PrivateServer]:
    """A real MariaDB for the whole run."""
    server = PrivateServer(obtain_server("mariadb"), run_folder / "mariadb", extra_options=_TEST_OPTIONS)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def make_database() -> Iterator[Callable[[AnyServer], Database]]:
    """Factory: a fresh, empty utf8mb4 schema on a server; dropped at the end of the run."""
    made: list[tuple[AnyServer, str]] = []
    numbers = itertools.count(1)

    def make(server: AnyServer) -> Database:
        name = f"cmms_test_{os.getpid()}_{next(numbers)}"
        _execute(server.account, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        made.append((server, name))
        account = server.account
        return Database(
            host=account.host, port=account.port, user=account.user, password=account.password, database=name
        )

    yield make
    for server, name in made:
        if isinstance(server, GivenServer):  # a private server goes away as a whole
            _execute(server.account, f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture(scope="module")
def database(mysql_server: AnyServer, make_database: Callable[[AnyServer], Database]) -> Database:
    """A fresh, empty MySQL schema, shared by the tests of one module."""
    return make_database(mysql_server)


@pytest.fixture(scope="module")
def mariadb_database(mariadb_server: PrivateServer, make_database: Callable[[AnyServer], Database]) -> Database:
    """A fresh, empty MariaDB schema, shared by the tests of one module."""
    return make_database(mariadb_server)


@pytest.fixture(scope="module", params=["mysql", pytest.param("mariadb", marks=pytest.mark.mariadb)])
def each_database(request: pytest.FixtureRequest) -> Database:
    """`database`, then `mariadb_database`: the tests of the module run on both."""
    result: Database = request.getfixturevalue("database" if request.param == "mysql" else "mariadb_database")
    return result


def _execute(account: Account, statement: str) -> None:
    import MySQLdb

    connection = MySQLdb.connect(
        host=account.host, port=account.port, user=account.user, password=account.password, charset="utf8mb4"
    )
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
