"""Nested searches find what plain Python finds, are bounded, and reach what belongs to a machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmms.access.actors import Invalid
from cmms.listing.search_tree import DEPTH_LIMIT, TERM_LIMIT, parse_tree, read_tree, write_tree
from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"


def _condition(field: str, operator: str, *values: Any) -> dict[str, Any]:
    return {"field": field, "is": operator, "values": list(values)}


_PLAIN = st.one_of(
    st.builds(lambda v: _condition("plant_code", "in", *v), st.lists(st.sampled_from(["P001", "P002", "P009"]), min_size=1)),
    st.builds(lambda v: _condition("group_name", "equals", v), st.sampled_from(["Pumps", "Others", "Unclassified"])),
    st.builds(lambda v: _condition("status", "not_equals", v), st.sampled_from(["active", "inactive", "missing"])),
    st.builds(lambda v: _condition("id", "at_least", str(v)), st.integers(0, 310)),
    st.builds(lambda v: _condition("id", "less", str(v)), st.integers(0, 310)),
    st.builds(lambda v: _condition("equipment_number", "contains", v), st.sampled_from(["1", "0001", "%", "_", "!", "'"])),
    st.just(_condition("notes", "blank")),
)  # fmt: skip
_ERRORS = st.builds(
    lambda word, codes: {word: "errors", "all": [_condition("code", "in", *codes), _condition("status", "equals", "open")]},
    st.sampled_from(["some", "none"]),
    st.lists(st.sampled_from(["PLANT_UNKNOWN", "COUNTER_DECREASED", "NEGATIVE_HOURS", "EXCEEDS_DAY"]), min_size=1, max_size=3),
)  # fmt: skip
_READINGS = st.builds(
    lambda word, how, hours: {word: "readings", how: [_condition("running_hours", "greater", str(hours)),
                                                      _condition("quality", "equals", "warning")]},
    st.sampled_from(["some", "none"]), st.sampled_from(["all", "any"]), st.integers(0, 24),
)  # fmt: skip


def _group(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda word, chosen: {word: chosen}, st.sampled_from(["all", "any"]), st.lists(parts, min_size=1, max_size=3)
    )


_TERM = st.one_of(_PLAIN, _ERRORS, _READINGS)
_TREES = _group(st.one_of(_TERM, _group(_PLAIN)))


def _holds(part: Any, row: dict[str, Any], related: dict[str, list[dict[str, Any]]]) -> bool:
    """What a search means, said a second time."""
    if "field" in part:
        value, values = row[part["field"]], part["values"]
        return {
            "in": lambda: value in values,
            "equals": lambda: value == values[0],
            "not_equals": lambda: value != values[0],
            "at_least": lambda: value >= Decimal(values[0]),
            "less": lambda: value < Decimal(values[0]),
            "greater": lambda: Decimal(value) > Decimal(values[0]),
            "contains": lambda: values[0] in value,
            "blank": lambda: not value,
        }[part["is"]]()
    how, parts = (all, part["all"]) if "all" in part else (any, part["any"])
    if "some" in part or "none" in part:
        rows = related[part.get("some") or part["none"]]
        found = any(how(_holds(inner, other, {}) for inner in parts) for other in rows)
        return found if "some" in part else not found
    return how(_holds(inner, row, related) for inner in parts)


@pytest.fixture(scope="module")
def everything(client_for: ClientFor, tables: Tables) -> list[tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]]:
    """Every machine with its rejected records and readings."""
    rows: list[dict[str, Any]] = []
    for offset in range(0, 400, 200):
        rows += client_for("viewer").get(f"{API}/equipment?tab=all&limit=200&offset={offset}").json()["rows"]
    errors, readings = (
        tables("SELECT equipment_number, code, status FROM sync_record_errors"),
        tables("SELECT equipment_id, running_hours, quality FROM equipment_running_times"),
    )
    return [
        (
            row,
            {
                "errors": [error for error in errors if error["equipment_number"] == row["equipment_number"]],
                "readings": [reading for reading in readings if reading["equipment_id"] == row["id"]],
            },
        )
        for row in rows
    ]


@pytest.mark.feature("TEST-02")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=_TREES)
def test_a_nested_search_finds_what_python_finds(
    client_for: ClientFor, everything: list[tuple[dict[str, Any], Any]], tree: dict[str, Any]
) -> None:
    answer = client_for("viewer").get(
        f"{API}/equipment", params={"tab": "all", "limit": 200, "where": json.dumps(tree)}
    )
    assert answer.status_code == 200, answer.text
    expected = [row["id"] for row, related in everything if _holds(tree, row, related)]
    assert answer.json()["total"] == len(expected)
    assert [row["id"] for row in answer.json()["rows"]] == expected[:200]


@given(tree=_TREES)
@settings(max_examples=100, deadline=None)
def test_a_search_is_the_same_after_it_was_written_and_read(tree: dict[str, Any]) -> None:
    read = read_tree(tree)
    assert parse_tree(json.dumps(write_tree(read))) == read


def _deep(levels: int) -> dict[str, Any]:
    return {"all": [_deep(levels - 1)]} if levels > 1 else {"all": [_condition("id", "equals", "1")]}


@pytest.mark.parametrize(
    "where",
    [_deep(DEPTH_LIMIT + 1), {"any": [_condition("id", "equals", "1")] * (TERM_LIMIT + 1)}, [], "x", {"all": {}}, {"both": []},
     {"all": [], "any": []}, {"all": [_condition("nothing", "equals", "1")]}, {"all": [_condition("id", "like", "1")]},
     {"all": [_condition("id", "equals", "x")]}, {"all": [{"field": "id; DROP TABLE equipment", "is": "equals", "values": ["1"]}]},
     {"some": "passwords", "all": []}, {"some": "errors", "all": [_condition("payload", "equals", "1")]},
     {"some": "errors", "all": [{"some": "readings", "all": []}]}, {"all": [{"field": "id", "is": "in", "values": [None]}]},
     {"all": [{"field": "id", "is": "in", "values": ["1"] * 201}]}],
)  # fmt: skip
def test_a_search_that_is_too_large_or_names_what_is_not_allowed_is_refused(client_for: ClientFor, where: Any) -> None:
    answer = client_for("viewer").get(f"{API}/equipment", params={"where": json.dumps(where) if where != "x" else "{"})
    if where == []:
        assert answer.json()["total"] > 0  # nothing asked
        return
    assert answer.status_code == 422
    assert answer.json()["fields"]


def test_a_value_is_bound_and_never_becomes_a_statement(client_for: ClientFor, tables: Tables) -> None:
    before = tables("SELECT COUNT(*) AS n FROM equipment")
    for value in ("' OR 1=1 -- ", "%", "_", "\\", "!", "'; DROP TABLE equipment; --"):
        where = {"all": [_condition("equipment_number", "contains", value)]}
        assert client_for("viewer").get(f"{API}/equipment", params={"where": json.dumps(where)}).json()["total"] == 0
    assert tables("SELECT COUNT(*) AS n FROM equipment") == before


def test_an_export_obeys_the_search_and_the_api_describes_it(client_for: ClientFor, tables: Tables) -> None:
    client = client_for("viewer")
    where = json.dumps({"some": "errors", "all": [_condition("status", "equals", "open")]})
    stored = tables(
        "SELECT COUNT(*) AS n FROM equipment WHERE equipment_number IN (SELECT equipment_number FROM sync_record_errors"
        " WHERE status = 'open')"
    )[0]["n"]
    assert 0 < stored < 300
    assert client.get(f"{API}/equipment", params={"where": where}).json()["total"] == stored
    assert len(client.get(f"{API}/equipment/export", params={"where": where, "format": "json"}).json()) == stored
    listed = client.get(f"{API}/openapi.json").json()["paths"]["/api/v1/equipment"]["get"]
    assert "where" in [parameter["name"] for parameter in listed["parameters"]]
    assert "`readings` (`date`" in listed["description"]
    meta = client.get(f"{API}/meta/equipment").json()
    assert [relation["name"] for relation in meta["relations"]] == ["errors", "readings", "schedules", "last_run"]


def test_machines_are_found_by_the_run_that_brought_their_last_reading(client_for: ClientFor, tables: Tables) -> None:
    where = {"some": "last_run", "all": [_condition("status", "in", "partial", "success")]}
    found = client_for("viewer").get(f"{API}/equipment", params={"where": json.dumps(where)}).json()["total"]
    stored = tables(
        "SELECT COUNT(*) AS n FROM equipment_running_times r JOIN api_sync_logs l ON l.id = r.sync_log_id WHERE"
        " l.status IN ('partial', 'success') AND (r.equipment_id, r.date) IN"
        " (SELECT equipment_id, MAX(date) FROM equipment_running_times GROUP BY equipment_id)"
    )[0]["n"]
    assert found == stored > 0


@pytest.mark.feature("TBL-01")
def test_a_column_that_the_person_may_not_read_cannot_be_searched(
    client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.access.actors import Actor, Capability
    from cmms_ui.list_query import from_state
    from cmms_ui.resources import RESOURCES

    secret = RESOURCES["equipment"].derive(columns={"notes": {"capability": Capability.EDIT}})
    state = {"where": {"all": [_condition("notes", "contains", "x")]}}
    with pytest.raises(Invalid):
        from_state(secret, Actor("v", frozenset({Capability.VIEW}), ""), state)
    assert from_state(secret, Actor("o", frozenset({Capability.VIEW, Capability.EDIT}), ""), state).tree


def test_quick_filters_count_what_they_find_in_one_statement(client_for: ClientFor, tables: Tables) -> None:
    from sqlalchemy import event

    from cmms.access.connections import engine

    client = client_for("viewer")
    statements: list[str] = []
    listener = lambda *call: statements.append(call[2])  # noqa: E731
    event.listen(engine(), "before_cursor_execute", listener)
    try:
        counts = client.get(f"{API}/equipment/chips?tab=active").json()
        assert len(statements) == 1
    finally:
        event.remove(engine(), "before_cursor_execute", listener)
    stored = tables("SELECT COUNT(*) AS n FROM equipment WHERE is_active = 1 AND notes <> ''")[0]["n"]
    assert counts["noted"] == stored > 0
    assert client.get(f"{API}/equipment?tab=active&chip=noted").json()["total"] == stored
    assert client.get(f"{API}/equipment?tab=active&chip=noted&chip=missing").json()["total"] == 0
    assert client.get(f"{API}/equipment?chip=nothing").status_code == 422


@pytest.mark.feature("TBL-03")
def test_the_hours_of_thirty_days_equal_their_sum(client_for: ClientFor, tables: Tables) -> None:
    rows = client_for("viewer").get(f"{API}/equipment?limit=100").json()["rows"]
    stored = tables(
        "SELECT equipment_id AS id, SUM(running_hours) AS hours FROM equipment_running_times"
        " WHERE date >= UTC_DATE() - INTERVAL 30 DAY GROUP BY equipment_id"
    )
    sums = {row["id"]: str(row["hours"]) for row in stored}
    assert sums
    assert {row["id"]: row["hours_30d"] for row in rows} == {row["id"]: sums.get(row["id"]) for row in rows}


def _wide(count: int, depth: int) -> dict[str, Any]:
    inner: list[Any] = [{"field": "", "is": "", "values": []}] if depth == 0 else [_wide(count, depth - 1)]
    return {"all": inner * count}


@pytest.mark.feature("TBL-10")
@pytest.mark.parametrize(
    ("draft", "fits"),
    [
        (_wide(1, 0), True),
        (_wide(59, 0), True),
        (_wide(60, 0), False),
        (_wide(27_000, 0), False),
        (_wide(20, 2), False),
        ({"all": [{"field": "plant_code", "is": "in", "values": ["P001"] * 201}]}, False),
    ],
    ids=["one", "59", "60", "27,000", "8,000 in groups", "201 values"],
)
def test_a_search_that_is_still_being_written_has_as_many_parts_as_a_form_can_show(draft: Any, fits: bool) -> None:
    from cmms.access.actors import Actor, Capability
    from cmms_ui.render.search_builder import is_draft
    from cmms_ui.resources import RESOURCES

    assert is_draft(RESOURCES["equipment"], Actor("viewer", frozenset({Capability.VIEW})), draft) is fits
