"""The log file: JSON lines, shared by processes, rotated, there when the database is not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

_WRITE = """
import logging, sys
from cmms import log_file
log_file._MAX_BYTES, log_file._OLD_FILES = 20_000, 50
log_file.log_to_file()
for number in range(300):
    logging.getLogger("cmms.sync").info("line %s of %s", number, sys.argv[1])
"""


def environment(path: Path, **more: str) -> dict[str, str]:
    home = str(path.parent / "airflow")
    return {**os.environ, "CMMS_LOG_FILE": str(path), "PYTHONPATH": "include:.", "AIRFLOW_HOME": home, **more}


@pytest.mark.feature("LOG-07")
def test_processes_share_a_file_that_is_rotated_and_no_line_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "cmms.log"
    processes = [
        subprocess.Popen([sys.executable, "-c", _WRITE, name], env=environment(file))
        for name in ("one", "two", "three")
    ]
    assert [process.wait() for process in processes] == [0, 0, 0]
    files = [found for found in tmp_path.iterdir() if found.name.startswith("cmms.log")]
    assert len(files) > 2
    assert all(found.stat().st_size < 21_000 for found in files)
    lines = [json.loads(line) for found in files for line in found.read_text().splitlines()]
    assert {line["event"] for line in lines} == {
        f"line {number} of {name}" for number in range(300) for name in ("one", "two", "three")
    }
    assert {(line["level"], line["logger"]) for line in lines} == {("info", "cmms.sync")}
    assert all(line["timestamp"].endswith("Z") for line in lines)


@pytest.mark.feature("LOG-07")
def test_the_log_file_tells_of_a_sync_that_found_no_database(tmp_path: Path) -> None:
    file = tmp_path / "cmms.log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = probe.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "cmms", "sync", "equipment"],
        env=environment(file, AIRFLOW_CONN_CMMS_MYSQL=f"mysql://cmms:x@127.0.0.1:{nobody}/cmms"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    [line] = [json.loads(text) for text in file.read_text().splitlines()]
    assert "DatabaseUnavailable" in line["event"]
    assert "DatabaseUnavailable" in done.stderr


@pytest.mark.feature("LOG-07")
def test_a_log_file_that_cannot_be_written_is_told_and_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "cmms.log"
    done = subprocess.run([sys.executable, "-c", _WRITE, "one"], env=environment(file), capture_output=True, text=True)
    assert done.returncode == 0
    assert "no log file can be written there" in done.stderr
