"""The notifier that DAG files name in their callbacks. Input: Airflow's context. Output: messages.

::

    on_failure_callback=CmmsNotifier(on="failure"), on_success_callback=CmmsNotifier(on="success")

DAG callbacks run in the DAG processor, task callbacks in the task's process; both may run for one run, and
the outbox tells it once. The log row is the truth; where there is none (worker killed before `open_run`,
database down) the context has to do. Nothing but Airflow's base class is imported before a callback runs.
The callbacks of a DAG have 50 seconds, so a failure does not wait long for a database that hangs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from airflow.sdk import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cmms.sync.records import RunSummary

log = logging.getLogger(__name__)

_MESSAGE_LIMIT = 500
_PATIENCE_SECONDS = 8
"""For each answer of the database, after a failure; then alerts go out without it."""
_SYNC_TYPES = {"sync_log_cleanup": "cleanup"}
"""What the log rows of a DAG are called, where that is not its own name without ``_sync``."""
_TIMED_OUT = "timed_out"
"""Airflow's reason for the callback of a run that took too long."""


class CmmsNotifier(BaseNotifier):
    """Notify people of a run by the rules of docs/decisions/0004-alerts.md. Never raises.

    Args:
        on: which end of the run the callback tells of.
        is_logged: the DAG's runs have a row in ``api_sync_logs``; without one, Airflow's context is all there is.
    """

    def __init__(self, *, on: Literal["failure", "success"], is_logged: bool = True) -> None:
        super().__init__()
        self.on = on
        self.is_logged = is_logged

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Nothing to render; the base class asks the DAG for Jinja, which not every callback's DAG has."""

    def notify(self, context: Context) -> None:
        """Called by Airflow with the context of the task, or the smaller one of a DAG callback."""
        try:
            from cmms.patience import limited_patience

            with limited_patience(_PATIENCE_SECONDS) if self.on == "failure" else nullcontext():
                self._notify(context)
        except Exception as error:
            log.error("Alerts of this run were not sent: %s", type(error).__name__)

    def _notify(self, context: Context) -> None:
        from cmms.alerts.notify_run import notify_run

        summary = _find_summary(context, self.on) if self.is_logged else build_summary(context, on=self.on)
        if summary is not None:
            notify_run(summary)


def _find_summary(context: Mapping[str, Any], on: Literal["failure", "success"]) -> RunSummary | None:
    """The closed log row's account; else, after a failure, what the context says."""
    from cmms.sync.records import CLOSED_STATUSES

    dag_id, run_id = _identity(context)
    logged = _load_logged(dag_id, run_id)
    if logged is not None and logged.status in CLOSED_STATUSES:
        return logged
    return build_summary(context, logged) if on == "failure" else None


def _load_logged(dag_id: str | None, run_id: str | None) -> RunSummary | None:
    if not dag_id or not run_id:
        return None
    try:
        from cmms.database import session
        from cmms.patience import noticed_silence
        from cmms.sync.runs.close_run import load_summary

        with noticed_silence(), session() as connection:
            return load_summary(connection, dag_id=dag_id, run_id=run_id)
    except Exception as error:  # above all: the database is what failed
        log.warning("Log row of run %s cannot be read: %s", run_id, type(error).__name__)
        return None


def build_summary(
    context: Mapping[str, Any],
    logged: RunSummary | None = None,
    *,
    on: Literal["failure", "success"] = "failure",
) -> RunSummary:
    """Account of a run from the context, mostly a failed one; ``logged`` is its log row when that was not closed."""
    from cmms.streams import STREAMS
    from cmms.sync.records import Counts, RunSummary, Scope

    dag_id, run_id = _identity(context)
    own_name = _SYNC_TYPES.get(dag_id or "", (dag_id or "unknown").removesuffix("_sync"))
    sync_type = logged.sync_type if logged else own_name[:30]
    has_failed = on == "failure"
    error_class, category, message = _describe_exception(context) if has_failed else (None, None, None)
    now = datetime.now(UTC)
    return RunSummary(
        sync_log_id=logged.sync_log_id if logged else 0,
        sync_type=sync_type,
        status="failed" if has_failed else "success",
        level="critical" if has_failed else "info",
        counts=logged.counts if logged else Counts(),
        scope=logged.scope if logged else Scope(sync_type) if sync_type in STREAMS else Scope.nothing(),
        started_at=logged.started_at if logged else _started_at(context) or now,
        completed_at=now,
        dag_id=dag_id,
        run_id=run_id,
        error_class=error_class,
        error_category=category,
        error_message=message,
    )


def _identity(context: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """DAG and run; a DAG callback may have no ``dag_run``, a task callback always has one."""
    dag_run, dag = context.get("dag_run"), context.get("dag")
    dag_id = getattr(dag_run, "dag_id", None) or getattr(dag, "dag_id", None)
    run_id = getattr(dag_run, "run_id", None) or context.get("run_id")
    return (str(dag_id) if dag_id else None, str(run_id) if run_id else None)


def _describe_exception(context: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """Class, category and text. ``exception`` may be a text of Airflow's, or missing: then there is a reason.

    The text of a foreign exception is left out: it may hold rows or credentials.
    """
    from airflow.sdk.exceptions import AirflowFailException

    from cmms.alerts.messages import TASK_FAILED
    from cmms.errors import CmmsError, RunTimedOut

    exception = context.get("exception")
    if isinstance(exception, AirflowFailException) and exception.__cause__ is not None:
        exception = exception.__cause__  # how a task says that a retry cannot help
    if isinstance(exception, CmmsError):
        return type(exception).__name__, exception.category, str(exception)[:_MESSAGE_LIMIT]
    if isinstance(exception, BaseException):
        return type(exception).__name__, None, None
    text = exception or context.get("reason")
    if text == _TIMED_OUT:
        return RunTimedOut.__name__, RunTimedOut.category, "the run took longer than its time-out"
    return TASK_FAILED, None, str(text)[:_MESSAGE_LIMIT] if text else None


def _started_at(context: Mapping[str, Any]) -> datetime | None:
    started_at = getattr(context.get("dag_run"), "start_date", None)
    return started_at if isinstance(started_at, datetime) else None
