"""Close the report of a validation whose process was killed or timed out: callback of its DAG on failure.

Input: the context of a DAG callback. Output: a closed row of ``validation_reports``. The callback before
this one sends the alert; what a callback misses, the watchdog closes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20


def close_unfinished_report(context: Context) -> None:
    """Close the run's report as failed if it is still open. Never raises."""
    from cmms.database import session
    from cmms.operations.validation_reports import close_report
    from cmms.patience import limited_patience

    try:
        report = (context["dag_run"].conf or {}).get("report")
        if isinstance(report, int):
            with limited_patience(_PATIENCE_SECONDS), session() as connection:
                close_report(connection, report, "failed", "its run in Airflow failed; the log of the run says why")
    except Exception as error:
        log.error("The report of this validation could not be closed: %s", type(error).__name__)
