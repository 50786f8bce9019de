"""Without the CMMS database: people are told all the same, once, and the outbox hears of it later."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.alerts import spool_alerts
from cmms.alerts.evaluate_run import database_alert
from cmms.alerts.notify_run import notify_run, resend_pending
from cmms.alerts.write_outbox import Notification
from cmms.settings import Settings, parse_settings
from cmms.sync.records import Counts, RunSummary
from tests.alerts.runs import connect_slack, make_run, make_settings, rows
from tests.sinks import SlackSink, SmtpSink


def lost_run(**changes: Any) -> RunSummary:
    """A run that failed just now because its database was gone."""
    now = datetime.now(UTC)
    error = {
        "error_class": "DatabaseUnavailable",
        "error_category": "database",
        "error_message": "connecting",
    }
    return make_run("failed", **{"started_at": now, "completed_at": now, **error, **changes})


def headers(slack: SlackSink) -> list[str]:
    return [body["blocks"][0]["text"]["text"] for body in slack.bodies]


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03", "ERR-01")
def test_a_lost_database_is_told_once_on_a_path_without_it(
    settings: Settings, slack: SlackSink, smtp: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        notify_run(lost_run(), settings)
    assert headers(slack) == ["[CMMS CRITICAL] CMMS database unreachable"]
    assert [str(mail["Subject"]) for mail in smtp.messages] == headers(slack)
    (entry,) = spool_alerts.list_entries(spool_alerts.spool_folder(settings))
    assert entry.notification.occurrences == 3
    assert "canary" not in caplog.text
    assert "canary" not in entry.path.read_text()


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03", "NOTF-05")
def test_callbacks_without_database_tell_it_once_and_count_each_run_once(settings: Settings, slack: SlackSink) -> None:
    run = lost_run()
    threads = [threading.Thread(target=notify_run, args=(run, settings)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    notify_run(run, settings)
    assert headers(slack) == ["[CMMS CRITICAL] CMMS database unreachable"]
    (entry,) = spool_alerts.list_entries(spool_alerts.spool_folder(settings))
    assert entry.notification.occurrences == 1


def test_spooled_alerts_are_carried_over_oldest_first(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    ages = [3, 1, 4, 0, 5, 2]
    alerts = [database_alert(lost_run(completed_at=now - timedelta(hours=age)), make_settings()) for age in ages]
    notifications = [
        Notification(replace(alert, fingerprint=f"f{age}"), ()) for age, alert in zip(ages, alerts, strict=True)
    ]
    spool_alerts.add_alerts(tmp_path, notifications, now)
    entries = spool_alerts.list_entries(tmp_path)
    assert [entry.notification.alert.fingerprint for entry in entries] == ["f5", "f4", "f3", "f2", "f1", "f0"]


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03")
def test_without_database_a_run_is_told_with_its_own_error_too(settings: Settings, slack: SlackSink) -> None:
    notify_run(lost_run(error_class="ApiUnavailable", error_category="api"), settings)
    assert sorted(headers(slack)) == [
        "[CMMS CRITICAL] CMMS database unreachable",
        "[CMMS CRITICAL] Running-time sync failed: ApiUnavailable",
    ]


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ALR-03")
def test_the_watchdog_carries_the_spool_into_the_outbox_and_tells_the_recovery(
    outbox: Any,
    migrated: str,
    settings: Settings,
    slack: SlackSink,
    smtp: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", "mysql://root@127.0.0.1:1/cmms")
        notify_run(lost_run(), settings)
        notify_run(lost_run(), settings)
        now = datetime.now(UTC)
        notify_run(make_run("partial", counts=Counts(100, 99, rejected=1), completed_at=now), settings)
    assert len(slack.bodies) == 1
    assert resend_pending(20, settings) == 2
    assert headers(slack)[1:] == ["[CMMS RESOLVED] Resolved: CMMS database unreachable"]
    assert len(smtp.messages) == 2
    events = rows(outbox, "SELECT rule_key, status, occurrences FROM alert_events ORDER BY rule_key")
    assert [tuple(event.values()) for event in events] == [
        ("database_unreachable", "resolved", 3),
        ("records_failed", "firing", 1),
    ]
    assert spool_alerts.is_empty(settings)
    assert resend_pending(20, settings) == 0


@pytest.mark.feature("ALR-03")
def test_what_nobody_took_without_database_is_sent_by_the_watchdog(
    outbox: Any, settings: Settings, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    slack.mode = "500"
    with monkeypatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", "mysql://root@127.0.0.1:1/cmms")
        notify_run(lost_run(error_class="BadPayload", error_category="api"), settings)
    slack.mode = "ok"
    assert resend_pending(20, settings) == 3
    assert sorted(headers(slack)) == [
        "[CMMS CRITICAL] CMMS database unreachable",
        "[CMMS CRITICAL] Running-time sync failed: BadPayload",
        "[CMMS RESOLVED] Resolved: CMMS database unreachable",
    ]


@pytest.mark.usefixtures("no_database")
@pytest.mark.feature("ALR-03")
def test_the_next_call_tries_again_while_the_database_is_away(
    settings: Settings, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    slack.mode = "500"
    notify_run(lost_run(), settings)
    slack.mode = "ok"
    notify_run(lost_run(), settings)
    notify_run(lost_run(), settings)
    assert len(slack.bodies) == 1


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03")
def test_who_has_heard_it_without_database_does_not_hear_it_again_for_the_others_sake(
    settings: Settings, slack: SlackSink, smtp: SmtpSink
) -> None:
    slack.mode = "500"
    notify_run(lost_run(), settings)
    slack.mode = "ok"
    notify_run(lost_run(), settings)
    assert (len(slack.bodies), len(smtp.messages)) == (1, 1)


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03")
def test_a_spool_that_cannot_be_written_silences_nobody(tmp_path: Path, slack: SlackSink) -> None:
    (tmp_path / "file").write_text("no folder")
    notify_run(lost_run(), make_settings(storage={"base_path": str(tmp_path / "file" / "below")}))
    assert len(slack.bodies) == 1


@pytest.mark.usefixtures("receivers", "no_database")
def test_a_broken_spool_file_is_dropped_and_an_old_one_is_news_again(
    settings: Settings, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = spool_alerts.spool_folder(settings)
    folder.mkdir(parents=True)
    (folder / "torn.json").write_text('{"alert": {')
    notify_run(lost_run(completed_at=datetime(2026, 1, 1, tzinfo=UTC)), settings)
    notify_run(lost_run(), settings)
    assert len(slack.bodies) == 2
    assert not (folder / "torn.json").exists()


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03")
def test_a_lost_database_and_hanging_receivers_still_let_the_run_go(slack: SlackSink, tmp_path: Path) -> None:
    slack.mode = "hang"
    started = time.monotonic()
    notify_run(lost_run(), make_settings(storage={"base_path": str(tmp_path)}, alerts={"timeout_seconds": 1}))
    assert time.monotonic() - started < 30


def test_the_spool_lives_in_a_local_storage_else_below_airflow_home() -> None:
    def folder(base: str) -> Path:
        return spool_alerts.spool_folder(parse_settings({"storage": {"base_path": base}}))

    assert folder("/data/cmms") == Path("/data/cmms/alerts")
    assert folder("file:///data/cmms") == Path("/data/cmms/alerts")
    home = Path(os.environ["AIRFLOW_HOME"]) / "cmms_storage" / "alerts"
    assert folder("s3://bucket/cmms") == folder("") == home
