"""Setup: what is missing is found, what may not be installed is asked for, the second call does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import setup
from tools.apt_packages import install_packages
from tools.state_folder import REPOSITORY, BootstrapError


def test_the_second_call_returns_at_once() -> None:
    command = [sys.executable, "-m", "tools.setup"]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    began = time.monotonic()
    again = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert again.stdout == again.stderr == ""
    assert time.monotonic() - began < 10  # not a speed test: installing takes minutes


@pytest.mark.parametrize("module", ["setup", "stop"])
def test_what_runs_before_there_is_a_venv_needs_no_package(module: str) -> None:
    """Neither of PyPI nor of ours: on a bare machine the system's Python runs it in the repository's folder."""
    look = (
        f"import sys, tools.{module}; print(sorted(n for n in sys.modules if n.partition('.')[0] in ('cmms', 'babel')))"
    )
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-S", "-c", look], cwd=REPOSITORY, env=bare, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_a_package_in_another_version_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "pytest==0.0.1\n    # via nobody\nno-such-package-here==1.0\nother==2.0 ; sys_platform == 'win32'\n"
    )
    monkeypatch.setattr(setup, "_REQUIREMENTS", (requirements,))
    monkeypatch.setattr(setup, "VENV_PYTHON", Path(sys.executable))
    first, second = setup._find_differences().splitlines()
    assert first.startswith("pytest ")
    assert first.endswith(" instead of 0.0.1")
    assert second == "no-such-package-here nothing instead of 1.0"


def test_a_machine_without_apt_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BootstrapError, match=r"no apt-get.*pkg-config"):
        install_packages(["gcc", "pkg-config"])


def test_a_user_without_rights_is_told_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "apt-get"
    fake.write_text("#!/bin/sh\nexit 99\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(BootstrapError, match=r"neither root nor sudo.*\n.*apt-get install --no-install-recommends gcc"):
        install_packages(["gcc"])


def test_uv_gets_the_index_that_pip_is_set_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    configuration = tmp_path / "pip.conf"
    configuration.write_text("[global]\nindex-url = https://index.example/simple\n")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    environment = setup.translate_pip_settings([sys.executable, "-m", "pip"])
    assert environment is not None
    assert environment["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    configuration.write_text("[global]\nno-index = true\n")
    assert setup.translate_pip_settings([sys.executable, "-m", "pip"]) is None


def test_an_environment_whose_setup_was_killed_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    steps: list[str] = []
    monkeypatch.setenv("CMMS_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(setup, "VENV", tmp_path / "venv")
    monkeypatch.setattr(setup, "_STAMP", tmp_path / "stamp")
    monkeypatch.setattr(setup, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr(setup, "_find_differences", lambda: "pytest 1.0 instead of 2.0")
    monkeypatch.setattr(setup, "_ensure_build_packages", lambda: None)
    monkeypatch.setattr(setup, "_make_venv", lambda: steps.append("made"))

    def kill() -> None:
        raise KeyboardInterrupt

    def give_up() -> None:
        raise BootstrapError("no network")

    for install, expected in ((give_up, BootstrapError), (kill, KeyboardInterrupt)):
        monkeypatch.setattr(setup, "_install_requirements", install)
        with pytest.raises(expected):
            setup.set_up()
    assert steps == []  # it works, and giving up in order leaves it whole
    monkeypatch.setattr(setup, "_install_requirements", lambda: steps.append("installed"))
    setup.set_up()
    assert steps == ["made", "installed"]
    setup.set_up()
    assert steps == ["made", "installed"]
