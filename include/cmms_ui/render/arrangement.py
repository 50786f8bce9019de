"""The parts of a list's toolbar that arrange it: which columns, which saved view. Input: an arrangement."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.access.actors import Actor, Capability
from cmms.listing.saved_views import SavedView
from cmms_ui.arrange_list import Arrangement
from cmms_ui.definition.schema import Resource
from cmms_ui.render import text
from cmms_ui.render.marks import aria, icon
from cmms_ui.render.menu_button import menu_button


def views_menu(resource: Resource, actor: Actor, arranged: Arrangement) -> Any:
    """Open a saved view, save this one, delete one of one's own."""
    name = resource.name
    label = arranged.view.name if arranged.view else text.VIEWS
    return dmc.Popover(
        [
            menu_button(label, "list"),
            dmc.PopoverDropdown(
                html.Div(
                    [
                        dmc.Title(text.VIEWS_TITLE, order=3, className="cmms-widget-title"),
                        html.Ul(
                            [_saved_view(resource, view, arranged) for view in arranged.views],
                            className="cmms-saved-views",
                        )
                        if arranged.views
                        else html.P(text.VIEWS_EMPTY, className="cmms-dim"),
                        dcc.Link(text.VIEWS_NONE, href=get_relative_path(f"/{name}?tab={resource.tabs[0].name}"))
                        if arranged.view
                        else None,
                        dmc.Divider(my="xs"),
                        dmc.TextInput(
                            id={"type": "view-name", "resource": name},
                            label=text.VIEW_NAME,
                            value=arranged.view.name if arranged.view and arranged.view.is_own else "",
                        ),
                        dmc.Checkbox(
                            id={"type": "view-default", "resource": name},
                            label=text.VIEW_DEFAULT,
                            checked=bool(arranged.view and arranged.view.is_default),
                            mt="xs",
                        ),
                        dmc.Checkbox(
                            id={"type": "view-shared", "resource": name},
                            label=text.VIEW_SHARED,
                            checked=bool(arranged.view and arranged.view.is_own and arranged.view.is_shared),
                            mt="xs",
                            disabled=not actor.can(Capability.EDIT),
                            description=None if actor.can(Capability.EDIT) else text.VIEW_SHARED_HELP,
                        ),
                        dmc.Button(
                            text.VIEW_SAVE, id={"type": "view-save", "resource": name}, size="compact-sm", mt="sm"
                        ),
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
    facts = text.describe_view(
        None if view.is_own else view.owner, is_shared=view.is_shared, is_default=view.is_default
    )
    is_current = arranged.view is not None and arranged.view.id == view.id
    return html.Li(
        [
            dcc.Link(
                [
                    view.name,
                    html.Span(facts, className="cmms-dim"),
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
                **aria(label=text.VIEW_DELETE.format(view=view.name)),
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
            menu_button(text.COLUMNS, "columns"),
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
                            label=text.COLUMNS,
                            description=text.COLUMNS_HELP,
                            value=[place.name for place in arranged.columns if not place.hidden],
                        ),
                        dmc.Button(
                            text.COLUMNS_RESET,
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
        text.VIEW_MISSING.format(parts=", ".join(arranged.missing)),
        title=text.VIEW_MISSING_TITLE,
        color="yellow",
        className="cmms-banner",
    )
