"""The demo's ports, secrets and environment, before anything is started."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path

import pytest

from tools.database_server import Account
from tools.demo_settings import build_environment, check_ports, read_demo_settings
from tools.state_folder import BootstrapError

_PORT_VARIABLES = ("CMMS_DEMO_AIRFLOW_PORT", "CMMS_DEMO_SIMULATOR_PORT", "CMMS_DEMO_DATABASE_PORT")


@pytest.fixture(autouse=True)
def free_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test has a state folder of its own, and free ports."""
    monkeypatch.setenv("CMMS_STATE_DIR", str(tmp_path / "state"))
    for name in _PORT_VARIABLES:
        monkeypatch.setenv(name, "0")


def test_secrets_are_made_once_and_only_their_owner_may_read_them() -> None:
    first = read_demo_settings()
    assert read_demo_settings().secrets == first.secrets
    assert stat.S_IMODE((first.folder / "secrets.json").stat().st_mode) == 0o600
    assert first.secrets.airflow_password not in repr(first)


def test_a_taken_port_names_the_variable_that_chooses_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("CMMS_DEMO_SIMULATOR_PORT", str(port))
        with pytest.raises(BootstrapError, match=f"Port {port}, .*CMMS_DEMO_SIMULATOR_PORT="):
            check_ports(read_demo_settings(), with_database=True)
        monkeypatch.setenv("CMMS_DEMO_SIMULATOR_PORT", "0")
        monkeypatch.setenv("CMMS_DEMO_DATABASE_PORT", str(port))
        check_ports(read_demo_settings(), with_database=False)


@pytest.mark.parametrize("text", ["abc", "-1", "65536", "80 80"])
def test_a_port_that_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMMS_DEMO_AIRFLOW_PORT", text)
    with pytest.raises(BootstrapError, match="CMMS_DEMO_AIRFLOW_PORT must be a port number"):
        read_demo_settings()


def test_the_environment_holds_the_demo_s_connections_and_none_of_the_user_s_airflow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_SLACK", "slackwebhook://real")
    monkeypatch.setenv("NO_PROXY", "corp.example")
    settings = read_demo_settings()
    environment = build_environment(settings, Account("127.0.0.1", 3307, "cmms", "secret"), None)
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW_CONN_CMMS_SLACK" not in environment
    assert environment["NO_PROXY"] == "corp.example,127.0.0.1,localhost"
    mysql = json.loads(environment["AIRFLOW_CONN_CMMS_MYSQL"])
    assert (mysql["port"], mysql["login"], mysql["password"]) == (3307, "cmms", "secret")
    assert mysql["extra"]["local_infile"] is True
    assert json.loads(environment["AIRFLOW_CONN_CMMS_API"])["password"] == settings.secrets.api_token
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("sqlite:///")
    metadata = Account("127.0.0.1", 3307, "airflow", "a/b@c")
    environment = build_environment(settings, Account("127.0.0.1", 3307, "cmms", "secret"), metadata)
    address = "mysql+mysqldb://airflow:a%2Fb%40c@127.0.0.1:3307/cmms_demo_airflow"
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == address


def test_secrets_of_an_earlier_version_get_what_they_lack_and_keep_the_rest() -> None:
    first = read_demo_settings()
    path = first.folder / "secrets.json"
    stored = json.loads(path.read_text())
    del stored["metadata_password"]
    path.write_text(json.dumps(stored))
    second = read_demo_settings().secrets
    assert second.database_password == first.secrets.database_password
    assert second.metadata_password not in ("", first.secrets.metadata_password)
    assert read_demo_settings().secrets == second
