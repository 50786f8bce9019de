"""The event stream: who may listen, what is told, and that many listeners cost what one costs."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from cmms.errors import DatabaseUnavailable
from tests.plugins.conftest import ClientFor

EVENTS = "/cmms/api/v1/events"
Tables = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, airflow_app: Any) -> None:
    """Streams of a moment: the test's client waits for the whole answer."""
    from cmms_ui.asgi import push

    monkeypatch.setattr(push, "STREAM_SECONDS", 0.3)
    monkeypatch.setattr(push, "BEAT_SECONDS", 0.1)


def _events(text: str) -> list[tuple[str, dict[str, str]]]:
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks if "event" in block]


def test_the_guard_judges_who_opens_a_stream(client_for: ClientFor, short: None) -> None:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    assert client_for(None).get(EVENTS).status_code == 401
    expired = get_auth_manager().generate_jwt(
        SimpleAuthManagerUser(username="viewer", role="viewer"), expiration_time_in_seconds=-10
    )
    bearer = {"Authorization": f"Bearer {expired}"}
    assert client_for(None).get(EVENTS, headers=bearer).status_code == 401
    assert client_for(None).get(EVENTS, headers={"Authorization": "Bearer x.y.z"}).status_code == 403
    assert client_for("viewer").get(EVENTS).status_code == 200


def test_a_stream_names_topics_and_versions_only_and_is_kept_by_nobody(client_for: ClientFor, short: None) -> None:
    from cmms.figures.read_changes import TOPICS

    answer = client_for("viewer").get(EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"  # nginx
    first, *later = _events(answer.text)
    assert first[0] == "changed" and set(first[1]) == set(TOPICS)
    assert all(len(version) == 12 and int(version, 16) >= 0 for version in first[1].values())
    assert ("beat", {}) in later  # a proxy that keeps everything back is found out by their absence


def test_a_stream_lasts_less_than_a_minute_so_that_each_login_is_judged_again() -> None:
    from cmms_ui.asgi import push

    assert push.STREAM_SECONDS < 60
    assert push.BEAT_SECONDS * 2 < 25  # SILENCE in browser/push.js


@pytest.mark.parametrize(
    ("topic", "statement"),
    [
        ("progress", "UPDATE sync_units SET done = done + 1 WHERE merged_at IS NULL ORDER BY id DESC LIMIT 1"),
        ("runs", "UPDATE api_sync_logs SET control = 'pause' WHERE status = 'running' ORDER BY id DESC LIMIT 1"),
        ("records", "UPDATE sync_units SET merged_at = UTC_TIMESTAMP(3), fetched = 0, inserted = 0, updated = 0,"
         " unchanged = 0, superseded = 0, rejected = 0 WHERE sync_log_id = (SELECT MAX(id) FROM api_sync_logs)"),
        ("alerts", "UPDATE alert_events SET occurrences = occurrences + 1 WHERE status <> 'resolved' LIMIT 1"),
        ("errors", "INSERT INTO sync_log_events (sync_log_id, level, category, code, message)"
         " SELECT MAX(id), 'warning', 'log', 'LOG_LINE', 'x' FROM api_sync_logs"),
        ("edits", "INSERT INTO audit_log (actor, action, entity, entity_id) VALUES ('x', 'x', 'x', '1')"),
    ],
)  # fmt: skip
def test_what_happens_in_the_database_changes_its_topic(
    tables: Tables, airflow_app: Any, topic: str, statement: str
) -> None:
    from cmms.figures.read_changes import read_versions

    before = read_versions()
    kept = tables("SELECT * FROM sync_units WHERE sync_log_id = (SELECT MAX(id) FROM api_sync_logs)")
    tables(statement)
    after = read_versions()
    tables("UPDATE api_sync_logs SET control = 'none' WHERE control = 'pause'")
    for row in kept:
        tables("UPDATE sync_units SET merged_at = %s, fetched = NULL WHERE id = %s", row["merged_at"], row["id"])
    changed = {name for name in before if before[name] != after[name]}
    assert topic in changed
    assert changed <= {topic, "progress"}  # what is open is in both


class _Source:
    """Versions as the database would give them; counts the questions."""

    def __init__(self) -> None:
        self.asked = 0
        self.versions = {"runs": "1", "alerts": "1"}
        self.fails = False

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        if self.fails:
            raise DatabaseUnavailable("away")
        return dict(self.versions)


@pytest.mark.feature("NOT-03")
def test_fifty_listeners_cost_one_question_a_second_and_all_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmms_ui.asgi import push

    monkeypatch.setattr(push, "STREAM_SECONDS", 3.0)
    source = _Source()

    async def listen(watcher: Any, who: str, heard: list[float]) -> None:
        async with watcher.joined(who):
            async for changed in watcher.changes():
                if changed == {"alerts": "2"}:
                    heard.append(time.monotonic())
                    return

    async def run() -> tuple[list[float], float, int]:
        watcher, heard = push.Watcher(source), list[float]()
        tasks = [asyncio.create_task(listen(watcher, f"person {n}", heard)) for n in range(50)]
        await asyncio.sleep(1.5)
        source.versions["alerts"], told_at = "2", time.monotonic()
        await asyncio.gather(*tasks)
        asked = source.asked
        await asyncio.sleep(1.2)
        assert source.asked == asked, "nobody listens any more, and still the database is asked"
        return heard, told_at, asked

    heard, told_at, asked = asyncio.run(run())
    assert len(heard) == 50
    assert max(heard) - told_at < 2
    assert asked <= 4  # in about two seconds, by whomever


def test_a_slow_listener_holds_nothing_and_hears_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    from cmms_ui.asgi import push

    source = _Source()

    async def run() -> list[dict[str, str]]:
        watcher = push.Watcher(source, ask_seconds=0.01)
        async with watcher.joined("a person"):
            stream = watcher.changes()
            heard = [await anext(stream)]
            for version in range(2, 9):
                source.versions["alerts"] = str(version)
                await asyncio.sleep(0.05)
            heard.append(await anext(stream))
            await stream.aclose()
        return heard

    assert asyncio.run(run()) == [{"runs": "1", "alerts": "1"}, {"alerts": "8"}]


def test_listeners_are_bounded_and_leave_when_the_database_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi import HTTPException

    from cmms_ui.asgi import push

    monkeypatch.setattr(push, "LISTENER_LIMIT", 2)
    source = _Source()

    async def run() -> None:
        watcher = push.Watcher(source, ask_seconds=0.05)
        async with AsyncExitStack() as stack:
            for who in ("a", "b"):
                await stack.enter_async_context(watcher.joined(who))
            with pytest.raises(HTTPException) as refused:
                await stack.enter_async_context(watcher.joined("a person"))
            assert refused.value.status_code == 429
            source.fails = True
            async for _ in watcher.changes():
                pass  # it ends
        assert watcher.listeners == 0
        with pytest.raises(HTTPException):
            async with watcher.joined("a person"):
                pass
        source.fails = False
        async with watcher.joined("a person"):
            assert await anext(aiter(watcher.changes())) == source.versions

    asyncio.run(run())


@pytest.mark.feature("WIP-05")
def test_every_widget_and_list_declares_how_it_is_updated(airflow_app: Any) -> None:
    from cmms.figures.read_changes import TOPICS
    from cmms_ui.pages.dashboard import DASHBOARD
    from cmms_ui.resources import RESOURCES

    widgets = [*DASHBOARD]
    for resource in RESOURCES.values():
        widgets += [*resource.widgets, *resource.record_widgets, *(w for tab in resource.tabs for w in tab.widgets)]
    assert {widget.updates for widget in widgets} == {"push", "poll", "manual"}
    for item in (*widgets, *RESOURCES.values()):
        assert set(item.topics) <= set(TOPICS), item.name
        assert not item.topics or item.refresh_seconds, f"{item.name} would stand still where no push arrives"


def test_streams_end_when_the_server_shuts_down_for_it_waits_for_them() -> None:
    from cmms_ui.asgi import push

    class Server:
        """As uvicorn: its handler of the signal says later that it should exit."""

        should_exit = False

        def handle_exit(self, *_: object) -> None:
            self.should_exit = True

    server = Server()
    before = signal.signal(signal.SIGTERM, server.handle_exit)

    async def run() -> float:
        watcher = push.Watcher(_Source(), ask_seconds=0.05)
        async with watcher.joined("a person"):
            stream = watcher.changes()
            await anext(stream)
            os.kill(os.getpid(), signal.SIGTERM)
            started = time.monotonic()
            async for _ in stream:
                pass
            return time.monotonic() - started

    try:
        assert asyncio.run(run()) < push.BEAT_SECONDS / 2
    finally:
        signal.signal(signal.SIGTERM, before)
