"""The DAGs of this package, by their ids. Input: nothing. Output: constants.

The files in ``dags/`` spell their own id, for a DAG file should be read without another one; a test compares both.
"""

from __future__ import annotations

from cmms.streams import STREAMS

SETUP_DAG_ID = "cmms_setup"
ON_REQUEST_DAG_ID = "cmms_on_request"
SYNC_DAG_IDS = tuple(stream.dag_id for stream in STREAMS.values())
"""One a stream, in the order of their syncs."""
SCHEDULED_DAG_IDS = (
    *SYNC_DAG_IDS,
    "maintenance_evaluation",
    "sync_log_cleanup",
    "sync_watchdog",
    "cmms_reconcile_sources",
    "cmms_forecast_backtest",
    ON_REQUEST_DAG_ID,
)
"""Those that have to be unpaused for the site to work by itself and for people to get what they ask for."""
DAG_IDS = (*SCHEDULED_DAG_IDS, SETUP_DAG_ID)
