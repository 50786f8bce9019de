"""The database: connections of ``cmms_mysql``, statements of ``include/sql``, transactions that repeat.

Every session sets its own variables (:mod:`cmms.session_variables`), so that a server's defaults never
change what is stored. Statements live one per file; values are always bound. The only thing ever put into a
statement's text is the name of a staging table, which :func:`execute` checks.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from cmms import patience
from cmms.airflow_connections import read_airflow_connection
from cmms.airflow_names import MYSQL_CONNECTION
from cmms.compat import read_mysql_options
from cmms.errors import CmmsError, DatabaseRefused, DatabaseUnavailable, SettingsError, StatementTooLong
from cmms.mysql_types import AnyCursor
from cmms.mysql_types import Connection as Connection  # what most modules import from here
from cmms.mysql_types import Cursor as Cursor
from cmms.package_files import find_folder, read_package_file
from cmms.parse_input import parse_whole
from cmms.session_variables import own_session
from cmms.storable_text import storable
from cmms.streams import STREAMS
from cmms.streams.fill_columns import fill_columns

_STREAM = re.compile(r"-- Stream: (\w+)\.")
SQL_FOLDER = find_folder("sql")
CONNECT_TIMEOUT_SECONDS = 10
ANSWER_TIMEOUT_SECONDS = 3600
"""A server that is silent for longer than any statement takes has hung. The extra ``read_timeout`` says otherwise."""
_LONGEST_TIMEOUT_SECONDS = 10_000_000
LOCK_ATTEMPTS = 3

LOST = frozenset(
    {0, 4031, 2002, 2003, 2005, 2006, 2013, 2055, 1053, 1152, 1153, 1158, 1159, 1160, 1161, 1040, 1203, 1927, 3100}
)
"""Connection refused, lost or killed, packet trouble, too many connections, idle for too long, a group that does not
answer: may pass. 0: the driver itself has closed the connection."""
ENDED = frozenset({3024, 1969, 1317})
"""A statement that ran into its session's time limit, or that was killed: the server answers."""
LOCKED = frozenset({1205, 1213, 1020})
"""Lock wait time-out, deadlock, a row that others have changed since it was read (MariaDB's snapshot isolation): roll
back and repeat the whole transaction."""
MOVED = frozenset({3101, 1180, 1047, 1290, 1836})
"""A cluster rolled the transaction back when it was to be certified (at COMMIT), its node is not ready, or its primary
has become read-only, as in a failover: repeat like a deadlock. A server that stays read-only fails the third attempt,
then the task, whose retries Airflow bounds; each task connects anew, to whatever is the primary by then."""
REPEATED = LOCKED | MOVED
_NO_SUCH_FILE = 1017
INFILE_FORBIDDEN = frozenset({1148, 3948, 3950, 4166, 2068})
"""LOAD DATA LOCAL is off on the server, in the client, or forbidden to the user."""
_REFUSED = frozenset({1044, 1045, 1049, 1114, 1021, 1142, 1143, 1146, 1227, 1030, 1034})

_READ_ONLY = "; cmms_mysql must name the primary: a replica, or a server set to read_only, cannot be written to"
_ADVICE: dict[int | None, str] = {1290: _READ_ONLY, 1836: _READ_ONLY}

T = TypeVar("T")


def connect(*, local_infile: bool = False, is_patient: bool = False, answer_seconds: float = math.inf) -> Connection:
    """Open a session on the connection ``cmms_mysql``, autocommit off.

    Args:
        local_infile: for LOAD DATA LOCAL.
        is_patient: wait for an answer as long as it takes, as a migration of large tables may.
        answer_seconds: a server that is silent for longer counts as hung; a shorter ``read_timeout`` wins.

    Raises:
        DatabaseUnavailable: server down or unreachable.
        DatabaseRefused: credentials or database name refused.
        SettingsError: there is no such connection.
    """
    from cmms import mysql_driver

    options = _read_options(local_infile, is_patient, answer_seconds)
    with translated_errors("connecting to cmms_mysql"):
        connection = mysql_driver.connect(options)
        own_session(connection)
        if schema := options.get("db"):
            connection.select_db(schema)  # the server's init_connect may have chosen another one
    return connection


def _read_options(local_infile: bool, is_patient: bool, answer_seconds: float) -> dict[str, Any]:
    """Address, credential and TLS of ``cmms_mysql``, and our time-outs, as mysqlclient takes them."""
    limit = patience.seconds_left()  # raises when this process has just given up
    stored = read_airflow_connection(MYSQL_CONNECTION)
    own = 0 if is_patient else _read_timeout(stored)
    longest = min(own or math.inf, answer_seconds, math.inf if limit is None else limit)
    seconds = 0 if longest == math.inf else int(longest)
    return {
        **_provider_options(stored),
        **({"read_timeout": seconds, "write_timeout": seconds} if seconds else {}),
        "charset": "utf8mb4",
        "use_unicode": True,
        "connect_timeout": CONNECT_TIMEOUT_SECONDS if limit is None else min(limit, CONNECT_TIMEOUT_SECONDS),
        "local_infile": 1 if local_infile else 0,
    }


def _read_timeout(stored: Any) -> int:
    extra = stored.extra_dejson
    if not isinstance(extra, dict):
        raise SettingsError(f"the extra of the Airflow connection {MYSQL_CONNECTION} must be a JSON object")
    try:
        return parse_whole(extra.get("read_timeout", ANSWER_TIMEOUT_SECONDS), 0, _LONGEST_TIMEOUT_SECONDS)
    except ValueError as error:
        raise SettingsError(f"read_timeout in the extra of {MYSQL_CONNECTION} {error} seconds") from None


def _provider_options(stored: Any) -> dict[str, Any]:
    """The connection's fields by Airflow's MySQL provider, or, where that is not installed, read as it reads them."""
    from cmms import mysql_driver

    if mysql_driver.is_compiled():
        with suppress(ImportError):
            options = read_mysql_options(MYSQL_CONNECTION, stored)
            return {name: value for name, value in options.items() if value is not None}
    extra = stored.extra_dejson
    tls = extra.get("ssl")
    found = {
        "user": stored.login,
        "passwd": stored.password or "",
        "host": stored.host or "localhost",
        "db": stored.schema or "",
        "port": int(stored.port or 3306),
        "ssl": json.loads(tls) if isinstance(tls, str) else tls,
        "ssl_mode": extra.get("ssl_mode"),
        "unix_socket": extra.get("unix_socket"),
    }
    return {name: value for name, value in found.items() if value is not None}


def server_time(connection: Connection) -> datetime:
    """The database's clock, which all processes share; that of a worker may be wrong."""
    now: datetime = query(connection, "now")[0]["now"]
    return now.replace(tzinfo=UTC)


@contextmanager
def session(*, local_infile: bool = False) -> Iterator[Connection]:
    """A connection that is closed at the end; what was not committed is rolled back."""
    connection = connect(local_infile=local_infile)
    try:
        yield connection
    finally:
        with _ignoring_lost_connection():
            connection.close()


@contextmanager
def _ignoring_lost_connection() -> Iterator[None]:
    from cmms import mysql_driver

    with suppress(mysql_driver.Error):  # the server has already gone: it rolled back by itself
        yield


@cache
def load_sql(name: str) -> str:
    """Text of ``include/sql/<name>.sql`` without its comment lines; ``name`` is ``room/what``.

    In a file that opens with ``-- Stream: <name>.`` the columns of that stream are filled in
    (:mod:`cmms.streams.fill_columns`); in one that opens with ``-- Stream: any.`` those of the stream that the name
    ends with: ``room/what:running_time``.

    Raises:
        PackageIncomplete: there is no such file.
        SettingsError: it is of any stream, and none is named.
    """
    path, _, named = name.partition(":")
    file = read_package_file(_find_statement(path))
    lines = (line for line in file.splitlines() if not line.lstrip().startswith("--"))
    text = "\n".join(lines).strip().rstrip(";")
    stream = _STREAM.match(file)
    if stream is None:
        return text
    if not (of := STREAMS.get(named or stream[1])):
        raise SettingsError(f"{path} is of any stream: name one of {', '.join(STREAMS)}")
    return fill_columns(text, of)


def _find_statement(path: str) -> Path:
    """The file of a statement: one of the package, else one that a stream brings."""
    own = SQL_FOLDER / f"{path}.sql"
    brought = (stream.files / "sql" / f"{path}.sql" for stream in STREAMS.values() if stream.files)
    return own if own.is_file() else next((file for file in brought if file.is_file()), own)


def execute(
    cursor: AnyCursor, statement: str, parameters: Mapping[str, Any] | None = None, *, stage_table: str | None = None
) -> int:
    """Run the statement file ``statement``; ``{stage}`` in it stands for the checked staging table name.

    Returns:
        Rows affected (or found, for a SELECT).
    """
    text = load_sql(statement)
    if stage_table is not None:
        if not re.fullmatch(r"stg_[a-z0-9_]+", stage_table):
            raise ValueError(f"no staging table name: {stage_table!r}")
        text = text.replace("{stage}", f"`{stage_table}`")
    return int(cursor.execute(text, _storable_values(parameters or {}) or None))


def query(
    connection: Connection,
    statement: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    stage_table: str | None = None,
) -> list[dict[str, Any]]:
    """All rows of a SELECT file as dicts, keyed by column name."""
    from cmms import mysql_driver

    with closing(mysql_driver.dict_cursor(connection)) as cursor:
        execute(cursor, statement, parameters, stage_table=stage_table)
        return list(cursor.fetchall())


def read_value(cursor: Cursor) -> Any:
    """The first column of the row that the last statement is sure to have found."""
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the statement has found no row")
    return row[0]


def run_transaction(connection: Connection, work: Callable[[Cursor], T], *, what: str) -> T:
    """Run ``work(cursor)`` and commit; on deadlock, lock time-out or a cluster's refusal roll back and do it all again.

    A 1213 rolls back the transaction by itself, a 1205 only its statement: so always ROLLBACK, then repeat
    the whole, three times at most, with a growing pause.

    Raises:
        DatabaseUnavailable: locked or refused three times, read-only too, or the connection was lost (the outcome of
            a lost COMMIT is unknown: the caller's marker in the database tells).
        DatabaseRefused: disk full, missing privilege.
    """
    from cmms import mysql_driver

    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with closing(connection.cursor()) as cursor:
                result = work(cursor)
            connection.commit()
            return result
        except mysql_driver.Error as error:
            with _ignoring_lost_connection():
                connection.rollback()
            if error_number(error) in REPEATED and attempt < LOCK_ATTEMPTS:
                time.sleep(0.2 * 2**attempt)
                continue
            raise translate(error, what) from error
        except BaseException:
            with _ignoring_lost_connection():
                connection.rollback()
            raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def is_local_file_refused(error: BaseException) -> bool:
    """Whether LOAD DATA LOCAL did not get its file: forbidden, or not found under the name that the server sent back.

    A server whose ``character_set_filesystem`` is odd sends back another name; the client then has an error of the
    operating system, below 1000 (PyMySQL: 1017). MariaDB's client library does not even try an empty name, and tells
    whatever error came last: 0 is one of them.
    """
    number = error_number(error)
    return number is not None and (number in INFILE_FORBIDDEN or 0 <= number < 1000 or number == _NO_SUCH_FILE)


def error_number(error: BaseException) -> int | None:
    """MySQL's error number, when the error carries one."""
    return error.args[0] if error.args and isinstance(error.args[0], int) else None


def translate(error: Exception, what: str) -> CmmsError:
    """Say what to do about a driver error: retry or stop."""
    number = error_number(error)
    text = f"{what}: {error.args[1] if len(error.args) > 1 else error}"
    if number in _REFUSED:
        return DatabaseRefused(text, mysql_error=number)
    if number in ENDED:
        return StatementTooLong(text, mysql_error=number)
    if number in LOST or number in REPEATED:
        return DatabaseUnavailable(text + _ADVICE.get(number, ""), mysql_error=number)
    return DatabaseRefused(text, mysql_error=number)


@contextmanager
def translated_errors(what: str) -> Iterator[None]:
    """Turn driver errors into ours, so that callers need not know the driver."""
    from cmms import mysql_driver

    try:
        yield
    except mysql_driver.Error as error:
        raise translate(error, what) from error


def insert_many(cursor: Cursor, statement: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Multi-row INSERT of the statement file for all ``rows``.

    The driver makes packets of 64 KiB, but only of a statement whose VALUES begin and end with a parameter; any other
    goes row by row without a word.
    """
    if not rows:
        return 0
    return int(cursor.executemany(load_sql(statement), [_storable_values(row) for row in rows]) or 0)


def _storable_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The last line of defence: a text that the driver cannot send would leave a run open, with nothing to say why."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in values.items()}
