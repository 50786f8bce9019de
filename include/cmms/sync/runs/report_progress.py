"""How a running step tells where it is, stays alive, and hears that somebody wants it to pause or stop.

Written on a connection of its own, at most once a second, so that a view can read step, done, total and rate live
and the watchdog sees a heartbeat. Between two chunks :meth:`Reporter.check` obeys ``api_sync_logs.control``:
``cancel`` raises :class:`~cmms.errors.RunCancelled`, ``pause`` waits. What the engine logs meanwhile is kept as events
of the run too, so that nobody has to look into the files of every worker.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from typing import Any

from cmms.database import (
    LOCKED,
    Connection,
    Cursor,
    connect,
    error_number,
    execute,
    insert_many,
    query,
    translated_errors,
)
from cmms.errors import CmmsError, Fenced, RunCancelled
from cmms.source.call_log import ApiCall
from cmms.storable_text import storable
from cmms.sync.records import WORKING_STATUSES

DOUBT_CATEGORY = "completeness"
"""Of events that say why more may exist than came: a run that has one never ends as ``success``."""
_INTERVAL_SECONDS = 1.0
_PAUSE_POLL_SECONDS = 1.0
_BEAT_WAIT_SECONDS = 1
_LOCK_WAIT_SECONDS = 30
_RETAINED_LINES = 200
"""Of one step: more of the same tell nothing new, and all of them are in the task's log file."""

Listener = Callable[[str, str, int, int | None], None]
"""Called with unit key, step, done and total: the command line's progress bar."""


class Reporter:
    """Progress, heartbeat, events and call log of one run, in its own connection (opened on first use)."""

    def __init__(self, sync_log_id: int, *, lease_seconds: int, listener: Listener | None = None) -> None:
        self.sync_log_id = sync_log_id
        self._lease_seconds = lease_seconds
        self._listener = listener
        self._connection: Connection | None = None
        self._written_at = 0.0
        self._step_started = 0.0
        self._step: tuple[str, str] | None = None
        self._calls: list[dict[str, Any]] = []
        self._lines = _LogLines()

    def report(self, unit_key: str, step: str, done: int, total: int | None = None, *, force: bool = False) -> None:
        """``done`` of ``total`` records of the unit have passed ``step``; but first obey pause and cancel."""
        now = time.monotonic()
        if self._step != (unit_key, step):
            self._step, self._step_started, force = (unit_key, step), now, True
        if self._listener:
            self._listener(unit_key, step, done, total)
        if not force and now - self._written_at < _INTERVAL_SECONDS:
            return
        self._written_at = now
        elapsed = now - self._step_started
        values = {
            "sync_log_id": self.sync_log_id,
            "unit_key": unit_key,
            "step": step,
            "done": done,
            "total": total,
            "rate": done / elapsed if elapsed > 0.01 else None,
        }
        self.check()  # first: a process that wakes up after its run was closed must not write into it
        self._beat(values)

    def check(self) -> None:
        """Obey what an operator asked for.

        Raises:
            RunCancelled: cancel was asked for.
            Fenced: the log row is closed: the watchdog took the run for dead, or a task was repeated without the first.
        """
        paused = False
        while True:
            row = self._control()
            if row["control"] == "cancel":
                raise RunCancelled("cancelled by an operator", sync_log_id=self.sync_log_id)
            if row["status"] not in WORKING_STATUSES:
                raise Fenced(
                    f"the run is closed as {row['status']}: start a new one, or clear open_run with all after it",
                    sync_log_id=self.sync_log_id,
                )
            if row["control"] != "pause":
                if paused or row["status"] == "paused":
                    self._set_status("running")
                return
            if not paused:
                paused = True
                self._set_status("paused")
            time.sleep(_PAUSE_POLL_SECONDS)
            self._beat()

    def show_life(self) -> None:
        """A heartbeat without progress, of a step that has to wait for another run."""
        self._beat()

    def call(self, call: ApiCall) -> None:
        """Note an HTTP request; written in batches, at the latest by :meth:`close`."""
        self._calls.append({"sync_log_id": self.sync_log_id, **asdict(call)})
        if len(self._calls) >= 200:
            self._flush_calls()

    def event(self, level: str, category: str, code: str, message: str, **context: Any) -> None:
        """Note something an operator should find by run."""
        with self._writing() as cursor:
            write_event(cursor, self.sync_log_id, level, category, code, message, **context)

    def time(self, unit_key: str, **milliseconds: int) -> None:
        """Add the duration of a step to the unit: ``api_ms``, ``validate_ms``, ``stage_ms`` or ``merge_ms``."""
        values = {"api_ms": 0, "validate_ms": 0, "stage_ms": 0, "merge_ms": 0, **milliseconds}
        with self._writing() as cursor:
            execute(cursor, "sync/runs/time_unit", {"sync_log_id": self.sync_log_id, "unit_key": unit_key, **values})

    def close(self) -> None:
        """Write what is left and close the connection."""
        _ENGINE.removeHandler(self._lines)
        try:
            if self._calls:
                self._flush_calls()
            if self._lines.kept:
                self._flush_lines()
        finally:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __enter__(self) -> Reporter:
        _ENGINE.addHandler(self._lines)
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _control(self) -> dict[str, Any]:
        connection = self._connected()
        with translated_errors("reading the run's control"):
            rows = query(connection, "sync/runs/control", {"sync_log_id": self.sync_log_id})
            connection.commit()
        if not rows:
            raise Fenced("the log row of the run was deleted", sync_log_id=self.sync_log_id)
        return rows[0]

    def _set_status(self, status: str) -> None:
        with self._writing() as cursor:
            execute(cursor, "sync/runs/set_status", {"sync_log_id": self.sync_log_id, "status": status})

    def _beat(self, progress: dict[str, Any] | None = None) -> None:
        """Write progress and a sign of life, unless a merge of this run holds the rows.

        Then the merge is the sign of life, and this step need not wait for it. Leases before the log row, as
        merging and closing do: no deadlock.
        """
        from cmms import mysql_driver

        connection = self._connected()
        lease = {"sync_log_id": self.sync_log_id, "lease_seconds": self._lease_seconds}
        with translated_errors("writing the run's progress"), closing(connection.cursor()) as cursor:
            try:
                cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {_BEAT_WAIT_SECONDS:d}")
                if progress:
                    execute(cursor, "sync/runs/update_unit", progress)
                execute(cursor, "sync/runs/renew_leases", lease)
                execute(cursor, "sync/runs/heartbeat", {"sync_log_id": self.sync_log_id})
                connection.commit()
            except mysql_driver.Error as error:
                if error_number(error) not in LOCKED:
                    raise
                connection.rollback()
            cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {_LOCK_WAIT_SECONDS:d}")

    def _flush_calls(self) -> None:
        calls, self._calls = self._calls, []
        with self._writing() as cursor:
            insert_many(cursor, "sync/runs/insert_call", calls)

    def _flush_lines(self) -> None:
        lines, self._lines.kept = self._lines.kept, []
        with suppress(CmmsError), self._writing() as cursor:  # they are in the log file, and must hide no other error
            for level, name, message in lines:
                write_event(cursor, self.sync_log_id, level, "log", "LOG_LINE", message, logger=name)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = connect()
        return self._connection

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        connection = self._connected()
        with translated_errors("writing the run's progress"), closing(connection.cursor()) as cursor:
            yield cursor
            connection.commit()


_ENGINE = logging.getLogger("cmms")
_EVENTS = logging.getLogger("cmms.events")
"""Of all runs, for the log file only: on a terminal, in a task's log and among the kept lines they would be twice."""
_EVENTS.propagate = False
_EVENTS.addHandler(logging.NullHandler())
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}


class _LogLines(logging.Handler):
    """Collects warnings and errors of the engine, from whatever thread they come."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.kept: list[tuple[str, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.kept) < _RETAINED_LINES:
            level = "error" if record.levelno >= logging.ERROR else "warning"
            self.kept.append((level, record.name, record.getMessage()))


def write_event(
    cursor: Cursor, sync_log_id: int, level: str, category: str, code: str, message: str, **context: Any
) -> None:
    """Insert into ``sync_log_events`` in the caller's transaction, and say it in the log file."""
    said = storable(message)
    if code != "LOG_LINE":  # that one comes from the log
        _EVENTS.log(_LEVELS[level], "%s: %s", code, said, extra={"sync_log_id": sync_log_id})
    execute(
        cursor,
        "sync/runs/insert_event",
        {
            "sync_log_id": sync_log_id,
            "level": level,
            "category": category,
            "code": code,
            "message": said[:1000],
            "context": json.dumps(context, default=str) if context else None,
        },
    )
