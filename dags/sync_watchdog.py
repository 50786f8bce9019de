"""### Watchdog: what no callback can tell, every five minutes.

1. **watch** - closes runs whose process is gone (log row without heartbeat for longer than its lease, and no
   task of it waits in Airflow) as failed, drops staging tables that they left, sends alerts again that a receiver
   did not take, and raises alerts about runs that wait too long, also those that Airflow has not begun, and
   about tasks that get no slot in the pool

Keep it on: it is the only one who notices a killed worker. It needs no pool; when it fails, people are told once, and
once more when it works again.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from airflow.sdk import DAG, task

from cmms.alerts.notifier import CmmsNotifier
from cmms.dag_tasks import dag_defaults

schedule, zone = dag_defaults.read_site()

with DAG(
    dag_id="sync_watchdog",
    description="Closes abandoned runs, repeats alerts",
    doc_md=__doc__,
    tags=["cmms", "upkeep"],
    default_args={
        "owner": "cmms",
        "retries": 0,
        "priority_weight": dag_defaults.PRIORITY_HIGH,
        **dag_defaults.notified(is_logged=False),
    },
    dagrun_timeout=timedelta(minutes=5),
    on_failure_callback=CmmsNotifier(on="failure", is_logged=False),
    **dag_defaults.housekeeping_arguments(schedule.watchdog, zone),
):

    @task
    def watch(**context: Any) -> dict[str, int]:
        """One round; fails when a part of it did not work."""
        from airflow.sdk.exceptions import AirflowFailException

        from cmms.dag_tasks.find_starved_tasks import find_starved_tasks
        from cmms.dag_tasks.find_waiting_runs import find_waiting_runs, has_waiting_tasks
        from cmms.operations.watch_runs import watch as watch_runs

        ti = context["ti"]
        report = watch_runs(
            find_queued=partial(find_waiting_runs, ti),
            find_starved=partial(find_starved_tasks, ti),
            has_waiting_tasks=partial(has_waiting_tasks, ti),
            look_again_seconds=15,
        )
        if report.failures:
            raise AirflowFailException("; ".join(report.failures)) from report.cause
        return {
            "closed_runs": len(report.closed_runs),
            "dropped_stages": len(report.dropped_stages),
            "messages_sent": report.messages_sent,
        }

    watch()
