"""The variables of a database session: each one that changes a result, or could stop us, has our own value.

Input: a connection that has just been opened. Output: the same connection, independent of what the server's
administrator, its ``init_connect`` or its version set for everyone. One statement and one answer.

Only variables that an account without administrative rights may set are here; the others are checked where they matter
(docs/decisions/0022-the-session-owns-its-session.md lists them all with their reasons).
"""

from __future__ import annotations

import re
from contextlib import closing

from cmms import mysql_driver
from cmms.mysql_types import Connection

UNLIMITED = 18446744073709551615
IDLE_SECONDS = 28800
"""How long a session may be idle: a source may take its time between two statements."""
COLLATION = "utf8mb4_unicode_ci"
"""Of texts in statements; that of our tables, so that comparing the two never depends on the server."""
_SQL_MODE = "STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
_UNKNOWN_VARIABLE = 1193

_EVERYWHERE: dict[str, str | int] = {
    # how values are read, compared and stored
    "sql_mode": _SQL_MODE,
    "time_zone": "+00:00",
    "collation_connection": COLLATION,
    "div_precision_increment": 4,
    "default_week_format": 0,
    "sql_auto_is_null": 0,
    "explicit_defaults_for_timestamp": 1,
    "max_sort_length": 1024,
    # how much of a result arrives, and which statements are refused
    "sql_select_limit": UNLIMITED,
    "max_join_size": UNLIMITED,
    "sql_big_selects": 1,  # after max_join_size, which switches it off
    "sql_safe_updates": 0,
    "group_concat_max_len": 1048576,
    "sql_notes": 1,
    # transactions
    "autocommit": 0,
    "completion_type": 0,
    "foreign_key_checks": 1,
    "unique_checks": 1,
    # new tables
    "default_storage_engine": "InnoDB",
    "default_tmp_storage_engine": "InnoDB",
    # patience
    "lock_wait_timeout": 30,
    "innodb_lock_wait_timeout": 30,
    "wait_timeout": IDLE_SECONDS,
    "net_read_timeout": 600,
    "net_write_timeout": 600,
}
_MYSQL: dict[str, str | int] = {
    "transaction_isolation": "REPEATABLE-READ",
    "transaction_read_only": 0,
    "max_execution_time": 0,
    "windowing_use_high_precision": 1,
}
_MARIADB: dict[str, str | int] = {
    "tx_isolation": "REPEATABLE-READ",  # before 11.1 it has no other name
    "tx_read_only": 0,
    "max_statement_time": 0,
    "max_error_count": 64,
    "character_set_filesystem": "binary",
    "check_constraint_checks": 1,
    "default_regex_flags": "",
    "sql_if_exists": 0,
    "alter_algorithm": "DEFAULT",
    "old_mode": "",
    "idle_transaction_timeout": 0,
    "idle_readonly_transaction_timeout": 0,
    "idle_write_transaction_timeout": 0,
}


def is_mariadb(connection: Connection) -> bool:
    """Whether the server is a MariaDB; it names some variables otherwise."""
    return "MariaDB" in connection.get_server_info()


def variables_for(connection: Connection) -> dict[str, str | int]:
    """Name and value of every variable that a session of ours sets on this kind of server."""
    return {**_EVERYWHERE, **(_MARIADB if is_mariadb(connection) else _MYSQL)}


def own_session(connection: Connection) -> None:
    """Set all of them, in one statement; a variable that this version of the server does not have is left out."""
    wanted = variables_for(connection)
    with closing(connection.cursor()) as cursor:
        while True:
            statement = "SET " + ", ".join(f"@@SESSION.{name} = %({name})s" for name in wanted)
            try:
                cursor.execute(statement, wanted)
                return
            except mysql_driver.Error as error:
                unknown = re.search(r"'(\w+)'", str(error.args[-1]))
                if error.args[0] != _UNKNOWN_VARIABLE or unknown is None or unknown[1] not in wanted:
                    raise
                del wanted[unknown[1]]
