"""What a large load needs beside its syncs, made by the server itself: days that nobody waits for, half a year of logs.

Input: an open driver connection to a migrated schema. Nothing is random: the same size gives the same tables.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from benchmarks.view_data import read_statement

RUNS = 2_000
"""Of half a year: eleven a day."""


def fill_days(connection: Any, *, first_day: date, days: int) -> int:
    """Readings of ``days`` days before ``first_day``, which is stored; returns their number."""
    cursor = connection.cursor()
    _hurry(cursor)
    readings = 0
    for ago in range(1, days + 1):
        values = {"day": first_day - timedelta(days=ago), "first_day": first_day, "ago": ago}
        readings += cursor.execute(read_statement("large_day"), values)
        connection.commit()
    cursor.execute("ANALYZE TABLE equipment_running_times")
    cursor.fetchall()
    return readings


def fill_logs(connection: Any, *, calls: int, rejects: int) -> None:
    """Old runs with their rejected records, requests and events."""
    cursor = connection.cursor()
    _hurry(cursor)
    for statement in read_statement("large_logs").split(";\n"):
        cursor.execute(statement, {"runs": min(RUNS, calls, rejects), "calls": calls, "rejects": rejects})
    connection.commit()
    cursor.execute("ANALYZE TABLE api_sync_logs, sync_record_errors, api_call_logs, sync_units")
    cursor.fetchall()


def change_machines(connection: Any, *, one_in: int) -> int:
    """Other descriptions than the source's, so that the next sync has to correct them; returns how many."""
    cursor = connection.cursor()
    text = "UPDATE equipment SET equipment_description = 'RENAMED BY HAND' WHERE id %% %(one_in)s = 0"
    changed = int(cursor.execute(text, {"one_in": one_in}))
    connection.commit()
    return changed


def _hurry(cursor: Any) -> None:
    cursor.execute("SET SESSION sql_log_bin = 0, foreign_key_checks = 0, unique_checks = 0")
