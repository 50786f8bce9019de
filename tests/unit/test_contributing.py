"""CONTRIBUTING.md shows what an addition touches: made in a copy of the package, it works, and every file is needed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.feature("ARC-01")

CHAPTERS = {
    "column": ("A column that the source delivers", 5),
    "rule": ("A rule", 3),
    "figure": ("A figure", 2),
    "widget": ("A widget", 3),
    "action": ("An action", 4),
    "stream": ("A stream", 13),
}
"""Kind -> its chapter, and how many files it may touch."""
VERSIONS = REPOSITORY / "include/cmms/migrations/versions"


@dataclass
class Step:
    """A file of an example, and its changes: where (``above``, ``below``, ``replacing``, ``end``), at what, the text."""

    file: str
    is_new: bool
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def _numbered(text: str) -> str:
    """The text with the numbers that the next migration has."""
    newest = max(int(file.name[:4]) for file in VERSIONS.glob("[0-9]*.py"))
    return text.replace("NNNN", f"{newest + 1:04d}").replace("MMMM", f"{newest:04d}")


def _steps(kind: str) -> list[Step]:
    """What the chapter says, in order."""
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chapter = _numbered(page.split(f"\n### {CHAPTERS[kind][0]}\n")[1].split("\n### ")[0])
    steps: list[Step] = []
    for part in re.split(r"^\d+\. ", chapter, flags=re.MULTILINE)[1:]:
        head = re.match(r"(new )?`([^`]+)`", part)
        assert head, part
        step = Step(head[2], bool(head[1]))
        blocks = re.findall(r"([^\n]*):\n +```\w+\n(.*?)\n +```", part, re.DOTALL)
        for where, block in blocks:
            place = re.search(r"\b(above|below|replacing|at the end of) `([^`]+)`", where)
            text = textwrap.dedent(block)
            step.changes.append((place[1], place[2], text) if place else ("new", "", text))
        steps.append(step)
    return steps


def _change(text: str, where: str, anchor: str, added: str) -> str:
    """The text with one change made in it."""
    if where == "new":
        return added + "\n"
    if where == "at the end of":
        loaded = json.loads(text)
        loaded[anchor].append(json.loads(added))
        return json.dumps(loaded, indent=2)
    assert anchor in text, anchor
    if where == "replacing":
        return text.replace(anchor, added, 1)
    lines = text.split("\n")
    at = next(number for number, line in enumerate(lines) if anchor in line)
    indent = re.match(r" *", lines[at])
    assert indent
    prefix = indent[0] + ("    " if where == "below" and lines[at].endswith("(") else "")
    at += where == "below"
    return "\n".join([*lines[:at], *textwrap.indent(added, prefix).split("\n"), *lines[at:]])


def _made(step: Step) -> str:
    """The file with the changes that the chapter shows."""
    text = "" if step.is_new else (REPOSITORY / step.file).read_text(encoding="utf-8")
    for change in step.changes:
        text = _change(text, *change)
    return text


def _fuel() -> dict[str, str]:
    """The files of the stream in ``tests/streams``, as they would be in the package."""
    folder = REPOSITORY / "tests/streams"
    stream = (folder / "fuel_stream.py").read_text(encoding="utf-8")
    stream, table = stream.split('TABLE = """\n')
    stream = re.sub(r"\n    files=[^\n]+", "", stream).replace("from pathlib import Path\n", "")
    program = (folder / "use_fuel.py").read_text(encoding="utf-8")
    texts = {
        "include/cmms/streams/fuel.py": stream,
        "include/cmms/migrations/versions/NNNN_fuel.py": 'revision = "NNNN"\n',
        "include/sql/schema/NNNN_fuel.sql": table.rstrip().removesuffix('"""'),
        "dags/fuel_sync.py": program.split("DAG_FILE = '''")[1].split("'''")[0],
        "include/cmms_ui/resources/fuel/__init__.py": "",
        "include/cmms_ui/resources/fuel/resource.py": (folder / "fuel_list.py")
        .read_text(encoding="utf-8")
        .replace("tests.streams.fuel_stream", "cmms.streams.fuel"),
    }
    texts |= {f"include/{file.relative_to(folder / 'fuel').as_posix()}": file.read_text(encoding="utf-8")
              for file in (folder / "fuel").rglob("*.*")}  # fmt: skip
    changed: dict[str, list[tuple[str, str, str]]] = {
        "include/cmms/streams/__init__.py": [
            ("below", "import EQUIPMENT", "from cmms.streams.fuel import FUEL"),
            ("replacing", "(EQUIPMENT, RUNNING_TIME)", "(EQUIPMENT, RUNNING_TIME, FUEL)"),
        ],
        "include/cmms_ui/resources/__init__.py": [
            ("below", "import EQUIPMENT", "from cmms_ui.resources.fuel.resource import FUEL_LIST"),
            ("replacing", "(EQUIPMENT, RUNNING_TIMES,", "(EQUIPMENT, RUNNING_TIMES, FUEL_LIST,"),
        ],
        "include/cmms_ui/asgi/policy.py": [
            ("below", '"/running-times/{key}"', 'Route("GET", "/fuel", VIEW),\nRoute("GET", "/fuel/{key}", VIEW),'),
        ],
    }
    texts |= {name: _made(Step(name, False, changes)) for name, changes in changed.items()}
    return {_numbered(name): _numbered(text) for name, text in texts.items()}


def _files(kind: str) -> dict[str, str]:
    """The files that an addition of this kind touches, as they are then."""
    return _fuel() if kind == "stream" else {step.file: _made(step) for step in _steps(kind)}


def _before(name: str) -> str | None:
    file = REPOSITORY / name
    return file.read_text(encoding="utf-8") if file.exists() else None


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """What goes wrong in each kind of addition, by the file that was left as it was; ``""``: none was."""
    tree = tmp_path_factory.mktemp("copy")
    shutil.copytree(REPOSITORY / "include", tree / "include", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "docs", tree / "docs", ignore=shutil.ignore_patterns("images"))
    (tree / "dags").mkdir()
    names: list[tuple[str, str]] = []
    variants: list[dict[str, Any]] = []
    for kind in CHAPTERS:
        files = _files(kind)
        before = {name: _before(name) for name in files}
        for left in ("", *files):
            names.append((kind, left))
            made = {**files, left: before[left]} if left else files
            variants.append({"kind": kind, "files": made, "before": before})
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("try_examples.py"))],
        input=json.dumps(variants),
        capture_output=True, text=True, timeout=120, cwd=tree,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(zip(names, json.loads(done.stdout.splitlines()[-1]), strict=True))


@pytest.mark.parametrize("kind", CHAPTERS)
def test_an_example_works_and_each_of_its_files_is_needed(kind: str, tried: dict[tuple[str, str], str]) -> None:
    said = {left: wrong for (tried_kind, left), wrong in tried.items() if tried_kind == kind}
    assert said.pop("") == ""
    assert [left for left, wrong in said.items() if not wrong] == []


@pytest.mark.parametrize("kind", CHAPTERS)
def test_a_chapter_lists_the_files_that_are_touched_and_no_more_than_it_may(kind: str) -> None:
    listed = [step.file for step in _steps(kind)]
    assert sorted(listed) == sorted(_files(kind))
    assert len(listed) <= CHAPTERS[kind][1]
    for step in _steps(kind):
        assert (REPOSITORY / step.file).exists() is not step.is_new, step.file
