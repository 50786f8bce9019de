"""Show what the demo's syncs did, read from the database that they wrote.

Input: the account, and the DAG runs that the demo triggered. Output: tables on the screen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cmms.mysql_driver import dict_cursor
from cmms.mysql_types import Connection
from tools.database_server import Account
from tools.demo_settings import DATABASE

Row = dict[str, Any]

_LOG = """
SELECT sync_type, status, level, records_processed, records_success, records_failed, records_inserted,
       records_updated, records_unchanged, records_superseded, error_message,
       TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) / 1000000 AS seconds
FROM api_sync_logs WHERE dag_id = %s AND run_id = %s
"""
_REJECTS = """
SELECT stream, code, COUNT(*) AS number, MIN(message) AS example
FROM sync_record_errors WHERE status = 'open' GROUP BY stream, code ORDER BY stream, number DESC, code
"""


_SHOWN = (
    "status", "level", "records_processed", "records_success", "records_failed", "records_inserted",
    "records_updated", "records_unchanged", "records_superseded", "seconds",
)  # fmt: skip


class DemoReport:
    """Reads the sync log rows of certain DAG runs."""

    def __init__(self, account: Account, runs: Mapping[str, str]) -> None:
        """Describe the report of these runs: DAG id -> run id."""
        self._account = account
        self._logs = {dag_id: self._query(_LOG, dag_id, run_id) for dag_id, run_id in runs.items()}

    def show(self, console: Console) -> None:
        """Print the log rows, and why records were rejected."""
        table = Table("api_sync_logs", title_justify="left")
        for dag_id in self._logs:
            table.add_column(dag_id, justify="right")
        rows = [row for rows in self._logs.values() for row in rows or [{"status": "wrote no row"}]]
        for name in _SHOWN:
            table.add_row(name, *(_format(row.get(name)) for row in rows))
        console.print(table)
        for row in (row for rows in self._logs.values() for row in rows if row["error_message"]):
            console.print(f"{row['sync_type']}: {row['error_message']}", markup=False)
        self._show_rejects(console)

    def is_good(self) -> bool:
        """Say whether every sync ended well with records merged."""
        return all(
            len(rows) == 1 and rows[0]["status"] in ("success", "partial") and rows[0]["records_success"]
            for rows in self._logs.values()
        )

    def _show_rejects(self, console: Console) -> None:
        rejects = self._query(_REJECTS)
        if not rejects:
            console.print("No record was rejected.")
            return
        table = Table("stream", title="Rejected records, each stored for a person to correct", title_justify="left")
        table.add_column("code", no_wrap=True)
        table.add_column("number", justify="right")
        table.add_column("example")
        for row in rejects:
            table.add_row(row["stream"], row["code"], f"{row['number']:,}", escape(str(row["example"] or "")))
        console.print(table, soft_wrap=False)

    def _query(self, statement: str, *parameters: object) -> list[Row]:
        with (
            connect(self._account, DATABASE) as connection,
            contextlib.closing(dict_cursor(connection)) as cursor,
        ):
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())


def _format(value: object) -> str:
    """Return a number with thousands marked, a duration with one decimal, nothing for NULL."""
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, Decimal) else f"{value:,}" if isinstance(value, int) else str(value)


@contextlib.contextmanager
def connect(account: Account, database: str = "") -> Iterator[Connection]:
    """Open a connection to a schema of the server, or to none, and close it at the end."""
    import MySQLdb

    with contextlib.closing(
        MySQLdb.connect(
            host=account.host,
            port=account.port,
            user=account.user,
            password=account.password,
            database=database,
            charset="utf8mb4",
            connect_timeout=10,
        )
    ) as connection:
        yield connection
