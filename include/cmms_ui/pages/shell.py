"""The frame of every page: menu, trail, bell, dialog, notifications. Output: the layout of the application."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms_ui.definition.schema import Resource
from cmms_ui.pages import text
from cmms_ui.render.follow_changes import follow_changes
from cmms_ui.render.marks import aria, icon
from cmms_ui.resources import RESOURCES

MENU = (
    ("", text.DASHBOARD, "dashboard"),
    *((f"{r.name}", r.label, r.icon) for r in RESOURCES.values() if not r.parent),
    ("diagnostics", text.DIAGNOSTICS, "check"),
)
BELL_SECONDS = 3
PACES = (("live", text.REFRESH_LIVE), ("30", text.REFRESH_30), ("300", text.REFRESH_300), ("hand", text.REFRESH_MANUAL))

THEME = {
    "primaryColor": "indigo",
    "primaryShade": {"light": 8, "dark": 8},
    "fontFamily": "var(--cmms-font)",
    "headings": {"fontFamily": "var(--cmms-font)", "fontWeight": "600"},
    "cursorType": "pointer",
    "respectReducedMotion": True,
    "defaultRadius": "md",
}


def make_layout() -> Any:
    """The same for everybody: what a person may see is decided when a page is asked for."""
    return dmc.MantineProvider(
        id="mantine",
        theme=THEME,
        defaultColorScheme="light",
        children=[
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Store(id="refresh-token", data=0),
            dcc.Store(id="action-pressed"),
            dcc.Store(id="action-context"),
            dcc.Store(id="push", data={}),
            *follow_changes("status", {"place": "bell"}, ("alerts",), BELL_SECONDS),
            dmc.NotificationContainer(id="notifications", position="top-right", autoClose=6000),
            dcc.Interval(id="action-tick", interval=500, disabled=True),
            dmc.Modal(id="action-modal", children=[], size="md", title="", closeButtonProps={"aria-label": text.CLOSE}),
            dmc.Modal(
                [
                    dmc.TextInput(
                        id="palette-input",
                        value="",
                        debounce=150,
                        placeholder=text.FIND_HINT,
                        leftSection=icon("search"),
                        **aria(label=text.FIND),
                        **{"data-autofocus": True},
                    ),
                    html.Div(id="palette-found", className="cmms-palette", role="region", **aria(label=text.FOUND)),
                ],
                id="palette",
                title=text.FIND,
                size="lg",
                yOffset="8vh",
                closeButtonProps={"aria-label": text.CLOSE},
            ),
            html.A(text.SKIP, href="#page", className="cmms-skip"),
            html.Header(
                [
                    html.Details(
                        [
                            html.Summary([icon("menu", 20), html.Span(text.MENU)], className="cmms-burger"),
                            html.Nav(
                                [_menu_link(path, label, name) for path, label, name in MENU],
                                className="cmms-menu",
                                **aria(label=text.PRODUCT),
                            ),
                        ],
                        id="menu",
                        className="cmms-menu-box",
                    ),
                    dmc.Button(
                        [text.FIND, dmc.Kbd(text.FIND_KEYS, size="xs", ml=8, className="cmms-wide-only")],
                        id="palette-open",
                        variant="default",
                        size="compact-sm",
                        leftSection=icon("search", 14),
                        className="cmms-find",
                    ),
                    dmc.Select(
                        id="pace",
                        data=[{"value": value, "label": label} for value, label in PACES],
                        value="live",
                        allowDeselect=False,
                        persistence=True,
                        persistence_type="local",
                        size="xs",
                        leftSection=icon("refresh", 14),
                        className="cmms-pace",
                        **aria(label=text.REFRESH_INTERVAL),
                    ),
                    html.Div(id="bell", className="cmms-bell", **aria(live="polite")),
                ],
                className="cmms-header",
            ),
            html.Div(id="banner", role="region", **aria(label=text.ALERT, live="polite")),
            html.Main(id="page", tabIndex=-1, children=html.Div(className="cmms-loading", children=text.LOADING)),
            html.Div(id="session-over", className="cmms-session-over", hidden=True, role="alert"),
        ],
    )


def _menu_link(path: str, label: str, name: str) -> Any:
    return dcc.Link(
        [icon(name, 18), html.Span(label)],
        href=get_relative_path(f"/{path}"),
        id={"type": "menu", "path": path},
        className="cmms-menu-link",
    )


def trail(*steps: tuple[str, str]) -> Any:
    """Breadcrumbs: (path, label) from the start; the last one is where we are."""
    links: list[Any] = [dcc.Link(label, href=get_relative_path(path)) for path, label in steps[:-1]]
    links.append(html.Span(steps[-1][1], **aria(current="page")))
    return html.Nav(html.Ol([html.Li(link) for link in links], className="cmms-trail"), **aria(label=text.BREADCRUMBS))


def trail_of(resource: Resource, *steps: tuple[str, str]) -> Any:
    """Breadcrumbs of a resource's pages: by way of the resource that leads to it, if there is one."""
    above = (RESOURCES[resource.parent],) if resource.parent else ()
    return trail(("/", text.PRODUCT), *((f"/{item.name}", item.label) for item in (*above, resource)), *steps)
