"""A whole site: Airflow's own programs with the LocalExecutor, a MySQL with the CMMS and Airflow's schema, a source.

    run_id = site.trigger("equipment_sync")
    with site.hold("fetch"):
        site.wait_until_held("fetch")
        site.worker("equipment_sync", run_id, "fetch").kill()
    assert site.wait_for_run("equipment_sync", run_id) == "success"

Airflow's patience is shortened by its settings: a worker without heartbeat for seconds is dead.
"""

from __future__ import annotations

import base64
import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import yaml

from cmms.sync.records import RunSummary
from tests.airflow.dag_files import write_dag_files
from tests.airflow.hold_steps import BARRIERS, GatedSimulator, count_waiting, locked
from tests.airflow.worker_processes import (
    Worker,
    find_busy_workers,
    find_processes,
    find_worker,
    send,
)
from tests.sinks import SlackSink
from tests.sync.site import Site
from tools.database_server import Account
from tools.demo_settings import DemoSecrets, DemoSettings, build_environment
from tools.processes import start_process, stop_processes
from tools.programs import program_of_venv
from tools.state_folder import REPOSITORY

T = TypeVar("T")

PATIENCE_SECONDS = 480.0
"""How long to wait for what must happen: far longer than it takes on a busy machine."""
HEARTBEAT_SECONDS = 10
PLANTS = ("P001", "P002")
_SECRET = "only-in-tests-" * 4
_FERNET_KEY = base64.urlsafe_b64encode(b"only in tests, " + b"as is clear" + b"." * 6).decode()


class AirflowSite(Site):
    """See the module. Make it with :func:`running_site`."""

    simulator: GatedSimulator
    environment: dict[str, str]
    metadata: dict[str, Any]
    slack: SlackSink
    client: httpx.Client

    # ---- Airflow's programs

    def start(self, name: str, *options: str) -> None:
        """Start one of Airflow's programs, in a process group of its own."""
        self.start_as(name, program_of_venv("airflow"), name, *options)

    def start_as(self, name: str, *command: str) -> None:
        """Start a program of the site under a name."""
        log = self.folder / "programs" / f"{name}.log"
        self.programs[name] = start_process(command, log=log, environment=self.environment, folder=REPOSITORY)
        self.sessions.add(self.programs[name].pid)

    @property
    def programs(self) -> dict[str, subprocess.Popen[bytes]]:
        """Name -> process."""
        return self.__dict__.setdefault("_programs", {})  # type: ignore[no-any-return]

    @property
    def sessions(self) -> set[int]:
        """Of every program that was started, also of those that were killed: their workers live on in them."""
        return self.__dict__.setdefault("_sessions", set())  # type: ignore[no-any-return]

    def kill_scheduler(self) -> None:
        """The scheduler's main process only: its workers go on with what they do.

        They have inherited its connections, so the database would keep its transaction open, and with it the lock on
        the pools that every scheduler needs: on another machine it would notice the death, here it is told.
        """
        scheduler = self.programs["scheduler"]
        sockets = psutil.Process(scheduler.pid).net_connections("tcp")
        scheduler.send_signal(signal.SIGKILL)
        scheduler.wait()
        ports = {str(socket.laddr.port) for socket in sockets if socket.raddr}
        metadata = Site(self.simulator, self.metadata, self.folder)
        for row in metadata.query("SELECT id, host FROM information_schema.processlist"):
            if row["host"].rpartition(":")[2] in ports:
                metadata.execute(f"KILL {row['id']}")

    def start_scheduler(self) -> None:
        """Start the scheduler."""
        self.start("scheduler", "--skip-serve-logs")

    def tail(self) -> str:
        """Ends of the programs' logs, for the message of a failure."""
        files = sorted((self.folder / "programs").glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-1500:]}" for file in files)

    # ---- Airflow's REST API

    def call(self, method: str, path: str, **options: Any) -> Any:
        """An answer's JSON."""
        answer = self.client.request(method, f"/api/v2{path}", **options)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def trigger(self, dag_id: str, **conf: Any) -> str:
        """Start a run by hand; its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self.call("POST", f"/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def run(self, dag_id: str, **conf: Any) -> str:
        """Start a run by hand and wait for its end; its id."""
        run_id = self.trigger(dag_id, **conf)
        assert self.wait_for_run(dag_id, run_id) == "success", self.describe(dag_id, run_id)
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        """State of a DAG run."""
        return str(self.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def runs(self, dag_id: str, run_type: str) -> list[dict[str, Any]]:
        """DAG runs of a type."""
        found = self.call("GET", f"/dags/{dag_id}/dagRuns", params={"run_type": run_type})
        return list(found["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> dict[str, dict[str, Any]]:
        """Task instances by name; a mapped one counts as ``fetch`` too, its first."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found = self.call("GET", path, params={"limit": 500})["task_instances"]
        return {task["task_id"]: task for task in sorted(found, key=lambda task: -int(task["map_index"]))}

    def end_left_runs(self) -> None:
        """End what an earlier test has left, and wait until no process works on it."""
        for dag in self.call("GET", "/dags")["dags"]:
            for run in self.call("GET", f"/dags/{dag['dag_id']}/dagRuns", params={"limit": 100})["dag_runs"]:
                if run["state"] in ("queued", "running"):
                    path = f"/dags/{dag['dag_id']}/dagRuns/{run['dag_run_id']}"
                    self.call("PATCH", path, json={"state": "failed"})
        self.wait_until("the workers to be idle", lambda: not find_busy_workers(self.sessions))
        self.wait_until("callbacks of what has ended", lambda: not self._has_callbacks())

    def _has_callbacks(self) -> bool:
        """Whether the DAG processor still has to run a callback, or is at it: it would tell the next test's people."""
        metadata = Site(self.simulator, self.metadata, self.folder)
        processor = psutil.Process(self.programs["dag-processor"].pid)
        return bool(metadata.value("SELECT COUNT(*) FROM callback WHERE state IS NULL")) or bool(
            processor.children(recursive=True)
        )

    def set_pool(self, slots: int) -> None:
        """Slots of ``cmms_sync``."""
        body = {"name": "cmms_sync", "slots": slots, "include_deferred": False}
        answer = self.client.post("/api/v2/pools", json=body)
        if answer.status_code == httpx.codes.CONFLICT:
            self.call("PATCH", "/pools/cmms_sync", json=body)

    def clear_task(self, dag_id: str, run_id: str, task_id: str, *, downstream: bool) -> None:
        """Clear a task of a finished run, as in the view of Airflow."""
        self.wait_until("the run to be over", lambda: self.run_state(dag_id, run_id) in ("success", "failed"))
        body = {
            "dry_run": False,
            "dag_run_id": run_id,
            "task_ids": [task_id],
            "include_downstream": downstream,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self.call("POST", f"/dags/{dag_id}/clearTaskInstances", json=body)

    def pause(self, dag_id: str, *, paused: bool = True) -> None:
        """Start no more tasks of a DAG; those at work go on."""
        self.call("PATCH", f"/dags/{dag_id}", json={"is_paused": paused})

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run a DAG."""
        self.pause(dag_id, paused=False)

    def describe(self, dag_id: str, run_id: str) -> str:
        """What became of a run, for the message of a failure."""
        tasks = {name: (task["state"], task["try_number"]) for name, task in self.tasks(dag_id, run_id).items()}
        logs = self.query("SELECT id, status, error_class, error_message FROM api_sync_logs")
        return f"{self.run_state(dag_id, run_id)} {tasks} {logs}\n{self.tail()}"

    # ---- waiting

    def wait_until(self, what: str, get: Callable[[], T | None], *, patience_seconds: float = PATIENCE_SECONDS) -> T:
        """What ``get`` returns, as soon as that is true."""
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline:
            if found := get():
                return found
            dead = [name for name, process in self.programs.items() if process.poll() is not None]
            assert dead in ([], ["scheduler"]), f"{dead} ended\n{self.tail()}"
            time.sleep(0.2)
        raise AssertionError(f"waited in vain: {what}\n{self.tail()}")

    def wait_for_run(self, dag_id: str, run_id: str, *, patience_seconds: float = PATIENCE_SECONDS) -> str:
        """Final state of a run."""

        def final() -> str | None:
            state = self.run_state(dag_id, run_id)
            return state if state in ("success", "failed") else None

        try:
            return self.wait_until(f"the end of {dag_id} {run_id}", final, patience_seconds=patience_seconds)
        except AssertionError:
            raise AssertionError(self.describe(dag_id, run_id)) from None

    def worker(self, dag_id: str, run_id: str, task_id: str, *, attempt: int = 1) -> Worker:
        """The processes of a task's running attempt, once they are there."""

        def find() -> Worker | None:
            task = self.tasks(dag_id, run_id).get(task_id)
            if task is None or task["state"] != "running" or task["try_number"] != attempt:
                return None
            return find_worker(task["id"])

        try:
            return self.wait_until(f"attempt {attempt} of {task_id}", find)
        except AssertionError:
            raise AssertionError(f"{task_id} attempt {attempt}: {self.describe(dag_id, run_id)}") from None

    # ---- holding steps

    @contextmanager
    def hold(self, step: str) -> Iterator[None]:
        """The step gets so far and no further in here; see ``hold_steps``."""
        with ExitStack() as stack:
            if step == "fetch":
                stack.enter_context(self.simulator.closed())
            else:
                stack.enter_context(locked(stack.enter_context(self.session()), BARRIERS[step]))
            yield

    def wait_until_held(self, step: str, times: int = 1) -> None:
        """Wait for the step to get there."""

        def is_held() -> bool:
            if step == "fetch":
                return self.simulator.waiting >= times
            with self.session() as connection:
                return count_waiting(connection, self.database["database"], BARRIERS[step]) >= times

        self.wait_until(f"{step} to be held", is_held)

    # ---- tables

    def expect_after(self, *syncs: Callable[[], RunSummary]) -> dict[str, list[tuple[Any, ...]]]:
        """What the tables hold after clean syncs without a scheduler; they are empty again afterwards."""
        for sync in syncs:
            assert sync().status in ("success", "partial")
        expected = self.contents()
        self.clear(plants=PLANTS)
        return expected

    def logs(self) -> list[dict[str, Any]]:
        """All log rows, oldest first."""
        return self.query("SELECT * FROM api_sync_logs ORDER BY id")

    def stages(self) -> list[str]:
        """Staging tables that are there."""
        rows = self.query(
            "SELECT table_name AS name FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name LIKE 'stg\\_%'"
        )
        return [row["name"] for row in rows]

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """What people see, without row ids and clock times: machines, readings, rejected records."""
        return {
            "equipment": self._rows(
                "SELECT e.equipment_number, p.plant_code, e.company_code, e.equipment_description, e.object_number,"
                " e.point, e.api_created_at, e.is_active, e.missing_since FROM equipment e"
                " JOIN plants p ON p.id = e.plant_id ORDER BY 1"
            ),
            "running_times": self._rows(
                "SELECT e.equipment_number, t.date, p.plant_code, t.point, t.date_time, t.description,"
                " t.running_hours, t.cumulative_hours, t.quality, t.quality_code, t.api_created_at"
                " FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
                " JOIN plants p ON p.id = t.plant_id ORDER BY 1, 2"
            ),
            "rejects": self._rows(
                "SELECT stream, record_key, code, rule, status, payload FROM sync_record_errors ORDER BY 1, 2, 3, 6"
            ),
        }

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.query(statement)]


@contextmanager
def running_site(
    folder: Path,
    metadata: dict[str, Any],
    cmms: dict[str, Any],
    simulator: GatedSimulator,
    slack: SlackSink,
    **environment: str,
) -> Iterator[AirflowSite]:
    """Start Airflow, with more variables in its ``environment``; end every process of it afterwards."""
    site = AirflowSite(simulator, cmms, folder)
    site.environment, site.slack = {**build_site_environment(site, metadata, slack.url), **environment}, slack
    site.metadata = metadata
    write_dag_files(folder / "dags", today=datetime.now(UTC).timetuple()[:3])
    try:
        migrate = subprocess.run(
            [program_of_venv("airflow"), "db", "migrate"], env=site.environment, capture_output=True, text=True
        )
        assert migrate.returncode == 0, migrate.stderr[-3000:]
        site.start("api-server", "--workers", "1")
        site.start("dag-processor")
        site.start_scheduler()
        with httpx.Client(base_url=site.environment["AIRFLOW__API__BASE_URL"], timeout=60, trust_env=False) as client:
            site.client = client
            site.wait_until("Airflow's API", lambda: log_in(client))
            wanted = {file.stem for file in (folder / "dags").glob("*.py")}
            site.wait_until("the DAGs", lambda: {dag["dag_id"] for dag in site.call("GET", "/dags")["dags"]} >= wanted)
            site.set_pool(4)
            for dag_id in ("equipment_sync", "running_time_sync", "hasty_sync"):
                site.unpause(dag_id)
            yield site
    finally:
        stop_site(site)


def log_in(client: httpx.Client) -> bool:
    """Whether Airflow answers by now; the session is logged in then."""
    try:
        answer = client.post("/auth/token", json={"username": "admin", "password": _SECRET})
    except httpx.HTTPError:
        return False
    if not answer.is_success:
        return False
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return True


def stop_site(site: AirflowSite) -> None:
    """End Airflow's programs, and workers that outlived their scheduler."""
    for pid in find_processes(site.sessions):
        send(pid, signal.SIGCONT)
    stop_processes(list(site.programs.values()))
    for pid in find_processes(site.sessions):
        send(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (left := find_processes(site.sessions)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, f"processes outlive their site: {left}"


def build_site_environment(site: AirflowSite, metadata: dict[str, Any], slack_url: str) -> dict[str, str]:
    """The demo's environment with Airflow's metadata in MySQL and short patience."""
    folder = site.folder
    home = folder / "airflow"
    home.mkdir(mode=0o700)
    shutil.copytree(REPOSITORY / "config", home / "config")
    secrets = DemoSecrets("", "", _SECRET, site.simulator.config.token, _SECRET, _FERNET_KEY)
    settings = DemoSettings(folder, find_free_port(), site.simulator.port, site.database["port"], secrets)
    account = Account(**{name: site.database[name] for name in ("host", "port", "user", "password")})
    environment = build_environment(settings, account, None)
    mysql = {**json.loads(environment["AIRFLOW_CONN_CMMS_MYSQL"]), "schema": site.database["database"]}
    half_a_day_off = (datetime.now(UTC) + timedelta(hours=12)).hour  # so that nothing becomes due meanwhile
    config = folder / "cmms.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "storage": {"base_path": str(folder / "storage")},
                "schedule": {"equipment": f"0 {half_a_day_off} * * *", "running_time": f"0 {half_a_day_off} * * *"},
                "engine": {"days_per_batch": 2},
                "alerts": {"slack": True},
            }
        )
    )
    return {
        **environment,
        "CMMS_CONFIG_FILE": str(config),
        "AIRFLOW_CONN_CMMS_MYSQL": json.dumps(mysql),
        "AIRFLOW_CONN_CMMS_SLACK": json.dumps({"conn_type": "slackwebhook", "password": slack_url}),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "mysql+pymysql://{user}:{password}@{host}:{port}/{database}".format(
            **metadata
        ),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__PARALLELISM": "6",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": str(HEARTBEAT_SECONDS),
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "3",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": str(HEARTBEAT_SECONDS),
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "1",
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    }


def find_free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
