"""The demo's Airflow: its four programs, and one run of each sync for yesterday.

Input: database and source API are up. Output: a logged-in session, and runs that are over.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tools.airflow_api import AirflowApi
from tools.database_server import Account
from tools.demo_metadata import is_migrated, stamp_as_migrated
from tools.programs import Programs, Screen, program_of_venv
from tools.state_folder import BootstrapError

SYNC_DAGS = ("equipment_sync", "running_time_sync")  # in this order: hours need their equipment
POOL, POOL_SLOTS = "cmms_sync", 4  # tasks in this pool do not run before it exists
EARLY_PARTS: Mapping[str, tuple[str, ...]] = {
    "api-server": (),
    "dag-processor": (),
}
# When database and source API answer: it starts at once what has become due since the last demo.
LATE_PARTS: Mapping[str, tuple[str, ...]] = {"scheduler": ("--skip-serve-logs",)}
# No sync needs it, so nobody waits for it. Logs are read from the disk: no port open to other machines.
LAST_PARTS: Mapping[str, tuple[str, ...]] = {"triggerer": ("--skip-serve-logs",)}
_SYNC_TIMEOUT_SECONDS = 900.0
# As a service manager would; on SQLite (no MySQL to be had) they fall now and then, for two of them write at once.
_RESTARTS = 3


def begin_airflow(programs: Programs, home: Path, metadata: Account | None, screen: Screen) -> Callable[[], None]:
    """Start Airflow, or first its metadata migration; it takes its time while the rest is prepared.

    Args:
        programs: Where its programs belong.
        home: Its folder.
        metadata: Its account on the database server; None: its metadata is a file in `home`.
        screen: Hears what is done.

    Returns:
        What to call before waiting for Airflow.
    """
    version = importlib.metadata.version("apache-airflow-core")
    home.mkdir(exist_ok=True)
    stamp = home / f"migrated-{version}"  # of a file; a schema holds its own

    def finish_migration() -> None:
        programs.finish("airflow-migrate")
        if metadata is None:
            stamp.touch()
        else:
            stamp_as_migrated(metadata, version)
        start_airflow_parts(programs, EARLY_PARTS)

    if stamp.exists() if metadata is None else is_migrated(metadata, version):
        screen.say("Starting Airflow (API server, scheduler, DAG processor, triggerer).")
        start_airflow_parts(programs, EARLY_PARTS)
        return lambda: None
    screen.say("Creating Airflow's metadata database.")
    programs.start("airflow-migrate", [program_of_venv("airflow"), "db", "migrate"])
    return finish_migration


def start_airflow_parts(programs: Programs, parts: Mapping[str, tuple[str, ...]]) -> None:
    """Start some of Airflow's programs."""
    for part, options in parts.items():
        programs.start(part, [program_of_venv("airflow"), part, *options], restarts=_RESTARTS)


def wait_for_airflow(programs: Programs, url: str, password: str) -> AirflowApi:
    """Start the rest of Airflow; return a session once it is healthy and the syncs' DAGs can be triggered."""
    start_airflow_parts(programs, LATE_PARTS)
    api = AirflowApi(url, "admin", password)

    def has_dags() -> bool:
        if errors := api.find_import_errors():
            raise BootstrapError("These DAG files cannot be imported:\n" + "\n".join(errors))
        return api.find_dags() >= set(SYNC_DAGS)

    programs.wait("Airflow's API server", api.log_in)
    programs.wait("Airflow's scheduler", lambda: set(api.find_unhealthy()) <= set(LAST_PARTS))
    programs.wait(f"the DAGs {' and '.join(SYNC_DAGS)}", has_dags)
    start_airflow_parts(programs, LAST_PARTS)
    api.create_pool(POOL, POOL_SLOTS)
    for dag_id in api.find_dags():
        for run_id in api.find_open_runs(dag_id):  # of a demo that was killed: nothing is at work on it any more
            api.fail_run(dag_id, run_id)
    return api


def start_sync(api: AirflowApi, programs: Programs, dag_id: str, began_at: datetime.datetime) -> str:
    """Unpause a DAG and return the id of its run for yesterday.

    A DAG that is due starts by itself as soon as it is unpaused; a second run of the same day beside it
    would only wait for it. Otherwise, and whenever the due run is of another day, one is triggered.
    """
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    api.unpause(dag_id)
    programs.wait(f"the scheduler to start {dag_id}", lambda: not api.is_run_due(dag_id))
    scheduled = api.find_scheduled_run(dag_id, began_at)
    if scheduled is not None and (dag_id == "equipment_sync" or scheduled.day == yesterday):
        return scheduled.run_id
    conf: dict[str, object] = {}
    if dag_id == "running_time_sync":
        conf["start_date"] = yesterday.isoformat()
    return api.trigger(dag_id, conf)


def follow_sync(api: AirflowApi, programs: Programs, screen: Screen, dag_id: str, run_id: str) -> None:
    """Show the progress of a run until it is over."""
    deadline = time.monotonic() + _SYNC_TIMEOUT_SECONDS
    shown = ""
    with screen.console.status(f"{dag_id} ...") as status:
        while time.monotonic() < deadline:
            programs.check()
            progress = api.read_progress(dag_id, run_id)
            line = f"{dag_id}: {progress.describe()}"
            status.update(line)
            if line != shown and (progress.is_over or not screen.console.is_terminal):
                screen.say(line)
            shown = line
            if progress.is_over:
                return
            time.sleep(0.5)
    raise BootstrapError(f"{dag_id} was not over after {_SYNC_TIMEOUT_SECONDS:.0f} s ({shown}).")
