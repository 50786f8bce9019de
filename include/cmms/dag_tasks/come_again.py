"""A task that has to wait for another run gives its place back and comes again: it must not keep that run waiting.

Input: why the task cannot go on now. Output: Airflow's way of saying "later". A small worker has four places: four
tasks that sleep in them while they wait for a fifth would sleep until all of them give up.
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
    """How long this attempt of the task has been coming again: since it began for the first time."""
    context = get_current_context()
    since = context["ti"].get_first_reschedule_date(context)
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0


def come_again(reason: str, *, waited_seconds: float, at_most_seconds: float | None = None) -> NoReturn:
    """Leave the task now, to be started again soon.

    Args:
        reason: for the task's log.
        waited_seconds: so far; the longer, the rarer.
        at_most_seconds: the pause is not longer than what is left of this.

    Raises:
        AirflowRescheduleException: always.
    """
    pause = min(_LONGEST_PAUSE_SECONDS, max(_FIRST_PAUSE_SECONDS, waited_seconds / 2))
    if at_most_seconds is not None:
        pause = min(pause, max(1.0, at_most_seconds - waited_seconds))
    log.info("%s; looked at again in %.0f s, %.0f s waited so far", reason, pause, waited_seconds)
    raise AirflowRescheduleException(datetime.now(UTC) + timedelta(seconds=pause))  # type: ignore[no-untyped-call]
