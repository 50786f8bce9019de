"""### On request: work that a person has requested. Manual; usually started by the view.

1. **do_work** - `replay`: validates rejected records of one stream again and stores those that pass. `validate`:
   validates stored machines and readings by today's rules and fills the report that the view has opened. `change`:
   changes more than 10,000 rows, in batches; a retry goes on after the last one

The log of the run and *Syncs* in the view show the result; the view also shows the progress. Keep this DAG on: while
it is paused, requested work waits.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults
from cmms.dag_tasks.close_unfinished_report import close_unfinished_report
from cmms.dag_tasks.close_unfinished_run import close_unfinished_run

_, zone = dag_defaults.read_site()

with DAG(
    dag_id="cmms_on_request",
    description="Replays, validations and large changes that people request",
    doc_md=__doc__,
    tags=["cmms"],
    default_args={**dag_defaults.REQUEST_ARGUMENTS, **dag_defaults.notified(is_logged=False)},
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=[CmmsNotifier(on="failure", is_logged=False), close_unfinished_run, close_unfinished_report],
    is_paused_upon_creation=False,
    params=dag_defaults.request_params(),
    **{**dag_defaults.manual_arguments(zone), "max_active_runs": 2},
):

    @task
    def do_work(**context: Any) -> dict[str, Any]:
        """The result: ids of log rows or of the report, and counts."""
        from cmms.dag_tasks.do_requested_work import do_requested_work
        from cmms.dag_tasks.fail_without_retry import fail_without_retry

        with fail_without_retry():
            return do_requested_work(context["dag_run"], context["params"], is_repeated=context["ti"].try_number > 1)

    do_work()
