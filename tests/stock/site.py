"""A site of Airflow in a virtual environment and folder of its own; nothing of this repository is on its path.

    site.servers                  its API server processes
    site.run("cmms", "verify")    a command, as an administrator of the site runs it
    site.run_document("init")     lines of our documents, word by word

``stock_site.py`` and ``hosted_site.py`` make one each.
"""

from __future__ import annotations

import json
import os
import re
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

from tests.plugins import view_site
from tools.processes import start_process
from tools.state_folder import REPOSITORY

PREFIX = "/airflow"
PATIENCE_SECONDS = 400.0
PASSWORD = "made-up of the tests"
OUR_DAGS = {"equipment_sync", "running_time_sync", "maintenance_evaluation", "sync_log_cleanup", "sync_watchdog",
        "cmms_reconcile_sources", "cmms_forecast_backtest", "cmms_setup", "cmms_on_request"}  # fmt: skip
SHOW_DAGS = "from airflow.dag_processing.dagbag import DagBag; b = DagBag(bundle_path=None); print(sorted(b.dags), b.import_errors)"
_BLOCK = re.compile(r"<!-- runnable: *(?P<name>[\w-]+) *-->\s*```\w*\n(?P<lines>.*?)```", re.S)


@dataclass
class Site:
    """See the module."""

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

    def run_document(self, name: str, answer: str = "", document: str = "operations.md") -> str:
        """The block of the document that is marked ``<!-- runnable: name -->``, word by word, in a shell."""
        return self.run_lines(read_block(name, document), answer)

    def run_lines(self, lines: str, answer: str = "") -> str:
        """What these lines print in a shell of the site; each must succeed."""
        return self._run(["bash", "-euo", "pipefail", "-c", lines], 0, answer)

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

    def run_dag(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Unpause a DAG, start it, and wait for its end; returns the run's state."""
        client = self.client("admin", self.servers[0])
        dag = f"{PREFIX}/api/v2/dags/{dag_id}"
        assert client.patch(dag, json={"is_paused": False}).status_code == 200
        run = client.post(f"{dag}/dagRuns", json={"logical_date": None, "conf": dict(conf or {})}).json()["dag_run_id"]

        def state() -> str | None:
            found = client.get(f"{dag}/dagRuns/{run}").json()["state"]
            return str(found) if found in ("success", "failed") else None

        return str(self.wait_until(f"{dag_id} {run}", state))

    def wait_for_services(self, *services: str) -> None:
        """Until Airflow's own monitor calls them healthy."""
        client = self.client("admin", self.servers[0])

        def are_up() -> bool:
            health = client.get(f"{PREFIX}/api/v2/monitor/health").json()
            return all(health[name]["status"] == "healthy" for name in services)

        self.wait_until(" and ".join(services), are_up)

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of the CMMS database."""
        return view_site.query(self.cmms, statement, *values)


def read_block(name: str, document: str = "operations.md") -> str:
    """The lines of a marked block."""
    text = (REPOSITORY / "docs" / document).read_text()
    (block,) = [textwrap.dedent(match["lines"]) for match in _BLOCK.finditer(text) if match["name"] == name]
    return block


@contextmanager
def own_schema(server: dict[str, Any], name: str) -> Iterator[None]:
    """A schema and a user of this name, made by the document's statements."""
    with closing(MySQLdb.connect(**server)) as connection, closing(connection.cursor()) as cursor:
        for statement in filter(str.strip, read_block("schema").split(";")):
            cursor.execute(statement.replace("cmms", name).replace("'...'", f"'{PASSWORD}'"))
        yield
        cursor.execute(f"DROP DATABASE {name}")
        cursor.execute(f"DROP USER '{name}'@'%'")


def build_environment(folder: Path, venv: Path, url: str, port: int) -> dict[str, str]:
    """What every service of a site is told; the API server's port of the tests is that of the first."""
    inherited = {
        name: value
        for name, value in view_site.inherit_environment().items()
        if not name.startswith(("CMMS_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {
        **inherited,
        "PATH": os.pathsep.join([str(venv / "bin"), inherited.get("PATH", "")]),
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}{PREFIX}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": "b25seSBpbiB0ZXN0cywgYXMgaXMgY2xlYXIuLi4uLi4=",  # pragma: allowlist secret
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": "a secret of the tests",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret of the tests that is long enough for HS512, which wants 64 bytes of it",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def answers(server: str) -> bool:
    """The guard's 401 says that Airflow and the view are up."""
    try:
        answer = httpx.get(f"{server}{PREFIX}/cmms/", timeout=60, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.UNAUTHORIZED
