"""How a refusal looks: a problem document for programs, a short page for a person who opened an address."""

from __future__ import annotations

import json
from html import escape
from typing import Any
from urllib.parse import quote

from cmms.errors import SettingsError, StatementTooLong
from cmms_ui.asgi import text
from cmms_ui.asgi.types import Receive, Scope, Send

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{page_title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<style>body{{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;text-align:center}}
a{{color:inherit;font-weight:600}}</style></head>
<body><main><h1>{title}</h1><p>{message}</p>{link}</main></body></html>"""


def explain_outage(error: Exception) -> tuple[int, str]:
    """Status and sentence for what kept us from the database: a setting, a slow statement or an outage."""
    if isinstance(error, SettingsError):  # it names the connection or the setting, and what to do
        return 503, error.message
    if isinstance(error, StatementTooLong):
        return 504, text.DATABASE_SLOW
    return 503, text.DATABASE_SILENT


class Refused(Exception):
    """The guard's decision; ``message`` may be shown."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


def problem(status: int, detail: str, **more: Any) -> dict[str, Any]:
    """An RFC 9457 problem document."""
    return {
        "type": "about:blank",
        "title": text.TITLES.get(status, text.ERROR),
        "status": status,
        "detail": detail,
        **more,
    }


async def send_refusal(scope: Scope, receive: Receive, send: Send, refused: Refused, path: str) -> None:
    """Answer a request that may not pass."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4000 + refused.status, "reason": refused.message[:100]})
        return
    accepted = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
    if scope["method"] == "GET" and "text/html" in accepted and not path.startswith("/api/"):
        content, kind = _render_page(scope, refused, path), "text/html; charset=utf-8"
    else:
        content, kind = json.dumps(problem(refused.status, refused.message)), "application/problem+json"
    headers = [(b"content-type", kind.encode())]
    if refused.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if refused.retry_after is not None:
        headers.append((b"retry-after", str(refused.retry_after).encode()))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content.encode()})


def _render_page(scope: Scope, refused: Refused, path: str) -> str:
    title = text.TITLES.get(refused.status, text.ERROR)
    link = ""
    if refused.status == 401:
        prefix = str(scope.get("root_path", ""))
        login = f"{prefix.rpartition('/')[0]}/auth/login?next={quote(prefix + path)}"
        link = f'<p><a href="{escape(login)}">{text.LOG_IN}</a></p>'
    elif refused.status == 404:
        link = f'<p><a href="{escape(str(scope.get("root_path", "")))}/">{text.TO_START}</a></p>'
    page_title = text.PAGE_TITLE.format(title=title)
    return _PAGE.format(title=title, page_title=page_title, message=escape(refused.message), link=link)
