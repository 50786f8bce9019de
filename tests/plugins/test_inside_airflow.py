"""The view within Airflow: who may write from where, how often rights are asked for, and an Airflow that does not answer."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import pytest
from starlette.testclient import TestClient

from tests.plugins.conftest import ClientFor
from tests.plugins.test_access import API

Tables = Callable[..., list[dict[str, Any]]]
WRITE = f"{API}/plants/actions/create"
NOTHING: dict[str, Any] = {"keys": [], "values": {}}


# ---- where a write comes from


@pytest.mark.parametrize(
    ("base_url", "host", "origin", "status"),
    [
        ("", "testserver", "http://testserver", 422),
        ("", "testserver:8080", "http://testserver:8080", 422),
        ("", "testserver", "https://testserver", 422),  # a proxy ended TLS and kept Host
        ("", "TestServer:443", "https://testserver", 422),  # the port that the scheme implies
        ("https://cmms.example/airflow", "127.0.0.1:8080", "https://cmms.example", 422),  # a proxy rewrote Host
        ("https://cmms.example:8443/airflow/", "127.0.0.1:8080", "https://cmms.example:8443", 422),
        ("https://cmms.example/airflow", "127.0.0.1:8080", "http://cmms.example", 403),  # not by TLS
        ("https://cmms.example/airflow", "127.0.0.1:8080", "https://cmms.example:444", 403),
        ("https://cmms.example/airflow", "127.0.0.1:8080", "https://cmms.example.evil.example", 403),
        ("https://cmms.example/airflow", "127.0.0.1:8080", "https://evil.example/cmms.example", 403),
        ("https://cmms.example/airflow", "127.0.0.1:8080", "https://cmms.example@evil.example", 403),
        ("", "testserver", "", 403),
        ("", "testserver", "null", 403),
        ("", "testserver", "http://[::1", 403),
        ("", "testserver", "http://testserver:99999", 403),
        ("", "testserver", "file://testserver", 403),
        ("", "", "http://testserver", 403),
    ],
)
def test_a_write_is_accepted_from_the_host_and_from_the_origin_of_base_url(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, base_url: str, host: str, origin: str, status: int
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base_url)
    answer = client_for("admin").post(WRITE, json=NOTHING, headers={"Host": host, "Origin": origin})
    assert answer.status_code == status, answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-type"] == "application/problem+json"


# ---- how often rights are asked for


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often Airflow's auth manager was asked what, from now on; no session is known yet."""
    from cmms_ui.asgi import capabilities
    from cmms_ui.asgi.keep_rights import RightsCache
    from cmms_ui.compat import get_auth_manager

    asked: Counter[str] = Counter()
    manager = type(get_auth_manager())

    def count(name: str) -> None:
        plain = getattr(manager, name)

        def counted(self: Any, **named: Any) -> Any:
            asked[name] += 1
            return plain(self, **named)

        monkeypatch.setattr(manager, name, counted)

    for name in ("is_authorized_dag", "is_authorized_connection"):
        count(name)
    monkeypatch.setattr(capabilities, "_rights", RightsCache())
    return asked


def test_a_page_with_all_its_parts_asks_once_what_the_session_may_do(
    client_for: ClientFor, questions: Counter[str]
) -> None:
    viewer = client_for("viewer")
    for path in (
        "/cmms/equipment",
        "/cmms/_dash-layout",
        "/cmms/assets/cmms.css",
        "/cmms/assets/browser.js",
        f"{API}/me",
    ):
        assert viewer.get(path).status_code == 200
    assert questions == {"is_authorized_dag": 2, "is_authorized_connection": 1}
    assert client_for("op").get(f"{API}/me").json()["capabilities"] == ["edit", "trigger", "view"]
    assert questions["is_authorized_dag"] == 4  # another session has answers of its own


def test_a_role_that_is_lowered_or_raised_takes_effect_after_those_seconds(
    client_for: ClientFor, questions: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.asgi import keep_rights
    from cmms_ui.compat import get_auth_manager

    now = 1_000.0
    monkeypatch.setattr(keep_rights.time, "monotonic", lambda: now)
    user = client_for("user")
    assert user.get(f"{API}/me").json()["capabilities"] == ["trigger", "view"]
    manager = type(get_auth_manager())
    with monkeypatch.context() as lowered:
        lowered.setattr(manager, "is_authorized_dag", lambda self, **_: False)
        now += keep_rights.RIGHTS_SECONDS - 0.1
        assert user.get(f"{API}/me").status_code == 200
        now += 0.2
        assert user.get(f"{API}/me").status_code == 403
    now += keep_rights.RIGHTS_SECONDS
    assert user.get(f"{API}/me").status_code == 200


def test_a_slow_auth_manager_takes_one_thread_a_session_and_few_altogether() -> None:
    from cmms_ui.asgi.keep_rights import RightsCache

    cache, running, most, asked = RightsCache(), 0, 0, Counter[str]()
    lock, release = threading.Lock(), threading.Event()

    def ask(session: str) -> frozenset[Any]:
        nonlocal running, most
        with lock:
            asked[session] += 1
            running += 1
            most = max(most, running)
        assert release.wait(60)
        with lock:
            running -= 1
        return frozenset()

    async def run() -> None:
        async with anyio.create_task_group() as group:
            for number in range(600):
                session = f"session {number % 12}"
                group.start_soon(cache.find, session, partial(ask, session))
            while running < 8:
                await anyio.sleep(0.01)
            assert anyio.to_thread.current_default_thread_limiter().borrowed_tokens == 0  # Airflow's own
            release.set()

    anyio.run(run)
    assert (most, set(asked.values()), len(asked)) == (8, {1}, 12)
    assert cache.known("session 3") == frozenset() and not cache._asking


def test_who_logs_out_is_refused_at_once(airflow_app: Any, client_for: ClientFor) -> None:
    browser = TestClient(airflow_app, base_url="http://testserver")
    answer = browser.post("/auth/token", json={"username": "viewer", "password": "a-password-for-tests"})
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert browser.get(f"{API}/me", headers=token).status_code == 200
    browser.get("/api/v2/auth/logout", headers=token, follow_redirects=False)
    assert browser.get(f"{API}/me", headers=token).status_code in (401, 403)


def test_an_auth_manager_that_fails_refuses_with_a_problem(
    client_for: ClientFor, questions: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.compat import get_auth_manager

    def fail(self: Any, **_: Any) -> bool:
        raise ConnectionError("the login server is down")

    with monkeypatch.context() as broken:
        broken.setattr(type(get_auth_manager()), "is_authorized_dag", fail)
        answer = client_for("viewer").get(f"{API}/me")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "login server is down" not in answer.text
    assert client_for("viewer").get(f"{API}/me").status_code == 200  # a failure is not cached


def test_an_auth_manager_that_hangs_does_not_hold_the_request(
    client_for: ClientFor, questions: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event

    from cmms_ui.asgi import capabilities
    from cmms_ui.compat import get_auth_manager

    released = Event()
    monkeypatch.setattr(capabilities, "ASK_SECONDS", 0.2)
    with (
        monkeypatch.context() as hanging,
        TestClient(client_for("viewer").app, base_url="http://testserver") as browser,
    ):
        hanging.setattr(type(get_auth_manager()), "is_authorized_dag", lambda self, **_: released.wait(60))
        answer = browser.get(f"{API}/me", headers={"Cookie": f"_token={client_for('viewer').cookies['_token']}"})
        assert answer.status_code == 503
        released.set()


def test_calls_in_the_name_of_a_person_carry_the_token_of_the_refreshed_session(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An auth manager such as Keycloak's replaces a user's tokens on the way in: the cookie's are used up then."""
    import jwt

    from cmms_ui.asgi import ask_airflow
    from cmms_ui.compat import get_auth_manager

    used: list[str] = []
    manager = type(get_auth_manager())

    def refresh(self: Any, *, user: Any) -> Any:
        return type(user)(username=f"{user.username}", role=user.role)

    plain = ask_airflow._request

    async def note(application: Any, token: str, *rest: Any) -> Any:
        used.append(token)
        return await plain(application, token, *rest)

    monkeypatch.setattr(manager, "refresh_user", refresh)
    monkeypatch.setattr(ask_airflow, "_request", note)
    cookie = client_for("user").cookies["_token"]
    client = TestClient(client_for("user").app, base_url="http://testserver", headers={"Origin": "http://testserver"})
    answer = client.post(f"{API}/syncs/actions/equipment", json={"values": {}}, headers={"Cookie": f"_token={cookie}"})
    assert answer.status_code == 200, answer.text
    assert used and cookie not in used
    assert {jwt.decode(token, options={"verify_signature": False})["sub"] for token in used} == {"user"}


# ---- an Airflow that does not answer


@pytest.mark.feature("ERR-02")
def test_an_airflow_that_hangs_is_answered_for_in_time_and_may_still_do_it(
    client_for: ClientFor, airflow_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's database is locked by somebody: a run cannot be stored until that ends."""
    from airflow import settings

    from cmms_ui.asgi import ask_airflow

    monkeypatch.setattr(ask_airflow, "ANSWER_SECONDS", 0.5)
    path = settings.engine.url.database
    headers = {"Cookie": f"_token={client_for('user').cookies['_token']}", "Origin": "http://testserver"}
    body = {"values": {}, "request": "asked-while-locked"}
    with TestClient(airflow_app, base_url="http://testserver", headers=headers) as browser:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = browser.post(f"{API}/syncs/actions/equipment", json=body)
            assert other.in_transaction
            other.execute("ROLLBACK")
        assert answer.status_code == 504, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert "did not respond within 0.5 seconds" in answer.json()["detail"]
        monkeypatch.setattr(ask_airflow, "ANSWER_SECONDS", 60)
        again = browser.post(f"{API}/syncs/actions/equipment", json=body)
        assert again.status_code == 200, again.text


# ---- several API server processes


def test_a_plant_that_another_process_has_added_is_one_of_the_choices(client_for: ClientFor, tables: Tables) -> None:
    from cmms.access.choices import plant_choices

    plant_choices()  # this process has read them
    tables("INSERT INTO plants (plant_code, name) VALUES ('NEWP', 'added elsewhere')")
    key = tables("SELECT id FROM plants WHERE plant_code = 'NEWP'")[0]["id"]
    for value, is_choice in ((str(key), True), ("987654", False)):
        call = {"keys": [], "values": {"plant_id": value, "unknown": 1}}  # refused in any case, so that nothing is made
        answer = client_for("op").post(f"{API}/equipment/actions/create", json=call)
        assert answer.status_code == 422
        assert ("plant_id" not in answer.json()["fields"]) == is_choice, answer.text
    tables("DELETE FROM plants WHERE plant_code = 'NEWP'")
