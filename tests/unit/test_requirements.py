"""What the code imports is what it asks for: no package comes along by chance."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
OWN = {"cmms", "cmms_ui", "tools", "tests", "benchmarks", "site_dump", "interface"}
"""The last two lie beside ``tests/promises/freeze.py``, which runs in checkouts that have no tests of that name."""
OF_CHECKERS = {"_typeshed"}
"""Imported for types alone; comes with mypy."""
PRODUCT = ("include", "dags", "plugins", "config")
TOOLS = ("tools", "tests", "benchmarks")
LEFT_TO_AIRFLOW = {"sqlalchemy"}
"""Airflow's own database depends on its version, so the wheel does not ask for it (tests/deployment/test_wheel.py)."""


def _imports(folders: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for file in sorted((REPOSITORY / folder).rglob("*.py")):
            if "peers" in file.parts:
                continue  # each has an environment of its own
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((name.name.partition(".")[0], file) for name in node.names)
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    yield (node.module or "").partition(".")[0], file


def _imported(*folders: str) -> dict[str, Path]:
    """Packages of others that modules in these folders import, each with one of the modules."""
    return {
        name: file for name, file in _imports(folders) if name not in OWN | OF_CHECKERS | set(sys.stdlib_module_names)
    }


def _requested(*files: str) -> set[str]:
    lines = "\n".join((REPOSITORY / file).read_text(encoding="utf-8") for file in files)
    return {canonicalize_name(name) for name in re.findall(r"^([A-Za-z][\w.-]*)", lines, re.MULTILINE)}


def _unasked(imported: dict[str, Path], requested: set[str]) -> dict[str, Path]:
    """Imports that no requested distribution brings; of those that bring `airflow`, one that is asked for is enough."""
    bring = packages_distributions()
    return {
        name: file
        for name, file in imported.items()
        if not requested & {canonicalize_name(distribution) for distribution in bring[name]}
    }


@pytest.mark.feature("PKG-01")
def test_what_the_product_imports_is_requested() -> None:
    imported = _imported(*PRODUCT)
    assert {"airflow", "dash", "sqlalchemy"} <= set(imported)
    assert _unasked(imported, _requested("requirements.in")) == {}


@pytest.mark.feature("PKG-01")
def test_what_tools_and_tests_import_is_requested() -> None:
    imported = _imported(*TOOLS)
    assert {"pytest", "hypothesis"} <= set(imported)
    assert _unasked(imported, _requested("requirements.in", "requirements-dev.in")) == {}


@pytest.mark.feature("PKG-01")
def test_the_wheel_asks_for_what_the_product_imports() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {canonicalize_name(Requirement(one).name) for one in asked}
    assert _unasked(_imported("include", "dags"), names | LEFT_TO_AIRFLOW) == {}
