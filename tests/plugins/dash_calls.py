"""Callbacks of the view as the browser sends them. Output: what a widget shows, as text and as components."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_OUTPUT = '{"key":["MATCH"],"name":["MATCH"],"page":["MATCH"],"type":"widget"}.children'


def refresh_widget(client: Any, page: str, name: str, key: str = "", **options: str) -> Any:
    """The component tree of a widget with its options chosen."""
    answer = client.post("/cmms/_dash-update-component", json=widget_call(page, name, key, **options))
    assert answer.status_code == 200, answer.text
    return next(iter(answer.json()["response"].values()))["children"]


def widget_call(page: str, name: str, key: str = "", **options: str) -> dict[str, Any]:
    """What the browser sends to have a widget drawn."""
    identity = {"page": page, "key": key, "name": name}

    def at(kind: str, prop: str, value: Any, **more: str) -> dict[str, Any]:
        return {"id": {"type": kind, **identity, **more}, "property": prop, "value": value}

    chosen = [at("widget-option", "value", value, option=option) for option, value in options.items()]
    ids = [
        at("widget-option", "id", {"type": "widget-option", **identity, "option": option}, option=option)
        for option in options
    ]
    return {
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


def call(client: Any, outputs: list[Any], inputs: list[Any], state: list[Any], triggers: list[str]) -> dict[str, Any]:
    """The answer of a callback, by output; ``outputs`` are (id, property), lists of them for all of a kind."""
    names = [_output_name(one) for one in outputs]
    several = len(outputs) > 1
    body = {
        "output": f"..{'...'.join(names)}.." if several else names[0],
        "outputs": [_as_output(one) for one in outputs] if several else _as_output(outputs[0]),
        "inputs": inputs,
        "state": state,
        "changedPropIds": triggers,
    }
    answer = client.post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _as_output(output: Any) -> Any:
    if isinstance(output, list):
        return [_as_output(one) for one in output]
    return {"id": output[0], "property": output[1]}


def _output_name(output: Any) -> str:
    identity, name = output
    if isinstance(identity, str):
        return f"{identity}.{name}"
    text = json.dumps({key: ["MATCH"] if key == "resource" else value for key, value in sorted(identity.items())})
    return f"{text.replace(' ', '')}.{name}"


def value(identity: Any, name: str, given: Any) -> dict[str, Any]:
    """An input or a state of a callback."""
    return {"id": identity, "property": name, "value": given}


def show_page(client: Any, path: str, search: str = "") -> Any:
    """The tree of a page."""
    outputs = [("page", "children"), ({"type": "menu", "path": ["ALL"]}, "className")]
    names = ["page.children", '{"path":["ALL"],"type":"menu"}.className']
    body = {
        "output": f"..{'...'.join(names)}..",
        "outputs": [{"id": outputs[0][0], "property": "children"}, []],
        "inputs": [value("url", "pathname", f"/cmms{path}"), value("url", "search", search), value("refresh-token", "data", 0)],
        "state": [[]],
        "changedPropIds": ["url.pathname"],
    }  # fmt: skip
    answer = client.post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["response"]["page"]["children"]


def show_tab_widgets(client: Any, resource: str, tab: str) -> Any:
    """The cards above the list of a tab."""
    identity = {"type": "tab-widgets", "resource": resource}
    tabs = value({"type": "list-tabs", "resource": resource}, "value", tab)
    answer = call(client, [(identity, "children")], [tabs], [], [])
    return next(iter(answer["response"].values()))["children"]


def find_anything(client: Any, typed: str) -> Any:
    """What the palette shows."""
    answer = call(client, [("palette-found", "children")], [value("palette-input", "value", typed)], [], [])
    return answer["response"]["palette-found"]["children"]


def open_dialog(client: Any, pressed: dict[str, Any], resource: str = "", **listed: Any) -> dict[str, Any]:
    """The dialog that a button opens: the whole answer. ``listed``: selectedRows, matching, state of the page's list."""
    names = (("grid", "selectedRows", "rows"), ("selection-matching", "data", "matching"), ("list-state", "data", "state"),
             ("grid", "filterModel", "header"))  # fmt: skip
    state = [
        [value({"type": kind, "resource": resource}, name, listed.get(key))] if resource else []
        for kind, name, key in names
    ]
    outputs = [
        ("action-modal", "opened"),
        ("action-modal", "title"),
        ("action-modal", "children"),
        ("action-context", "data"),
    ]
    return call(client, outputs, [value("action-pressed", "data", pressed)], state, ["action-pressed.data"])


def component_ids(tree: Any) -> Iterator[str]:
    """The id of every component of a tree, whatever property it stands in, as a text."""
    if isinstance(tree, list):
        for part in tree:
            yield from component_ids(part)
    elif isinstance(tree, dict):
        if "namespace" in tree and "id" in tree.get("props", {}):
            yield json.dumps(tree["props"]["id"], sort_keys=True)
        for part in tree.values():
            yield from component_ids(part)
