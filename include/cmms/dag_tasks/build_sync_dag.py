"""The DAG of a stream. Input: the stream, its id and schedule, from the file in ``dags/``. Output: the DAG, wired."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from airflow.sdk import DAG, Param

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.dag_tasks.close_unfinished_run import close_unfinished_run
from cmms.dag_tasks.wire_sync import wire_sync
from cmms.streams import STREAMS, StreamName


def build_sync_dag(
    stream: StreamName, *, dag_id: str, description: str, doc_md: str | None, cron: str, zone: ZoneInfo
) -> DAG:
    """Everything that the DAGs of all streams have in common; a stream of days may be backfilled.

    Args:
        stream: what the DAG syncs.
        dag_id: that of the stream (a test holds it); a DAG file spells its own, to be read without another one.
        description: one line, for the list of DAGs.
        doc_md: the DAG file's docstring.
        cron: when, in ``zone``.
        zone: of the site.
    """
    what = STREAMS[stream]
    with DAG(
        dag_id=dag_id,
        description=description,
        doc_md=doc_md,
        tags=["cmms", "sync"],
        params={**(_day_params() if what.is_daily else {}), **dag_defaults.scope_params()},
        default_args=dag_defaults.SYNC_ARGUMENTS,
        dagrun_timeout=what.dag_timeout,
        on_failure_callback=[CmmsNotifier(on="failure"), close_unfinished_run],
        **dag_defaults.daily_arguments(cron, zone, may_backfill=what.is_daily),
    ) as dag:
        wire_sync(stream)
    return dag


def _day_params() -> dict[str, Param]:
    return {
        "start_date": dag_defaults.date_param("First day", "Empty: the day before the run."),
        "end_date": dag_defaults.date_param("Last day", "Empty: the first day only."),
    }
