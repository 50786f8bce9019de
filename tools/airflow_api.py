"""The few calls of Airflow's REST API that the demo makes, as the user who is shown on the screen.

Input: address and login. Output: DAGs unpaused, runs triggered, their state and progress.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import httpx
import tenacity


@dataclasses.dataclass(frozen=True)
class RunProgress:
    """How far a DAG run is: its state, and the states of its tasks."""

    state: str
    tasks_done: int
    tasks_total: int
    running: tuple[str, ...]

    @property
    def is_over(self) -> bool:
        """Whether the run has ended, well or not."""
        return self.state in ("success", "failed")

    def describe(self) -> str:
        """Return one line for a person."""
        now = f", now: {', '.join(self.running)}" if self.running else ""
        return f"{self.state}, {self.tasks_done} of {self.tasks_total} tasks done{now}"


@dataclasses.dataclass(frozen=True)
class ScheduledRun:
    """A run that the scheduler started by itself, and the day on which its interval begins (UTC)."""

    run_id: str
    day: date


def _is_worth_another_try(error: BaseException) -> bool:
    """Say whether nothing was done: not connected, or 503, the answer of Airflow whose database was not at hand."""
    if isinstance(error, httpx.HTTPStatusError):
        nothing_done = error.response.status_code == httpx.codes.SERVICE_UNAVAILABLE
        return nothing_done or (error.request.method == "GET" and error.response.is_server_error)
    return isinstance(error, httpx.ConnectError) or (
        isinstance(error, httpx.TransportError) and error.request.method == "GET"
    )


class AirflowApi:
    """A session; `log_in` comes first."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """Describe a session; nothing is sent before `log_in`."""
        self._client = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self._login = {"username": user, "password": password}

    def log_in(self) -> bool:
        """Log in and return True; raises `httpx.HTTPError` while the server is not ready."""
        answer = self._client.post("/auth/token", json=self._login)
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def find_dags(self) -> set[str]:
        """Return the ids of the DAGs that are parsed and stored."""
        return {str(dag["dag_id"]) for dag in self._get("/api/v2/dags", limit=100)["dags"]}

    def find_import_errors(self) -> list[str]:
        """Return file name and last line of each DAG file that cannot be imported."""
        errors = self._get("/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def find_unhealthy(self) -> list[str]:
        """Return the components of Airflow that do not report themselves as healthy."""
        health: dict[str, Any] = self._get("/api/v2/monitor/health")
        return [name for name, value in health.items() if value and value.get("status") not in ("healthy", None)]

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run a DAG."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})

    def create_pool(self, name: str, slots: int) -> None:
        """Create a pool, or set its slots if it is there."""
        body = {"name": name, "slots": slots, "include_deferred": False}
        try:
            self._send("POST", "/api/v2/pools", json=body)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.CONFLICT:
                raise
            self._send("PATCH", f"/api/v2/pools/{name}", json=body)

    def is_run_due(self, dag_id: str) -> bool:
        """Say whether the scheduler is about to start a run of an unpaused DAG by itself."""
        due_at = self._get(f"/api/v2/dags/{dag_id}")["next_dagrun_run_after"]
        return due_at is not None and datetime.fromisoformat(due_at) <= datetime.now(UTC)

    def find_scheduled_run(self, dag_id: str, since: datetime) -> ScheduledRun | None:
        """Return the newest run that the scheduler itself has started since then."""
        runs = self._get(f"/api/v2/dags/{dag_id}/dagRuns", run_type="scheduled", order_by="-run_after", limit=1)
        for run in runs["dag_runs"]:
            if run["queued_at"] is not None and datetime.fromisoformat(run["queued_at"]) >= since:
                begins = datetime.fromisoformat(run["data_interval_start"])
                return ScheduledRun(str(run["dag_run_id"]), begins.date())
        return None

    def trigger(self, dag_id: str, conf: Mapping[str, object]) -> str:
        """Start a run now; return its id."""
        body = {"logical_date": None, "conf": dict(conf)}
        return str(self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body).json()["dag_run_id"])

    def find_open_runs(self, dag_id: str) -> list[str]:
        """Return the ids of the DAG's runs that are queued or running."""
        runs = self._get(f"/api/v2/dags/{dag_id}/dagRuns", state=["queued", "running"], limit=100)
        return [str(run["dag_run_id"]) for run in runs["dag_runs"]]

    def fail_run(self, dag_id: str, run_id: str) -> None:
        """End a run as failed; its closing tasks still run."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}", json={"state": "failed"})

    def read_progress(self, dag_id: str, run_id: str) -> RunProgress:
        """Return the state of a run and of its tasks."""
        run = self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
        tasks = self._get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=500)["task_instances"]
        states = Counter(task["state"] for task in tasks)
        over = ("success", "failed", "skipped", "upstream_failed", "removed")
        return RunProgress(
            state=str(run["state"]),
            tasks_done=sum(states[state] for state in over),
            tasks_total=len(tasks),
            running=tuple(sorted({str(task["task_id"]) for task in tasks if task["state"] == "running"})),
        )

    def _get(self, path: str, **parameters: int | str | list[str]) -> Any:
        return self._send("GET", path, params=parameters).json()

    @tenacity.retry(
        retry=tenacity.retry_if_exception(_is_worth_another_try),
        stop=tenacity.stop_after_attempt(10),
        wait=tenacity.wait_fixed(1),
        reraise=True,
    )
    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request until Airflow has an answer: its server may be starting again."""
        answer = self._client.request(method, path, **content)
        answer.raise_for_status()
        return answer
