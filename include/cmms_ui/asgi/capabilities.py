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

import hashlib
from typing import Any

import anyio
from airflow.api_fastapi.auth.managers.models.resource_details import (
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
)
from starlette.requests import HTTPConnection

from cmms.access.actors import Actor, Capability
from cmms.settings import MYSQL_CONNECTION
from cmms_ui.asgi.keep_rights import Rights, RightsCache
from cmms_ui.compat import (
    COOKIE_NAME_JWT_TOKEN,
    find_user_of_middleware,
    get_auth_manager,
    refreshes_users,
    resolve_user_from_token,
)

ASKED_DAG = DagDetails(id="equipment_sync")
ASK_SECONDS = 20.0
"""An auth manager that takes longer does not answer."""
TOKEN_SECONDS = 300
"""How long a token is valid that is made for calls of one request."""

_rights = RightsCache()


async def identify(connection: HTTPConnection) -> tuple[Actor, bool]:
    """Who asks, and whether by a token in a header (then no browser sent it by itself).

    The same precedence as Airflow's own routes: an explicit token, else the user that Airflow's middleware found,
    else the cookie.

    Raises:
        fastapi.HTTPException: 401 without, or with an expired token; 403 with a forged one.
        TimeoutError: the auth manager does not answer.
    """
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    by_header = scheme.lower() == "bearer"
    token = bearer if by_header else connection.cookies.get(COOKIE_NAME_JWT_TOKEN) or ""
    user = None if by_header else find_user_of_middleware(connection.scope)
    own_token = token
    if user is None:
        user = await resolve_user_from_token(token)
    elif refreshes_users(manager := get_auth_manager()):  # the token of the cookie may have been used up just now
        own_token = manager.generate_jwt(user, expiration_time_in_seconds=TOKEN_SECONDS)
    return Actor(str(user.get_name()), await _find_rights(user, token), own_token), by_header


async def _find_rights(user: Any, token: str) -> Rights:
    """The capabilities of a session, asked for at most every few seconds."""
    key = (str(user.get_id()), hashlib.sha256(token.encode()).digest())
    if (known := _rights.known(key)) is not None:
        return known
    with anyio.fail_after(ASK_SECONDS):
        return await _rights.find(key, lambda: find_capabilities(user))


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
