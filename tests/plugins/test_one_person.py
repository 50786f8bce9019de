"""One person takes their share and no more: reads, exports and event streams over real sockets, refusals in the log."""

from __future__ import annotations

import asyncio
import gc
import http.client
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from cmms.errors import DatabaseUnavailable
from tests.plugins.conftest import ClientFor

API = "/cmms/api/v1"
Tables = Callable[..., list[dict[str, Any]]]
Ask = Callable[..., http.client.HTTPResponse]
LIMIT = 30.0
"""Seconds until a test that hangs gives up."""


@pytest.fixture(scope="module")
def served(airflow_app: Any) -> Iterator[int]:
    """The application behind a real server; its port."""
    import uvicorn

    config = uvicorn.Config(airflow_app, host="127.0.0.1", port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # a thread has none
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _until(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.force_exit = server.should_exit = True
    thread.join(LIMIT)


@pytest.fixture
def ask(served: int, client_for: ClientFor) -> Iterator[Ask]:
    """``ask("viewer", "/plants")``: the head of an answer; its body is not read. All are closed at the end."""
    opened: list[http.client.HTTPConnection] = []
    answers: list[http.client.HTTPResponse] = []

    def send(role: str, path: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", served, timeout=LIMIT)
        opened.append(connection)
        connection.request("GET", API + path, headers={"Cookie": f"_token={client_for(role).cookies['_token']}"})
        answer = connection.getresponse()
        answers.append(answer)
        return answer

    yield send
    for one in (*answers, *opened):
        one.close()


def _until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not happens():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


def _hang_up(answer: http.client.HTTPResponse) -> None:
    """Close the socket without reading what is left."""
    connection = answer.fp.raw._sock  # type: ignore[union-attr]
    connection.shutdown(socket.SHUT_RDWR)
    answer.close()


def _is_refused(answer: http.client.HTTPResponse) -> None:
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert "frame-ancestors" in answer.headers["content-security-policy"]


def test_slow_reads_of_one_person_wait_for_each_other_and_for_nobody_else(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.api import rest
    from cmms_ui.asgi import guard

    read, release, lock = rest.read_page, threading.Event(), threading.Lock()
    running, most = 0, 0

    def read_slowly(listing: Any, query: Any) -> Any:
        nonlocal running, most
        if query.search != "slow":
            return read(listing, query)
        with lock:
            running += 1
            most = max(most, running)
        release.wait(LIMIT)
        with lock:
            running -= 1
        return read(listing, query)

    monkeypatch.setattr(rest, "read_page", read_slowly)
    monkeypatch.setattr(guard, "PROGRAM_PATIENCE", guard.Patience(waiting=8, seconds=LIMIT))
    assert ask("viewer", "/plants").status == 200  # the application is built by its first request
    with ThreadPoolExecutor(16) as threads:
        asked = [threads.submit(ask, "viewer", "/plants?q=slow") for _ in range(16)]
        _until(lambda: sum(one.done() for one in asked) >= 6)
        assert running == 2
        assert ask("op", "/plants").status == 200  # while the others wait
        release.set()
        answers = [one.result() for one in asked]
    refused = [answer for answer in answers if answer.status != 200]
    assert (len(answers) - len(refused), most) == (10, 2)
    for answer in refused:
        _is_refused(answer)
    assert ask("viewer", "/plants").status == 200


def test_exports_that_nobody_reads_are_ones_own_and_end_with_their_sockets(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.api import export_rows

    rows = export_rows.stream_rows
    made: list[bool] = []

    def without_end(listing: Any, query: Any) -> Iterator[Any]:
        row = next(rows(listing, query))
        made.append(True)
        try:
            yield from itertools.repeat(row)
        finally:
            made.pop()

    with monkeypatch.context() as patch:
        patch.setattr(export_rows, "stream_rows", without_end)
        first, second = ask("viewer", "/plants/export"), ask("viewer", "/plants/export?format=json")
        assert (first.status, second.status) == (200, 200)
        _is_refused(ask("viewer", "/plants/export"))
    others = ask("op", "/plants/export")
    assert others.status == 200 and others.read().startswith(b"\xef\xbb\xbf")
    _hang_up(first)
    _hang_up(second)
    _until(lambda: ask("viewer", "/plants/export").status == 200)
    _until(lambda: (gc.collect(), not made)[1])


def test_a_search_that_takes_the_database_too_long_is_ended_and_says_what_to_do(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.access.connections import reading
    from cmms_ui.api import rest

    def read_slowly(_listing: Any, _query: Any) -> Any:
        with reading() as connection:
            connection.exec_driver_sql("SET SESSION max_execution_time = 100")
            try:
                many = "information_schema.columns"
                return connection.exec_driver_sql(f"SELECT COUNT(*) FROM {many} a, {many} b, {many} c").all()
            finally:
                connection.invalidate()  # its limit is gone with it

    monkeypatch.setattr(rest, "read_page", read_slowly)
    answer = ask("viewer", "/plants?q=slow")
    assert answer.status == 504
    assert "Request less at once" in json.load(answer)["detail"]


def _slowly(row: Any) -> Iterator[Any]:
    while True:
        time.sleep(0.001)
        yield row


def test_an_export_that_takes_too_long_is_cut_off_so_that_nobody_takes_it_for_whole(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui.api import export_rows

    rows = export_rows.stream_rows
    monkeypatch.setattr(export_rows, "EXPORT_SECONDS", 0.5)
    monkeypatch.setattr(export_rows, "stream_rows", lambda *asked: _slowly(next(rows(*asked))))
    answer = ask("viewer", "/plants/export")
    try:
        content = answer.read()
    except http.client.IncompleteRead as cut:  # where no middleware of Airflow ends the answer by itself
        content = cut.partial
    assert content.endswith(export_rows.CUT_OFF)
    assert ask("viewer", "/plants/export?format=json").status == 200


def _failing(row: Any, after: int) -> Iterator[Any]:
    yield from itertools.repeat(row, after)
    raise DatabaseUnavailable("the server has gone away")


@pytest.mark.parametrize(("kind", "whole"), [("csv", b""), ("json", b"]"), ("print", b"</html>")])
def test_an_export_that_fails_on_the_way_says_so_and_one_that_never_begins_is_a_refusal(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, kind: str, whole: bytes
) -> None:
    from cmms_ui.api import export_rows

    rows = export_rows.stream_rows
    monkeypatch.setattr(export_rows, "stream_rows", lambda *asked: _failing(next(rows(*asked)), 3_000))
    answer = ask("viewer", f"/plants/export?format={kind}")
    try:
        content = answer.read()
    except http.client.IncompleteRead as cut:
        content = cut.partial
    assert answer.status == 200 and content.endswith(export_rows.BROKEN_OFF)
    assert not whole or whole not in content[-200:]
    monkeypatch.setattr(export_rows, "stream_rows", lambda *asked: _failing(next(rows(*asked)), 0))
    if kind == "csv":
        refused = ask("viewer", "/plants/export")
        assert (refused.status, refused.headers["content-type"]) == (503, "application/problem+json")
    assert ask("viewer", "/plants/export?format=xlsx").status == 503


def test_event_streams_of_one_person_are_few_and_others_are_told(ask: Ask) -> None:
    from cmms_ui.asgi.push import LISTENERS_EACH

    mine = [ask("viewer", "/events") for _ in range(LISTENERS_EACH + 3)]
    assert [answer.status for answer in mine[:LISTENERS_EACH]] == [200] * LISTENERS_EACH
    for answer in mine[LISTENERS_EACH:]:
        _is_refused(answer)
    others = ask("op", "/events")
    assert others.status == 200 and others.readline().startswith(b"retry:")
    _hang_up(mine[0])
    _until(lambda: ask("viewer", "/events").status == 200)


def test_who_waits_for_the_application_to_be_built_takes_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can send these requests, without a login, while the API server starts."""
    import anyio.to_thread

    from cmms_ui import mount

    built, taken = threading.Event(), 0

    def build(self: Any, _root_path: str) -> Any:
        assert built.wait(LIMIT)
        return mount.refuse_all

    monkeypatch.setattr(mount.LazyApplication, "_build", build)

    async def send(_message: Any) -> None:
        pass

    async def ask_many() -> None:
        nonlocal taken
        application = mount.LazyApplication()
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(application, {"type": "http"}, send, send)
            await anyio.sleep(0.1)
            taken = anyio.to_thread.current_default_thread_limiter().borrowed_tokens
            built.set()

    anyio.run(ask_many)
    assert taken == 0


def test_a_place_is_left_once_and_at_the_latest_when_nobody_holds_it() -> None:
    from cmms.access.person_slots import Slots

    slots = Slots(each=2, total=3)
    first, second = slots.take("a"), slots.take("a")
    assert first and second and slots.take("a") is None
    other = slots.take("b")
    assert other and slots.take("c") is None
    first.leave()
    first.leave()
    assert slots.take("c") is not None
    del second
    gc.collect()
    kept = slots.take("a")
    assert kept is not None and other is not None


def test_turns_go_in_order_and_none_is_lost() -> None:
    """Requests that end, wait too long or are given up, in any order: at most two run, and afterwards nothing is left."""
    from cmms_ui.asgi.refusals import Refused
    from cmms_ui.asgi.shares import Patience, Turns

    async def run() -> list[int]:
        turns, order, running = Turns(running=2), list[int](), 0
        gates = [asyncio.Event() for _ in range(8)]

        async def work(number: int, patience: Patience) -> None:
            nonlocal running
            async with turns.turn("a", patience):
                running += 1
                assert running <= 2
                order.append(number)
                try:
                    await gates[number].wait()
                finally:
                    running -= 1

        long = Patience(waiting=5, seconds=LIMIT)
        tasks = [asyncio.create_task(work(number, long)) for number in range(6)]
        await asyncio.sleep(0)
        with pytest.raises(Refused):
            await work(6, Patience(waiting=5, seconds=0.01))  # waits in vain
        async with turns.turn("b", long):
            pass  # another person is not concerned
        tasks[3].cancel()  # one that waits
        tasks[1].cancel()  # one that runs
        for gate in gates:
            gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert not turns._running and not turns._waiting
        async with turns.turn("a", long), turns.turn("a", long):
            with pytest.raises(Refused):
                await work(7, Patience(waiting=0, seconds=1))
        assert not turns._running and not turns._waiting
        return order

    assert asyncio.run(run()) == [0, 1, 2, 4, 5]


REFUSED = "SELECT id, actor, after_json FROM audit_log WHERE action = 'refused' AND id > %s ORDER BY id"


def _newest(tables: Tables) -> int:
    return int(tables("SELECT COALESCE(MAX(id), 0) AS n FROM audit_log")[0]["n"])


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute that is nobody else's and does not end during the test."""
    from datetime import datetime

    from cmms.access import audit

    minute = f"minute of {time.monotonic_ns()}"
    fixed = type("Clock", (), {"now": staticmethod(lambda _zone: type("Now", (), {"strftime": lambda *_: minute})())})
    assert datetime is audit.datetime
    monkeypatch.setattr(audit, "datetime", fixed)


@pytest.mark.feature("NAV-03")
def test_a_refused_action_is_audited_once_a_person_action_and_minute_with_a_count(
    client_for: ClientFor, tables: Tables, one_minute: None
) -> None:
    before = _newest(tables)
    for _ in range(3):
        for path in ("syncs/actions/stop_all", "equipment/actions/deactivate"):
            body = {"keys": [1] if "equipment" in path else [], "values": {"inactive_reason": "scrapped"}}
            answer = client_for("viewer").post(f"{API}/{path}", json=body if "equipment" in path else {})
            assert answer.status_code == 403
    client_for("user").post(f"{API}/equipment/actions/deactivate", json={"keys": [1], "values": {}})
    rows = [(row["actor"], json.loads(row["after_json"])) for row in tables(REFUSED, before)]
    assert [(who, note["request"], note["count"]) for who, note in rows] == [
        ("viewer", "POST /api/v1/syncs/actions/stop_all", 3),
        ("viewer", "POST /api/v1/equipment/actions/deactivate", 3),
        ("user", "POST /api/v1/equipment/actions/deactivate", 1),
    ]
    assert all("capability" in note["reason"] for _, note in rows)


def test_addresses_that_are_made_up_share_one_row(client_for: ClientFor, tables: Tables, one_minute: None) -> None:
    before = _newest(tables)
    for number in range(5):
        client_for("viewer").post(f"{API}/nothing{number}/at/all", json={})
        client_for("viewer").post(f"{API}/x{number}/actions/y", content="{}", headers={"Content-Type": "text/plain"})
        client_for("viewer").request(f"BREW{number}", f"{API}/plants", json={})
    assert [json.loads(row["after_json"])["count"] for row in tables(REFUSED, before)] == [5, 5, 5]


def test_a_refused_write_does_not_have_every_page_read_again(client_for: ClientFor, tables: Tables) -> None:
    from cmms.figures.read_changes import read_versions

    before = read_versions()["edits"]
    assert client_for("viewer").post(f"{API}/syncs/actions/resume_all", json={}).status_code == 403
    assert read_versions()["edits"] == before


def test_the_sites_stylesheet_is_read_by_two_of_a_persons_requests_at_a_time(
    served: int, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms_ui import build_application

    lock, running, most = threading.Lock(), 0, 0

    def read_slowly() -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return ":root {}"

    monkeypatch.setattr(build_application, "read_stylesheet", read_slowly)
    token = client_for("viewer").cookies["_token"]

    def load(_: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", served, timeout=LIMIT)
        connection.request("GET", "/cmms/assets/look.css", headers={"Cookie": f"_token={token}"})
        with closing(connection):
            return connection.getresponse().status

    with ThreadPoolExecutor(12) as threads:
        assert set(threads.map(load, range(12))) == {200}
    assert most == 2


def test_a_person_tries_rules_twice_at_a_time_and_leaves_a_place_for_others(client_for: ClientFor) -> None:
    from cmms.access.actors import Actor, Busy, Capability
    from cmms.equipment import change_group_rules

    client_for("admin")
    busy, other = (Actor(name, frozenset(Capability)) for name in ("admin", "other"))
    slots = [change_group_rules._slots.take(busy.name) for _ in range(2)]
    try:
        with pytest.raises(Busy):
            change_group_rules.find_moves(busy, None)
        assert change_group_rules.find_moves(other, None).total >= 0
    finally:
        for slot in slots:
            assert slot is not None
            slot.leave()


def test_so_many_runs_or_rows_are_chosen_one_by_one_and_no_more(client_for: ClientFor) -> None:
    from cmms.access.actors import Invalid
    from cmms_ui.browser.actions import CHOSEN_LIMIT, _keys_of
    from cmms_ui.resources.syncs.resource import CONTROL_LIMIT

    keys = list(range(10**9, 10**9 + CONTROL_LIMIT + 1))
    answer = client_for("op").post(f"{API}/syncs/actions/pause", json={"keys": keys})
    assert (answer.status_code, f"at most {CONTROL_LIMIT}" in answer.text) == (422, True)
    assert len(_keys_of([*[1] * CHOSEN_LIMIT, *range(1, CHOSEN_LIMIT + 1)])) == CHOSEN_LIMIT  # each once
    with pytest.raises(Invalid, match="all matching rows"):
        _keys_of(range(1, 40_000))
