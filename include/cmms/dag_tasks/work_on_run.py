"""Around the work of one task: its session, the run as pinned in its log row, its reporter, and its errors.

Input: the log row's id, from XCom. Output: :class:`RunAtWork`. An error that a repetition cannot mend fails
the task without one; whatever it was, it is left as XCom ``error`` for the task that closes the run. Airflow
deletes that when the task starts again, so it always tells of the last attempt.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException
from structlog.contextvars import bound_contextvars

from cmms.errors import AskPerson, CmmsError, RunCancelled, StopError
from cmms.log_file import log_to_file

if TYPE_CHECKING:
    from cmms.sync.report_progress import Reporter
    from cmms.sync.run_context import RunContext

log = logging.getLogger(__name__)

ERROR_KEY = "error"
_STACK_LENGTH = 8_000
_FOR_GOOD = (StopError, RunCancelled, AskPerson)


@dataclass(frozen=True)
class RunAtWork:
    """What a step needs."""

    run: RunContext
    connection: Any
    reporter: Reporter


@contextmanager
def work_on_run(sync_log_id: int) -> Iterator[RunAtWork]:
    """Give a step its run, and obey first what an operator asked for.

    Raises:
        AirflowFailException: the step failed, and doing it again cannot help.
    """
    from cmms.database import session
    from cmms.sync.open_run import load_run
    from cmms.sync.report_progress import Reporter

    # Airflow's log lines carry run, task and try; with this one they can be joined with the tables.
    with bound_contextvars(sync_log_id=sync_log_id), errors_told(), session(local_infile=True) as connection:
        run = load_run(connection, sync_log_id)
        with Reporter(sync_log_id, lease_seconds=run.settings.engine.lease_seconds) as reporter:
            try:
                reporter.check()
                yield RunAtWork(run, connection, reporter)
            except Exception as error:
                _note_event(reporter, error)
                raise


@contextmanager
def errors_told() -> Iterator[None]:
    """Leave an error for the closing task; turn one that is for good into Airflow's way of saying so."""
    log_to_file()
    try:
        yield
    except Exception as error:
        _tell(error)
        if isinstance(error, _FOR_GOOD):
            raise AirflowFailException(f"{type(error).__name__}: {error}") from error
        raise


def _tell(error: Exception) -> None:
    stack_trace = "".join(traceback.format_exception(error))[-_STACK_LENGTH:]
    log.error("%s: %s", type(error).__name__, error)
    told = {"error": f"{type(error).__name__}: {error}", "stack_trace": stack_trace}
    get_current_context()["ti"].xcom_push(key=ERROR_KEY, value=told)


def _note_event(reporter: Reporter, error: Exception) -> None:
    """An attempt that failed is found by run even when the next one succeeds."""
    ti = get_current_context()["ti"]
    category = error.category if isinstance(error, CmmsError) else "business"
    facts = {"task_id": ti.task_id, "map_index": ti.map_index, "try_number": ti.try_number}
    with suppress(CmmsError):  # the database may be what failed
        reporter.event("warning", category, type(error).__name__, f"{ti.task_id}: {error}", **facts)
