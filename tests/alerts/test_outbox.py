"""Rules, outbox and receivers together, on MySQL and MariaDB, over real sockets."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmms.alerts.notify_run import notify_run, resend_pending
from cmms.alerts.records import Outcome
from cmms.alerts.send_messages import find_receivers
from cmms.alerts.write_outbox import claim_due, record_outcomes
from cmms.settings import Settings
from cmms.sync.records import Counts, RunSummary
from tests.alerts.runs import MIDNIGHT, connect_slack, connect_smtp, make_run, make_settings, rows
from tests.sinks import HangsUp, SilentServer, SlackSink, SmtpSink

Log = Callable[[RunSummary], RunSummary]
DELIVERIES = "SELECT channel, transition, status, attempts, last_error FROM notification_deliveries ORDER BY id"

pytestmark = pytest.mark.usefixtures("outbox")


def titles(slack: SlackSink) -> list[str]:
    return [body["blocks"][0]["text"]["text"] for body in slack.bodies]


def subjects(smtp: SmtpSink) -> list[str]:
    return [str(message["Subject"]) for message in smtp.messages]


def let_time_pass(outbox: Any) -> None:
    """As if the pause (or the claim) of every message were over."""
    with outbox.cursor() as cursor:
        cursor.execute("UPDATE notification_deliveries SET next_attempt_at = '2026-01-01' WHERE status <> 'sent'")
    outbox.commit()


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ERR-01", "NOTF-01", "NOTF-03", "LOG-08", "LOG-09")
def test_a_failed_run_reaches_slack_and_mail_once_within_five_seconds(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, smtp: SmtpSink
) -> None:
    run = log_run(make_run("failed"))
    failed_at = time.monotonic()
    notify_run(run, settings)
    notify_run(run, settings)  # the DAG's callback after the task's
    assert slack.arrived_at[0] - failed_at < 5
    assert titles(slack) == ["[CMMS CRITICAL] Running-time sync failed: ApiUnavailable"]
    (mail,) = smtp.messages
    assert mail["To"] == "planner@example.org"
    text = mail.get_body(("plain",)).get_content()
    assert f"/dags/running_time_sync/runs/{run.run_id}" in text
    assert "ApiUnavailable" in text
    assert "100 fetched" in text
    assert {row["status"] for row in rows(outbox, DELIVERIES)} == {"sent"}
    (event,) = rows(outbox, "SELECT * FROM alert_events")
    assert (event["status"], event["occurrences"], event["sync_log_id"]) == ("firing", 1, run.sync_log_id)


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("NOTF-05", "ALR-01", "ALR-02", "NOT-06")
def test_five_failures_and_a_recovery_tell_each_alert_once_and_its_end_once(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, smtp: SmtpSink
) -> None:
    told = []
    for day in range(5):
        notify_run(log_run(make_run("failed", day=day)), settings)
        told.append(len(slack.bodies))
    assert told == [1, 2, 3, 3, 3]  # at once; API after two; in a row after three
    events = rows(outbox, "SELECT rule_key, occurrences FROM alert_events ORDER BY id")
    assert [(event["rule_key"], event["occurrences"]) for event in events] == [
        ("run_failed", 5),
        ("api_unreachable", 4),
        ("consecutive_failures", 3),
    ]
    notify_run(log_run(make_run("success", day=5)), settings)
    notify_run(log_run(make_run("success", day=6)), settings)
    assert sorted(titles(slack)[3:]) == [  # sent at the same time, so in any order
        "[CMMS RESOLVED] Resolved: Running-time sync failed: ApiUnavailable",
        "[CMMS RESOLVED] Resolved: Running-time sync: 3 failed runs in a row",
        "[CMMS RESOLVED] Resolved: Running-time sync: API unreachable, 2 runs in a row",
    ]
    assert len(smtp.messages) == 6
    assert rows(outbox, "SELECT id FROM alert_events WHERE status <> 'resolved'") == []
    notify_run(log_run(make_run("failed", day=7)), settings)
    assert len(slack.bodies) == 7  # a new streak is news again


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ERR-02", "LOG-08")
def test_a_high_run_is_mailed_and_due_in_two_hours(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, smtp: SmtpSink
) -> None:
    run = log_run(make_run("partial", level="high", counts=Counts(10_000, 8_999, rejected=1_001)))
    notify_run(run, settings)
    assert slack.bodies == []
    assert subjects(smtp) == ["[CMMS HIGH] Running-time sync: 1,001 of 10,000 records failed (10.01 %)"]
    (event,) = rows(outbox, "SELECT level, respond_by, last_at FROM alert_events")
    assert event["level"] == "high"
    assert event["respond_by"] - event["last_at"] == timedelta(hours=2)


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ERR-03", "ERR-04", "ERR-05")
def test_medium_runs_reach_the_dashboard_only_and_quiet_runs_nobody(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, smtp: SmtpSink
) -> None:
    notify_run(log_run(make_run("partial", level="medium", counts=Counts(100, 90, rejected=10))), settings)
    notify_run(log_run(make_run("success", level="low", counts=Counts(100, 100, warnings=4))), settings)
    notify_run(log_run(make_run("success")), settings)
    assert (slack.attempts, smtp.attempts) == (0, 0)
    (event,) = rows(outbox, "SELECT level, respond_by, last_at FROM alert_events WHERE status = 'firing'")
    assert (event["level"], event["respond_by"] - event["last_at"]) == ("medium", timedelta(hours=24))
    noted = rows(
        outbox, "SELECT level, status, respond_by FROM alert_events WHERE rule_key = 'run_succeeded' ORDER BY id"
    )
    assert [row["level"] for row in noted] == ["low", "info"]  # in the list of the view, and over from the start
    assert {(row["status"], row["respond_by"]) for row in noted} == {("resolved", None)}
    assert rows(outbox, DELIVERIES) == []


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ALR-05")
def test_a_spike_is_told_and_its_end_too(settings: Settings, log_run: Log, smtp: SmtpSink) -> None:
    def run(day: int, rejected: int) -> RunSummary:
        counts = Counts(1_000, 1_000 - rejected, rejected=rejected)
        return log_run(make_run("partial", day=day, level="medium", counts=counts))

    for day in range(5):
        notify_run(run(day, 10), settings)
    assert subjects(smtp) == []
    notify_run(run(5, 40), settings)
    notify_run(run(6, 10), settings)
    spike = "Running-time sync: 4 % of records failed, usually 1 %"
    assert subjects(smtp) == [f"[CMMS HIGH] {spike}", f"[CMMS RESOLVED] Resolved: {spike}"]


@pytest.mark.usefixtures("receivers")
def test_a_late_good_callback_does_not_resolve_a_newer_failure(outbox: Any, settings: Settings, log_run: Log) -> None:
    good, bad = log_run(make_run("success", day=0)), log_run(make_run("failed", day=1))
    notify_run(bad, settings)
    notify_run(good, settings)
    failures = "SELECT status FROM alert_events WHERE rule_key = 'run_failed'"
    assert [row["status"] for row in rows(outbox, failures)] == ["firing"]


@pytest.mark.usefixtures("receivers")
def test_a_late_callback_judges_by_the_runs_before_its_own(outbox: Any, settings: Settings, log_run: Log) -> None:
    first, *_ = [log_run(make_run("failed", day=day)) for day in range(5)]
    notify_run(first, settings)
    assert [row["rule_key"] for row in rows(outbox, "SELECT rule_key FROM alert_events")] == ["run_failed"]


@pytest.mark.usefixtures("receivers")
def test_a_late_callback_of_an_older_failure_does_not_turn_the_alerts_clock_back(
    outbox: Any, settings: Settings, log_run: Log
) -> None:
    older, newer = log_run(make_run("failed", day=0)), log_run(make_run("failed", day=1))
    notify_run(newer, settings)
    notify_run(older, settings)
    [alert] = rows(outbox, "SELECT last_at, occurrences FROM alert_events WHERE rule_key = 'run_failed'")
    assert (alert["last_at"], alert["occurrences"]) == (newer.completed_at.replace(tzinfo=None), 2)


@pytest.mark.feature("NOTF-03")
@pytest.mark.parametrize(("mode", "error"), [("500", "HTTP 500"), ("429", "HTTP 429"), ("hang", "no answer")])
def test_a_failing_slack_leaves_the_message_for_the_watchdog(
    outbox: Any,
    log_run: Log,
    slack: SlackSink,
    monkeypatch: pytest.MonkeyPatch,
    mode: Any,
    error: str,
) -> None:
    connect_slack(monkeypatch, slack.url)
    settings = make_settings(alerts={"timeout_seconds": 1})
    slack.mode = mode
    slack.retry_after = "900"
    started = time.monotonic()
    notify_run(log_run(make_run("failed")), settings)
    assert time.monotonic() - started < 30
    (delivery,) = rows(outbox, "SELECT *, next_attempt_at - INTERVAL 0 SECOND AS due FROM notification_deliveries")
    assert (delivery["status"], delivery["attempts"]) == ("pending", 1)
    assert error in delivery["last_error"]
    assert "secret" not in delivery["last_error"]
    wait = delivery["next_attempt_at"].replace(tzinfo=UTC) - datetime.now(UTC)
    assert timedelta(seconds=890 if mode == "429" else 50) < wait < timedelta(seconds=901 if mode == "429" else 61)
    slack.mode = "ok"
    patient = make_settings()
    assert resend_pending(20, patient) == 0  # its pause is not over
    let_time_pass(outbox)
    assert resend_pending(20, patient) == 1
    assert resend_pending(20, patient) == 0
    assert len(slack.bodies) == 1
    assert rows(outbox, DELIVERIES)[0]["status"] == "sent"


@pytest.mark.parametrize("url", [None, "htp://hooks.slack.test/slack-canary-secret"])
def test_no_log_line_and_no_row_holds_the_webhook_address(
    outbox: Any,
    settings: Settings,
    log_run: Log,
    slack: SlackSink,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    connect_slack(monkeypatch, url or slack.url)
    slack.mode = "500"
    notify_run(log_run(make_run("failed")), settings)
    (delivery,) = rows(outbox, DELIVERIES)
    assert delivery["status"] == "pending"
    assert "canary" not in caplog.text + str(delivery)


@pytest.mark.feature("NOTF-03")
def test_a_dripping_slack_cannot_hold_the_run(
    outbox: Any, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    slack.mode = "drip"
    started = time.monotonic()
    notify_run(log_run(make_run("failed")), make_settings(alerts={"timeout_seconds": 1}))
    assert time.monotonic() - started < 30
    assert rows(outbox, DELIVERIES)[0]["status"] == "pending"


@pytest.mark.feature("NOTF-01", "LOG-08")
@pytest.mark.parametrize("fault", ["refused", "hang", "554", "starttls"])
def test_a_failing_mail_server_leaves_the_message_for_the_watchdog(
    outbox: Any, log_run: Log, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    settings = make_settings(alerts={"timeout_seconds": 1})
    with SilentServer() as silent:
        port = {"refused": 1, "hang": silent.port}.get(fault, smtp.port)
        connect_smtp(monkeypatch, port, tls=fault == "starttls")
        smtp.mode = "refuse" if fault == "554" else "ok"
        started = time.monotonic()
        notify_run(log_run(make_run("failed")), settings)
        assert time.monotonic() - started < 30
    (delivery,) = rows(outbox, DELIVERIES)
    assert (delivery["channel"], delivery["status"]) == ("email", "pending")
    assert delivery["last_error"]
    assert smtp.messages == []
    smtp.mode = "ok"
    connect_smtp(monkeypatch, smtp.port)
    let_time_pass(outbox)
    assert resend_pending(20, make_settings()) == 1
    assert subjects(smtp) == ["[CMMS CRITICAL] Running-time sync failed: ApiUnavailable"]


@pytest.mark.feature("NOTF-03", "LOG-08", "LOG-09")
def test_both_receivers_hanging_take_one_timeout_not_two(
    outbox: Any, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SilentServer() as silent:
        connect_slack(monkeypatch, slack.url)
        connect_smtp(monkeypatch, silent.port)
        slack.mode = "hang"
        started = time.monotonic()
        notify_run(log_run(make_run("failed")), make_settings(alerts={"timeout_seconds": 10}))
        assert time.monotonic() - started < 19
    assert [row["status"] for row in rows(outbox, DELIVERIES)] == ["pending", "pending"]


def test_a_receiver_that_never_answers_is_given_up_after_the_last_attempt(
    outbox: Any, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    settings = make_settings(alerts={"max_attempts": 3})
    slack.mode = "500"
    notify_run(log_run(make_run("failed")), settings)
    for _ in range(5):
        let_time_pass(outbox)
        resend_pending(20, settings)
    (delivery,) = rows(outbox, DELIVERIES)
    assert (delivery["status"], delivery["attempts"], slack.attempts) == ("failed", 3, 3)
    notify_run(log_run(make_run("success", day=1)), settings)
    assert slack.attempts == 3  # who has not heard of it need not hear of its end


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("LOG-08", "LOG-09")
def test_a_sender_that_died_is_replaced_when_its_claim_is_over(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cmms.alerts.notify_run.send_deliveries", lambda *_: 0)  # SIGKILL after the commit
        notify_run(log_run(make_run("failed")), settings)
    assert [row["status"] for row in rows(outbox, DELIVERIES)] == ["sending", "sending"]
    assert resend_pending(20, settings) == 0  # it may still live
    let_time_pass(outbox)
    assert resend_pending(20, settings) == 2
    assert len(slack.bodies) == 1


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("LOG-08", "LOG-09")
def test_two_watchdogs_never_send_the_same_message(
    outbox: Any,
    settings: Settings,
    log_run: Log,
    slack: SlackSink,
    smtp: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("cmms.alerts.notify_run.send_deliveries", lambda *_: 0)
        for number in range(8):
            notify_run(log_run(make_run("failed", error_class=f"Class{number}")), settings)
    let_time_pass(outbox)
    threads = [threading.Thread(target=resend_pending, args=(5, settings)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while resend_pending(20, settings):
        pass
    assert len(slack.bodies) == len(set(titles(slack)))
    assert len(smtp.messages) == len(set(subjects(smtp)))
    assert {row["attempts"] for row in rows(outbox, DELIVERIES)} == {1 + 1}


def leave_unsent(outbox: Any, settings: Settings, log_run: Log, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A failed run whose messages are written, due, and not sent by who wrote them; returns the instant of now."""
    monkeypatch.setattr("cmms.alerts.notify_run.send_deliveries", lambda *_: 0)
    notify_run(log_run(make_run("failed")), settings)
    let_time_pass(outbox)
    return datetime.now(UTC)


def test_a_claimed_message_is_skipped_by_another_session(
    outbox: Any, settings: Settings, log_run: Log, receivers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = leave_unsent(outbox, settings, log_run, monkeypatch)
    assert len(claim_due(outbox, settings, now, limit=1)) == 1
    assert len(claim_due(outbox, settings, now, limit=5)) == 1
    assert claim_due(outbox, settings, now, limit=5) == []


def test_a_sender_that_lost_its_claim_cannot_say_how_it_went(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    now = leave_unsent(outbox, settings, log_run, monkeypatch)
    (late,) = claim_due(outbox, settings, now, limit=5)
    let_time_pass(outbox)
    (newer,) = claim_due(outbox, settings, now, limit=5)
    record_outcomes(outbox, [(late, Outcome("no answer"))], settings, now)
    assert [row["status"] for row in rows(outbox, DELIVERIES)] == ["sending"]
    record_outcomes(outbox, [(newer, Outcome())], settings, now)
    record_outcomes(outbox, [(newer, Outcome("no answer"))], settings, now)  # what was sent stays sent
    assert [row["status"] for row in rows(outbox, DELIVERIES)] == ["sent"]


@pytest.mark.feature("LOG-09")
def test_pauses_double_obey_the_receiver_and_are_never_longer_than_an_hour(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    slack.mode = "500"
    notify_run(log_run(make_run("failed")), settings)
    now = datetime(2026, 2, 1, 12, tzinfo=UTC)
    waits = []
    for wanted in (None, None, 300, None, 86400, 5):
        let_time_pass(outbox)
        (delivery,) = claim_due(outbox, settings, now, limit=5)
        record_outcomes(outbox, [(delivery, Outcome("HTTP 500", wanted))], settings, now)
        (row,) = rows(outbox, "SELECT next_attempt_at, sent_at FROM notification_deliveries")
        waits.append((row["next_attempt_at"] - now.replace(tzinfo=None)).total_seconds())
        assert row["sent_at"] is None
    assert waits == [120, 240, 480, 960, 3600, 3600]


def test_a_claim_lasts_longer_than_its_sender_may_need(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_slack(monkeypatch, slack.url)
    now = leave_unsent(outbox, settings, log_run, monkeypatch)
    assert len(claim_due(outbox, settings, now, limit=5)) == 1
    needed = timedelta(seconds=2 * settings.alerts.timeout_seconds)
    assert claim_due(outbox, settings, now + needed, limit=5) == []


def test_a_long_title_is_cut_and_told(outbox: Any, settings: Settings, log_run: Log) -> None:
    run = log_run(make_run("failed"))
    notify_run(replace(run, error_class="E" * 300), settings)
    (event,) = rows(outbox, "SELECT title FROM alert_events WHERE rule_key = 'run_failed'")
    assert event["title"] == ("Running-time sync failed: " + "E" * 300)[:200]


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("NOTF-05")
def test_callbacks_of_one_run_at_the_same_time_tell_it_once(
    outbox: Any, settings: Settings, log_run: Log, slack: SlackSink
) -> None:
    run = log_run(make_run("failed"))
    threads = [threading.Thread(target=notify_run, args=(run, settings)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(slack.bodies) == 1
    assert [row["occurrences"] for row in rows(outbox, "SELECT occurrences FROM alert_events")] == [1]


@pytest.mark.feature("NOTF-03")
def test_channels_without_a_connection_are_skipped(
    outbox: Any, settings: Settings, log_run: Log, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify_run(log_run(make_run("failed", error_class="BadPayload")), settings)
    assert rows(outbox, DELIVERIES) == []
    connect_smtp(monkeypatch, smtp.port)
    notify_run(log_run(make_run("failed", error_class="ContractBroken")), settings)
    assert [row["channel"] for row in rows(outbox, DELIVERIES)] == ["email"]


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("NOTF-03")
def test_receivers_are_each_named_once_and_stay_while_connections_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = make_settings(alerts={"email_to": ["a@example.org", "b@example.org", "a@example.org"]})
    everybody = [("slack", "cmms_slack"), ("email", "a@example.org"), ("email", "b@example.org")]
    assert [(who.channel, who.target) for who in find_receivers(settings)] == everybody

    def fail(connection_id: str) -> None:
        raise RuntimeError("the backend of secrets is away")

    monkeypatch.setattr("airflow.sdk.BaseHook.get_connection", fail)
    assert [(who.channel, who.target) for who in find_receivers(settings)] == everybody  # the message waits


@pytest.mark.feature("NOTF-03", "LOG-09")
def test_a_receiver_that_hangs_up_is_called_once_a_round(
    outbox: Any, log_run: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HangsUp() as both:
        connect_slack(monkeypatch, f"http://127.0.0.1:{both.port}/services/T000/B000/x")
        connect_smtp(monkeypatch, both.port)
        notify_run(log_run(make_run("failed")), make_settings())
        assert both.calls == 2
    assert [(row["status"], row["attempts"]) for row in rows(outbox, DELIVERIES)] == [("pending", 1)] * 2


@pytest.mark.feature("NOTF-03")
def test_alerts_do_not_touch_the_log_row_whatever_fails(
    outbox: Any, log_run: Log, slack: SlackSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = log_run(make_run("failed"))
    before = rows(outbox, "SELECT * FROM api_sync_logs")
    connect_slack(monkeypatch, slack.url)
    slack.mode = "500"
    notify_run(run, make_settings())
    monkeypatch.setattr("cmms.alerts.notify_run.evaluate_run", _explode)
    notify_run(replace(run, run_id="other"), make_settings())
    assert rows(outbox, "SELECT * FROM api_sync_logs") == before


def _explode(*_: object) -> None:
    raise RuntimeError("a bug in a rule")


def test_the_mariadb_and_mysql_clock_is_utc(outbox: Any, settings: Settings, log_run: Log) -> None:
    notify_run(log_run(make_run("failed")), settings)
    (event,) = rows(outbox, "SELECT last_at FROM alert_events")
    assert event["last_at"].replace(tzinfo=UTC) == MIDNIGHT + timedelta(minutes=5)
