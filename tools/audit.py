"""Known vulnerabilities of the pinned packages, by pip-audit, from the advisories of the package index.

Input: requirements*.txt. Output: a sentence each, exit code 1 if there is one. Mirrors often carry no advisories, and
a machine may be offline: finding nothing proves nothing then. So a package that is known to be vulnerable is asked for
first, and if nothing is known of it either, that is said, and nothing is claimed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.state_folder import REPOSITORY

_KNOWN_VULNERABLE = "jinja2==2.4.1"
_FILES = ("requirements.txt", "requirements-dev.txt")


def main() -> int:
    """Audit; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder, "known.txt")
        known.write_text(_KNOWN_VULNERABLE + "\n")
        asked = _run(known)
        if "known vulnerabilit" not in asked.stderr or asked.returncode == 0:  # 1 also says that it could not ask
            print("audit: no advisories from the package index here, so the pins were not audited", file=sys.stderr)
            return 0
    found = _run(*(REPOSITORY / name for name in _FILES))
    print(found.stdout or found.stderr)
    return found.returncode


def _run(*files: Path) -> subprocess.CompletedProcess[str]:
    """pip-audit reads the files as they are: nothing is resolved or installed."""
    named = [argument for file in files for argument in ("--requirement", str(file))]
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--disable-pip", "--no-deps", *named]
    return subprocess.run(command, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
