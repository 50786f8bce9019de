"""Make the script that pages run: ``compat.js``, then every file of ``browser/``. Output: JavaScript.

Each file is a function of its own, so that none sees another's variables. One request instead of twenty, from files
that lie beside their callbacks (docs/decisions/0034-browser-code.md).
"""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def find_files() -> list[Path]:
    """In the order in which they run."""
    return [FOLDER / "compat.js", *sorted((FOLDER / "browser").glob("*.js"))]


def make_script() -> str:
    """All files, each under its name."""
    return "\n".join(
        f"// ---- {file.relative_to(FOLDER).as_posix()}\n{file.read_text(encoding='utf-8')}" for file in find_files()
    )
