"""### Maintenance: judge all machines by the maintenance plans, after each sync of running times.

1. **evaluate** - what each plan asks of each machine as of the run's day; opens and withdraws what has become due, and
   raises one alert about it

Runs when the asset `cmms_running_times` is updated. Trigger it by hand after a change of plans made outside the view.
Done again for the same day with the same readings it changes nothing.
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
    description="Judges machines by their maintenance plans",
    doc_md=__doc__,
    tags=["cmms", "maintenance"],
    default_args={**dag_defaults.HOUSEKEEPING_ARGUMENTS, **dag_defaults.notified(is_logged=False)},
    dagrun_timeout=timedelta(minutes=10),
    on_failure_callback=CmmsNotifier(on="failure", is_logged=False),
    **dag_defaults.following_arguments(Asset(RUNNING_TIME.asset), zone),
):

    @task
    def evaluate(**context: Any) -> dict[str, int]:
        """How many were judged, have become due, were withdrawn and changed."""
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
