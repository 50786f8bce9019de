"""Input that was made to do harm: short numbers that are huge, deep JSON, text that cannot be stored, odd headers.

Every answer is a 4xx with all headers. What would take minutes if it were worked on shows by its status alone.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from cmms.access.actors import Invalid
from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import widget_call

API = "/cmms/api/v1"
HUGE = ("1e999999999", "-1e999999999", "1e-999999999", "9" * 5000, "1e400")
DEEP = "[" * 100_000 + "]" * 100_000


def _is_refused(answer: Any, *statuses: int) -> None:
    assert answer.status_code in (statuses or (422,)), (answer.status_code, answer.text[:300])
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code


def _numeric_fields() -> list[tuple[str, str]]:
    from cmms_ui.resources import RESOURCES

    return [
        (resource.name, column.name)
        for resource in RESOURCES.values()
        for column in resource.columns
        if column.filterable and column.kind in ("integer", "hours")
    ]


def test_no_numeric_filter_takes_a_number_that_nobody_can_store(client_for: ClientFor) -> None:
    viewer = client_for("viewer")
    fields = _numeric_fields()
    assert len(fields) > 30
    for place, (resource, field) in enumerate(fields):
        number = HUGE[place % len(HUGE)]
        _is_refused(viewer.get(f"{API}/{resource}", params={field: number}))
    for number in HUGE:
        _is_refused(viewer.get(f"{API}/plants/export", params={"id.at_least": number}))
        where = json.dumps({"any": [{"field": "id", "is": "less", "values": [number]}]})
        _is_refused(viewer.get(f"{API}/plants", params={"where": where}))


@pytest.mark.parametrize("query", [
    "limit=1e9", "offset=1e999999999", "offset=99999999999999999999", "limit=%D9%A1", "q=%00", "plant_code=%00",
    "where=" + quote(DEEP[:7000]), "where=" + quote(json.dumps({"all": [{"field": "id", "is": "equals", "values": [10**400]}]})),
    'where={"all":[{"field":"plant_code","is":"equals","values":["\\ud800"]}]}', 'where={"all":[NaN]}', "where=[1e999]",
    "message=1", "self=1", "fields=1", "context=1", "order=message", "created_at=0000-00-00",
    "&".join(f"id={n}" for n in range(600)), "&".join(f"a{n}=1" for n in range(600)), "id.between=1",
    "created_at.between=9999-12-31&created_at.between=9999-12-31", "created_at=2026-W01-1", "is_active=maybe",
])  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused(client_for: ClientFor, query: str) -> None:
    _is_refused(client_for("viewer").get(f"{API}/plants?{query}"))


@pytest.mark.parametrize("body", [
    DEEP, '{"values":' + DEEP + "}", '{"keys": [' + "9" * 5000 + "]}", '{"keys": [1e999999999]}', '{"keys": [NaN]}',
    '{"values": {"note": "\\ud800"}}', '{"values": {"\\udfff": 1}}', '{"values": {"note": "\\u0000"}}', '{"version": -1}',
    "[" + "0," * 300_000 + "0]", '{"values": {"message": 1}}', '{"values": []}', "[]", "1", '"x"', "null", "{", "",
    '{"keys": [' + "1," * 100_001 + "1]}", '{"keys": [true]}', '{"version": true}', '{"request": "a b"}',
], ids=range(22))  # fmt: skip
def test_a_body_that_makes_no_sense_is_refused(client_for: ClientFor, body: str) -> None:
    for path in (f"{API}/plants/actions/create", f"{API}/maintenance-plans/actions/create/preview"):
        answer = client_for("admin").post(path, content=body, headers={"Content-Type": "application/json"})
        _is_refused(answer, 400, 413, 422)


@pytest.mark.parametrize("path", [
    "nothing/x.js", "dash/%00", "dash/..%2f..%2fdash.py", "dash/" + "a" * 400, "os/x.js", "cmms_ui/asgi/guard.py",
    "dash_mantine_components/nothing.v1m1.js",
])  # fmt: skip
def test_a_script_that_there_is_not_is_not_found(client_for: ClientFor, path: str) -> None:
    _is_refused(client_for("viewer").get(f"/cmms/_dash-component-suites/{path}"), 404)


@pytest.mark.parametrize("wanted", ["bytes=abc", "bytes=9-1", "bytes=99999999999999999999-"])
def test_a_part_of_a_file_that_there_is_not_is_refused_as_anything_else(client_for: ClientFor, wanted: str) -> None:
    _is_refused(client_for("viewer").get("/cmms/assets/cmms.css", headers={"Range": wanted}), 400, 416)


def test_a_row_that_is_named_twice_is_one_row(client_for: ClientFor) -> None:
    call = {"keys": [7, 7], "version": 999_999, "values": {"notes": "x"}}
    _is_refused(client_for("op").post(f"{API}/equipment/actions/edit", json=call), 409)


CHANGED = ("nothing.children", "{}.x", "[].x", "", '{"a":' * 3_000, '{"type":"widget-ask"}.data', "palette-input.error")


@pytest.mark.parametrize("changed", CHANGED, ids=range(len(CHANGED)))
def test_a_callback_is_not_triggered_by_what_is_no_input_of_it(client_for: ClientFor, changed: str) -> None:
    call = {
        "output": "palette-found.children",
        "outputs": {"id": "palette-found", "property": "children"},
        "inputs": [{"id": "palette-input", "property": "value", "value": "pump"}],
        "changedPropIds": [changed],
    }
    _is_refused(client_for("viewer").post("/cmms/_dash-update-component", json=call))


def test_the_parts_of_a_callback_belong_to_one_list(client_for: ClientFor) -> None:
    def call(shown: str, state: Any) -> Any:
        name = '{"resource":["MATCH"],"type":"grid"}.columnState'
        body = {
            "output": name,
            "outputs": {"id": {"resource": "plants", "type": "grid"}, "property": "columnState"},
            "inputs": [{"id": {"resource": shown, "type": "list-columns-usual"}, "property": "n_clicks", "value": 0}],
            "state": [{"id": {"resource": "plants", "type": "list-state"}, "property": "data", "value": state}],
        }
        return client_for("viewer").post("/cmms/_dash-update-component", json=body)

    assert call("plants", {"tab": "all"}).status_code < 300
    _is_refused(call("groups", {"tab": "all"}))
    for state in ("all", ["all"], {"filters": 1.5}, {"chips": {}}, {"tab": 5}):
        _is_refused(call("plants", state))


def _forms() -> list[tuple[str, Any, dict[str, Any]]]:
    from cmms_ui.api.describe import example_call
    from cmms_ui.resources import RESOURCES

    return [
        (resource.name, action, example_call(action)) for resource in RESOURCES.values() for action in resource.actions
    ]


def test_no_field_of_a_form_takes_a_value_of_another_kind(client_for: ClientFor) -> None:
    from cmms_ui.run_action import check_values

    tried = 0
    for resource, action, call in _forms():
        for field in action.fields:
            if field.read_only or not field.is_visible(call["values"]):
                continue
            is_text = field.kind in ("text", "long", "json", "code")
            wrong = ({"a": 1}, [[]], "a\x00", "x" * 70_000, *(() if is_text else (*HUGE, 10**18 * 100, "0000-01-01")))
            for value in wrong:
                with pytest.raises(Invalid) as refused:
                    check_values(action, {**call["values"], field.name: value})
                assert field.name in refused.value.fields, (action.name, field.name, value)
                tried += 1
            body = {**call, "keys": [], "values": {**call["values"], field.name: wrong[-1]}}
            _is_refused(client_for("admin").post(f"{API}/{resource}/actions/{action.verb}", json=body))
    assert tried > 200


ORIGINS = ("http://[", "http://[::1", "null", "http://" + "a" * 8000, "http://testserver:99999999", "//", "\xff", "")


@pytest.mark.parametrize("origin", ORIGINS, ids=range(len(ORIGINS)))
def test_an_origin_that_is_no_address_is_refused_like_any_other(client_for: ClientFor, origin: str) -> None:
    for path in ("/cmms/_dash-update-component", f"{API}/plants/actions/create"):
        answer = client_for("viewer").post(path, json={}, headers={"Origin": origin.encode("latin-1")})
        _is_refused(answer, 403)


HOSTS = ("[", "]:80", "a b", "x" * 5000, "test[server", ":", "\xff", "http://testserver")


@pytest.mark.parametrize("host", HOSTS, ids=range(len(HOSTS)))
def test_a_host_that_is_no_host_is_nobodys_origin(client_for: ClientFor, host: str) -> None:
    viewer = client_for("viewer")
    answer = viewer.post(f"{API}/plants/actions/create", json={}, headers={"Host": host.encode("latin-1")})
    _is_refused(answer, 403)


def test_a_fault_while_a_request_is_checked_is_a_problem_document_with_all_headers(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.asgi import guard

    def fail(*_asked: Any) -> Any:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(guard, "find_route", fail)
    _is_refused(client_for("viewer").get(f"{API}/me"), 500)


@pytest.mark.parametrize(
    ("page", "key", "name"),
    [
        ("syncs", "9223372036854775807", "errors"),
        ("syncs", "9223372036854775807", "steps"),
        ("equipment", "9223372036854775807", "quality"),
        ("follow", "equipment_sync/..", "follow"),
        ("follow", "../x", "follow"),
        ("follow", "\x7f/x", "follow"),
        ("follow", "", "follow"),
    ],
)
def test_a_widget_of_what_there_is_not_is_no_fault(
    client_for: ClientFor, caplog: pytest.LogCaptureFixture, page: str, key: str, name: str
) -> None:
    client_for("viewer").post("/cmms/_dash-update-component", json=widget_call(page, name, key))
    assert [record.message for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize(
    "values", [{"plant_codes": 5}, {"plant_codes": [1, [2]]}, {"plant_codes": {}}, [1], {"equipment_numbers": {}}]
)
@pytest.mark.parametrize("verb", ["equipment", "running_time"])
def test_a_button_whose_values_do_not_fit_the_form_opens_none(values: Any, verb: str) -> None:
    from cmms_ui.browser.actions import _read_prefilled
    from cmms_ui.run_action import find_action

    with pytest.raises(Invalid, match="the button's values"):
        _read_prefilled(find_action("syncs", verb), json.dumps(values))
