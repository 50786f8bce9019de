"""``make bench ARGS=--view``: the view over a large database: each question alone, then 50 people while a sync runs.

Input: a private MySQL that is filled first, and Airflow's API server with one worker. Output: a table, and JSON in
``benchmarks/results/``. Times are those of the client over loopback, login check included; with one worker on the same
cores as server, clients and sync, the figures under load tell the whole machine's limit.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.scale_out import make_schema
from benchmarks.source import TOKEN, start_source
from benchmarks.view_data import fill
from tests.airflow.airflow_site import find_free_port
from tests.plugins import view_site
from tools.database_server import PrivateServer, obtain_server
from tools.processes import start_process, stop_processes
from tools.programs import program_of_venv
from tools.state_folder import find_state_folder

API = "/cmms/api/v1"
TARGET_MS = 100
USERS, THINK_SECONDS, LOAD_SECONDS = 50, 2.0, 45
SYNCED_MACHINES, FIRST_DAY = 10_000, date(2026, 3, 2)
_OPTIONS = ("--local-infile=ON", "--skip-log-bin", "--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=2")

Times = dict[str, list[float]]

QUESTIONS = {
    **{f"equipment, tab {tab}": f"/equipment?tab={tab}&limit=100"
       for tab in ("all", "active", "inactive", "needs_maintenance", "recent", "sync_errors")},
    **{f"equipment by {column}": f"/equipment?tab=all&limit=100&order=-{column}"
       for column in ("equipment_number", "equipment_description", "status", "plant_code", "group_name", "created_at")},
    "equipment, row 90,000": "/equipment?tab=all&limit=100&offset=90000",
    "equipment, search a word": "/equipment?q=PUMP&limit=100",
    "equipment, search, one found": "/equipment?q=PUMP%2098766&limit=100",
    "equipment of a plant": "/equipment?plant_code=P003&limit=100",
    "equipment of plant, group, status": "/equipment?plant_code=P003&group_name=Group%203&status=missing&limit=100",
    "equipment, counts of tabs": "/equipment/badges",
    "equipment, a record": "/equipment/77",
    "equipment, its readings": "/equipment/77/running-times?days=30",
    "syncs": "/syncs?limit=100",
    "syncs, counts of tabs": "/syncs/badges",
    "record errors": "/record-errors?limit=100",
    "record errors, search": "/record-errors?q=RT_CODE_3&limit=100",
    "maintenance due": "/dues?limit=100",
    "maintenance due, counts of tabs": "/dues/badges",
    "schedules": "/schedules?tab=all&limit=100",
    "schedules, overdue": "/schedules?tab=overdue&limit=100",
    "schedules, counts of tabs": "/schedules/badges",
    "maintenance plans": "/maintenance-plans?limit=100",
    "work orders": "/work-orders?limit=100",
    "plants": "/plants?limit=100",
    "notifications": "/notifications?limit=100",
}  # fmt: skip


def measure_view(machines: int, days: int, repeat: int, results: Path) -> None:
    """Fill, measure, print and write."""
    with tempfile.TemporaryDirectory(prefix="cmms-view-") as name:
        folder = Path(name)
        server = PrivateServer(obtain_server("mysql", find_state_folder()), folder / "mysql", extra_options=_OPTIONS)
        server.start()
        try:
            result = _measure(server, machines, days, repeat, folder)
        finally:
            server.stop()
    _print(result)
    file = results / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-view-{machines}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _say(f"written to benchmarks/results/{file.name}")


def _measure(server: PrivateServer, machines: int, days: int, repeat: int, folder: Path) -> dict[str, Any]:
    database = make_schema(server, "cmms")
    os.environ["AIRFLOW_HOME"] = str(folder / "airflow")
    os.environ["AIRFLOW_CONN_CMMS_MYSQL"] = server.account.to_uri("cmms")
    from cmms.database import session
    from cmms.migrations import upgrade

    upgrade()
    _say(f"filling {machines:,} machines, {days} days")
    started = time.perf_counter()
    with session() as connection:
        readings = fill(connection, machines=machines, days=days)
    result: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "machines": machines,
        "readings": readings,
        "fill_seconds": round(time.perf_counter() - started, 1),
        "target_p95_ms": TARGET_MS,
    }
    with _api_server(database, folder) as url:
        _say(f"each question {repeat} times, one person")
        result["alone"] = _summarise(_ask_each(url, repeat))
        result["first_widgets_ms"] = _load_widgets()
        with start_source(SYNCED_MACHINES, 0.005, FIRST_DAY, 2) as source:
            result["load"] = _measure_load(url, source, folder)
    return result


@contextmanager
def _api_server(database: dict[str, Any], folder: Path) -> Iterator[str]:
    port = find_free_port()
    environment = {
        **view_site.inherit_environment(),
        **view_site.airflow_environment(folder / "home", database, port),
    }
    airflow, log = program_of_venv("airflow"), folder / "api-server.log"
    subprocess.run([airflow, "db", "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    process = start_process([airflow, "api-server"], log=log, environment=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 300
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the API server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.3)
        yield url
    finally:
        stop_processes([process])


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/cmms/", timeout=30).status_code == httpx.codes.UNAUTHORIZED
    except httpx.TransportError:
        return False


def _log_in(url: str, role: str) -> httpx.Client:
    client = httpx.Client(base_url=url, timeout=60)
    answer = client.post("/auth/token", json={"username": role, "password": view_site.PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
    return client


def _timed(times: Times, name: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
    started = time.perf_counter()
    try:
        answer = ask()
    except httpx.HTTPError:
        times[f"{name}: errors"].append(1)
        return None
    times[name].append((time.perf_counter() - started) * 1000)
    if answer.is_server_error:
        times[f"{name}: errors"].append(1)
    return answer


def _ask_each(url: str, repeat: int) -> Times:
    times: Times = defaultdict(list)
    with closing(_log_in(url, "viewer")) as client:
        for _ in range(repeat):
            for name, path in QUESTIONS.items():
                _timed(times, name, lambda path=path: client.get(API + path))  # type: ignore[misc]
    return times


def _load_widgets() -> dict[str, float]:
    """Milliseconds of each widget's data when nobody has asked before, in this process; by place and name."""
    from cmms.access.actors import Actor, Capability
    from cmms.access.cache_results import clear_cache
    from cmms_ui.asgi import guard
    from cmms_ui.pages.dashboard import DASHBOARD
    from cmms_ui.resources import RESOURCES

    guard._actor.set(Actor("bench", frozenset(Capability)))  # some show only what the person may do
    places = [("dashboard", None, widget) for widget in DASHBOARD]
    for path, resource in RESOURCES.items():
        on_tabs = [widget for tab in resource.tabs for widget in tab.widgets]
        places += [(path, None, widget) for widget in dict.fromkeys((*resource.widgets, *on_tabs))]
        places += [(f"{path}/1", 1, widget) for widget in (*resource.record_widgets, *resource.details)]
    found = {}
    for place, key, widget in places:
        clear_cache()
        started = time.perf_counter()
        widget.load({"key": key, **widget.choose({})})
        found[f"{place} {widget.name}"] = round((time.perf_counter() - started) * 1000, 1)
    return found


class _Person(threading.Thread):
    """Looks at lists, counts and records, and edits a note now and then; thinks in between."""

    def __init__(self, url: str, number: int, times: Times, until: threading.Event) -> None:
        super().__init__(name=f"person-{number}", daemon=True)
        self._client = _log_in(url, ("viewer", "user", "op", "admin")[number % 4])
        self._random = random.Random(number)
        self._times, self._until, self._edits = times, until, number % 4 >= 2

    def run(self) -> None:
        """Until told to stop."""
        names = list(QUESTIONS)
        with closing(self._client) as client:
            while not self._until.wait(self._random.uniform(0, 2 * THINK_SECONDS)):
                if self._edits and self._random.random() < 0.2:
                    self._edit(client)
                    continue
                path = QUESTIONS[self._random.choice(names)]
                _timed(self._times, "read", lambda path=path: client.get(API + path))  # type: ignore[misc]

    def _edit(self, client: httpx.Client) -> None:
        key = self._random.randint(1, 5000)
        row = _timed(self._times, "read", lambda: client.get(f"{API}/equipment/{key}"))
        if row is None or not row.is_success:
            return
        call = {"keys": [key], "version": row.json()["row_version"], "values": {"notes": f"{time.time():.3f}"}}
        _timed(self._times, "edit", lambda: client.post(f"{API}/equipment/actions/edit", json=call))


def _measure_load(url: str, source: str, folder: Path) -> dict[str, Any]:
    """A sync alone, then one of as many readings while everybody is at work."""
    os.environ["AIRFLOW_CONN_CMMS_API"] = json.dumps({"conn_type": "http", "host": source, "password": TOKEN})
    from cmms.settings import parse_settings
    from cmms.sync.records import Scope
    from cmms.sync.run_sync import run_sync
    from cmms.sync.validate.apply_rules import _great_expectations

    _great_expectations()
    settings = parse_settings({"storage": {"base_path": str(folder / "storage")}})

    def sync(scope: Scope, run_date: date) -> float:
        started = time.perf_counter()
        summary = run_sync(scope, run_date=run_date, settings=settings)
        if summary.status not in ("success", "partial"):
            raise RuntimeError(summary.error_message)
        return time.perf_counter() - started

    second = FIRST_DAY + timedelta(days=1)
    _say(f"a sync of {SYNCED_MACHINES:,} readings alone")
    alone = sync(Scope("running_time", FIRST_DAY, FIRST_DAY), second)
    _say(f"{USERS} people for {LOAD_SECONDS} s, then the same with a sync")
    times: Times = defaultdict(list)
    during: Times = defaultdict(list)
    calm = _run_people(url, times, lambda: time.sleep(LOAD_SECONDS))
    busy = _run_people(url, during, lambda: sync(Scope("running_time", second, second), second + timedelta(days=1)))
    return {
        "people": USERS,
        "think_seconds": THINK_SECONDS,
        "synced_readings": SYNCED_MACHINES,
        "without_sync": _summarise(times),
        "requests_per_second": round(sum(map(len, times.values())) / calm, 1),
        "with_sync": _summarise(during),
        "sync_alone_seconds": round(alone, 2),
        "sync_with_people_seconds": round(busy, 2),
        "sync_slowdown": round(busy / alone, 2),
    }


def _run_people(url: str, times: Times, work: Callable[[], Any]) -> float:
    until = threading.Event()
    people = [_Person(url, number, times, until) for number in range(USERS)]
    for person in people:
        person.start()
    time.sleep(THINK_SECONDS)
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    until.set()
    for person in people:
        person.join()
    return seconds


def _summarise(times: Times) -> dict[str, dict[str, float]]:
    found = {}
    for name, values in times.items():
        if name.endswith(": errors"):
            continue
        p95 = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        found[name] = {
            "count": len(values),
            "p50_ms": round(statistics.median(values), 1),
            "p95_ms": round(p95, 1),
            "errors": len(times.get(f"{name}: errors", [])),
        }
    return found


def _print(result: dict[str, Any]) -> None:
    load = result["load"]
    table = Table(title=f"{result['machines']:,} machines, {result['readings']:,} readings; ms over HTTP")
    for column in ("", "count", "p50", "p95", "errors"):
        table.add_column(column, justify="right" if column else "left")
    groups = {
        "": result["alone"],
        f"{load['people']} people: ": load["without_sync"],
        "and a sync: ": load["with_sync"],
    }
    for before, figures in groups.items():
        for name, row in figures.items():
            late = row["p95_ms"] > result["target_p95_ms"]
            p95 = f"{row['p95_ms']:.0f}{' !' if late else ''}"
            table.add_row(f"{before}{name}", str(row["count"]), f"{row['p50_ms']:.0f}", p95, str(row["errors"]))
        table.add_section()
    table.caption = (
        f"!: above {result['target_p95_ms']} ms. A sync of {load['synced_readings']:,} readings:"
        f" {load['sync_alone_seconds']} s alone, {load['sync_with_people_seconds']} s with {load['people']} people"
        f" ({load['sync_slowdown']} times)"
    )
    Console().print(table)
    widgets = ", ".join(f"{name} {ms:.0f}" for name, ms in result["first_widgets_ms"].items())
    Console().print(f"widgets, first reading, ms: {widgets}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
