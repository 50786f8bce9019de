"""The one task of the DAG ``cmms_on_request``: do what a person has asked for.

Input: the DAG run's facts and its conf, ``work`` and what that needs. Output: what became of it, small enough for XCom.
What people see of it while it runs is where they see it of everything else: a replay is a run of ``api_sync_logs``, a
validation a row of ``validation_reports``, a large change a row of ``requested_changes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from cmms import errors
from cmms.dag_tasks.check_conf import REQUEST_KEYS, check_conf
from cmms.dag_tasks.choose_scope import DagRunFacts, evaluation_day, queue_ms
from cmms.errors import RetryError, RunCancelled, SettingsError, StopError
from cmms.streams import STREAMS
from cmms.sync.records import GOOD_STATUSES, RunSummary


def do_requested_work(dag_run: DagRunFacts, params: Mapping[str, Any], *, is_repeated: bool = False) -> dict[str, Any]:
    """Do it.

    Args:
        dag_run: facts of the run.
        params: its values over the DAG's defaults.
        is_repeated: an earlier attempt has failed or was killed.

    Raises:
        SettingsError: an unknown work, or a key or value that it cannot have.
        RetryError: the cause may pass; done again, it goes on where it was.
        StopError, RunCancelled: it failed for good.
    """
    asked = check_conf(dag_run.conf, REQUEST_KEYS, params)
    work = _WORKS.get(str(asked.get("work")))
    if work is None:
        raise SettingsError(f"work: one of {', '.join(_WORKS)} is expected, not '{str(asked.get('work'))[:60]}'")
    return work(dag_run, asked, is_repeated)


def _replay(dag_run: DagRunFacts, asked: Mapping[str, Any], _is_repeated: bool) -> dict[str, Any]:
    from cmms.sync.replay_rejects import replay_rejects
    from cmms.sync.runs.open_run import Trigger

    stream = str(asked.get("stream") or "")
    if stream not in STREAMS:
        raise SettingsError(f"stream: one of {', '.join(STREAMS)} is expected, not '{stream[:60]}'")
    ids, codes = _whole_numbers(asked, "ids"), tuple(map(str, asked.get("codes") or ()))
    user = _asked_by(dag_run, asked)
    trigger = Trigger("replay", dag_run.dag_id, dag_run.run_id, user, queue_ms(dag_run, datetime.now(UTC)))
    summaries = replay_rejects(ids=ids, codes=codes, streams=(stream,), user=user, trigger=trigger)
    for summary in summaries:
        _raise_failure(summary)
    return {
        "logs": [summary.sync_log_id for summary in summaries],
        "stored": sum(summary.counts.success for summary in summaries),
        "rejected": sum(summary.counts.rejected for summary in summaries),
    }


def _raise_failure(summary: RunSummary) -> None:
    """A run that was closed as failed fails the task, to be repeated if its cause may pass."""
    if summary.status in GOOD_STATUSES:
        return
    kind = getattr(errors, summary.error_class or "", None)
    text = f"run {summary.sync_log_id} is {summary.status}: {summary.error_class}: {summary.error_message}"
    if summary.status == "cancelled":
        raise RunCancelled(text)
    raise RetryError(text) if isinstance(kind, type) and issubclass(kind, RetryError) else StopError(text)


def _validate(dag_run: DagRunFacts, asked: Mapping[str, Any], is_repeated: bool) -> dict[str, Any]:
    from cmms.database import session
    from cmms.operations.validate_stored import write_report
    from cmms.operations.validation_reports import reopen_report
    from cmms.settings import load_settings

    report = asked.get("report")
    if not isinstance(report, int):
        raise SettingsError("report: the number of a report that the view has opened is expected")
    if is_repeated:
        with session() as connection:
            reopen_report(connection, report)
    counts = write_report(report, run_date=evaluation_day(dag_run, load_settings().zone))
    return {"report": report, **vars(counts)}


def _change(_dag_run: DagRunFacts, asked: Mapping[str, Any], _is_repeated: bool) -> dict[str, Any]:
    from cmms.equipment.do_requested_change import do_requested_change

    change = asked.get("change")
    if not isinstance(change, int):
        raise SettingsError("change: the number of a request that the view has stored is expected")
    done = do_requested_change(change)
    counts = {"changed": done.changed, "unchanged": done.unchanged, "left_alone": done.left_alone}
    return {"change": change, "total": done.total, **counts}


def _whole_numbers(asked: Mapping[str, Any], name: str) -> tuple[int, ...]:
    values = asked.get(name) or ()
    if not isinstance(values, list | tuple) or not all(type(value) is int for value in values):
        raise SettingsError(f"{name}: a list of whole numbers is expected")
    return tuple(values)


def _asked_by(dag_run: DagRunFacts, asked: Mapping[str, Any]) -> str:
    """Airflow knows who has triggered the run; the conf says it where it does not."""
    return str(dag_run.triggering_user_name or asked.get("asked_by") or "Airflow")


_WORKS: Mapping[str, Callable[[DagRunFacts, Mapping[str, Any], bool], dict[str, Any]]] = {
    "replay": _replay,
    "validate": _validate,
    "change": _change,
}
