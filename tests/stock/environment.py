"""A virtual environment as a site has it: Airflow, what else the site runs, and what our wheel declares; nothing of this
repository.

Made once for the same requirements and kept in ``.cmms/stock``. The wheel itself is built each time and installed by the
documents' own line, with the environment's own freeze as constraints.
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
_AIRFLOW = "apache-airflow==3.3.2"
_SITES = {
    "stock": (_AIRFLOW, "apache-airflow-providers-fab", "mysqlclient", "aiomysql"),
    "hosted": (_AIRFLOW,),  # without a compiler there is no mysqlclient
}
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(==[^ ;\\]+)")


def obtain_environment(site: str) -> Path:
    """The folder of this site's virtual environment, without our wheel; that lies in :func:`find_wheels`."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    wanted = "\n".join([sys.version, *_SITES[site], *project["dependencies"], *_read_pins()])
    stock = find_state_folder() / "stock"
    folder = stock / f"{site}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    with hold_lock(stock / "lock"):
        wheel = _build_wheel(find_wheels())
        if not (folder / "ready").exists():
            for other in stock.glob(f"{site}-*"):
                shutil.rmtree(other)
            _run_uv("venv", "--seed", "--python", sys.executable, str(folder))
            pins = folder / "pins.txt"
            pins.write_text("\n".join(_read_pins()))
            _install(folder, "--constraints", str(pins), *_SITES[site])
            before = freeze(folder)
            _install(folder, "--constraints", str(pins), str(wheel))  # the line of the document finds them at hand
            (folder / "before.txt").write_text("\n".join(before))
            (folder / "ready").touch()
        _run_uv("pip", "uninstall", "--quiet", "--python", str(folder / "bin/python"), "cmms-sync")
        (folder / "constraints.txt").write_text("\n".join(freeze(folder)))
    return folder


def find_wheels() -> Path:
    """The folder that ``make wheel`` would write, of these tests."""
    return find_state_folder() / "stock" / "dist"


def freeze(folder: Path) -> list[str]:
    """What ``pip freeze`` says of the environment."""
    return _run_uv("pip", "freeze", "--python", str(folder / "bin/python")).splitlines()


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


def _run_uv(*words: str) -> str:
    """By the index and certificate that pip is set to use; by uv, which `make setup` has installed."""
    environment = translate_pip_settings(_PIP)
    return _run([sys.executable, "-m", "uv", *words], dict(environment) if environment is not None else None)


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment or dict(os.environ), capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
