"""The same roles under FAB, Airflow's auth manager for production: its own default roles, over real HTTP."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.plugins import view_site
from tests.plugins.fab_site import ROLES
from tests.plugins.test_access import API, CAPABILITIES
from tools.processes import start_process, stop_processes
from tools.programs import program_of_venv
from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.slow

_START_SECONDS = 180
_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


@pytest.fixture(scope="module")
def address(seeded: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An API server with FAB and the view."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("fab") / "home"
    environment = {
        **view_site.inherit_environment(),
        **view_site.airflow_environment(home, seeded, port),
        "AIRFLOW__CORE__AUTH_MANAGER": _MANAGER,
        "PYTHONPATH": os.pathsep.join(str(REPOSITORY / folder) for folder in ("include", "")),
    }
    prepare = [sys.executable, "-m", "tests.plugins.fab_site"]
    prepared = subprocess.run(prepare, env=environment, cwd=REPOSITORY, capture_output=True, text=True)
    assert prepared.returncode == 0, prepared.stdout[-1000:] + prepared.stderr[-3000:]
    log = home / "api-server.log"
    server = start_process([program_of_venv("airflow"), "api-server"], log=log, environment=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(url):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        yield url
    finally:
        stop_processes([server])


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/cmms/", timeout=30).status_code == httpx.codes.UNAUTHORIZED
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def clients(address: str) -> Iterator[dict[str | None, httpx.Client]]:
    """A client per role, logged in at FAB; ``None``: nobody."""
    made: dict[str | None, httpx.Client] = {None: httpx.Client(base_url=address, timeout=60)}
    for user in ROLES:
        answer = made[None].post("/auth/token", json={"username": user, "password": view_site.PASSWORD})
        assert answer.status_code == 201, answer.text
        token = answer.json()["access_token"]
        made[user] = httpx.Client(base_url=address, timeout=60, headers={"Authorization": f"Bearer {token}"})
    yield made
    for client in made.values():
        client.close()


@pytest.mark.feature("NAV-03")
def test_fabs_default_roles_have_the_same_capabilities(clients: dict[str | None, httpx.Client]) -> None:
    found = {user: clients[user].get(f"{API}/me") for user in CAPABILITIES}
    assert {user: answer.json()["capabilities"] for user, answer in found.items()} == CAPABILITIES


@pytest.mark.feature("NAV-03", "STK-02")
@pytest.mark.parametrize("who", [None, "nothing"])
def test_nobody_and_who_has_no_permission_get_nothing(clients: dict[str | None, httpx.Client], who: str | None) -> None:
    for path in ("/cmms/", "/cmms/equipment", "/cmms/assets/cmms.css", f"{API}/me", f"{API}/equipment"):
        assert clients[who].get(path).status_code == (401 if who is None else 403), path


@pytest.mark.feature("NAV-03", "TBL-06")
@pytest.mark.parametrize("user", [None, *ROLES])
def test_each_action_is_refused_to_who_lacks_its_capability(
    clients: dict[str | None, httpx.Client], user: str | None
) -> None:
    """As for the simple manager: allowed calls have an unknown field, so that nothing changes."""
    from cmms_ui.asgi.policy import ACTIONS

    for name, capability in ACTIONS.items():
        resource, verb = name.split(".")
        body = {"keys": [999_999_999], "version": 1, "values": {"unknown": 1}}
        answer = clients[user].post(f"{API}/{resource}/actions/{verb}", json=body)
        allowed = str(capability) in CAPABILITIES.get(user or "", [])
        expected = 422 if allowed else 401 if user is None else 403
        assert answer.status_code == expected, (name, answer.text)


@pytest.mark.feature("NAV-03", "SYM-03")
def test_a_run_is_started_by_who_may_and_airflow_knows_who_it_was(
    clients: dict[str | None, httpx.Client], seeded: dict[str, Any]
) -> None:
    for user, status in (("viewer", 403), ("user", 200)):
        answer = clients[user].post(f"{API}/syncs/actions/equipment", json={"values": {}})
        assert answer.status_code == status, answer.text
    runs = clients["user"].get("/api/v2/dags/equipment_sync/dagRuns").json()["dag_runs"]
    assert [run["triggering_user_name"] for run in runs] == ["user"]


@pytest.mark.feature("NAV-03")
def test_an_edit_is_stored_in_the_name_of_the_person(
    clients: dict[str | None, httpx.Client], seeded: dict[str, Any]
) -> None:
    version = view_site.query(seeded, "SELECT row_version FROM equipment WHERE id = 41")[0]["row_version"]
    call = {"keys": [41], "version": version, "values": {"notes": "by FAB's op"}}
    assert clients["user"].post(f"{API}/equipment/actions/edit", json=call).status_code == 403
    assert clients["op"].post(f"{API}/equipment/actions/edit", json=call).status_code == 200
    row = view_site.query(seeded, "SELECT notes FROM equipment WHERE id = 41")[0]
    assert row["notes"] == "by FAB's op"
    audit = "SELECT actor FROM audit_log WHERE entity = 'equipment' AND entity_id = '41' ORDER BY id DESC LIMIT 1"
    assert view_site.query(seeded, audit)[0]["actor"] == "op"
