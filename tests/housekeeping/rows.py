"""Hand-made rows for the housekeeping tests."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """An instant before NOW, as DATETIME columns hold it."""
    return (NOW - timedelta(**span)).replace(tzinfo=None)


def insert(connection: Any, table: str, **values: Any) -> int:
    """One committed row; returns its id."""
    columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(values.values()))
        number = int(cursor.lastrowid)
    connection.commit()
    return number


def run_sql(connection: Any, *statements: str) -> None:
    with closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.commit()


def select(connection: Any, statement: str) -> list[Any]:
    """Rows as committed now; a single column as plain values."""
    connection.rollback()
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    return [row[0] if len(row) == 1 else row for row in found]


def add_log(connection: Any, status: str = "success", *, at: datetime | None = None, **values: Any) -> int:
    """A log row whose every instant is ``at`` (default: now)."""
    at = at or ago()
    closed = status not in ("queued", "running", "paused")
    row = {
        "sync_type": "running_time",
        "status": status,
        "level": "info" if closed else None,
        "heartbeat_at": None if status == "queued" else at,
        "sync_started_at": None if status == "queued" else at,
        "sync_completed_at": at if closed else None,
        "created_at": at,
    }
    return insert(connection, "api_sync_logs", **{**row, **values})


COUNTS = ("fetched", "inserted", "updated", "unchanged", "superseded", "rejected", "warnings")


def add_unit(connection: Any, sync_log_id: int, unit_key: str = "2026-02-28", **counts: int) -> int:
    """A merged unit; what is not named is 0."""
    values = {name: counts.get(name, 0) for name in COUNTS}
    times = {name: counts[name] for name in ("stage_ms", "merge_ms") if name in counts}
    stream = "equipment" if unit_key == "equipment" else "running_time"
    return insert(
        connection, "sync_units", sync_log_id=sync_log_id, stream=stream, unit_key=unit_key, fence=sync_log_id, merged_at=ago(),
        step="merged",
        **values, **times,
    )  # fmt: skip


def add_reject(connection: Any, sync_log_id: int, payload: bytes = b"{}", **values: Any) -> int:
    row = {
        "sync_log_id": sync_log_id,
        "stream": "running_time",
        "unit_key": "2026-02-28",
        "record_key": "E1|2026-02-28",
        "category": "validation",
        "code": "RANGE",
        "rule": "VAL-01",
        "message": "out of range",
        "payload": payload,
        "payload_hash": hashlib.sha256(payload).digest(),
        "first_seen_at": ago(),
        "last_seen_at": ago(),
        "page": 1,
        "position": 0,
    }
    return insert(connection, "sync_record_errors", **{**row, **values})


def add_alert(connection: Any, status: str, sync_log_id: int | None, *, at: datetime, name: str = "a") -> int:
    number = insert(
        connection, "alert_events", fingerprint=name, rule_key="run_failed", level="critical", title="t", body=json.dumps({}),
        sync_log_id=sync_log_id, status=status, first_at=at, last_at=at, resolved_at=at if status == "resolved" else None,
    )  # fmt: skip
    insert(
        connection, "notification_deliveries", alert_event_id=number, channel="email", target="a@example.org",
        transition="firing", status="sent", created_at=at,
    )  # fmt: skip
    return number


def add_machine(connection: Any, number: str, plant_id: int, **values: Any) -> int:
    return insert(connection, "equipment", equipment_number=number, plant_id=plant_id, **values)


def add_plant(connection: Any, code: str = "P001") -> int:
    return insert(connection, "plants", plant_code=code, name=code)


def add_reading(
    connection: Any, equipment_id: int, plant_id: int, day: date | str, hours: str, cumulative: str, code: str | None = None,
    **values: Any,
) -> int:  # fmt: skip
    return insert(
        connection, "equipment_running_times", equipment_id=equipment_id, plant_id=plant_id, date=day, running_hours=hours,
        cumulative_hours=cumulative, quality="warning" if code else "ok", quality_code=code, **values,
    )  # fmt: skip
