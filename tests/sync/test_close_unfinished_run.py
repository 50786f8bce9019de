"""Airflow's callback for a failed DAG run closes the log row that the run has left open, but not one at work again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cmms.dag_tasks.close_unfinished_result import close_unfinished_result
from cmms.dag_tasks.close_unfinished_run import close_unfinished_run
from cmms.database import session
from cmms.errors import Abandoned, Failure
from cmms.sync.records import Scope
from cmms.sync.runs.close_run import close_if_open
from cmms.sync.runs.open_run import Trigger, open_run
from tests.sync.mortal_process import Disturbance, mortal
from tests.sync.site import RUN_DATE, Site

DAG, RUN = "equipment_sync", "manual__2026-02-01"


def open_log(site: Site) -> None:
    """What the task open_run does, the first time and when it is cleared."""
    trigger = Trigger("manual", dag_id=DAG, run_id=RUN)
    with session() as connection:
        open_run(connection, Scope("equipment"), run_date=RUN_DATE, trigger=trigger, settings=site.settings())


def call_back(ended: timedelta, reason: str) -> None:
    """What Airflow calls when the DAG run has ended so long ago."""
    end_date = (datetime.now(UTC) - ended).astimezone(ZoneInfo("Asia/Tokyo"))  # an instant in whatever zone
    dag_run = SimpleNamespace(dag_id=DAG, run_id=RUN, end_date=end_date)
    context: Any = {"dag_run": dag_run, "reason": reason}
    close_unfinished_run(context)


@pytest.mark.feature("SVC-03")
@pytest.mark.parametrize(
    ("ended", "reason", "expected"),
    [
        (timedelta(seconds=-1), "task_failure", ("failed", "DagRunFailed")),
        (timedelta(seconds=30), "task_failure", ("running", None)),  # the row was opened after that
        (timedelta(seconds=30), "timed_out", ("failed", "RunTimedOut")),  # its tasks may outlive it for seconds
    ],
)
def test_a_failed_dag_runs_row_is_closed_unless_the_run_was_started_again_meanwhile(
    site: Site, ended: timedelta, reason: str, expected: tuple[str, str | None]
) -> None:
    open_log(site)
    call_back(timedelta(seconds=-1), "task_failure")
    assert site.value("SELECT status FROM api_sync_logs") == "failed"
    open_log(site)
    assert site.value("SELECT status FROM api_sync_logs") == "running"
    call_back(ended, reason)
    [row] = site.query("SELECT status, error_class FROM api_sync_logs")
    assert (row["status"], row["error_class"]) == expected


@pytest.mark.feature("SVC-03", "LOG-03")
def test_a_run_that_starts_again_has_nothing_of_how_it_ended_before(site: Site) -> None:
    names = (
        "level",
        "error_class",
        "error_category",
        "error_message",
        "stack_trace",
        "respond_by",
        "sync_completed_at",
    )
    of_the_end = f"SELECT {', '.join(names)} FROM api_sync_logs"
    open_log(site)
    site.execute(
        "UPDATE api_sync_logs SET status = 'failed', level = 'high', error_class = 'ApiUnavailable', error_category = 'api',"
        " error_message = 'away', stack_trace = 'here', respond_by = UTC_TIMESTAMP(3), control = 'cancel',"
        " sync_completed_at = UTC_TIMESTAMP(3)"
    )
    open_log(site)
    assert site.query(of_the_end) == [dict.fromkeys(names)]
    assert site.query("SELECT status, control FROM api_sync_logs") == [{"status": "running", "control": "none"}]


@pytest.mark.feature("SVC-03", "SYNC-02")
def test_a_run_that_another_process_closes_at_the_same_moment_is_closed_once(site: Site) -> None:
    open_log(site)

    def be_quicker() -> None:
        with session() as other:
            assert close_if_open(other, 1, error=Failure("first", "TaskFailed"))

    with mortal(Disturbance("UPDATE api_sync_logs SET status = 'failed'", be_quicker)), session() as connection:
        assert not close_if_open(connection, 1, error=Abandoned("second"))
    assert site.query("SELECT error_class, error_message FROM api_sync_logs") == [
        {"error_class": "TaskFailed", "error_message": "first"}
    ]
    assert site.value("SELECT COUNT(*) FROM sync_log_events") == 1


@pytest.mark.feature("SVC-03")
@pytest.mark.parametrize("reason", [None, "task_failure"])
def test_a_callback_that_is_not_told_the_dag_run_finds_its_row_by_names(
    site: Site, caplog: pytest.LogCaptureFixture, reason: str | None
) -> None:
    context: Any = {"dag": SimpleNamespace(dag_id=DAG), "run_id": "another", "reason": reason}
    close_unfinished_run(context)  # of a run that never had a row
    open_log(site)
    close_unfinished_run(context)
    assert site.value("SELECT status FROM api_sync_logs") == "running"
    assert [record for record in caplog.records if "could not be closed" in record.getMessage()] == []
    close_unfinished_run({**context, "run_id": RUN})
    [row] = site.query("SELECT status, error_message FROM api_sync_logs")
    assert row == {"status": "failed", "error_message": reason or "the DAG run failed"}


@pytest.mark.feature("SVC-03")
def test_a_row_that_never_showed_a_sign_of_life_is_closed_too(site: Site) -> None:
    open_log(site)
    site.execute("UPDATE api_sync_logs SET heartbeat_at = NULL")
    call_back(timedelta(seconds=-1), "task_failure")
    assert site.value("SELECT status FROM api_sync_logs") == "failed"


@pytest.mark.feature("SVC-03")
def test_a_callback_that_cannot_close_a_row_keeps_no_other_one_from_its_work(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    close_unfinished_run({})
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", "mysql://root:wrong@127.0.0.1:1/cmms")
    call_back(timedelta(seconds=0), "task_failure")
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "The log row of this run could not be closed: AttributeError",
        "The log row of this run could not be closed: DatabaseUnavailable",
    ]


@pytest.mark.feature("SRC-08")
def test_the_result_of_a_reconciliation_whose_process_was_killed_does_not_say_running_for_ever(site: Site) -> None:
    row = "INSERT INTO reconciliations (dag_id, run_id, asked_by, first_day, last_day, status) VALUES"
    for run, status in (("killed", "running"), ("other", "running"), ("ended", "equal")):
        site.execute(f"{row} ('cmms_reconcile_sources', '{run}', 'x', '2026-01-30', '2026-01-31', '{status}')")
    for run in ("killed", "ended", "unknown"):
        context: Any = {"dag_run": SimpleNamespace(dag_id="cmms_reconcile_sources", run_id=run)}
        close_unfinished_result(context)
    broken: Any = {}
    close_unfinished_result(broken)  # other callbacks may follow
    found = site.query(
        "SELECT run_id, status, error_message, ended_at IS NULL AS is_open FROM reconciliations ORDER BY id"
    )
    assert [(one["run_id"], one["status"], one["is_open"]) for one in found] == [
        ("killed", "failed", 0), ("other", "running", 1), ("ended", "equal", 1),
    ]  # fmt: skip
    assert found[0]["error_message"] == "its process ended or took too long"
