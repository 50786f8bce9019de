"""### Reconcile: does the CMMS match the source? Weekly, and on request.

1. **reconcile** - fetches the last seven days and the equipment snapshot from the source again and compares them with
   the tables. It changes no record. Differences raise one alert, which is resolved when both are equal again

Started manually with days or plants, it compares only these and does not change the alert. The task succeeds if it
could compare. Its log lists the differences; so do Syncs > History in the view and `python -m cmms reconcile`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.dag_tasks.close_unfinished_result import close_unfinished_result

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="cmms_reconcile_sources",
    description="Compares the source with the CMMS",
    doc_md=__doc__,
    tags=["cmms", "upkeep"],
    default_args={**dag_defaults.HOUSEKEEPING_ARGUMENTS, **dag_defaults.notified(is_logged=False)},
    dagrun_timeout=timedelta(hours=2),
    on_failure_callback=[CmmsNotifier(on="failure", is_logged=False), close_unfinished_result],
    params={
        "start_date": dag_defaults.date_param("First day", "Empty: the last seven days before the run."),
        "end_date": dag_defaults.date_param("Last day", "Empty: the first day only."),
        "plant_codes": dag_defaults.plants_param(),
    },
    **dag_defaults.housekeeping_arguments(schedule.reconcile, zone),
):

    @task
    def reconcile(**context: Any) -> dict[str, Any]:
        """Which days were compared, and how many differences there are."""
        from cmms.dag_tasks.choose_scope import evaluation_day, reconcile_scope
        from cmms.dag_tasks.fail_without_retry import fail_without_retry
        from cmms.operations.reconcile import print_report
        from cmms.operations.reconcile_sources import reconcile_sources
        from cmms.settings import load_settings

        run = context["dag_run"]
        with fail_without_retry():
            asked = reconcile_scope(run, context["params"])
            report = reconcile_sources(evaluation_day(run, load_settings().zone), asked)
        print_report(report)
        return {"first": str(report.first), "last": str(report.last), "differences": report.total}

    reconcile()
