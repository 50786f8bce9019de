"""### Running times: the readings of a day, or of a range of days, daily.

1. **open_run** - a log row `running` in `api_sync_logs`, with the settings of this run pinned in it; flags
   `stale_master` when no equipment sync has succeeded for the day
2. **plan_requests** - take the days from other runs; what to ask the source for, in batches of days
3. **fetch** - raw pages into the storage, complete or not at all, a task per batch
4. **validate** - every record judged by the rules in `include/expectations/running_time.json`
5. **stage** - valid rows into a staging table per day
6. **merge** - oldest day first: new and changed rows, rejected records, counters; one transaction a day
7. **replay_orphans** - readings that were rejected because their equipment was missing
8. **close_run** - always: closes the log row; fails when the sync failed; updates the asset
   `cmms_running_times`

The scheduled run, and each run of an Airflow backfill, covers the day that its interval starts on. By hand:
no dates, the day before; `start_date` only, that day; both, all days from the one to the other. A range gives
the same tables as a backfill. Needs the connections `cmms_api` and `cmms_mysql`, and the pool `cmms_sync`,
without which no task starts.
"""

from datetime import timedelta

from airflow.sdk import DAG

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.dag_tasks.close_left_run import close_left_run
from cmms.dag_tasks.wire_sync import wire_sync

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="running_time_sync",
    description="Running hours from the source API into the CMMS, daily, or for a range of days",
    doc_md=__doc__,
    tags=["cmms", "sync"],
    params={
        "start_date": dag_defaults.date_param("First day", "Empty: the day before the run."),
        "end_date": dag_defaults.date_param("Last day", "Empty: the first day only."),
        **dag_defaults.scope_params(),
    },
    default_args=dag_defaults.SYNC_ARGUMENTS,
    dagrun_timeout=timedelta(minutes=60),
    on_failure_callback=[CmmsNotifier(on="failure"), close_left_run],
    **dag_defaults.daily_arguments(schedule.running_time, zone, may_backfill=True),
):
    wire_sync("running_time")
