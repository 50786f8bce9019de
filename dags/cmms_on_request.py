"""### On request: one work that a person has asked for. Manual; the view starts it.

1. **do_work** - `replay`: judges rejected records of one stream again and stores those that pass. `validate`: judges
   stored machines and readings by today's rules, into a report that the view has opened

The run's log and *Syncs* in the view say how it ended; a person who has asked in the view follows it there. Keep it on:
while it is paused, what people ask for waits.
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
    description="Replays and validates what people ask for",
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
        """What has become of it: ids of log rows or of the report, and counts."""
        from cmms.dag_tasks.do_requested_work import do_requested_work
        from cmms.dag_tasks.fail_without_retry import fail_without_retry

        with fail_without_retry():
            return do_requested_work(context["dag_run"], context["params"], is_repeated=context["ti"].try_number > 1)

    do_work()
