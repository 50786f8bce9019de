"""Close the validation or large change whose process was killed or timed out: callback of its DAG on failure.

Input: the context of a DAG callback. Output: a closed row of ``validation_reports`` or ``requested_changes``. The
callback before this one sends the alert; what a callback misses, the watchdog closes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20
_WHY = "its run in Airflow failed; the log of the run says why"


def close_unfinished_report(context: Context) -> None:
    """Close the run's report or change as failed if it is still open. Never raises."""
    from cmms.database import session
    from cmms.operations.requested_changes import fail_change
    from cmms.operations.validation_reports import close_report
    from cmms.patience import limited_patience

    try:
        asked = context["dag_run"].conf or {}
        report, change = asked.get("report"), asked.get("change")
        if isinstance(report, int) or isinstance(change, int):
            with limited_patience(_PATIENCE_SECONDS), session() as connection:
                if isinstance(report, int):
                    close_report(connection, report, "failed", _WHY)
                if isinstance(change, int):
                    fail_change(connection, change, _WHY)
    except Exception as error:
        log.error("The report or change of this run could not be closed: %s", type(error).__name__)
