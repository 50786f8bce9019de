"""The page of a resource: tabs with counts, search, filters, list, actions. Input: resource, person, address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.views.actors import Actor
from cmms_ui.components.grid import make_grid
from cmms_ui.components.marks import aria, icon
from cmms_ui.components.widget_card import widget_card
from cmms_ui.pages.shell import trail
from cmms_ui.run_action import may_run
from cmms_ui.schema import Action, Filter, Resource, Tab


def list_page(resource: Resource, actor: Actor, search: str) -> Any:
    """The page as the address says: ``?tab=...&q=...&<column>=<value>``."""
    asked = parse_qs(search.lstrip("?"))
    tabs = resource.visible_tabs(actor)
    tab = next((t for t in tabs if t.name == asked.get("tab", [""])[0]), tabs[0])
    actions = [action for action in resource.actions if may_run(actor, action)]
    return html.Div(
        [
            trail(("/", "CMMS"), (f"/{resource.name}", resource.label)),
            html.Div(
                [
                    dmc.Title(resource.label, order=1, className="cmms-title"),
                    html.Div(
                        [action_button(resource, action, "list") for action in actions if action.on == "list"],
                        className="cmms-actions",
                    ),
                ],
                className="cmms-page-head",
            ),
            dmc.Grid([widget_card(widget, resource.name) for widget in resource.widgets], gutter="sm", mb="sm")
            if resource.widgets
            else None,
            _tabs(resource, tabs, tab),
            dmc.Grid(id={"type": "tab-widgets", "resource": resource.name}, gutter="sm", className="cmms-tab-widgets")
            if any(t.widgets for t in tabs)
            else None,
            _toolbar(resource, asked),
            _selection_bar(resource, actions),
            html.Div(
                [
                    make_grid(
                        {"type": "grid", "resource": resource.name},
                        resource.visible_columns(actor),
                        shown_columns(resource, tab),
                        base_path=get_relative_path(f"/{resource.name}/"),
                        editable=any(action.verb == resource.inline_edit for action in actions),
                        selectable=any(action.on == "rows" for action in actions),
                    ),
                    html.Div(
                        id={"type": "list-empty", "resource": resource.name}, className="cmms-overlay", hidden=True
                    ),
                ],
                className="cmms-grid-box",
            ),
            dcc.Store(
                id={"type": "list-state", "resource": resource.name}, data={"tab": tab.name, **_first_state(asked)}
            ),
            dcc.Store(
                id={"type": "list-tabs-columns", "resource": resource.name},
                data={t.name: list(shown_columns(resource, t)) for t in tabs},
            ),
            dcc.Store(id={"type": "list-changed", "resource": resource.name}, data=0),
            dcc.Interval(
                id={"type": "list-poll", "resource": resource.name},
                interval=max(resource.refresh_seconds, 1) * 1000,
                disabled=resource.refresh_seconds == 0,
            ),
        ],
        className="cmms-list-page",
    )


def shown_columns(resource: Resource, tab: Tab) -> tuple[str, ...]:
    """The columns that a tab shows, in the order of the resource."""
    return tuple(c.name for c in resource.columns if not c.hidden or c.name in tab.columns)


def action_button(resource: Resource, action: Action, place: str, *, key: str = "") -> Any:
    """Opens the dialog of an action."""
    first = place == "list"
    return dmc.Button(
        action.label,
        id={"type": "action", "resource": resource.name, "verb": action.verb, "place": place, "key": key},
        leftSection=icon(action.icon),
        variant="filled" if first else "light",
        color="red" if action.dangerous else None,
        className="" if first else "cmms-button-bad" if action.dangerous else "cmms-button",
        size="sm" if first else "compact-sm" if place == "rows" else "sm",
    )


def _first_state(asked: Mapping[str, list[str]]) -> dict[str, Any]:
    filters = {name: values for name, values in asked.items() if name not in ("tab", "q")}
    return {"search": asked.get("q", [""])[0], "filters": filters}


def _tabs(resource: Resource, tabs: tuple[Tab, ...], current: Tab) -> Any:
    return dmc.Tabs(
        dmc.TabsList(
            [
                dmc.TabsTab(
                    tab.label,
                    value=tab.name,
                    leftSection=icon(tab.icon),
                    rightSection=dmc.Badge(
                        "…",
                        id={"type": "list-badge", "resource": resource.name, "tab": tab.name},
                        size="sm",
                        variant="light",
                        color="gray",
                        circle=False,
                    ),
                )
                for tab in tabs
            ],
            className="cmms-tabs-list",
        ),
        id={"type": "list-tabs", "resource": resource.name},
        value=current.name,
        className="cmms-tabs",
    )


def _toolbar(resource: Resource, asked: Mapping[str, list[str]]) -> Any:
    name = resource.name
    return html.Div(
        [
            dmc.TextInput(
                id={"type": "list-search", "resource": name},
                value=asked.get("q", [""])[0],
                placeholder=resource.search_hint,
                leftSection=icon("search"),
                debounce=300,
                className="cmms-search",
                **aria(label=resource.search_hint),
            ),
            *(_filter_input(resource, item, asked) for item in resource.filters),
            dmc.Button("Clear", id={"type": "list-clear", "resource": name}, variant="subtle", color="gray", size="sm"),
            html.Div(className="cmms-spring"),
            html.Span(id={"type": "list-count", "resource": name}, className="cmms-count", role="status"),
            dmc.Menu(
                [
                    dmc.MenuTarget(dmc.Button("Export", variant="default", size="sm", leftSection=icon("download"))),
                    dmc.MenuDropdown(
                        [
                            html.A(
                                label,
                                id={"type": "list-export", "resource": name, "format": kind},
                                href=get_relative_path(f"/api/v1/{name}/export") + f"?format={kind}",
                                download="",
                                className="cmms-menu-item",
                                role="menuitem",
                            )
                            for kind, label in (("xlsx", "Excel (.xlsx)"), ("csv", "CSV"), ("json", "JSON"))
                        ]
                    ),
                ],
                position="bottom-end",
            ),
        ],
        className="cmms-toolbar",
    )


def _filter_input(resource: Resource, item: Filter, asked: Mapping[str, list[str]]) -> Any:
    identity = {"type": "list-filter", "resource": resource.name, "column": item.column, "kind": item.kind}
    values = asked.get(item.column, [])
    if item.kind == "days":
        return dmc.DatePickerInput(
            id=identity,
            type="range",
            value=values if len(values) == 2 else [None, None],
            placeholder=item.label,
            valueFormat="YYYY-MM-DD",
            clearable=True,
            allowSingleDateInRange=True,
            className="cmms-filter",
            **aria(label=item.label),
        )
    choices = item.load_choices() if item.load_choices else item.choices
    return dmc.MultiSelect(
        id=identity,
        data=[{"value": choice.value, "label": choice.label} for choice in choices],
        value=values,
        placeholder=item.label,
        searchable=True,
        clearable=True,
        className="cmms-filter",
        **aria(label=item.label),
    )


def _selection_bar(resource: Resource, actions: list[Action]) -> Any:
    on_rows = [action for action in actions if action.on == "rows"]
    return html.Div(
        [
            html.Span(id={"type": "selection-text", "resource": resource.name}, className="cmms-count", role="status"),
            dmc.Switch(
                id={"type": "selection-all", "resource": resource.name},
                label="All that match",
                size="xs",
                checked=False,
            ),
            *(action_button(resource, action, "rows") for action in on_rows),
        ],
        id={"type": "selection-bar", "resource": resource.name},
        className="cmms-selection",
        hidden=True,
    )
