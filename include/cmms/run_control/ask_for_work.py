"""Work that takes longer than a request: a run of the DAG ``cmms_on_request`` (decision 0032).

Input: who, which work, what it needs. Output: the run, which the dialog follows. Airflow gives it a place in the pool,
retries and a log; its API checks whether the person may start it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from cmms.access.actors import Actor
from cmms.dag_ids import ON_REQUEST_DAG_ID
from cmms.run_control.start_syncs import StartedRun, start_dag

Work = Literal["replay", "validate", "change"]


def ask_for_work(actor: Actor, work: Work, arguments: Mapping[str, Any], *, request: str = "") -> StartedRun:
    """Start the run.

    Args:
        actor: who asks.
        work: what is to be done.
        arguments: what the work needs (:mod:`cmms.dag_tasks.do_requested_work`).
        request: the name of the request; asked again by this name, it is the same run.

    Raises:
        Forbidden, AirflowRefused: nothing was started.
    """
    conf = {"work": work, **arguments, "asked_by": actor.name}
    return start_dag(actor, ON_REQUEST_DAG_ID, conf, request)
