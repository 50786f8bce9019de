"""Start, pause, resume and cancel syncs. Input: who, and what of. Output: ids of Airflow runs, audited."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, ViewError, WrongState
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.access.view_settings import read_settings
from cmms.database import Cursor, execute, query
from cmms.run_control.airflow_runs import AlreadyThere, read_conf, read_run, trigger
from cmms.run_control.check_days import check_days
from cmms.run_control.find_run import find_run_of_airflow
from cmms.run_control.run_controls import CONTROLS, explain_refusal, may_control
from cmms.streams import STREAMS
from cmms.sync.records import OPEN_STATUSES

SELECTION_LIMIT = 1_000


@dataclass(frozen=True)
class StartedRun:
    """A run in Airflow; its log row has the same two ids, once its first task has begun."""

    dag_id: str
    run_id: str


def start_sync(
    actor: Actor,
    stream: str,
    *,
    request: str = "",
    start_date: date | None = None,
    end_date: date | None = None,
    plant_codes: Sequence[str] = (),
    equipment_numbers: Sequence[str] = (),
) -> StartedRun:
    """Start a run of a stream's DAG; without dates its default day.

    The same ``request`` never starts a second run: it is the id of the run, which Airflow keeps unique.

    Raises:
        Invalid: days that cannot be synced, or too many (:mod:`cmms.run_control.check_days`).
    """
    actor.require(Capability.TRIGGER)
    if start_date or end_date:
        settings = read_settings()
        check_days(start_date, end_date, settings, datetime.now(settings.zone).date())
    conf: dict[str, Any] = {"plant_codes": list(plant_codes), "equipment_numbers": list(equipment_numbers)}
    if STREAMS[stream].is_daily:
        conf["start_date"] = start_date.isoformat() if start_date else None
        conf["end_date"] = end_date.isoformat() if end_date else None
    return start_dag(actor, STREAMS[stream].dag_id, conf, request)


def start_reconciliation(
    actor: Actor,
    *,
    request: str = "",
    start_date: date | None = None,
    end_date: date | None = None,
    plant_codes: Sequence[str] = (),
) -> StartedRun:
    """Start a run that compares the source with the tables; without days or plants what the weekly run compares.

    Raises:
        Invalid: as :func:`start_sync`.
    """
    actor.require(Capability.TRIGGER)
    if start_date or end_date:
        settings = read_settings()
        check_days(start_date, end_date, settings, datetime.now(settings.zone).date())
    conf: dict[str, Any] = {
        "start_date": start_date.isoformat() if start_date else None,
        "end_date": end_date.isoformat() if end_date else None,
        "plant_codes": list(plant_codes),
    }
    return start_dag(actor, "cmms_reconcile_sources", conf, request)


def start_dag(actor: Actor, dag_id: str, conf: dict[str, Any], request: str) -> StartedRun:
    """Start a run of any DAG in the person's name, once for each request, and note it in the audit log."""
    wanted = f"manual__{request}" if re.fullmatch(r"[\w:.-]{1,80}", request, re.ASCII) else ""
    try:
        run_id = trigger(actor, dag_id, conf, wanted)
    except AlreadyThere:
        if _was_started_before(actor, dag_id, conf, wanted):
            return StartedRun(dag_id, wanted)
        run_id = wanted
    write(
        lambda cursor: audit(cursor, actor, "trigger", "dag_run", run_id, after={"dag_id": dag_id, **conf}),
        what="noting a started run",
    )
    return StartedRun(dag_id, run_id)


def _was_started_before(actor: Actor, dag_id: str, conf: dict[str, Any], run_id: str) -> bool:
    """Whether the same person has started the same by that name; no: Airflow did, and answered too late to be noted.

    Raises:
        WrongState: the name is that of another run.
    """
    asked = {"dag_id": dag_id, **conf}
    noted = [row for row in _noted("dag_run", run_id, "trigger") if row["after"].get("dag_id") == dag_id]
    if any(row["actor"] == actor.name[:120] and row["after"] == asked for row in noted):
        return True
    if noted or read_conf(actor, dag_id, run_id) != conf:
        raise WrongState(f"A different run is called {run_id} already: choose another name for the request.")
    return False


def _noted(entity: str, entity_id: object, action: str) -> list[dict[str, Any]]:
    """What the audit log holds of that, newest first; ``after`` is an object."""
    bounds = {"entity": entity, "entity_id": str(entity_id)[:60], "action": action}
    with raw_session() as connection:
        rows = query(connection, "run_control/noted_starts", bounds)
    return [{**row, "after": json.loads(row["after_json"] or "{}")} for row in rows]


def start_sync_of(actor: Actor, keys: Sequence[int], *, with_hours: bool, request: str = "") -> tuple[StartedRun, ...]:
    """Start one equipment sync of exactly these machines, and yesterday's running times if wanted."""
    actor.require(Capability.TRIGGER)
    if not 1 <= len(keys) <= SELECTION_LIMIT:
        raise Invalid(f"choose 1 to {SELECTION_LIMIT:,} machines; for more, sync a plant or everything")
    with raw_session() as connection:
        numbers = [
            str(row["equipment_number"])
            for row in query(connection, "run_control/equipment_numbers", {"ids": tuple(keys)})
        ]
    if not numbers:
        raise NotFound("there is no such equipment")
    streams = [name for name, stream in STREAMS.items() if with_hours or not stream.is_daily]
    return tuple(start_sync(actor, name, equipment_numbers=numbers, request=request) for name in streams)


def retry_run(actor: Actor, key: int, request: str = "") -> StartedRun:
    """Start a failed or cancelled run again with its own scope; the audit log links both.

    Raises:
        NotFound, Invalid. WrongState: a run that repeats it is not over yet.
    """
    actor.require(Capability.TRIGGER)
    with raw_session() as connection:
        rows = query(connection, "run_control/run_to_retry", {"id": key})
    if not rows:
        raise NotFound("there is no such run")
    row = rows[0]
    if row["sync_type"] not in STREAMS:
        labels = " or ".join(stream.label.lower() for stream in STREAMS.values())
        raise Invalid(f"only a sync of {labels} can be started again")
    if not may_control("retry", row["status"], ""):
        raise Invalid(explain_refusal("retry", key, row["status"], ""))
    if row["scope"] is None:
        raise Invalid("this run was refused before it began: correct what its error names, then start a new one")
    _check_not_repeated(actor, key, STREAMS[str(row["sync_type"])].dag_id)
    scope = json.loads(row["scope"] or "{}")
    dated = STREAMS[str(row["sync_type"])].is_daily
    started = start_sync(
        actor,
        str(row["sync_type"]),
        request=f"{request}_{key}" if request else "",
        start_date=row["interval_start"] if dated else None,
        end_date=row["interval_end"] if dated else None,
        plant_codes=scope.get("plant_codes") or (),
        equipment_numbers=scope.get("equipment_numbers") or (),
    )
    write(
        lambda cursor: audit(cursor, actor, "retry", "api_sync_logs", key, after={"run_id": started.run_id}),
        what="noting a retry",
    )
    return started


def _check_not_repeated(actor: Actor, key: int, dag_id: str) -> None:
    """Raise :class:`WrongState` while a run that repeats this one is not over."""
    for row in _noted("api_sync_logs", key, "retry")[:1]:
        run_id = str(row["after"].get("run_id"))
        log = find_run_of_airflow(dag_id, run_id)
        status = log.status if log else _state_in_airflow(actor, dag_id, run_id)
        if status in OPEN_STATUSES:
            said = f"Run {key} has been started again already, by {row['actor']}: {run_id}"
            raise WrongState(said, path=f"/syncs/{log.id}" if log else "")


def _state_in_airflow(actor: Actor, dag_id: str, run_id: str) -> str:
    """Of a run that has no log row yet; empty if Airflow has forgotten it, or will not say."""
    try:
        return str(read_run(actor, dag_id, run_id)["state"])
    except ViewError:
        return ""


def control_run(actor: Actor, key: int, verb: str) -> None:
    """Ask a run to ``pause``, ``resume`` or ``cancel``; it obeys after the batch at hand.

    Raises:
        NotFound. WrongState: its state does not allow that (:mod:`cmms.run_control.run_controls`).
    """
    actor.require(Capability.TRIGGER)
    if verb not in CONTROLS:
        raise Invalid("unknown control", control="unknown")

    def work(cursor: Cursor) -> None:
        with closing(cursor.connection.cursor()) as reader:
            execute(reader, "run_control/lock_run", {"id": key})
            row = reader.fetchone()
        if row is None:
            raise NotFound("there is no such run")
        status, before = row
        if not set_control(cursor, key, verb):
            raise WrongState(explain_refusal(verb, key, status, before), path=f"/syncs/{key}")
        after = {"control": CONTROLS[verb].target}
        audit(cursor, actor, verb, "api_sync_logs", key, before={"control": before}, after=after)

    write(work, what="controlling a run")


def set_control(cursor: Cursor, key: int, verb: str) -> bool:
    """Ask in the caller's transaction; False if the run's state does not allow it."""
    wanted = CONTROLS[verb]
    asked = {"id": key, "control": wanted.target, "statuses": wanted.statuses, "controls": wanted.controls}
    return bool(execute(cursor, "run_control/set_control", asked))
