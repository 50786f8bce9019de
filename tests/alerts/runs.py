"""What the alert tests are made of: runs to tell about, settings, connections, a look into the tables."""

from __future__ import annotations

import itertools
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cmms.settings import Settings, parse_settings
from cmms.sync.records import Counts, RunSummary, Scope

MIDNIGHT = datetime(2026, 2, 1, 1, 0, tzinfo=UTC)


def make_settings(**sections: Any) -> Settings:
    alerts = {"email_to": ["planner@example.org"], "email_from": "cmms@example.org", "timeout_seconds": 10}
    return parse_settings({**sections, "alerts": {**alerts, **sections.get("alerts", {})}})


def connect_slack(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_SLACK", f'{{"conn_type": "slackwebhook", "password": "{url}"}}')


def connect_smtp(monkeypatch: pytest.MonkeyPatch, port: int, *, tls: bool = False) -> None:
    extra = f'{{"disable_ssl": true, "disable_tls": {"false" if tls else "true"}}}'
    monkeypatch.setenv(
        "AIRFLOW_CONN_CMMS_SMTP",
        f'{{"conn_type": "smtp", "host": "127.0.0.1", "port": {port}, "extra": {extra}}}',
    )


def rows(connection: Any, statement: str) -> list[dict[str, Any]]:
    """What is committed now."""
    connection.rollback()
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_numbers = itertools.count(1)


def make_run(status: str = "success", *, day: float = 0, **changes: Any) -> RunSummary:
    """A finished run of ``running_time_sync``, ``day`` days after the first of February."""
    number = next(_numbers)
    completed_at = MIDNIGHT + timedelta(days=day, minutes=5)
    failure: dict[str, Any] = {
        "level": "critical",
        "error_class": "ApiUnavailable",
        "error_category": "api",
        "error_message": "GET /running-time: time-out (attempts=5)",
    }
    run = RunSummary(
        sync_log_id=number,
        sync_type="running_time",
        status=status,  # type: ignore[arg-type]
        level="info",
        counts=Counts(fetched=100, inserted=100),
        scope=Scope("running_time", date(2026, 1, 31), date(2026, 1, 31)),
        started_at=completed_at - timedelta(minutes=5),
        completed_at=completed_at,
        dag_id="running_time_sync",
        run_id=f"scheduled__{number}",
    )
    return replace(run, **{**(failure if status == "failed" else {}), **changes})
