"""A large CMMS database in minutes: machines, readings, rejected records, runs. Input: an empty, migrated schema.

Made by the server itself from ``benchmarks/sql``. Nothing is random: the same size gives the same tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

SQL = Path(__file__).parent / "sql"
_TABLES = (
    "plants, equipment_groups, equipment, equipment_running_times, api_sync_logs, sync_record_errors, api_call_logs,"
    " alert_events"
)


def fill(connection: Any, *, machines: int, days: int) -> int:
    """Fill the schema of an open driver connection; returns the number of readings."""
    cursor = connection.cursor()
    cursor.execute("SET SESSION foreign_key_checks = 0, unique_checks = 0")
    for statement in read_statement("view_data").split(";\n"):
        cursor.execute(statement, {"machines": machines})
    connection.commit()
    readings = 0
    for ago in range(days, 0, -1):
        readings += cursor.execute(read_statement("view_readings"), {"ago": ago})
        connection.commit()
    cursor.execute(f"ANALYZE TABLE {_TABLES}")
    cursor.fetchall()
    cursor.execute("SET SESSION foreign_key_checks = 1, unique_checks = 1")
    cursor.close()
    return readings


def read_statement(name: str) -> str:
    """A statement of ``benchmarks/sql``, without its comments."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))
