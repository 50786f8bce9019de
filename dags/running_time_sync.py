"""### Running times: the readings of a day, or of a range of days, daily.

1. **open_run** - writes a log row `running` to `api_sync_logs` that pins the settings of this run; flags
   `stale_master` if no equipment sync has succeeded for the day
2. **plan_requests** - locks the days against other runs; plans the requests to the source in batches of days
3. **fetch** - stores the raw pages, all of them or none; one task per batch
4. **validate** - checks every record by the rules in `include/expectations/running_time.json`
5. **stage** - loads the valid rows into a staging table per day
6. **merge** - oldest day first: writes new and changed rows, rejected records and counts, one transaction per day
7. **replay_orphans** - replays readings that were rejected because their equipment was missing
8. **close_run** - always runs: closes the log row; fails if the sync failed; updates the asset
   `cmms_running_times`

The scheduled run, and each run of an Airflow backfill, covers the day on which its interval starts.
Triggered manually, it covers yesterday without dates, one day with `start_date` only, and all days from `start_date` to
`end_date` with both. A range gives the same tables as a backfill. Needs the connections `cmms_api` and `cmms_mysql`
and the pool `cmms_sync`; without the pool no task starts.
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
