"""Calendar intervals on arrays of days since 1970: the same as :mod:`dates`, element by element."""

from __future__ import annotations

from datetime import date

import numpy as np

from cmms.maintenance.rules.package_table import Integers, day_number

LAST_DAY = day_number(date.max)
_LAST_MONTH = (9999 - 1970) * 12 + 11


_TABLE_FROM, _TABLE_TO = day_number(date(1900, 1, 1)), day_number(date(2400, 1, 1))
"""The days that the tables below hold; the others are computed, several times slower."""
_MONTH_OF_DAY = np.arange(_TABLE_FROM, _TABLE_TO).astype("M8[D]").astype("M8[M]").astype(np.int64)
_FIRST_MONTH = int(_MONTH_OF_DAY[0])
_FIRST_OF_MONTH = np.arange(_FIRST_MONTH, _MONTH_OF_DAY[-1] + 1).astype("M8[M]").astype("M8[D]").astype(np.int64)


def month_of(days: Integers) -> Integers:
    """Months since January 1970."""
    if days.size and days.min() >= _TABLE_FROM and days.max() < _TABLE_TO:
        return _MONTH_OF_DAY[days - _TABLE_FROM]
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64)


def day_of_month(days: Integers) -> Integers:
    """1 to 31."""
    return days - _first_of(month_of(days)) + 1


def add_months(days: Integers, months: Integers, anchor_day: Integers) -> Integers:
    """The days so many months later, on ``anchor_day`` or the last day of a shorter month."""
    month = month_of(days) + months
    within = np.minimum(month, _LAST_MONTH)
    first = _first_of(within)
    length = _first_of(within + 1) - first
    days_later: Integers = np.where(month > _LAST_MONTH, LAST_DAY, first + np.minimum(anchor_day, length) - 1)
    return days_later


def add_days(days: Integers, more: Integers) -> Integers:
    """The days so many days later, none after the last day that there is."""
    later: Integers = np.minimum(days + more, LAST_DAY)
    return later


def _first_of(months: Integers) -> Integers:
    """The first days of months."""
    if months.size and months.min() >= _FIRST_MONTH and months.max() < _FIRST_MONTH + len(_FIRST_OF_MONTH):
        return _FIRST_OF_MONTH[months - _FIRST_MONTH]
    return months.astype("M8[M]").astype("M8[D]").astype(np.int64)
