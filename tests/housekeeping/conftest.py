"""A migrated schema on each server, emptied before each test, and a session on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

TABLES = (
    "notification_deliveries",
    "alert_events",
    "api_call_logs",
    "sync_log_events",
    "sync_superseded_records",
    "sync_record_errors",
    "sync_units",
    "sync_leases",
    "api_sync_logs",
    "audit_log",
    "requested_changes",
    "meter_segments",
    "measuring_points",
    "equipment_running_time_revisions",
    "equipment_running_times",
    "equipment_revisions",
    "equipment",
    "plants",
)


@pytest.fixture(scope="module")
def migrated(each_database: dict[str, Any]) -> str:
    """URI of a schema with all tables, on MySQL and then on MariaDB."""
    from cmms.migrations import upgrade

    uri = "mysql://{user}:{password}@{host}:{port}/{database}".format(**each_database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", uri)
        upgrade()
    return uri


@pytest.fixture
def connection(migrated: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A session on empty tables; settings and storage of its own; no channel for alerts."""
    from cmms.database import session

    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", migrated)
    config = tmp_path / "cmms.yaml"
    config.write_text(f"storage:\n  base_path: {tmp_path / 'storage'}\nretention:\n  batch_rows: 100\n")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(config))
    with session() as opened:
        with closing(opened.cursor()) as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("SET foreign_key_checks = 1")
        opened.commit()
        yield opened
