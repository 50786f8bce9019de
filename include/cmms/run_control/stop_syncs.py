"""The emergency stop: every open run is cancelled and the DAGs of all streams are paused; and the way back.

Input: who. Output: :class:`Stop`, kept as one row of the audit log, where the way back finds what to undo.

Airflow schedules nothing of a paused DAG, the closing task of a run included. So the runs are closed here, as the
watchdog does it: the leases go first, which waits for a merge that is just committing; whatever still works on a closed
run is fenced off at its next chunk and cannot commit.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmms.access.actors import Actor, Capability, Forbidden, Invalid, NotFound, ViewError, WrongState
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.dag_ids import SYNC_DAG_IDS
from cmms.database import Cursor, query
from cmms.errors import RunCancelled
from cmms.run_control.airflow_runs import AirflowRefused, pause
from cmms.run_control.start_syncs import set_control

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stop:
    """An emergency stop: who, when, which runs were open, and which DAGs were not paused before."""

    actor: str
    at: datetime
    runs: tuple[int, ...]
    paused: tuple[str, ...]


def read_stop() -> Stop | None:
    """The stop that is in force, None if there is none."""
    with raw_session() as connection:
        rows = query(connection, "run_control/last_stop")
    if not rows or rows[0]["action"] != "stop_all":
        return None
    kept = json.loads(rows[0]["after_json"])
    return Stop(str(rows[0]["actor"]), rows[0]["at"], tuple(kept["runs"]), tuple(kept["paused"]))


def read_open_runs() -> list[dict[str, Any]]:
    """Id and type of every run that is not over."""
    with raw_session() as connection:
        return query(connection, "sync/runs/open_runs")


def stop_all(actor: Actor) -> tuple[Stop, tuple[str, ...]]:
    """Pause the DAGs, then cancel every open run.

    Returns:
        The stop, and a sentence for everything that could not be done; the rest is done all the same.

    Raises:
        Forbidden: by us, or by Airflow for the first DAG; nothing was changed.
    """
    actor.require(Capability.TRIGGER)
    before = read_stop()
    paused, problems = set(before.paused if before else ()), []
    for dag_id in SYNC_DAG_IDS:
        try:
            if pause(actor, dag_id, is_paused=True):
                paused.add(dag_id)
        except (AirflowRefused, NotFound, Forbidden) as error:
            if isinstance(error, Forbidden) and not paused:
                raise
            problems.append(f"{dag_id} is not paused: {error.message}")
    runs = _ask_to_cancel(actor, sorted(paused))
    for key in runs:
        try:
            _close(actor, key)
        except Exception as error:  # the others must be stopped all the same
            log.exception("Run %s was asked to cancel, but could not be closed.", key)
            problems.append(f"Run {key} was asked to cancel and ends after its batch at hand ({type(error).__name__}).")
    stop = read_stop()
    if stop is None:
        raise Invalid("Somebody has let the syncs run again at the same moment.")
    return stop, tuple(problems)


def resume_all(actor: Actor) -> tuple[str, ...]:
    """Unpause what the stop has paused; returns those DAGs. Cancelled runs stay cancelled.

    Raises:
        ViewError: not all of them; the stop stays in force, so that it can be tried again.
    """
    actor.require(Capability.TRIGGER)
    stop = read_stop()
    if stop is None:
        raise Invalid("The syncs are not stopped.")
    unpaused: list[str] = []
    left: ViewError | None = None
    for dag_id in stop.paused:
        try:
            pause(actor, dag_id, is_paused=False)
            unpaused.append(dag_id)
        except ViewError as error:
            left = error
    if left and not unpaused:
        raise left
    part = "part" if left else "all"
    write(
        lambda cursor: audit(cursor, actor, "resume_all", "syncs", part, after={"unpaused": unpaused}),
        what="noting that syncs may run again",
    )
    if left:
        raise WrongState(f"Only {', '.join(unpaused)} runs again; try once more. {left.message}")
    return stop.paused


def _ask_to_cancel(actor: Actor, paused: list[str]) -> list[int]:
    """Every open run, asked; with the one row of the audit log."""
    open_runs = [int(row["id"]) for row in read_open_runs()]

    def work(cursor: Cursor) -> None:
        for key in open_runs:
            set_control(cursor, key, "cancel")
        audit(cursor, actor, "stop_all", "syncs", "all", after={"runs": open_runs, "paused": paused})

    write(work, what="stopping all syncs")
    return open_runs


def _close(actor: Actor, key: int) -> None:
    from cmms.sync.runs.close_run import close_run

    with raw_session() as connection:
        close_run(connection, key, error=RunCancelled(f"{actor.name} has stopped all syncs"))
