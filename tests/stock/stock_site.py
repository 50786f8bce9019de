"""A stock site: Airflow with FAB, LocalExecutor and its metadata in MySQL, DAGs of its own, and our wheel installed.

    site.url          where people reach it: below a sub-path, through a proxy that rewrites Host
    site.servers      two API server processes on one metadata database, without the proxy

Wheel, schema, connections, ``cmms init`` and bundle are the lines of docs/operations.md, word by word. Connections are in
the metadata database.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cmms.simulator import Simulator, SimulatorConfig
from tests.airflow.airflow_site import find_free_port
from tests.plugins import view_site
from tests.stock.environment import find_wheels, obtain_environment
from tests.stock.rewriting_proxy import rewriting_proxy
from tests.stock.site import PASSWORD, PREFIX, Site, answers, build_environment, own_schema, read_block
from tools.processes import stop_processes
from tools.state_folder import REPOSITORY

ROLES = {"viewer": "Viewer", "user": "User", "op": "Op", "admin": "Admin"}
_ACCOUNT = "mysql+mysqldb://{user}:{password}@{host}:{port}/{database}"
_THEIR_DAG = '''"""A DAG of the site's own."""
from airflow.sdk import dag, task

@dag(schedule=None)
def their_own():
    @task
    def nothing():
        pass
    nothing()

their_own()
'''


@contextmanager
def running_site(folder: Path, metadata: dict[str, Any]) -> Iterator[Site]:
    """Install the site as its administrator would and start its API servers; end every process of it afterwards."""
    venv = obtain_environment("stock")
    server = {key: metadata[key] for key in ("host", "port", "user", "password")}
    cmms = {**server, "user": "cmms", "password": PASSWORD, "database": "cmms"}
    ports = [find_free_port() for _ in range(2)]
    public = find_free_port()
    url = f"http://localhost:{public}{PREFIX}"
    servers = tuple(f"http://127.0.0.1:{port}" for port in ports)
    environment = {
        **build_environment(folder, venv, url, ports[0]),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__FAB__CACHE_TTL": "1",  # FAB itself caches users for 30 s
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _ACCOUNT.format(**metadata),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": read_block("bundle").partition("list =")[2].strip(),
    }
    site = Site(folder, venv, cmms, environment, url, servers)
    with site.closing as stack:
        source = stack.enter_context(Simulator(SimulatorConfig(equipment=40, defect_rate=0)))
        site.environment |= {
            "CONSTRAINTS": str(venv / "constraints.txt"),
            "CMMS_API_URL": source.base_url,
            "CMMS_API_TOKEN": source.config.token,
            "CMMS_DB_HOST": cmms["host"],
            "CMMS_DB_PORT": str(cmms["port"]),
            "CMMS_DB_PASSWORD": PASSWORD,
        }
        stack.enter_context(own_schema(server, "cmms"))
        _install(site)
        stack.callback(lambda: stop_processes(list(site.programs.values())))
        for number, port in enumerate(ports, 1):
            site.start(f"api-server-{number}", "api-server", "--workers", "1", AIRFLOW__API__PORT=str(port))
        stack.enter_context(rewriting_proxy(ports[0], public))
        for server in servers:
            site.wait_until(f"the API server {server}", lambda server=server: answers(server))
        yield site


def _install(site: Site) -> None:
    (site.folder / "dags").mkdir()
    (site.folder / "dags/their_own.py").write_text(_THEIR_DAG)
    commands = [["db", "migrate"], ["sync-perm"]]
    for user, role in ROLES.items():
        person = ["--firstname", user, "--lastname", "Test", "--email", f"{user}@localhost.test"]
        commands.append(
            ["users", "create", "--username", user, "--role", role, "--password", view_site.PASSWORD, *person]
        )
    site.airflow(*commands)
    (site.folder / "dist").symlink_to(find_wheels())
    shutil.copy(REPOSITORY / "include/config/plants.csv", site.folder)
    for name in ("wheel", "connections", "init"):
        site.run_document(name)
    site.airflow(["dags", "reserialize"])
