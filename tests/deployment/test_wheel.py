"""The wheel: everything inside, nothing needed beside it, and one plugin however it was installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make wheel` builds."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    (built,) = folder.glob("cmms_sync-*-py3-none-any.whl")
    return built


@pytest.fixture(scope="module")
def site_packages(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed where nothing else is."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _run(site_packages: Path, code: str, home: Path, **environment: str) -> str:
    """What the code prints with the installed package, away from the checkout, in an Airflow home of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CMMS_", "AIRFLOW"))}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=home,
        env={
            **inherited,
            "PYTHONPATH": str(site_packages),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package(site_packages: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "include", "dags"], cwd=REPOSITORY, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        inside = name.removeprefix("include/")
        if not inside.startswith(("cmms/", "cmms_ui/")):
            inside = f"cmms/_files/{inside}"
        assert (site_packages / inside).read_bytes() == (REPOSITORY / name).read_bytes()


@pytest.mark.feature("PKG-01")
def test_the_installed_package_needs_nothing_beside_it(site_packages: Path, tmp_path: Path) -> None:
    code = """
import json
import cmms, cmms_ui
from cmms.database import load_sql
from cmms.package_files import find_folder
from cmms.schema_version import newest_version
from cmms.settings import load_settings
from cmms.settings.settings_file import find_plants_file
from cmms.sync.validate.rule_suites import SUITES, load_suite
from airflow.dag_processing.dagbag import DagBag
from pathlib import Path
from cmms.dag_bundle import CmmsDagBundle
bag = DagBag(str(CmmsDagBundle(name="cmms").path))
Path("loader.py").write_text("from cmms.dag_loader import load_dags  # airflow DAG\\n\\nload_dags(globals())\\n")
loaded = DagBag("loader.py")
print(json.dumps({
    "errors": bag.import_errors | loaded.import_errors, "loaded": sorted(loaded.dags), "files": str(bag.dag_folder), "dags": sorted(bag.dags), "suites": str(SUITES), "plants": str(find_plants_file()),
    "zone": load_settings().timezone, "statement": load_sql("now"), "migration": newest_version(),
}))
"""
    found = json.loads(_run(site_packages, code, tmp_path).splitlines()[-1])
    assert found["errors"] == {}
    assert found["files"].startswith(str(site_packages))
    assert found["dags"] == found["loaded"] == sorted(file.stem for file in (REPOSITORY / "dags").glob("*.py"))
    assert found["suites"].startswith(str(site_packages)) and found["plants"].startswith(str(site_packages))
    assert found["zone"] == "UTC" and found["statement"].startswith("SELECT") and found["migration"] >= "0008"


_LIST_PLUGINS = """
from airflow.plugins_manager import _get_plugins
plugins, errors = _get_plugins()
print([(plugin.name, type(plugin).__module__, str(plugin.source)) for plugin in plugins if plugin.name == "cmms"], errors)
"""


@pytest.mark.feature("PKG-01")
def test_the_view_is_registered_once_by_the_entry_point_with_or_without_the_folder(
    site_packages: Path, tmp_path: Path
) -> None:
    for folder in (tmp_path / "nothing", REPOSITORY / "plugins"):
        shown = _run(site_packages, _LIST_PLUGINS, tmp_path, AIRFLOW__CORE__PLUGINS_FOLDER=str(folder))
        assert shown.count("cmms_ui.airflow_plugin") == 2, shown  # module, and entry point as source
        assert "cmms-sync==" in shown and shown.strip().endswith("{}")


def test_the_view_is_registered_by_the_folder_alone_and_a_left_folder_is_reported(tmp_path: Path) -> None:
    plugins = tmp_path / "plugins"
    (plugins / "cmms_ui").mkdir(parents=True)  # of a version that had the view there
    shutil.copy(REPOSITORY / "plugins/cmms_plugin.py", plugins)
    code = f"{_LIST_PLUGINS}\nfrom cmms_ui.airflow_plugin import find_stale_folder\nprint(find_stale_folder())"
    shown = _run(REPOSITORY / "include", code, tmp_path, AIRFLOW__CORE__PLUGINS_FOLDER=str(plugins))
    assert "$PLUGINS_FOLDER/cmms_plugin.py" in shown
    assert f"{plugins / 'cmms_ui'} is left from an earlier version" in shown
    assert shown.splitlines()[-1] == str(plugins / "cmms_ui")


def test_the_command_of_the_wheel_is_that_of_the_module(site_packages: Path) -> None:
    scripts = [point for point in _metadata(site_packages).entry_points if point.group == "console_scripts"]
    assert [(script.name, script.value) for script in scripts] == [("cmms", "cmms.cli:main")]


def _metadata(site_packages: Path) -> PathDistribution:
    (info,) = site_packages.glob("cmms_sync-*.dist-info")
    return PathDistribution(info)


def _pinned() -> dict[str, str]:
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)(?:\[.+\])?==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def test_the_wheel_asks_for_ranges_that_hold_what_the_tests_run_on(site_packages: Path) -> None:
    needed = [Requirement(text) for text in _metadata(site_packages).requires or []]
    assert needed
    for requirement in needed:
        assert "==" not in str(requirement.specifier), requirement
        assert requirement.specifier.contains(_pinned()[canonicalize_name(requirement.name)]), requirement


def test_the_wheel_brings_no_executor_and_no_driver_of_airflows_own_database(site_packages: Path) -> None:
    names = {canonicalize_name(Requirement(text).name) for text in _metadata(site_packages).requires or []}
    assert not names & {"celery", "redis", "psycopg2-binary", "asyncpg", "sqlalchemy"}
    assert not names & {"apache-airflow-providers-fab", "apache-airflow-providers-celery"}
