"""Weekly housekeeping (``sync_log_cleanup``, ``python -m cmms cleanup``): what is older than the retention.

Input: the log tables and the storage. Output: how many rows and files went, by table; also in the clean-up's
own row of ``api_sync_logs``. Rows go in batches of ``retention.batch_rows``, each its own transaction, so
that a time-out loses nothing and the next start goes on. What stays whatever its age: runs with rejects that
a person has still to settle, runs of open alerts, open runs, readings, revisions and the audit log but for
refused writes.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from cmms.alerts.records import to_database
from cmms.database import Connection, Cursor, execute, query, run_transaction, server_time, session
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.storage import Storage
from cmms.sync.records import Scope
from cmms.sync.runs.close_run import close_run
from cmms.sync.runs.open_run import Trigger, open_run
from cmms.sync.runs.report_progress import write_event

SYNC_TYPE = "cleanup"
_CHILDREN = ("sync_log_events", "sync_superseded_records", "sync_record_errors")
_OTHERS = ("sync_units", "api_sync_logs", "api_call_logs", "audit_log", "notification_deliveries", "alert_events")
_FILES = "storage"
_LOGS_AT_ONCE = 100
"""A transaction for each run and table would be thousands, and each waits for the disk."""


def clean_up_logs(now: datetime | None = None, *, trigger: Trigger | None = None) -> dict[str, int]:
    """Remove what is too old.

    Args:
        now: instant to measure ages of rows from; default: the database's clock, by which files always go.
        trigger: who asked.

    Returns:
        Rows removed by table, and under ``storage`` the removed runs' folders and cached answers.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server; what was removed before stays removed.
    """
    with session() as connection:
        clock = server_time(connection)
        now = now or clock
        settings, _ = current_settings(connection)
        run = open_run(
            connection,
            Scope.nothing(),
            run_date=now.date(),
            trigger=trigger,
            sync_type=SYNC_TYPE,
            units=(),
        )
        try:
            removed = _CleanUp(connection, run.sync_log_id, settings, now, clock).run()
        except BaseException as error:
            with session() as fresh:  # the failing one may be lost
                close_run(fresh, run.sync_log_id, error=error)
            raise
        work = partial(_close, sync_log_id=run.sync_log_id, removed=removed)
        run_transaction(connection, work, what="closing the clean-up")
    return removed


def _close(cursor: Cursor, sync_log_id: int, removed: dict[str, int]) -> None:
    execute(cursor, "operations/cleanup/close_cleanup", {"id": sync_log_id, "removed": sum(removed.values())})
    message = ", ".join(f"{place}: {count}" for place, count in removed.items() if count)
    message = message or "nothing was old enough"
    write_event(cursor, sync_log_id, "info", "business", "CLEANED_UP", message, **removed)


class _CleanUp:
    """One clean-up; every transaction is also a sign of life of its log row."""

    def __init__(
        self, connection: Connection, sync_log_id: int, settings: Settings, now: datetime, clock: datetime
    ) -> None:
        retention = settings.retention
        self._connection = connection
        self._sync_log_id = sync_log_id
        self._storage = settings.storage
        self._rows = retention.batch_rows
        self._logs_before = to_database(now - timedelta(days=retention.log_days))
        self._calls_before = to_database(now - timedelta(days=retention.call_log_days))
        self._refusals_before = to_database(now - timedelta(days=retention.refusal_days))
        self._clock = clock
        self._removed = Counter(dict.fromkeys((*_CHILDREN, *_OTHERS, _FILES), 0))

    def run(self) -> dict[str, int]:
        self._delete_all("api_call_logs", {"before": self._calls_before})
        self._delete_all("audit_log", {"before": self._refusals_before})
        self._delete_alerts()
        self._delete_logs()
        self._delete_files()
        return dict(self._removed)

    def _delete_files(self) -> None:
        """Files of runs that are still open stay, as their rows do."""
        storage = Storage(self._storage)
        in_use = {storage.run_folder(row["id"]) for row in self._query("sync/runs/open_runs", {})}
        oldest = self._clock - timedelta(days=self._storage.keep_days)
        self._removed[_FILES] = storage.delete_older_than(oldest, except_for=in_use)

    def _delete_logs(self) -> None:
        chosen = {"before": self._logs_before, "row_limit": self._rows}
        while ids := [int(row["id"]) for row in self._query("operations/cleanup/old_logs", chosen)]:
            starts = range(0, len(ids), _LOGS_AT_ONCE)
            if not sum(self._delete_some(tuple(ids[start : start + _LOGS_AT_ONCE])) for start in starts):
                return  # reopened meanwhile: the next clean-up looks again

    def _delete_some(self, ids: tuple[int, ...]) -> int:
        """Children in batches, then the units and the logs themselves at once; returns how many logs went."""
        for table in _CHILDREN:
            self._delete_all(table, {"sync_log_ids": ids})

        def delete(cursor: Cursor) -> tuple[int, int]:
            execute(cursor, "operations/cleanup/lock_old_logs", {"ids": ids, "before": self._logs_before})
            old = {"sync_log_ids": tuple(int(row[0]) for row in cursor.fetchall())}
            if not old["sync_log_ids"]:
                return 0, 0
            units = execute(cursor, "operations/cleanup/delete_sync_units", old)
            logs = execute(cursor, "operations/cleanup/delete_logs", old)
            self._beat(cursor)
            return units, logs

        units, logs = run_transaction(self._connection, delete, what=f"removing runs {ids[-1]} to {ids[0]}")
        self._removed["sync_units"] += units
        self._removed["api_sync_logs"] += logs
        return logs

    def _delete_alerts(self) -> None:
        chosen = {"before": self._logs_before, "row_limit": self._rows}
        while ids := tuple(row["id"] for row in self._query("operations/cleanup/old_alerts", chosen)):
            work = partial(self._delete_alert_rows, ids=ids)
            deliveries, alerts = run_transaction(self._connection, work, what="removing alerts")
            self._removed["notification_deliveries"] += deliveries
            self._removed["alert_events"] += alerts

    def _delete_alert_rows(self, cursor: Cursor, ids: tuple[int, ...]) -> tuple[int, int]:
        deliveries = execute(cursor, "operations/cleanup/delete_deliveries", {"ids": ids})
        alerts = execute(cursor, "operations/cleanup/delete_alerts", {"ids": ids})
        self._beat(cursor)
        return deliveries, alerts

    def _delete_all(self, table: str, chosen: dict[str, Any]) -> None:
        """Batches until one is not full."""

        def delete(cursor: Cursor) -> int:
            rows = execute(cursor, f"operations/cleanup/delete_{table}", {**chosen, "row_limit": self._rows})
            self._beat(cursor)
            return rows

        rows = self._rows
        while rows == self._rows:
            rows = run_transaction(self._connection, delete, what=f"removing rows of {table}")
            self._removed[table] += rows

    def _query(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        self._connection.rollback()  # a fresh look
        return query(self._connection, statement, parameters)

    def _beat(self, cursor: Cursor) -> None:
        execute(cursor, "sync/runs/heartbeat", {"sync_log_id": self._sync_log_id})
