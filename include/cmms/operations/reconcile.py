"""Reconcile: ask the source again and compare, without writing. Input: days and plants. Output: a :class:`Report`.

``python -m cmms reconcile`` and the DAG ``cmms_reconcile_sources`` call :func:`reconcile`. The equipment snapshot comes
first, then day after day; memory is bounded by the day. What the source does not answer completely is not compared, and
that is a difference.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta

from cmms.database import Connection, query, session
from cmms.errors import AnswerIncomplete, AskPerson, BadPayload, Failure, IncompleteFetch, SettingsError
from cmms.operations.reconciliation.ask_source import ask_source
from cmms.operations.reconciliation.compare_unit import compare_unit
from cmms.operations.reconciliation.read_stored import Lease, read_lease, read_stored
from cmms.operations.reconciliation.report import Difference, Kind, Report, UnitResult, print_report
from cmms.schema_version import check_schema_version
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS
from cmms.streams.unit import Unit
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Batch, Scope
from cmms.sync.runs.check_plants import describe_unknown_plants

__all__ = ["DAYS", "Report", "choose_days", "print_report", "reconcile"]

DAYS = 7
"""Days before today that are compared unless others are named."""
_INCOMPLETE = (IncompleteFetch, AnswerIncomplete, BadPayload)
_MOVED = "a sync is working on it; reconcile it again when that has ended"


def choose_days(
    today: date, *, days: int | None = None, start: date | None = None, end: date | None = None
) -> tuple[date, date]:
    """First and last day: the seven days before today, ``days`` before today, or the dates that are named.

    Raises:
        SettingsError: they contradict each other.
    """
    if days is not None and (start or end):
        raise SettingsError("choose either a number of days or a start and end date")
    if days is not None and not 1 <= days < today.toordinal():
        raise SettingsError(f"{days} days cannot be compared; choose at least 1, and no day before the year 1")
    if start or end:
        first, last = start or end or today, end or start or today
    else:
        first, last = today - timedelta(days=days or DAYS), today - timedelta(days=1)
    if last < first:
        raise SettingsError(f"the end date {last} lies before the start date {first}")
    if last > today:
        raise SettingsError(f"the end date {last} lies in the future of {today}")
    return first, last


def reconcile(
    first: date,
    last: date,
    *,
    today: date,
    plant_codes: Sequence[str] = (),
    settings: Settings | None = None,
    note_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Compare the equipment snapshot and the days from ``first`` to ``last``.

    Args:
        first: first day.
        last: last day.
        today: the site's day, by which dates are old or in the future.
        plant_codes: only these plants.
        settings: default: the stored version, else the file.
        note_progress: is called with the requests that are done and those in all, before the first and after each.

    Raises:
        ApiUnavailable, ApiRefused, RateLimited: the source does not answer: nothing can be said.
        DatabaseUnavailable, DatabaseRefused: from the server.
        SettingsError, AskPerson: a wrong setting or no such plant.
    """
    report = Report(first, last)
    with session() as connection:
        check_schema_version(connection)
        settings = settings or current_settings(connection)[0]
        connection.rollback()
        with closing(connection.cursor()) as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        _check_plants(connection, plant_codes)
        plants = tuple(plant_codes)
        scopes = [
            Scope(stream, first, last, plant_codes=plants, full_refresh=True, run_date=today) for stream in STREAMS
        ]
        steps = [(scope, batch) for scope in scopes for batch in _plan(connection, settings, scope)]
        note_progress(0, len(steps))
        for done, (scope, batch) in enumerate(steps, start=1):
            for result in _reconcile_batch(connection, settings, scope, batch):
                report.add(result)
            note_progress(done, len(steps))
    return report


def _check_plants(connection: Connection, plant_codes: Sequence[str]) -> None:
    if problem := describe_unknown_plants(connection, plant_codes):
        raise AskPerson(problem)


def _plan(connection: Connection, settings: Settings, scope: Scope) -> list[Batch]:
    """The requests that a sync would make, one day at a time where the source can be asked so."""
    engine = settings.engine.model_copy(update={"days_per_batch": 1})
    plants = [row["plant_code"] for row in query(connection, "sync/runs/active_plants")]
    return plan_batches(settings.model_copy(update={"engine": engine}), scope, plants)


def _reconcile_batch(connection: Connection, settings: Settings, scope: Scope, batch: Batch) -> Iterator[UnitResult]:
    """Compare a batch; once more when units that differ were moved by a sync. What moves still is not compared."""
    for attempt in (1, 2):
        before = _leases(connection, batch)
        results = _compare_batch(connection, settings, scope, batch)
        after = _leases(connection, batch)
        moved = {unit for unit in after if after[unit] != before[unit] or after[unit][1]}
        if attempt == 2 or not any(result.total and result.unit in moved for result in results):
            break
    for result in results:
        is_moved = result.total and result.unit in moved
        yield _not_compared(result.unit, _MOVED, "moved") if is_moved else result


def _compare_batch(connection: Connection, settings: Settings, scope: Scope, batch: Batch) -> list[UnitResult]:
    with tempfile.TemporaryDirectory(prefix="cmms-reconcile-") as folder:
        try:
            return [
                compare_unit(answer, read_stored(connection, answer.unit))
                for answer in ask_source(connection, settings, scope, batch, folder)
            ]
        except _INCOMPLETE as error:
            reason = str(Failure.of(error))
            return [_not_compared(unit, reason) for unit in batch.units]


def _leases(connection: Connection, batch: Batch) -> dict[Unit, Lease]:
    return {unit: read_lease(connection, unit) for unit in batch.units}


def _not_compared(unit: Unit, reason: str, kind: Kind = "not_compared") -> UnitResult:
    return UnitResult(unit, [], [Difference(unit, kind, f"not compared: {reason}")], 1)
