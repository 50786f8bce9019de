"""What the view is defined by knows no database driver, and the services know no view."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFINITIONS = ("schema.py", "status.py", "policy.py", "list_query.py", "present_rows.py", "resources", "components", "widgets", "pages")  # fmt: skip
DRIVERS = {"MySQLdb", "sqlalchemy", "pymysql"}
VIEW = {"cmms_ui", "dash", "dash_mantine_components", "dash_ag_grid"}


def _imports(file: Path) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def _modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]
    assert found, folder
    return found


@pytest.mark.feature("UIF-08")
@pytest.mark.parametrize("part", DEFINITIONS)
def test_a_definition_of_the_view_imports_no_database_driver(part: str) -> None:
    for file in _modules(ROOT / "plugins/cmms_ui" / part):
        assert not DRIVERS & set(_imports(file)), file


@pytest.mark.feature("UIF-08")
def test_no_service_imports_the_view() -> None:
    for file in _modules(ROOT / "include/cmms"):
        assert not VIEW & set(_imports(file)), file
