"""Private interfaces that we lean on, asked of what is installed: a test names the one that a new version has changed."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from tools.state_folder import REPOSITORY

INTERFACES = {
    # Imported by include/cmms_ui/compat.py and capabilities.py.
    "airflow.api_fastapi.app:get_auth_manager": [],
    "airflow.api_fastapi.auth.managers.base_auth_manager:COOKIE_NAME_JWT_TOKEN": None,
    "airflow.api_fastapi.auth.managers.base_auth_manager:BaseAuthManager.refresh_user": ["user"],
    "airflow.api_fastapi.auth.managers.base_auth_manager:BaseAuthManager.generate_jwt": [
        "user", "expiration_time_in_seconds",
    ],
    "airflow.api_fastapi.auth.managers.base_auth_manager:BaseAuthManager.is_authorized_dag": [
        "method", "user", "access_entity", "details",
    ],
    "airflow.api_fastapi.auth.managers.base_auth_manager:BaseAuthManager.is_authorized_connection": [
        "method", "user", "details",
    ],
    "airflow.api_fastapi.auth.managers.base_auth_manager:BaseAuthManager.is_authorized_custom_view": [
        "method", "resource_name", "user",
    ],
    "airflow.api_fastapi.auth.managers.models.base_user:BaseUser.get_id": [],
    "airflow.api_fastapi.auth.managers.models.base_user:BaseUser.get_name": [],
    "airflow.api_fastapi.auth.managers.models.resource_details:DagAccessEntity.RUN": None,
    "airflow.api_fastapi.auth.managers.simple.simple_auth_manager:SimpleAuthManager": None,
    "airflow.api_fastapi.auth.managers.simple.user:SimpleAuthManagerUser": ["role"],
    "airflow.api_fastapi.core_api.security:USER_INJECTED_BY_TRUSTED_MIDDLEWARE": None,
    "airflow.api_fastapi.core_api.security:resolve_user_from_token": ["token_str"],
    "dash.backends._fastapi:set_current_request": ["req"],
    "dash.backends._fastapi:reset_current_request": ["token"],
    "dash.fingerprint:check_fingerprint": ["path"],
    "dash:Dash._setup_server": [],
    "dash:Dash.csp_hashes": [],
    "dash:Dash.index": [],
    "starlette._utils:get_route_path": ["scope"],
    "fastapi.sse:EventSourceResponse": None,
    "fastapi.sse:format_sse_event": ["event", "data_str", "retry"],
    "httpx:ASGITransport": ["app"],
    # Imported by include/cmms/compat.py.
    "airflow.providers.mysql.hooks.mysql:MySqlHook._get_conn_config_mysql_client": ["conn"],
    "airflow.providers.smtp.hooks.smtp:SmtpHook.get_conn": [],
    # Used elsewhere.
    "airflow.plugins_manager:AirflowPlugin.on_load": [],
}  # fmt: skip
"""``module:name`` -> parameters that we name; None: only that it is there."""


@pytest.mark.feature("STK-01", "STK-02")
@pytest.mark.parametrize("interface", INTERFACES)
def test_an_interface_is_there_with_the_parameters_that_we_name(interface: str) -> None:
    module, _, path = interface.partition(":")
    found: Any = importlib.import_module(module)
    for name in path.split("."):
        assert hasattr(found, name), f"{interface} is gone"
        found = getattr(found, name)
    wanted = INTERFACES[interface]
    if wanted is not None:
        parameters = inspect.signature(found).parameters
        assert set(wanted) <= set(parameters), f"{interface} takes {list(parameters)}"


def test_every_private_import_of_the_product_is_in_this_list() -> None:
    """``from package._inner import ...`` and ``from package import _name``, outside our own packages and the standard library."""
    listed = {interface.partition(":")[0] for interface in INTERFACES}
    unlisted = []
    for folder in ("include/cmms", "include/cmms_ui", "dags", "plugins", "config"):
        for file in sorted((REPOSITORY / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module and not node.module.startswith(("cmms", "_")):
                    parts = [*node.module.split("."), *(alias.name for alias in node.names)]
                    if any(re.match("_[a-z]", part) for part in parts) and node.module not in listed:
                        unlisted.append((file.name, node.module))
    assert unlisted == []


COMPAT = {"compat.py"}


def test_a_private_attribute_of_another_package_is_used_in_compat_alone() -> None:
    """``app._setup_server()``; of ours, private names belong to ``self``, ``cls`` or the module itself."""
    found = []
    for folder in ("include/cmms", "include/cmms_ui", "dags", "plugins"):
        for file in sorted((REPOSITORY / folder).rglob("*.py")):
            if file.name in COMPAT:
                continue
            found += [
                f"{file.relative_to(REPOSITORY)}:{node.lineno} {node.attr}"
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.Attribute)
                and re.match("_[a-z]", node.attr)
                and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls", "scope"))
                and node.attr not in ("_mapping", "_asdict", "_replace")  # public, though they look otherwise
            ]
    assert found == [], "put it into compat.py, with its version, and into INTERFACES"


def test_the_mail_hook_keeps_its_client_where_we_take_it() -> None:
    """``cmms.compat.send_mail`` and ``close_mail``."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    assert "_smtp_client" in vars(SmtpHook()), "SmtpHook._smtp_client is gone"


def test_dash_opens_no_socket_where_the_server_says_that_it_cannot() -> None:
    """``compat.close_sockets``."""
    from dash.backends._fastapi import FastAPIDashServer

    assert hasattr(FastAPIDashServer, "websocket_capability"), "the backend's websocket_capability is gone"


RENDERER, DCC = "dash/dash-renderer/build/dash_renderer.min.js", "dash/dcc/dash_core_components.js"
GRID = "dash_ag_grid/dash_ag_grid.min.js"
CHARTS = "dash_mantine_components/dash_mantine_components-charts-shared.js"
TOLD_BY = {
    "_dash-config": (RENDERER, "findMount: where the view is mounted"),
    "_dash-update-component": (RENDERER, "isCallback: which calls are sent again after a 429"),
    "window.store=": (RENDERER, "readState: the renderer's store"),
    "layoutHashes": (RENDERER, "readState: what a change of the layout is known by"),
    "useSyncExternalStore": (RENDERER, "calm.js: how components follow the store"),
    "_dashprivate_pushstate": (DCC, "onMove, announceMove: pages that open without a load"),
    "data-dash-is-loading": (DCC, "isLoading: an answer that has not come yet"),
    "ag-Grid-": (GRID, "isOwnColumn: the grid's own columns"),
    "ag-root": (GRID, "GRID: who types in a cell uses no shortcut"),
    "recharts-surface": (CHARTS, "UNNAMED_CHART: charts that screen readers cannot name"),
    "unstable_batchedUpdates": ("dash/deps/react-dom@18.3.1.min.js", "drawTogether: one drawing for many changes"),
}
"""What ``include/cmms_ui/compat.js`` leans on: text of a library's script -> the script, and who needs it for what."""


@pytest.mark.feature("STK-01", "STK-02")
@pytest.mark.parametrize("text", TOLD_BY)
def test_the_scripts_of_dash_do_what_the_code_of_the_browser_relies_on(text: str) -> None:
    script, use = TOLD_BY[text]
    package, _, path = script.partition("/")
    folder = Path(str(importlib.import_module(package).__file__)).parent
    assert text in (folder / path).read_text(encoding="utf-8"), f"{text} is gone from {script}; compat.js, {use}"


def test_the_id_of_a_component_in_the_page_has_its_keys_in_order() -> None:
    """``compat.findComponent``; the renderer writes ids as Python does."""
    from dash._utils import stringify_id

    assert stringify_id({"type": "widget", "name": "x"}) == '{"name":"x","type":"widget"}'


def test_what_the_middleware_of_airflow_leaves_in_a_request() -> None:
    """``compat.find_user_of_middleware`` reads it from the scope."""
    from airflow.api_fastapi.auth.middlewares import refresh_token

    source = inspect.getsource(refresh_token)
    assert "request.state.user = " in source
    assert "request.state.user_authenticated_via = USER_INJECTED_BY_TRUSTED_MIDDLEWARE" in source


def test_a_plugin_may_have_what_ours_has() -> None:
    from airflow.api_fastapi.core_api.datamodels.plugins import ExternalViewResponse, FastAPIRootMiddlewareResponse
    from airflow.plugins_manager import AirflowPlugin

    from cmms_ui.airflow_plugin import CmmsPlugin

    for attribute in ("fastapi_apps", "fastapi_root_middlewares", "external_views"):
        assert isinstance(getattr(AirflowPlugin, attribute), list), attribute
    (view,) = CmmsPlugin.external_views
    assert set(view) <= set(ExternalViewResponse.model_fields), "a key of the menu entry is unknown"
    ExternalViewResponse.model_validate(view)
    (middleware,) = CmmsPlugin.fastapi_root_middlewares
    assert set(FastAPIRootMiddlewareResponse.model_fields) <= set(middleware)


@pytest.fixture(scope="module")
def front_end() -> str:
    """Airflow's front end: its page, its scripts."""
    import airflow

    dist = Path(airflow.__file__).parent / "ui/dist"
    scripts = [file.read_text() for file in sorted((dist / "assets").glob("index-*.js"))]
    return (dist / "index.html").read_text() + "".join(scripts)


@pytest.mark.parametrize(
    "text",
    [
        '<base href="{{ backend_server_base_url }}"',  # relative addresses of the menu entry hold below a sub-path
        "allow-scripts allow-same-origin allow-forms",  # the sandbox of the frame: browser/frame.js
        "/plugin/${",  # the address of a view: full_addresses.py, findFramePage in compat.js
        "external_views",
        "icon_dark_mode",
        "auth/login",  # findLogin in compat.js
    ],
)
def test_the_front_end_of_airflow_does_what_the_frame_relies_on(front_end: str, text: str) -> None:
    assert text in front_end


def test_the_front_end_of_airflow_stores_its_theme_where_the_view_reads_it(front_end: str) -> None:
    """``compat.readTheme``: a class of <html>, and the key "theme" of localStorage."""
    assert re.search(r"attribute:.class.", front_end), "the theme is no class of <html>"
    assert re.search(r"storageKey:\w+=.theme.", front_end), "the theme is stored elsewhere"


def test_the_frames_sandbox_still_forbids_new_tabs(front_end: str) -> None:
    """When it allows them, ``browser/frame.js`` can go."""
    sandboxes = re.findall(r"allow-scripts allow-same-origin[a-z -]*", front_end)
    assert sandboxes
    assert not any("allow-popups" in sandbox for sandbox in sandboxes)


def test_the_grid_asks_for_rows_by_the_property_that_lists_answer() -> None:
    import dash_ag_grid

    for name in ("getRowsRequest", "getRowsResponse"):
        assert name in inspect.signature(dash_ag_grid.AgGrid.__init__).parameters, name
