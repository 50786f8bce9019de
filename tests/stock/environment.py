"""A virtual environment as a stock site has it: Airflow, FAB, and our wheel with what it declares; nothing of this repository.

Made once for the same requirements and kept in ``.cmms/stock``; only the wheel is built and installed each time.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tools.setup import translate_pip_settings
from tools.state_folder import REPOSITORY, find_state_folder, hold_lock

_PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
_OF_THE_SITE = ("apache-airflow==3.3.2", "apache-airflow-providers-fab", "mysqlclient", "aiomysql")
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(==[^ ;\\]+)")


def obtain_environment() -> Path:
    """The folder of the virtual environment, with the wheel of this checkout installed."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = "\n".join([sys.version, *_OF_THE_SITE, *project["dependencies"], *_read_pins()])
    stock = find_state_folder() / "stock"
    folder = stock / hashlib.sha256(wanted.encode()).hexdigest()[:16]
    with hold_lock(stock / "lock"):
        wheel = _build_wheel(stock / "dist")
        if not (folder / "ready").exists():
            for other in stock.glob("[0-9a-f]" * 16):
                shutil.rmtree(other)
            _run_uv("venv", "--python", sys.executable, str(folder))
            constraints = folder / "constraints.txt"
            constraints.write_text("\n".join(_read_pins()))
            _install(folder, "--constraints", str(constraints), *_OF_THE_SITE, str(wheel))
            (folder / "ready").touch()
        _install(folder, "--no-deps", "--reinstall", str(wheel))
    return folder


def _read_pins() -> list[str]:
    """What `make lock` pinned, as constraints: the same versions in the whole test run, most of them at hand already."""
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    return ["".join(pin.groups()) for line in lines if (pin := _PIN.match(line))]


def _build_wheel(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    _run(build)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _install(folder: Path, *words: str) -> None:
    _run_uv("pip", "install", "--quiet", "--python", str(folder / "bin/python"), *words)


def _run_uv(*words: str) -> None:
    """By the index and certificate that pip is set to use; by uv, which `make setup` has installed."""
    environment = translate_pip_settings(_PIP)
    _run([sys.executable, "-m", "uv", *words], dict(environment) if environment is not None else None)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment or dict(os.environ), capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]
