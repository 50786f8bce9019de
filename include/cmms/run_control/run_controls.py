"""What may be asked of a run, by its status and by what was asked of it before. Pure.

A run that works obeys ``api_sync_logs.control`` after the batch at hand. Cancelling is final: nothing that is asked
later takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass

from cmms.sync.records import OPEN_STATUSES, RETRYABLE_STATUSES


@dataclass(frozen=True)
class Control:
    """``target`` is asked of a run in one of ``statuses`` of which one of ``controls`` was asked before."""

    target: str
    controls: tuple[str, ...]
    statuses: tuple[str, ...] = OPEN_STATUSES


CONTROLS = {
    "pause": Control("pause", ("none",)),
    "resume": Control("none", ("pause",)),
    "cancel": Control("cancel", ("none", "pause")),
}


def may_control(verb: str, status: str, control: str) -> bool:
    """Whether the run may be asked for that; ``retry`` starts it again as a new run."""
    if verb == "retry":
        return status in RETRYABLE_STATUSES
    wanted = CONTROLS[verb]
    return status in wanted.statuses and control in wanted.controls


def explain_refusal(verb: str, key: int, status: str, control: str) -> str:
    """Why not, in a sentence."""
    if verb == "retry":
        return f"Run {key} is {status}: only a failed, cancelled or partial sync can be started again."
    if status not in OPEN_STATUSES:
        return f"Run {key} is over: {status}."
    if control == "cancel":
        return f"Run {key} is being cancelled, and that is final. Start it again when it has ended."
    return f"Run {key} has been asked to pause already." if verb == "pause" else f"Run {key} is not paused."
