"""A task that has to wait for another run frees its worker slot and is rescheduled: it must not block that run.

Input: why the task has to wait. Output: Airflow's exception for rescheduling. A small worker has four slots: four
tasks that sleep in them while they wait for a fifth would block it until they time out.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowRescheduleException

log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 30.0


def seconds_waited() -> float:
    """How long this attempt of the task has been waiting, since it first started."""
    context = get_current_context()
    since = context["ti"].get_first_reschedule_date(context)
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0


def reschedule_task(reason: str, *, waited_seconds: float, at_most_seconds: float | None = None) -> NoReturn:
    """End the task now and have Airflow start it again soon.

    Args:
        reason: for the task's log.
        waited_seconds: so far; the longer, the longer the next pause.
        at_most_seconds: the pause is not longer than what is left of this.

    Raises:
        AirflowRescheduleException: always.
    """
    pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, waited_seconds / 2))
    if at_most_seconds is not None:
        pause = min(pause, max(1.0, at_most_seconds - waited_seconds))
    log.info("%s; next check in %.0f s, %.0f s waited so far", reason, pause, waited_seconds)
    raise AirflowRescheduleException(datetime.now(UTC) + timedelta(seconds=pause))  # type: ignore[no-untyped-call]
