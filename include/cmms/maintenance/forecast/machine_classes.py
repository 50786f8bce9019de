"""How a machine runs, by its own past: the class in which errors of forecasts are pooled.

Input: histories and a day. Output: a code for each machine. Nothing after that day is looked at.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from cmms.maintenance.forecast.histories import NONE, Floats, Histories
from cmms.maintenance.forecast.rates import Codes

MachineClass = Literal[
    "new", "steady", "regular", "varying", "rising", "falling", "erratic", "standby", "sporadic", "idle"
]
CLASSES: tuple[MachineClass, ...] = (
    "new",
    "steady",
    "regular",
    "varying",
    "rising",
    "falling",
    "erratic",
    "standby",
    "sporadic",
    "idle",
)
"""Below 13 weeks of history; weeks alike within 5 %; within 25 %; more; level changed in the last quarter by a third;
a quarter of the weeks and more without use; no use at all."""

_WEEKS = 26
_LEAST_WEEKS = 13
_LOW_USE = 14.0
_STEADY, _VARYING, _ERRATIC, _SPORADIC, _CHANGED = 0.05, 0.25, 0.6, 1.2, 0.3


def classify(histories: Histories, today: int) -> Codes:
    """(machines,): index in :data:`CLASSES`, from the growth of each of the 26 weeks before the newest reading."""
    newest = histories.newest[:, today]
    days = newest[:, None] - 7 * np.arange(_WEEKS + 1)
    life = histories.between[np.arange(histories.machines)[:, None], np.maximum(days, 0)]
    life[(days < 0) | (newest == NONE)[:, None]] = np.nan
    growth = life[:, :-1] - life[:, 1:]
    weeks = (~np.isnan(growth)).sum(axis=1)
    mean = _mean(growth)
    safe = np.where(mean > 0, mean, 1)
    spread = np.sqrt(_mean((growth - mean[:, None]) ** 2)) / safe
    recent, before = _mean(growth[:, :_LEAST_WEEKS]), _mean(growth[:, _LEAST_WEEKS:])
    change = (recent - before) / safe
    rules = {
        "new": weeks < _LEAST_WEEKS,
        "idle": mean <= 0,
        "sporadic": (mean < _LOW_USE) & (spread >= _SPORADIC),
        "standby": mean < _LOW_USE,
        "erratic": spread >= _ERRATIC,
        "rising": change > _CHANGED,
        "falling": change < -_CHANGED,
        "steady": spread < _STEADY,
        "regular": spread < _VARYING,
    }
    chosen = np.select(list(rules.values()), [CLASSES.index(name) for name in rules], CLASSES.index("varying"))
    return np.asarray(chosen, dtype=np.int8)


def _mean(values: Floats) -> Floats:
    """Row means of what is known; 0 where nothing is."""
    return np.asarray(np.nansum(values, axis=1) / np.maximum((~np.isnan(values)).sum(axis=1), 1))
