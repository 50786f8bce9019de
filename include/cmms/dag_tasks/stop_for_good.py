"""Around the work of a task without a log row of its own: an error that a repetition cannot mend is not repeated.

Input: the task's error. Output: Airflow's way of saying so, with that error as its cause, of which the alert tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk.exceptions import AirflowFailException

from cmms.errors import AskPerson, Failure, RunCancelled, StopError

FOR_GOOD = (StopError, RunCancelled, AskPerson)


@contextmanager
def stop_for_good() -> Iterator[None]:
    """Turn an error of the kinds :data:`FOR_GOOD` into a failure without retry.

    Raises:
        AirflowFailException: doing it again cannot help.
    """
    try:
        yield
    except FOR_GOOD as error:
        raise AirflowFailException(str(Failure.of(error))) from error
