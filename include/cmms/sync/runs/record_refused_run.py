"""Step 0 that could not be done: a closed log row for a run whose settings, conf or dates are wrong.

Input: the run's trigger and the error. Output: the id of a row `failed` that names the field; without it nobody would
find the run in the list of syncs. Neither settings nor scope are pinned in it: a run that is cleared after the
correction pins them then.
"""

from __future__ import annotations

from typing import Any

from cmms.database import Connection, Cursor, execute, run_transaction
from cmms.errors import CmmsError
from cmms.streams import StreamName
from cmms.sync.runs.close_run import close_run
from cmms.sync.runs.open_run import Trigger, find_log


def record_refused_run(connection: Connection, stream: StreamName, trigger: Trigger, error: CmmsError) -> int:
    """Write the row, or reopen that of a cleared run, and close it as failed.

    Args:
        connection: to the CMMS database.
        stream: what was to be synced.
        trigger: who asked; names the DAG run.
        error: why the run was refused.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server.
    """
    row: dict[str, Any] = {
        "sync_type": stream,
        "dag_id": trigger.dag_id,
        "run_id": trigger.run_id,
        "trigger_kind": trigger.kind,
        "triggered_by": trigger.user,
        "retry_of_id": trigger.retry_of_id,
        "queue_ms": trigger.queue_ms,
        "config_version_id": None,
        "settings_json": None,
        "scope": None,
        "interval_start": None,
        "interval_end": None,
        "stale_master": False,
    }

    def write(cursor: Cursor) -> int:
        known = find_log(cursor, trigger)
        if known is None:
            execute(cursor, "sync/runs/insert_log", row)
            return int(cursor.lastrowid)
        execute(cursor, "sync/runs/reopen_refused_log", {"id": known})
        return known

    connection.rollback()
    sync_log_id = run_transaction(connection, write, what="recording a refused run")
    close_run(connection, sync_log_id, error=error)
    return sync_log_id
