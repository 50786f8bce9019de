"""The layer around everything: who is not logged in, has no row in the policy, or writes from elsewhere, is refused.

Input: every HTTP request and WebSocket below the mount. Output: a refusal, or the inner application's answer with the
headers that every answer has. Pages, assets, callbacks, REST and sockets pass here alike.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import ContextVar
from functools import partial
from http import HTTPStatus
from typing import Any

import anyio
import anyio.to_thread
from fastapi import HTTPException
from starlette.requests import HTTPConnection

from cmms.access.actors import Actor
from cmms.parse_input import parse_json
from cmms_ui.asgi import text
from cmms_ui.asgi.capabilities import identify
from cmms_ui.asgi.check_call import CallShape, check_call
from cmms_ui.asgi.check_origin import check_origin
from cmms_ui.asgi.note_refusal import note_refusal
from cmms_ui.asgi.policy import CALLBACKS, find_route
from cmms_ui.asgi.refusals import Refused, problem, send_refusal
from cmms_ui.asgi.renamed_addresses import find_new_address, send_to_new_address
from cmms_ui.asgi.shares import Patience, Turns
from cmms_ui.asgi.types import Application, Receive, Scope, Send
from cmms_ui.compat import check_fingerprint, get_route_path

BODY_LIMIT_BYTES = 1_000_000
API_PATH = "/api/v1/"
CALLBACK_PATH = "/_dash-update-component"
SCRIPTS_PATH = "/_dash-component-suites/"
LOOK_PATH = "/assets/look.css"
WRITING_CALLBACKS = frozenset({"submit_action", "edit_cell", "save_view", "remember_columns"})
READS_EACH, WRITES_EACH, NOTES = 2, 2, 2
SMALL_BODY_BYTES = 20_000
"""What is larger is parsed in a thread, one body of a person at a time: a megabyte of JSON takes a while."""
PROGRAM_PATIENCE, PAGE_PATIENCE = Patience(waiting=8, seconds=5), Patience(waiting=60, seconds=30)
"""A page asks for up to thirty things when it opens; a program waits for an answer before it asks again."""
SAFE_METHODS = frozenset({"GET", "HEAD"})
NOT_KEPT, KEPT_BY_BROWSER = b"no-store", b"private, max-age=31536000, immutable"

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'self'"
)

log = logging.getLogger(__name__)

_actor: ContextVar[Actor] = ContextVar("cmms_actor")
_airflow: ContextVar[Any] = ContextVar("cmms_airflow_application")


def current_actor() -> Actor:
    """Who sent the request that is being served."""
    return _actor.get()


def airflow_application() -> Any:
    """Airflow's own API application, in which this one is mounted."""
    return _airflow.get()


class Guard:
    """ASGI layer; see the module. ``callbacks`` names the policy row of each callback by Dash's output id."""

    def __init__(
        self,
        inner: Application,
        *,
        callbacks: dict[str, str],
        script_hashes: tuple[str, ...] = (),
        shapes: Mapping[str, CallShape] | None = None,
    ) -> None:
        self._inner = inner
        self._callbacks = callbacks
        self._shapes = shapes or {}
        self._reads = Turns(running=READS_EACH)
        self._writes = Turns(running=WRITES_EACH)
        self._bodies = Turns(running=1)
        self._notes = anyio.CapacityLimiter(NOTES)
        hashes = " ".join(f"'{value.strip(chr(39))}'" for value in script_hashes)
        self._headers = [
            (b"content-security-policy", CONTENT_POLICY.format(hashes=hashes).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            return
        path = get_route_path(scope) or "/"
        send = self._with_headers(send, path) if scope["type"] == "http" else send
        actor = None
        async with AsyncExitStack() as stack:
            try:
                actor, by_header = await self._identify(HTTPConnection(scope))
                if (address := find_new_address(scope, path)) is not None:
                    await send_to_new_address(send, address)  # where it is asked for anew, origin and rights included
                    return
                receive, row = await self._admit(scope, path, actor, receive, by_header=by_header)
                if (turn := self._turn_of(scope, path, actor, row)) is not None:
                    await stack.enter_async_context(turn)
            except Exception as error:
                refused = error if isinstance(error, Refused) else _show_fault(error)
                if actor is not None and scope.get("method") not in SAFE_METHODS and refused.status not in (429, 500):
                    method = scope.get("method", "WEBSOCKET")
                    note = partial(note_refusal, actor, method, path, refused.message)
                    await anyio.to_thread.run_sync(note, limiter=self._notes)
                await send_refusal(scope, receive, send, refused, path)
                return
            _actor.set(actor)
            _airflow.set(scope.get("app"))
            # Dash compares scope["path"] with its own routes: the mount's prefix must not be in it.
            await self._inner({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)

    def _turn_of(self, scope: Scope, path: str, actor: Actor, row: str) -> AbstractAsyncContextManager[None] | None:
        """What the request has to wait for: reads and writes of one person have their turns, pages and files none.

        The stylesheet of the site is read from the database, so it is a read.

        Exports and event streams have limits of their own: they last.
        """
        if row:
            return (self._writes if row in WRITING_CALLBACKS else self._reads).turn(actor.name, PAGE_PATIENCE)
        if path == LOOK_PATH:
            return self._reads.turn(actor.name, PAGE_PATIENCE)
        if not path.startswith(API_PATH) or path.endswith("/export") or path == f"{API_PATH}events":
            return None
        turns = self._reads if scope.get("method") in SAFE_METHODS else self._writes
        return turns.turn(actor.name, PROGRAM_PATIENCE)

    async def _identify(self, connection: HTTPConnection) -> tuple[Actor, bool]:
        try:
            return await identify(connection)
        except HTTPException as error:
            raise Refused(error.status_code, str(error.detail)) from error
        except Exception as error:
            log.exception("Airflow's auth manager could not say who sent a request.")
            raise Refused(503, text.LOGIN_SILENT) from error

    async def _admit(
        self, scope: Scope, path: str, actor: Actor, receive: Receive, *, by_header: bool
    ) -> tuple[Receive, str]:
        """Check origin, content type, route and callback; hand back what reads the body, and the callback's row."""
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        headers = HTTPConnection(scope).headers
        if method not in SAFE_METHODS:
            check_origin(headers, by_header=by_header)
        route = find_route(method, path)
        if route is None:
            raise Refused(403 if method not in SAFE_METHODS else 404, text.NO_SUCH_ADDRESS)
        if not actor.can(route.capability):
            raise Refused(403, text.NEEDS_CAPABILITY.format(capability=route.capability))
        if method in SAFE_METHODS or method == "WEBSOCKET":
            return receive, ""
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, text.JSON_ONLY)
        body = await _read_body(receive)
        check = partial(self._check_body, body, actor, path)
        if len(body) <= SMALL_BODY_BYTES:
            return _replay_body(body, receive), check()
        async with self._bodies.turn(actor.name, PAGE_PATIENCE):
            return _replay_body(body, receive), await anyio.to_thread.run_sync(check)

    def _check_body(self, body: bytes, actor: Actor, path: str) -> str:
        """The policy row of a callback, nothing for other calls."""
        call = _parse_body(body)
        return self._check_callback(call, actor) if path == CALLBACK_PATH else ""

    def _check_callback(self, call: Any, actor: Actor) -> str:
        if not isinstance(call, dict) or "output" not in call:
            raise Refused(400, text.NO_CALLBACK)
        output = call["output"]
        row = self._callbacks.get(output, "") if isinstance(output, str) else ""
        capability = CALLBACKS.get(row)
        if capability is None:
            raise Refused(403, text.NO_SUCH_CALLBACK)
        if not actor.can(capability):
            raise Refused(403, text.NEEDS_CAPABILITY.format(capability=capability))
        if output in self._shapes:
            check_call(call, self._shapes[output])
        return row

    def _with_headers(self, send: Send, path: str) -> Send:
        ours = {b"cache-control", *(name for name, _ in self._headers)}
        is_script = path.startswith(SCRIPTS_PATH) and check_fingerprint(path)[1]

        is_replaced = False

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal is_replaced
            if is_replaced:
                return
            if _is_bare_refusal(message):
                is_replaced = True
                message, body = _make_problem(message["status"])
                await send({**message, "headers": [*message["headers"], *self._headers, (b"cache-control", NOT_KEPT)]})
                await send(body)
                return
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", []) if bytes(pair[0]).lower() not in ours]
                caching = KEPT_BY_BROWSER if is_script and message["status"] == HTTPStatus.OK else NOT_KEPT
                message = {**message, "headers": [*kept, *self._headers, (b"cache-control", caching)]}
            await send(message)

        return send_with_headers


def _is_bare_refusal(message: MutableMapping[str, Any]) -> bool:
    """A refusal or fault that is neither a problem document nor a page: Dash and files answer so."""
    if message["type"] != "http.response.start" or message["status"] < HTTPStatus.BAD_REQUEST:
        return False
    kinds = [bytes(value) for name, value in message.get("headers", []) if bytes(name).lower() == b"content-type"]
    return kinds not in ([b"application/problem+json"], [b"text/html; charset=utf-8"])


def _make_problem(status: int) -> tuple[dict[str, Any], dict[str, Any]]:
    is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    detail = text.SOMETHING_WENT_WRONG if is_fault else text.CANNOT_ANSWER
    content = json.dumps(problem(status, detail)).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(content)).encode())]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": content}


def _show_fault(error: Exception) -> Refused:
    """A fault of ours refuses like anything else; the log says what it was."""
    log.error("A request to the CMMS view could not be checked.", exc_info=error)
    return Refused(500, text.SOMETHING_WENT_WRONG)


def _parse_body(body: bytes) -> Any:
    """What a body says, before anything else reads it: of bounded size and depth, text that can be stored."""
    try:
        return parse_json(body, length=BODY_LIMIT_BYTES)
    except json.JSONDecodeError:
        raise Refused(400, text.NO_JSON) from None
    except ValueError as error:
        raise Refused(422, text.BAD_BODY.format(reason=error)) from None


async def _read_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, text.ENDED_EARLY)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT_BYTES:
            raise Refused(413, text.TOO_LARGE.format(limit=BODY_LIMIT_BYTES))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay_body(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
