"""Airflow's own database once per test run, and a site (simulated source, migrated schema) whose DAGs can be run."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cmms.simulator import Simulator, SimulatorConfig
from tests.dags.dag_site import DagSite, connection_uri


@pytest.fixture(scope="session")
def airflow_metadata() -> None:
    """Create Airflow's database in the run's own AIRFLOW_HOME."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's and Alembic's own
        from airflow.utils.db import initdb

        initdb()


@pytest.fixture(scope="module")
def migrated(database: dict[str, Any]) -> dict[str, Any]:
    """A MySQL schema with all tables, shared by the tests of one module."""
    from cmms.migrations import upgrade

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
        upgrade()
    return database


@pytest.fixture
def make_site(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, migrated: dict[str, Any]
) -> Iterator[Callable[..., DagSite]]:
    """Factory: a site with empty tables, its settings in a file; keyword arguments are sections of that file."""
    started: list[Simulator] = []

    def make(config: SimulatorConfig | None = None, **settings: Any) -> DagSite:
        simulator = Simulator(config or SimulatorConfig(equipment=40, plants=2, defect_rate=0)).start()
        started.append(simulator)
        api = {"conn_type": "http", "host": simulator.base_url, "password": simulator.config.token}
        file = tmp_path / "cmms.yaml"
        settings["api"] = {"retries": {"attempts": 1}, **settings.get("api", {})}
        settings["storage"] = {"base_path": str(tmp_path / "storage")}
        file.write_text(yaml.safe_dump(settings))
        monkeypatch.setenv("CMMS_CONFIG_FILE", str(file))
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(api))
        monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(migrated))
        site = DagSite(simulator, migrated, tmp_path)
        site.clear(plants=[f"P{number:03d}" for number in range(1, 5)])
        return site

    yield make
    for simulator in started:
        simulator.stop()


@pytest.fixture
def site(make_site: Callable[..., DagSite]) -> DagSite:
    """A site of 40 machines in two plants, without defects."""
    return make_site()
