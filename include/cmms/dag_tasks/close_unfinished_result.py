"""Close the result of a reconciliation whose process was killed or timed out: callback of its DAG on failure.

Input: the context of a DAG callback. Output: a closed row of ``reconciliations``. The callback before
this one sends the alert.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20


def close_unfinished_result(context: Context) -> None:
    """Close the run's row as failed if it is still open. Never raises."""
    from cmms.database import execute, run_transaction, session
    from cmms.patience import limited_patience

    try:
        run = {"dag_id": context["dag_run"].dag_id, "run_id": context["dag_run"].run_id}
        with limited_patience(_PATIENCE_SECONDS), session() as connection:
            run_transaction(
                connection,
                lambda cursor: execute(cursor, "operations/reconciliation/close_unfinished_result", run),
                what="closing a result",
            )
    except Exception as error:
        log.error("The result of this reconciliation could not be closed: %s", type(error).__name__)
