"""The whole demo, as a person starts it: from an empty state folder to synced tables, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tools.database_server import obtain_server
from tools.processes import is_alive
from tools.state_folder import REPOSITORY, find_state_folder

_READY = "Press Ctrl-C to stop everything."


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A state folder of the test's own, with the fetched servers of the developer's, and free ports."""
    obtain_server("mysql", allow_mariadb=True)
    (tmp_path / "servers").symlink_to(find_state_folder() / "servers")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CMMS_DEMO_")}
    ports = dict.fromkeys(
        ("CMMS_DEMO_AIRFLOW_PORT", "CMMS_DEMO_SIMULATOR_PORT", "CMMS_DEMO_DATABASE_PORT"), "0"
    )
    return {**kept, **ports, "CMMS_STATE_DIR": str(tmp_path), "COLUMNS": "160"}


@pytest.fixture
def demo(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A demo started without --exit; its output is in `output`."""
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.demo"],
            cwd=REPOSITORY,
            env=environment,
            stdout=output,
            stderr=output,
        )
    yield process
    process.send_signal(signal.SIGTERM)
    process.wait(120)


@pytest.mark.slow
def test_the_demo_syncs_yesterday_shows_it_and_stops_everything_on_ctrl_c(
    demo: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    output = tmp_path / "output"
    deadline = time.monotonic() + 900
    while _READY not in output.read_text() and demo.poll() is None and time.monotonic() < deadline:
        time.sleep(0.5)
    shown = output.read_text()
    assert _READY in shown, shown
    status = next(line for line in shown.splitlines() if "│ status " in line).split("│")
    assert {cell.strip() for cell in status[2:4]} <= {"success", "partial"}, shown

    url = next(line.split()[1] for line in shown.splitlines() if line.startswith("Airflow "))
    password = next(line.split()[-1] for line in shown.splitlines() if line.startswith("Airflow "))
    login = httpx.post(f"{url}/auth/token", json={"username": "admin", "password": password}, trust_env=False)
    assert login.status_code == 201
    assert httpx.get(f"{url}/api/v2/dags", trust_env=False).status_code == 401

    started = json.loads((tmp_path / "demo-processes.json").read_text())
    assert {"database", "simulator", "scheduler", "api-server", "dag-processor", "triggerer"} <= set(started)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(120) == 0
    alive = [name for name, entry in started.items() if is_alive(entry["pid"], entry["start_time"])]
    assert alive == []
    assert not (tmp_path / "demo-processes.json").exists()
    secrets = json.loads((tmp_path / "demo/secrets.json").read_text())
    for log in (tmp_path / "demo/logs").glob("*.log"):
        text = log.read_text(errors="replace")
        assert [name for name, secret in secrets.items() if secret in text] == [], log
