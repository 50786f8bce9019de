"""The callback that DAG files name: whatever context Airflow hands it, it tells and never raises."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

from cmms.alerts.notifier import CmmsNotifier, build_summary
from cmms.errors import ApiUnavailable, DatabaseUnavailable, SettingsError
from cmms.sync.records import RunSummary
from tests.alerts.runs import make_run, rows
from tests.sinks import SlackSink, SmtpSink

Log = Callable[[RunSummary], RunSummary]
DAG_RUN = SimpleNamespace(
    dag_id="running_time_sync",
    run_id="manual__1",
    start_date=datetime(2026, 2, 1, tzinfo=UTC),
    state="failed",
)


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "cmms.yaml"
    file.write_text(
        f"storage: {{base_path: {tmp_path / 'storage'}}}\n"
        "alerts: {email_to: [planner@example.org], timeout_seconds: 2}\n"
    )
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    return file


def headers(slack: SlackSink) -> list[str]:
    return [body["blocks"][0]["text"]["text"] for body in slack.bodies]


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("NOTF-01", "NOTF-03", "ERR-01")
def test_the_closed_log_row_is_what_is_told(log_run: Log, slack: SlackSink) -> None:
    log_run(make_run("failed", error_class="BadPayload", run_id="manual__1"))
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": ValueError("row 7: secret-canary")})
    dag_callback = {"dag": DAG("running_time_sync"), "run_id": "manual__1", "reason": "task_failure"}
    CmmsNotifier(on="failure")(dag_callback)
    assert headers(slack) == ["[CMMS CRITICAL] Running-time sync failed: BadPayload"]


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("ERR-01")
def test_a_worker_killed_before_its_log_row_is_told_from_airflows_text(outbox: Any, slack: SlackSink) -> None:
    text = "Task did not emit heartbeat within time limit (300 seconds)"
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": text})
    assert headers(slack) == ["[CMMS CRITICAL] Running-time sync failed: TaskFailed"]
    assert text in slack.bodies[0]["text"]
    (event,) = rows(outbox, "SELECT level, sync_log_id FROM alert_events")
    assert event == {"level": "critical", "sync_log_id": None}


@pytest.mark.usefixtures("receivers")
@pytest.mark.feature("ERR-01", "NOTF-05")
def test_a_dag_without_log_rows_is_told_from_the_context_and_its_next_good_run_ends_that(
    outbox: Any, slack: SlackSink
) -> None:
    failed, good = (SimpleNamespace(**{**vars(DAG_RUN), "dag_id": "maintenance_evaluation", "run_id": r}) for r in "12")
    told = {"dag_run": failed, "exception": SettingsError("no such zone")}
    for _ in range(2):
        CmmsNotifier(on="failure", is_logged=False)(told)
    assert headers(slack) == ["[CMMS CRITICAL] Maintenance evaluation failed: SettingsError"]
    CmmsNotifier(on="success", is_logged=False)({"dag_run": good})
    assert headers(slack)[1:] == ["[CMMS RESOLVED] Resolved: Maintenance evaluation failed: SettingsError"]
    assert rows(outbox, "SELECT rule_key, status FROM alert_events") == [
        {"rule_key": "run_failed", "status": "resolved"}
    ]


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("ERR-01")
def test_a_log_row_that_was_never_closed_counts_as_failed(log_run: Log, slack: SlackSink) -> None:
    log_run(make_run("running", run_id="manual__1"))
    CmmsNotifier(on="success")({"dag_run": DAG_RUN})
    assert slack.bodies == []
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": ApiUnavailable("no answer", attempts=5)})
    assert headers(slack) == ["[CMMS CRITICAL] Running-time sync failed: ApiUnavailable"]


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("NOTF-05")
def test_a_success_callback_tells_the_recovery(log_run: Log, slack: SlackSink) -> None:
    for number, status in enumerate(("failed", "success"), 1):
        log_run(make_run(status, day=number, run_id=f"manual__{number}"))
        notifier = CmmsNotifier(on="failure" if status == "failed" else "success")
        notifier({"dag_run": SimpleNamespace(dag_id="running_time_sync", run_id=f"manual__{number}")})
    assert [header.split("]")[0] for header in headers(slack)] == ["[CMMS CRITICAL", "[CMMS RESOLVED"]


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("ALR-03")
def test_with_the_database_down_the_notifier_still_tells(slack: SlackSink, smtp: SmtpSink) -> None:
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": DatabaseUnavailable("connecting to cmms_mysql")})
    assert headers(slack) == ["[CMMS CRITICAL] CMMS database unreachable"]
    assert len(smtp.messages) == 1


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("NOTF-05")
def test_the_dags_callback_without_a_log_row_adds_nothing_to_the_tasks(slack: SlackSink) -> None:
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": SettingsError("api.path: missing")})
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "reason": "task_failure"})
    assert headers(slack) == ["[CMMS CRITICAL] Running-time sync failed: SettingsError"]


@pytest.mark.usefixtures("receivers", "no_database")
@pytest.mark.feature("NOTF-05", "ALR-03")
def test_nor_does_it_while_the_database_is_away(slack: SlackSink) -> None:
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": DatabaseUnavailable("connecting")})
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "reason": "task_failure"})
    assert headers(slack) == ["[CMMS CRITICAL] CMMS database unreachable"]


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    "context",
    [
        {},
        {"exception": None, "dag_run": None},
        {"dag": None, "run_id": 7},
        {"exception": object(), "dag_run": SimpleNamespace()},
        {"dag": SimpleNamespace(dag_id="a_dag_without_jinja"), "run_id": "r"},
    ],
)
def test_a_poor_context_never_raises(context: dict[str, Any]) -> None:
    CmmsNotifier(on="failure")(context)


@pytest.mark.usefixtures("receivers", "outbox")
@pytest.mark.feature("ERR-01")
def test_a_run_that_failed_over_its_settings_file_is_told(settings_file: Path, slack: SlackSink) -> None:
    settings_file.write_text("alerts: {email_too: []}")
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN, "exception": SettingsError("alerts.email_too: unknown field")})
    assert headers(slack) == ["[CMMS CRITICAL] Running-time sync failed: SettingsError"]


def test_a_bug_in_alerting_never_fails_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("cmms.alerts.notify_run.notify_run", explode)
    CmmsNotifier(on="failure")({"dag_run": DAG_RUN})


def test_the_summary_from_a_context_knows_dag_run_and_error() -> None:
    summary = build_summary({"dag_run": DAG_RUN, "exception": ApiUnavailable("no answer", attempts=5)})
    assert (summary.sync_type, summary.run_id, summary.status) == ("running_time", "manual__1", "failed")
    assert (summary.error_class, summary.error_category) == ("ApiUnavailable", "api")
    assert summary.error_message == "no answer (attempts=5)"
    assert summary.started_at == DAG_RUN.start_date


def test_the_text_of_a_foreign_exception_is_left_out() -> None:
    summary = build_summary({"dag_run": DAG_RUN, "exception": KeyError("payload-canary")})
    assert (summary.error_class, summary.error_message) == ("KeyError", None)


def test_a_dag_callback_without_dag_run_gives_the_reason() -> None:
    context = {"dag": DAG("equipment_sync"), "run_id": "r1", "reason": "timed_out"}
    summary = build_summary(context)
    assert (summary.sync_type, summary.dag_id, summary.run_id) == ("equipment", "equipment_sync", "r1")
    assert (summary.error_class, summary.error_message) == ("RunTimedOut", "the run took longer than its time-out")
    summary = build_summary({**context, "reason": "task_failure"})
    assert (summary.error_class, summary.error_message) == ("TaskFailed", "task_failure")


def test_of_a_task_that_cannot_be_repeated_its_cause_is_told() -> None:
    failed = AirflowFailException("ApiUnavailable: no answer")
    failed.__cause__ = ApiUnavailable("no answer")
    summary = build_summary({"dag_run": DAG_RUN, "exception": failed})
    assert (summary.error_class, summary.error_message) == ("ApiUnavailable", "no answer")
    summary = build_summary({"dag_run": DAG_RUN, "exception": AirflowFailException("canary")})
    assert (summary.error_class, summary.error_message) == ("AirflowFailException", None)


def test_importing_the_notifier_loads_nothing_heavy() -> None:
    heavy = ("polars", "great_expectations", "pandas", "MySQLdb", "slack_sdk", "cmms.alerts.notify_run")
    program = (
        "import airflow.sdk.bases.notifier, sys; before = set(sys.modules);"
        "import cmms.alerts.notifier;"
        f"print([name for name in {heavy!r} if name in set(sys.modules) - before])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
