"""The documented lines that upgrade a copy of the folders: stale modules go, settings and other plugins stay."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.feature("TEST-26")


def upgrade(folder: Path) -> None:
    """Run the block as it stands in the page."""
    page = (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8")
    [lines] = re.findall(r"<!-- runnable: folders -->\s*```\n(.*?)```", page, re.S)
    names = {name: str(folder / name.lower()) for name in ("AIRFLOW_HOME", "COPY", "PLUGINS")}
    subprocess.run(["sh", "-euc", lines], env={**names, "PATH": "/usr/bin:/bin"}, check=True)


def write(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_stale_modules_go_and_what_is_the_sites_stays(tmp_path: Path) -> None:
    stale = [write(tmp_path / name) for name in ("copy/include/cmms/api/client.py", "plugins/cmms_ui/__init__.py")]
    settings = write(tmp_path / "copy/include/config/cmms.yaml", "timezone: Asia/Tokyo\n")
    write(tmp_path / "copy/include/config/plants.csv", "plant_code,name\n")
    other = write(tmp_path / "plugins/other.py", "# of the site")
    upgrade(tmp_path)
    assert not any(file.exists() for file in (*stale, settings, tmp_path / "copy/include"))
    assert (tmp_path / "airflow_home/cmms/cmms.yaml").read_text() == "timezone: Asia/Tokyo\n"
    assert other.exists()


def test_settings_that_are_outside_already_are_not_overwritten(tmp_path: Path) -> None:
    own = write(tmp_path / "airflow_home/cmms/cmms.yaml", "timezone: Asia/Tokyo\n")
    for name in ("cmms.yaml", "plants.csv"):
        write(tmp_path / "copy/include/config" / name, "of the package")
    upgrade(tmp_path)
    assert own.read_text() == "timezone: Asia/Tokyo\n"
