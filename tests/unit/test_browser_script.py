"""The script that pages run: every file once, and every function that a callback names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from cmms_ui.browser.text import SCRIPTS
from cmms_ui.make_script import FOLDER, find_files, make_script


def _named_functions(file: Path) -> list[str]:
    """What a module names by ``ClientsideFunction("cmms", ...)``."""
    return [
        node.args[1].value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ClientsideFunction"
        if isinstance(node.args[1], ast.Constant)
    ]


MODULES = [file for file in sorted((FOLDER / "browser").glob("*.py")) if _named_functions(file)]


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("module", MODULES, ids=lambda file: file.stem)
def test_a_function_that_a_callback_names_lies_in_the_file_beside_it(module: Path) -> None:
    script = module.with_suffix(".js").read_text(encoding="utf-8")
    for name in _named_functions(module):
        assert f"cmms.{name} = function" in script, f"{module.name} names {name}"


def test_no_callback_of_the_browser_is_written_as_a_text_in_python() -> None:
    for file in FOLDER.rglob("*.py"):
        assert not re.search(r"""["']\s*function\s*\(""", file.read_text(encoding="utf-8")), file


def test_the_script_holds_every_file_once_and_what_all_lean_on_first() -> None:
    heads = re.findall(r"^// ---- (.+)$", make_script(SCRIPTS), re.MULTILINE)
    assert heads[0] == "compat.js"
    assert sorted(heads) == sorted(file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.js"))
    assert len(find_files()) == len(heads)


def test_every_file_keeps_its_variables_to_itself() -> None:
    """Files are joined: what one left outside a function would be another's too."""
    for file in find_files():
        code = re.sub(r"^//.*\n", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert code.startswith('(function () {\n  "use strict";\n'), file
        assert code.endswith("})();\n"), file
