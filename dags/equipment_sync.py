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

from datetime import timedelta

from airflow.sdk import DAG

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.dag_tasks.close_left_run import close_left_run
from cmms.dag_tasks.wire_sync import wire_sync

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="equipment_sync",
    description="Equipment from the source API into the CMMS, daily",
    doc_md=__doc__,
    tags=["cmms", "sync"],
    params=dag_defaults.scope_params(),
    default_args=dag_defaults.SYNC_ARGUMENTS,
    dagrun_timeout=timedelta(minutes=30),
    on_failure_callback=[CmmsNotifier(on="failure"), close_left_run],
    **dag_defaults.daily_arguments(schedule.equipment, zone, may_backfill=False),
):
    wire_sync("equipment")
