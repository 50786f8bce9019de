"""mypy checks every module of the product: a module that moves is not dropped from what ``make check`` names."""

from __future__ import annotations

import re
import subprocess
import tomllib

import pytest
from mypy.find_sources import create_source_list
from mypy.options import Options

from tools.state_folder import REPOSITORY

FOLDERS = ("include", "dags", "plugins", "tools", "config")


@pytest.mark.feature("STK-01")
def test_make_check_and_mypy_alone_check_every_module_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    configured = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mypy"]
    [named] = re.findall(r"-m mypy (.+)", (REPOSITORY / "Makefile").read_text())
    assert named.split() == configured["files"]
    options = Options()
    options.namespace_packages, options.explicit_package_bases = True, True
    options.mypy_path = [configured["mypy_path"]]
    checked = {str(source.path) for source in create_source_list(configured["files"], options)}
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *FOLDERS], capture_output=True, text=True, check=True)  # fmt: skip
    modules = {file for file in listed.stdout.split() if file.endswith(".py") and (REPOSITORY / file).exists()}
    assert sorted(modules - checked) == []
    assert len(modules) > 300


@pytest.mark.feature("STK-01")
def test_no_module_of_ours_is_exempt() -> None:
    configured = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["mypy"]
    assert configured["strict"] is True and "exclude" not in configured
    ours = re.compile(r"(cmms|cmms_ui|tools|dags|plugins)\b")
    for override in configured["overrides"]:
        assert not any(ours.match(name) for name in override["module"]), override
    files = [file for folder in FOLDERS for file in (REPOSITORY / folder).rglob("*.py")]
    assert [file for file in files if re.search(r"^# mypy: ", file.read_text(encoding="utf-8"), re.M)] == []
