"""Callbacks of the view as the browser sends them. Output: what a widget shows, as text and as components."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_OUTPUT = '{"key":["MATCH"],"name":["MATCH"],"page":["MATCH"],"type":"widget"}.children'


def refresh_widget(client: Any, page: str, name: str, key: str = "", **options: str) -> Any:
    """The component tree of a widget with its options chosen."""
    identity = {"page": page, "key": key, "name": name}

    def at(kind: str, prop: str, value: Any, **more: str) -> dict[str, Any]:
        return {"id": {"type": kind, **identity, **more}, "property": prop, "value": value}

    chosen = [at("widget-option", "value", value, option=option) for option, value in options.items()]
    ids = [
        at("widget-option", "id", {"type": "widget-option", **identity, "option": option}, option=option)
        for option in options
    ]
    body = {
        "output": _OUTPUT,
        "outputs": {"id": {"type": "widget", **identity}, "property": "children"},
        "inputs": [
            at("widget-ask", "data", None),
            at("widget-refresh", "n_clicks", None),
            chosen,
            {"id": "refresh-token", "property": "data", "value": 0},
        ],
        "state": [ids],
        "changedPropIds": [],
    }
    answer = client.post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return next(iter(answer.json()["response"].values()))["children"]


def texts(component: Any) -> list[str]:
    """Every text in a tree, in order."""
    return [text for text in walk(component) if isinstance(text, str)]


def buttons(component: Any, verb: str) -> list[dict[str, Any]]:
    """The ids of the buttons that open the dialog of an action."""
    found = []
    for part in walk(component):
        identity = part.get("props", {}).get("id") if isinstance(part, dict) else None
        if isinstance(identity, dict) and identity.get("verb") == verb:
            found.append(identity)
    return found


def prefilled(component: Any, verb: str) -> list[dict[str, Any]]:
    """The values that those buttons put into the form."""
    return [json.loads(identity["key"]) for identity in buttons(component, verb)]


def hrefs(component: Any) -> list[str]:
    """Where the links of a tree lead."""
    return [
        part["props"]["href"] for part in walk(component) if isinstance(part, dict) and "href" in part.get("props", {})
    ]


def walk(component: Any) -> Iterator[Any]:
    """Every component and every text of a tree."""
    if isinstance(component, list):
        for part in component:
            yield from walk(part)
    elif isinstance(component, dict):
        yield component
        yield from walk(component.get("props", {}).get("children"))
    elif component is not None:
        yield str(component)
