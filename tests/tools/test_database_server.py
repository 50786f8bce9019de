"""Private servers: found, started on loopback, killed, restarted, and gone when their parent is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import MySQLdb

from tests.conftest import AnyServer, Database


def _query(login: Mapping[str, object], statement: str) -> tuple[tuple[object, ...], ...]:
    connection = MySQLdb.connect(**login, local_infile=1, charset="utf8mb4")
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        connection.commit()
        return cursor.fetchall()
    finally:
        connection.close()


def test_a_module_gets_an_empty_schema_that_takes_local_files(
    each_database: Database, tmp_path: Path
) -> None:
    assert _query(each_database, "SHOW TABLES") == ()
    rows = tmp_path / "rows.tsv"
    rows.write_text("1\tPumpe für Öl\n2\t泵\n", encoding="utf-8")
    _query(each_database, "CREATE TABLE loaded (id INT PRIMARY KEY, name VARCHAR(40))")
    _query(each_database, f"LOAD DATA LOCAL INFILE '{rows}' INTO TABLE loaded CHARACTER SET utf8mb4")
    assert _query(each_database, "SELECT name FROM loaded ORDER BY id") == (("Pumpe für Öl",), ("泵",))
    _query(each_database, "DROP TABLE loaded")


def test_the_mysql_server_is_mysql_and_the_other_mariadb(
    mysql_server: AnyServer, mariadb_server: AnyServer
) -> None:
    def version(server: AnyServer) -> str:
        account = server.account
        login = {
            "host": account.host,
            "port": account.port,
            "user": account.user,
            "password": account.password,
        }
        return str(_query(login, "SELECT VERSION()")[0][0])

    assert "MariaDB" not in version(mysql_server)
    assert "MariaDB" in version(mariadb_server)
