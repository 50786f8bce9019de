"""Ask Airflow who somebody is and what they may do. Input: a request's connection. Output: an :class:`Actor`.

The questions are ones that every auth manager answers, the simple one and FAB alike (decision 0012):

=========  ====================================================================
view       may read the DAG ``equipment_sync``
trigger    may start a run of it
edit       may change the connection ``cmms_mysql``
configure  may edit, and is an administrator: FAB's permission to edit roles, the simple manager's role ``admin``
=========  ====================================================================
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.auth.managers.models.resource_details import (
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
)
from airflow.api_fastapi.core_api.security import USER_INJECTED_BY_TRUSTED_MIDDLEWARE, resolve_user_from_token
from starlette.requests import HTTPConnection

from cmms.settings import MYSQL_CONNECTION
from cmms.views.actors import Actor, Capability

ASKED_DAG = DagDetails(id="equipment_sync")


async def identify(connection: HTTPConnection) -> tuple[Actor, bool]:
    """Who asks, and whether by a token in a header (then no browser sent it by itself).

    The same precedence as Airflow's own routes: an explicit token, else the user that Airflow's middleware found,
    else the cookie.

    Raises:
        fastapi.HTTPException: 401 without, or with an expired token; 403 with a forged one.
    """
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else connection.cookies.get(COOKIE_NAME_JWT_TOKEN) or ""
    state = connection.scope.get("state", {})
    if scheme.lower() != "bearer" and state.get("user_authenticated_via") is USER_INJECTED_BY_TRUSTED_MIDDLEWARE:
        user = state["user"]
    else:
        user = await resolve_user_from_token(token)
    capabilities = await anyio.to_thread.run_sync(find_capabilities, user)
    return Actor(str(user.get_name()), capabilities, token), scheme.lower() == "bearer"


def find_capabilities(user: Any) -> frozenset[Capability]:
    """Every capability that Airflow's auth manager grants; may ask its database."""
    manager = get_auth_manager()
    found = set()
    if manager.is_authorized_dag(method="GET", details=ASKED_DAG, user=user):
        found.add(Capability.VIEW)
    if manager.is_authorized_dag(method="POST", access_entity=DagAccessEntity.RUN, details=ASKED_DAG, user=user):
        found.add(Capability.TRIGGER)
    details = ConnectionDetails(conn_id=MYSQL_CONNECTION)
    if manager.is_authorized_connection(method="PUT", details=details, user=user):
        found.add(Capability.EDIT)
        if _is_administrator(manager, user):
            found.add(Capability.CONFIGURE)
    return frozenset(found) if Capability.VIEW in found else frozenset()


def _is_administrator(manager: Any, user: Any) -> bool:
    """The simple manager has no question that only its admins pass: its custom views are open to every role."""
    from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

    if isinstance(manager, SimpleAuthManager):
        return bool(str(user.role or "").lower() == "admin")
    return bool(manager.is_authorized_custom_view(method="PUT", resource_name="Roles", user=user))
