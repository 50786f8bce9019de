"""The DAG ``cmms_on_request`` does what its conf says, repeats what may pass, and refuses what nobody could mean."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.dags.dag_site import DagSite
from tests.sync.records import DAY, machine, reading

REJECT = "SELECT id, status, code FROM sync_record_errors ORDER BY id DESC LIMIT 1"


@pytest.fixture
def waiting(site: DagSite) -> int:
    """A reading that was rejected and would pass now; its id."""
    site.sync_equipment([machine("A")])
    site.sync_day(DAY, [reading("A", hours="-1")])
    (row,) = site.query(REJECT)
    site.execute("UPDATE sync_record_errors SET edited_payload = %s", values=(reading("A"),))
    return int(row["id"])


@pytest.mark.feature("DLQ-03", "SVC-06")
@pytest.mark.usefixtures("airflow_metadata")
def test_a_replay_is_one_run_of_the_log_and_of_airflow(site: DagSite, waiting: int) -> None:
    run = site.run("cmms_on_request", work="replay", stream="running_time", ids=[waiting], asked_by="ann")
    assert (run.state, run.states) == ("success", {"do_work": "success"})
    log = site.log()
    assert (log["sync_type"], log["status"], log["run_id"], log["dag_id"]) == (
        "replay", "success", run.run_id, "cmms_on_request",
    )  # fmt: skip
    assert log["queue_ms"] is not None and site.query(REJECT)[0]["status"] == "resolved"


@pytest.mark.feature("DLQ-03", "SVC-06", "ERR-01")
@pytest.mark.usefixtures("airflow_metadata")
def test_what_may_pass_is_done_again_in_the_same_log_row_and_what_cannot_is_not(
    site: DagSite, waiting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.errors import DatabaseRefused, DatabaseUnavailable
    from cmms.sync import pipeline

    merge, tried = pipeline.merge_unit, []

    def fail_first(*asked: Any, **more: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raise DatabaseUnavailable("the server is restarting")
        return merge(*asked, **more)

    asked = {"work": "replay", "stream": "running_time", "ids": [waiting]}
    monkeypatch.setattr(pipeline, "merge_unit", fail_first)
    assert site.run("cmms_on_request", **asked).state == "success"
    assert (len(tried), site.log()["status"]) == (2, "success")
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_type = 'replay'") == 1

    def refuse(*_: Any, **__: Any) -> Any:
        tried.append(1)
        raise DatabaseRefused("disk full")

    site.execute("UPDATE sync_record_errors SET status = 'open', resolved_at = NULL, resolved_by = NULL")
    monkeypatch.setattr(pipeline, "merge_unit", refuse)
    tried.clear()
    assert site.run("cmms_on_request", **asked).state == "failed"
    assert (len(tried), site.log()["status"], site.log()["error_class"]) == (1, "failed", "DatabaseRefused")


@pytest.mark.feature("ACT-04", "SVC-06")
@pytest.mark.usefixtures("airflow_metadata")
def test_a_report_is_filled(site: DagSite) -> None:
    from cmms.database import run_transaction, session
    from cmms.operations.validation_reports import open_report

    site.sync_equipment([machine("A")])
    with session() as connection:
        report = run_transaction(
            connection,
            lambda cursor: open_report(cursor, asked_by="ann", equipment_ids=None, days=1),
            what="a test",
        )
    assert site.run("cmms_on_request", work="validate", report=report).state == "success"
    assert site.query("SELECT status, machines FROM validation_reports") == [{"status": "success", "machines": 1}]


@pytest.mark.feature("JOB-03", "SVC-06")
@pytest.mark.parametrize(
    "conf", [{"work": "sing"}, {"work": "replay", "stream": "fuel"}, {"ids": ["1"]}, {"report": 1, "day": 2}, {"work": "validate"}]
)  # fmt: skip
def test_what_nobody_could_mean_is_refused_for_good(conf: dict[str, Any]) -> None:
    from cmms.dag_tasks.do_requested_work import do_requested_work
    from cmms.errors import SettingsError

    run: Any = SimpleNamespace(conf=conf, dag_id="cmms_on_request", run_id="x", triggering_user_name=None)
    with pytest.raises(SettingsError):
        do_requested_work(run, {"work": "replay", "stream": "equipment", "ids": [], "codes": [], "report": None})
