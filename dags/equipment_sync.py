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
from cmms.dag_tasks import dag_defaults, sync_steps
from cmms.dag_tasks.close_left_run import close_left_run

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
    run = sync_steps.open_run("equipment")
    batches = sync_steps.plan_requests(run)
    fetched = sync_steps.fetch.partial(sync_log_id=run).expand(batch=batches)
    verdicts = sync_steps.validate.partial(sync_log_id=run).expand(batch=batches)
    staged = sync_steps.stage.partial(sync_log_id=run).expand(verdicts=verdicts)
    merged = sync_steps.merge(run, staged)
    closed = sync_steps.close_run.override(outlets=[dag_defaults.EQUIPMENT_ASSET])(run)
    fetched >> verdicts
    merged >> sync_steps.replay_orphans() >> closed
    run >> closed
    run.as_setup()
    closed.as_teardown(on_failure_fail_dagrun=True)
