"""A task that is killed after its last statement, before Airflow has its answer, is done again: all is as if done once.

The steps are called as the tasks of the DAGs call them: each with a session and a reporter of its own, handing over
what goes through XCom.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from unittest.mock import ANY

import pytest

from cmms.database import session
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import WatchReport, watch
from cmms.sync import pipeline
from cmms.sync.merge.stage_rows import claim
from cmms.sync.records import Counts, RunSummary, Scope
from cmms.sync.run_sync import fetch_units
from cmms.sync.runs.claim_units import release_units
from cmms.sync.runs.close_run import close_run
from cmms.sync.runs.open_run import Trigger, load_run, open_run, plan_run
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import RunContext
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

pytestmark = [pytest.mark.feature("SVC-03", "TEST-28"), pytest.mark.usefixtures("validated_once")]

STEPS = ("open_run", "plan_requests", "fetch", "validate", "stage", "merge", "close_run")
DAYS = (DAY - timedelta(days=1), DAY)
DOMAIN = ("equipment", "equipment_running_times", "equipment_running_time_revisions", "equipment_revisions")
KEPT = ("sync_record_errors", "sync_superseded_records")
_INSTANTS = ("created_at", "updated_at", "changed_at", "first_seen_at", "last_seen_at")
_MERGED = ", ".join(Counts.__dataclass_fields__)

T = TypeVar("T")


def sync(site: Site, scope: Scope, *, lost: str | None, is_cleared: bool = False) -> RunSummary:
    """All steps, one after the other; that of ``lost`` twice, and its first answer is not used.

    ``is_cleared``: then somebody clears the merge, with which Airflow clears the first and the last step.
    """

    def do(step: str, work: Callable[[Any], T]) -> T:
        for _ in range(2 if step == lost else 1):
            with session(local_infile=True) as connection:
                answer = work(connection)
        return answer

    def on_run(step: str, work: Callable[[RunContext, Any, Reporter], T]) -> T:
        def with_reporter(connection: Any) -> T:
            run = load_run(connection, number)
            with Reporter(number, lease_seconds=60) as reporter:
                reporter.check()
                return work(run, connection, reporter)

        return do(step, with_reporter)

    def plan(run: RunContext, connection: Any, reporter: Reporter) -> Any:
        batches = plan_run(connection, run)
        for unit in run.scope.units:
            claim(run, connection, unit, reporter)
        return batches

    def merge(run: RunContext, connection: Any, reporter: Reporter) -> None:
        pipeline.merge_all(run, connection, staged, reporter)
        release_units(connection, number)

    trigger = Trigger("manual", dag_id="a_dag", run_id=f"manual__{lost}")
    settings = site.settings()

    def open_log(connection: Any) -> int:
        return open_run(connection, scope, run_date=RUN_DATE, trigger=trigger, settings=settings).sync_log_id

    number = do("open_run", open_log)
    [batch] = on_run("plan_requests", plan)
    manifest = on_run("fetch", lambda run, connection, reporter: fetch_units(run, connection, batch, reporter))
    units = on_run("validate", lambda *work: list(pipeline.validate(work[0], work[1], manifest, work[2])))
    staged = on_run("stage", lambda *work: [pipeline.stage(work[0], work[1], unit, work[2]) for unit in units])
    on_run("merge", merge)
    if is_cleared:
        do("close_run", lambda connection: close_run(connection, number))
        assert do("open_run", open_log) == number
        on_run("merge", merge)
    return do("close_run", lambda connection: close_run(connection, number))


def left_by(site: Site, stream: str, lost: str | None) -> dict[str, Any]:
    """Everything that a sync of two days, or of a snapshot, leaves behind, but instants."""
    site.clear()
    site.sync_equipment([machine(number) for number in "ABCDE"])
    site.sync_day(DAY, [reading("A"), reading("B")])
    for day, counter in zip(DAYS, ("4990", "5000"), strict=True):
        of_day = {"day": day, "counter": counter}
        twice = [reading("C", **of_day), reading("C", **of_day, hours="7", DATE_TIME=f"{day}T08:00:00Z")]
        site.serve("running_time", day, [reading("A", **of_day, hours="7.5"), *twice, reading("GHOST", **of_day)])
    site.serve("equipment", None, [machine("A", EQKTU="NEW"), machine("B"), machine("C"), machine("D", BUKRS=5)])
    scope = Scope("equipment") if stream == "equipment" else Scope("running_time", *DAYS)
    summary = sync(site, scope, lost=lost)
    number = summary.sync_log_id
    assert watch() == WatchReport(dropped_stages=ANY)  # what the first of two stagings has left
    assert site.query("SHOW TABLES LIKE 'stg%%'") == []
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
    assert verify_tables() == []
    return {
        "status": (summary.status, summary.counts, summary.rejects_by_code, summary.warnings_by_code),
        "tables": site.dump(*DOMAIN, *KEPT, without=_INSTANTS),
        "units": site.query(f"SELECT unit_key, step, {_MERGED} FROM sync_units WHERE sync_log_id = %s", number),
        "events": site.query(
            "SELECT category, code, message FROM sync_log_events WHERE sync_log_id = %s ORDER BY id", number
        ),
    }


@pytest.fixture(scope="module")
def clean() -> dict[str, Any]:
    """What an undisturbed sync leaves behind, by stream."""
    return {}


@pytest.mark.parametrize("stream", ["running_time", "equipment"])
@pytest.mark.parametrize("lost", STEPS)
def test_a_step_whose_answer_was_lost_is_done_again_as_if_it_had_been_done_once(
    site: Site, clean: dict[str, Any], lost: str, stream: str
) -> None:
    if stream not in clean:
        clean[stream] = left_by(site, stream, None)
        assert clean[stream]["status"][0] == "partial"
    assert left_by(site, stream, lost) == clean[stream]


@pytest.mark.parametrize("scope", [Scope("running_time", *DAYS), Scope("equipment")], ids=["running_time", "equipment"])
def test_a_merge_that_somebody_clears_after_its_run_tells_what_it_has_merged(site: Site, scope: Scope) -> None:
    site.serve("equipment", None, [machine("A"), machine("B", BUKRS=5)])
    site.sync_equipment()
    for day, counter in zip(DAYS, ("4992", "5000"), strict=True):
        site.serve("running_time", day, [reading("A", day, counter=counter), reading("GHOST", day)])
    site.execute("UPDATE equipment SET api_created_at = NULL")  # so that the snapshot too has something to store
    summary = sync(site, scope, lost=None, is_cleared=True)
    assert (summary.status, summary.counts.inserted + summary.counts.updated) == ("partial", summary.units)
    assert verify_tables() == []
