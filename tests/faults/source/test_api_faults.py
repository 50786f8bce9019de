"""Each fault of the source ends in its declared class, with every request accounted for and nothing half done."""

import errno
import logging
import pickle
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from cmms.errors import (
    ApiRefused,
    ApiUnavailable,
    BadPayload,
    CmmsError,
    IncompleteFetch,
    RateLimited,
    SettingsError,
    StorageUnavailable,
)
from cmms.simulator.config import SimulatorConfig
from cmms.simulator.faults import Fault
from cmms.simulator.simulator import Simulator
from cmms.source.connection import ApiConnection
from tests.unit.source.fetching import FAST_RETRIES, SECRET, connect, everything_below, fetch

SMALL = SimulatorConfig(equipment=23, defect_rate=0)
PAGES = {"size": 5}


@pytest.fixture
def simulator():
    with Simulator(SMALL) as running:
        yield running


@pytest.fixture
def calls():
    return []


def outcomes(calls):
    return [(call.status, call.error_class) for call in calls]


def fails_with(kind, simulator, folder, calls, **options):
    """Fetch, expect ``kind``, and check what holds for every failure."""
    with pytest.raises(CmmsError) as caught:
        fetch(simulator, folder, calls=calls, **options)
    error = caught.value
    assert type(error) is kind, error
    assert not list(folder.rglob("manifest.json"))
    assert SECRET not in str(error) and SECRET not in repr(error.context)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert all(SECRET not in repr(call) for call in calls)
    assert SECRET.encode() not in everything_below(folder)
    return error


# --- statuses ---


@pytest.mark.feature("TEST-23", "RTY-01")
@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 501])
def test_a_refusal_is_final_at_once(tmp_path, simulator, calls, status):
    simulator.inject(Fault("status", status=status))
    error = fails_with(ApiRefused, simulator, tmp_path, calls)
    assert outcomes(calls) == [(status, f"HTTP {status}")]
    assert error.context["status"] == status
    assert error.context["url"] == simulator.base_url + "/equipment"


@pytest.mark.feature("TEST-23", "RTY-01", "TEST-16")
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again_and_every_attempt_is_logged(tmp_path, simulator, calls, status):
    simulator.inject(Fault("status", status=status, times=2))
    fetched = fetch(simulator, tmp_path, calls=calls)
    assert outcomes(calls) == [(status, f"HTTP {status}")] * 2 + [(200, None)]
    assert [call.attempt for call in calls] == [1, 2, 3]
    assert len(fetched.records) == 23
    assert simulator.connections == 1  # an error answer does not cost the connection


@pytest.mark.feature("TEST-23", "LOG-01")
def test_a_lasting_failure_ends_after_the_last_attempt(tmp_path, simulator, calls, caplog):
    simulator.inject(Fault("status", status=500))
    with caplog.at_level(logging.WARNING, logger="cmms"):
        error = fails_with(ApiUnavailable, simulator, tmp_path, calls, static_parameters={"key": "query-secret"})
    assert outcomes(calls) == [(500, "HTTP 500")] * 3
    assert error.category == "api"
    assert {"url", "status", "latency_ms", "attempts"} <= set(error.context)
    assert "GET" in str(error)
    assert "/equipment" in caplog.text and "attempt 1 of 3" in caplog.text
    assert "query-secret" not in caplog.text + str(error) and SECRET not in caplog.text


def test_a_conflict_is_tried_again_when_the_settings_say_so(tmp_path, simulator):
    simulator.inject(Fault("status", status=409, times=1))
    fetched = fetch(simulator, tmp_path, retries={**FAST_RETRIES, "statuses": [409]})
    assert len(fetched.records) == 23


def test_the_deadline_of_all_attempts_ends_them_early(tmp_path, simulator, calls):
    simulator.inject(Fault("status", status=500))
    retries = {"attempts": 20, "initial_seconds": 0.4, "max_seconds": 0.4, "deadline": 1}
    started = time.monotonic()
    fails_with(ApiUnavailable, simulator, tmp_path, calls, retries=retries)
    assert time.monotonic() - started < 7  # all twenty attempts would take 8 seconds
    assert 2 <= len(calls) <= 5


@pytest.mark.feature("TEST-23")
def test_the_deadline_of_all_attempts_also_ends_an_answer_that_takes_its_time(tmp_path, simulator, calls):
    simulator.inject(Fault("drip", bytes_per_second=50))
    retries = {**FAST_RETRIES, "deadline": 1}
    started = time.monotonic()
    fails_with(ApiUnavailable, simulator, tmp_path, calls, timeouts={"page": 8, "read": 30}, retries=retries)
    assert time.monotonic() - started < 7  # one attempt may take 8 seconds
    assert calls[0].error_class == "PageDeadline"


@pytest.mark.feature("TEST-23")
def test_a_redirect_is_refused_and_not_followed(tmp_path, simulator, calls):
    with Simulator(SMALL) as elsewhere:
        simulator.inject(Fault("redirect", location=elsewhere.base_url + "/equipment"))
        error = fails_with(ApiRefused, simulator, tmp_path, calls)
        assert elsewhere.request_count == 0
    assert "redirect" in str(error)


# --- 429 and Retry-After ---


@pytest.mark.feature("RTY-02", "TEST-25")
@pytest.mark.parametrize("retry_after", ["1", "http-date:2"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_the_source_asks_for_is_kept(tmp_path, simulator, calls, retry_after, status):
    simulator.inject(Fault("status", status=status, retry_after=retry_after, times=1))
    fetch(simulator, tmp_path, calls=calls)
    assert 0.9 <= simulator.requests[1].at - simulator.requests[0].at < 4


@pytest.mark.feature("RTY-02")
def test_a_pause_of_exactly_the_cap_is_kept(tmp_path, simulator, calls):
    simulator.inject(Fault("status", status=429, retry_after="1", times=1))
    fetched = fetch(simulator, tmp_path, calls=calls, retries={**FAST_RETRIES, "retry_after_cap": 1})
    assert len(fetched.records) == 23
    assert outcomes(calls) == [(429, "HTTP 429"), (200, None)]


@pytest.mark.feature("RTY-02")
@pytest.mark.parametrize("retry_after", ["-5", "http-date:-60", "soon", None])
def test_an_unusable_pause_means_our_own_wait(tmp_path, simulator, calls, retry_after):
    simulator.inject(Fault("status", status=429, retry_after=retry_after, times=1))
    fetch(simulator, tmp_path, calls=calls, retries={"initial_seconds": 0.4, "max_seconds": 0.4})
    assert 0.2 <= simulator.requests[1].at - simulator.requests[0].at < 1.5


@pytest.mark.feature("RTY-02")
@pytest.mark.parametrize("retry_after", ["86400", "http-date:86400"])
def test_a_pause_beyond_the_cap_fails_at_once_and_names_the_wait(tmp_path, simulator, calls, retry_after):
    simulator.inject(Fault("status", status=429, retry_after=retry_after))
    error = fails_with(RateLimited, simulator, tmp_path, calls)
    assert error.context["wait_seconds"] == pytest.approx(86400, abs=5)
    assert len(calls) == 1
    simulator.clear_faults()
    simulator.inject(Fault("status", status=503, retry_after=retry_after))
    assert fails_with(ApiUnavailable, simulator, tmp_path, calls).context["wait_seconds"] > 86000
    assert len(calls) == 2


@pytest.mark.feature("RTY-02")
def test_429_to_the_last_attempt_is_rate_limited(tmp_path, simulator, calls):
    simulator.inject(Fault("status", status=429, retry_after="0.1"))
    error = fails_with(RateLimited, simulator, tmp_path, calls)
    assert (len(calls), error.context["wait_seconds"]) == (3, 0.1)


@pytest.mark.feature("TEST-25")
def test_a_pause_holds_for_all_threads(tmp_path, simulator):
    simulator.inject(Fault("status", status=429, retry_after="1", page=2, times=1))
    fetched = fetch(simulator, tmp_path, pagination={"size": 2}, parallel_requests=2)
    limited = next(request.at for request in simulator.requests if request.status == 429)
    in_the_pause = [request for request in simulator.requests if limited + 0.3 < request.at < limited + 0.9]
    assert in_the_pause == []
    assert len(fetched.records) == 23


# --- transport ---


@pytest.mark.feature("TEST-23", "TEST-16")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault("truncated_body", keep=0.5), None),
        (Fault("truncated_body", keep=0.0), None),
        (Fault("truncated_gzip", keep=0.5), "TruncatedGzip"),
        (Fault("truncated_gzip", keep=0.99), "TruncatedGzip"),
        (Fault("wrong_length"), "TruncatedGzip"),
        (Fault("wrong_length", delta=10), None),
        (Fault("reset", keep=0.5), None),
        (Fault("reset", keep=0), None),
        (Fault("close"), None),
    ],
    ids=lambda value: value and (value.kind if isinstance(value, Fault) else value),
)
@pytest.mark.parametrize("parallel", [1, 3])
def test_an_answer_that_breaks_off_is_asked_for_again(tmp_path, simulator, calls, fault, reason, parallel):
    simulator.inject(replace(fault, page=2, times=2))
    fetched = fetch(simulator, tmp_path, calls=calls, pagination=PAGES, parallel_requests=parallel)
    failed = [call.error_class for call in calls if call.page == 2][:2]
    assert all(failed)
    if reason:
        assert failed == [reason] * 2
    assert len(set(fetched.records)) == 23


@pytest.mark.feature("TEST-23")
def test_after_an_answer_that_broke_off_a_new_connection_is_used(tmp_path, simulator, calls):
    """The source closes the connection of such an answer a moment later: riding on it would cost an attempt."""
    simulator.inject(Fault("truncated_gzip", times=2))
    assert len(fetch(simulator, tmp_path, calls=calls).records) == 23
    assert simulator.connections == len(calls) == 3


@pytest.mark.feature("TEST-23")
@pytest.mark.parametrize("fault", [Fault("truncated_body"), Fault("truncated_gzip"), Fault("wrong_length"), Fault("reset"), Fault("close")],
                         ids=lambda fault: fault.kind)  # fmt: skip
@pytest.mark.parametrize("gzip", [True, False])
def test_an_answer_that_breaks_off_each_time_is_unavailable(tmp_path, simulator, calls, fault, gzip):
    simulator.inject(fault)
    fails_with(ApiUnavailable, simulator, tmp_path, calls, gzip=gzip)
    assert len(calls) == 3
    assert not list(tmp_path.rglob("page-*"))


def test_a_kept_alive_connection_that_was_closed_meanwhile_costs_nothing(tmp_path, simulator):
    simulator.inject(Fault("close_after"))
    assert len(fetch(simulator, tmp_path, pagination=PAGES).records) == 23


@pytest.mark.feature("TEST-23")
def test_a_slow_answer_times_out(tmp_path, simulator, calls):
    simulator.inject(Fault("latency", seconds=1.5, times=1))
    fetched = fetch(simulator, tmp_path, calls=calls, timeouts={"read": 0.3})
    assert calls[0].error_class == "ReadTimeoutError"
    assert len(fetched.records) == 23


@pytest.mark.feature("TEST-23")
def test_a_slow_drip_ends_at_the_deadline_of_the_page(tmp_path, simulator, calls):
    simulator.inject(Fault("drip", bytes_per_second=50))
    started = time.monotonic()
    fails_with(
        ApiUnavailable,
        simulator,
        tmp_path,
        calls,
        timeouts={"page": 0.5, "read": 30},
        retries={**FAST_RETRIES, "attempts": 2},
    )
    assert time.monotonic() - started < 30
    assert [call.error_class for call in calls] == ["PageDeadline"] * 2


@contextmanager
def raw_server(answer):
    """A socket that lets ``answer(connection)`` do what no HTTP server would."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.settimeout(10)
                        connection.recv(65536)
                        answer(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield ApiConnection(f"http://127.0.0.1:{listener.getsockname()[1]}", password=SECRET)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def drip_headers(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        connection.sendall(f"X-Drip-{number}: 1\r\n".encode())
        time.sleep(0.05)


@pytest.mark.feature("TEST-23")
def test_headers_that_drip_end_at_the_deadline_too(tmp_path, calls):
    started = time.monotonic()
    with raw_server(drip_headers) as connection:
        fails_with(
            ApiUnavailable, None, tmp_path, calls, connection=connection,
            timeouts={"page": 0.5, "read": 30}, retries={**FAST_RETRIES, "attempts": 1},
        )  # fmt: skip
    assert time.monotonic() - started < 9  # the drip alone takes 10 seconds
    assert calls[0].error_class == "PageDeadline"


@pytest.mark.feature("TEST-23")
@pytest.mark.parametrize(
    "answer",
    [
        b"no HTTP at all",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"da',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}",
        b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}",
        b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"data": [{"a": 1}, {"a"',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain",
    ],
)
def test_broken_framing_is_unavailable_never_an_uncaught_error(tmp_path, calls, answer):
    with raw_server(lambda connection: connection.sendall(answer)) as connection:
        fails_with(ApiUnavailable, None, tmp_path, calls, connection=connection)
    assert len(calls) == 3


WHOLE = b'{"data": [{"EQUNR": "1"}]}'


@pytest.mark.feature("SRC-01", "TEST-23")
@pytest.mark.parametrize(
    ("line", "is_lost"),
    [
        (b"no colon", True),
        (b"X-Total-Count : 5", True),
        (b"<b>warning: x</b>", False),
        (b": no name", False),
        (b"X-Folded: 1,\r\n 2", False),
        (b"Content-Type: multipart/mixed", False),
        (b"X-Odd: \x85 \xff \x0c", False),
    ],
)
@pytest.mark.parametrize("before", [b"", b"X-Site: n\r\n"])
def test_headers_that_are_lost_behind_a_malformed_line_are_told(tmp_path, calls, caplog, line, is_lost, before):
    content = b"HTTP/1.1 200 OK\r\n" + before + line + b"\r\nContent-Length: %d\r\n\r\n" % len(WHOLE) + WHOLE
    with raw_server(lambda connection: connection.sendall(content)) as connection:
        asked = {"connection": connection, "pagination": {"style": "none"}, "static_parameters": {"k": "canary"}}
        if is_lost:
            error = fails_with(ApiUnavailable, None, tmp_path, calls, **asked)
            assert "MalformedHeaders" in error.message and len(calls) == 3
        else:
            assert len(fetch(None, tmp_path, calls=calls, **asked).records) == 1
    assert "canary" not in caplog.text  # urllib3 warns of it with the whole address


def test_nobody_listening_is_unavailable(tmp_path, calls):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    fails_with(
        ApiUnavailable,
        None,
        tmp_path,
        calls,
        connection=ApiConnection(f"http://127.0.0.1:{port}", password=SECRET),
    )
    assert {call.error_class for call in calls} == {"ConnectionRefusedError"} or len(calls) == 3


@pytest.mark.feature("TEST-23", "RTY-01")
def test_a_request_that_cannot_be_sent_is_not_tried_again(tmp_path, simulator, calls):
    error = fails_with(ApiRefused, simulator, tmp_path, calls, headers={"X-Site": "north\r\nX-Other: 1"})
    assert "cannot be sent" in str(error)
    assert outcomes(calls) == [(None, "ApiRefused")]
    assert simulator.request_count == 0


@pytest.mark.feature("TEST-23", "RTY-01")
def test_a_header_that_cannot_be_sent_is_named_without_its_value(tmp_path, simulator, calls):
    for name, value in {"X-Site": "Łódź", "X-Site:": "north", "Schlüssel": "1", "": "1"}.items():
        error = fails_with(SettingsError, simulator, tmp_path, calls, headers={name: value})
        assert repr(name) in str(error) if value != "Łódź" else "Łódź" not in str(error)
    for name in ("X-Key:", "Schlüssel", ""):
        auth = {"scheme": "api_key", "header": name}
        assert "auth.header" in str(fails_with(SettingsError, simulator, tmp_path, calls, auth=auth))
    source = connect(simulator, headers={"X-Token": "€uro-secret"})
    error = fails_with(SettingsError, simulator, tmp_path, calls, connection=source)
    assert "X-Token" in str(error) and "uro-secret" not in str(error)
    assert (calls, simulator.request_count) == ([], 0)


def test_a_proxy_that_nothing_can_be_sent_to_is_refused(tmp_path, calls):
    source = ApiConnection("http://erp.invalid", password=SECRET, proxies={"http": "http://m€:x@127.0.0.1:9"})
    error = fails_with(ApiRefused, None, tmp_path, calls, connection=source)
    assert "cannot be sent" in str(error) and outcomes(calls) == [(None, "ApiRefused")]


@pytest.mark.feature("TEST-23", "MEM-02")
@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_for_temporary_files_that_is_full_is_named(tmp_path, simulator, calls, monkeypatch, packed):
    def refuse(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("cmms.source.receive_body.IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr("cmms.source.receive_body.tempfile.TemporaryFile", refuse)
    error = fails_with(StorageUnavailable, simulator, tmp_path, calls, gzip=packed)
    assert "TMPDIR" in str(error) and "No space left" in str(error)
    assert outcomes(calls) == [(200, "StorageUnavailable")]


@pytest.mark.feature("SVC-01", "LOG-01")
def test_a_credential_in_the_path_is_told_nowhere(tmp_path, simulator, calls):
    source = connect(simulator, base_url=f"{simulator.base_url}/{SECRET}")
    fails_with(ApiRefused, simulator, tmp_path, calls, connection=source)  # there is no such path
    assert [call.endpoint for call in calls] == ["/***/equipment"]


# --- bodies ---


@pytest.mark.feature("TEST-23", "TEST-16")
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault("invalid_json"), "not valid JSON"),
        (Fault("html"), "HTML"),
        (Fault("empty_body"), "empty"),
        (Fault("bom"), "byte order mark"),
        (Fault("wrong_charset"), "byte order mark|not UTF-8"),
        (Fault("literal_body", body='{"items": []}'), "'data'; the keys there are: 'items'"),
        (Fault("literal_body", body='{"data": {}}'), "'data' is not a list"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_a_bad_payload_stops_the_fetch_and_its_beginning_is_kept_for_the_operator(
    tmp_path, simulator, calls, fault, message
):
    simulator.inject(fault)
    error = fails_with(BadPayload, simulator, tmp_path, calls)
    assert re.search(message, error.message)
    assert outcomes(calls) == [(200, "BadPayload")]
    if fault.kind == "empty_body":
        assert error.context["first_kilobyte"] is None
    else:
        kept = (tmp_path / error.context["first_kilobyte"]).read_bytes()
        assert 0 < len(kept) <= 1024
        assert kept.decode("latin-1")[:40] not in str(error)


@pytest.mark.feature("TEST-23", "MEM-02")
@pytest.mark.parametrize(
    "fault", [Fault("gzip_bomb", megabytes=50), Fault("oversize", megabytes=50)], ids=lambda fault: fault.kind
)
def test_a_body_beyond_the_cap_ends_while_it_is_coming(tmp_path, simulator, calls, fault):
    simulator.inject(fault)
    error = fails_with(BadPayload, simulator, tmp_path, calls, max_body_bytes=1_000_000)
    assert "oversize" in str(error)
    assert calls[0].bytes_body < 6_000_000


def test_a_content_encoding_that_was_not_asked_for_is_a_bad_payload(tmp_path, simulator, calls):
    simulator.set_body("equipment", b"....", headers={"Content-Encoding": "br"})
    assert "content encoding" in str(fails_with(BadPayload, simulator, tmp_path, calls))


def test_one_odd_record_does_not_cost_the_page(tmp_path, simulator):
    simulator.set_records("equipment", None, ['{"EQUNR": "1"}', '{"EQUNR": NaN}', '{"EQUNR": "\\ud800"}'])
    fetched = fetch(simulator, tmp_path)
    assert fetched.records == [b'{"EQUNR": "1"}', b'{"EQUNR": NaN}', b'{"EQUNR": "\\ud800"}']


# --- pages ---


@pytest.mark.feature("SYNC-03", "TEST-23")
@pytest.mark.parametrize("parallel", [1, 3])
def test_a_page_that_replaces_another_is_noticed(tmp_path, simulator, calls, parallel):
    simulator.inject(Fault("repeated_page", page=3))
    error = fails_with(IncompleteFetch, simulator, tmp_path, calls, pagination=PAGES, parallel_requests=parallel)
    assert "promised 23 records and sent 18" in str(error)


@pytest.mark.feature("SYNC-03")
def test_a_page_that_replaces_another_once_is_mended_by_fetching_again(tmp_path, simulator):
    simulator.inject(Fault("repeated_page", page=3, times=1))
    fetched = fetch(simulator, tmp_path, pagination=PAGES)
    assert len(set(fetched.records)) == 23
    assert fetched.manifest.repeated_pages == 0


@pytest.mark.feature("SYNC-03")
def test_a_page_that_comes_twice_is_dropped_and_counted_when_the_total_is_reached_without_it(tmp_path):
    # A cursor source that serves page 2 a second time under a new cursor: 1, 2, 2, 3 ...
    paging = {"style": "cursor", "size": 5, "size_parameter": "limit"}
    pages = [[f'{{"EQUNR": "{page}-{number}"}}' for number in range(2)] for page in range(3)]
    order = [pages[0], pages[1], pages[1], pages[2]]
    bodies = [
        '{"data": [' + ",".join(records) + '], "meta": {"total": 6, "next_cursor": ' + cursor + "}}"
        for records, cursor in zip(order, ['"c1"', '"c2"', '"c3"', "null"], strict=True)
    ]

    def answer(connection):
        body = next(served).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    served = iter([*bodies, bodies[0]])  # the first page is looked at again at the end
    with raw_server(answer) as connection:
        fetched = fetch(None, tmp_path, connection=connection, pagination=paging)
    assert fetched.manifest.repeated_pages == 1
    assert [record.decode() for record in fetched.records] == [record for page in pages for record in page]


@pytest.mark.feature("SYNC-03", "TEST-23")
@pytest.mark.parametrize("length", [1, 2])
@pytest.mark.parametrize("with_total", [True, False])
def test_a_cursor_loop_ends_the_fetch(tmp_path, calls, length, with_total):
    config = replace(SMALL, pagination="cursor", **({} if with_total else {"meta_path": None, "cursor_path": "next"}))
    paging = {
        "style": "cursor",
        "size": 5,
        "size_parameter": "limit",
        **({} if with_total else {"cursor_path": "next"}),
    }
    with Simulator(config) as simulator:
        simulator.inject(Fault("cursor_loop", page=3, length=length))
        fails_with(IncompleteFetch, simulator, tmp_path, calls, pagination=paging)
        assert simulator.request_count <= 10


@pytest.mark.feature("SYNC-03", "TEST-23")
@pytest.mark.parametrize("delta", [7, -7])
@pytest.mark.parametrize("style", ["page", "cursor"])
def test_a_total_that_does_not_match_ends_the_fetch(tmp_path, calls, delta, style):
    with Simulator(replace(SMALL, pagination=style)) as simulator:
        simulator.inject(Fault("total_mismatch", delta=delta))
        paging = {**PAGES, "style": style, "size_parameter": "limit" if style == "cursor" else "per_page"}
        error = fails_with(IncompleteFetch, simulator, tmp_path, calls, pagination=paging)
    assert "promised" in str(error)


@pytest.mark.feature("SYNC-03", "TEST-23")
def test_rows_that_move_once_are_fetched_again(tmp_path, simulator):
    simulator.inject(Fault("rows_shift", page=1, nth=2, times=1))
    fetched = fetch(simulator, tmp_path, pagination=PAGES)
    assert len(fetched.records) == fetched.progress[-1][1]
    assert len(list((tmp_path / "runs/7/equipment").iterdir())) == len(fetched.manifest.pages) + 1


@pytest.mark.feature("SYNC-03", "TEST-23")
@pytest.mark.parametrize(
    "fault", [Fault("rows_shift", page=1, nth=2, times=1), Fault("total_mismatch", delta=5, page=1, nth=2, times=1)]
)
def test_of_two_pages_too_the_first_is_looked_at_again(tmp_path, simulator, calls, fault):
    simulator.inject(fault)
    fetch(simulator, tmp_path, calls=calls, pagination={"size": 12})
    assert [call.page for call in calls] == [1, 2, 1] * 2


@pytest.mark.feature("SYNC-03", "TEST-23")
def test_rows_that_keep_moving_end_the_fetch(tmp_path, simulator, calls):
    simulator.inject(Fault("rows_shift"))
    fails_with(IncompleteFetch, simulator, tmp_path, calls, pagination=PAGES)


@pytest.mark.feature("TEST-23")
@pytest.mark.parametrize("style", ["next_link", "link_header"])
def test_a_next_link_to_another_host_is_refused_before_anything_is_sent(tmp_path, calls, style):
    with Simulator(SMALL) as elsewhere, Simulator(replace(SMALL, pagination=style)) as simulator:
        simulator.inject(Fault("foreign_next_link", location=elsewhere.base_url + "/equipment"))
        error = fails_with(ApiRefused, simulator, tmp_path, calls, pagination={**PAGES, "style": style})
        assert elsewhere.connections == 0
    assert "another host" in str(error)


# --- the connection of another thread ---


@pytest.mark.parametrize("parallel", [2, 4])
def test_one_failing_page_ends_a_parallel_fetch_without_waiting_for_the_rest(tmp_path, simulator, calls, parallel):
    simulator.inject(Fault("status", status=404, page=2), Fault("status", status=503, retry_after="60", page=3))
    started = time.monotonic()
    fails_with(ApiRefused, simulator, tmp_path, calls, pagination={"size": 1}, parallel_requests=parallel)
    assert time.monotonic() - started < 50


def test_a_wrong_secret_is_refused_at_once(tmp_path, simulator, calls):
    fails_with(ApiRefused, simulator, tmp_path, calls, connection=connect(simulator, password="wrong-secret"))
    assert outcomes(calls) == [(401, "HTTP 401")]
