"""Private servers: found, started on loopback, killed, restarted, and gone when their parent is."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import MySQLdb
import pytest

from tests.conftest import AnyServer, Database
from tools.database_server import (
    GIVEN_SERVER_VARIABLE,
    Account,
    PrivateServer,
    find_given_server,
    obtain_server,
)
from tools.processes import is_alive, read_start_time
from tools.state_folder import REPOSITORY, BootstrapError


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[PrivateServer]:
    """A server of this test's own, to be maltreated: MariaDB, which starts in a fraction of a second."""
    server = PrivateServer(obtain_server("mariadb"), tmp_path / "server")
    server.start()
    yield server
    server.stop()


def test_a_module_gets_an_empty_schema_that_takes_local_files(each_database: Database, tmp_path: Path) -> None:
    assert _query(each_database, "SHOW TABLES") == ()
    rows = tmp_path / "rows.tsv"
    rows.write_text("1\tPumpe für Öl\n2\t泵\n", encoding="utf-8")
    _query(each_database, "CREATE TABLE loaded (id INT PRIMARY KEY, name VARCHAR(40))")
    _query(each_database, f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE loaded CHARACTER SET utf8mb4")
    assert _query(each_database, "SELECT name FROM loaded ORDER BY id") == (("Pumpe für Öl",), ("泵",))
    _query(each_database, "DROP TABLE loaded")


@pytest.mark.mariadb
def test_the_mysql_server_is_mysql_and_the_other_one_mariadb(
    mysql_server: AnyServer, mariadb_server: AnyServer
) -> None:
    assert "MariaDB" not in str(_query(_log_in(mysql_server.account), "SELECT VERSION()")[0][0])
    assert "MariaDB" in str(_query(_log_in(mariadb_server.account), "SELECT VERSION()")[0][0])


def test_a_private_server_listens_on_loopback_only(own_server: PrivateServer) -> None:
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if " 0A " in line]
    listening += [line.split()[1] for line in Path("/proc/net/tcp6").read_text().splitlines() if " 0A " in line]
    port = f":{own_server.port:04X}"
    assert [address for address in listening if address.endswith(port)] == [f"0100007F{port}"]


def test_a_killed_server_comes_back_on_its_port_with_what_was_committed(own_server: PrivateServer) -> None:
    _query(_log_in(own_server.account), "CREATE DATABASE kept")
    port = own_server.port
    own_server.kill()
    with pytest.raises(MySQLdb.OperationalError):
        _query(_log_in(own_server.account), "SELECT 1")
    own_server.restart()
    assert own_server.port == port
    assert _query(_log_in(own_server.account), "SHOW DATABASES LIKE 'kept'") == (("kept",),)


def test_a_password_account_logs_in_over_loopback_and_stays_in_its_schema(tmp_path: Path) -> None:
    server = PrivateServer(
        obtain_server("mysql"),
        tmp_path / "server",
        extra_sql=(
            "CREATE DATABASE IF NOT EXISTS cmms;\n"
            "CREATE USER IF NOT EXISTS 'cmms'@'127.0.0.1' IDENTIFIED BY 'p@ss w:rd/1';\n"
            "GRANT ALL PRIVILEGES ON cmms.* TO 'cmms'@'127.0.0.1';\n"
        ),
    )
    server.start()
    try:
        login = _log_in(Account("127.0.0.1", server.port, "cmms", "p@ss w:rd/1"))
        assert _query(login, "SHOW DATABASES LIKE '%cmms%'") == (("cmms",),)
        with pytest.raises(MySQLdb.OperationalError, match="denied"):
            _query(login, "CREATE DATABASE other")
        assert "p@ss" not in "".join(
            path.read_text(errors="replace") for path in server.data_folder.iterdir() if path.is_file()
        )
    finally:
        server.stop()


def test_a_taken_port_is_said_in_a_sentence(own_server: PrivateServer, tmp_path: Path) -> None:
    second = PrivateServer(own_server.binaries, tmp_path / "second", port=own_server.port)
    with pytest.raises(BootstrapError, match=f"Port {own_server.port} of 127.0.0.1, .* is taken"):
        second.start()


def test_a_server_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    server = PrivateServer(obtain_server("mariadb"), tmp_path / "server", extra_options=["--no-such-option=1"])
    with pytest.raises(BootstrapError, match="no-such-option"):
        server.start()
    assert not server.is_running


def test_a_server_ends_when_the_program_that_started_it_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from tools.database_server import PrivateServer, obtain_server\n"
        "server = PrivateServer(obtain_server('mariadb'), Path(sys.argv[1]))\n"
        "server.start()\nprint(server.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "server")],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        started = read_start_time(pid)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while is_alive(pid, started) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(pid, started)


def test_the_given_server_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(GIVEN_SERVER_VARIABLE, raising=False)
    assert find_given_server() is None
    account = Account("db.example", 3307, "joe", "p@ss w:rd/1")
    monkeypatch.setenv(GIVEN_SERVER_VARIABLE, account.to_uri())
    given = find_given_server()
    assert given is not None
    assert given.account == account
    assert "p@ss" not in repr(given)
    for wrong in ("db.example", "postgresql://db.example/", "mysql://db.example:port/", "mysql://"):
        monkeypatch.setenv(GIVEN_SERVER_VARIABLE, wrong)
        with pytest.raises(BootstrapError, match="must look like mysql://<user>:<password>@<host>:<port>/"):
            find_given_server()


def _log_in(account: Account) -> dict[str, object]:
    return {"host": account.host, "port": account.port, "user": account.user, "password": account.password}


def _query(login: Mapping[str, object], statement: str) -> tuple[tuple[object, ...], ...]:
    connection = MySQLdb.connect(**login, local_infile=1, charset="utf8mb4")
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        connection.commit()
        rows: tuple[tuple[object, ...], ...] = cursor.fetchall()
        return rows
    finally:
        connection.close()
