"""### Watchdog: finds what no callback can report, every five minutes.

1. **watch** - closes runs as failed whose process died (no heartbeat for longer than the lease, and no task waiting in
   Airflow), drops their staging tables, sends failed alerts again, and raises alerts about runs that wait too long,
   including those that Airflow has not started, and about tasks that get no slot in the pool

Keep this DAG on: nothing else notices a killed worker. It needs no pool. If it fails, it alerts once, and once more
when it works again.
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
    description="Closes abandoned runs and sends failed alerts again",
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
        """One round; fails if a part of it failed."""
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
