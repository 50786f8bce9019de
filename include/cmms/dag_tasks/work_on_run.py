"""Around the work of one task: its session, the run as pinned in its log row, its reporter, and its errors.

Input: the log row's id, from XCom. Output: :class:`RunAtWork`. An error that a repetition cannot mend fails
the task without one; whatever it was, it is left as XCom ``error`` for the task that closes the run. Airflow
deletes that when the task starts again, so it always tells of the last attempt.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowRescheduleException
from structlog.contextvars import bound_contextvars

from cmms.dag_tasks.fail_without_retry import fail_without_retry
from cmms.dag_tasks.reschedule_task import reschedule_task, seconds_waited
from cmms.errors import CmmsError, Failure, RunConflict
from cmms.log_file import log_to_file

if TYPE_CHECKING:
    from cmms.mysql_types import Connection
    from cmms.sync.runs.report_progress import Reporter
    from cmms.sync.runs.run_context import RunContext

log = logging.getLogger(__name__)

ERROR_KEY = "error"


@dataclass(frozen=True)
class RunAtWork:
    """What a step needs."""

    run: RunContext
    connection: Connection
    reporter: Reporter


@contextmanager
def work_on_run(sync_log_id: int) -> Iterator[RunAtWork]:
    """Give a step its run, and obey first what an operator asked for.

    Raises:
        AirflowFailException: the step failed, and doing it again cannot help.
        AirflowRescheduleException: another run holds a unit, and ``engine.unit_wait_seconds`` is not over.
    """
    from cmms.database import session
    from cmms.sync.runs.open_run import load_run
    from cmms.sync.runs.report_progress import Reporter

    # Airflow's log lines carry run, task and try; with this one they can be joined with the tables.
    with bound_contextvars(sync_log_id=sync_log_id), reporting_errors(), session(local_infile=True) as connection:
        run = replace(load_run(connection, sync_log_id), waits_for_units=False)
        with Reporter(sync_log_id, lease_seconds=run.settings.engine.lease_seconds) as reporter:
            try:
                reporter.check()
                yield RunAtWork(run, connection, reporter)
            except RunConflict as error:
                _wait_for_units(run, reporter, error)
                _note_event(reporter, error)
                raise
            except Exception as error:
                _note_event(reporter, error)
                raise


def _wait_for_units(run: RunContext, reporter: Reporter, conflict: RunConflict) -> None:
    """Come again while there is time; the attempts of a task have the time each."""
    limit, waited = run.settings.engine.unit_wait_seconds, seconds_waited()
    if waited < limit:
        reporter.show_life()
        reschedule_task(str(conflict), waited_seconds=waited, at_most_seconds=limit)


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Leave an error for the closing task; turn one that is for good into Airflow's way of saying so."""
    log_to_file()
    with fail_without_retry():
        try:
            yield
        except AirflowRescheduleException:
            raise  # nothing has failed
        except Exception as error:
            _tell(error)
            raise


def _tell(error: Exception) -> None:
    failure = Failure.of(error)
    log.error("%s", failure)
    get_current_context()["ti"].xcom_push(key=ERROR_KEY, value=failure.to_dict())


def _note_event(reporter: Reporter, error: Exception) -> None:
    """An attempt that failed is found by run even when the next one succeeds."""
    ti = get_current_context()["ti"]
    failure = Failure.of(error)
    facts = {"task_id": ti.task_id, "map_index": ti.map_index, "try_number": ti.try_number}
    with suppress(CmmsError):  # the database may be what failed
        reporter.event("warning", failure.category, failure.name or "", f"{ti.task_id}: {failure.message}", **facts)
