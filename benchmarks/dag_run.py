"""``make bench ARGS=--dag``: the daily DAG run under a real scheduler, and where its time goes.

Airflow's own programs with the LocalExecutor; a day of readings, fetched by ``running_time_sync`` from a simulator that
has its pages ready. Beside it an empty DAG of the same tasks, which tells what Airflow itself takes, and the engine in
this process. Target: at most 1.3 times the sum of both. Output: a table, and JSON in ``benchmarks/results/``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scale_out import make_schema
from cmms.simulator import SimulatorConfig
from tests.airflow.airflow_site import PLANTS, AirflowSite, running_site
from tests.airflow.hold_steps import GatedSimulator
from tests.sinks import SlackSink
from tools.database_server import PrivateServer, obtain_server
from tools.state_folder import find_state_folder

DAG, EMPTY = "running_time_sync", "empty_sync"
TARGET = 1.3
_EMPTY_DAG = '''"""The tasks of running_time_sync, which do nothing."""
from airflow.sdk import DAG, task

with DAG(dag_id="empty_sync", schedule=None):
    @task(multiple_outputs=False)
    def give(value, *others):
        return value

    run = give.override(task_id="open_run")(1)
    batches = give.override(task_id="plan_requests")([1], run)
    fetched = give.override(task_id="fetch").expand(value=batches)
    verdicts = give.override(task_id="validate").expand(value=batches)
    staged = give.override(task_id="stage").expand(value=verdicts)
    merged = give.override(task_id="merge")(1, staged)
    fetched >> verdicts
    merged >> give.override(task_id="replay_orphans")(1) >> give.override(task_id="close_run")(1, run)
'''


def measure_dag_run(rows: int, repeat: int, results: Path) -> None:
    """Measure and print; the medians of ``repeat`` days of ``rows`` readings."""
    with tempfile.TemporaryDirectory(prefix="cmms-dag-") as name:
        folder = Path(name)
        server = PrivateServer(obtain_server("mysql", find_state_folder()), folder / "mysql")
        server.start()
        try:
            result = _measure(rows, repeat, server, folder)
        finally:
            server.stop()
    _print(result)
    file = results / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-dag-run-{rows}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"written to benchmarks/results/{file.name}", file=sys.stderr)


def _measure(rows: int, repeat: int, server: PrivateServer, folder: Path) -> dict[str, Any]:
    metadata, cmms = make_schema(server, "airflow"), make_schema(server, "cmms")
    os.environ["AIRFLOW_CONN_CMMS_MYSQL"] = server.account.to_uri("cmms")
    from cmms.migrations import upgrade
    from cmms.sync.validate.apply_rules import _great_expectations

    upgrade()
    _great_expectations()  # the import takes seconds and is not what is measured of the engine
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=number) for number in range(2 * repeat, 0, -1)]
    config = SimulatorConfig(equipment=rows, plants=len(PLANTS), defect_rate=0.005, days=len(days), first_day=days[0])
    site_folder = folder / "airflow"
    site_folder.mkdir()
    with (
        GatedSimulator(config) as simulator,
        SlackSink() as slack,
        running_site(
            site_folder, metadata, cmms, simulator, slack, AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL="5"
        ) as site,
    ):
        simulator.prepare(*days)
        for variable in ("AIRFLOW_CONN_CMMS_MYSQL", "AIRFLOW_CONN_CMMS_API"):
            os.environ[variable] = site.environment[variable]
        site.clear(plants=PLANTS)
        (site_folder / "dags" / f"{EMPTY}.py").write_text(_EMPTY_DAG)
        site.wait_until("the empty DAG", lambda: EMPTY in {dag["dag_id"] for dag in site.call("GET", "/dags")["dags"]})
        site.unpause(EMPTY)
        assert site.sync_equipment(run_date=today).status in ("success", "partial")
        runs = []
        for number in range(repeat):
            print(f"round {number + 1} of {repeat}", file=sys.stderr, flush=True)
            empty = _run(site, EMPTY)
            dag_day, engine_day = days[2 * number], days[2 * number + 1]
            dag = _run(site, DAG, start_date=dag_day.isoformat())
            started = time.perf_counter()
            assert site.sync_day(engine_day, run_date=today).status in ("success", "partial")
            runs.append({"empty": empty, "dag": dag, "engine_seconds": time.perf_counter() - started})
    best = sorted(runs, key=_ratio)[len(runs) // 2]
    return {
        "rows": rows,
        "cores": os.cpu_count(),
        "ratio": round(_ratio(best), 2),
        "target": TARGET,
        "median": best,
        "runs": runs,
    }


def _run(site: AirflowSite, dag_id: str, **conf: str) -> dict[str, Any]:
    """Seconds of a run, from queued to its end, and of its tasks."""
    run_id = site.trigger(dag_id, **conf)
    assert site.wait_for_run(dag_id, run_id) == "success", site.describe(dag_id, run_id)
    run = site.call("GET", f"/dags/{dag_id}/dagRuns/{run_id}")
    queued, ended = (datetime.fromisoformat(run[name]) for name in ("queued_at", "end_date"))
    tasks = site.tasks(dag_id, run_id)
    return {
        "seconds": (ended - queued).total_seconds(),
        "tasks": {name: task["duration"] for name, task in tasks.items()},
    }


def _ratio(run: dict[str, Any]) -> float:
    return float(run["dag"]["seconds"] / (run["empty"]["seconds"] + run["engine_seconds"]))


def _print(result: dict[str, Any]) -> None:
    run = result["median"]
    table = Table(title=f"one DAG run of {result['rows']:,} running times, seconds")
    for column in ("task", "empty DAG", DAG, "share"):
        table.add_column(column, justify="right" if column != "task" else "left")
    whole = run["dag"]["seconds"]
    for name, seconds in run["dag"]["tasks"].items():
        table.add_row(name, f"{run['empty']['tasks'][name]:.2f}", f"{seconds:.2f}", f"{100 * seconds / whole:.0f} %")
    between = [part["seconds"] - sum(part["tasks"].values()) for part in (run["empty"], run["dag"])]
    table.add_row("between tasks", f"{between[0]:.2f}", f"{between[1]:.2f}", f"{100 * between[1] / whole:.0f} %")
    table.add_row("queued to end", f"{run['empty']['seconds']:.2f}", f"{whole:.2f}", "")
    table.caption = (
        f"engine in process: {run['engine_seconds']:.2f}; run / (empty DAG + engine): {result['ratio']} "
        f"(target: at most {result['target']})"
    )
    Console().print(table)
