"""A large CMMS database in minutes: machines, readings, rejected records, runs, what maintenance plans ask.

Input: an empty, migrated schema, which is that of the connection ``cmms_mysql``. Made by the server itself from
``benchmarks/sql``; then maintenance is evaluated. Nothing is random: the same size gives the same tables.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cmms.maintenance.evaluate_maintenance import evaluate_all

SQL = Path(__file__).parent / "sql"
_TABLES = (
    "plants, equipment_groups, equipment, equipment_running_times, api_sync_logs, sync_record_errors, api_call_logs,"
    " alert_events, maintenance_plans, equipment_maintenance, maintenance_dues"
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
    cursor.execute("SET SESSION foreign_key_checks = 1, unique_checks = 1")
    evaluate_all(datetime.now(UTC).date())
    cursor.execute(f"ANALYZE TABLE {_TABLES}")
    cursor.fetchall()
    cursor.close()
    return readings


def read_statement(name: str) -> str:
    """A statement of ``benchmarks/sql``, without its comments."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))
