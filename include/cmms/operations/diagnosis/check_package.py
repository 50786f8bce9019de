"""Group *package*: is the software complete, of one version, and are the settings valid?"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import cmms
from cmms.errors import SettingsError
from cmms.operations.diagnosis.lines import Check, Finding
from cmms.operations.diagnosis.site import Site
from cmms.package_files import find_folder
from cmms.settings import load_settings
from cmms.settings.settings_file import find_settings_file
from cmms.streams import STREAMS
from cmms.sync.validate.rule_suites import find_suite

_PACKAGE = Path(cmms.__file__).parent
_MOVED = ("cmms/api", "cmms/views", "cmms/settings.py", "cmms_ui/widgets", "cmms_ui/components", "cmms_ui/callbacks")
"""Folders and modules of the packages as they were before their rooms: a copy over an older one leaves them there."""
_PROVIDERS = ("http", "slack", "smtp")
_DRIVERS = ("MySQLdb", "pymysql")
_TESTED_PYTHON = ((3, 11), (3, 12))
_STATEMENT = re.compile(
    r'\b(?:query|execute|insert_many|load_sql|read_columns|read|read_live|read_typed|read_typed_live)\(\s*[^"()]*"([a-z_0-9]+(?:/[a-z_0-9]+)*)"(?=\s*[,)])'
)
"""A call of what runs a statement, and the statement's name: ``room/what``, or of the ground ``what`` alone."""


def check_python(_site: Site) -> Iterator[Finding]:
    """The versions that the tests run on."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] in _TESTED_PYTHON:
        yield Finding("pass", found)
    elif sys.version_info[:2] < _TESTED_PYTHON[0]:
        yield Finding("fail", f"{found} is too old", "Run Airflow on Python 3.11 or 3.12.")
    else:
        yield Finding("warn", f"{found} has not been tested", "Prefer Python 3.11 or 3.12.")


def check_airflow_version(_site: Site) -> Iterator[Finding]:
    """Airflow 3.3."""
    try:
        found = metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError:
        yield Finding("fail", "Airflow is not installed here", "Run this in the environment of Airflow's services.")
        return
    version = tuple(int(part) for part in found.split(".")[:2])
    if version == (3, 3):
        yield Finding("pass", found)
    elif version < (3, 3):
        yield Finding("fail", f"{found} is too old", "Upgrade Airflow to 3.3.")
    else:
        yield Finding(
            "warn", f"{found} has not been tested", "Try syncs and view on a test site before you rely on it."
        )


def check_providers(_site: Site) -> Iterator[Finding]:
    """The providers whose hooks are used, and a MySQL driver."""
    versions, missing = [], []
    for name in _PROVIDERS:
        try:
            versions.append(f"{name} {metadata.version(f'apache-airflow-providers-{name}')}")
        except metadata.PackageNotFoundError:
            missing.append(f"apache-airflow-providers-{name}")
    driver = next((name for name in _DRIVERS if find_spec(name)), None)
    if driver is None:
        missing.append("PyMySQL")
    if missing:
        packages = " ".join(missing)
        yield Finding("fail", f"not installed: {packages}", f"Run: pip install {packages}")
        return
    yield Finding("pass", f"{', '.join(versions)}; driver {driver}")


def check_files(_site: Site) -> Iterator[Finding]:
    """Every statement that the code names, and the files that lie beside it."""
    named = {
        find_folder("sql") / f"{name}.sql"
        for package in ("cmms", "cmms_ui")
        for file in (_PACKAGE.parent / package).rglob("*.py")
        for name in _STATEMENT.findall(file.read_text(encoding="utf-8"))
    }
    suites = [find_suite(stream) for stream in STREAMS.values()]
    expected = [*named, *suites, find_folder("config") / "cmms.yaml"]
    missing = sorted(str(file) for file in expected if not file.is_file())
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        yield Finding(
            "fail",
            f"missing: {', '.join(missing[:3])}{more}",
            "Install the package again, complete, on this machine.",
        )
        return
    yield Finding("pass", f"{len(expected)} files are there, in {_PACKAGE.parent}")


def check_one_version(_site: Site) -> Iterator[Finding]:
    """No second copy of the package, and nothing of an older version in it or in Airflow's plugins folder."""
    copies = {Path(entry, "cmms").resolve() for entry in sys.path if Path(entry, "cmms", "errors.py").is_file()}
    view = find_spec("cmms_ui")
    old = (_plugins_folder() / "cmms_ui", *(_PACKAGE.parent / name for name in _MOVED))
    if stale := ", ".join(str(folder) for folder in old if folder.exists()):
        yield Finding(
            "fail",
            f"left from an older version, what was there has moved: {stale}",
            f"Delete {stale}, then restart Airflow's services.",
        )
    elif view is None or view.origin is None:
        yield Finding("fail", "the package cmms_ui (the view) is not there", "Install the package again, complete.")
    elif len(copies) > 1 or Path(view.origin).parents[1].resolve() != _PACKAGE.parent.resolve():
        places = ", ".join(sorted({*map(str, copies), str(Path(view.origin).parent)}))
        yield Finding("fail", f"there are several copies: {places}", "Remove all but one, then restart the services.")
    else:
        yield Finding("pass", f"one copy, in {_PACKAGE.parent}")


def _plugins_folder() -> Path:
    from airflow.configuration import conf

    return Path(conf.get("core", "plugins_folder"))


def check_settings_file(site: Site) -> Iterator[Finding]:
    """The file of settings is there and valid. A version stored in the database wins over it (group database)."""
    file = find_settings_file()
    try:
        site.settings = load_settings()
    except SettingsError as error:
        yield Finding(
            "fail", error.message, f"Correct the field in {file}; the file in the package shows what is allowed."
        )
        return
    yield Finding("pass", f"{file} is valid")


def check_rules(_site: Site) -> Iterator[Finding]:
    """The validation rules can be read."""
    rules = 0
    for stream in STREAMS.values():
        file = find_suite(stream)
        try:
            suite = json.loads(file.read_text(encoding="utf-8"))
            rules += sum(1 for rule in suite["expectations"] if rule["severity"] and rule["meta"]["code"])
        except (ValueError, KeyError, TypeError) as error:
            yield Finding(
                "fail",
                f"{file} cannot be read: {type(error).__name__} {error}",
                "Restore the file from the package, or mend its JSON.",
            )
            return
    yield Finding("pass", f"{rules} rules")


CHECKS = (
    Check("package", "Python", check_python),
    Check("package", "Airflow", check_airflow_version),
    Check("package", "Providers", check_providers),
    Check("package", "Files", check_files),
    Check("package", "One version", check_one_version),
    Check("package", "Settings file", check_settings_file),
    Check("package", "Rules", check_rules, needs=("package/Files",)),
)
