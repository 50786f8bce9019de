"""A program of the demo that fails is started again, as often as was allowed; then a sentence says which and why."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.processes import ProcessRecord
from tools.programs import Programs, Screen
from tools.state_folder import BootstrapError

_FAIL = [sys.executable, "-c", "import sys; print('no more memory', flush=True); sys.exit(3)"]


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    """An empty set of programs, stopped at the end."""
    with Programs(os.environ, tmp_path, ProcessRecord(tmp_path / "record.json"), Screen()) as programs:
        yield programs


def _check_until_it_fails(programs: Programs) -> str:
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline:
            programs.check()
            time.sleep(0.05)
    except BootstrapError as error:
        return str(error)
    pytest.fail("no program was found to have failed")


def test_a_program_that_fails_is_started_again_and_named_when_that_does_not_help(
    programs: Programs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.start("worker", _FAIL, restarts=2)
    error = _check_until_it_fails(programs)
    assert error.startswith("worker ended with code 3.")
    assert (tmp_path / "worker.log").read_text() == "no more memory\n" * 3  # what came before a restart is kept
    assert capsys.readouterr().out.count("worker ended with code 3; starting it again.") == 2


def test_a_program_that_ends_by_itself_is_started_again_too(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    """Airflow's API server ends with code 0 when somebody sends it SIGTERM."""
    programs.start("server", [sys.executable, "-c", "print('good bye')"], restarts=1)
    assert _check_until_it_fails(programs).startswith("server ended with code 0.")
    assert capsys.readouterr().out.count("server ended with code 0; starting it again.") == 1


def test_a_program_that_must_not_be_started_again_is_named_at_once(
    programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.start("worker", _FAIL)
    assert "no more memory" in _check_until_it_fails(programs)
    assert "starting it again" not in capsys.readouterr().out
