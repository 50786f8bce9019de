"""The whole demo, as a person starts it: from an empty state folder to synced tables, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import MySQLdb
import pytest

from tools.database_server import obtain_server
from tools.processes import is_alive
from tools.state_folder import REPOSITORY, find_state_folder

_READY = "Press Ctrl-C to stop everything."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder of the tests' own, with the fetched servers of the developer's."""
    folder = tmp_path_factory.mktemp("demo")
    obtain_server("mysql", allow_mariadb=True)
    (folder / "servers").symlink_to(find_state_folder() / "servers")
    return folder


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A demo on free ports, started after another one was killed in the middle of a sync; its output is in `output`.

    It is ready.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CMMS_DEMO_")}
    ports = dict.fromkeys(("CMMS_DEMO_AIRFLOW_PORT", "CMMS_DEMO_SIMULATOR_PORT", "CMMS_DEMO_DATABASE_PORT"), "0")

    def start(output: Path, until: str) -> subprocess.Popen[bytes]:
        with output.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "tools.demo", "--days", "0"],
                cwd=REPOSITORY,
                env={**kept, **ports, "CMMS_STATE_DIR": str(folder), "COLUMNS": "160"},
                stdout=stream,
                stderr=stream,
            )
        deadline = time.monotonic() + 900
        while until not in output.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        return process

    killed = start(folder / "output-of-killed", "running, 3 of 8 tasks done")
    killed.kill()
    assert killed.wait() == -signal.SIGKILL, (folder / "output-of-killed").read_text()
    process = start(folder / "output", _READY)
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(120)


@contextmanager
def _log_in(folder: Path) -> Iterator[httpx.Client]:
    line = next(line for line in (folder / "output").read_text().splitlines() if line.startswith("Airflow "))
    url, password = line.split()[1], line.split()[-1]
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        answer = client.post("/auth/token", json={"username": "admin", "password": password})
        assert answer.status_code == 201
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def _post(client: httpx.Client, path: str, body: dict[str, object]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text


def _wait_for_runs(client: httpx.Client, dag_id: str, run_type: str, count: int) -> list[str]:
    """States of the DAG's runs of that type, once `count` of them are over."""
    deadline = time.monotonic() + 900
    while True:
        answer = client.get(f"/api/v2/dags/{dag_id}/dagRuns", params={"run_type": run_type})
        over = [run["state"] for run in answer.json()["dag_runs"] if run["state"] in ("success", "failed")]
        if len(over) >= count or time.monotonic() > deadline:
            return over
        time.sleep(1)


@pytest.mark.slow
@pytest.mark.feature("SVC-04", "TEST-31")
def test_an_airflow_backfill_stores_what_a_range_then_finds_unchanged(
    demo: subprocess.Popen[bytes], folder: Path
) -> None:
    assert _READY in (folder / "output").read_text(), (folder / "output").read_text()
    with _log_in(folder) as client:
        today = datetime.now(UTC).date()
        first, last = today - timedelta(days=5), today - timedelta(days=3)
        before = len(_wait_for_runs(client, "running_time_sync", "manual", 0))
        backfill = {
            "dag_id": "running_time_sync",
            "from_date": f"{first}T00:00:00Z",
            "to_date": f"{last}T23:00:00Z",
            "max_active_runs": 1,
            "dag_run_conf": {},
        }
        _post(client, "/api/v2/backfills", backfill)
        assert _wait_for_runs(client, "running_time_sync", "backfill", 3) == ["success"] * 3
        conf = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        _post(client, "/api/v2/dags/running_time_sync/dagRuns", {"logical_date": None, "conf": conf})
        assert _wait_for_runs(client, "running_time_sync", "manual", before + 1)[0:1] == ["success"]
    with _connect(folder) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT trigger_kind, COUNT(*), SUM(records_inserted), SUM(records_updated), SUM(records_unchanged),"
            " SUM(records_failed) FROM api_sync_logs WHERE sync_type = 'running_time' AND interval_end <= %s"
            " GROUP BY trigger_kind ORDER BY trigger_kind",
            (last,),
        )
        backfill, by_range = cursor.fetchall()
    assert backfill[:2] == ("backfill", 3)
    assert backfill[2] > 0
    assert by_range == ("manual", 1, 0, 0, backfill[2], backfill[5])


def _connect(folder: Path) -> MySQLdb.Connection:
    processes = json.loads((folder / "demo/secrets.json").read_text())
    port = next(int(word.rpartition("=")[2]) for word in _command_of(folder, "database") if word.startswith("--port="))
    return MySQLdb.connect(
        host="127.0.0.1", port=port, user="cmms", passwd=processes["database_password"], database="cmms"
    )


def _command_of(folder: Path, name: str) -> list[str]:
    return Path(f"/proc/{_read_processes(folder)[name]['pid']}/cmdline").read_text().split("\0")


def _read_processes(folder: Path) -> dict[str, dict[str, str]]:
    processes: dict[str, dict[str, str]] = json.loads((folder / "demo-processes.json").read_text())
    return processes


def _wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.feature("TEST-31")
def test_the_demo_syncs_yesterday_shows_it_and_stops_everything_when_told(
    demo: subprocess.Popen[bytes], folder: Path
) -> None:
    shown = (folder / "output").read_text()
    assert _READY in shown, shown
    status = next(line for line in shown.splitlines() if "│ status " in line).split("│")
    assert {cell.strip() for cell in status[2:4]} <= {"success", "partial"}, shown
    assert re.search(r"^Diagnosis +\d+ passed", shown, re.MULTILINE), shown
    assert "\n  fail  " not in shown

    with _log_in(folder) as client:
        assert httpx.get(f"{client.base_url}/api/v2/dags", trust_env=False).status_code == 401
        with _connect(folder) as connection, connection.cursor() as cursor:
            for resource, table in (("equipment", "equipment"), ("running-times", "equipment_running_times")):
                cursor.execute(f"SELECT COUNT(*), MIN(id) FROM {table}")
                stored, first = cursor.fetchone()
                assert stored > 1000
                listed = client.get(f"/cmms/api/v1/{resource}", params={"tab": "all", "order": "id", "limit": 1}).json()
                assert (listed["total"], listed["rows"][0]["id"]) == (stored, first)
        assert client.get("/cmms/equipment").status_code == 200

    scheduler = _read_processes(folder)["scheduler"]["pid"]
    os.kill(int(scheduler), signal.SIGKILL)
    _wait_until(lambda: _read_processes(folder)["scheduler"]["pid"] != scheduler)
    assert "scheduler ended with code -9; starting it again" in (folder / "output").read_text()

    started = _read_processes(folder)
    assert {"database", "simulator", "scheduler", "api-server", "dag-processor", "triggerer"} <= set(started)
    stop = [sys.executable, "-m", "tools.stop"]  # as Ctrl-C does it, from another terminal
    stopped = subprocess.run(
        stop, cwd=REPOSITORY, env={**os.environ, "CMMS_STATE_DIR": str(folder)}, capture_output=True, text=True
    )
    assert stopped.stdout == "The demo that was running has stopped.\n", stopped.stderr
    assert demo.wait(120) == 0
    alive = [name for name, entry in started.items() if is_alive(entry["pid"], entry["start_time"])]
    assert alive == []
    assert not (folder / "demo-processes.json").exists()
    secrets = json.loads((folder / "demo/secrets.json").read_text())
    for log in (folder / "demo/logs").glob("*.log"):
        text = log.read_text(errors="replace")
        assert [name for name, secret in secrets.items() if secret in text] == [], log
