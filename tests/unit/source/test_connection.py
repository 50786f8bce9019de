"""The Airflow connection cmms_api, in a plain process and with everything an administrator may write into it."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from cmms.settings import load_settings, parse_settings
from cmms.simulator.config import SimulatorConfig
from cmms.simulator.simulator import Simulator
from cmms.source.body import split_records
from cmms.source.connection import ApiConnection
from cmms.storage import Storage
from cmms.streams import STREAMS
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.landed_records import read_page
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Scope
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.read_records import RecordReader

# Reads one connection after the other: importing Airflow takes seconds.
PROGRAM = """
import json, os, sys
from cmms.source.connection import read_connection
from cmms.errors import SettingsError
for line in sys.stdin:
    os.environ["AIRFLOW_CONN_CMMS_API"] = line.strip()
    try:
        connection = read_connection()
    except SettingsError as error:
        print(json.dumps(f"refused: {error}"))
    else:
        told = [connection.base_url, connection.login, connection.password == "canary-secret", dict(connection.headers), connection.verify, connection.cert, dict(connection.proxies)]
        print(json.dumps(" ".join(map(str, told)) + repr(connection)))
"""

CONNECTIONS = [
    (
        {"conn_type": "http", "host": "http://127.0.0.1:1234/api/v2", "password": "canary-secret"},
        "http://127.0.0.1:1234/api/v2 None True {} True None {}",
    ),
    (
        {"conn_type": "http", "schema": "https", "host": "erp.example", "port": 8443, "login": "me",
         "password": "canary-secret", "extra": {"X-Site": "north", "verify": False}},
        "https://erp.example:8443 me True {'X-Site': 'north'} False None {}",
    ),
    (
        {"conn_type": "http", "host": "https://erp.example", "password": "canary-secret",
         "extra": {"cert": "/etc/ssl/us.pem", "verify": "/etc/ssl/ca.pem", "proxies": {"https": "http://proxy:3128"}}},
        "https://erp.example None True {} /etc/ssl/ca.pem /etc/ssl/us.pem {'https': 'http://proxy:3128'}",
    ),
    (
        {"conn_type": "https", "host": "erp.example", "port": 8443, "password": "canary-secret",
         "extra": {"cert": ["/etc/ssl/us.pem", "/etc/ssl/us.key"], "verify": "false"}},
        "https://erp.example:8443 None True {} False ('/etc/ssl/us.pem', '/etc/ssl/us.key') {}",
    ),
    ("https://:canary-secret@erp.example:8443/", "https://erp.example:8443 None True {} True None {}"),
    ("http://:canary-secret@erp.example:8443/https", "https://erp.example:8443 None True {} True None {}"),
    ("https://:canary-secret@erp.example/api", "refused: the Airflow connection cmms_api has the schema 'api'"),
    ({"conn_type": "http", "host": "erp.example", "extra": {"cert": {"a": 1}}}, "refused: the extra cert"),
    ({"conn_type": "http", "host": "http://user:canary-secret@erp.example"}, "refused:"),
    ({"conn_type": "http", "host": "ftp://erp.example"}, "refused:"),
    ({"conn_type": "http"}, "refused:"),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a plain process makes of each connection; its last entry is all that it wrote."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input="".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one, _ in CONNECTIONS),
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path_factory.mktemp("home"))},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return [*map(json.loads, result.stdout.splitlines()[-len(CONNECTIONS) :]), result.stdout + result.stderr]


@pytest.mark.slow
@pytest.mark.parametrize(("connection", "expected"), CONNECTIONS)
def test_the_connection_is_read_from_the_environment(told, connection, expected):
    number = [known for known, _ in CONNECTIONS].index(connection)
    assert told[number].startswith(expected), told
    assert "canary-secret" not in told[-1]


FETCH = """
import sys
from cmms.settings import parse_settings
from cmms.storage import Storage
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Scope

settings = parse_settings({"storage": {"base_path": sys.argv[1]}})
[batch] = plan_batches(settings, Scope("equipment"))
print(fetch_batch(settings, "equipment", batch, sync_log_id=1, storage=Storage(settings.storage),
                  call_log=lambda call: None).records)
"""


@pytest.mark.slow
@pytest.mark.feature("TEST-21", "SVC-01")
def test_a_plain_process_fetches_with_the_airflow_connection_of_its_environment(tmp_path):
    with Simulator(SimulatorConfig(equipment=23)) as simulator:
        connection = {"conn_type": "http", "host": simulator.base_url, "password": "demo-token"}
        result = subprocess.run(
            [sys.executable, "-c", FETCH, str(tmp_path / "storage")],
            env={**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW_CONN_CMMS_API": json.dumps(connection)},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert result.stdout.splitlines()[-1:] == ["23"], result.stderr
    assert "demo-token" not in result.stdout + result.stderr


@pytest.mark.slow
@pytest.mark.feature("TEST-21")
@pytest.mark.skipif(
    "CMMS_LIVE_API" not in os.environ, reason="asks a real source: CMMS_LIVE_API=<connection cmms_api as JSON>"
)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_real_source_answers_with_records_that_are_read_and_judged(tmp_path, monkeypatch, stream):
    """Of yesterday, as CMMS_CONFIG_FILE says how to ask for it; nothing is stored."""
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_API", os.environ["CMMS_LIVE_API"])
    settings = load_settings()
    day = datetime.now(settings.zone).date() - timedelta(days=1)
    storage = Storage(parse_settings({"storage": {"base_path": str(tmp_path)}}).storage)
    [batch] = plan_batches(settings, Scope(stream, day, day))
    manifest = fetch_batch(settings, stream, batch, sync_log_id=1, storage=storage, call_log=lambda call: None)
    source = settings.stream(stream)
    fields = {name: tuple(names) for name, names in source.fields.model_dump().items()}
    records = split_records(read_page(storage, manifest.pages[0]), source.records_path).records
    raw = RecordReader(records_path="", fields=fields).read_records([bytes(record) for record in records])
    rows = parse_records([(1, raw)], stream=stream, settings=settings)
    understood = rows.filter(rows["problem"].is_null() & rows["equipment_number"].is_not_null())
    assert len(understood) > len(rows) / 2, rows["problem"].value_counts()


def test_a_package_without_airflow_can_still_use_the_client():
    program = "import sys; import cmms.sync.fetch.fetch_pages, cmms.sync.fetch.plan_requests; sys.exit('airflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_proxies_of_the_environment_are_not_used_for_loopback(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    assert ApiConnection("http://127.0.0.1:1").open_session().proxies == {}
    assert ApiConnection("http://erp.example").open_session().proxies["http"] == "http://proxy.example:3128"
