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

from airflow.sdk import DAG

from cmms.dag_tasks.build_sync_dag import build_sync_dag
from cmms.dag_tasks.dag_defaults import read_site

schedule, zone = read_site()

dag: DAG = build_sync_dag(
    "running_time",
    dag_id="running_time_sync",
    description="Running hours from the source API into the CMMS, daily, or for a range of days",
    doc_md=__doc__,
    cron=schedule.of("running_time"),
    zone=zone,
)
