"""The browser of the tests: the headless shell where there is one, else what the distribution has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tools import browser_binary
from tools.state_folder import BootstrapError


def _put(folder: Path, name: str) -> str:
    file = folder / name
    file.write_text("")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(browser_binary.VARIABLE, raising=False)
    return tmp_path


def test_the_headless_shell_goes_before_the_whole_browser(programs: Path) -> None:
    _put(programs, "chromium")
    shell = _put(programs, "chromium-headless-shell")
    assert browser_binary.obtain_chromium() == shell


def test_where_no_package_of_the_shell_exists_the_whole_browser_is_installed(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def install(names: Sequence[str]) -> None:
        if "chromium" not in names:
            raise BootstrapError("Unable to locate package")
        _put(programs, "chromium")

    monkeypatch.setattr(browser_binary, "install_packages", install)
    assert browser_binary.obtain_chromium() == str(programs / "chromium")
