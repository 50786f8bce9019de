"""### Equipment: the snapshot of the master data, daily.

1. **open_run** - writes a log row `running` to `api_sync_logs` that pins the settings of this run
2. **plan_requests** - locks the snapshot against other runs; plans the requests to the source
3. **fetch** - stores the raw pages, all of them or none
4. **validate** - checks every record by the rules in `include/expectations/equipment.json`
5. **stage** - loads the valid rows into a staging table
6. **merge** - writes new and changed rows, rejected records and counts in one transaction
7. **replay_orphans** - replays readings that were rejected because their equipment was missing
8. **close_run** - always runs: closes the log row; fails if the sync failed; updates the asset `cmms_equipment`

Trigger it manually to sync now. `plant_codes` and `equipment_numbers` restrict it; then no machine is marked as
missing. Needs the connections `cmms_api` and `cmms_mysql` and the pool `cmms_sync`; without the pool no task
starts.
"""

from airflow.sdk import DAG

from cmms.dag_tasks.build_sync_dag import build_sync_dag
from cmms.dag_tasks.dag_defaults import read_site

schedule, zone = read_site()

dag: DAG = build_sync_dag(
    "equipment",
    dag_id="equipment_sync",
    description="Equipment from the source API into the CMMS, daily",
    doc_md=__doc__,
    cron=schedule.of("equipment"),
    zone=zone,
)
