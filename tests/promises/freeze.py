"""Freeze a released version: a filled site and everything that others rely on. Run by hand, inside its checkout.

Input: a checkout of the version, with the servers of ``.cmms/servers`` (a link to those of another clone will do), and
a name. Output: a folder ``<name>/`` beside this file, which the tests of this folder upgrade and compare::

    git clone . /tmp/old && git -C /tmp/old checkout <commit>
    mkdir /tmp/old/.cmms && ln -s "$PWD/.cmms/servers" /tmp/old/.cmms/servers
    cd /tmp/old && PYTHONPATH=include:. <python> <this repository>/tests/promises/freeze.py <name>

The site is made as a site grows: syncs against the simulator (``tests/plugins/view_site.py`` of the checkout), decisions
of people through the REST API, saved views, syncs by command line with every section set, one of which is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import warnings
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

HERE = Path(__file__).parent
CHECKOUT = Path.cwd()
MACHINES, DAYS = 60, 5
COMMANDS = (
    ["migrate"], ["evaluate"], ["replay", "--id", "999999"], ["cleanup"], ["reconcile", "--days", "1"],
    ["sync", "equipment"], ["sync", "running-time", "--start-date", "2100-01-01"], ["sync", "unknown"], ["unknown"],
    ["sql", "sync/merge/nothing"], ["diagnose", "--group", "unknown"], ["migrate", "--revision", "9999"], ["--help"],
)  # fmt: skip
"""Run on the filled site while its source is down; their exit codes are frozen."""


def freeze(name: str) -> None:
    """Make the site, write the folder."""
    import tests.conftest as shared
    from tests.conftest import _TEST_OPTIONS
    from tools.database_server import PrivateServer, obtain_server

    target = HERE / name
    target.mkdir(exist_ok=True)
    folder = Path(os.environ["AIRFLOW_HOME"]).parent / "promises"
    folder.mkdir(parents=True)
    server = PrivateServer(obtain_server("mysql"), folder / "mysql", extra_options=_TEST_OPTIONS)
    server.start()
    try:
        _freeze(server, folder, target)
    finally:
        server.stop()
        shared.pytest_unconfigure()


def _freeze(server: Any, folder: Path, target: Path) -> None:
    import MySQLdb
    from site_dump import FOLDER, write_dump

    account = server.account
    database = {"host": account.host, "port": account.port, "user": account.user, "password": account.password}
    with closing(MySQLdb.connect(**database)) as connection:
        connection.cursor().execute("CREATE DATABASE promises CHARACTER SET utf8mb4")
    database["database"] = "promises"
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setenv("CMMS_LOG_FILE", str(folder / "log.json"))
        promises = _make_site(database, folder, patch)
    write_dump(database, target / "site.sql.gz", {str(folder): FOLDER, str(CHECKOUT): "/opt/cmms"})
    with tarfile.open(target / "storage.tar.gz", "w:gz") as archive:
        archive.add(folder / "storage", "storage")
    (target / "cmms.yaml").write_text((HERE / "old_settings.yaml").read_text())
    text = json.dumps(promises, indent=1, sort_keys=True, default=str, ensure_ascii=False)
    (target / "promises.json").write_text(text.replace(str(folder), FOLDER) + "\n")


def _make_site(database: dict[str, Any], folder: Path, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    from interface import read_command_line, read_dags, read_log_keys, read_rest, read_tables, read_words, run_command

    from cmms.cli import main
    from cmms.settings import load_settings
    from cmms.simulator import Simulator, SimulatorConfig
    from tests.plugins import view_site
    from tests.sync.conftest import name_connections

    view_site.MACHINES, view_site.DAYS = MACHINES, DAYS
    source = SimulatorConfig(equipment=MACHINES, plants=4, defect_rate=0.1)  # many, so that quarantine is not empty
    view_site.SimulatorConfig = lambda **_: source
    view_site.seed(database, folder)

    def query(statement: str, *values: Any) -> list[dict[str, Any]]:
        return view_site.query(database, statement, *values)

    settings = folder / "cmms.yaml"
    settings.write_text((HERE / "old_settings.yaml").read_text().replace("@FOLDER@", str(folder)))
    clients = _open_application(database, folder, patch)
    _let_people_work(clients, query)
    patch.setenv("CMMS_CONFIG_FILE", str(settings))
    _store_configuration(query)
    simulator = Simulator(source).start()
    name_connections(patch, simulator, database)
    assert run_command(main, ["sync", "equipment"]) == run_command(main, ["validate", "--days", "3"]) == 0
    killed = _kill_in_the_middle(folder, query)
    simulator.stop()
    codes = {" ".join(words): run_command(main, words) for words in COMMANDS}
    return {
        "frozen_at": datetime.now(UTC).isoformat(),
        "killed_run": killed,
        "settings": load_settings(settings).model_dump(mode="json"),
        "rest": read_rest(clients["admin"]),
        "command_line": read_command_line(main),
        "exit_codes": codes,
        "dags": read_dags(CHECKOUT / "dags"),
        "tables": read_tables(query),
        "words": read_words(CHECKOUT, query),
        "log_keys": read_log_keys(folder / "log.json"),
        "links": _count_links(clients["admin"]),
        "rows": {table: query(f"SELECT COUNT(*) AS n FROM `{table}`")[0]["n"] for table in read_tables(query)},
        "views": _count_views(clients["admin"], query),
    }


def _open_application(database: dict[str, Any], folder: Path, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A client for each role, on Airflow's API application with the view in it."""
    from starlette.testclient import TestClient

    from tests.plugins import view_site

    for name, value in view_site.airflow_environment(folder / "home", database).items():
        if name not in ("PYTHONPATH", "AIRFLOW_HOME", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
            patch.setenv(name, value)
    from airflow.api_fastapi.app import create_app
    from airflow.utils.db import initdb

    initdb()
    view_site.store_dags()
    app = create_app()
    clients = {}
    for role in view_site.ROLES:
        client = TestClient(app, base_url="http://testserver", headers={"Origin": "http://testserver"})
        client.__enter__()
        answer = client.post("/auth/token", json={"username": role, "password": view_site.PASSWORD})
        client.cookies.set("_token", answer.json()["access_token"])
        clients[role] = client
    return clients


def _let_people_work(clients: dict[str, Any], query: Any) -> None:
    """Actions of every kind through the REST API, then saved views and columns of every list."""
    from interface import API

    admin = clients["admin"]

    def act(action: str, keys: list[int], values: dict[str, Any] | None = None, table: str = "") -> None:
        resource, verb = action.split(".")
        body: dict[str, Any] = {"keys": keys, "values": values or {}}
        if table:
            body["version"] = query(f"SELECT row_version AS v FROM {table} WHERE id = %s", keys[0])[0]["v"]
        answer = admin.post(f"{API}/{resource}/actions/{verb}", json=body)
        print(action, answer.status_code, answer.text[:160])
        assert answer.status_code == 200, f"{action}: {answer.text}"

    rejects = [row["id"] for row in query("SELECT id FROM sync_record_errors WHERE status = 'open' ORDER BY id")]
    payload = query("SELECT CONVERT(payload USING utf8mb4) AS p FROM sync_record_errors WHERE id = %s", rejects[1])
    act("record-errors.acknowledge", rejects[:1])
    act("record-errors.correct", rejects[1:2], {"edited": payload[0]["p"], "replay_now": False}, "sync_record_errors")
    act("record-errors.discard", rejects[2:3], {"note": "a test machine"})
    act("equipment.edit", [4], {"notes": "kept by a person"}, "equipment")
    act("plants.create", [], {"plant_code": "P900", "name": "A plant of people"})
    act("groups.create", [], {"name": "Made by hand"})
    act(
        "group-rules.create",
        [],
        {"priority": "90", "equipment_group_id": "4", "field": "equipment_description", "pattern": "(?i)fan"},
    )
    act("equipment.move", [5, 6], {"equipment_group_id": "4"})
    act("maintenance-plans.evaluate", [])
    dues = [row["id"] for row in query("SELECT id FROM maintenance_dues WHERE state = 'open' ORDER BY id LIMIT 3")]
    act("dues.order", dues)
    orders = [row["id"] for row in query("SELECT id FROM work_orders WHERE source = 'due' ORDER BY id")]
    act("work-orders.start", orders[:1], table="work_orders")
    act("work-orders.cancel", orders[1:2], {"cancel_reason": "not needed"}, "work_orders")
    act("notifications.acknowledge", [query("SELECT MIN(id) AS k FROM alert_events")[0]["k"]])
    clients["viewer"].post(f"{API}/plants/actions/create", json={"values": {"plant_code": "P901", "name": "no"}})
    query(
        "INSERT INTO counter_events (equipment_id, date, kind, reason, created_by)"
        " SELECT equipment_id, MAX(date), 'replacement', 'a new counter', 'op' FROM equipment_running_times"
        " GROUP BY equipment_id LIMIT 2"
    )
    for resource in admin.get(f"{API}/meta").json():
        _save_views(resource, query)


def _save_views(resource: dict[str, Any], query: Any) -> None:
    """As the view writes them: each tab with columns, widths and a sort, a search by header, a quick filter, conditions."""
    names = [column["name"] for column in resource["columns"]]
    columns = [
        {
            "name": name,
            "width": 90 + number,
            "hidden": number > 5,
            "sort": "desc" if number == 1 else None,
            "sort_rank": 0,
        }
        for number, name in enumerate(reversed(names))
    ]
    text = next(c["name"] for c in resource["columns"] if c["kind"] == "text" and "contains" in c["operators"])
    header = {text: {"filterType": "text", "type": "contains", "filter": "e"}}
    where = {"all": [{"field": text, "is": "contains", "values": ["e"]}]}
    bodies = {f"Tab {tab['name']}": {"tab": tab["name"], "columns": columns} for tab in resource["tabs"]}
    first = resource["tabs"][0]["name"]
    bodies["Header"] = {"tab": first, "header_filters": header, "columns": columns[:4]}
    bodies["Search"] = {"tab": first, "search": "e", "where": where}
    for chip in resource["chips"]:
        bodies[f"Chip {chip['name']}"] = {"tab": first, "chips": [chip["name"]]}
    kinds = {column["name"]: column["kind"] for column in resource["columns"]}
    for item in resource["filters"]:
        chosen = _example("days" if item["kind"] == "days" else kinds[item["column"]])
        bodies[f"Filter {item['column']}"] = {"tab": first, "filters": {item["column"]: chosen}}
    for number, (name, body) in enumerate(bodies.items()):
        full = {"search": "", "filters": {}, "header_filters": {}, "columns": [], "chips": [], **body}
        row = (("op", "user")[number % 2], resource["name"], name, json.dumps(full), number % 3 == 0, number == 0)
        query(
            "INSERT INTO saved_views (owner, resource, name, body, is_shared, is_default)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            *row,
        )
    query(
        "INSERT INTO view_preferences (owner, name, body) VALUES ('op', %s, %s)",
        f"columns:{resource['name']}",
        json.dumps(columns),
    )


def _example(kind: str) -> list[str]:
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=9)), str(today - timedelta(days=2))]
    return {"days": days, "boolean": ["true"], "integer": ["1"], "number": ["1"]}.get(kind, ["open", "P001"])


def _store_configuration(query: Any) -> None:
    """A version of the settings in the database, which wins over the file: it has every section too."""
    import yaml

    body = yaml.safe_load((CHECKOUT / os.environ["CMMS_CONFIG_FILE"]).read_text())
    query(
        "INSERT INTO config_versions (version, body, created_by, note) VALUES (1, %s, 'admin', 'as the file')",
        json.dumps({**body, "rules": {**body["rules"], "future_days": 3}}),
    )


def _kill_in_the_middle(folder: Path, query: Any) -> int:
    """Kill a sync of several days when its first day has landed; returns its log id."""
    last = datetime.now(UTC).date() - timedelta(days=DAYS + 1)
    days = [f"--start-date={last - timedelta(days=3)}", f"--end-date={last}"]
    before = query("SELECT MAX(id) AS k FROM api_sync_logs")[0]["k"]
    process = subprocess.Popen([sys.executable, "-m", "cmms", "sync", "running-time", *days])
    while process.poll() is None:
        if list((folder / "storage/runs").glob(f"{before + 1}/**/manifest*.json")):
            process.send_signal(signal.SIGKILL)
        time.sleep(0.002)
    rows = query("SELECT id, status FROM api_sync_logs WHERE id > %s", before)
    assert [row["status"] for row in rows] == ["running"], rows
    print("killed", rows, query("SELECT unit_key, step, merged_at FROM sync_units WHERE sync_log_id = %s", before + 1))
    return int(rows[0]["id"])


def _count_links(client: Any) -> dict[str, int]:
    """How many rows each address finds: every tab, quick filter, sort, condition and saved search of every list."""
    links: dict[str, int] = {}

    def count(path: str) -> None:
        links[path] = _count(client, path)

    from interface import API

    for resource in client.get(f"{API}/meta").json():
        name = resource["name"]
        rows = client.get(f"{API}/{name}?limit=20").json()["rows"]
        for tab in resource["tabs"]:
            count(f"{name}?tab={tab['name']}&limit=1")
        for chip in resource["chips"]:
            count(f"{name}?chip={chip['name']}&limit=1")
        sorts = [column["name"] for column in resource["columns"] if column["sortable"]]
        for begin in range(0, len(sorts), 8):
            count(f"{name}?order={','.join(f'-{one}' for one in sorts[begin : begin + 8])}&limit=1")
        for column in resource["columns"]:
            value = next((row[column["name"]] for row in rows if row.get(column["name"]) is not None), None)
            if column["operators"] and value is not None and len(str(value)) <= 100:
                text = str(value).lower() if isinstance(value, bool) else str(value)
                text = text[:10] if column["kind"] == "instant" else text
                operator = "contains" if "contains" in column["operators"] else column["operators"][0]
                count(f"{name}?{column['name']}.{operator}={quote(text)}&limit=1")
    return links


def _count_views(client: Any, query: Any) -> list[dict[str, Any]]:
    """Each saved view, with the address that asks for the same rows, and how many they are."""
    views = query("SELECT id, owner, resource, name, body FROM saved_views ORDER BY id")
    for view in views:
        body = json.loads(view.pop("body"))
        asked = [("tab", body["tab"]), ("q", body["search"]), *(("chip", name) for name in body["chips"])]
        asked += [(f"{name}.{model['type']}", model["filter"]) for name, model in body["header_filters"].items()]
        asked += [(name, value) for name, values in body["filters"].items() for value in values]
        asked += [("where", json.dumps(body["where"]))] if "where" in body else []
        view["address"] = f"{view['resource']}?{urlencode([*asked, ('limit', 1)])}"
        view["rows"] = _count(client, view["address"])
    return list(views)


def _count(client: Any, path: str) -> int:
    from interface import API

    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return int(answer.json()["total"])


if __name__ == "__main__":
    sys.path.insert(1, str(CHECKOUT / "include"))
    sys.path.insert(1, str(CHECKOUT))
    freeze(sys.argv[1])
