"""`make stop` ends a demo that runs in another terminal: it is asked to, and waited for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.demo_lock import hold_only_demo, stop_running_demo
from tools.state_folder import REPOSITORY, BootstrapError

_DEMO = """
import signal, sys, time
from tools.demo_lock import hold_only_demo

def end(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, end)
try:
    with hold_only_demo():
        print("running", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    print("ended whole", flush=True)
"""


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder of the test's own."""
    monkeypatch.setenv("CMMS_STATE_DIR", str(tmp_path))


def test_a_running_demo_is_asked_to_end_and_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", _DEMO], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline() == "running\n"
        with pytest.raises(BootstrapError, match=r"running already.*make stop"), hold_only_demo():
            pass
        assert stop_running_demo()
        assert demo.stdout.read() == "ended whole\n"
    assert demo.returncode == 0
    assert not stop_running_demo()


def test_a_lock_of_a_killed_demo_is_free() -> None:
    demo = subprocess.Popen([sys.executable, "-c", _DEMO], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    assert demo.stdout.readline() == "running\n"
    demo.kill()
    demo.communicate()
    assert not stop_running_demo()
    with hold_only_demo():
        pass
