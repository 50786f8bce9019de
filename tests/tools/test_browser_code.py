"""The browser code is linted and tested by Node from `.venv`; without an npm registry all else works."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tools import check_browser_code, node_packages, setup
from tools.state_folder import REPOSITORY, BootstrapError


def test_the_lock_file_names_no_address_and_a_hash_for_each_package() -> None:
    text = node_packages.LISTS[1].read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert len(packages) > 50
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []


def test_every_javascript_package_has_an_exact_version() -> None:
    wanted = json.loads(node_packages.LISTS[0].read_text(encoding="utf-8"))["devDependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_a_machine_without_a_registry_is_told_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(node_packages, "FOLDER", tmp_path)
    monkeypatch.setattr(node_packages, "_STAMP", tmp_path / "stamp")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setattr(node_packages, "_RETRIES", 0)
    with pytest.raises(BootstrapError, match=r"(?s)npm config get registry.*ECONNREFUSED"):
        node_packages.install_packages()
    setup._add_node_packages()
    assert "Only `make check` needs them" in capsys.readouterr().err
    assert not (tmp_path / "stamp").exists(), "the next check tries again"
    monkeypatch.setattr(check_browser_code, "install_packages", node_packages.install_packages)
    assert check_browser_code.main() == 1


def test_packages_that_are_there_are_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    node_packages.install_packages()
    monkeypatch.setattr(node_packages, "_run_npm", lambda *_, **__: pytest.fail("npm was run"))
    node_packages.install_packages()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('window.addEventListener("_dashprivate_pushstate", stop);', "it belongs into compat.js"),
        ("const state = window.store.getState(); stop(state);", "it belongs into compat.js"),
        ("document.body.innerHTML = window.name;", "use textContent"),
        ("nobody.knows();", "'nobody' is not defined"),
    ],
)
def test_the_linter_refuses_what_does_not_belong_into_the_browser_code(code: str, found: str) -> None:
    eslint = [node_packages.find_node(), node_packages.PACKAGES / "eslint/bin/eslint.js"]
    done = subprocess.run(
        [*eslint, "--config", "eslint.config.cjs", "--stdin", "--stdin-filename", "include/cmms_ui/browser/planted.js"],
        input=f'(function () {{\n  "use strict";\n  function stop() {{}}\n  stop();\n  {code}\n}})();\n',
        env=os.environ | {"NODE_PATH": str(node_packages.PACKAGES)},
        cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert found in done.stdout
