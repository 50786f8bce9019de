"""For tasks without a log row of their own: fail at once on an error that a retry cannot fix.

Input: the task's error. Output: Airflow's exception for it, with that error as its cause, which the alert reports.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from cmms.errors import AskPerson, Failure, RunCancelled, StopError

NOT_RETRIED = (StopError, RunCancelled, AskPerson)


@contextmanager
def fail_without_retry() -> Iterator[None]:
    """Turn an error of the kinds :data:`NOT_RETRIED` into a failure without retry.

    Raises:
        AirflowFailException: a retry cannot help.
    """
    try:
        yield
    except NOT_RETRIED as error:
        raise AirflowFailException(str(Failure.of(error))) from error
