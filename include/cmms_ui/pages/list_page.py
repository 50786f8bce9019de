"""The page of a resource: tabs with counts, search, filters, list, actions. Input: resource, person, address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.access.actors import Actor
from cmms.access.view_settings import read_zone
from cmms_ui.arrange_list import Arrangement, arrange_list, varying_columns
from cmms_ui.definition.schema import Action, Filter, Resource, Tab
from cmms_ui.pages import text
from cmms_ui.pages.shell import trail_of
from cmms_ui.render.arrangement import arrangement_stores, columns_menu, missing_notice, views_menu
from cmms_ui.render.follow_changes import follow_changes
from cmms_ui.render.grid import make_grid
from cmms_ui.render.marks import aria, icon
from cmms_ui.render.menu_button import menu_button
from cmms_ui.render.search_builder import search_drawer
from cmms_ui.render.widget_card import widget_card
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import may_run

_EXPORTS = (
    ("xlsx", text.EXPORT_XLSX),
    ("csv", text.EXPORT_CSV),
    ("json", text.EXPORT_JSON),
    ("print", text.EXPORT_PRINT),
)


def list_page(resource: Resource, actor: Actor, search: str) -> Any:
    """The page as the address says: ``?tab=...&q=...&<column>=<value>`` or ``?view=<id>``."""
    arranged = arrange_list(resource, actor, search)
    tabs = resource.visible_tabs(actor)
    varying = varying_columns(resource)
    actions = [action for action in resource.actions if may_run(actor, action)]
    return html.Div(
        [
            trail_of(resource),
            html.Div(
                [
                    html.Div(
                        [dmc.Title(resource.label, order=1, className="cmms-title"), *_links_below(resource)],
                        className="cmms-title-row",
                    ),
                    _figures_switch(resource) if resource.widgets or any(tab.widgets for tab in tabs) else None,
                    html.Div(
                        [action_button(resource, action, "list") for action in actions if action.on == "list"],
                        className="cmms-actions",
                    ),
                ],
                className="cmms-page-head",
            ),
            dmc.Grid(
                [widget_card(widget, resource.name) for widget in resource.widgets],
                gutter="sm",
                mb="sm",
                className="cmms-list-figures",
            )
            if resource.widgets
            else None,
            missing_notice(arranged),
            _tabs(resource, tabs, arranged.tab),
            dmc.Grid(
                id={"type": "tab-widgets", "resource": resource.name},
                gutter="sm",
                className="cmms-tab-widgets cmms-list-figures",
            )
            if any(tab.widgets for tab in tabs)
            else None,
            _toolbar(resource, actor, arranged),
            _chips(resource, arranged),
            *search_drawer(resource, arranged.where),
            _selection_bar(resource, actions),
            html.Div(
                [
                    make_grid(
                        {"type": "grid", "resource": resource.name},
                        resource.visible_columns(actor),
                        arranged.columns,
                        header_filters=arranged.header_filters,
                        base_path=get_relative_path(f"/{resource.name}/"),
                        editable=any(action.verb == resource.inline_edit for action in actions),
                        selectable=any(action.on == "rows" for action in actions),
                        detailed=bool(resource.details),
                    ),
                    html.Div(
                        id={"type": "list-empty", "resource": resource.name}, className="cmms-overlay", hidden=True
                    ),
                ],
                className="cmms-grid-box",
            ),
            dcc.Store(
                id={"type": "list-state", "resource": resource.name},
                data={
                    "tab": arranged.tab.name,
                    "search": arranged.search,
                    "filters": arranged.filters,
                    "chips": list(arranged.chips),
                    "where": arranged.where,
                },
            ),
            dmc.Drawer(
                [],
                id={"type": "details-drawer", "resource": resource.name},
                title="",
                position="right",
                size="md",
                returnFocus=True,
                closeButtonProps={"aria-label": text.CLOSE},
            ),
            dcc.Store(
                id={"type": "list-tabs-columns", "resource": resource.name},
                data={tab.name: sorted(varying & set(tab.columns)) for tab in tabs},
            ),
            *arrangement_stores(resource, arranged),
            dcc.Store(id={"type": "list-changed", "resource": resource.name}, data=0),
            *follow_changes("list", {"resource": resource.name}, resource.topics, resource.refresh_seconds),
        ],
        className="cmms-list-page",
    )


def _figures_switch(resource: Resource) -> Any:
    """On a phone the list comes first: what stands above it elsewhere is shown when this is on (``cmms.css``)."""
    return dmc.Switch(
        id={"type": "list-figures", "resource": resource.name},
        label=text.SHOW_FIGURES,
        size="xs",
        checked=False,
        persistence=True,
        persistence_type="local",
        className="cmms-figures-switch",
    )


def _links_below(resource: Resource) -> list[Any]:
    """The ways to the resources that this one leads to."""
    return [
        dcc.Link([icon(item.icon), item.label], href=get_relative_path(f"/{item.name}"), className="cmms-below")
        for item in RESOURCES.values()
        if item.parent == resource.name
    ]


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


def _tabs(resource: Resource, tabs: tuple[Tab, ...], current: Tab) -> Any:
    heads = [
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
    ]
    # Each head names a panel as the one it controls: here the panel says what the tab shows.
    panels = [dmc.TabsPanel(tab.hint, value=tab.name, className="cmms-tab-hint") for tab in tabs]
    return dmc.Tabs(
        [dmc.TabsList(heads, className="cmms-tabs-list"), *panels],
        id={"type": "list-tabs", "resource": resource.name},
        value=current.name,
        className="cmms-tabs",
    )


def _toolbar(resource: Resource, actor: Actor, arranged: Arrangement) -> Any:
    name = resource.name
    return html.Div(
        [
            dmc.TextInput(
                id={"type": "list-search", "resource": name},
                value=arranged.search,
                placeholder=resource.search_hint,
                leftSection=icon("search"),
                debounce=300,
                className="cmms-search",
                **aria(label=resource.search_hint),
            ),
            html.Div(
                [
                    *(
                        _filter_input(resource, item, arranged.filters.get(item.column, []))
                        for item in resource.filters
                    ),
                    dmc.Button(
                        "Conditions",
                        id={"type": "search-open", "resource": name, "place": "toolbar"},
                        leftSection=icon("search"),
                        variant="default",
                        size="sm",
                    ),
                    dmc.Button(
                        text.CLEAR_FILTERS,
                        id={"type": "list-clear", "resource": name},
                        variant="subtle",
                        color="gray",
                        size="sm",
                    ),
                ],
                className="cmms-filters",
            ),
            html.Div(
                [
                    html.Span(id={"type": "list-count", "resource": name}, className="cmms-count", role="status"),
                    views_menu(resource, actor, arranged),
                    columns_menu(resource, actor, arranged),
                    dmc.Menu(
                        [
                            menu_button(text.EXPORT, "download", dmc.MenuTarget),
                            dmc.MenuDropdown(
                                [
                                    html.A(
                                        label,
                                        id={"type": "list-export", "resource": name, "format": kind},
                                        href=get_relative_path(f"/api/v1/{name}/export") + f"?format={kind}",
                                        download=None if kind == "print" else "",
                                        target="_blank" if kind == "print" else None,
                                        className="cmms-menu-item",
                                        role="menuitem",
                                    )
                                    for kind, label in _EXPORTS
                                ]
                            ),
                        ],
                        position="bottom-end",
                    ),
                ],
                className="cmms-tools",
            ),
        ],
        className="cmms-toolbar",
    )


def _chips(resource: Resource, arranged: Arrangement) -> Any:
    """Conditions of one click; how many rows each finds comes later."""
    return html.Div(
        dmc.ChipGroup(
            [
                dmc.Chip(
                    chip.label,
                    id={"type": "list-chip", "resource": resource.name, "chip": chip.name},
                    value=chip.name,
                    size="xs",
                )
                for chip in resource.chips
            ],
            id={"type": "list-chips", "resource": resource.name},
            multiple=True,
            value=list(arranged.chips),
        ),
        className="cmms-chips",
        role="group",
        hidden=not resource.chips,
        **aria(label=text.QUICK_FILTERS),
    )


def _filter_input(resource: Resource, item: Filter, values: Sequence[str]) -> Any:
    identity = {"type": "list-filter", "resource": resource.name, "column": item.column, "kind": item.kind}
    if item.kind == "days":
        return dmc.DatePickerInput(
            id=identity,
            type="range",
            value=list(values) if len(values) == 2 else [None, None],
            presets=_day_presets(),
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
        value=list(values),
        placeholder=item.label,
        searchable=True,
        clearable=True,
        comboboxProps={"width": 240, "position": "bottom-start"},
        className="cmms-filter cmms-filter-quiet" if item.quiet else "cmms-filter",
        **aria(label=item.label),
    )


def _day_presets() -> list[dict[str, Any]]:
    """Ranges that people ask for often, as days of the site like the list's conditions."""
    today = datetime.now(read_zone()).date()
    ranges = (
        (text.TODAY, today, today),
        (text.YESTERDAY, today - timedelta(days=1), today - timedelta(days=1)),
        (text.LAST_7_DAYS, today - timedelta(days=6), today),
        (text.LAST_30_DAYS, today - timedelta(days=29), today),
        (text.THIS_MONTH, today.replace(day=1), today),
    )
    return [{"label": label, "value": [first.isoformat(), last.isoformat()]} for label, first, last in ranges]


def _selection_bar(resource: Resource, actions: list[Action]) -> Any:
    on_rows = [action for action in actions if action.on == "rows"]
    return html.Div(
        [
            html.Span(id={"type": "selection-text", "resource": resource.name}, className="cmms-count", role="status"),
            dmc.Button(
                text.SELECT_ALL,
                id={"type": "selection-all", "resource": resource.name},
                variant="subtle",
                size="compact-sm",
            ),
            dmc.Button(
                text.CLEAR_SELECTION,
                id={"type": "selection-none", "resource": resource.name},
                variant="subtle",
                size="compact-sm",
            ),
            dcc.Store(id={"type": "selection-matching", "resource": resource.name}, data=False),
            *(action_button(resource, action, "rows") for action in on_rows),
        ],
        id={"type": "selection-bar", "resource": resource.name},
        className="cmms-selection",
        hidden=True,
    )
