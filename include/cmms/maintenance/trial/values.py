"""What a replay assumes and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cmms.maintenance.rules.judge_many import BY_CALENDAR, BY_HOURS, NOBODY, DueArrays, Schedules, ServiceEvents
from cmms.maintenance.rules.package_table import COMBINE, MISSING, Booleans, Integers, PackageTable

_MERGE = COMBINE.index("merge")


@dataclass(frozen=True)
class Completion:
    """When an order is done: an assumption, and the same one for the plan in force and for the draft.

    Attributes:
        after: ``due``: so many days after it became due. ``call``: so many days after it was called, as the events of a
            plant show it.
        days: one element a schedule, or one number for all; not below 0.
    """

    after: Literal["due", "call"] = "due"
    days: Integers | int = 0

    def for_each(self, schedules: int) -> Integers:
        """The days, one element a schedule; ValueError if an order would be done before it was called."""
        days = np.broadcast_to(np.asarray(self.days, dtype=np.int64), schedules)
        if (days < 0).any():
            raise ValueError("an order cannot be done before it is called")
        return days


@dataclass(frozen=True)
class Months:
    """What happened in each month, one element a month from :attr:`first_month` (months since January 1970).

    Attributes:
        orders: occurrences that were called and not answered by another package, one order each.
        due: those that became due.
        services: what was done; packages that are done together count one each.
        work: sum of the work of these services, in the unit in which the packages state it.
        hours_beyond: life hours in thousandths that machines ran while an occurrence was due, its target excluded. Two
            packages that are due at the same time count both.
    """

    first_month: int
    orders: Integers
    due: Integers
    services: Integers
    work: Integers
    hours_beyond: Integers


def no_months(first_month: int, count: int) -> Months:
    """Nothing yet, to add to."""
    return Months(first_month, *(np.zeros(count, dtype=np.int64) for _ in range(5)))


def services_for(
    table: PackageTable, schedules: Schedules, found: DueArrays, asked: Booleans, today: int | Integers
) -> ServiceEvents:
    """The services that are done when these schedules are to be done today: they, or what answers them.

    With ``merge`` all that are called together are done, with ``suppress`` the largest alone.

    Args:
        table: packages of the plan.
        schedules: with the life hours of today.
        found: how due each schedule is.
        asked: the schedules whose order is to be done.
        today: of all, or one element a schedule.
    """
    leader = np.where(found.answered_by == NOBODY, np.arange(len(schedules)), found.answered_by)
    done = np.zeros(len(schedules), dtype=bool)
    done[leader[asked]] = True
    done |= done[leader] & (table.combine[schedules.package] == _MERGE)
    rows = np.flatnonzero(done)
    cause = found.cause[rows]
    return ServiceEvents(
        rows,
        schedules.life_hours[rows],
        np.broadcast_to(np.asarray(today, dtype=np.int64), len(schedules))[rows],
        np.zeros(len(rows), dtype=bool),
        np.where(cause == BY_HOURS, found.target_hours[rows], MISSING),
        np.where(cause == BY_CALENDAR, found.target_date[rows], MISSING),
    )
