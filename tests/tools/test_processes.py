"""Only what we started is ended: by process id and start time, whole groups, in the face of crashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tools.processes import (
    ProcessRecord,
    find_marked,
    is_alive,
    read_start_time,
    start_process,
    stop_leftovers,
    stop_processes,
)

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
_IGNORE_TERM = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('ready', flush=True); time.sleep(60)",
]
_START_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True); time.sleep(60)",
]


def test_a_recorded_process_is_ended_by_the_next_start(tmp_path: Path) -> None:
    process = start_process(_SLEEP, log=tmp_path / "log")
    ProcessRecord(tmp_path / "record.json").add("sleeper", process.pid)
    assert ProcessRecord(tmp_path / "record.json").stop_all(timeout_seconds=5) == ["sleeper"]
    assert process.wait(5) != 0
    assert ProcessRecord(tmp_path / "record.json").stop_all() == []


def test_a_process_that_got_the_id_of_a_recorded_one_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(_SLEEP)
    try:
        entry = {"pid": stranger.pid, "start_time": "12345"}
        (tmp_path / "record.json").write_text(json.dumps({"ours": entry}))
        assert ProcessRecord(tmp_path / "record.json").stop_all() == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_broken_record_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text("{not json")
    assert ProcessRecord(tmp_path / "record.json").stop_all() == []


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    process = start_process(_IGNORE_TERM, log=tmp_path / "log")
    _wait_for_text(tmp_path / "log")
    stop_processes([process], timeout_seconds=0.5)
    assert process.returncode == -9


def test_children_go_with_their_parent(tmp_path: Path) -> None:
    process = start_process(_START_CHILD, log=tmp_path / "log")
    child = int(_wait_for_text(tmp_path / "log"))
    started = read_start_time(child)
    assert is_alive(child, started)
    stop_processes([process])
    deadline = time.monotonic() + 5
    while is_alive(child, started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child, started)


def test_what_carries_the_mark_is_ended_even_when_nobody_recorded_it_and_its_parent_is_gone(tmp_path: Path) -> None:
    mark = {"CMMS_TEST_MARK": str(tmp_path)}
    leave = "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True)"
    with (tmp_path / "log").open("wb") as output:
        subprocess.run([sys.executable, "-c", leave, *_IGNORE_TERM], env={**os.environ, **mark}, stdout=output)
    _wait_for_text(tmp_path / "log")
    other = subprocess.Popen(_SLEEP, env={**os.environ, "CMMS_TEST_MARK": f"{tmp_path}-other"})
    try:
        assert len(find_marked(mark)) == 1
        assert stop_leftovers(ProcessRecord(tmp_path / "record.json"), mark) == ["other processes (1)"]
        assert find_marked(mark) == []
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_this_process_is_alive_and_a_vanished_one_is_not() -> None:
    assert is_alive(os.getpid(), read_start_time(os.getpid()))
    assert not is_alive(os.getpid(), "1")
    assert not is_alive(os.getpid(), None)
    assert read_start_time(2**22 + 1) is None


def _wait_for_text(path: Path) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text()
        time.sleep(0.05)
    raise AssertionError(f"nothing was written to {path}")
