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
        "allow-scripts allow-same-origin allow-forms",  # the sandbox of the frame: assets/cmms_frame.js
        "/plugin/${",  # the address of a view: full_addresses.py, mirrorAddress in assets/cmms.js
        "external_views",
        "icon_dark_mode",
    ],
)
def test_the_front_end_of_airflow_does_what_the_frame_relies_on(front_end: str, text: str) -> None:
    assert text in front_end


def test_the_frames_sandbox_still_forbids_new_tabs(front_end: str) -> None:
    """When it allows them, ``assets/cmms_frame.js`` can go."""
    sandboxes = re.findall(r"allow-scripts allow-same-origin[a-z -]*", front_end)
    assert sandboxes
    assert not any("allow-popups" in sandbox for sandbox in sandboxes)


def test_the_grid_asks_for_rows_by_the_property_that_lists_answer() -> None:
    import dash_ag_grid

    for name in ("getRowsRequest", "getRowsResponse"):
        assert name in inspect.signature(dash_ag_grid.AgGrid.__init__).parameters, name
