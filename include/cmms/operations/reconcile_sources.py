"""What the DAG ``cmms_reconcile_sources`` does: reconcile, record the result, and report differences by an alert.

Input: the DAG run, its day, and the days and plants that somebody chose. Output: the report, also in
``reconciliations``; the alert raised, or resolved when both sides are equal. Without chosen days it is the last seven;
of these, days before the site's first reading are left out: they were never synced. Units that a sync is working on
neither raise nor resolve the alert, nor does a run of chosen days or plants.
"""

from __future__ import annotations

from datetime import date

from cmms.alerts import messages
from cmms.alerts.report_differences import report_differences
from cmms.database import query, server_time, session
from cmms.operations.reconcile import Report, choose_days, reconcile
from cmms.operations.reconciliation.asked import Asked
from cmms.operations.reconciliation.record_result import record_result
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings


def reconcile_sources(today: date, asked: Asked) -> Report:
    """Reconcile the days and plants that were asked for.

    Args:
        today: the site's day of the run.
        asked: the run, and who wants what compared.

    Raises:
        CmmsError: as :func:`~cmms.operations.reconcile.reconcile`; then no alert is raised or resolved here.
    """
    first, last = choose_days(today, start=asked.start, end=asked.end)
    with session() as connection:
        settings = current_settings(connection)[0]
        oldest = query(connection, "operations/reconciliation/first_day")[0]["day"]
    if asked.is_usual and oldest is not None:
        first = min(max(first, oldest), last)
    with record_result(asked.dag_id, asked.run_id, asked.by, first, last, asked.plant_codes) as recorder:
        report = reconcile(
            first,
            last,
            today=today,
            plant_codes=asked.plant_codes,
            settings=settings,
            note_progress=recorder.note_progress,
        )
        recorder.report = report
    if asked.is_usual and (report.is_equal or report.is_sure):
        _report(settings, asked, report)
    return report


def _report(settings: Settings, asked: Asked, report: Report) -> None:
    """Raise or resolve the alert."""
    with session() as connection:
        report_differences(
            connection,
            settings,
            server_time(connection),
            days=(report.first, report.last),
            total=report.total,
            differences=[str(one) for one in report.differences if one.kind != "moved"],
            link=messages.run_link(settings.alerts.base_url, asked.dag_id, asked.run_id),
        )
