"""### Forecasts: rates and bands of all machines, and a back-test on the site's own readings. Nightly.

1. **store_forecasts** - computes how many hours a day each machine runs, and how far off its forecasts have been. Then
   it compares forecasts of the past with what came, and stores how many were reached inside their band

A site of more than 10,000 machines takes turns with bands and back-test, a share of its machines each night; log and
figures say so. A second run for the same day with the same readings changes nothing; a run for an older day
changes nothing newer.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="cmms_forecast_backtest",
    description="Computes forecasts and tests those of the past",
    doc_md=__doc__,
    tags=["cmms", "maintenance"],
    default_args={**dag_defaults.HOUSEKEEPING_ARGUMENTS, **dag_defaults.notified(is_logged=False)},
    dagrun_timeout=timedelta(minutes=30),
    on_failure_callback=CmmsNotifier(on="failure", is_logged=False),
    **dag_defaults.housekeeping_arguments(schedule.forecasts, zone),
):

    @task
    def store_forecasts(**context: Any) -> dict[str, int]:
        """How many machines have rates, and how many have a new band."""
        from cmms.dag_tasks.check_conf import check_conf
        from cmms.dag_tasks.choose_scope import evaluation_day
        from cmms.dag_tasks.fail_without_retry import fail_without_retry
        from cmms.maintenance.forecast.print_backtest import describe_night
        from cmms.maintenance.forecast.store_forecasts import store_forecasts as store
        from cmms.settings import load_settings

        with fail_without_retry():
            check_conf(context["dag_run"].conf)
            night = store(evaluation_day(context["dag_run"], load_settings().zone))
        for line in describe_night(night):
            print(line)
        return {"machines": night.machines, "looked_at": night.looked_at}

    store_forecasts()
