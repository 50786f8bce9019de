"""A migrated schema, two receivers on loopback, settings that name them, and runs to tell about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cmms.settings import Settings
from cmms.sync.records import RunSummary
from tests.alerts.runs import connect_slack, connect_smtp, make_settings
from tests.sinks import SlackSink, SmtpSink

TABLES = ("notification_deliveries", "alert_events", "sync_record_errors", "api_sync_logs")


@pytest.fixture
def slack() -> Iterator[SlackSink]:
    with SlackSink() as sink:
        yield sink


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(storage={"base_path": str(tmp_path / "storage")})


@pytest.fixture
def receivers(monkeypatch: pytest.MonkeyPatch, slack: SlackSink, smtp: SmtpSink) -> None:
    """Define the connections of both channels."""
    connect_slack(monkeypatch, slack.url)
    connect_smtp(monkeypatch, smtp.port)


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
def outbox(migrated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A session on the migrated schema, its log and alert tables empty."""
    from cmms.database import session

    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", migrated)
    with session() as connection:
        with closing(connection.cursor()) as cursor:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
        connection.commit()
        yield connection


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is defined, and nobody listens there."""
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", "mysql://root:db-canary-secret@127.0.0.1:1/cmms")


@pytest.fixture
def log_run(outbox: Any) -> Callable[[RunSummary], RunSummary]:
    """Write a run's log row, as `close_run` does; the returned run has the row's id."""

    def write(run: RunSummary) -> RunSummary:
        with closing(outbox.cursor()) as cursor:
            cursor.execute(
                "INSERT INTO api_sync_logs (sync_type, status, level, dag_id, run_id, records_processed,"
                " records_success, records_failed, error_class, error_category, sync_started_at,"
                " sync_completed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    run.sync_type,
                    run.status,
                    run.level,
                    run.dag_id,
                    run.run_id,
                    run.counts.fetched,
                    run.counts.success,
                    run.counts.rejected,
                    run.error_class,
                    run.error_category,
                    run.started_at.replace(tzinfo=None),
                    run.completed_at.replace(tzinfo=None),
                ),
            )
            number = int(cursor.lastrowid)
        outbox.commit()
        return replace(run, sync_log_id=number)

    return write
