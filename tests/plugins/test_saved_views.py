"""Saved views and remembered columns: one's own, shared ones, and what is left of them when a column has gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cmms.access.actors import Actor, Capability, Forbidden, Invalid, NotFound
from cmms.listing.saved_views import delete_view, find_views, read_columns, remember_columns, save_view

pytestmark = pytest.mark.usefixtures("airflow_app")

VIEWER = Actor("viewer", frozenset({Capability.VIEW}))
OP = Actor("op", frozenset({Capability.VIEW, Capability.TRIGGER, Capability.EDIT}))
BODY = {"tab": "active", "search": "pump", "filters": {"plant_code": ["P001"]}, "header_filters": {}, "columns": []}


@pytest.mark.feature("TBL-09")
def test_a_view_is_ones_own_until_it_is_shared_and_one_opens_first() -> None:
    save_view(VIEWER, "equipment", "Mine", BODY, is_shared=False, is_default=True)
    save_view(VIEWER, "equipment", "Second", BODY, is_shared=False, is_default=True)
    save_view(OP, "equipment", "Team", {**BODY, "search": "fan"}, is_shared=True, is_default=True)
    save_view(OP, "equipment", "Private", BODY, is_shared=False, is_default=False)
    seen = find_views(VIEWER, "equipment")
    assert [(view.name, view.is_own, view.is_default) for view in seen] == [
        ("Mine", True, False),
        ("Second", True, True),
        ("Team", False, False),  # what opens first for somebody else does not for me
    ]
    assert seen[2].body["search"] == "fan"
    assert find_views(VIEWER, "syncs") == []


@pytest.mark.feature("TBL-09")
def test_saving_what_is_kept_already_writes_nothing_and_the_audit_log_holds_no_filters(
    tables: Callable[..., list[dict[str, Any]]],
) -> None:
    def noted() -> list[dict[str, Any]]:
        return tables(
            "SELECT after_json FROM audit_log WHERE entity = 'saved_view' AND entity_id = 'groups: Mine' ORDER BY id"
        )

    for _ in range(3):
        save_view(VIEWER, "groups", "Mine", BODY, is_shared=False, is_default=False)
    assert len(noted()) == 1 and "pump" not in noted()[0]["after_json"]
    save_view(VIEWER, "groups", "Mine", {**BODY, "search": "fan"}, is_shared=False, is_default=False)
    assert [view.body["search"] for view in find_views(VIEWER, "groups") if view.is_own] == ["fan"]
    assert len(noted()) == 2
    delete_view(VIEWER, "groups", find_views(VIEWER, "groups")[0].id)


@pytest.mark.feature("TBL-09")
def test_the_same_name_replaces_and_only_the_owner_deletes() -> None:
    save_view(OP, "syncs", "Failed", BODY, is_shared=True, is_default=False)
    save_view(OP, "syncs", " Failed ", {**BODY, "search": "new"}, is_shared=True, is_default=False)
    (view,) = find_views(VIEWER, "syncs")
    assert view.body["search"] == "new"
    with pytest.raises(NotFound):
        delete_view(VIEWER, "syncs", view.id)
    delete_view(OP, "syncs", view.id)
    assert find_views(VIEWER, "syncs") == []


@pytest.mark.feature("TBL-09")
def test_a_view_needs_a_name_a_size_and_for_sharing_the_right_to_edit() -> None:
    with pytest.raises(Invalid, match="a name is needed"):
        save_view(VIEWER, "plants", "  ", BODY, is_shared=False, is_default=False)
    with pytest.raises(Invalid, match="too long"):
        save_view(VIEWER, "plants", "x" * 81, BODY, is_shared=False, is_default=False)
    with pytest.raises(Invalid, match="too large"):
        save_view(VIEWER, "plants", "x", {**BODY, "search": "y" * 30_000}, is_shared=False, is_default=False)
    with pytest.raises(Forbidden):
        save_view(VIEWER, "plants", "x", BODY, is_shared=True, is_default=False)
    assert find_views(VIEWER, "plants") == []


@pytest.mark.feature("TBL-09", "TBL-18")
def test_what_a_view_names_and_is_gone_is_left_out_and_told() -> None:
    from cmms_ui.arrange_list import arrange_list
    from cmms_ui.resources import RESOURCES

    groups = RESOURCES["groups"]
    body = {
        "tab": "no such tab",
        "search": "",
        "filters": {"colour": ["red"]},
        "header_filters": {"name": {"filterType": "text", "type": "contains", "filter": "Pump"}},
        "columns": [
            {"name": "name", "width": 300, "hidden": False, "sort": "desc", "sort_rank": 0},
            {"name": "weight", "width": 90, "hidden": False},
        ],
    }
    save_view(VIEWER, "groups", "Old", body, is_shared=False, is_default=False)
    (view,) = find_views(VIEWER, "groups")
    arranged = arrange_list(groups, VIEWER, f"?view={view.id}")
    assert arranged.missing == ("the column colour", "the column weight", "the tab no such tab")
    assert arranged.filters == {}
    assert list(arranged.header_filters) == ["name"]
    first = arranged.columns[0]
    assert (first.name, first.width, first.sort) == ("name", 300, "desc")
    assert {place.name for place in arranged.columns} == {c.name for c in groups.visible_columns(VIEWER)}
    assert arrange_list(groups, OP, f"?view={view.id}").missing == (
        "the view itself: it is not shared with you or has been deleted",
    )


@pytest.mark.feature("TBL-18")
def test_columns_are_remembered_for_a_person_and_a_list() -> None:
    from cmms_ui.arrange_list import arrange_list
    from cmms_ui.resources import RESOURCES

    kept = [{"name": "name", "width": 5000, "hidden": True}, {"name": "plant_code", "width": 120, "hidden": False}]
    remember_columns(VIEWER, "plants", kept)
    assert read_columns(VIEWER, "plants") == kept
    assert read_columns(OP, "plants") == []
    places = arrange_list(RESOURCES["plants"], VIEWER, "").columns
    assert [(place.name, place.hidden) for place in places[:2]] == [("name", True), ("plant_code", False)]
    assert places[0].width == 1200  # no column is wider than a screen
