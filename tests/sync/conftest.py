"""One migrated schema per module, one simulator per test, and the connections that name them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cmms.simulator import Simulator, SimulatorConfig
from tests.sync.site import Site


def connection_uri(database: dict[str, Any]) -> str:
    """Value of AIRFLOW_CONN_CMMS_MYSQL."""
    return "mysql://{user}:{password}@{host}:{port}/{database}".format(**database)


def name_connections(monkeypatch: pytest.MonkeyPatch, simulator: Simulator, database: dict[str, Any]) -> None:
    """Define ``cmms_api`` and ``cmms_mysql`` as an operator would, by environment variables."""
    config = simulator.config
    login, password = {
        "basic": (config.username, config.password),
        "oauth2": (config.client_id, config.client_secret),
    }.get(config.auth, (None, config.token))
    api = {"conn_type": "http", "host": simulator.base_url, "login": login, "password": password}
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", json.dumps(api))
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))


def migrate(database: dict[str, Any]) -> dict[str, Any]:
    """Bring a fresh schema to the newest version."""
    from cmms.migrations import upgrade

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(database))
        upgrade()
    return database


@pytest.fixture(scope="module")
def migrated(database: dict[str, Any]) -> dict[str, Any]:
    """A MySQL schema with all tables, shared by the tests of one module."""
    return migrate(database)


@pytest.fixture(scope="module")
def migrated_on_each(each_database: dict[str, Any]) -> dict[str, Any]:
    """The same on MySQL and then on MariaDB."""
    return migrate(each_database)


@pytest.fixture
def make_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Factory: a site with empty tables; the latest one made is the one that syncs talk to."""
    simulators: list[Simulator] = []

    def make(database: dict[str, Any], config: SimulatorConfig | None = None, **clear: Any) -> Site:
        simulator = Simulator(config or SimulatorConfig(equipment=0)).start()
        simulators.append(simulator)
        name_connections(monkeypatch, simulator, database)
        site = Site(simulator, database, tmp_path)
        site.clear(**clear)
        return site

    yield make
    for simulator in simulators:
        simulator.stop()


@pytest.fixture
def validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are equal in every value are validated once: hundreds of syncs of the same records need no more."""
    remember_results(monkeypatch)


def remember_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validation is a function of its arguments and takes most of the time of a small sync."""
    from cmms.sync.validate import validation_result

    known: dict[str, Any] = {}
    real = validation_result.apply_rules

    def apply(frame: Any, **context: Any) -> Any:
        key = repr((frame.schema, frame.rows(), context))
        if key not in known:
            known[key] = real(frame, **context)
        return copy.deepcopy(known[key])

    monkeypatch.setattr(validation_result, "apply_rules", apply)


@pytest.fixture
def site(make_site: Callable[..., Site], migrated: dict[str, Any]) -> Site:
    """A site on MySQL with empty tables and the plants P001 to P003."""
    return make_site(migrated)
