"""Show what the demo's syncs did, read from the database that they wrote.

Input: the account and the log rows written since the demo began. Output: tables on the screen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.database_server import Account
from tools.demo_settings import DATABASE

Row = dict[str, Any]

_LAST_LOG = "SELECT COALESCE(MAX(id), 0) AS id FROM api_sync_logs"
_LOGS = """
SELECT id, sync_type, status, records_processed, records_success, records_failed, error_message,
       TIMESTAMPDIFF(MICROSECOND, sync_started_at, sync_completed_at) / 1000000 AS seconds
FROM api_sync_logs WHERE id > %s AND sync_type IN ('equipment', 'running_time') ORDER BY id
"""
_REJECTS = """
SELECT stream, code, COUNT(*) AS number, MIN(message) AS example
FROM sync_record_errors WHERE status = 'open' GROUP BY stream, code ORDER BY stream, number DESC, code
"""


class DemoReport:
    """Reads the sync log of one demo start."""

    def __init__(self, account: Account) -> None:
        """Remember where the log ends now: what comes after belongs to this start."""
        self._account = account
        self._last_log = int(self._query(_LAST_LOG)[0]["id"])

    def read_logs(self) -> list[Row]:
        """Return the log rows of equipment and running-time syncs since this start."""
        return self._query(_LOGS, self._last_log)

    def show(self, console: Console) -> None:
        """Print the log rows, and why records were rejected."""
        table = Table("sync", "status", title="api_sync_logs", title_justify="left")
        for name in ("processed", "success", "failed", "seconds"):
            table.add_column(name, justify="right")
        for row in self.read_logs():
            counts = [f"{row[f'records_{name}'] or 0:,}" for name in ("processed", "success", "failed")]
            seconds = "" if row["seconds"] is None else f"{row['seconds']:.1f}"
            table.add_row(row["sync_type"], row["status"], *counts, seconds)
        console.print(table)
        for row in self.read_logs():
            if row["error_message"]:
                console.print(f"{row['sync_type']}: {row['error_message']}", markup=False)
        self._show_rejects(console)

    def is_good(self) -> bool:
        """Say whether both syncs ended well with records merged."""
        good = {
            row["sync_type"]
            for row in self.read_logs()
            if row["status"] in ("success", "partial") and row["records_success"]
        }
        return good == {"equipment", "running_time"}

    def _show_rejects(self, console: Console) -> None:
        rejects = self._query(_REJECTS)
        if not rejects:
            console.print("No record was rejected.")
            return
        table = Table("stream", "code", title="Rejected records kept for a person", title_justify="left")
        table.add_column("number", justify="right")
        table.add_column("example")
        for row in rejects:
            table.add_row(row["stream"], row["code"], f"{row['number']:,}", str(row["example"] or "")[:90])
        console.print(table)

    def _query(self, statement: str, *parameters: object) -> list[Row]:
        with (
            connect(self._account, DATABASE) as connection,
            contextlib.closing(connection.cursor()) as cursor,
        ):
            cursor.execute(statement, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextlib.contextmanager
def connect(account: Account, database: str = "") -> Iterator[Any]:
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
