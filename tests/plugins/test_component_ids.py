"""No two components of a page have the same id: Dash would obey neither. On every page, tab and dialog, for every role."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.plugins import dash_calls
from tests.plugins.conftest import ClientFor
from tests.plugins.view_site import ROLES

RECORDS = {"equipment": 7, "syncs": 1, "record-errors": 1, "plants": 1, "groups": 1, "work-orders": 1, "group-rules": 1,
           "maintenance-plans": 1, "notifications": 1, "dues": 1, "schedules": 1}  # fmt: skip


def _pages(client: Any) -> Iterator[tuple[str, list[Any]]]:
    """Name and trees of every page: of lists tab by tab, of records one each, with all their widgets."""
    from cmms_ui.resources import RESOURCES

    yield "/", [dash_calls.show_page(client, "/")]
    yield "/catalogue", [dash_calls.show_page(client, "/catalogue")]
    for name, resource in RESOURCES.items():
        page = dash_calls.show_page(client, f"/{name}")
        heads = {json.loads(text)["tab"] for text in dash_calls.component_ids(page) if '"list-badge"' in text}
        for tab in resource.tabs:
            if tab.name in heads:
                widgets = dash_calls.show_tab_widgets(client, name, tab.name) if tab.widgets else []
                yield f"/{name}?tab={tab.name}", [page, widgets]
        if name in RECORDS:
            yield f"/{name}/{RECORDS[name]}", [dash_calls.show_page(client, f"/{name}/{RECORDS[name]}")]


def _bodies(client: Any, trees: list[Any], drawn: dict[str, Any]) -> Iterator[Any]:
    """What the widgets of a page show; a widget that stands on several pages is asked for once."""
    for text in list(dash_calls.component_ids(trees)):
        identity = json.loads(text)
        if isinstance(identity, dict) and identity["type"] == "widget":
            if text not in drawn:
                drawn[text] = dash_calls.refresh_widget(client, identity["page"], identity["name"], identity["key"])
            yield drawn[text]


def _equal(trees: list[Any]) -> dict[str, int]:
    counted = Counter(dash_calls.component_ids(trees))
    return {text: times for text, times in counted.items() if times > 1}


@pytest.mark.feature("UIF-02", "ACT-05")
@pytest.mark.parametrize("role", ROLES)
def test_no_page_tab_or_dialog_has_two_components_with_the_same_id(client_for: ClientFor, role: str) -> None:
    client = client_for(role)
    frame = client.get("/cmms/_dash-layout").json()
    found = dash_calls.find_anything(client, "")
    drawn: dict[str, Any] = {}
    opened: set[tuple[str, str]] = set()
    wrong: dict[str, dict[str, int]] = {}
    for name, trees in _pages(client):
        whole = [frame, found, *trees, *_bodies(client, trees, drawn)]
        dialogs = []
        for pressed in map(json.loads, dash_calls.component_ids(whole)):
            if (
                isinstance(pressed, dict)
                and pressed["type"] == "action"
                and pressed["place"] not in ("rows", "launcher")
            ):
                action = (pressed["resource"], pressed["verb"])
                if action not in opened:
                    opened.add(action)
                    dialogs.append(dash_calls.open_dialog(client, pressed)["response"]["action-modal"]["children"])
        for shown in ([], *dialogs):
            if twice := _equal([*whole, shown]):
                wrong[name] = twice
    assert wrong == {}
    assert len(drawn) > 20 and (len(opened) > 20) == (role in ("op", "admin"))


@pytest.mark.feature("UIF-02")
def test_equal_buttons_of_a_part_get_ids_of_their_own_and_stay_what_they_were() -> None:
    from dash import html

    from cmms_ui.render.mark_spots import mark_spots

    def button(key: str) -> Any:
        identity = {"type": "action", "resource": "syncs", "verb": "equipment", "place": "prefilled", "key": key}
        return html.Button(id=identity)

    drawn = mark_spots([button("a"), [html.Div([button("a"), "text", button("b")]), None]], "widget/daily")
    ids = [drawn[0].id, drawn[1][0].children[0].id, drawn[1][0].children[2].id]
    assert [identity["spot"] for identity in ids] == ["widget/daily", "widget/daily#2", "widget/daily"]
    assert [identity["key"] for identity in ids] == ["a", "a", "b"]
    assert mark_spots(drawn, "other")[0].id["spot"] == "other"  # drawn again elsewhere


@pytest.mark.feature("UIF-02")
def test_widgets_of_a_page_have_names_of_their_own() -> None:
    from cmms_ui.pages.dashboard import DASHBOARD
    from cmms_ui.resources import RESOURCES

    def twice(widgets: Any) -> list[str]:
        by_name: dict[str, set[int]] = {}
        for widget in widgets:
            by_name.setdefault(widget.name, set()).add(id(widget.load))
        return [name for name, loads in by_name.items() if len(loads) > 1]

    assert twice(DASHBOARD) == []
    for resource in RESOURCES.values():
        assert twice([*resource.widgets, *(widget for tab in resource.tabs for widget in tab.widgets)]) == []
        assert twice(resource.record_widgets) == []
