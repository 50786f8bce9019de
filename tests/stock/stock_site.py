"""A stock site: Airflow with FAB, LocalExecutor and its metadata in MySQL, DAGs of its own, and our wheel installed.

    site.url          where people reach it: below a sub-path, through a proxy that rewrites Host
    site.servers      two API server processes on one metadata database, without the proxy
    site.run("cmms", "verify")    a command, as an administrator of the site runs it

Wheel, schema, connections, ``cmms init`` and bundle are the lines of docs/operations.md, word by word. Connections are in
the metadata database. The site runs in a virtual environment and folder of its own; nothing of this repository is on its
path.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import MySQLdb

from cmms.simulator import Simulator, SimulatorConfig
from tests.airflow.airflow_site import find_free_port
from tests.plugins import view_site
from tests.stock.environment import find_wheels, obtain_environment
from tests.stock.rewriting_proxy import rewriting_proxy
from tools.processes import start_process, stop_processes
from tools.state_folder import REPOSITORY

PREFIX = "/airflow"
ROLES = {"viewer": "Viewer", "user": "User", "op": "Op", "admin": "Admin"}
PATIENCE_SECONDS = 400.0
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
_BLOCK = re.compile(r"<!-- runnable: *(?P<name>[\w-]+) *-->\s*```\w*\n(?P<lines>.*?)```", re.S)
_PASSWORD = "made-up of the tests"


@dataclass
class StockSite:
    """See the module. Make it with :func:`running_site`."""

    folder: Path
    venv: Path
    cmms: dict[str, Any]
    environment: dict[str, str]
    url: str
    servers: tuple[str, ...]
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)

    def program(self, name: str) -> str:
        """Path of a console script of the site."""
        return str(self.venv / "bin" / name)

    def run(self, name: str, *words: str, code: int = 0, **environment: str) -> str:
        """What a command prints; it must end with this exit code."""
        return self._run([self.program(name), *words], code, environment=environment)

    def airflow(self, *commands: list[str]) -> str:
        """Several commands of Airflow in one process."""
        script = REPOSITORY / "tests/stock/run_commands.py"
        return self._run([self.program("python"), str(script), json.dumps(commands)], 0)

    def run_document(self, name: str, answer: str = "") -> str:
        """The block of docs/operations.md that is marked ``<!-- runnable: name -->``, word by word, in a shell."""
        return self._run(["bash", "-euo", "pipefail", "-c", read_block(name)], 0, answer)

    def _run(
        self, command: list[str], code: int, answer: str = "", environment: Mapping[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env={**self.environment, **(environment or {})}, input=answer,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == code, done.stdout[-4000:]
        return done.stdout

    def start(self, name: str, *words: str, **environment: str) -> None:
        """Start one of Airflow's programs under a name."""
        log = self.folder / "logs" / f"{name}.log"
        self.programs[name] = start_process(
            [self.program("airflow"), *words],
            log=log,
            environment={**self.environment, **environment},
            folder=self.folder,
        )

    def wait_until(self, what: str, is_so: Callable[[], Any]) -> Any:
        """What ``is_so`` returns, as soon as that is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            dead = [name for name, process in self.programs.items() if process.poll() is not None]
            assert not dead, f"{dead} ended\n{self.tail()}"
            if found := is_so():
                return found
            time.sleep(0.3)
        raise AssertionError(f"waited in vain: {what}\n{self.tail()}")

    def tail(self) -> str:
        """Ends of the programs' logs."""
        files = sorted((self.folder / "logs").glob("*.log"))
        return "\n".join(f"--- {file.name}\n{file.read_text(errors='replace')[-2000:]}" for file in files)

    def client(self, user: str, server: str) -> httpx.Client:
        """A program that is logged in by a token; closed with the site."""
        client = self.closing.enter_context(httpx.Client(base_url=server, timeout=120, trust_env=False))
        answer = client.post(f"{PREFIX}/auth/token", json={"username": user, "password": view_site.PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the CMMS database."""
        return view_site.query(self.cmms, statement, *values)


def read_block(name: str) -> str:
    """The lines of a marked block."""
    text = (REPOSITORY / "docs/operations.md").read_text()
    (block,) = [textwrap.dedent(match["lines"]) for match in _BLOCK.finditer(text) if match["name"] == name]
    return block


@contextmanager
def running_site(folder: Path, metadata: dict[str, Any]) -> Iterator[StockSite]:
    """Install the site as its administrator would and start its API servers; end every process of it afterwards."""
    venv = obtain_environment()
    server = {key: metadata[key] for key in ("host", "port", "user", "password")}
    cmms = {**server, "user": "cmms", "password": _PASSWORD, "database": "cmms"}
    ports = [find_free_port() for _ in range(2)]
    public = find_free_port()
    url = f"http://localhost:{public}{PREFIX}"
    servers = tuple(f"http://127.0.0.1:{port}" for port in ports)
    environment = _build_environment(folder, venv, metadata, url, ports[0])
    site = StockSite(folder, venv, cmms, environment, url, servers)
    with site.closing as stack:
        source = stack.enter_context(Simulator(SimulatorConfig(equipment=40, defect_rate=0)))
        site.environment |= {
            "CONSTRAINTS": str(venv / "constraints.txt"),
            "CMMS_API_URL": source.base_url,
            "CMMS_API_TOKEN": source.config.token,
            "CMMS_DB_HOST": cmms["host"],
            "CMMS_DB_PORT": str(cmms["port"]),
            "CMMS_DB_PASSWORD": _PASSWORD,
        }
        stack.enter_context(_own_schema(server))
        _install(site)
        stack.callback(lambda: stop_processes(list(site.programs.values())))
        for number, port in enumerate(ports, 1):
            site.start(f"api-server-{number}", "api-server", "--workers", "1", AIRFLOW__API__PORT=str(port))
        stack.enter_context(rewriting_proxy(ports[0], public))
        for server in servers:
            site.wait_until(f"the API server {server}", lambda server=server: _answers(server))
        yield site


def _install(site: StockSite) -> None:
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


@contextmanager
def _own_schema(server: dict[str, Any]) -> Iterator[None]:
    """The schema and the user of the document, made by its statements."""
    with closing(MySQLdb.connect(**server)) as connection, closing(connection.cursor()) as cursor:
        for statement in filter(str.strip, read_block("schema").split(";")):
            cursor.execute(statement.replace("'...'", f"'{_PASSWORD}'"))
        yield
        cursor.execute("DROP DATABASE cmms")
        cursor.execute("DROP USER 'cmms'@'%'")


def _build_environment(folder: Path, venv: Path, metadata: dict[str, Any], url: str, port: int) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in view_site.inherit_environment().items()
        if not name.startswith(("CMMS_", "PYTHON", "VIRTUAL_ENV"))
    }
    bundles = read_block("bundle").partition("dag_bundle_config_list =")[2]
    account = "mysql+mysqldb://{user}:{password}@{host}:{port}/{database}".format(**metadata)
    return {
        **inherited,
        "PATH": os.pathsep.join([str(venv / "bin"), inherited.get("PATH", "")]),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__FAB__CACHE_TTL": "1",  # FAB itself caches users for 30 s
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}{PREFIX}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": "b25seSBpbiB0ZXN0cywgYXMgaXMgY2xlYXIuLi4uLi4=",  # pragma: allowlist secret
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": account,
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": bundles.strip(),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": "a secret of the tests",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of the tests that is long enough for HS512, which wants 64 bytes of it",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _answers(server: str) -> bool:
    """The guard's 401 says that Airflow and the view are up."""
    try:
        answer = httpx.get(f"{server}{PREFIX}/cmms/", timeout=60, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.UNAUTHORIZED
