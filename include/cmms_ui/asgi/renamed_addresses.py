"""Addresses that have been renamed, of pages and of the REST API. Input: a request's path. Output: where it is now.

Bookmarks and programs keep the old name for two releases: they are answered by 308, which repeats method and body at
the new address. Who renames a resource adds a row here, and a migration of ``saved_views`` and ``view_preferences``.
"""

from __future__ import annotations

from urllib.parse import quote

from cmms_ui.asgi.types import Scope, Send

RENAMED: dict[str, str] = {}
"""Name of a resource now by its old one; beside each the release in which the row goes."""

_BEFORE_NAMES = ("/api/v1/meta/", "/api/v1/", "/")


def find_new_address(scope: Scope, path: str) -> str | None:
    """The whole address with its query, None for a path that has not been renamed.

    Args:
        scope: of the request, as the mounted application gets it.
        path: below the mount.
    """
    before = next((known for known in _BEFORE_NAMES if path.startswith(known)), "/")
    name, slash, rest = path.removeprefix(before).partition("/")
    if scope["type"] != "http" or name not in RENAMED:
        return None
    address = quote(f"{scope.get('root_path', '')}{before}{RENAMED[name]}{slash}{rest}")
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{address}?{query}" if query else address


async def send_to_new_address(send: Send, address: str) -> None:
    """Answer 308, Permanent Redirect."""
    await send({"type": "http.response.start", "status": 308, "headers": [(b"location", address.encode("latin-1"))]})
    await send({"type": "http.response.body", "body": b""})
