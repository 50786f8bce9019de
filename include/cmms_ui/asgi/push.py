"""Tell open pages that something has changed. Input: versions from the database. Output: server-sent events.

One watcher per API-server process asks the database once a second, only while somebody listens, and everybody who
listens shares its answer. An event names topics and their versions, never data. There is no queue: each listener is
sent what differs from what it was sent before, so a slow one misses nothing and holds nothing.

A stream lasts less than a minute; the browser then opens the next one, and the guard checks that like any request. So
a session that is over, or a role that was lowered, ends its stream, without a second place that checks logins.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import anyio.to_thread
from fastapi import FastAPI, HTTPException
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import StreamingResponse

from cmms.access.person_slots import Slots
from cmms.errors import CmmsError
from cmms.figures.read_changes import TOPICS, read_versions
from cmms_ui.asgi import text
from cmms_ui.asgi.guard import current_actor
from cmms_ui.asgi.types import Receive, Scope, Send

EVENTS_PATH = "/api/v1/events"
ASK_SECONDS = 1.0
BEAT_SECONDS = 10.0
STREAM_SECONDS = 50.0
LISTENER_LIMIT = 200
LISTENERS_EACH = 8
"""Pages of one person that listen, in this process; further ones ask by themselves."""
RETRY_MILLISECONDS = 1_000

log = logging.getLogger(__name__)
Read = Callable[[], Mapping[str, str]]


class Watcher:
    """Asks for versions while somebody listens; all its methods belong to the event loop of the server."""

    def __init__(self, read: Read = read_versions, *, ask_seconds: float = ASK_SECONDS) -> None:
        self._read = read
        self._ask_seconds = ask_seconds
        self._thread = anyio.CapacityLimiter(1)  # never more than one statement at a time
        self._told: dict[str, str] = {}
        self._told_at: dict[str, float] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.listeners = 0
        self._slots = Slots(each=LISTENERS_EACH, total=LISTENER_LIMIT)

    @asynccontextmanager
    async def joined(self, who: str) -> AsyncIterator[None]:
        """Listen; the first one starts the watcher, the last one ends it.

        Raises:
            HTTPException: 429 when too many of the person's pages, or too many in all, listen; 503 when the database
                does not answer: the page polls instead.
        """
        slot = self._slots.take(who)
        if slot is None:
            raise HTTPException(429, text.TOO_MANY_LISTENERS, headers={"Retry-After": str(int(STREAM_SECONDS))})
        self.listeners += 1
        try:
            if self._task is None or self._task.done():
                self._told, self._told_at = {}, {}
                self._task = asyncio.create_task(self._watch())
            while not self._told and not self._task.done():
                await self._wait(BEAT_SECONDS)
            if self._task.done():
                raise HTTPException(503, text.NO_CHANGES)
            yield
        finally:
            slot.leave()
            self.listeners -= 1
            if not self.listeners and self._task:
                self._task.cancel()
                self._task = None

    async def changes(self) -> AsyncIterator[dict[str, str]]:
        """First every version, then what differs; after a while without any, an empty change."""
        task, known, until = self._task, dict[str, str](), time.monotonic() + STREAM_SECONDS
        while task is not None and not task.done() and (left := until - time.monotonic()) > 0:
            changed = {topic: version for topic, version in self._told.items() if known.get(topic) != version}
            known |= changed
            yield changed
            if self._told == known:
                await self._wait(min(BEAT_SECONDS, left))

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), seconds)

    async def _watch(self) -> None:
        """Until nobody listens, the server stops, or the database does not answer: then every stream ends."""
        try:
            while not is_stopping():
                self._take(await anyio.to_thread.run_sync(self._read, limiter=self._thread))
                await asyncio.sleep(self._ask_seconds)
        except CmmsError as error:
            log.warning("Pages do not hear of changes at the moment: %s", error)
        except Exception:
            log.exception("Pages do not hear of changes at the moment.")
        finally:
            asyncio.get_running_loop().call_soon(self._wake)  # when this task counts as done

    def _take(self, versions: Mapping[str, str]) -> None:
        now = time.monotonic()
        due = {
            topic: version
            for topic, version in versions.items()
            if self._told.get(topic) != version and now - self._told_at.get(topic, -1e9) >= TOPICS.get(topic, 0)
        }
        if due:
            self._told |= due
            self._told_at |= dict.fromkeys(due, now)
            self._wake()

    def _wake(self) -> None:
        """Everybody who waits now; who waits later waits for the next time."""
        self._news.set()
        self._news = asyncio.Event()


def is_stopping() -> bool:
    """Whether uvicorn is shutting down: it waits for open answers, and knows no other way to tell them."""
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    return bool(getattr(server, "should_exit", False))


class EventStream(EventSourceResponse):
    """The events of one page."""

    def __init__(self, watcher: Watcher, who: str) -> None:
        super().__init__(_write_events(watcher), headers={"X-Accel-Buffering": "no"})
        self._watcher = watcher
        self._who = who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Listen for as long as the answer is sent, however it ends."""
        async with self._watcher.joined(self._who):
            await StreamingResponse.__call__(self, scope, receive, send)


async def _write_events(watcher: Watcher) -> AsyncIterator[bytes]:
    yield format_sse_event(retry=RETRY_MILLISECONDS)
    async for changed in watcher.changes():
        kind = "changed" if changed else "beat"
        yield format_sse_event(event=kind, data_str=json.dumps(changed))


def add_events(server: FastAPI) -> Watcher:
    """Add the route; the watcher is made on the server's own loop, by its first listener."""
    watcher = Watcher()

    async def send_events() -> StreamingResponse:
        return EventStream(watcher, current_actor().name)

    server.add_api_route(EVENTS_PATH, send_events, methods=["GET"], include_in_schema=False)
    return watcher
