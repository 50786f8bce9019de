"""Group *database*: does the server of ``cmms_mysql`` answer, is it one that we support, does it stand in our way?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cmms.database import Connection, error_number, query, server_time, session
from cmms.errors import CmmsError, SettingsError
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.reach_server import find_obstacle, is_loopback, read_greeting
from cmms.operations.diagnosis.server_variables import check_variables, read_variables
from cmms.operations.diagnosis.site import Site
from cmms.settings import MYSQL_CONNECTION

_DEFAULT_PORT = 3306
_CREDENTIALS = frozenset({1045, 1698, 1862, 3118, 4151})
_TLS = frozenset({2026, 3159})
_SCHEMA = frozenset({1044, 1049})
_FULL = frozenset({1040, 1203, 1226})
_GREETINGS = (b"\x00\x0a", b"\x00\xff")
"""Of a MySQL server: packet number 0, then its protocol version, or an error."""
_CLOCK_SECONDS = 300
_DISK_WARN, _DISK_FAIL = 2 * 1024**3, 200 * 1024**2


def check_server(site: Site) -> Iterator[Finding]:
    """A session can be opened; otherwise what is in the way."""
    connection = site.connection(MYSQL_CONNECTION)
    where = f"{connection.host or 'localhost'}:{connection.port or _DEFAULT_PORT}"
    try:
        with session() as opened:
            row = query(opened, "operations/diagnosis/version")[0]
            cipher = query(opened, "operations/diagnosis/session_cipher")
            encryption = str([*cipher[0].values()][1]) if cipher else ""
    except CmmsError as error:
        yield _explain(site, error)
        return
    text = f"{where} answers, signed in as {row['account']}"
    if encryption:
        yield Finding("pass", f"{text}, encrypted ({encryption})")
    elif is_loopback(connection.host or "localhost"):
        yield Finding("pass", f"{text}, on this machine")
    else:
        yield Finding(
            "warn",
            f"{text}, not encrypted",
            'Add TLS to the extra of cmms_mysql: {"ssl": {"ca": "<file of the certificate authority>"}}.',
        )


def _explain(site: Site, error: CmmsError) -> Finding:
    """Credentials, TLS, schema or limits by the server's number; anything else by trying the steps one by one."""
    connection = site.connection(MYSQL_CONNECTION)
    host, port = connection.host or "localhost", connection.port or _DEFAULT_PORT
    number = error.context.get("mysql_error")
    if number in _CREDENTIALS:
        remedy = "Correct login and password of cmms_mysql; an account that must use TLS needs the extra ssl too."
        return Finding("fail", f"the server refuses login or password ({number})", remedy)
    if number in _SCHEMA:
        schema = connection.schema
        return Finding(
            "fail",
            f"the schema {schema} does not exist, or the account may not use it ({number})",
            f"Run: CREATE DATABASE `{schema}` CHARACTER SET utf8mb4; and grant the account its privileges on it.",
        )
    if number in _TLS or "SSL" in error.message or "TLS" in error.message:
        return Finding(
            "fail",
            f"TLS with the server fails: {error.message}",
            "Correct the extra ssl of cmms_mysql: its ca must be the authority that signed the server's certificate.",
        )
    if number in _FULL:
        return Finding(
            "fail", f"the server takes no more connections ({number})", "Raise max_connections, or end idle sessions."
        )
    if number == 1130:
        return Finding(
            "fail", "the server does not accept connections from this machine", "Create the account for this host too."
        )
    if number == 2002 and host == "localhost":
        remedy = "Write 127.0.0.1 instead of localhost, which means a socket file on this machine."
        return Finding("fail", f"no server behind the socket file of localhost: {error.message}", remedy)
    obstacle = find_obstacle(host, port)
    if obstacle is not None:
        return Finding("fail", obstacle.found, obstacle.remedy)
    greeting = read_greeting(host, port)
    if not greeting:
        return Finding(
            "fail",
            f"{host} takes connections on port {port} but says nothing, as a hanging server does",
            "Restart the server, or correct the port: a MySQL server greets at once.",
        )
    if greeting[3:5] not in _GREETINGS:
        return Finding(
            "fail", f"what listens at {host}, port {port} is no MySQL server", "Correct host and port of cmms_mysql."
        )
    return Finding("fail", error.message, "Look into the error log of the database server for the reason.")


def check_version(_site: Site) -> Iterator[Finding]:
    """MySQL 8.4 or 9.x, MariaDB 10.11 or newer."""
    with session() as connection:
        text = str(query(connection, "operations/diagnosis/version")[0]["version"])
    is_mariadb = "mariadb" in text.lower()
    match = re.search(r"(\d+)\.(\d+)", text.removeprefix("5.5.5-"))
    version = (int(match[1]), int(match[2])) if match else (0, 0)
    name = f"{'MariaDB' if is_mariadb else 'MySQL'} {version[0]}.{version[1]}"
    if version >= ((10, 11) if is_mariadb else (8, 4)):
        yield Finding("pass", f"{name} ({text})")
    else:
        yield Finding(
            "fail", f"{name} is too old ({text})", "Upgrade to MySQL 8.4 or 9.x, or to MariaDB 10.11 or newer."
        )


def check_tables(_site: Site) -> Iterator[Finding]:
    """The tables are those of this version, in InnoDB and utf8mb4."""
    from cmms.schema_version import check_schema_version, newest_version

    with session() as connection:
        try:
            check_schema_version(connection)
        except CmmsError as error:
            remedy = "Run: python -m cmms migrate (after the package is up to date on this machine)"
            yield Finding("fail", error.message.partition(": run ")[0], remedy)
            return
        tables = query(connection, "operations/diagnosis/tables")
    foreign = [row["name"] for row in tables if row["engine"] != "InnoDB"]
    narrow = [row["name"] for row in tables if not str(row["collation"]).startswith("utf8mb4")]
    if foreign:
        yield Finding(
            "fail",
            f"not in InnoDB, so without transactions: {', '.join(sorted(foreign)[:5])}",
            "Convert them while no sync runs: ALTER TABLE <name> ENGINE=InnoDB;",
        )
    elif narrow:
        yield Finding(
            "warn",
            f"not in utf8mb4: {', '.join(sorted(narrow)[:5])}",
            "Convert them while no sync runs: ALTER TABLE <name> CONVERT TO CHARACTER SET utf8mb4;",
        )
    else:
        yield Finding("pass", f"{len(tables)} tables, at migration {newest_version()}, the newest")


def check_stored_settings(site: Site) -> Iterator[Finding]:
    """A version in ``config_versions`` wins over the file; from here on it is the one that is checked."""
    from cmms.settings.stored_versions import current_settings

    with session() as connection:
        try:
            settings, version_id = current_settings(connection)
        except SettingsError as error:
            yield Finding("fail", error.message, "Store a corrected version of the settings; until then no run starts.")
            return
    if version_id is None:
        yield Finding("pass", "none in the database; the settings file counts")
        return
    site.settings = settings
    yield Finding("pass", f"the newest version in the database is valid (id {version_id}); it wins over the file")


def check_clock(_site: Site) -> Iterator[Finding]:
    """The database's clock against that of this machine."""
    with session() as connection:
        seconds = (server_time(connection) - datetime.now(UTC)).total_seconds()
    if abs(seconds) > _CLOCK_SECONDS:
        side = "ahead of" if seconds > 0 else "behind"
        yield Finding(
            "warn", f"the server's clock is {abs(seconds):.0f} s {side} this machine's", "Set both clocks by NTP."
        )
    else:
        yield Finding("pass", f"differs by {abs(seconds):.0f} s")


def check_cluster(_site: Site) -> Iterator[Finding]:
    """A member of Galera or Group Replication takes writes."""
    with session() as connection:
        names = ("wsrep_ready", "wsrep_cluster_status", "wsrep_local_state_comment")
        galera = read_variables(connection, "operations/diagnosis/status", names)
        member = _group_member(connection)
    if galera.get("wsrep_cluster_status", "Disconnected") != "Disconnected":
        state = f"Galera: {galera.get('wsrep_local_state_comment')}, {galera['wsrep_cluster_status']}"
        is_good = galera.get("wsrep_ready") == "ON" and galera["wsrep_cluster_status"] == "Primary"
        yield (
            Finding("pass", state)
            if is_good
            else Finding(
                "fail",
                f"{state}: this node takes no writes",
                "Bring the node back into the cluster, or connect to another.",
            )
        )
    elif member is not None:
        state = f"Group Replication: {member[0]}, {member[1]}"
        yield (
            Finding("pass", state)
            if member == ("ONLINE", "PRIMARY")
            else Finding(
                "fail",
                f"{state}: this member takes no writes",
                "Connect to the primary, for example through MySQL Router.",
            )
        )
    else:
        yield Finding("pass", "a single server, or replication that does not concern us")


def _group_member(connection: Connection) -> tuple[str, str] | None:
    """State and role; None outside of a group, or where we may not look."""
    try:
        rows = query(connection, "operations/diagnosis/group_member")
    except CmmsError:
        raise
    except Exception as error:
        if error_number(error) is None:
            raise
        return None
    return (rows[0]["state"], rows[0]["role"]) if rows and rows[0]["state"] != "OFFLINE" else None


def check_disk(site: Site) -> Iterator[Finding]:
    """Free space of data and temporary files, where the server is on this machine."""
    with session() as connection:
        paths = read_variables(connection, "operations/diagnosis/global_variables", ("datadir", "tmpdir"))
    is_here = is_loopback(site.connection(MYSQL_CONNECTION).host or "localhost")
    folders = [path for path in paths.values() if Path(path).is_dir()] if is_here else []
    if not folders:
        yield Finding("pass", "not visible from this machine; watch the server's free space there")
        return
    free, folder = min((shutil.disk_usage(path).free, path) for path in folders)
    text = f"{free / 1024**3:.1f} GiB free in {folder}"
    remedy = "Free space for the database server: a load of 100,000 records needs about 200 MB for a while."
    if free < _DISK_FAIL:
        yield Finding("fail", text, remedy)
    elif free < _DISK_WARN:
        yield Finding("warn", text, remedy)
    else:
        yield Finding("pass", text)


_SERVER = ("database/Server",)
CHECKS = (
    Check("database", "Server", check_server, needs=("connections/cmms_mysql",), seconds=30),
    Check("database", "Version", check_version, needs=_SERVER),
    Check("database", "Variables", check_variables, needs=_SERVER, after=("package/Settings file",)),
    Check("database", "Tables", check_tables, needs=_SERVER),
    Check("database", "Stored settings", check_stored_settings, needs=("database/Tables",)),
    Check("database", "Clock", check_clock, needs=_SERVER),
    Check("database", "Cluster", check_cluster, needs=_SERVER),
    Check("database", "Disk", check_disk, needs=_SERVER),
)
