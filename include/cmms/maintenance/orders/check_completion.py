"""Whether what somebody says of a finished work can be true. Pure. Input: counter and day. Output: what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HOURS_OF_A_DAY = 24
COUNTER_LIMIT = Decimal(10_000_000)
"""A counter beyond that is a slip of the finger: eleven hundred years."""
SPARE_DAYS = 1
"""A day is read when it is over, and people are ahead of the site's clock by some hours."""


@dataclass(frozen=True)
class Known:
    """What is known of the machine. The floors: counters that have been reached already; None where there is none."""

    counter: Decimal | None
    counter_date: date | None
    floors: tuple[Decimal, ...] = ()
    last_service: date | None = None


def check_completion(reading: Decimal | None, done_on: date, known: Known, *, today: date) -> dict[str, str]:
    """A reason for each field that cannot be: counter at completion, day of completion.

    A counter that was replaced stands below the floors: then its newest reading is the floor.
    """
    wrong = {}
    if done_on > today:
        wrong["completion_date"] = "lies in the future"
    elif known.last_service and done_on < known.last_service:
        wrong["completion_date"] = f"lies before the last service of {known.last_service}"
    if reading is None:
        if known.counter is not None:
            wrong["completion_reading"] = "is required"
        return wrong
    if not 0 <= reading < COUNTER_LIMIT:
        wrong["completion_reading"] = f"must be 0 to {COUNTER_LIMIT:,}"
        return wrong
    floor = max(known.floors, default=Decimal(0))
    if known.counter is not None:
        floor = min(floor, known.counter)
    if reading < floor:
        wrong["completion_reading"] = f"is less than {floor:,.2f}, which the counter had reached before"
    elif (most := _highest(done_on, known)) is not None and reading > most:
        wrong["completion_reading"] = f"is more than the machine can have run by {done_on}: at most {most:,.2f}"
    return wrong


def _highest(done_on: date, known: Known) -> Decimal | None:
    """The newest counter, and 24 hours for each day since."""
    if known.counter is None or known.counter_date is None:
        return None
    days = max((done_on - known.counter_date).days, 0) + SPARE_DAYS
    return known.counter + HOURS_OF_A_DAY * days
