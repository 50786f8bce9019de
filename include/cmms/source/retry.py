"""When to try again, and after how long.

Input: the settings ``retries``. Output: a tenacity ``Retrying`` for one page. Waits grow exponentially with
jitter; a Retry-After of the source is a lower bound; everything together stays within the deadline.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay

from cmms.settings import Retries


class Transient(Exception):
    """This attempt failed in a way that may pass. Never leaves the package ``cmms.source``."""

    def __init__(self, reason: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.retry_after = retry_after

    @property
    def is_status(self) -> bool:
        """Whether a whole answer came and its status was the failure; otherwise the exchange itself failed."""
        return self.reason.startswith("HTTP ")


def retry_after_seconds(header: str | None, *, now: datetime | None = None) -> float | None:
    """Seconds of a Retry-After header, a number or an HTTP date; None when absent or unreadable."""
    if not header:
        return None
    text = header.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # no date, or one in a year that there is not
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else None


def wait_seconds(retries: Retries, attempt: int, retry_after: float | None) -> float:
    """Pause after failed attempt number ``attempt``: half of it fixed, half of it chance."""
    ceiling = min(retries.max_seconds, retries.initial_seconds * 2.0 ** (attempt - 1))
    jittered = random.uniform(ceiling / 2, ceiling)  # noqa: S311  chance, not secrecy
    return max(jittered, retry_after or 0.0)


def retrying(
    retries: Retries, *, sleep: Callable[[float], None], before_sleep: Callable[[RetryCallState], None]
) -> Retrying:
    """Attempts at one page; the last :class:`Transient` comes out when they are used up."""

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return wait_seconds(retries, state.attempt_number, error.retry_after if isinstance(error, Transient) else None)

    return Retrying(
        retry=retry_if_exception_type(Transient),
        stop=stop_after_attempt(retries.attempts) | stop_before_delay(retries.deadline),
        wait=wait,
        sleep=sleep,
        before_sleep=before_sleep,
        reraise=True,
    )


def seconds_left(retries: Retries, started: float) -> float:
    """What remains of the deadline since ``started`` (monotonic), at least a moment."""
    return max(retries.deadline - (time.monotonic() - started), 0.1)
