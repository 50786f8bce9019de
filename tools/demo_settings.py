"""What the demo needs to know before it starts anything: ports, secrets, and the environment of its programs.

Input: environment variables for the ports, and the secrets that an earlier start has left. Output: one frozen
`DemoSettings`, and the environment that makes Airflow and the command line use the demo's servers only.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from tools.database_server import Account
from tools.state_folder import REPOSITORY, BootstrapError, find_state_folder, write_secret

DATABASE = "cmms"
DATABASE_USER = "cmms"
METADATA = "cmms_demo_airflow"  # schema and, on a private server, user of Airflow's metadata
_MARK = "CMMS_DEMO_FOLDER"
# name: (environment variable, default, what listens there)
_PORTS = {
    "airflow": ("CMMS_DEMO_AIRFLOW_PORT", 8080, "Airflow"),
    "simulator": ("CMMS_DEMO_SIMULATOR_PORT", 8087, "the simulated source API"),
    "database": ("CMMS_DEMO_DATABASE_PORT", 13306, "the demo's database server"),
}
_LOCK_SECONDS = 60  # of SQLite: a program that writes for long must not fail the others, as it does after five
# Airflow's own users: role by capability, so that each can be tried.
USERS = ("admin", "op", "user", "viewer")


@dataclasses.dataclass(frozen=True)
class DemoSecrets:
    """Passwords and keys, made once and kept in a file that only its owner can read."""

    database_password: str = dataclasses.field(repr=False)
    metadata_password: str = dataclasses.field(repr=False)
    airflow_password: str = dataclasses.field(repr=False)
    api_token: str = dataclasses.field(repr=False)
    jwt_secret: str = dataclasses.field(repr=False)
    fernet_key: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True)
class DemoSettings:
    """Folders, ports and secrets of one demo."""

    folder: Path
    airflow_port: int
    simulator_port: int
    database_port: int
    secrets: DemoSecrets

    @property
    def logs(self) -> Path:
        """Folder with one log file a program."""
        return self.folder / "logs"

    @property
    def mark(self) -> dict[str, str]:
        """What every process of this demo has in its environment."""
        return find_demo_mark()

    @property
    def airflow_url(self) -> str:
        """Where a person opens Airflow."""
        return f"http://127.0.0.1:{self.airflow_port}"

    @property
    def simulator_url(self) -> str:
        """Where the simulated source API answers."""
        return f"http://127.0.0.1:{self.simulator_port}"


def find_demo_mark() -> dict[str, str]:
    """Return the variable that every process of this demo carries, by which a later start finds what was left."""
    return {_MARK: str(find_state_folder() / "demo")}


def read_demo_settings() -> DemoSettings:
    """Return the settings of this machine's demo, its secrets made at the first call."""
    folder = find_state_folder() / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    return DemoSettings(
        folder=folder,
        airflow_port=_read_port("airflow"),
        simulator_port=_read_port("simulator"),
        database_port=_read_port("database"),
        secrets=_read_secrets(folder / "secrets.json"),
    )


def check_ports(settings: DemoSettings, *, with_database: bool) -> None:
    """Raise a sentence for a port that another program has.

    Raises:
        BootstrapError: names the port and the variable that chooses another.
    """
    ports = {"airflow": settings.airflow_port, "simulator": settings.simulator_port}
    if with_database:
        ports["database"] = settings.database_port
    for name, port in ports.items():
        variable, _, what = _PORTS[name]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise BootstrapError(
                    f"Port {port}, meant for {what}, cannot be used ({error.strerror}). "
                    f"Choose another: {variable}={port + 1000} make demo"
                ) from error


def build_environment(settings: DemoSettings, database: Account, metadata: Account | None) -> dict[str, str]:
    """Return the environment of every program of the demo; no Airflow setting of the user's leaks in.

    Args:
        settings: Of the demo.
        database: What the syncs log in with.
        metadata: What Airflow logs in with; None: its metadata is a SQLite file.
    """
    airflow = settings.folder / "airflow"
    api = {
        "conn_type": "http",
        "host": "127.0.0.1",
        "port": settings.simulator_port,
        "schema": "http",
        "password": settings.secrets.api_token,
    }
    mysql = {
        "conn_type": "mysql",
        "host": database.host,
        "port": database.port,
        "login": database.user,
        "password": database.password,
        "schema": DATABASE,
        "extra": {"charset": "utf8mb4", "local_infile": True},
    }
    return {
        **_inherit_environment(),
        **settings.mark,
        "PYTHONPATH": os.pathsep.join(str(REPOSITORY / name) for name in ("include", "config")),
        "PYTHONUNBUFFERED": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "AIRFLOW_HOME": str(airflow),
        "AIRFLOW_CONN_CMMS_API": json.dumps(api),
        "AIRFLOW_CONN_CMMS_MYSQL": json.dumps(mysql),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(max(4, 2 * (os.cpu_count() or 1))),
        "AIRFLOW__CORE__FERNET_KEY": settings.secrets.fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{name}:{name}" for name in USERS),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_write_passwords(settings)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{settings.airflow_url}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": _metadata_address(airflow, metadata),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__BASE_URL": settings.airflow_url,
        "AIRFLOW__API__SECRET_KEY": settings.secrets.jwt_secret,
        "AIRFLOW__API__INSTANCE_NAME": "CMMS Sync demo",
        "AIRFLOW__API_AUTH__JWT_SECRET": settings.secrets.jwt_secret,
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _metadata_address(home: Path, metadata: Account | None) -> str:
    if metadata is None:
        return f"sqlite:///{home / 'airflow.db'}?timeout={_LOCK_SECONDS}"
    return metadata.to_uri(METADATA).replace("mysql://", "mysql+mysqldb://", 1)


def _inherit_environment() -> Mapping[str, str]:
    """Return this process's environment without Airflow's variables, and with loopback past any proxy."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
    for key in ("no_proxy", "NO_PROXY"):
        inherited[key] = ",".join(filter(None, [inherited.get(key), "127.0.0.1", "localhost"]))
    return inherited


def _write_passwords(settings: DemoSettings) -> Path:
    path = settings.folder / "airflow-passwords.json"
    write_secret(path, json.dumps(dict.fromkeys(USERS, settings.secrets.airflow_password)))
    return path


def _read_port(name: str) -> int:
    variable, default, _ = _PORTS[name]
    text = os.environ.get(variable) or str(default)
    if text.isdigit() and 0 <= int(text) < 65536:
        return int(text) or _pick_free_port()
    raise BootstrapError(f"{variable} must be a port number (0 picks a free one), not {text!r}.")


def _pick_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_secrets(path: Path) -> DemoSecrets:
    """Read the secrets; those that an earlier version of the demo did not know yet are made."""
    stored: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = {
        "database_password": secrets.token_urlsafe(18),
        "metadata_password": secrets.token_urlsafe(18),
        "airflow_password": secrets.token_urlsafe(9),
        "api_token": secrets.token_urlsafe(18),
        "jwt_secret": secrets.token_urlsafe(48),
        "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }
    if missing := made.keys() - stored.keys():
        stored |= {name: made[name] for name in missing}
        write_secret(path, json.dumps(stored))
    return DemoSecrets(**{name: stored[name] for name in made})
