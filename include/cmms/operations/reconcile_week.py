"""What the DAG ``cmms_reconcile_sources`` does: reconcile the last seven days and report differences by an alert.

Input: the day of the DAG run. Output: the report; the alert raised, or resolved when both sides are equal. Days before
the site's first reading are left out: they were never synced. Units that a sync is working on neither raise nor resolve
it.
"""

from __future__ import annotations

from datetime import date

from cmms.alerts import messages
from cmms.alerts.report_differences import report_differences
from cmms.database import query, server_time, session
from cmms.operations.reconcile import Report, choose_days, reconcile
from cmms.sync.open_run import current_settings


def reconcile_week(today: date, *, dag_id: str | None = None, run_id: str | None = None) -> Report:
    """Reconcile the seven days before ``today``.

    Raises:
        CmmsError: as :func:`~cmms.operations.reconcile.reconcile`; then no alert is raised or resolved here.
    """
    first, last = choose_days(today)
    with session() as connection:
        settings = current_settings(connection)[0]
        oldest = query(connection, "reconcile/first_day")[0]["day"]
    if oldest is not None:
        first = min(max(first, oldest), last)
    report = reconcile(first, last, today=today, settings=settings)
    if report.is_equal or report.is_sure:
        with session() as connection:
            report_differences(
                connection,
                settings,
                server_time(connection),
                days=(first, last),
                total=report.total,
                differences=[str(one) for one in report.differences if one.kind != "moved"],
                link=messages.run_link(settings.alerts.base_url, dag_id, run_id),
            )
    return report
