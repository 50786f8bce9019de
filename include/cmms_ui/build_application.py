"""Build the application: Dash and the REST API on one FastAPI server, inside the guard. Output: ASGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import dash
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from cmms.run_control.airflow_runs import send_with
from cmms_ui.api.diagnostics import add_diagnostics
from cmms_ui.api.rest import add_rest_api
from cmms_ui.asgi import ask_airflow
from cmms_ui.asgi.check_call import make_shape
from cmms_ui.asgi.guard import LOOK_PATH, Guard
from cmms_ui.asgi.push import add_events
from cmms_ui.asgi.types import Application
from cmms_ui.browser import (
    actions,
    arrangement,
    details,
    diagnostics,
    follow_changes,
    health,
    lists,
    machine_chart,
    machine_switch,
    navigation,
    palette,
    registry,
    search,
    widgets,
)
from cmms_ui.browser.text import SCRIPTS
from cmms_ui.compat import close_sockets, reset_current_request, set_current_request, set_up_server
from cmms_ui.make_script import make_script
from cmms_ui.make_stylesheet import read_stylesheet
from cmms_ui.pages.shell import make_layout
from cmms_ui.resources import RESOURCES

CALLBACK_MODULES = (
    actions,
    arrangement,
    details,
    diagnostics,
    lists,
    machine_switch,
    navigation,
    palette,
    search,
    widgets,
)
BROWSER_MODULES = (actions, arrangement, details, follow_changes, health, lists, machine_chart, palette)
SCRIPT_PATH = "/assets/browser.js"
ASSETS = Path(__file__).parent / "assets"

INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{%title%}</title>
{%favicon%}
{%css%}
<link rel="stylesheet" href="{look}">
</head>
<body>
{%app_entry%}
<footer>
{%config%}
{%scripts%}
{%renderer%}
</footer>
</body>
</html>"""


def build_application(root_path: str) -> Application:
    """The guarded application; raises if anything of it cannot be built."""
    server, app, callbacks = build_server(root_path)
    shapes = {
        output: make_shape(output, app.callback_map[output], registry.FUNCTIONS[output], frozenset(RESOURCES))
        for output in callbacks
    }
    return Guard(server, callbacks=callbacks, script_hashes=tuple(app.csp_hashes()), shapes=shapes)


def build_server(root_path: str) -> tuple[FastAPI, dash.Dash, dict[str, str]]:
    """Server, Dash application, and the policy row of each callback. Nothing is guarded yet."""
    server = FastAPI(
        title="CMMS Sync", version="1", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json",
        description="Equipment, syncs and rejected records. The same login and roles as Airflow.",
        servers=[{"url": root_path or "/"}],
    )  # fmt: skip
    send_with(ask_airflow.send)
    add_events(server)
    add_diagnostics(server)
    add_rest_api(server)
    server.add_api_route(LOOK_PATH, _show_look, methods=["GET"], include_in_schema=False)
    server.add_api_route(SCRIPT_PATH, _make_script_view(), methods=["GET"], include_in_schema=False)
    on_fastapi: Any = server  # Dash types Flask only
    app: Any = dash.Dash(
        "cmms_ui",
        server=on_fastapi,
        backend="fastapi",
        requests_pathname_prefix=f"{root_path}/",
        routes_pathname_prefix="/",
        assets_folder=str(ASSETS),
        index_string=INDEX.replace("{look}", root_path + LOOK_PATH),
        title="CMMS",
        update_title="",
        # The stylesheet of a page of its own; scripts that a copy over an older version has left.
        assets_ignore=r"print\.css|\.js$",
        suppress_callback_exceptions=True,
        serve_locally=True,
    )
    close_sockets(app)
    app.layout = make_layout
    callbacks = registry.attach(app)
    for module in BROWSER_MODULES:
        module.attach_browser_part(app)
    # After the component libraries and before the renderer: calm.js needs just that place.
    app.scripts.append_script({"external_url": root_path + SCRIPT_PATH, "external_only": True})
    set_up_server(app)
    for path in ("/{resource}", "/{resource}/{key}"):
        server.add_api_route(path, _make_page_view(app), methods=["GET"], include_in_schema=False)
    return server, app, callbacks


def page_paths() -> list[str]:
    """Every address that is a page."""
    return [
        "/",
        "/catalogue",
        "/diagnostics",
        *(f"/{name}" for name in RESOURCES),
        *(f"/{name}/{{key}}" for name in RESOURCES),
    ]


def _show_look() -> Response:
    """The site's colours, font and logo; asked for with every load of a page."""
    return Response(read_stylesheet(), media_type="text/css")


def _make_script_view() -> Callable[[], Awaitable[Response]]:
    """What the browser runs of ours, read once."""
    script = make_script(SCRIPTS)

    async def show_script() -> Response:
        return Response(script, media_type="text/javascript")

    return show_script


def _make_page_view(app: Any) -> Any:
    """Dash's own way for deep links waits for an event that mounted applications never get."""

    async def show_index(request: Request) -> HTMLResponse:
        token = set_current_request(request)
        try:
            return HTMLResponse(app.index())
        finally:
            reset_current_request(token)

    return show_index
