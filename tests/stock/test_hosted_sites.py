"""Hosted Airflows, by the steps of docs/hosted.md: no shell, no compiler, no PYTHONPATH, plugins where the service puts them.

What a vendor's machinery does is done here: the archive is unpacked for the API server alone, pip installs the requirements
file (wheels only), the services run. All else goes through Airflow's own REST API, as a person's would through its pages.
"""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cmms.simulator import Simulator, SimulatorConfig
from tests.airflow.airflow_site import find_free_port
from tests.plugins import view_site
from tests.stock.environment import find_wheels, freeze, obtain_environment
from tests.stock.site import (
    OUR_DAGS,
    PASSWORD,
    PREFIX,
    SHOW_DAGS,
    Site,
    answers,
    build_environment,
    own_schema,
    read_block,
)
from tools.processes import stop_processes
from tools.state_folder import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.feature("PKG-01")]

_DOCUMENT = "hosted.md"
_WHERE_THE_SERVICE_UNPACKS = "/usr/local/airflow/plugins"
_SETTINGS = "timezone: Europe/Berlin\n"


@pytest.fixture(scope="module")
def hosted_site(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """After *Upload the three, let the service restart*: services run, nothing is connected yet."""
    database = make_database(mysql_server)
    server = {key: database[key] for key in ("host", "port", "user", "password")}
    folder = tmp_path_factory.mktemp("hosted") / "airflow"
    (folder / "dags").mkdir(parents=True)
    (folder / "dist").symlink_to(find_wheels())
    venv = obtain_environment("hosted")
    port = find_free_port()
    address = f"http://127.0.0.1:{port}"
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({"admin": view_site.PASSWORD}))
    environment = {
        **build_environment(folder, venv, address + PREFIX, port),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "no plugins here"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "CMMS_CONFIG_FILE": str(folder / "dags/cmms.yaml"),
    }
    cmms = {**server, "user": "hosted", "password": PASSWORD, "database": "hosted"}
    site = Site(folder, venv, cmms, environment, address + PREFIX, (address,))
    with site.closing as stack:
        stack.enter_context(own_schema(server, "hosted"))
        site.airflow(["db", "migrate"])
        _upload(site)
        stack.callback(lambda: stop_processes(list(site.programs.values())))
        site.start("api-server", "api-server", "--workers", "1", AIRFLOW__CORE__PLUGINS_FOLDER=str(folder / "plugins"))
        for name in ("scheduler", "dag-processor"):
            site.start(name, name)
        site.wait_until("the view", lambda: answers(address))
        site.wait_for_services("scheduler", "dag_processor")
        yield site


@pytest.fixture(scope="module")
def source() -> Iterator[Simulator]:
    """The ERP's API, with 40 machines."""
    with Simulator(SimulatorConfig(equipment=40, defect_rate=0)) as simulator:
        yield simulator


def _upload(site: Site) -> None:
    """Archive, requirements file, DAG file and settings, and what the service does with them."""
    site.run_document("archive", document=_DOCUMENT)
    with zipfile.ZipFile(site.folder / "plugins.zip") as archive:
        archive.extractall(site.folder / "plugins")
    wheel = read_block("requirements", _DOCUMENT).replace(_WHERE_THE_SERVICE_UNPACKS, str(site.folder / "plugins"))
    (site.folder / "requirements.txt").write_text(f"--constraint {site.venv / 'constraints.txt'}\n{wheel}")
    site.run("pip", "install", "--quiet", "--only-binary", ":all:", "-r", "requirements.txt")
    (site.folder / "dags/cmms_dags.py").write_text(read_block("loader", _DOCUMENT))
    (site.folder / "dags/cmms.yaml").write_text(_SETTINGS)


def test_before_anything_is_connected_the_view_names_the_connection(hosted_site: Site) -> None:
    client = hosted_site.client("admin", hosted_site.servers[0])
    answer = client.get(f"{PREFIX}/cmms/api/v1/equipment")
    assert answer.status_code == 503
    assert "cmms_mysql" in answer.json()["detail"]
    (plugin,) = [
        plugin
        for plugin in client.get(f"{PREFIX}/api/v2/plugins").json()["plugins"]
        if plugin["name"].startswith("cmms")
    ]
    assert "cmms-sync" in plugin["source"]  # by its entry point, not from the folder
    assert client.get(f"{PREFIX}/api/v2/plugins/importErrors").json()["import_errors"] == []


def test_setup_and_a_sync_run_without_shell_compiler_and_pythonpath(hosted_site: Site, source: Simulator) -> None:
    client = hosted_site.client("admin", hosted_site.servers[0])
    database = hosted_site.cmms
    for connection in (
        {"connection_id": "cmms_api", "conn_type": "http", "host": source.base_url, "password": source.config.token},
        {
            "connection_id": "cmms_mysql", "conn_type": "generic", "host": database["host"], "port": database["port"],
            "schema": database["database"], "login": database["user"], "password": database["password"],
        },
    ):  # fmt: skip
        assert client.post(f"{PREFIX}/api/v2/connections", json=connection).status_code == 201
    pool = {"name": "cmms_sync", "slots": 4}
    assert client.post(f"{PREFIX}/api/v2/pools", json=pool).status_code == 201

    plants = (REPOSITORY / "include/config/plants.csv").read_text().splitlines()[1:]
    assert hosted_site.run_dag("cmms_setup", {"plants": plants}) == "success", hosted_site.tail()
    assert hosted_site.run_dag("equipment_sync") == "success", hosted_site.tail()
    assert hosted_site.query("SELECT COUNT(*) AS n FROM plants") == [{"n": len(plants)}]
    assert hosted_site.query("SELECT COUNT(*) AS n FROM equipment") == [{"n": 40}]
    assert client.get(f"{PREFIX}/cmms/api/v1/equipment").json()["total"] == 40
    assert client.get(f"{PREFIX}/api/v2/importErrors").json()["total_entries"] == 0
    assert [line for line in freeze(hosted_site.venv) if line.lower().startswith("mysqlclient")] == []


def test_the_package_comes_from_an_index_by_its_name(hosted_site: Site, tmp_path: Path) -> None:
    shutil.copytree(find_wheels(), tmp_path / "simple/cmms-sync")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as index:
        threading.Thread(target=index.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{index.server_port}/simple"
        name = read_block("package", _DOCUMENT).strip()
        shown = hosted_site.run(
            "pip", "install", "--dry-run", "--force-reinstall", "--no-deps", "--isolated", "--index-url", address, name
        )
        index.shutdown()
    assert "Would install cmms-sync-" in shown


def test_an_image_with_folders_has_wheel_settings_and_dags(
    hosted_site: Site, source: Simulator, tmp_path: Path
) -> None:
    """The Dockerfile's lines as a shell runs them in the project's folder; no engine here could build the image."""
    project = tmp_path / "project"
    for name in ("dags", "plugins", "include"):
        (project / name).mkdir(parents=True)
    (wheel,) = find_wheels().glob("*.whl")
    steps = [line.partition(" ") for line in read_block("dockerfile", _DOCUMENT).splitlines()]
    assert [step for step, _, _ in steps] == ["COPY", "RUN"]
    pattern, target = steps[0][2].split()
    assert wheel.match(pattern) and target == "./"
    shutil.copy(wheel, project)
    hosted_site.run("pip", "uninstall", "--yes", "--quiet", "cmms-sync")
    hosted_site.run_lines(f"cd '{project}'; export PIP_NO_INDEX=1; {steps[1][2]}")  # all else is in the image
    (project / "dags/cmms_dags.py").write_text(read_block("loader", _DOCUMENT))
    (project / "include/cmms.yaml").write_text(_SETTINGS)
    image = {
        "PYTHONPATH": str(project),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project / "plugins"),
        "CMMS_CONFIG_FILE": str(project / "include/cmms.yaml"),
    }
    assert hosted_site.run("python", "-c", SHOW_DAGS, **image).splitlines()[-1] == f"{sorted(OUR_DAGS)} {{}}"
    shown = hosted_site.run("cmms", "init", **image)
    assert str(project / "include/cmms.yaml") in shown
    # The site's own DAG processor may have parsed its files while the package was uninstalled: until it does so again.
    hosted_site.wait_until("nothing that fails", lambda: "FAIL" not in hosted_site.run("cmms", "init", **image))
