"""A virtual environment for each peer, made when it is first asked for: none of their packages enters ours.

Input: ``benchmarks/peers/requirements-<peer>.txt``. Output: ``<state folder>/peers/<peer>``, kept as long as that file
stays the same.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tools.state_folder import BootstrapError, find_state_folder, hold_lock

PEERS_FOLDER = Path(__file__).parent / "peers"


def make_environment(name: str) -> Path:
    """Return the Python of a peer's environment.

    Raises:
        BootstrapError: its packages cannot be installed; says why.
    """
    requirements = PEERS_FOLDER / f"requirements-{name}.txt"
    folder = find_state_folder() / "peers" / name
    stamp, wanted = folder / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin/python"
    with hold_lock(folder.parent / f"{name}.lock"):
        if stamp.exists() and stamp.read_text() == wanted and python.exists():
            return python
        print(f"peer {name}: installing its packages into {folder} ...", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        _call([sys.executable, "-m", "venv", str(folder)], "its virtual environment could not be made")
        pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", "-r", str(requirements)]
        _call(pip, "its packages could not be installed (may pip reach its index?)")
        stamp.write_text(wanted)
    return python


def _call(command: list[str], failure: str) -> None:
    called = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if called.returncode != 0:
        print((called.stderr or called.stdout).strip()[-2000:], file=sys.stderr, flush=True)
        raise BootstrapError(failure)
