"""The mounted application: guard outside, everything else inside, built with the first request.

Input: ASGI calls below the mount. Output: answers of the guarded application. Imports nothing heavy: every Airflow
process loads it. If the application or its policy cannot be built, every request is refused.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from cmms_ui.asgi.types import Application, Receive, Scope, Send

log = logging.getLogger(__name__)


class LazyApplication:
    """Builds the guarded application once, on its first request, and refuses all when that fails."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._application: Application | None = None
        self._thread: Any = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if self._application is None:
            import anyio.to_thread

            # Whoever waits meanwhile, logged in or not, waits on the event loop: threads are Airflow's, and few.
            self._thread = self._thread or anyio.CapacityLimiter(1)
            self._application = await anyio.to_thread.run_sync(
                self._build, scope.get("root_path", ""), limiter=self._thread
            )
        await self._application(scope, receive, send)

    def _build(self, root_path: str) -> Application:
        with self._lock:
            if self._application is not None:
                return self._application
            try:
                from cmms_ui.build_application import build_application

                return build_application(root_path)
            except Exception:
                log.exception("The CMMS view cannot be built; every request to it is refused.")
                return refuse_all


async def refuse_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 503 to everything, with a body that says nothing of why."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1011})
        return
    text = (
        b'{"type": "about:blank", "title": "Not available", "status": 503,'
        b' "detail": "The CMMS view could not be started. The API server\'s log says why."}'
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'self'"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"same-origin"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": text})
