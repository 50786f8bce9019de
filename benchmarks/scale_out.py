"""``make scale``: what more Celery workers bring when the source takes its time.

The processes of ``docker-compose.yaml`` without containers: Redis, Airflow with the CeleryExecutor and its metadata on
a server, the CMMS on MySQL, and one, two, four workers of one slot each. Every number of workers syncs the same range
of days into empty tables, from a source that waits before each answer. Output: a table, and the same as JSON in
``benchmarks/results/``.

    make scale                                      30 days, 10 s per request, 1, 2 and 4 workers
    make scale ARGS="--days 8 --latency 2 --workers 1,2"
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import RESULTS
from cmms.simulator import Fault, SimulatorConfig
from tests.airflow.airflow_site import PLANTS, AirflowSite, find_free_port, running_site
from tests.airflow.hold_steps import GatedSimulator
from tests.sinks import SlackSink
from tools.apt_packages import install_packages
from tools.database_server import PrivateServer, obtain_server
from tools.processes import stop_processes
from tools.programs import program_of_venv
from tools.state_folder import find_state_folder

DAG = "running_time_sync"
FIRST_DAY = date(2026, 3, 2)
_STEPS = ("open_run", "plan_requests", "fetch", "validate", "stage", "merge", "close_run")


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make scale", description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=30, help="days of the range (default: %(default)s)")
    parser.add_argument("--machines", type=int, default=200, help="readings a day (default: %(default)s)")
    parser.add_argument("--latency", type=float, default=10.0, help="seconds before each answer (default: %(default)s)")
    parser.add_argument("--workers", default="1,2,4", help="numbers of workers to try (default: %(default)s)")
    args = parser.parse_args()
    counts = [int(count) for count in args.workers.split(",")]
    if shutil.which("redis-server") is None:
        install_packages(("redis-server",))
    with tempfile.TemporaryDirectory(prefix="cmms-scale-") as folder:
        server = PrivateServer(obtain_server("mysql", find_state_folder()), Path(folder, "mysql"))
        server.start()
        try:
            runs = _measure(args, counts, server, Path(folder))
        finally:
            server.stop()
    _print(args, runs)
    RESULTS.mkdir(exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        **vars(args),
        "runs": runs,
    }
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-scale-out.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"written to benchmarks/results/{file.name}", file=sys.stderr)
    return 0


def _measure(args: argparse.Namespace, counts: list[int], server: PrivateServer, folder: Path) -> list[dict[str, Any]]:
    metadata, cmms = make_schema(server, "airflow"), make_schema(server, "cmms")
    os.environ["AIRFLOW_CONN_CMMS_MYSQL"] = server.account.to_uri("cmms")
    from cmms.migrations import upgrade

    upgrade()
    port = find_free_port()
    address = "{user}:{password}@{host}:{port}/{database}".format(**metadata)
    environment = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{port}/0",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+mysql+pymysql://{address}",
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": "1",
        "AIRFLOW__CORE__PARALLELISM": "16",
    }
    config = SimulatorConfig(equipment=args.machines, plants=len(PLANTS), defect_rate=0.005)
    site_folder = folder / "airflow"
    site_folder.mkdir()
    with (
        GatedSimulator(config) as simulator,
        SlackSink() as slack,
        running_site(site_folder, metadata, cmms, simulator, slack, **environment) as site,
    ):
        site.set_pool(max(counts))
        redis = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
        site.start_as("redis", "redis-server", *redis)
        for name in ("AIRFLOW_CONN_CMMS_MYSQL", "AIRFLOW_CONN_CMMS_API"):
            os.environ[name] = site.environment[name]
        return [_run_with(site, args, count) for count in counts]


def make_schema(server: PrivateServer, name: str) -> dict[str, Any]:
    """Make an empty schema; where it is, as the tests' databases are described."""
    import MySQLdb

    account = server.account
    connection = MySQLdb.connect(host=account.host, port=account.port, user=account.user)
    connection.cursor().execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    connection.close()
    return {"host": account.host, "port": account.port, "user": account.user, "password": "", "database": name}


def _run_with(site: AirflowSite, args: argparse.Namespace, count: int) -> dict[str, Any]:
    """Sync the range into empty tables with ``count`` workers."""
    print(f"{count} workers: {args.days} days, {args.latency:g} s per request", file=sys.stderr, flush=True)
    last_day = FIRST_DAY + timedelta(days=args.days - 1)
    site.simulator.reset()
    site.clear(plants=PLANTS)
    assert site.sync_equipment(run_date=last_day + timedelta(days=1)).status in ("success", "partial")
    site.simulator.inject(Fault("latency", seconds=args.latency))
    names = [f"worker-{number}" for number in range(1, count + 1)]
    for name in names:
        own = ("--celery-hostname", f"{name}@%h", "--pid", str(site.folder / f"{name}.pid"))
        options = ("--concurrency", "1", "--skip-serve-logs", *own)
        site.start_as(name, program_of_venv("airflow"), "celery", "worker", *options)
    try:
        run_id = site.trigger(DAG, start_date=FIRST_DAY.isoformat(), end_date=last_day.isoformat())
        state = site.wait_for_run(DAG, run_id, patience_seconds=3600)
        assert state == "success", site.describe(DAG, run_id)
        run = site.call("GET", f"/dags/{DAG}/dagRuns/{run_id}")
        tasks = site.call("GET", f"/dags/{DAG}/dagRuns/{run_id}/taskInstances", params={"limit": 500})["task_instances"]
    finally:
        stop_processes([site.programs.pop(name) for name in names])
    stored = site.value("SELECT COUNT(*) FROM equipment_running_times")
    began, ended = (datetime.fromisoformat(run[name]) for name in ("start_date", "end_date"))
    return {
        "workers": count,
        "seconds": (ended - began).total_seconds(),
        "stored": stored,
        "task_seconds": {
            step: sum(task["duration"] or 0 for task in tasks if task["task_id"] == step) for step in _STEPS
        },
    }


def _print(args: argparse.Namespace, runs: list[dict[str, Any]]) -> None:
    table = Table(title=f"{args.days} days, {args.machines} readings a day, {args.latency:g} s per request")
    table.add_column("workers")
    for run in runs:
        table.add_column(str(run["workers"]), justify="right")
    table.add_row("seconds", *(f"{run['seconds']:.0f}" for run in runs))
    table.add_row("speed-up", *(f"{runs[0]['seconds'] / run['seconds']:.2f}" for run in runs))
    table.add_row("rows stored", *(f"{run['stored']:,}" for run in runs), end_section=True)
    for step in _STEPS:
        table.add_row(f"{step}, seconds of all its tasks", *(f"{run['task_seconds'][step]:.0f}" for run in runs))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
