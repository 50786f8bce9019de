"""Private interfaces of Airflow, Starlette and Dash that the view leans on, in one place.

Checked on Airflow 3.3.2, Starlette 1.10, Dash 4.4. ``tests/contract/test_private_interfaces.py`` fails with the name of
the interface when a new version has changed one. ``compat.js`` is the same for the code of the browser.
"""

from __future__ import annotations

from typing import Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN, BaseAuthManager
from airflow.api_fastapi.core_api.security import USER_INJECTED_BY_TRUSTED_MIDDLEWARE, resolve_user_from_token
from dash.backends._fastapi import reset_current_request, set_current_request
from dash.fingerprint import check_fingerprint
from starlette._utils import get_route_path

__all__ = [
    "COOKIE_NAME_JWT_TOKEN",
    "check_fingerprint",
    "close_sockets",
    "find_user_of_middleware",
    "get_auth_manager",
    "get_route_path",
    "refreshes_users",
    "reset_current_request",
    "resolve_user_from_token",
    "set_current_request",
    "set_up_server",
]


def find_user_of_middleware(scope: Any) -> Any:
    """The user whom Airflow's own middleware found by the cookie of a request; None without one."""
    state = scope.get("state", {})
    marked = state.get("user_authenticated_via") is USER_INJECTED_BY_TRUSTED_MIDDLEWARE
    return state.get("user") if marked else None


def refreshes_users(manager: BaseAuthManager[Any]) -> bool:
    """Whether the auth manager may replace a user's tokens during a request, as Keycloak's does."""
    return type(manager).refresh_user is not BaseAuthManager.refresh_user


def close_sockets(app: Any) -> None:
    """Let Dash open no web socket: pages ask again by themselves."""
    app.backend.websocket_capability = False


def set_up_server(app: Any) -> None:
    """Add Dash's routes to its server now; Dash itself does so with the first request, past the guard's checks."""
    app._setup_server()
