"""Make the script that pages run: ``compat.js``, the texts, then every file of ``browser/``. Output: JavaScript.

Each file is a function of its own, so that none sees another's variables. One request instead of twenty, from files
that lie beside their callbacks (docs/decisions/0034-browser-code.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent


def find_files() -> list[Path]:
    """In the order in which they run."""
    return [FOLDER / "compat.js", *sorted((FOLDER / "browser").glob("*.js"))]


def make_script(texts: Mapping[str, object]) -> str:
    """All files, each under its name; the code finds the texts as ``cmms.text``."""
    first, *others = (
        f"// ---- {file.relative_to(FOLDER).as_posix()}\n{file.read_text(encoding='utf-8')}" for file in find_files()
    )
    return "\n".join((first, make_texts(texts), *others))


def make_texts(texts: Mapping[str, object]) -> str:
    """The line that hands the texts to the code; it follows ``compat.js``, which makes ``cmms``."""
    return f"window.dash_clientside.cmms.text = Object.freeze({json.dumps(texts)});\n"
