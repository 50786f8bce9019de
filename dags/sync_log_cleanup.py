"""### Log cleanup, weekly.

1. **clean_up_logs** - deletes log rows, call logs and files of runs that are older than the section
   `retention` of the settings allows, in small batches. Open rejected records and their runs are kept.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="sync_log_cleanup",
    description="Deletes old logs and files",
    doc_md=__doc__,
    tags=["cmms", "upkeep"],
    default_args={**dag_defaults.HOUSEKEEPING_ARGUMENTS, **dag_defaults.notified(is_logged=True)},
    dagrun_timeout=timedelta(minutes=10),
    on_failure_callback=CmmsNotifier(on="failure"),
    **dag_defaults.housekeeping_arguments(schedule.cleanup, zone),
):

    @task
    def clean_up_logs(**context: Any) -> dict[str, int]:
        """Rows removed, by table."""
        from cmms.dag_tasks.check_conf import check_conf
        from cmms.dag_tasks.choose_scope import trigger_of
        from cmms.dag_tasks.fail_without_retry import fail_without_retry
        from cmms.operations.clean_up_logs import clean_up_logs as clean_up

        with fail_without_retry():
            check_conf(context["dag_run"].conf)
            return clean_up(trigger=trigger_of(context["dag_run"], context["ti"].start_date))

    clean_up_logs()
