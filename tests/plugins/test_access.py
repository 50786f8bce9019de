"""Who gets in, through Airflow's real API application with the simple auth manager: nobody, viewer, user, op, admin."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"

EVERYTHING = (
    "/cmms/", "/cmms/equipment", "/cmms/equipment/1", "/cmms/syncs", "/cmms/_dash-layout", "/cmms/_dash-dependencies",
    "/cmms/assets/cmms.css", "/cmms/assets/cmms-light.svg", f"{API}/openapi.json", f"{API}/me", f"{API}/equipment",
    f"{API}/equipment/1", f"{API}/equipment/export", f"{API}/meta/equipment", "/cmms/nothing", "/cmms/_reload-hash",
)  # fmt: skip


@pytest.mark.feature("STK-02", "NAV-03")
@pytest.mark.parametrize("path", EVERYTHING)
def test_nobody_gets_anything_without_a_login(client_for: ClientFor, path: str) -> None:
    answer = client_for(None).get(path)
    assert answer.status_code == 401
    assert answer.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.feature("STK-02", "NAV-01")
@pytest.mark.parametrize("path", EVERYTHING[:-2])
def test_a_viewer_may_read_everything_and_gets_the_headers(client_for: ClientFor, path: str) -> None:
    answer = client_for("viewer").get(path)
    assert answer.status_code == 200
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.feature("OBJ-05")
@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_nothing_is_deleted_or_overwritten_by_its_address_not_even_by_an_admin(
    client_for: ClientFor, tables: Tables, method: str
) -> None:
    from cmms_ui.resources import RESOURCES

    counted = {
        table: f"SELECT COUNT(*) AS n FROM {table}"
        for table in {resource.table.split()[0] for resource in RESOURCES.values()}
    }
    before = {table: tables(statement)[0]["n"] for table, statement in counted.items()}
    assert {"api_sync_logs", "sync_record_errors", "equipment_running_times"} <= before.keys()
    noted = "SELECT COALESCE(SUM(JSON_EXTRACT(after_json, '$.count')), 0) AS n FROM audit_log WHERE action = 'refused'"
    audited = tables(noted)[0]["n"]
    for name in (*RESOURCES, "audit", "audit-log"):
        for path in (f"{API}/{name}", f"{API}/{name}/1"):
            answer = client_for("admin").request(method, path, json={})
            assert (answer.status_code, answer.json()["detail"]) == (403, "this address does not exist"), path
    assert {table: tables(statement)[0]["n"] for table, statement in counted.items()} == before
    assert tables(noted)[0]["n"] > audited  # that somebody tried


def test_only_scripts_with_a_fingerprint_may_stay_in_a_browser(client_for: ClientFor) -> None:
    viewer = client_for("viewer")
    scripts = [path for path in re.findall(r'src="([^"]+)"', viewer.get("/cmms/").text) if "component-suites" in path]
    assert len(scripts) > 5
    for path in scripts:
        assert viewer.get(path).headers["cache-control"] == "private, max-age=31536000, immutable", path
        refused = client_for(None).get(path)
        assert (refused.status_code, refused.headers["cache-control"]) == (401, "no-store")
    folder, _, name = scripts[0].rpartition("/")
    plain = re.sub(r"\.v[\w-]+m[0-9a-f]+\.", ".", name)
    assert plain != name
    for path in (
        f"{folder}/{plain}",
        f"{folder}/nothing.v1m1.js",
        "/cmms/assets/browser.v1m1.js",
        "/cmms/assets/browser.js",
    ):
        assert viewer.get(path).headers["cache-control"] == "no-store", path


@pytest.mark.parametrize("path", EVERYTHING[-2:])
def test_what_has_no_row_is_not_there(client_for: ClientFor, path: str) -> None:
    assert client_for("admin").get(path).status_code == 404


def test_a_person_who_opens_an_address_without_login_gets_a_page_with_a_link(client_for: ClientFor) -> None:
    answer = client_for(None).get("/cmms/equipment", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert 'href="/auth/login?next=/cmms/equipment"' in answer.text


CAPABILITIES = {
    "viewer": ["view"],
    "user": ["trigger", "view"],
    "op": ["edit", "trigger", "view"],
    "admin": ["configure", "edit", "trigger", "view"],
}


@pytest.mark.feature("NAV-03")
@pytest.mark.parametrize("role", CAPABILITIES)
def test_roles_have_their_capabilities(client_for: ClientFor, role: str) -> None:
    answer = client_for(role).get(f"{API}/me").json()
    assert answer == {"name": role, "capabilities": CAPABILITIES[role]}


def _calls() -> list[tuple[str, str, str]]:
    from cmms_ui.asgi.policy import ACTIONS

    return [(*name.split("."), str(capability)) for name, capability in ACTIONS.items()]  # type: ignore[misc]


@pytest.mark.feature("NAV-03", "TBL-06")
@pytest.mark.parametrize("role", [None, "viewer", "user", "op", "admin"])
def test_each_action_is_refused_to_who_lacks_its_capability(
    client_for: ClientFor, tables: Tables, role: str | None
) -> None:
    """Allowed calls name a record that does not exist, so that nothing changes: 404 or 422, but never 403."""
    before = _state(tables)
    refused = 0
    for resource, verb, capability in _calls():
        if capability == "trigger" and verb in ("equipment", "running_time"):
            continue  # would start a run; tested apart
        body = {"keys": [999_999_999], "version": 1, "values": {"unknown": 1}}
        answer = client_for(role).post(f"{API}/{resource}/actions/{verb}", json=body)
        allowed = capability in CAPABILITIES.get(role or "", [])
        expected = {422} if allowed else {401} if role is None else {403}
        assert answer.status_code in expected, (resource, verb, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        refused += answer.status_code == 403
    assert _state(tables) == before
    assert refused > 0 or role in (None, "admin")


def _state(tables: Tables) -> list[Any]:
    counts = " UNION ALL ".join(
        f"SELECT '{table}' AS name, COUNT(*) AS rows_, SUM(row_version) AS versions FROM {table}"
        for table in ("equipment", "plants", "equipment_groups", "sync_record_errors", "alert_events")
    )
    return tables(counts)


@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Origin": "http://evil.example"}, "{}", 403),
        ({"Origin": "null"}, "{}", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "{}", 403),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "a=1", 415),
        ({"Content-Type": "text/plain"}, "{}", 415),
        ({"Content-Type": ""}, "{}", 415),
        ({"Content-Type": "application/json"}, "[" * 100_000, 422),
        ({"Content-Type": "application/json"}, " " * 1_100_000, 413),
    ],
)
def test_writes_come_as_json_from_this_site_only(
    client_for: ClientFor, tables: Tables, headers: dict[str, str], content: str, status: int
) -> None:
    merged = {"Content-Type": "application/json", **headers}
    noted = "SELECT SUM(JSON_EXTRACT(after_json, '$.count')) AS n FROM audit_log WHERE action = 'refused'"
    before = tables(noted)[0]["n"] or 0
    answer = client_for("admin").post(f"{API}/plants/actions/create", content=content, headers=merged)
    assert answer.status_code == status, answer.text
    assert tables(noted)[0]["n"] == before + 1


def test_a_write_by_cookie_needs_an_origin_one_by_token_does_not(client_for: ClientFor, airflow_app: Any) -> None:
    from starlette.testclient import TestClient

    bare = TestClient(airflow_app, base_url="http://testserver")
    token = client_for("admin").cookies["_token"]
    body: dict[str, Any] = {"keys": [], "values": {}}
    assert (
        bare.post(f"{API}/plants/actions/create", json=body, headers={"Cookie": f"_token={token}"}).status_code == 403
    )
    by_token = bare.post(f"{API}/plants/actions/create", json=body, headers={"Authorization": f"Bearer {token}"})
    assert by_token.status_code == 422  # let in; the form is empty


@pytest.mark.parametrize("how", ["expired", "tampered", "other secret", "other audience", "nonsense"])
def test_broken_tokens_are_refused(client_for: ClientFor, airflow_app: Any, how: str) -> None:
    from starlette.testclient import TestClient

    good = client_for("admin").cookies["_token"]
    claims = jwt.decode(good, options={"verify_signature": False})
    secret = "a secret of the tests that is long enough for HS512, which wants 64 bytes of it"
    expired = {**claims, "exp": datetime.now(UTC) - timedelta(hours=1)}
    token = {
        "expired": jwt.encode(expired, secret, algorithm="HS512"),
        "tampered": good[:-6] + ("aaaaaa" if not good.endswith("aaaaaa") else "bbbbbb"),
        "other secret": jwt.encode(claims, secret[::-1], algorithm="HS512"),
        "other audience": jwt.encode({**claims, "aud": "somebody-else"}, secret, algorithm="HS512"),
        "nonsense": "x.y.z",
    }[how]
    bare = TestClient(airflow_app, base_url="http://testserver")
    assert bare.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code in (401, 403)
    assert bare.get(f"{API}/equipment", headers={"Cookie": f"_token={token}"}).status_code in (401, 403)


@pytest.mark.parametrize("role", ["viewer", "user"])
def test_a_callback_that_edits_is_refused_before_it_runs(client_for: ClientFor, role: str) -> None:
    body = {"output": '{"resource":["MATCH"],"type":"grid"}.eventData', "inputs": [], "outputs": {}}
    answer = client_for(role).post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 403
    assert "edit" in answer.json()["detail"]


@pytest.mark.parametrize("output", ["nothing.children", "", None, 5, ["a"], {"a": 1}])
def test_an_unknown_callback_is_refused(client_for: ClientFor, output: Any) -> None:
    answer = client_for("admin").post("/cmms/_dash-update-component", json={"output": output})
    assert answer.status_code == 403
    assert client_for("admin").post("/cmms/_dash-update-component", json={}).status_code == 400


def test_no_socket_is_opened(client_for: ClientFor) -> None:
    from starlette.websockets import WebSocketDisconnect

    for role in (None, "admin"):
        with pytest.raises(WebSocketDisconnect), client_for(role).websocket_connect("/cmms/_dash-ws-callback"):
            pass


@pytest.mark.feature("STK-01", "TEST-07", "NAV-02")
def test_airflow_lists_the_plugin_with_its_entry_and_icon(client_for: ClientFor) -> None:
    plugins = client_for("admin").get("/api/v2/plugins").json()["plugins"]
    ours = next(plugin for plugin in plugins if plugin["name"] == "cmms")
    view = ours["external_views"][0]
    assert (view["name"], view["destination"], view["url_route"]) == ("CMMS", "nav", "cmms")
    for icon in (view["icon"], view["icon_dark_mode"]):
        assert not icon.startswith("/")  # relative, for it may lie below a sub-path
        assert client_for("viewer").get(f"/{icon}").headers["content-type"].startswith("image/svg")
    assert client_for("admin").get("/api/v2/plugins/importErrors").json()["total_entries"] == 0
