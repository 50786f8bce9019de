"""Make a bare machine ready: system packages, `.venv`, Python packages, Node packages. The step before all others.

Input: requirements*.txt, package-lock.json and the machine's own apt, pip and npm configuration. Output: `.venv`, and
in it a stamp with the hash of the requirements, so that a second call returns at once. Runs on the system's Python with
the standard library only: `python3 -m tools.setup`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import node_packages
from tools.apt_packages import install_packages
from tools.state_folder import REPOSITORY, BootstrapError, find_state_folder, hold_lock

VENV = REPOSITORY / ".venv"
VENV_PYTHON = VENV / "bin/python"
_REQUIREMENTS = (REPOSITORY / "requirements.txt", REPOSITORY / "requirements-dev.txt")
_STAMP = VENV / ".cmms-setup"
_SUPPORTED = ((3, 11), (3, 12))
# mysqlclient has no wheel for Linux; its build asks pkg-config for one of these.
_CLIENT_LIBRARIES = ("mysqlclient", "mariadb", "libmariadb", "perconaserverclient")
_ATTEMPTS = 2  # each lets pip itself retry five times

_DESCRIBE_PYTHON = """
import importlib.util, pathlib, sys, sysconfig
print(sys.version_info[0], sys.version_info[1],
      int(all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))),
      int(pathlib.Path(sysconfig.get_path("include"), "Python.h").exists()))
"""

_FIND_DIFFERENCES = """
import importlib.metadata, re, sys
for path in sys.argv[1:]:
    for line in open(path):
        pin = re.match(r"([A-Za-z0-9._-]+)(?:\\[.*?\\])?==([^ ;#\\n]+)(.*)", line)
        if pin and ";" not in pin[3]:
            try:
                installed = importlib.metadata.version(pin[1])
            except importlib.metadata.PackageNotFoundError:
                installed = "nothing"
            if installed != pin[2]:
                print(pin[1], installed, "instead of", pin[2])
"""


def main() -> int:
    """Set up what is missing; return 0, or 1 with a sentence on stderr."""
    try:
        with hold_lock(find_state_folder() / "setup.lock"):
            set_up()
    except BootstrapError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def set_up() -> None:
    """Bring system packages, `.venv`, Python and Node packages to what the requirements say."""
    wanted = _hash_requirements()
    if _is_current(wanted):
        return
    started = time.monotonic()
    unfinished = find_state_folder() / "setup-unfinished"
    is_broken = unfinished.exists()  # a setup was killed: a package may be there in part, which nothing would notice
    unfinished.touch()
    try:
        if is_broken or not _is_working(VENV_PYTHON):
            _make_venv()
        if _find_differences():
            _ensure_build_packages()
            _install_requirements()
    except BootstrapError:
        unfinished.unlink()  # it gave up in order
        raise
    _add_node_packages()
    _STAMP.write_text(wanted)
    unfinished.unlink()
    print(f"Python packages are ready in {VENV} ({time.monotonic() - started:.0f} s).", flush=True)


def _hash_requirements() -> str:
    files = (*_REQUIREMENTS, *node_packages.LISTS)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _is_current(wanted: str) -> bool:
    return _STAMP.exists() and _STAMP.read_text() == wanted and VENV_PYTHON.exists()


def _make_venv() -> None:
    """Create `.venv` with a supported Python, after installing what the system lacks for it."""
    python = _find_python()
    if python is None:
        print("No Python 3.11 or 3.12 here; asking the distribution for one.", flush=True)
        names = f"python{_SUPPORTED[0][0]}.{_SUPPORTED[0][1]}"
        install_packages([names, f"{names}-venv", f"{names}-dev"])
        python = _find_python()
    if python is None:
        raise BootstrapError("Python 3.11 (or 3.12) is needed, and the distribution has none to install.")
    major, minor, has_venv, _ = _describe_python(python) or (3, 11, 1, 1)
    if not has_venv:
        install_packages([f"python{major}.{minor}-venv"])
    print(f"Creating {VENV} with {python} ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode != 0:
        raise BootstrapError(f"{python} could not create {VENV}: {(made.stderr or made.stdout).strip()}")


def _find_python() -> str | None:
    """Return a Python of a supported version: the one named by PYTHON, python3.11, this one, others."""
    names = [os.environ.get("PYTHON", ""), "python3.11", sys.executable, "python3.12", "python3"]
    for name in names:
        found = shutil.which(name) if name else None
        facts = _describe_python(found) if found else None
        if found and facts and facts[:2] in _SUPPORTED:
            return found
    return None


def _describe_python(python: str) -> tuple[int, int, int, int] | None:
    """Return major, minor, and whether it can make environments (1) and has C headers (1)."""
    shown = subprocess.run([python, "-c", _DESCRIBE_PYTHON], capture_output=True, text=True)
    numbers = shown.stdout.split()
    if shown.returncode != 0 or len(numbers) != 4:
        return None
    return int(numbers[0]), int(numbers[1]), int(numbers[2]), int(numbers[3])


def _is_working(python: Path) -> bool:
    facts = _describe_python(str(python)) if python.exists() else None
    return facts is not None and facts[:2] in _SUPPORTED


def _ensure_build_packages() -> None:
    """Install the compiler and headers that mysqlclient's build needs, as far as they are missing."""
    missing = []
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        missing += ["gcc", "libc6-dev"]
    if shutil.which("pkg-config") is None:
        missing.append("pkg-config")
    if not any(
        shutil.which("pkg-config") and _call(["pkg-config", "--exists", library]).returncode == 0
        for library in _CLIENT_LIBRARIES
    ):
        missing.append("default-libmysqlclient-dev")
    facts = _describe_python(str(VENV_PYTHON))
    if facts is not None and not facts[3]:
        missing.append(f"python{facts[0]}.{facts[1]}-dev")
    if missing:
        install_packages(missing)


def _find_differences() -> str:
    """Return a line for each pinned package that `.venv` lacks or has in another version."""
    compared = _call([str(VENV_PYTHON), "-c", _FIND_DIFFERENCES, *map(str, _REQUIREMENTS)])
    return compared.stdout if compared.returncode == 0 else compared.stderr


def _install_requirements() -> None:
    """Install the pinned packages: by uv, which is several times faster, or else by pip."""
    files = [word for path in _REQUIREMENTS for word in ("-r", str(path))]
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check"]
    print("Installing Python packages (the first time takes a few minutes) ...", flush=True)
    environment = translate_pip_settings(pip)
    for attempt in range(1, _ATTEMPTS + 1):
        if environment is not None and _call([*pip, "install", "-q", "uv"]).returncode == 0:
            # Compiled once, here, as pip does by itself: where PYTHONDONTWRITEBYTECODE is set, every process would else
            # compile all that it imports, and a task of a DAG run is a process (docs/performance.md).
            uv = [str(VENV_PYTHON), "-m", "uv", "pip", "install", "--compile-bytecode", "--python", str(VENV_PYTHON)]
            if _call([*uv, "-q", *files], environment=environment).returncode == 0:
                return
        installed = _call([*pip, "install", "-q", *files])
        if installed.returncode == 0:
            return
        if attempt < _ATTEMPTS:
            print(f"That failed (attempt {attempt} of {_ATTEMPTS}); trying again ...", flush=True)
            time.sleep(2**attempt)
    lines = installed.stderr.strip().splitlines()
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    raise BootstrapError(
        "The Python packages could not be installed. Is there a network, and may pip reach its index "
        "(`pip config list` shows which)? pip said:\n" + "\n".join(errors[-6:])
    )


def _add_node_packages() -> None:
    """Install what lints and tests the browser code; without it all but `make check` works, which tries again."""
    try:
        node_packages.install_packages()
    except BootstrapError as error:
        print(f"setup: {error}\nOnly `make check` needs them; it will try again.", file=sys.stderr, flush=True)


def translate_pip_settings(pip: Sequence[str]) -> Mapping[str, str] | None:
    """Return an environment in which uv uses the index and certificate that pip is set to use.

    None when pip has settings that uv would ignore in a way that matters (constraints on what may be
    installed are no such thing: everything is pinned).
    """
    environment = dict(os.environ)
    shown = _call([*pip, "config", "list"])
    settings = dict(line.split("=", 1) for line in shown.stdout.splitlines() if "=" in line)
    for key, value in ((key.rpartition(".")[2], value.strip("'\"")) for key, value in settings.items()):
        if key == "index-url":
            environment.setdefault("UV_DEFAULT_INDEX", value)
        elif key == "cert":
            environment.setdefault("SSL_CERT_FILE", value)
        elif key in ("no-index", "client-cert", "proxy"):
            return None
    return environment


def _call(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)


if __name__ == "__main__":
    sys.exit(main())
