"""Short addresses of pages. Input: a request to Airflow for ``/plugin/cmms/equipment/2``. Output: a redirect.

Airflow shows the view in a frame and takes what follows ``/plugin/cmms`` for the frame's whole address, which begins
with ``/cmms/`` (behind a sub-path with that too). An address without it would show Airflow inside Airflow. Every
request to Airflow passes here, so nothing but the path is looked at. Imports nothing heavy, since every Airflow
process loads it.
"""

from __future__ import annotations

from urllib.parse import quote

from cmms_ui.asgi.types import Application, Receive, Scope, Send

_VIEW = "/plugin/cmms/"
_MOUNT = "/cmms/"
_KEPT_IN_PATHS = "/:@!$&'()*+,;=~"


class FullAddresses:
    """ASGI middleware around Airflow's API server."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect a short address; let everything else pass."""
        to = complete_address(scope) if scope["type"] == "http" else None
        if to is None:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 307, "headers": [(b"location", to.encode("ascii"))]})
        await send({"type": "http.response.body", "body": b""})


def complete_address(scope: Scope) -> str | None:
    """The whole address of a short one, None for all others."""
    if _VIEW not in scope["path"] or scope["method"] not in ("GET", "HEAD"):
        return None
    prefix = str(scope.get("root_path") or "")
    begin, _, page = scope["path"].partition(_VIEW)
    if begin not in ("", prefix) or not page or f"/{page}/".startswith(f"{prefix}{_MOUNT}"):
        return None
    page = f"/{page}".removeprefix(_MOUNT).strip("/")  # it may be an address from before there was a sub-path
    path = quote(prefix + _VIEW.removesuffix("/") + prefix + _MOUNT + page, safe=_KEPT_IN_PATHS)
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
