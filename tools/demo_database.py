"""The demo's database server: the CMMS's schema and that of Airflow's metadata, each with an account of its own.

Input: the demo's settings, and a server that was given or none. Output: a server that accepts connections, and
:class:`DemoDatabase`, which says how to log in.
"""

from __future__ import annotations

import contextlib
import dataclasses

from tools.database_server import (
    GIVEN_SERVER_VARIABLE,
    Account,
    GivenServer,
    PrivateServer,
    ServerBinaries,
    obtain_server,
)
from tools.demo_report import connect
from tools.demo_settings import DATABASE, DATABASE_USER, METADATA, DemoSettings
from tools.processes import ProcessRecord
from tools.programs import Screen
from tools.state_folder import BootstrapError


@dataclasses.dataclass(frozen=True)
class DemoDatabase:
    """How to log in: for the syncs, and for Airflow's metadata; Airflow does not run on MariaDB (None: SQLite)."""

    cmms: Account
    metadata: Account | None


def start_database(
    stack: contextlib.ExitStack, settings: DemoSettings, record: ProcessRecord, screen: Screen
) -> DemoDatabase:
    """Start the private server, make what is missing on it; `stack` stops it."""
    binaries = obtain_server("mysql", allow_mariadb=True, say=screen.say)
    screen.say(f"Starting {binaries.kind} {binaries.version} ({binaries.origin}).")
    cmms = Account("127.0.0.1", settings.database_port, DATABASE_USER, settings.secrets.database_password)
    metadata = Account("127.0.0.1", settings.database_port, METADATA, settings.secrets.metadata_password)
    server = PrivateServer(
        binaries,
        settings.folder / binaries.kind,
        port=settings.database_port,
        extra_sql=_make_schema(cmms, DATABASE) + _make_schema(metadata, METADATA),
        environment=settings.mark,
    )
    stack.callback(server.stop)
    server.start()
    if server.pid is not None:
        record.add("database", server.pid)
    return DemoDatabase(cmms, metadata if _runs_airflow(binaries) else None)


def use_given_server(given: GivenServer, screen: Screen) -> DemoDatabase:
    """Create the demo's schemas, where missing, on a server that somebody else runs.

    Raises:
        BootstrapError: the server does not answer, or the account may not do it.
    """
    import MySQLdb

    account = given.account
    try:
        with connect(account) as connection, contextlib.closing(connection.cursor()) as cursor:
            schemas = [DATABASE] if "MariaDB" in connection.get_server_info() else [DATABASE, METADATA]
            for schema in schemas:
                cursor.execute(f"CREATE DATABASE IF NOT EXISTS {schema} CHARACTER SET utf8mb4")
    except MySQLdb.Error as error:
        raise BootstrapError(f"The server of {GIVEN_SERVER_VARIABLE} cannot be used: {error.args[-1]}") from error
    screen.say(f"Using the given server {account.host}:{account.port}, schemas {' and '.join(schemas)}.")
    return DemoDatabase(account, account if METADATA in schemas else None)


def _make_schema(account: Account, schema: str) -> str:
    user = f"'{account.user}'@'{account.host}'"
    return (
        f"CREATE DATABASE IF NOT EXISTS {schema} CHARACTER SET utf8mb4;\n"
        f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{account.password}';\n"
        f"ALTER USER {user} IDENTIFIED BY '{account.password}';\n"
        f"GRANT ALL PRIVILEGES ON {schema}.* TO {user};\n"
    )


def _runs_airflow(binaries: ServerBinaries) -> bool:
    return binaries.kind == "mysql"
