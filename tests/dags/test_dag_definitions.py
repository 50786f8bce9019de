"""What the DAG files declare: schedules, time-outs, retries, priorities, pool, params, docs; and what parsing costs."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.dag_tasks.check_conf import RECONCILE_KEYS, REQUEST_KEYS
from cmms.dag_tasks.close_unfinished_report import close_unfinished_report
from cmms.dag_tasks.close_unfinished_result import close_unfinished_result
from cmms.dag_tasks.close_unfinished_run import close_unfinished_run
from cmms.dag_tasks.find_starved_tasks import POOLED_TASKS
from cmms.streams import STREAMS
from tests.dags.dag_site import parse_dags
from tools.state_folder import REPOSITORY

SYNCS = ("equipment_sync", "running_time_sync")
IN_POOL = {"fetch", "validate", "stage", "merge", "replay_orphans"}
# What takes long to import; a DAG file that needs it at parse delays every other DAG.
HEAVY = (
    "polars",
    "great_expectations",
    "MySQLdb",
    "pandas",
    "pyarrow",
    "dash",
    "alembic",
    "cmms.sync.validate.validate_units",
)

_PROBE = f"""
import json, sys, time
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder={str(REPOSITORY / "dags")!r})
print(json.dumps({{
    "errors": dict(bag.import_errors),
    "heavy": [name for name in {HEAVY!r} if name in sys.modules],
    "seconds": {{stat.file: stat.duration.total_seconds() for stat in bag.dagbag_stats}},
}}))
"""


@pytest.fixture(scope="module")
def dags() -> dict[str, Any]:
    return parse_dags()


@pytest.mark.feature("JOB-02", "JOB-03")
def test_parsing_imports_nothing_heavy_and_takes_less_than_a_second_a_file(
    record_property: Any,
) -> None:
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, timeout=300, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    probe = json.loads(done.stdout.splitlines()[-1])
    record_property("parse_seconds", probe["seconds"])
    assert probe["errors"] == {}
    assert probe["heavy"] == []
    assert max(probe["seconds"].values()) < 10  # a guard only: this machine may be busy; the first file imports


@pytest.mark.feature("SCHED-01", "SCHED-02", "JOB-02", "JOB-03")
@pytest.mark.parametrize(("dag_id", "minutes"), [("equipment_sync", 30), ("running_time_sync", 60)])
def test_syncs_declare_time_out_retries_priority_and_docs(dags: dict[str, Any], dag_id: str, minutes: int) -> None:
    dag = dags[dag_id]
    assert dag.dagrun_timeout == timedelta(minutes=minutes)
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    assert "cmms" in dag.tags
    assert dag.owner == "cmms"
    for task in dag.tasks:
        assert task.priority_weight == 100
        if task.task_id == "replay_orphans":
            assert task.retries == 0  # what it replays in vain once, it would replay in vain again
        else:
            assert task.retries == 3
            assert task.retry_exponential_backoff == 2.0
            assert task.retry_delay == timedelta(seconds=30)
    steps = [task.task_id for task in dag.topological_sort()]
    listed = [line.split("**")[1] for line in dag.doc_md.splitlines() if "**" in line]
    assert listed == steps


@pytest.mark.feature("STK-05")
@pytest.mark.parametrize("dag_id", SYNCS)
def test_what_works_shares_the_pool_and_what_waits_stays_out_of_it(dags: dict[str, Any], dag_id: str) -> None:
    pools = {task.task_id: task.pool for task in dags[dag_id].tasks}
    assert {task_id for task_id, pool in pools.items() if pool == "cmms_sync"} == IN_POOL
    assert pools["plan_requests"] == "default_pool"


@pytest.mark.feature("SCHED-03")
def test_upkeep_dags_declare_time_out_retries_and_priority(dags: dict[str, Any]) -> None:
    cleanup, watchdog = dags["sync_log_cleanup"], dags["sync_watchdog"]
    assert cleanup.dagrun_timeout == timedelta(minutes=10)
    assert [(task.retries, task.priority_weight) for task in cleanup.tasks] == [(1, 1)]
    assert cleanup.timetable.expression == "0 3 * * 0"
    assert watchdog.timetable.expression == "*/5 * * * *"
    assert (cleanup.max_active_runs, watchdog.max_active_runs) == (1, 1)


@pytest.mark.feature("SRC-08")
def test_the_source_is_reconciled_weekly_in_the_pool(dags: dict[str, Any]) -> None:
    dag = dags["cmms_reconcile_sources"]
    assert (dag.timetable.expression, dag.catchup, dag.max_active_runs) == ("0 4 * * 0", False, 1)
    assert [(task.retries, task.priority_weight, task.pool) for task in dag.tasks] == [(1, 1, "cmms_sync")]


@pytest.mark.feature("FC-02")
def test_forecasts_are_computed_every_night_in_the_pool(dags: dict[str, Any]) -> None:
    dag = dags["cmms_forecast_backtest"]
    assert (dag.timetable.expression, dag.catchup, dag.max_active_runs) == ("0 5 * * *", False, 1)
    assert dag.dagrun_timeout == timedelta(minutes=30)
    assert [(task.task_id, task.retries, task.priority_weight, task.pool) for task in dag.tasks] == [
        ("store_forecasts", 1, 1, "cmms_sync")
    ]


@pytest.mark.feature("JOB-02", "SVC-06")
def test_what_people_ask_for_runs_in_the_pool_with_the_retries_of_a_sync_and_is_on_from_the_start(
    dags: dict[str, Any],
) -> None:
    dag = dags["cmms_on_request"]
    assert (dag.schedule, dag.max_active_runs, dag.is_paused_upon_creation) == (None, 2, False)
    assert dag.dagrun_timeout == timedelta(hours=1)
    assert [(task.retries, task.priority_weight, task.pool) for task in dag.tasks] == [(3, 100, "cmms_sync")]
    assert all(dag.params.get_param(name).description for name in REQUEST_KEYS)
    assert dag.params.get_param("work").schema["enum"] == ["replay", "validate", "change"]
    assert dag.params.get_param("stream").schema["enum"] == list(STREAMS)


@pytest.mark.feature("OBJ-03", "SCHED-03")
def test_maintenance_is_evaluated_when_running_times_have_come(dags: dict[str, Any]) -> None:
    dag = dags["maintenance_evaluation"]
    assert [asset.name for asset in dag.timetable.asset_condition.objects] == ["cmms_running_times"]
    assert dag.dagrun_timeout == timedelta(minutes=10)
    assert (dag.max_active_runs, dag.catchup, dag.owner) == (1, False, "cmms")
    (task,) = dag.tasks
    assert (task.task_id, task.retries, task.priority_weight, task.pool) == ("evaluate", 1, 1, "cmms_sync")


@pytest.mark.feature("ALR-03", "ERR-01")
@pytest.mark.parametrize(
    ("dag_id", "is_logged"),
    [
        ("maintenance_evaluation", False),
        ("sync_watchdog", False),
        ("sync_log_cleanup", True),
        ("cmms_reconcile_sources", False),
        ("cmms_forecast_backtest", False),
        ("cmms_on_request", False),
    ],
)
def test_people_hear_when_upkeep_fails_and_when_it_works_again(
    dags: dict[str, Any], dag_id: str, is_logged: bool
) -> None:
    dag = dags[dag_id]
    (task,) = dag.tasks
    of_run = dag.on_failure_callback if isinstance(dag.on_failure_callback, list) else [dag.on_failure_callback]
    more = {
        "cmms_reconcile_sources": [close_unfinished_result],
        "cmms_on_request": [close_unfinished_run, close_unfinished_report],
    }
    assert of_run[1:] == more.get(dag_id, [])
    told = [of_run[0], *task.on_failure_callback, *task.on_success_callback]
    assert [(notifier.on, notifier.is_logged) for notifier in told] == [
        ("failure", is_logged),
        ("failure", is_logged),
        ("success", is_logged),
    ]


@pytest.mark.feature("ALR-03", "ERR-01")
@pytest.mark.parametrize("dag_id", SYNCS)
def test_people_hear_of_a_failed_sync_before_its_row_is_closed(dags: dict[str, Any], dag_id: str) -> None:
    first, second = dags[dag_id].on_failure_callback
    assert (first.on, first.is_logged, second) == ("failure", True, close_unfinished_run)


def test_a_cleared_run_takes_the_newest_dag_file(dags: dict[str, Any]) -> None:
    """The folder `include/` has no versions: an old DAG file would meet newer modules."""
    assert {dag_id: dag.rerun_with_latest_version for dag_id, dag in dags.items()} == dict.fromkeys(dags, True)


@pytest.mark.feature("JOB-03")
def test_the_keys_that_a_run_may_be_given_are_the_params_of_its_dag(dags: dict[str, Any]) -> None:
    assert {dag_id: tuple(dag.params) for dag_id, dag in dags.items() if dag.params} == {
        **{stream.dag_id: stream.conf_keys for stream in STREAMS.values()},
        "cmms_reconcile_sources": RECONCILE_KEYS,
        "cmms_setup": ("plants",),
        "cmms_on_request": REQUEST_KEYS,
    }


@pytest.mark.feature("ALR-04")
def test_the_watchdog_looks_for_exactly_the_tasks_of_the_pool_and_needs_none_itself(dags: dict[str, Any]) -> None:
    pooled = {dag_id: {task.task_id for task in dag.tasks if task.pool == "cmms_sync"} for dag_id, dag in dags.items()}
    in_none = {"sync_watchdog": set(), "cmms_setup": set()}
    assert pooled == {**in_none, **{dag_id: set(tasks) for dag_id, tasks in POOLED_TASKS.items()}}


@pytest.mark.feature("JOB-02", "JOB-03", "SVC-04")
def test_the_trigger_form_has_dates_plants_and_equipment(dags: dict[str, Any]) -> None:
    common = ["plant_codes", "equipment_numbers"]
    assert list(dags["equipment_sync"].params) == common
    params = dags["running_time_sync"].params
    assert list(params) == ["start_date", "end_date", *common]
    for name in ("start_date", "end_date"):
        schema = params.get_param(name).schema
        assert (schema["format"], schema["type"]) == ("date", ["null", "string"])
    for name in common:
        assert params.get_param(name).resolve() == []
        assert params.get_param(name).resolve(["P001"]) == ["P001"]
        assert params.get_param(name).description


@pytest.mark.feature("RT-13", "SVC-04")
def test_each_sync_updates_its_asset_when_its_log_is_closed(dags: dict[str, Any]) -> None:
    outlets = {
        dag_id: {task.task_id: [asset.name for asset in task.outlets] for task in dags[dag_id].tasks if task.outlets}
        for dag_id in SYNCS
    }
    assert outlets == {
        "equipment_sync": {"close_run": ["cmms_equipment"]},
        "running_time_sync": {"close_run": ["cmms_running_times"]},
    }


@pytest.mark.feature("SYNC-01", "RT-01", "STK-06", "Q-07")
@pytest.mark.parametrize(("dag_id", "hour"), [("equipment_sync", 0), ("running_time_sync", 1)])
def test_runs_are_due_at_the_plants_local_hour_also_across_a_change_of_clocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dag_id: str, hour: int
) -> None:
    import pendulum
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction

    file = tmp_path / "cmms.yaml"
    file.write_text("timezone: Europe/Berlin\n")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    dags = parse_dags()
    assert {str(dag.timezone) for dag in dags.values()} == {"Europe/Berlin"}
    timetable = coerce_to_core_timetable(dags[dag_id].timetable)
    run = None
    due = []
    restriction = TimeRestriction(
        earliest=pendulum.instance(datetime(2026, 3, 26, 23, 30, tzinfo=pendulum.UTC)),
        latest=None,
        catchup=True,
    )
    for _ in range(3):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=run.data_interval if run else None, restriction=restriction
        )
        assert info is not None
        run = info
        due.append(info.run_after.in_timezone("Europe/Berlin"))
        start = info.data_interval.start.in_timezone("Europe/Berlin")
        assert start.date() == due[-1].date() - timedelta(days=1)
    assert [(moment.hour, moment.minute) for moment in due] == [(hour, 0)] * 3
    assert {moment.utcoffset() for moment in due} == {timedelta(hours=1), timedelta(hours=2)}
    upkeep = coerce_to_core_timetable(dags["sync_log_cleanup"].timetable)
    due_next = upkeep.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert due_next is not None and due_next.run_after.in_timezone("Europe/Berlin").hour == 3


def test_a_broken_settings_file_keeps_the_dags_on_the_built_in_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cmms.yaml"
    file.write_text("schedule: {equipment: [")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    assert set(parse_dags()) == {
        *SYNCS, "cmms_forecast_backtest", "cmms_on_request", "cmms_reconcile_sources", "cmms_setup", "maintenance_evaluation",
        "sync_watchdog", "sync_log_cleanup",
    }  # fmt: skip
