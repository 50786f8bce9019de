"""Whatever the application answers to, has a row in the policy; and each row is needed."""

from __future__ import annotations

from typing import Any

import pytest

from cmms.access.actors import Capability


@pytest.fixture(scope="module")
def built() -> Any:
    """The application, without its guard."""
    from cmms_ui.build_application import build_server

    return build_server("/cmms")


def _routes(server: Any) -> list[tuple[str, str]]:
    from starlette.routing import Mount

    found = []
    for route in server.routes:
        if isinstance(route, Mount):
            found.append(("GET", f"{route.path}/some/file.css"))
        else:
            methods = getattr(route, "methods", None) or {"WEBSOCKET"}
            found += [(method, route.path) for method in methods if method not in ("HEAD", "OPTIONS")]
    return found


# Dash makes these by itself; nothing of the view needs them, so they have no row and nobody gets in.
UNUSED = {("GET", "/_reload-hash"), ("WEBSOCKET", "/_dash-ws-callback")}


@pytest.mark.feature("NAV-03")
def test_every_route_has_a_row_in_the_policy(built: Any) -> None:
    from cmms_ui.asgi.policy import find_route
    from cmms_ui.build_application import page_paths

    server = built[0]
    asked = [(method, path) for method, path in _routes(server) if path not in ("/{resource}", "/{resource}/{key}")]
    asked += [("GET", path) for path in page_paths()]
    without = {(method, path) for method, path in asked if find_route(method, path) is None}
    assert without == UNUSED


@pytest.mark.feature("NAV-03")
def test_every_callback_has_a_row_in_the_policy(built: Any) -> None:
    from cmms_ui.asgi.policy import CALLBACKS

    _, app, rows = built
    on_server = {output for output, spec in app.callback_map.items() if spec.get("callback")}
    assert on_server == set(rows)
    assert set(rows.values()) == set(CALLBACKS)


@pytest.mark.feature("NAV-03")
def test_every_action_has_a_row_in_the_policy() -> None:
    from cmms_ui.asgi.policy import ACTIONS
    from cmms_ui.resources import RESOURCES

    assert {action.name for resource in RESOURCES.values() for action in resource.actions} == set(ACTIONS)


def test_an_action_without_a_row_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmms.access.actors import Actor, Forbidden
    from cmms_ui.asgi.policy import ACTIONS
    from cmms_ui.definition.schema import Target
    from cmms_ui.run_action import run_action

    monkeypatch.delitem(ACTIONS, "plants.create")
    with pytest.raises(Forbidden):
        run_action(Actor("admin", frozenset(Capability)), "plants", "create", Target(), {"plant_code": "X"})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/_reload-hash"), ("POST", "/equipment"), ("PUT", "/api/v1/equipment/1"), ("DELETE", "/api/v1/equipment/1"),
     ("GET", "/equipment/1/more"), ("GET", "/%2e%2e/secret"), ("WEBSOCKET", "/_dash-ws-callback"), ("TRACE", "/")],
)  # fmt: skip
def test_what_has_no_row_is_not_found(method: str, path: str) -> None:
    from cmms_ui.asgi.policy import find_route

    assert find_route(method, path) is None


def test_an_application_that_cannot_be_built_refuses_everything(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    from starlette.testclient import TestClient

    from cmms_ui import build_application, mount

    def fail(_root: str) -> Any:
        raise RuntimeError("no policy")

    monkeypatch.setattr(build_application, "build_application", fail)
    client = TestClient(mount.LazyApplication())
    assert {client.get(path).status_code for path in ("/", "/api/v1/me", "/assets/cmms.css")} == {503}
    assert "no policy" in caplog.text
