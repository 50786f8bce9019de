"""One site for all tests of this folder, started once; every test begins with empty tables and no run at work."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from cmms.simulator import SimulatorConfig
from tests.airflow.airflow_site import PLANTS, AirflowSite, running_site
from tests.airflow.hold_steps import GatedSimulator
from tests.sinks import SlackSink

_running = ExitStack()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the site with the last test of this folder: an idle Airflow would slow down all that follow."""
    if nextitem is None or nextitem.path.parent != item.path.parent:
        _running.close()


@pytest.fixture(scope="session")
def airflow_site(
    mysql_server: Any, make_database: Callable[[Any], Any], tmp_path_factory: pytest.TempPathFactory
) -> AirflowSite:
    """Airflow with the LocalExecutor, its metadata on MySQL; 30 machines, some records of them defective."""
    metadata, cmms = make_database(mysql_server), make_database(mysql_server)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_CMMS_MYSQL", "mysql://{user}:{password}@{host}:{port}/{database}".format(**cmms))
        from cmms.migrations import upgrade

        upgrade()
    config = SimulatorConfig(equipment=30, plants=2, defect_rate=0.1)
    simulator, slack = _running.enter_context(GatedSimulator(config)), _running.enter_context(SlackSink())
    folder = tmp_path_factory.mktemp("airflow")
    return _running.enter_context(running_site(folder, metadata, cmms, simulator, slack))


@pytest.fixture
def site(airflow_site: AirflowSite, monkeypatch: pytest.MonkeyPatch) -> AirflowSite:
    """The site with empty tables; this process has its connections too."""
    airflow_site.end_left_runs()
    airflow_site.simulator.reset()
    airflow_site.clear(plants=PLANTS)
    airflow_site.slack.bodies.clear()
    for name in ("AIRFLOW_CONN_CMMS_MYSQL", "AIRFLOW_CONN_CMMS_API"):
        monkeypatch.setenv(name, airflow_site.environment[name])
    assert json.loads(airflow_site.environment["AIRFLOW_CONN_CMMS_API"])["port"] == airflow_site.simulator.port
    return airflow_site
