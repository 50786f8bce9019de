"""Runs in Airflow, requested in the name of the person: Airflow itself checks their rights and logs what they do.

Input: an actor with their own token. Output: run ids. The calls go to Airflow's public REST API inside the same
process (no socket), so every auth manager and executor works.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from cmms.access.actors import Actor, Forbidden, NotFound, ViewError

Send = Callable[[str, str, str, Mapping[str, Any]], tuple[int, Any]]
"""(token, method, path, JSON body) -> (status, JSON answer)."""

_senders: list[Send] = []


def send_with(send: Send) -> None:
    """Whoever serves requests says how calls get to Airflow."""
    _senders[:] = [send]


class AirflowRefused(ViewError):
    """Airflow did not do it; the message is Airflow's."""

    status = 502


class AirflowSilent(AirflowRefused):
    """Airflow did not answer in time; it may still do what it was asked to."""

    status = 504


class AlreadyThere(AirflowRefused):
    """Airflow has a run of that id."""

    status = 409


def trigger(actor: Actor, dag_id: str, conf: Mapping[str, Any], run_id: str = "") -> str:
    """Start a run now; returns its id, chosen by Airflow if none is given.

    Raises:
        AlreadyThere: there is a run of this id.
    """
    body = {"logical_date": None, "conf": dict(conf), **({"dag_run_id": run_id} if run_id else {})}
    return str(_call(actor, "POST", f"{_path(dag_id)}/dagRuns", body)["dag_run_id"])


def read_run(actor: Actor, dag_id: str, run_id: str) -> dict[str, Any]:
    """What Airflow itself says of a run: its ``state``, and whether its DAG ``is_paused``."""
    run = _call(actor, "GET", _path(dag_id, run_id), {})
    return {"state": run["state"], "is_paused": bool(_call(actor, "GET", _path(dag_id), {})["is_paused"])}


def read_conf(actor: Actor, dag_id: str, run_id: str) -> dict[str, Any]:
    """What a run was started with."""
    return dict(_call(actor, "GET", _path(dag_id, run_id), {}).get("conf") or {})


def stop(actor: Actor, dag_id: str, run_id: str) -> None:
    """End a run as failed; its teardown task closes the log row."""
    _call(actor, "PATCH", _path(dag_id, run_id), {"state": "failed"})


def pause(actor: Actor, dag_id: str, *, is_paused: bool) -> bool:
    """Pause a DAG, or let it run again; returns whether that changed anything."""
    path = _path(dag_id)
    if bool(_call(actor, "GET", path, {})["is_paused"]) == is_paused:
        return False
    _call(actor, "PATCH", path, {"is_paused": is_paused})
    return True


def failed_tasks(actor: Actor, dag_id: str, run_id: str) -> list[dict[str, Any]]:
    """The tasks of a run that failed, the first one first: ``task_id``, ``map_index``, ``try_number``."""
    path = f"{_path(dag_id, run_id)}/taskInstances?state=failed&order_by=end_date&limit=20"
    keys = ("task_id", "map_index", "try_number")
    return [{key: task[key] for key in keys} for task in _call(actor, "GET", path, {})["task_instances"]]


def _path(dag_id: str, run_id: str | None = None) -> str:
    """Where Airflow has a DAG or a run; a name that is a step in a path is none of either."""
    parts = [dag_id] if run_id is None else [dag_id, run_id]
    if any(part in ("", ".", "..") for part in parts):
        raise NotFound("there is no such run in Airflow")
    return "/api/v2/dags/" + "/dagRuns/".join(quote(part, safe="") for part in parts)


def _call(actor: Actor, method: str, path: str, body: Mapping[str, Any]) -> Any:
    if not _senders:
        raise AirflowRefused("Airflow's API is not at hand here.")
    status, answer = _senders[0](actor.token, method, path, body)
    if status < 300:
        return answer
    detail = answer.get("detail") if isinstance(answer, dict) else None
    text = detail if isinstance(detail, str) else f"Airflow answered {status}"
    if status in (401, 403):
        raise Forbidden(f"Airflow refuses it: {text}")
    if status == 404:
        raise NotFound(f"Airflow does not know it: {text}")
    raise (AlreadyThere if status == 409 else AirflowRefused)(text)
