"""The site of a released version, upgraded: its schema, storage and settings, and Airflow's application on top of it."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.plugins import conftest as view
from tests.plugins import view_site
from tests.promises.site_dump import FOLDER, read_dump
from tests.sync.conftest import connection_uri

FROZEN = Path(__file__).parent / "0.1.0"
NO_SOURCE = json.dumps({"conn_type": "http", "host": "http://127.0.0.1:9"})

Rows = list[dict[str, Any]]

airflow_app, client_for = view.airflow_app, view.client_for  # the same fixtures, here on the upgraded site


@dataclass(frozen=True)
class UpgradedSite:
    """``before``: all rows by table, as they were before the upgrade. ``promises``: what was frozen."""

    database: dict[str, Any]
    folder: Path
    promises: dict[str, Any]
    before: dict[str, Rows]

    def query(self, statement: str, *values: Any) -> Rows:
        """Rows, past the application."""
        return view_site.query(self.database, statement, *values)

    def read_table(self, table: str) -> Rows:
        """Every column that was frozen of every row, in a fixed order."""
        columns = ", ".join(f"`{name}`" for name in self.promises["tables"][table])
        return self.query(f"SELECT {columns} FROM `{table}` ORDER BY {columns}")


@pytest.fixture(scope="package")
def site(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UpgradedSite]:
    """Restored as an administrator restores a backup, then migrated; nobody answers at the source's address."""
    from cmms.cli import main

    folder = tmp_path_factory.mktemp("promises")
    database = make_database(mysql_server)
    read_dump(database, FROZEN / "site.sql.gz", str(folder))
    with tarfile.open(FROZEN / "storage.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    (folder / "cmms.yaml").write_text((FROZEN / "cmms.yaml").read_text().replace(FOLDER, str(folder)))
    promises = json.loads((FROZEN / "promises.json").read_text().replace(FOLDER, str(folder)))
    found = UpgradedSite(database, folder, promises, {})
    found.before.update({table: found.read_table(table) for table in promises["tables"]})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
        patch.setenv("AIRFLOW_CONN_CMMS_API", NO_SOURCE)
        patch.setenv("CMMS_CONFIG_FILE", str(folder / "cmms.yaml"))
        assert main(["migrate"]) == 0
        yield found


@pytest.fixture(scope="package")
def seeded(site: UpgradedSite) -> dict[str, Any]:
    """The schema that Airflow's application is opened on."""
    return site.database
