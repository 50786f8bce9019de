"""### Equipment: the snapshot of the master data, daily.

1. **open_run** - a log row `running` in `api_sync_logs`, with the settings of this run pinned in it
2. **plan_requests** - take the unit of work from other runs; what to ask the source for
3. **fetch** - raw pages into the storage, complete or not at all
4. **validate** - every record judged by the rules in `include/expectations/equipment.json`
5. **stage** - valid rows into a staging table
6. **merge** - new and changed rows, rejected records and counters, in one transaction
7. **replay_orphans** - readings that were rejected because their equipment was missing
8. **close_run** - always: closes the log row; fails when the sync failed; updates the asset `cmms_equipment`

Trigger it by hand to sync now. `plant_codes` and `equipment_numbers` restrict it; then nothing is called
missing. Needs the connections `cmms_api` and `cmms_mysql`, and the pool `cmms_sync`, without which no task
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
