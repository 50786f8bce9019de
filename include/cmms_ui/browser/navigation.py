"""Which page is shown, and what stands around it: the menu's current entry, the bell, the banner."""

from __future__ import annotations

from typing import Any, TypedDict

import dash_mantine_components as dmc
from dash import ALL, Input, Output, State, dcc, get_relative_path, html, no_update, strip_relative_path
from dash.exceptions import UnsupportedRelativePath

from cmms.access.actors import Actor, NotFound
from cmms.alerts.handle_alerts import count_unread, read_worst_alert
from cmms.listing.read_list import read_row
from cmms.operations.run_diagnostics import last_report
from cmms.parse_input import parse_key
from cmms.streams import STREAMS
from cmms.sync.records import RETRYABLE_STATUSES
from cmms_ui.asgi.guard import current_actor
from cmms_ui.asgi.policy import ACTIONS
from cmms_ui.browser import text
from cmms_ui.browser.registry import on
from cmms_ui.pages.catalogue import catalogue_page
from cmms_ui.pages.dashboard import dashboard_page
from cmms_ui.pages.diagnostics_page import diagnostics_page
from cmms_ui.pages.list_page import list_page
from cmms_ui.pages.record_page import record_page
from cmms_ui.render.action_marks import row_button
from cmms_ui.render.marks import empty_state, icon
from cmms_ui.resources import RESOURCES


class MenuId(TypedDict):
    """The id of an entry of the menu."""

    path: str


@on(
    "show_page",
    Output("page", "children"),
    Output({"type": "menu", "path": ALL}, "className"),
    Input("url", "pathname"),
    Input("url", "search"),
    Input("refresh-token", "data"),
    State({"type": "menu", "path": ALL}, "id"),
)
def show_page(pathname: str | None, search: str | None, _token: int, entries: list[MenuId]) -> Any:
    """The page of an address; after an action only a record is read again, a list refreshes its rows itself."""
    from dash import ctx

    try:
        path = (strip_relative_path(pathname or get_relative_path("/")) or "").strip("/")
    except UnsupportedRelativePath:
        raise NotFound(text.FOREIGN_ADDRESS) from None
    name, _, key = path.partition("/")
    if ctx.triggered_id == "refresh-token" and not key:
        return no_update, [no_update] * len(entries)
    parent = RESOURCES[name].parent if name in RESOURCES else ""
    current = parent or name
    classes = [
        "cmms-menu-link cmms-menu-current" if entry["path"] == current else "cmms-menu-link" for entry in entries
    ]
    return _make_page(name, key, search or ""), classes


def _make_page(name: str, key: str, search: str) -> Any:
    actor = current_actor()
    if not name:
        return dashboard_page(actor)
    if name == "catalogue" and not key:
        return catalogue_page(actor)
    if name == "diagnostics" and not key:
        return diagnostics_page(actor, last_report()[0])
    resource = RESOURCES.get(name)
    if resource is None:
        return not_found()
    if not key:
        return list_page(resource, actor, search)
    try:
        return record_page(resource, actor, read_row(resource.listing, parse_key(key)))
    except (NotFound, ValueError):
        return not_found()


def not_found() -> Any:
    """There is no such page or record."""
    return html.Div(
        [
            empty_state(text.NOT_FOUND, name="search"),
            html.Div(dcc.Link(text.TO_DASHBOARD, href=get_relative_path("/")), style={"textAlign": "center"}),
        ]
    )


@on(
    "show_status",
    Output("bell", "children"),
    Output("banner", "children"),
    Input({"type": "status-ask", "place": "bell"}, "data"),
    Input("refresh-token", "data"),
    Input("url", "pathname"),
)
def show_status(_asked: dict[str, Any], _token: int, _path: str) -> Any:
    """The bell, and the worst open critical alert on every page."""
    actor = current_actor()
    return _show_bell(actor), _show_banner()


def _show_bell(actor: Actor) -> Any:
    """How many open alerts are unread: for those who take care of them (decision 0012)."""
    if not actor.can(ACTIONS["notifications.acknowledge"]):
        return None
    unread = count_unread(actor)
    label = text.UNREAD_NOTIFICATIONS.format(unread=unread) if unread else text.NOTIFICATIONS
    return dcc.Link(
        [
            icon("bell", 20),
            html.Span(str(min(unread, 99)), className="cmms-bell-count") if unread else None,
            html.Span(label, className="cmms-hidden"),
        ],
        href=get_relative_path("/notifications"),
        className="cmms-bell-link",
        title=label,
    )


def _show_banner() -> Any:
    """What is wrong, where to read more, and what the person may do about it."""
    worst = read_worst_alert()
    if worst is None:
        return None
    title: list[Any] = [html.Strong("‼ " + str(worst["title"]))]
    if worst["occurrences"] > 1:
        title.append(html.Span(text.OCCURRENCES.format(count=worst["occurrences"]), className="cmms-dim"))
    offers: list[Any] = [dcc.Link(text.DETAILS, href=get_relative_path(f"/notifications/{worst['id']}"))]
    if worst["sync_log_id"]:
        offers.append(dcc.Link(text.RUN, href=get_relative_path(f"/syncs/{worst['sync_log_id']}")))
    if worst["run_status"] in RETRYABLE_STATUSES and worst["sync_type"] in STREAMS:
        offers.append(row_button("syncs.retry", text.RETRY, "refresh", worst["sync_log_id"], place="banner"))
    offers.append(row_button("notifications.acknowledge", text.ACKNOWLEDGE, "check", worst["id"], place="banner"))
    return dmc.Alert(
        html.Div([html.Div(title), html.Div(offers, className="cmms-banner-links")], className="cmms-banner-row"),
        color="red",
        variant="light",
        className="cmms-banner",
    )
