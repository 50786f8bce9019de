"""Ctrl-K: a page, an action or a machine by typing some of its name. Output: links; Enter takes the first one."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, dcc, get_relative_path, html, no_update

from cmms.access.actors import Actor
from cmms.listing.definition import TEXT_LIMIT, ListQuery
from cmms.listing.read_list import read_page
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import go_to, on
from cmms_ui.definition.schema import Action, Resource
from cmms_ui.render.marks import icon
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import may_run

MACHINES = 8
_CLASS = "cmms-menu-item cmms-found"


@on(
    "find_anything",
    Output("palette-found", "children"),
    Input("palette-input", "value"),
)
def find_anything(typed: str | None) -> Any:
    """Machines whose number or description holds every word, then pages and actions."""
    words = _words(typed)
    actor = current_actor()
    groups = (
        (text.MACHINES, [_link(path, label) for path, label in _find_machines(words)]),
        (text.PAGES, [_link(path, label) for path, label in _find_pages(actor, words)]),
        (text.ACTIONS, [_button(resource, action) for resource, action in _find_actions(actor, words)]),
    )
    found: list[Any] = []
    for title, items in groups:
        if items:
            found += [html.H3(title, className="cmms-widget-title"), *items]
    return found or html.P(text.NO_RESULTS, className="cmms-dim")


@on(
    "find_anything",
    Output("palette-input", "error"),
    Input("palette-input", "n_submit"),
    State("palette-input", "value"),
    prevent_initial_call=True,
)
def open_first(_presses: int | None, typed: str | None) -> Any:
    """Enter opens the first machine or page that was found."""
    words = _words(typed)
    first = next(iter([*_find_machines(words), *_find_pages(current_actor(), words)]), None)
    if first is not None:
        go_to(first[0])
    return no_update


def attach_browser_part(app: dash.Dash) -> None:
    """Open by the button, which Ctrl-K presses too; close when a page or a dialog has opened."""
    app.clientside_callback(
        ClientsideFunction("cmms", "openPalette"),
        Output("palette", "opened"),
        Input("palette-open", "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "closePalette"),
        Output("palette", "opened", allow_duplicate=True),
        Input("url", "href"),
        Input("action-modal", "opened"),
        prevent_initial_call=True,
    )


def _words(typed: str | None) -> list[str]:
    return (typed or "")[:TEXT_LIMIT].split()


def _find_machines(words: list[str]) -> list[tuple[str, str]]:
    if not words:
        return []
    rows = read_page(RESOURCES["equipment"].listing, ListQuery(search=" ".join(words), limit=MACHINES)).rows
    return [(f"/equipment/{row['id']}", f"{row['equipment_number']}  {row['equipment_description']}") for row in rows]


def _find_pages(actor: Actor, words: list[str]) -> list[tuple[str, str]]:
    pages = [("/", text.DASHBOARD), ("/diagnostics", text.DIAGNOSTICS)]
    for resource in RESOURCES.values():
        pages.append((f"/{resource.name}", resource.label))
        tabs = resource.visible_tabs(actor)[1:]
        pages += [
            (f"/{resource.name}?tab={tab.name}", text.PAGE_TAB.format(page=resource.label, tab=tab.label))
            for tab in tabs
        ]
    return [(path, label) for path, label in pages if _holds(label, words)]


def _find_actions(actor: Actor, words: list[str]) -> list[tuple[Resource, Action]]:
    return [
        (resource, action)
        for resource in RESOURCES.values()
        for action in resource.actions
        if action.on == "list" and may_run(actor, action) and _holds(action.label, words)
    ]


def _holds(label: str, words: list[str]) -> bool:
    return all(word.casefold() in label.casefold() for word in words)


def _link(path: str, label: str) -> Any:
    return dcc.Link(label, href=get_relative_path(path), className=_CLASS)


def _button(resource: Resource, action: Action) -> Any:
    """Opens the same dialog as the button of the list."""
    identity = {"type": "action", "resource": resource.name, "verb": action.verb, "place": "list", "key": "palette"}
    return html.Button(
        [icon(action.icon, 14), text.START_ACTION.format(action=action.label)], id=identity, className=_CLASS
    )
