"""Whatever is sent, nothing answers with a fault, and every answer carries the headers: addresses, bodies, callbacks.

``CMMS_FUZZ_EXAMPLES`` (a number) asks that many times of each route and callback instead of a few; the larger run is
for a person who has changed the view's input.
"""

from __future__ import annotations

import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.plugins.conftest import ClientFor

API = "/cmms/api/v1"
EXAMPLES = int(os.environ.get("CMMS_FUZZ_EXAMPLES", "3"))
STOP_SECONDS = 60.0
"""Stops a call that never ends; no measure of speed."""

few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES <= 3,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

WORDS = st.sampled_from(
    ["equipment", "plants", "syncs", "id", "edit", "create", "record", "rows", "list", "all", "any", "field", "is", "values",
     "equals", "between", "1", "-1", "1e999999999", "9" * 400, "2026-01-01", "0000-00-00", "=1+1", "%", "\x7f", "\u202e", "message",
     "self", "key", "resource", "dashboard", "prefilled", "apply", "0.0.0", "[]", "{}"]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), WORDS,
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=12,
)


def _send(client: Any, method: str, path: str, **more: Any) -> Any:
    """The answer, which is no fault and has the headers."""
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(client.request, method, path, **more).result(STOP_SECONDS)
    assert answer.status_code < 500, (answer.status_code, method, path[:500], more, answer.text[:300])
    if b"%0A" in answer.url.raw_path:
        return answer  # Airflow asks no mount for an address with a line break
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] in ("application/problem+json", "text/html; charset=utf-8")
    return answer


@pytest.fixture(scope="module")
def calls(airflow_app: Any) -> dict[str, dict[str, Any]]:
    """What Dash knows of each callback, by its output id."""
    from cmms_ui.build_application import build_server

    _, app, rows = build_server("/cmms")
    return {output: app.callback_map[output] for output in rows}


@pytest.mark.feature("TEST-38")
@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_no_address_is_answered_with_a_fault(client_for: ClientFor, role: str) -> None:
    from cmms_ui.resources import RESOURCES

    names = st.one_of(WORDS, st.sampled_from(["where", "q", "order", "tab", "chip", "limit", "offset", "format"]))
    raw = st.text(alphabet="abz01=&;%.+-[]{}\"',:/\\ é€", max_size=60)
    pairs = st.lists(st.tuples(names, st.one_of(WORDS, raw, VALUES.map(json.dumps))), max_size=5)
    client = client_for(role)
    for name in RESOURCES:
        fields = [column.name for column in RESOURCES[name].columns]

        @few
        @given(
            st.just(name),
            pairs,
            st.sampled_from(fields),
            WORDS,
            raw,
            st.sampled_from(["", "/export", "/chips", "/1", "/badges", "/x"]),
        )
        def run(name: str, query: list[tuple[str, str]], field: str, value: str, text: str, where: str) -> None:
            _send(client, "GET", f"{API}/{name}{where}", params=[*query, (field, value), (f"{field}.between", value)])
            _send(client, "GET", f"{API}/{name}{where}?{text}")

        run()


@pytest.mark.feature("TEST-38")
@pytest.mark.parametrize("role", ["viewer", "op"])
def test_no_body_is_answered_with_a_fault(client_for: ClientFor, role: str) -> None:
    from cmms_ui.asgi.policy import ACTIONS

    client = client_for(role)
    headers = st.dictionaries(
        st.sampled_from(["Accept", "Sec-Fetch-Site", "Authorization", "X-Forwarded-Host", "Content-Type"]),
        st.text(alphabet="abc/*=;[]:, 123", max_size=40),
        max_size=2,
    )
    harmless = [name for name in ACTIONS if name.partition(".")[0] in ("plants", "groups", "group-rules")]

    @few
    @given(VALUES, st.binary(max_size=40), headers)
    def run(body: Any, raw: bytes, sent: dict[str, str]) -> None:
        for name in harmless:
            path = f"{API}/{name.replace('.', '/actions/')}"
            _send(client, "POST", path, json=body)
            _send(client, "POST", path, json={"keys": [999_999_999], "values": body})
            _send(client, "POST", path, content=raw, headers={"Content-Type": "application/json", **sent})

    run()


def _leaves(spec: dict[str, Any], draw: Any, matched: dict[str, Any]) -> dict[str, Any]:
    """A call of the right shape around values of any kind; ids of a page's parts, or any others."""

    def drawn() -> Any:
        return draw(WORDS if draw(st.booleans()) else SCALARS)

    def identity(text: str) -> Any:
        if not text.startswith("{"):
            return text
        return {
            name: (matched.setdefault(name, drawn()) if value == ["MATCH"] else drawn())
            if isinstance(value, list)
            else value
            for name, value in json.loads(text).items()
        }

    def part(item: dict[str, str]) -> Any:
        one = lambda: {"id": identity(item["id"]), "property": item["property"], "value": draw(VALUES)}  # noqa: E731
        return [one() for _ in range(draw(st.integers(0, 2)))] if "ALL" in item["id"] else one()

    inputs, state = ([part(item) for item in spec[name]] for name in ("inputs", "state"))
    first = inputs[0][0] if isinstance(inputs[0], list) and inputs[0] else inputs[0]
    changed = []
    if isinstance(first, dict):
        at = (
            first["id"]
            if isinstance(first["id"], str)
            else json.dumps(first["id"], sort_keys=True, separators=(",", ":"))
        )
        changed = [f"{at}.{first['property']}"]
    return {"inputs": inputs, "state": state, "changedPropIds": changed}


def _outputs(output: str, draw: Any, matched: dict[str, Any]) -> Any:
    found = []
    for one in output.strip(".").split("...") if output.startswith("..") else [output]:
        text, _, name = one.rpartition(".")
        parsed = json.loads(text) if text.startswith("{") else text
        if isinstance(parsed, dict):
            parsed = {
                key: matched.get(key, draw(WORDS)) if isinstance(value, list) else value
                for key, value in parsed.items()
            }
        leaf = {"id": parsed, "property": name.partition("@")[0]}
        found.append([leaf] if "ALL" in text else leaf)
    return found if output.startswith("..") else found[0]


@pytest.mark.feature("TEST-38")
@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_no_callback_is_answered_with_a_fault(
    client_for: ClientFor, calls: dict[str, dict[str, Any]], role: str, caplog: pytest.LogCaptureFixture
) -> None:
    from cmms_ui.resources import RESOURCES

    client, statuses = client_for(role), dict[int, int]()
    caplog.set_level(logging.ERROR)
    for output in calls:

        @few
        @given(st.just(output), st.data(), VALUES)
        def run(output: str, data: st.DataObject, junk: Any) -> None:
            spec = calls[output]
            matched = {"resource": data.draw(st.sampled_from(sorted(RESOURCES)))}  # one list, as a page has it
            parts = _leaves(spec, data.draw, matched)
            call = {"output": output, "outputs": _outputs(output, data.draw, matched), **parts}
            broken = {**call, data.draw(st.sampled_from(["inputs", "state", "outputs", "changedPropIds"])): junk}
            for body in (call, broken):
                answer = _send(client, "POST", "/cmms/_dash-update-component", json=body)
                statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

        run()
    assert statuses.get(422, 0) > len(calls) or role == "viewer", statuses
    assert statuses.get(200, 0) + statuses.get(204, 0) > 0, statuses
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []  # none behind an answer either
