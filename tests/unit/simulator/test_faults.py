"""Each fault on a real socket, as a client meets it."""

import gzip
import http.client
import json
import time
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import get_args

import pytest
import requests

from cmms.simulator import Fault, FaultKind, Simulator, profile
from tests.unit.simulator.walk_pages import walk

DAY = date(2026, 1, 31)
COVERED: set[str] = set()


def config_of(**changes):
    return profile("default", equipment=40, defect_rate=0, auth="none", page_size=10, **changes)


@pytest.fixture
def sim():
    with Simulator(config_of()) as sim:
        yield sim


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


def inject(sim, kind, **knobs):
    COVERED.add(kind)
    sim.inject(Fault(kind, **knobs))


def get(session, sim, page=1, **headers):
    query = {"date": "2026-01-31", "page": page}
    return session.get(sim.base_url + "/running-time", params=query, headers=headers, timeout=5)


@pytest.mark.feature("RTY-01")
def test_a_status_comes_as_often_as_asked(sim, session):
    inject(sim, "status", status=500, times=2)
    assert [get(session, sim).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert [request.faults for request in sim.requests] == [("status",), ("status",), (), ()]
    assert sim.connections == 1


def test_faults_choose_their_requests_by_stream_page_day_and_number(sim, session):
    inject(sim, "status", status=501, stream="running_time", page=2, day=DAY, nth=2, times=1)
    assert session.get(sim.base_url + "/equipment", params={"page": 2}).status_code == 200
    other_day = {"date": "2026-01-30", "page": 2}
    assert session.get(sim.base_url + "/running-time", params=other_day).status_code == 200
    assert [get(session, sim, page).status_code for page in (1, 2, 2, 2)] == [200, 200, 501, 200]


@pytest.mark.feature("RTY-02")
@pytest.mark.parametrize("value", [7, "-5", "86400", None])
def test_retry_after_is_sent_as_given(sim, session, value):
    inject(sim, "status", status=429, retry_after=value)
    assert get(session, sim).headers.get("Retry-After") == (None if value is None else str(value))


def test_retry_after_can_be_an_http_date(sim, session):
    inject(sim, "status", status=429, retry_after="http-date:30")
    moment = parsedate_to_datetime(get(session, sim).headers["Retry-After"])
    assert 25 < (moment - datetime.now(UTC)).total_seconds() <= 31


def test_faults_apply_together(sim, session):
    inject(sim, "latency", seconds=0.2)
    inject(sim, "status", status=503, body="down", headers={"X-Why": "test"})
    began = time.monotonic()
    answer = get(session, sim)
    assert time.monotonic() - began >= 0.2
    assert (answer.status_code, answer.text, answer.headers["X-Why"]) == (503, "down", "test")


def test_a_slow_drip_takes_its_time(sim, session):
    inject(sim, "literal_body", body="x" * 500)
    inject(sim, "drip", bytes_per_second=1000)
    began = time.monotonic()
    assert len(get(session, sim).content) == 500
    assert time.monotonic() - began >= 0.4


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_truncated_body_is_shorter_than_promised(sim, encoding):
    inject(sim, "truncated_body", keep=0.3)
    connection = http.client.HTTPConnection("127.0.0.1", sim.port, timeout=5)
    connection.request("GET", "/equipment", headers={"Accept-Encoding": encoding})
    answer = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    assert len(caught.value.partial) == int(int(answer.headers["Content-Length"]) * 0.3)
    connection.close()


def test_a_truncated_gzip_stream_comes_in_a_complete_answer(sim, session):
    inject(sim, "truncated_gzip")
    answer = session.get(sim.base_url + "/equipment", stream=True)
    wire = answer.raw.read()
    assert len(wire) == int(answer.headers["Content-Length"])
    with pytest.raises(EOFError):
        gzip.decompress(wire)


def test_a_wrong_length_cuts_or_overpromises(sim, session):
    right = len(session.get(sim.base_url + "/equipment", stream=True).raw.read())
    inject(sim, "wrong_length", times=1)
    assert len(session.get(sim.base_url + "/equipment", stream=True).raw.read()) == right - 10
    inject(sim, "wrong_length", delta=5)
    session.close()  # the server has closed the connection; whether the pool has noticed yet is a race
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        get(session, sim)


@pytest.mark.parametrize("keep", [0, 0.5])
def test_a_reset_ends_the_connection_hard(sim, session, keep):
    inject(sim, "reset", keep=keep)
    with pytest.raises((requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)) as caught:
        get(session, sim)
    assert "reset" in str(caught.value).lower()


def test_a_connection_can_close_without_an_answer_or_after_a_good_one(sim, session):
    inject(sim, "close", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        get(session, sim)
    inject(sim, "close_after")
    connections = sim.connections
    for _ in range(3):
        assert get(session, sim).status_code == 200
        time.sleep(0.05)  # let the close arrive before the connection is taken again
    assert sim.connections - connections == 3


@pytest.mark.feature("TEST-23")
@pytest.mark.parametrize("kind", ["invalid_json", "html", "empty_body", "bom", "wrong_charset"])
def test_a_bad_body_is_no_json(sim, session, kind):
    inject(sim, kind)
    answer = get(session, sim)
    assert answer.status_code == 200
    with pytest.raises(ValueError):  # noqa: PT011  UnicodeDecodeError or JSONDecodeError
        json.loads(answer.content.decode("utf-8"))


def test_a_gzip_bomb_is_small_on_the_wire_and_large_in_memory(sim, session):
    inject(sim, "gzip_bomb", megabytes=5)
    answer = session.get(sim.base_url + "/equipment", stream=True)
    wire = answer.raw.read()
    assert len(wire) < 20_000
    assert len(gzip.decompress(wire)) > 5_000_000


def test_an_oversize_page_is_valid_but_huge(sim, session):
    inject(sim, "oversize", megabytes=3)
    answer = get(session, sim)
    assert len(answer.content) > 3_000_000
    assert len(answer.json()["data"]) == 10


def test_a_page_is_repeated(sim, session):
    first, second = get(session, sim, 1).json(), get(session, sim, 2).json()
    inject(sim, "repeated_page", page=2, times=1)
    repeated = get(session, sim, 2).json()
    assert repeated["data"] == first["data"]
    assert repeated["meta"] == second["meta"]
    inject(sim, "repeated_page", page=4, serve_page=2)
    assert get(session, sim, 4).json()["data"] == second["data"]


@pytest.mark.parametrize(("length", "seen"), [(1, [1, 2, 2, 2, 2]), (2, [1, 2, 1, 2, 1])])
@pytest.mark.parametrize("pagination", ["cursor", "next_link", "link_header"])
def test_a_cursor_loop_never_ends(session, pagination, length, seen):
    config = config_of(pagination=pagination, limit_param="per_page")
    with Simulator(config) as sim:
        inject(sim, "cursor_loop", page=2, length=length)
        with pytest.raises(AssertionError, match="paging does not end"):
            walk(session, sim.base_url, config, {"date": "2026-01-31"}, 10)
        assert [request.page for request in sim.requests[:5]] == seen


def test_a_total_is_wrong(sim, session):
    inject(sim, "total_mismatch", times=1)
    assert get(session, sim).json()["meta"]["total"] == 47
    inject(sim, "total_mismatch", delta=-3)
    assert get(session, sim).json()["meta"]["total"] == 37


def test_rows_shift_while_a_client_pages(sim, session):
    whole = [r["EQUNR"] for page in range(1, 5) for r in get(session, sim, page).json()["data"]]
    inject(sim, "rows_shift")
    pages = [get(session, sim, page).json() for page in (1, 2, 3)]
    assert [page["meta"]["total"] for page in pages] == [40, 41, 42]
    assert pages[1]["data"][0]["EQUNR"] == whole[9]  # seen twice
    sim.clear_faults()
    inject(sim, "rows_shift", delta=-1)
    pages = [get(session, sim, page).json() for page in (1, 2, 3)]
    assert [page["meta"]["total"] for page in pages] == [40, 39, 38]
    assert pages[1]["data"][0]["EQUNR"] == whole[11]  # one is skipped


@pytest.mark.parametrize("pagination", ["next_link", "link_header"])
def test_a_next_link_leads_to_another_host(session, pagination):
    with Simulator(config_of(pagination=pagination)) as sim:
        inject(sim, "foreign_next_link", location="http://evil.invalid")
        answer = get(session, sim)
        link = answer.json()["links"]["next"] if pagination == "next_link" else answer.links["next"]["url"]
        assert link.startswith("http://evil.invalid/running-time?")


@pytest.mark.feature("VAL-12")
def test_the_schema_changes_in_all_records(sim, session):
    inject(sim, "rename_field", field="RECDV", new_name="HOURS")
    inject(sim, "remove_field", field="CNTRR")
    inject(sim, "extra_field", field="COLOUR", value="red")
    for record in get(session, sim, 3).json()["data"]:
        assert record["HOURS"]
        assert record["COLOUR"] == "red"
        assert not {"RECDV", "CNTRR"} & set(record)


def test_meta_goes_missing(sim, session):
    inject(sim, "no_meta")
    assert set(get(session, sim).json()) == {"data"}


def test_a_redirect_names_another_place(sim, session):
    inject(sim, "redirect", location="http://elsewhere.invalid/login")
    answer = session.get(sim.base_url + "/equipment", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.invalid/login")


def test_faults_and_records_that_do_not_fit_together_do_not_break_the_simulator(sim, session):
    sim.set_records("running_time", DAY, ["{broken", '{"RECDV": 1}', "[1]"])
    inject(sim, "rename_field", field="RECDV", new_name="HOURS")
    assert get(session, sim).text.startswith('{"data":[{broken,{"HOURS": 1},[1]],')


def test_an_answer_after_the_faults_is_untouched(sim, session):
    before = get(session, sim).content
    for kind in get_args(FaultKind):
        if kind not in (
            "reset",
            "close",
            "drip",
            "latency",
            "truncated_body",
            "wrong_length",
            "truncated_gzip",
        ):
            sim.inject(Fault(kind, megabytes=1, times=1, field="RECDV", new_name="X"))
            query = {"date": "2026-01-31"}
            session.get(sim.base_url + "/running-time", params=query, allow_redirects=False, stream=True).close()
    assert get(session, sim).content == before


def test_every_kind_of_fault_is_covered_here():
    # Runs last in this file, and only means something when all of it ran.
    if len(COVERED) > 5:
        assert set(get_args(FaultKind)) <= COVERED
