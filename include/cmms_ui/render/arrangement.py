"""The parts of a list's toolbar that arrange it: which columns, which saved view. Input: an arrangement."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.access.actors import Actor, Capability
from cmms.listing.saved_views import SavedView
from cmms_ui.arrange_list import Arrangement
from cmms_ui.definition.schema import Resource
from cmms_ui.render.marks import aria, icon
from cmms_ui.render.menu_button import menu_button


def views_menu(resource: Resource, actor: Actor, arranged: Arrangement) -> Any:
    """Open a saved view, keep this one, delete one of one's own."""
    name = resource.name
    label = arranged.view.name if arranged.view else "Views"
    return dmc.Popover(
        [
            menu_button(label, "list"),
            dmc.PopoverDropdown(
                html.Div(
                    [
                        dmc.Title("Saved views", order=3, className="cmms-widget-title"),
                        html.Ul(
                            [_saved_view(resource, view, arranged) for view in arranged.views],
                            className="cmms-saved-views",
                        )
                        if arranged.views
                        else html.P(
                            "None yet: set tab, filters and columns, then keep them here.", className="cmms-dim"
                        ),
                        dcc.Link("Without a view", href=get_relative_path(f"/{name}?tab={resource.tabs[0].name}"))
                        if arranged.view
                        else None,
                        dmc.Divider(my="xs"),
                        dmc.TextInput(
                            id={"type": "view-name", "resource": name},
                            label="Keep this list as",
                            value=arranged.view.name if arranged.view and arranged.view.is_own else "",
                        ),
                        dmc.Checkbox(
                            id={"type": "view-default", "resource": name},
                            label="The list opens with it",
                            checked=bool(arranged.view and arranged.view.is_default),
                            mt="xs",
                        ),
                        dmc.Checkbox(
                            id={"type": "view-shared", "resource": name},
                            label="Everybody may use it",
                            checked=bool(arranged.view and arranged.view.is_own and arranged.view.is_shared),
                            mt="xs",
                            disabled=not actor.can(Capability.EDIT),
                            description=None if actor.can(Capability.EDIT) else "Sharing needs the right to edit.",
                        ),
                        dmc.Button("Keep", id={"type": "view-save", "resource": name}, size="compact-sm", mt="sm"),
                    ],
                    className="cmms-popover",
                )
            ),
        ],
        position="bottom-end",
        trapFocus=True,
        withinPortal=True,
        width=300,
    )


def _saved_view(resource: Resource, view: SavedView, arranged: Arrangement) -> Any:
    whose = "" if view.is_own else f" by {view.owner}"
    signs = " (shared)" if view.is_own and view.is_shared else ""
    is_current = arranged.view is not None and arranged.view.id == view.id
    return html.Li(
        [
            dcc.Link(
                [
                    view.name,
                    html.Span(f"{whose}{signs}{', opens first' if view.is_default else ''}", className="cmms-dim"),
                ],
                href=get_relative_path(f"/{resource.name}?view={view.id}"),
                className="cmms-current" if is_current else "",
            ),
            dmc.ActionIcon(
                icon("trash", 14),
                id={"type": "view-delete", "resource": resource.name, "key": view.id},
                variant="subtle",
                color="red",
                size="sm",
                **aria(label=f"Delete the view {view.name}"),
            )
            if view.is_own
            else None,
        ]
    )


def columns_menu(resource: Resource, actor: Actor, arranged: Arrangement) -> Any:
    """Show and hide columns; order and width are changed in the list itself."""
    name = resource.name
    return dmc.Popover(
        [
            menu_button("Columns", "columns"),
            dmc.PopoverDropdown(
                html.Div(
                    [
                        dmc.CheckboxGroup(
                            dmc.Stack(
                                [dmc.Checkbox(label=c.label, value=c.name) for c in resource.visible_columns(actor)],
                                gap=6,
                                mah=320,
                                className="cmms-scroll",
                                mt="xs",
                            ),
                            id={"type": "list-columns", "resource": name},
                            label="Columns",
                            description="Drag headers to move them, their edges for the width. Remembered for you.",
                            value=[place.name for place in arranged.columns if not place.hidden],
                        ),
                        dmc.Button(
                            "As usual",
                            id={"type": "list-columns-usual", "resource": name},
                            size="compact-sm",
                            variant="default",
                            mt="sm",
                        ),
                    ],
                    className="cmms-popover",
                )
            ),
        ],
        position="bottom-end",
        trapFocus=True,
        withinPortal=True,
        width=280,
    )


def arrangement_stores(resource: Resource, arranged: Arrangement) -> list[Any]:
    """What the browser keeps: the columns as they are to be remembered. Within a saved view nothing is."""
    return [
        dcc.Store(
            id={"type": "list-remembered", "resource": resource.name},
            data={"off": arranged.view is not None, "columns": None},
        ),
    ]


def missing_notice(arranged: Arrangement) -> Any:
    """What a saved view names and is not there any more."""
    if not arranged.missing:
        return None
    return dmc.Alert(
        f"This view names what there is no more: {', '.join(arranged.missing)}. It was left out.",
        title="Saved view",
        color="yellow",
        className="cmms-banner",
    )
