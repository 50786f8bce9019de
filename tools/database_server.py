"""Run private MySQL and MariaDB servers: on loopback, as this user, several side by side.

Input: a server program (`tools.server_binaries`) and a data folder. Output: a server that accepts
connections, and the account to use. Standard library only, for the tests and for the demo.

    server = PrivateServer(obtain_server("mysql"), folder)
    server.start()
    server.account      # root without a password, from this machine only
    server.stop()
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.data_folder import base_command, make_data_folder
from tools.processes import start_process
from tools.server_binaries import Kind, ServerBinaries, obtain_server
from tools.state_folder import BootstrapError, write_secret

__all__ = [
    "Account",
    "GivenServer",
    "Kind",
    "PrivateServer",
    "ServerBinaries",
    "find_given_server",
    "obtain_server",
]

GIVEN_SERVER_VARIABLE = "CMMS_MYSQL_SERVER_URI"
_START_TIMEOUT_SECONDS = 120.0
_STOP_TIMEOUT_SECONDS = 60.0
_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes


@dataclasses.dataclass(frozen=True)
class Account:
    """How to log in; the password stays out of `repr`."""

    host: str
    port: int
    user: str
    password: str = dataclasses.field(default="", repr=False)

    def to_uri(self, database: str = "") -> str:
        """Return `mysql://<user>:<password>@<host>:<port>/database`, everything quoted."""
        user, password = urllib.parse.quote(self.user, safe=""), urllib.parse.quote(self.password, safe="")
        return f"mysql://{user}:{password}@{self.host}:{self.port}/{urllib.parse.quote(database, safe='')}"


@dataclasses.dataclass(frozen=True)
class GivenServer:
    """A server that somebody else runs; it is used, never started or stopped."""

    account: Account

    def start(self) -> None:
        """Do nothing: it runs."""

    def stop(self) -> None:
        """Do nothing: it is not ours."""


def find_given_server() -> GivenServer | None:
    """Return the server named by `CMMS_MYSQL_SERVER_URI` (`mysql://<user>:<password>@<host>:<port>/`), if any.

    Raises:
        BootstrapError: when the variable is set to something else.
    """
    uri = os.environ.get(GIVEN_SERVER_VARIABLE)
    if not uri:
        return None
    parts = urllib.parse.urlsplit(uri)
    with contextlib.suppress(ValueError):
        if parts.scheme == "mysql" and parts.hostname:
            user, password = (
                urllib.parse.unquote(parts.username or "root"),
                urllib.parse.unquote(parts.password or ""),
            )
            return GivenServer(Account(parts.hostname, parts.port or 3306, user, password))
    raise BootstrapError(
        f"{GIVEN_SERVER_VARIABLE} must look like mysql://<user>:<password>@<host>:<port>/ (it does not)."
    )


class PrivateServer:
    """One server process with a data folder of its own.

    The address stays the same over `restart` and `kill`, so clients can come back to it.
    """

    def __init__(
        self,
        binaries: ServerBinaries,
        data_folder: Path,
        *,
        port: int = 0,
        extra_options: Sequence[str] = (),
        extra_sql: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a server; nothing happens before `start`.

        Args:
            binaries: The program.
            data_folder: Where it keeps its data and its log `server.log`; made and filled if missing.
            port: TCP port on 127.0.0.1; 0 lets the system pick one at the first start.
            extra_options: More options of mysqld, such as `--innodb-lock-wait-timeout=2`.
            extra_sql: Statements run as root at each start before anyone can connect, one a line. They may
                hold a password: the file with them is private and removed when the server is up.
            environment: Variables that its process gets beside those of this one.
        """
        self.binaries = binaries
        self.data_folder = data_folder
        self.port = port
        self.extra_options = tuple(extra_options)
        self.extra_sql = extra_sql
        self.environment = dict(environment or {})
        self.log = data_folder / "server.log"
        self.socket = data_folder / "server.sock"
        self._socket_folder: str | None = None
        if len(str(self.socket)) > _LONGEST_SOCKET_PATH:
            self._socket_folder = tempfile.mkdtemp(prefix="cmms-")
            self.socket = Path(self._socket_folder) / "server.sock"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def account(self) -> Account:
        """Root, who needs no password because only this machine's loopback can reach the server."""
        return Account("127.0.0.1", self.port, "root")

    @property
    def uri(self) -> str:
        """The same as `mysql://root:@127.0.0.1:port/`."""
        return self.account.to_uri()

    @property
    def pid(self) -> int | None:
        """Process id while the server runs."""
        return self._process.pid if self.is_running and self._process else None

    @property
    def is_running(self) -> bool:
        """Whether the process that we started is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and wait until it greets clients.

        Raises:
            BootstrapError: when it does not come up; carries the end of its log.
        """
        if self.is_running:
            return
        make_data_folder(self.binaries, self.data_folder)
        picks_port = self.port == 0
        for attempts_left in (4, 3, 2, 1, 0):
            if picks_port:
                self.port = _pick_free_port()
            elif not _is_port_free(self.port):
                raise BootstrapError(f"Port {self.port} of 127.0.0.1, meant for the database server, is taken.")
            try:
                self._start_once()
                return
            except BootstrapError:
                # Between picking and binding another program may have taken the port.
                if not (picks_port and attempts_left and "Address already in use" in self._read_log_end()):
                    raise

    def stop(self) -> None:
        """Shut the server down in order; kill it if that takes more than a minute."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_TIMEOUT_SECONDS)
        self.kill()
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a power cut would: SIGKILL, nothing flushed, nothing said to clients."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop (if running) and start again on the same port."""
        self.stop()
        if self._socket_folder is not None:
            Path(self._socket_folder).mkdir(mode=0o700, exist_ok=True)
        self.start()

    def _start_once(self) -> None:
        statements = self.data_folder / "start.sql"
        write_secret(statements, _ROOT_FROM_LOOPBACK + self.extra_sql)
        self.socket.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)
        command = [
            *base_command(self.binaries, self.data_folder),
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            f"--socket={self.socket}",
            f"--pid-file={self.data_folder / 'server.pid'}",
            f"--init-file={statements}",
            "--skip-name-resolve",
            "--local-infile=ON",
            "--secure-file-priv=NULL" if self.binaries.kind == "mysql" else "--secure-file-priv=",
            *(["--mysqlx=OFF"] if self.binaries.kind == "mysql" else []),
            *self.extra_options,
        ]
        self._process = start_process(command, log=self.log, environment={**os.environ, **self.environment})
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        finally:
            statements.unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                raise BootstrapError(
                    f"The database server did not start. Its log {self.log} ends:\n{self._read_log_end()}"
                )
            if _is_greeted("127.0.0.1", self.port):
                return
            time.sleep(0.05)
        raise BootstrapError(f"The database server is not ready after {_START_TIMEOUT_SECONDS:.0f} s; see {self.log}")

    def _read_log_end(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        return ""


# The installed root may only log in through the socket; without name lookups 127.0.0.1 is another host.
_ROOT_FROM_LOOPBACK = """CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
"""


def _is_greeted(host: str, port: int) -> bool:
    """Say whether a server sends its greeting: four bytes of length, then protocol version 10."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2) as connection:
        connection.settimeout(5)
        greeting = b""
        while len(greeting) < 5 and (chunk := connection.recv(64)):
            greeting += chunk
        return greeting[4:5] == b"\x0a"
    return False


def _pick_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
