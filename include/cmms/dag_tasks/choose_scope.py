"""What a DAG run is to sync: its interval or its form's dates -> scope, run date and who asked.

Input: the DAG run's own facts (never the clock) and its params. Output: :class:`~cmms.sync.records.Scope`,
the run's date, and :class:`~cmms.sync.runs.open_run.Trigger`. Imports nothing of Airflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from cmms.dag_tasks.check_conf import RECONCILE_KEYS, check_conf
from cmms.errors import SettingsError
from cmms.operations.reconciliation.asked import SCHEDULE, Asked
from cmms.settings import Settings
from cmms.streams import STREAMS, StreamName
from cmms.sync.records import Scope
from cmms.sync.runs.open_run import Trigger

_ONE_DAY = timedelta(days=1)
_SHOWN_LENGTH = 80


class DagRunFacts(Protocol):
    """What is read of Airflow's DAG run. A manual run may have no interval."""

    dag_id: str
    run_id: str
    run_type: Any
    logical_date: datetime | None
    run_after: datetime
    start_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    triggering_user_name: str | None
    conf: dict[str, Any] | None


def trigger_kind(dag_run: DagRunFacts) -> str:
    """``schedule``, ``backfill`` or ``manual``, as the log row has it."""
    run_type = str(getattr(dag_run.run_type, "value", dag_run.run_type))
    return {"scheduled": "schedule", "backfill": "backfill"}.get(run_type, "manual")


def run_date(dag_run: DagRunFacts, zone: ZoneInfo) -> date:
    """The site's local day on which the run was due: its interval's end; a manual one, when asked for."""
    is_manual = trigger_kind(dag_run) == "manual"
    due = dag_run.run_after if is_manual or dag_run.data_interval_end is None else dag_run.data_interval_end
    return due.astimezone(zone).date()


def evaluation_day(dag_run: DagRunFacts, zone: ZoneInfo) -> date:
    """The site's local day for which maintenance is evaluated; a run that an asset has started has no logical date."""
    return (dag_run.logical_date or dag_run.run_after).astimezone(zone).date()


def queue_ms(dag_run: DagRunFacts, started_at: datetime) -> int | None:
    """How long the run waited for its first task: since it was asked for, or since Airflow let it go."""
    since = dag_run.run_after if trigger_kind(dag_run) == "manual" else dag_run.start_date
    return max(0, round((started_at - since).total_seconds() * 1000)) if since else None


def trigger_of(dag_run: DagRunFacts, started_at: datetime) -> Trigger:
    """Who asked for the run, and how long it waited."""
    return Trigger(
        kind=trigger_kind(dag_run),
        dag_id=dag_run.dag_id,
        run_id=dag_run.run_id,
        user=dag_run.triggering_user_name,
        queue_ms=queue_ms(dag_run, started_at),
    )


def scope_of(stream: StreamName, dag_run: DagRunFacts, params: Mapping[str, Any], settings: Settings) -> Scope:
    """What the run is to sync.

    Raises:
        SettingsError: the run was started with a key that its DAG does not read, or with a wrong value.
    """
    values = check_conf(dag_run.conf, STREAMS[stream].conf_keys, params)
    if not STREAMS[stream].is_daily:
        return snapshot_scope(stream, dag_run, values, settings.zone)
    return daily_scope(stream, dag_run, values, settings.zone, look_back_days=settings.rules.look_back_days)


def snapshot_scope(stream: StreamName, dag_run: DagRunFacts, params: Mapping[str, Any], zone: ZoneInfo) -> Scope:
    """The snapshot, named by the day on which it was due."""
    return Scope(stream, start_date=run_date(dag_run, zone), **_restrictions(params))


def daily_scope(
    stream: StreamName, dag_run: DagRunFacts, params: Mapping[str, Any], zone: ZoneInfo, *, look_back_days: int = 0
) -> Scope:
    """Days of the form, else those of the interval, else the day before the run was asked for.

    Args:
        stream: whose days.
        dag_run: facts of the run.
        params: ``start_date``, ``end_date`` (only one of them: that day), ``plant_codes`` and
            ``equipment_numbers``.
        zone: of the site.
        look_back_days: days before that a scheduled run fetches again, for late corrections.

    Raises:
        SettingsError: a value is no date, or no list of texts.
    """
    start, end = _day(params, "start_date"), _day(params, "end_date")
    if start is None and end is None:
        start, end = _interval_days(dag_run, zone)
        if trigger_kind(dag_run) == "schedule":
            start -= look_back_days * _ONE_DAY
    return Scope(stream, start_date=start or end, end_date=end or start, **_restrictions(params))


def reconcile_scope(dag_run: DagRunFacts, params: Mapping[str, Any]) -> Asked:
    """What the run is to compare; without days or plants what the weekly run compares.

    Raises:
        SettingsError: as :func:`scope_of`.
    """
    values = check_conf(dag_run.conf, RECONCILE_KEYS, params)
    start, end = _day(values, "start_date"), _day(values, "end_date")
    return Asked(
        dag_run.dag_id,
        dag_run.run_id,
        by=dag_run.triggering_user_name or SCHEDULE,
        start=start or end,
        end=end or start,
        plant_codes=_texts(values, "plant_codes"),
    )


def _interval_days(dag_run: DagRunFacts, zone: ZoneInfo) -> tuple[date, date]:
    """First and last whole day of the run; a daily interval has one, whatever hour it ends."""
    last = run_date(dag_run, zone) - _ONE_DAY
    if trigger_kind(dag_run) == "manual" or dag_run.data_interval_start is None:
        return last, last
    first = dag_run.data_interval_start.astimezone(zone).date()
    return first, max(first, last)


def _day(params: Mapping[str, Any], name: str) -> date | None:
    value = params.get(name)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise SettingsError(f"{name}: a date such as 2026-01-31 is expected, not {_shown(value)}")


def _restrictions(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _texts(params, name) for name in ("plant_codes", "equipment_numbers")}


def _texts(params: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = params.get(name)
    if values is None or values == "":
        return ()
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise SettingsError(f'{name}: a list of texts such as ["P001"] is expected, not {_shown(values)}')
    return tuple(dict.fromkeys(text.strip() for text in values if text.strip()))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."
