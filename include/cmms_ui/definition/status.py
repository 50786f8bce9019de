"""How statuses are shown: each has a colour, a sign and a word, so that colour never stands alone.

A resource has its words in ``resources/<name>/statuses.py``, since one word means different things: an open due waits
for an order, an open rejected record is a fault. Here is what several resources share. A tone's shades for light and
dark are in ``tokens.py``; :data:`COLOURS` are the names of Mantine's components for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "info", "warn", "bad", "idle"]


@dataclass(frozen=True)
class Status:
    """How a status is shown; ``sign`` is one of :data:`SIGNS`."""

    label: str
    tone: Tone
    sign: str

    @property
    def sign_class(self) -> str:
        """CSS class of a cell that shows the sign (``make_stylesheet.py``)."""
        return f"cmms-sign-{SIGNS[self.sign]}"


Statuses = Mapping[str, Status]
"""How each stored value of a column is shown."""

COLOURS: dict[Tone, str] = {"good": "teal", "info": "blue", "warn": "yellow", "bad": "red", "idle": "gray"}

SIGNS = {
    "✓": "check",
    "✕": "cross",
    "!": "exclamation",
    "‼": "exclamations",
    "?": "question",
    "–": "dash",
    "▲": "up",
    "▽": "down",
    "▶": "play",
    "Ⅱ": "pause",
    "…": "dots",
    "·": "dot",
    "⊘": "stroke",
    "◐": "half",
    "◔": "quarter",
    "↻": "again",
    "≠": "unequal",
    "i": "info",
}
"""Names of the signs that lists can show, for CSS."""

IN_USE: Statuses = {
    "active": Status("Active", "good", "✓"),
    "inactive": Status("Inactive", "idle", "–"),
}
LEVELS: Statuses = {
    "critical": Status("Critical", "bad", "‼"),
    "high": Status("High", "bad", "!"),
    "medium": Status("Medium", "warn", "▲"),
    "low": Status("Low", "info", "▽"),
    "info": Status("Info", "idle", "i"),
}
"""How soon somebody has to respond, of runs and alerts."""


def find_status(value: object, statuses: Statuses) -> Status:
    """The status of a stored value; an unknown one is shown as it is."""
    return statuses.get(str(value), Status(str(value), "idle", "·"))
