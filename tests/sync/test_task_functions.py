"""The functions of the sync DAGs' tasks on a real database; of Airflow there is only what a task sees of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from cmms.dag_tasks import reschedule_task, sync_steps, work_on_run
from cmms.database import session
from cmms.errors import (
    ApiRefused,
    ApiUnavailable,
    AskPerson,
    ContractBroken,
    DatabaseRefused,
    DatabaseUnavailable,
    Failure,
    Fenced,
    HandoverMissing,
    RunCancelled,
    RunConflict,
    SettingsError,
)
from cmms.sync import pipeline
from cmms.sync.records import Counts, Scope
from cmms.sync.runs import report_progress
from cmms.sync.runs.claim_units import claim_unit
from cmms.sync.runs.open_run import open_run
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

FIRST = DAY - timedelta(days=1)
SCOPE = Scope("running_time", FIRST, DAY)
DAYS = [FIRST.isoformat(), DAY.isoformat()]
HELD = "SELECT unit_key FROM sync_leases WHERE sync_log_id = %s ORDER BY unit_key"


class Task:
    """What a task sees of Airflow: its own instance, and how the others ended."""

    dag_id, run_id, task_id, map_index, try_number = "running_time_sync", "run", "fetch", 2, 3

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}
        self.states: dict[str, str] = {}
        self.errors: dict[str, list[Any]] = {}
        self.first_came_at: datetime | None = None

    def get_first_reschedule_date(self, _context: Any) -> datetime | None:
        return self.first_came_at

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.told[key] = value

    def xcom_pull(self, *, task_ids: list[str], key: str) -> Any:
        assert key == "error"
        return self.errors.get(task_ids[0])

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str]]:
        return {self.run_id: self.states}


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Task:
    """The task at work."""
    at_work = Task()
    for module in (work_on_run, reschedule_task):
        monkeypatch.setattr(module, "get_current_context", lambda: {"ti": at_work})
    return at_work


@pytest.fixture
def run(site: Site, task: Task) -> int:
    """An open run of two days, each with a reading to fetch."""
    site.sync_equipment([machine("A")])
    site.serve("running_time", FIRST, [reading("A", FIRST, counter="4992")])
    site.serve("running_time", DAY, [reading("A")])
    return open_log(site)


def open_log(site: Site, **changes: Any) -> int:
    with session() as connection:
        return open_run(connection, SCOPE, run_date=RUN_DATE, settings=site.settings(**changes)).sync_log_id


def do(step: str, *handed_over: Any, **context: Any) -> Any:
    """Call a task's function."""
    return getattr(sync_steps, step).function(*handed_over, **context)


def stage_all(run: int) -> list[Any]:
    """All steps before the merge; what they hand over to it."""
    batches = do("plan_requests", run)
    for batch in batches:
        do("fetch", run, batch)
    return [do("stage", run, do("validate", run, batch)) for batch in batches]


def ask_for(site: Site, control: str) -> None:
    site.execute("UPDATE api_sync_logs SET control = %s WHERE status = 'running'", values=(control,))


# ---- opening

DAG_RUN = {
    "dag_id": "running_time_sync",
    "run_id": "scheduled__1",
    "run_type": "scheduled",
    "run_after": datetime(2026, 1, 31, 15, 30, tzinfo=UTC),  # half past midnight in Tokyo
    "start_date": datetime(2026, 1, 31, 15, 30, 1, tzinfo=UTC),
    "data_interval_start": datetime(2026, 1, 30, 15, 30, tzinfo=UTC),
    "data_interval_end": datetime(2026, 1, 31, 15, 30, tzinfo=UTC),
    "triggering_user_name": "ann",
    "conf": None,
}


def open_by_task(
    site: Site, monkeypatch: pytest.MonkeyPatch, stream: str, /, *, _conf: dict[str, Any] | None = None, **rules: Any
) -> Any:
    """Call the first task of a DAG run of a site in Tokyo."""
    file = site.folder / "cmms.yaml"
    file.write_text(yaml.safe_dump({"timezone": "Asia/Tokyo", "rules": {"look_back_days": 2, **rules}}))
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    own = SimpleNamespace(start_date=datetime(2026, 1, 31, 15, 30, 4, tzinfo=UTC))
    dag_run = SimpleNamespace(**{**DAG_RUN, "conf": _conf})
    return do("open_run", stream, dag_run=dag_run, params={"plant_codes": ["P001"]}, ti=own)


@pytest.mark.feature("RT-01", "LOG-03", "SVC-07")
@pytest.mark.parametrize(
    ("stream", "days"), [("running_time", ("2026-01-29", "2026-01-31")), ("equipment", ("2026-02-01", "2026-02-01"))]
)
def test_the_log_row_says_what_a_dag_run_syncs_who_asked_and_how_long_it_waited(
    site: Site, task: Task, monkeypatch: pytest.MonkeyPatch, stream: str, days: tuple[str, str]
) -> None:
    number = open_by_task(site, monkeypatch, stream)
    [row] = site.query("SELECT * FROM api_sync_logs")
    assert (row["id"], row["sync_type"], row["status"]) == (number, stream, "running")
    assert (str(row["interval_start"]), str(row["interval_end"])) == days
    assert (row["dag_id"], row["run_id"]) == ("running_time_sync", "scheduled__1")
    assert (row["trigger_kind"], row["triggered_by"], row["queue_ms"]) == ("schedule", "ann", 3000)
    scope = Scope.from_dict(yaml.safe_load(row["scope"]))
    assert (scope.plant_codes, scope.run_date) == (("P001",), RUN_DATE)
    assert open_by_task(site, monkeypatch, stream) == number  # a retry
    assert task.told == {}


@pytest.mark.feature("RT-13")
def test_a_run_that_stale_master_data_block_is_closed_by_the_task_that_opened_it(
    site: Site, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AirflowFailException, match="StaleMaster: no equipment sync has succeeded"):
        open_by_task(site, monkeypatch, "running_time", stale_master="block")
    assert site.query("SELECT status, error_class, stale_master FROM api_sync_logs") == [
        {"status": "failed", "error_class": "StaleMaster", "stale_master": 1}
    ]
    assert task.told["error"]["name"] == "StaleMaster"


@pytest.mark.feature("LOG-03", "SYNC-05")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("engine: {days_per_bach: 2}", "engine.days_per_bach: unknown field"),
        ("timezone: Mars/Olympus", "timezone: an IANA time zone name"),
        ("engine: {days_per_batch: 2", "is no valid YAML"),
        (None, "No such file or directory"),
    ],
)
def test_wrong_settings_leave_a_failed_row_that_names_the_field(
    site: Site, task: Task, monkeypatch: pytest.MonkeyPatch, text: str | None, sentence: str
) -> None:
    file = site.folder / "broken.yaml"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
    own = SimpleNamespace(start_date=datetime(2026, 1, 31, 15, 30, 4, tzinfo=UTC))
    for _ in range(2):  # cleared, and still wrong
        with pytest.raises(AirflowFailException, match="SettingsError"):
            do("open_run", "equipment", dag_run=SimpleNamespace(**DAG_RUN), params={}, ti=own)
        [row] = site.query("SELECT * FROM api_sync_logs")
        assert (row["status"], row["level"], row["error_class"]) == ("failed", "critical", "SettingsError")
        assert sentence in row["error_message"]


# ---- the steps


@pytest.mark.feature("RT-11", "SCHED-04")
def test_a_run_holds_all_its_days_from_planning_until_they_are_merged(site: Site, run: int) -> None:
    assert [batch["unit_keys"] for batch in do("plan_requests", run)] == [tuple(DAYS)]
    assert [row["unit_key"] for row in site.query(HELD, run)] == DAYS
    staged = stage_all(run)
    assert do("merge", run, staged) == 2
    assert site.query(HELD, run) == []
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 2


@pytest.mark.feature("RT-11", "SCHED-04")
@pytest.mark.parametrize("step", ["plan_requests", "fetch", "stage"])
def test_a_step_gives_its_place_back_while_another_run_has_a_day_until_its_time_is_over(
    site: Site, task: Task, run: int, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it sleeps in its place"))
    other = open_log(site, engine={"unit_wait_seconds": 60})
    handed_over: list[Any] = []
    if step != "plan_requests":
        handed_over = do("plan_requests", other)
        if step == "stage":
            do("fetch", other, handed_over[0])
            handed_over = [do("validate", other, handed_over[0])]
        site.execute("UPDATE sync_leases SET sync_log_id = NULL, lease_until = NULL")
    unit = {"stream": "running_time", "unit_key": DAYS[1], "sync_log_id": run}
    with session() as connection:
        claim_unit(connection, **unit, lease_seconds=600, wait_seconds=0)
    site.execute("UPDATE api_sync_logs SET heartbeat_at = '2026-01-01'")
    for waited, pause in ((0, 5), (20, 10), (58, 2)):
        task.first_came_at = datetime.now(UTC) - timedelta(seconds=waited) if waited else None
        with pytest.raises(AirflowRescheduleException) as later:
            do(step, other, *handed_over)
        assert abs((later.value.reschedule_date - datetime.now(UTC)).total_seconds() - pause) < 2
        assert task.told == {}
    assert site.value("SELECT COUNT(*) FROM sync_log_events WHERE code = 'RunConflict'") == 0
    assert site.value(f"SELECT heartbeat_at > '2026-01-02' FROM api_sync_logs WHERE id = {other}") == 1
    task.first_came_at = datetime.now(UTC) - timedelta(seconds=61)
    with pytest.raises(RunConflict, match=f"being synced by run {run}"):
        do(step, other, *handed_over)
    assert task.told["error"]["name"] == "RunConflict"
    site.execute("UPDATE sync_leases SET sync_log_id = NULL, lease_until = NULL")
    do(step, other, *handed_over)


@pytest.mark.feature("RT-11", "SCHED-04")
def test_where_nobody_is_to_wait_a_held_day_is_refused_at_once(site: Site, task: Task, run: int) -> None:
    other = open_log(site, engine={"unit_wait_seconds": 0})
    unit = {"stream": "running_time", "unit_key": DAYS[1], "sync_log_id": run}
    with session() as connection:
        claim_unit(connection, **unit, lease_seconds=60, wait_seconds=0)
    with pytest.raises(RunConflict):
        do("plan_requests", other)
    assert task.told["error"]["name"] == "RunConflict"


@pytest.mark.feature("JOB-03")
@pytest.mark.parametrize(("limit", "batches"), [(1024, 4), (4, 4), (3, 2), (1, 1)])
def test_no_more_batches_are_made_than_airflow_can_map(
    site: Site, task: Task, monkeypatch: pytest.MonkeyPatch, limit: int, batches: int
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", str(limit))
    scope = Scope("running_time", DAY - timedelta(days=3), DAY)
    with session() as connection:
        settings = site.settings(engine={"days_per_batch": 1})
        number = open_run(connection, scope, run_date=RUN_DATE, settings=settings).sync_log_id
    planned = do("plan_requests", number)
    assert len(planned) == batches
    assert [day for batch in planned for day in batch["unit_keys"]] == [
        (DAY - timedelta(days=back)).isoformat() for back in (3, 2, 1, 0)
    ]


@pytest.mark.feature("LOG-03", "SYNC-05")
@pytest.mark.parametrize(
    ("stream", "conf", "sentence"),
    [
        ("running_time", {"startdate": "2026-01-31"}, "unknown key 'startdate'"),
        ("running_time", {"start_date": "0001-01-01"}, "lies before 1970-01-01"),
        ("running_time", {"start_date": "9999-12-31"}, "lies in the future of 2026-02-01"),
        ("running_time", {"start_date": "2026-01-31", "end_date": "2026-01-30"}, "lies before start_date"),
        ("running_time", {"start_date": "1999-01-01", "end_date": "2026-01-30"}, "engine.max_days allows 1100"),
        ("equipment", {"plant_codes": "P001"}, "plant_codes: a list of texts"),
        ("equipment", {"plant_codes": ["P001", "P0O1"]}, "plant_codes: no such plant: P0O1; the plants are P001"),
    ],
)
def test_a_run_that_cannot_be_meant_is_refused_with_a_failed_row_before_it_does_anything(
    site: Site, task: Task, monkeypatch: pytest.MonkeyPatch, stream: str, conf: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AirflowFailException, match="SettingsError"):
        open_by_task(site, monkeypatch, stream, _conf=conf)
    [row] = site.query("SELECT * FROM api_sync_logs")
    assert (row["status"], row["level"], row["error_class"]) == ("failed", "critical", "SettingsError")
    assert sentence in row["error_message"]
    assert (row["dag_id"], row["run_id"], row["triggered_by"]) == ("running_time_sync", "scheduled__1", "ann")
    assert site.value("SELECT COUNT(*) FROM sync_units") == 0
    number = open_by_task(site, monkeypatch, stream)  # corrected and cleared
    [row] = site.query("SELECT * FROM api_sync_logs")
    assert (row["id"], row["status"], row["error_class"]) == (number, "running", None)
    assert (row["scope"] is not None, row["interval_start"] is not None) == (True, True)


@pytest.mark.feature("SYNC-03", "TEST-20")
def test_a_merge_that_was_not_handed_every_day_merges_none(site: Site, run: int) -> None:
    staged = stage_all(run)
    for handed_over in (None, [], [None], [staged[0][:1]]):
        with pytest.raises(AirflowFailException, match=r"HandoverMissing: not staged: .*clear and re-run from fetch"):
            do("merge", run, handed_over)
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 0


@pytest.mark.feature("SYM-T1", "ACT-08")
def test_a_cancel_is_obeyed_between_two_days_of_a_merge(site: Site, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = stage_all(run)
    merged: list[str] = []

    def merge_and_ask(_run: Any, _connection: Any, _manifest: Any, validation: Any, *_: Any) -> None:
        merged.append(validation.unit.key)
        ask_for(site, "cancel")

    monkeypatch.setattr(pipeline, "merge_unit", merge_and_ask)
    with pytest.raises(AirflowFailException, match="RunCancelled"):
        do("merge", run, staged)
    assert merged == DAYS[:1]


@pytest.mark.feature("SYM-T1", "ACT-08")
def test_a_cancel_is_obeyed_before_a_step_does_anything(site: Site, task: Task, run: int) -> None:
    ask_for(site, "cancel")
    with pytest.raises(AirflowFailException, match="RunCancelled: cancelled by an operator"):
        do("plan_requests", run)
    assert site.query(HELD, run) == []
    assert task.told["error"]["name"] == "RunCancelled"


# ---- errors of a step


@pytest.mark.feature("SCHED-01", "ERR-01")
@pytest.mark.parametrize(
    ("error", "is_for_good"),
    [
        *(
            (kind, True)
            for kind in (SettingsError, ApiRefused, ContractBroken, DatabaseRefused, Fenced, HandoverMissing)
        ),
        *((kind, True) for kind in (RunCancelled, AskPerson)),
        *((kind, False) for kind in (ApiUnavailable, DatabaseUnavailable, RunConflict, ValueError)),
    ],
)
def test_only_what_a_repetition_may_mend_is_repeated_and_each_error_is_told(
    task: Task, error: type[Exception], is_for_good: bool
) -> None:
    with (
        pytest.raises(AirflowFailException if is_for_good else error, match="why") as raised,
        work_on_run.reporting_errors(),
    ):
        raise error("why")
    assert isinstance(raised.value, AirflowFailException) == is_for_good
    assert (task.told["error"]["name"], task.told["error"]["message"]) == (error.__name__, "why")
    assert task.told["error"]["stack_trace"].endswith(f"{error.__name__}: why\n")


@pytest.mark.feature("SCHED-01")
def test_a_stack_trace_that_is_told_is_short_and_keeps_its_end(task: Task) -> None:
    with pytest.raises(ValueError, match="the end"), work_on_run.reporting_errors():
        raise ValueError("x" * 9_000 + "the end")
    trace = task.told["error"]["stack_trace"]
    assert len(trace) == 8_000
    assert trace.endswith("the end\n")


@pytest.mark.feature("SCHED-01", "SYNC-07")
@pytest.mark.parametrize(("error", "category"), [(ApiUnavailable("away"), "api"), (KeyError("away"), "business")])
def test_an_attempt_that_failed_is_an_event_of_its_run(site: Site, run: int, error: Exception, category: str) -> None:
    with pytest.raises(type(error)), work_on_run.work_on_run(run):
        raise error
    [event] = site.query("SELECT * FROM sync_log_events WHERE sync_log_id = %s AND code <> 'LOG_LINE'", run)
    told = (event["level"], event["category"], event["code"], event["message"])
    assert told == ("warning", category, type(error).__name__, f"fetch: {error}")
    assert yaml.safe_load(event["context"]) == {"task_id": "fetch", "map_index": 2, "try_number": 3}


@pytest.mark.feature("SCHED-01")
def test_an_event_that_cannot_be_written_does_not_hide_why_the_step_failed(
    run: int, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(report_progress, "write_event", refuse)
    with pytest.raises(ApiUnavailable, match="first"), work_on_run.work_on_run(run):
        raise ApiUnavailable("first")


@pytest.mark.feature("STK-03")
def test_a_steps_session_may_load_files(run: int) -> None:
    with work_on_run.work_on_run(run) as work, work.connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE loaded (line TEXT)")
        cursor.execute(f"LOAD DATA LOCAL INFILE '{__file__}' INTO TABLE loaded (line)")
        assert cursor.rowcount > 100


# ---- why a run failed

API = Failure("away", "ApiUnavailable", "api", "at fetch").to_dict()
CANCELLED = Failure("cancelled by an operator", "RunCancelled", "business", "at merge").to_dict()
OTHER = Failure("no EQUNR", "ContractBroken", "api", "at validate").to_dict()
AS_BEFORE = {"error": "ApiUnavailable: away", "stack_trace": "at fetch"}
"""What a task of an older version has left: its run is closed by this one."""


@pytest.mark.feature("SYNC-03", "ACT-08")
@pytest.mark.parametrize(
    ("states", "errors", "expected"),
    [
        ({"fetch": "failed", "validate": "failed"}, {"fetch": [API], "validate": [OTHER]}, API),
        ({"fetch": "failed", "merge": "failed"}, {"fetch": [API], "merge": [CANCELLED]}, CANCELLED),
        ({"fetch_0": "success", "fetch_1": "failed"}, {"fetch": [None, API]}, API),
        ({"fetch_0": "success", "validate": "failed"}, {"fetch": [API], "validate": [OTHER]}, OTHER),
        ({"open_run": "failed"}, {"open_run": [OTHER]}, OTHER),
        ({"stage_11": "failed"}, {"stage": [OTHER]}, OTHER),
        ({"fetch": "failed"}, {"fetch": [AS_BEFORE]}, API),
    ],
)
def test_a_run_failed_by_the_first_step_that_says_so_unless_it_was_cancelled(
    task: Task, states: dict[str, str], errors: dict[str, Any], expected: dict[str, str]
) -> None:
    task.states, task.errors = states, errors
    assert sync_steps.find_error({"ti": task}).to_dict() == expected


@pytest.mark.feature("SYNC-03")
def test_steps_that_left_no_word_are_named(task: Task) -> None:
    task.states = {"merge": "upstream_failed", "fetch_1": "failed", "fetch_0": "failed", "open_run": "success"}
    assert str(sync_steps.find_error({"ti": task})).startswith("fetch_0, fetch_1 ended without saying why")
    task.states = dict.fromkeys(sync_steps.STEPS, "success")
    assert str(sync_steps.find_error({"ti": task})).startswith(
        "HandoverMissing: steps were marked as successful manually"
    )


# ---- closing


def close(task: Task, run: int) -> tuple[Any, Any]:
    """What the closing task returns, and what it tells with its asset."""
    event = SimpleNamespace(extra={})
    context: Any = {"ti": task, "task": SimpleNamespace(outlets=["asset"]), "outlet_events": {"asset": event}}
    return sync_steps.close_run.function(run, **context), event.extra


@pytest.mark.feature("SYNC-03", "RT-13")
def test_a_run_that_merged_everything_succeeds_and_tells_its_days_with_its_asset(
    site: Site, run: int, task: Task
) -> None:
    do("merge", run, stage_all(run))
    task.states, task.errors = {"fetch": "failed"}, {"fetch": [API]}  # a step marked by hand afterwards
    account, extra = close(task, run)
    assert (account["sync_log_id"], account["status"], account["inserted"]) == (run, "success", 2)
    assert extra == {**account, "start_date": DAYS[0], "end_date": DAYS[1]}
    assert site.query("SELECT status, error_class FROM api_sync_logs WHERE id = %s", run) == [
        {"status": "success", "error_class": None}
    ]


@pytest.mark.feature("SYNC-03", "ACT-08")
@pytest.mark.parametrize(("told", "status"), [(API, "failed"), (CANCELLED, "cancelled"), (AS_BEFORE, "failed")])
def test_a_run_that_did_not_merge_everything_fails_its_closing_task(
    site: Site, run: int, task: Task, told: dict[str, str], status: str
) -> None:
    task.states, task.errors = {"fetch": "failed"}, {"fetch": [told]}
    with pytest.raises(AirflowFailException, match=f"the sync is {status}: {Failure.from_dict(told)}"):
        close(task, run)
    [row] = site.query("SELECT status, stack_trace FROM api_sync_logs WHERE id = %s", run)
    assert row == {"status": status, "stack_trace": told["stack_trace"]}


@pytest.mark.feature("DLQ-04")
def test_a_replay_fails_when_one_of_its_runs_did_and_else_tells_how_many_it_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from cmms.sync import replay_rejects

    stored = SimpleNamespace(status="partial", counts=Counts(fetched=3, rejected=1), sync_log_id=7, error_message=None)
    failed = SimpleNamespace(status="failed", counts=Counts(), sync_log_id=8, error_message="away")
    summaries = [stored, SimpleNamespace(status="success", counts=Counts(fetched=1))]
    monkeypatch.setattr(replay_rejects, "replay_orphans", lambda *, user: summaries if user == "sync" else None)
    assert sync_steps.replay_orphans.function() == 3
    summaries.append(failed)
    with pytest.raises(AirflowFailException, match=r"^log 8: away$"):
        sync_steps.replay_orphans.function()
