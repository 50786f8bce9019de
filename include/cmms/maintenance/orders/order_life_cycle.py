"""The life of a work order. Pure. Input: its status and what somebody wants to do. Output: the status after that.

::

    open ──start──> in_progress ──complete──> completed ──close──> closed
                    │        ^                │
                    hold     start            reopen (back to in_progress)
                    └> on_hold

An order that is open may be completed at once; one that is not completed may be cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATUSES = ("open", "in_progress", "on_hold", "completed", "closed", "cancelled")
UNFINISHED = ("open", "in_progress", "on_hold")
HOLD_REASONS = ("parts", "access", "permit", "vendor", "other")


@dataclass(frozen=True)
class Transition:
    """From which statuses it leads to which one; ``done`` is the word for an order to which it was done."""

    done: str
    sources: tuple[str, ...]
    target: str


TRANSITIONS: Mapping[str, Transition] = {
    "start": Transition("started", ("open", "on_hold"), "in_progress"),
    "hold": Transition("put on hold", ("in_progress",), "on_hold"),
    "complete": Transition("completed", ("open", "in_progress"), "completed"),
    "close": Transition("closed", ("completed",), "closed"),
    "cancel": Transition("cancelled", UNFINISHED, "cancelled"),
    "reopen": Transition("reopened", ("completed",), "in_progress"),
}


def may(verb: str, status: str) -> bool:
    """Whether an order of this status allows that."""
    return status in TRANSITIONS[verb].sources


def explain_refusal(verb: str, status: str) -> str:
    """Why it is not allowed: ``it is closed and cannot be started; only an order that is open or on hold can``."""
    transition = TRANSITIONS[verb]
    allowed = " or ".join(_words(source) for source in transition.sources)
    return f"it is {_words(status)} and cannot be {transition.done}; only an order that is {allowed} can"


def _words(status: str) -> str:
    return status.replace("_", " ")
