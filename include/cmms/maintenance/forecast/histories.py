"""Life hours of many machines by day, as one matrix. A day without a reading is NaN: a gap, never a zero.

Input: trusted readings. Output: :class:`Histories`, and which reading is the newest at each day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int32]

NONE = -1
"""The day of no reading."""


@dataclass(frozen=True)
class Histories:
    """Readings of machines over the same days.

    Attributes:
        life: (machines, days), life hours at the end of each day; NaN without a trusted reading.
    """

    life: Floats

    @property
    def machines(self) -> int:
        """How many machines."""
        return len(self.life)

    @property
    def days(self) -> int:
        """How many days."""
        return int(self.life.shape[1])

    @cached_property
    def newest(self) -> Days:
        """(machines, days): the day of the newest reading at or before each day; :data:`NONE` before the first."""
        days = np.arange(self.days, dtype=np.int32)
        marked = np.where(np.isnan(self.life), np.int32(NONE), days)
        return np.asarray(np.maximum.accumulate(marked, axis=1), dtype=np.int32)

    @cached_property
    def first(self) -> Days:
        """(machines,): the day of the first reading; :data:`NONE` without any."""
        is_read = ~np.isnan(self.life)
        return np.where(is_read.any(axis=1), is_read.argmax(axis=1), NONE).astype(np.int32)

    @property
    def last(self) -> Days:
        """(machines,): the day of the last reading; :data:`NONE` without any."""
        return self.newest[:, -1]

    @cached_property
    def between(self) -> Floats:
        """(machines, days): life hours, across gaps on a straight line; NaN before the first reading.

        After the last reading the row stays where it is: what happened then is not known (:attr:`last`). A correction
        downwards is levelled, so that each row only grows.
        """
        filled = np.empty_like(self.life)
        days = np.arange(self.days)
        for row, life in enumerate(self.life):
            is_read = ~np.isnan(life)
            if not is_read.any():
                filled[row] = np.nan
                continue
            grown = np.maximum.accumulate(life[is_read])
            filled[row] = np.interp(days, days[is_read], grown, left=np.nan)
        return filled

    def life_at(self, days: Days) -> Floats:
        """(machines,): life hours on these days, one a machine; NaN where the day is :data:`NONE`."""
        life = self.life[np.arange(self.machines), np.maximum(days, 0)]
        return np.where(days == NONE, np.nan, life)
