"""How long callbacks wait for the database: Airflow ends a DAG's callbacks after 50 seconds, alerts sent or not.

Input: a number of seconds. Output: a context in which every session gives up after that long a silence. What was given
up is not tried again for a while, by this process: of ten runs that fail together only the first one waits.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cmms.errors import DatabaseUnavailable

_SILENCE_SECONDS = 1.0
"""A refusal comes at once and costs nothing: only a server that was silent for so long has hung."""
_REMEMBERED_SECONDS = 30.0

_limit: ContextVar[int | None] = ContextVar("cmms_patience", default=None)
_gave_up_at: list[float] = []
"""Of this process, by its monotonic clock: the last time, if any."""


@contextmanager
def limited_patience(seconds: int) -> Iterator[None]:
    """Sessions that are opened in here wait for each answer for at most ``seconds``."""
    token = _limit.set(seconds)
    try:
        yield
    finally:
        _limit.reset(token)


@contextmanager
def noticed_silence() -> Iterator[None]:
    """Around work with the database: when that fails after a silence, the next callers do not wait again."""
    started = time.monotonic()
    try:
        yield
    except Exception:
        if _limit.get() is not None and time.monotonic() - started >= _SILENCE_SECONDS:
            _gave_up_at[:] = [time.monotonic()]
        raise


def seconds_left() -> int | None:
    """How long to wait for an answer; None: as long as everywhere else.

    Raises:
        DatabaseUnavailable: the database has been silent a moment ago, and the caller's time is limited.
    """
    limit = _limit.get()
    if limit is None:
        return None
    if _gave_up_at and time.monotonic() - _gave_up_at[0] < _REMEMBERED_SECONDS:
        raise DatabaseUnavailable("the database did not answer a moment ago")
    return limit
