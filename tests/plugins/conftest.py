"""Airflow's real API application in this process, with the plugin mounted as Airflow mounts it, and a client per role."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.plugins import view_site

ClientFor = Callable[[str | None], TestClient]


@pytest.fixture(scope="session")
def seeded(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """A schema with machines, readings, rejected records and runs; shared by all tests of the view."""
    return view_site.seed_once(mysql_server, make_database, tmp_path_factory)


@pytest.fixture(scope="package")  # not longer: its environment is not that of other tests
def airflow_app(seeded: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Airflow's API application with all its plugins, as its API server runs it."""
    environment = view_site.airflow_environment(tmp_path_factory.mktemp("api") / "home", seeded)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own
        for name, value in environment.items():
            if name not in ("PYTHONPATH", "AIRFLOW_HOME", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
                patch.setenv(name, value)
        from airflow.api_fastapi.app import create_app, purge_cached_app
        from airflow.utils.db import initdb

        initdb()
        view_site.store_dags()
        purge_cached_app()
        app = create_app()
        with TestClient(app, base_url="http://testserver"):
            yield app
        purge_cached_app()
        _close_pool()


def _close_pool() -> None:
    from cmms.access.connections import engine

    engine().dispose()
    engine.cache_clear()


@pytest.fixture(scope="package")
def client_for(airflow_app: Any) -> ClientFor:
    """``client_for("op")``: a browser in which that person has logged in; ``None``: nobody."""
    made: dict[str | None, TestClient] = {}

    def make(role: str | None) -> TestClient:
        if role not in made:
            client = TestClient(airflow_app, base_url="http://testserver", headers={"Origin": "http://testserver"})
            if role is not None:
                answer = client.post("/auth/token", json={"username": role, "password": view_site.PASSWORD})
                assert answer.status_code == 201, answer.text
                client.cookies.set("_token", answer.json()["access_token"])
            made[role] = client
        return made[role]

    return make


@pytest.fixture
def no_runs(airflow_app: Any) -> Iterator[None]:
    """Airflow's runs of a test go with it: a run that waits here for ever would refuse the next test a retry."""
    view_site.remove_runs()
    yield
    view_site.remove_runs()


@pytest.fixture(scope="session")
def tables(seeded: dict[str, Any]) -> Callable[..., list[dict[str, Any]]]:
    """``tables("SELECT ...")``: rows, past the application."""
    return lambda statement, *values: view_site.query(seeded, statement, *values)


@pytest.fixture(scope="session")
def view_folder() -> Path:
    """Where the view's package lies."""
    return Path(__file__).parents[2] / "include/cmms_ui"
