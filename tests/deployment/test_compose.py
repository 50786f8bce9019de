"""docker-compose.yaml, statically: complete, nothing secret in it, and in agreement with the code and the pins."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import PurePosixPath
from typing import Any

import pytest

from cmms import settings
from cmms.settings import settings_file
from cmms.storage import Storage
from tests.deployment.compose_file import (
    REPOSITORY,
    MissingVariable,
    interpolate,
    read_compose,
    read_example,
    read_pins,
    read_variables,
)

AIRFLOW_SERVICES = {"api-server", "scheduler", "dag-processor", "triggerer", "worker"}
SERVERS = {"postgres", "redis", "mysql"}
SECRETS = {
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_CONN_CMMS_API",
    "POSTGRES_PASSWORD",
    "REDIS_PASSWORD",
    "CMMS_MYSQL_PASSWORD",
}


def _variables() -> dict[str, str]:
    """A filled-in .env."""
    connection = '{"conn_type": "http", "host": "http://simulator:8087", "password": "token"}'
    secrets = {name: f"made-up-{name.lower().replace('_', '-')}" for name in SECRETS}
    return {**read_example(), **secrets, "AIRFLOW_CONN_CMMS_API": connection}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    result: dict[str, dict[str, Any]] = read_compose(_variables())["services"]
    return result


@pytest.fixture(scope="module")
def environment(services: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What all Airflow services share."""
    result: dict[str, str] = services["scheduler"]["environment"]
    return result


def test_every_part_of_airflow_and_every_server_is_there(services: dict[str, Any]) -> None:
    assert set(services) == AIRFLOW_SERVICES | SERVERS | {"init", "simulator"}
    commands = {name: services[name]["command"] for name in AIRFLOW_SERVICES}
    assert commands.pop("worker") == "celery worker"
    assert all(command == name for name, command in commands.items())


def test_what_keeps_running_restarts_and_has_a_health_check(services: dict[str, Any]) -> None:
    for name in set(services) - {"init"}:
        assert services[name]["restart"] == "unless-stopped", name
        check = services[name]["healthcheck"]
        assert check["test"][0] in ("CMD", "CMD-SHELL"), name
        assert {"interval", "timeout", "retries"} <= set(check), name
    assert services["init"]["restart"] == "no"
    assert "healthcheck" not in services["init"]


def test_airflow_starts_after_init_and_init_after_healthy_servers(services: dict[str, Any]) -> None:
    for name in AIRFLOW_SERVICES:
        assert services[name]["depends_on"]["init"]["condition"] == "service_completed_successfully", name
    waited_for = services["init"]["depends_on"]
    assert waited_for == {server: {"condition": "service_healthy"} for server in SERVERS}
    assert services["worker"]["depends_on"]["api-server"]["condition"] == "service_healthy"


def test_only_the_simulator_needs_a_profile(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if service.get("profiles")} == {"simulator"}


def test_ports_are_published_on_loopback_only(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"api-server": ["127.0.0.1:8080:8080"]}


def test_every_image_names_its_version(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.search(r":\d+(\.\d+)*(-\w+)?$", service["image"]), name
    version = re.search(
        r'^version = "(.+)"$', (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert version
    ours = {services[name]["image"] for name in AIRFLOW_SERVICES | {"init", "simulator"}}
    assert ours == {f"cmms-sync:{version[1]}"}


def test_the_airflow_image_has_the_pinned_version_and_python() -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    tag = re.search(r"^ARG AIRFLOW_IMAGE=apache/airflow:([\d.]+)-python([\d.]+)$", dockerfile, re.MULTILINE)
    assert tag
    assert tag[1] == read_pins()["apache-airflow"] == read_pins()["apache-airflow-core"]
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"--python-version ([\d.]+)", makefile)) == {tag[2]}


def test_the_mysql_image_is_of_a_supported_series(services: dict[str, Any]) -> None:
    assert re.fullmatch(r"mysql:(8\.4|9\.\d+)", services["mysql"]["image"])


def test_the_image_holds_what_the_services_need(environment: dict[str, str]) -> None:
    dockerfile = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    copied = dict(re.findall(r"^COPY --chown=airflow:root (\w+) (\S+)$", dockerfile, re.MULTILINE))
    assert copied == {name: f"/opt/airflow/{name}" for name in ("dags", "plugins", "include", "config")}
    assert all(any((REPOSITORY / name).iterdir()) for name in copied)
    assert environment["PYTHONPATH"] == copied["include"]
    assert "-r /tmp/requirements.txt" in dockerfile
    sent = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in (*copied, "requirements.txt")} == {line for line in sent if line[:1] == "!"}


def test_the_image_builds_the_pinned_mysqlclient_and_checks_its_hash() -> None:
    """Its wheel is made here, so it has no hash in the requirements: it must be there before they are installed."""
    dockerfile = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    [command] = re.findall(r"^RUN (awk .*) > /tmp/mysqlclient.txt", dockerfile, re.MULTILINE)
    command = command.replace("/tmp/requirements.txt", str(REPOSITORY / "requirements.txt"))
    taken = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.splitlines()
    assert taken[0].split()[0] == f"mysqlclient=={read_pins()['mysqlclient']}"
    assert len(taken) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in taken[1:])
    assert dockerfile.index("pip install --no-cache-dir --no-deps /tmp/wheels/*.whl") < dockerfile.index(
        "-r /tmp/requirements.txt \\"
    )


def test_every_package_behind_a_configured_class_or_address_is_pinned(environment: dict[str, str]) -> None:
    pins = read_pins()
    for package in ("apache-airflow-providers-celery", "apache-airflow-providers-fab", "redis", "asyncpg"):
        assert package in pins
    # SQLAlchemy 2.1 takes another driver for a plain postgresql:// address.
    for name in ("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND"):
        assert "postgresql+psycopg2://" in environment[name]
    assert "psycopg2-binary" in pins
    module = environment["AIRFLOW__CORE__AUTH_MANAGER"].rpartition(".")[0]
    assert importlib.util.find_spec(module)


def test_the_pinned_celery_is_one_that_the_executor_of_airflow_can_import(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    from celery.app.utils import find_app

    for name in ("AIRFLOW__CELERY__BROKER_URL", "AIRFLOW__CELERY__RESULT_BACKEND"):
        monkeypatch.setenv(name, environment[name])
    app = re.search(r"celery --app (\S+) inspect ping", services["worker"]["healthcheck"]["test"][1])
    assert app
    assert find_app(app[1]).main == "airflow.providers.celery.executors.celery_executor"


def test_every_airflow_option_exists(environment: dict[str, str]) -> None:
    from airflow.configuration import conf

    options = [name.split("__")[1:] for name in environment if name.startswith("AIRFLOW__")]
    for section, option in options:
        assert option.lower() in conf.get_options_including_defaults(section.lower()), f"{section}.{option}"


def test_what_must_agree_between_containers_does(services: dict[str, Any], environment: dict[str, str]) -> None:
    wanted = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api-server:8080/execution/",
        "AIRFLOW__CORE__FERNET_KEY": "made-up-airflow-fernet-key",
        "AIRFLOW__API_AUTH__JWT_SECRET": "made-up-airflow-jwt-secret",
        "AIRFLOW__API__SECRET_KEY": "made-up-airflow-secret-key",
    }
    for name in AIRFLOW_SERVICES | {"init"}:
        assert environment.items() <= services[name]["environment"].items(), name
        assert wanted.items() <= services[name]["environment"].items(), name
    assert (
        services["postgres"]["environment"]["POSTGRES_PASSWORD"] in environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    )
    assert services["redis"]["command"] == ["redis-server", "--requirepass", "made-up-redis-password"]
    assert environment["AIRFLOW__CELERY__BROKER_URL"] == "redis://:made-up-redis-password@redis:6379/0"


def test_the_connections_are_the_ones_the_code_reads(services: dict[str, Any], environment: dict[str, str]) -> None:
    from airflow.sdk.definitions.connection import Connection

    names = {name.removeprefix("AIRFLOW_CONN_").lower() for name in environment if name.startswith("AIRFLOW_CONN_")}
    ours = {
        settings.API_CONNECTION,
        settings.MYSQL_CONNECTION,
        settings.SLACK_CONNECTION,
        settings.SMTP_CONNECTION,
    }
    assert names == ours
    mysql = Connection.from_uri(environment["AIRFLOW_CONN_CMMS_MYSQL"], conn_id="cmms_mysql")
    server = services["mysql"]["environment"]
    assert (mysql.conn_type, mysql.host, mysql.port) == ("mysql", "mysql", 3306)
    assert (mysql.login, mysql.password) == (server["MYSQL_USER"], server["MYSQL_PASSWORD"])
    assert mysql.schema == server["MYSQL_DATABASE"]
    api = Connection.from_json(environment["AIRFLOW_CONN_CMMS_API"], conn_id="cmms_api")
    assert (api.conn_type, api.host, api.password) == ("http", "http://simulator:8087", "token")
    optional = read_example(commented=True)
    kinds = {name: Connection.from_json(value, conn_id=name).conn_type for name, value in optional.items()}
    assert kinds == {"AIRFLOW_CONN_CMMS_SLACK": "slackwebhook", "AIRFLOW_CONN_CMMS_SMTP": "smtp"}
    # No value: compose passes them on where they are set, and leaves them out where not.
    assert all(environment[name] is None for name in optional)


def test_the_storage_of_the_settings_is_a_volume_all_workers_share(
    services: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", "/opt/airflow")
    folder = str(Storage(settings.Settings().storage).base)
    assert f"mkdir -m 0770 -p {folder}" in (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
    for name in AIRFLOW_SERVICES | {"init"}:
        assert f"cmms-storage:{folder}" in services[name]["volumes"], name


def test_the_site_s_settings_are_mounted_where_they_are_read(
    services: dict[str, Any], environment: dict[str, str]
) -> None:
    mounts = {target: source for source, target, *_ in (volume.split(":") for volume in services["worker"]["volumes"])}
    file = PurePosixPath(environment["CMMS_CONFIG_FILE"])
    assert REPOSITORY / mounts[str(file.parent)] / file.name == settings_file.DEFAULT_FILE
    assert "./include/config:/opt/airflow/include/config:ro" in services["worker"]["volumes"]


def test_every_named_volume_is_declared_and_used(services: dict[str, Any]) -> None:
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    declared = set(read_compose(_variables())["volumes"])
    assert {name for name in used if not name.startswith(".")} == declared


def test_init_migrates_both_databases_seeds_and_makes_the_pool(services: dict[str, Any]) -> None:
    from cmms.cli import _parser

    shell, option, script = services["init"]["command"]
    assert (shell, option) == ("bash", "-ec")
    lines = script.splitlines()
    assert lines[0] == "airflow db migrate"
    ours = [line.removeprefix("python -m cmms ") for line in lines if line.startswith("python -m cmms ")]
    assert ours == ["migrate", "seed"]
    for command in ours:
        _parser().parse_args(command.split())
    assert f"airflow pools get {settings.POOL} " in script
    assert f'airflow pools set {settings.POOL} "$CMMS_POOL_SLOTS"' in script
    assert "airflow users create --role Admin" in script


def test_the_simulator_s_command_line_is_one_it_accepts(services: dict[str, Any]) -> None:
    from cmms.cli import _parser

    python, *arguments = services["simulator"]["entrypoint"]
    assert (python, arguments[:2]) == ("python", ["-m", "cmms"])
    parsed = _parser().parse_args(arguments[2:])
    assert (parsed.host, parsed.port) == ("0.0.0.0", 8087)


def test_mysql_accepts_files_for_staging(services: dict[str, Any]) -> None:
    assert "--local-infile=ON" in services["mysql"]["command"]


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_missing_secret_stops_compose_with_its_name(name: str) -> None:
    with pytest.raises(MissingVariable, match=f"set {name} in .env"):
        read_compose({**_variables(), name: ""})


def test_no_secret_has_a_value_in_the_repository() -> None:
    used = read_variables()
    assert {name for name, (kind, _) in used.items() if kind == "?"} == SECRETS
    assert all(read_example()[name] == "" for name in SECRETS)
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|KEY")
    assert not [name for name, (kind, rest) in used.items() if secret.search(name) and kind != "?" and rest]


def test_env_example_names_every_variable_with_the_file_s_default_and_no_other() -> None:
    example, used = read_example(), read_variables()
    assert set(example) == set(used)
    assert {name: example[name] for name, (kind, _) in used.items() if kind == "-"} == {
        name: rest for name, (kind, rest) in used.items() if kind == "-"
    }


def test_git_and_the_image_builder_ignore_the_filled_in_file() -> None:
    assert ".env" in (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()[1] == "*"


def test_the_deployment_files_name_no_registry_and_no_path_of_a_developer() -> None:
    for name in ("Dockerfile", "docker-compose.yaml", ".env.example"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        assert not re.search(r"index-url|docker\.io|ghcr\.io|quay\.io", text), name
        assert os.environ["HOME"] == "/" or f"{os.environ['HOME']}/" not in text, name
        assert str(REPOSITORY) not in text, name


def test_the_interpolation_of_these_tests_does_what_compose_does() -> None:
    assert interpolate("a${X:-b}c$$d${Y}", {}) == "abc$d"
    assert interpolate("${X:-b}${X:?no}", {"X": "1"}) == "11"
