"""The life hours of a component: what the machines have run that it was installed in. Pure.

Input: installations, with the life hours of the machine around them. Output: hours. Both days of an installation count.
Hours of days without a reading, before the first reading of an installation, are missed: nobody knows on which day they
were run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A component in a machine, with that machine's life hours.

    Attributes:
        from_date: the first day.
        to_date: the last day; None while it is installed.
        life_before: at the end of the day before the first one; None without a reading of that day.
        life_first, hours_first: at the end of the day of the first reading, and the hours of that day.
        last_date, life_last: the newest reading of the installation; None without any.
    """

    from_date: date
    to_date: date | None = None
    life_before: Decimal | None = None
    life_first: Decimal | None = None
    hours_first: Decimal | None = None
    last_date: date | None = None
    life_last: Decimal | None = None


def installed_hours(installations: Iterable[Installation]) -> Decimal:
    """The hours of a component over all machines that it was in."""
    return sum((_growth(each) for each in installations), Decimal(0))


def _growth(installation: Installation) -> Decimal:
    if installation.life_last is None or installation.life_first is None or installation.hours_first is None:
        return Decimal(0)
    begin = installation.life_before
    if begin is None:
        begin = installation.life_first - installation.hours_first
    return installation.life_last - begin
