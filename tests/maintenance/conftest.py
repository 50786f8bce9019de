"""A migrated schema on each server, emptied before each test, with machines, readings and plans to be made by the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.maintenance.workshop import Workshop
from tests.sync.conftest import connection_uri, migrate
from tests.sync.site import Site


@pytest.fixture(scope="module")
def migrated(each_database: dict[str, Any]) -> dict[str, Any]:
    """A schema with all tables, on MySQL and then on MariaDB."""
    return migrate(each_database)


@pytest.fixture
def workshop(migrated: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Workshop:
    """Empty tables with the plants P001 to P003; the connection is named, settings are the built-in ones."""
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(migrated))
    site = Site(None, migrated, tmp_path)  # type: ignore[arg-type]
    site.clear()
    return Workshop(site)
