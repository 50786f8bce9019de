"""### Maintenance: evaluate the maintenance plans of all machines, after each sync of running times.

1. **evaluate** - calculates the schedule of each machine for the run's day; opens and withdraws maintenance due, and
   raises one alert about it

Runs when the asset `cmms_running_times` is updated. Trigger it manually after plans were changed outside the view.
A second run for the same day with the same readings changes nothing.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.streams.running_time import RUNNING_TIME

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="maintenance_evaluation",
    description="Evaluates the maintenance plans of all machines",
    doc_md=__doc__,
    tags=["cmms", "maintenance"],
    default_args={**dag_defaults.HOUSEKEEPING_ARGUMENTS, **dag_defaults.notified(is_logged=False)},
    dagrun_timeout=timedelta(minutes=10),
    on_failure_callback=CmmsNotifier(on="failure", is_logged=False),
    **dag_defaults.following_arguments(Asset(RUNNING_TIME.asset), zone),
):

    @task
    def evaluate(**context: Any) -> dict[str, int]:
        """How many schedules were evaluated, became due, were withdrawn and were changed."""
        from dataclasses import asdict

        from cmms.dag_tasks.check_conf import check_conf
        from cmms.dag_tasks.choose_scope import evaluation_day
        from cmms.dag_tasks.fail_without_retry import fail_without_retry
        from cmms.maintenance.evaluate_maintenance import evaluate_all
        from cmms.settings import load_settings

        with fail_without_retry():
            check_conf(context["dag_run"].conf)
            return asdict(evaluate_all(evaluation_day(context["dag_run"], load_settings().zone)))

    evaluate()
