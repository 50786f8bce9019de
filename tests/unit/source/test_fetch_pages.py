"""The fetch step against a real server: every way of asking gives all records, with as few requests as told."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cmms.errors import CmmsError, HandoverMissing, RunCancelled
from cmms.simulator.config import RateLimit, SimulatorConfig
from cmms.simulator.faults import Fault
from cmms.simulator.simulator import Simulator
from cmms.source.connection import ApiConnection
from cmms.source.rate_limit import RateLimiter
from cmms.sync.fetch.land_pages import read_manifest
from cmms.sync.fetch.landed_records import read_page
from cmms.sync.records import Manifest, Scope
from tests.unit.source.fetching import DAY, connect, everything_below, fetch
from tests.unit.source.scripted_source import Scripted, scripted

SMALL = SimulatorConfig(equipment=23, defect_rate=0)
STYLES = {
    "none": {"style": "none"},
    "page": {"style": "page"},
    "offset": {"style": "offset", "size_parameter": "limit"},
    "cursor": {"style": "cursor", "size_parameter": "limit"},
    "next_link": {"style": "next_link"},
    "link_header": {"style": "link_header"},
}


@pytest.fixture
def simulator():
    with Simulator(SMALL) as running:
        yield running


@pytest.fixture(scope="module")
def expected():
    with Simulator(SMALL) as running:
        yield [json.dumps(record) for record in _all_records(running)]


def _all_records(running):
    import requests

    answer = requests.get(running.base_url + "/equipment", headers={"Authorization": "Bearer demo-token"}, timeout=5)
    return answer.json()["data"]


@pytest.mark.feature("SYNC-03", "TEST-16")
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("parallel", [1, 3])
def test_every_pagination_style_brings_all_records_once(tmp_path, expected, style, parallel):
    paging = {"size": 5, **STYLES[style]}
    with Simulator(replace(SMALL, pagination=style)) as simulator:
        fetched = fetch(simulator, tmp_path, pagination=paging, parallel_requests=parallel)
    assert [json.dumps(json.loads(record)) for record in fetched.records] == expected
    assert fetched.manifest.records == 23
    assert [page.number for page in fetched.manifest.pages] == list(range(1, len(fetched.manifest.pages) + 1))
    assert len(fetched.manifest.pages) == (1 if style == "none" else 5)


@pytest.mark.parametrize("style", ["none", "page", "offset", "cursor", "next_link", "link_header"])
def test_every_pagination_style_works_without_totals(tmp_path, expected, style):
    config = replace(SMALL, pagination=style, meta_path=None, cursor_path="next", next_link_path="links.next")
    paging = {"size": 5, "cursor_path": "next", **STYLES[style]}
    with Simulator(config) as simulator:
        fetched = fetch(simulator, tmp_path, pagination=paging)
    assert len(fetched.records) == 23
    assert fetched.progress[-1] == (23, None)


@pytest.mark.parametrize("style", ["page", "offset", "cursor", "link_header"])
def test_a_bare_list_with_everything_in_headers_is_followed(tmp_path, style):
    with Simulator(replace(SMALL, pagination=style, records_path="")) as simulator:
        fetched = fetch(simulator, tmp_path, records_path="", pagination={"size": 5, **STYLES[style]})
    assert len(fetched.records) == 23
    assert fetched.progress[-1] == (23, 23)


def test_records_deeper_in_the_body_are_found(tmp_path):
    config = replace(SMALL, records_path="result.items", meta_path="result.page")
    with Simulator(config) as simulator:
        fetched = fetch(
            simulator, tmp_path, records_path="result.items",
            pagination={"size": 5, "total_path": "result.page.total", "last_page_path": "result.page.last_page"},
        )  # fmt: skip
    assert fetched.progress[-1] == (23, 23)


def test_without_meta_one_page_holds_all_even_when_it_is_exactly_full(tmp_path, simulator):
    simulator.inject(Fault("no_meta"), Fault("repeated_page", serve_page=1))
    fetched = fetch(simulator, tmp_path, pagination={"size": 23})
    assert len(fetched.records) == 23
    assert fetched.manifest.repeated_pages == 1


@pytest.mark.feature("API-03", "API-04")
def test_all_pages_travel_over_one_connection_and_no_request_is_wasted(tmp_path, simulator):
    fetch(simulator, tmp_path, pagination={"size": 5})
    assert simulator.connections == 1
    assert simulator.request_count == 5 + 1  # the first page is looked at again at the end
    simulator.clear_requests()
    fetch(simulator, tmp_path)
    assert simulator.request_count == 1


def test_parallel_requests_use_that_many_connections_and_land_the_same_pages(tmp_path, simulator):
    one = fetch(simulator, tmp_path / "one", pagination={"size": 2})
    simulator.clear_requests()
    many = fetch(simulator, tmp_path / "many", pagination={"size": 2}, parallel_requests=4)
    assert 1 < simulator.connections <= 4
    assert many.manifest.pages == one.manifest.pages


@pytest.mark.feature("API-01")
def test_gzip_is_asked_for_and_the_bytes_on_the_wire_are_counted(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path)
    [call] = fetched.calls
    assert simulator.requests[0].headers["accept-encoding"] == "gzip"
    assert call.bytes_wire == simulator.requests[0].body_bytes < call.bytes_body
    stored = fetched.storage.read_bytes(fetched.manifest.pages[0].file)
    assert len(stored) == call.bytes_wire  # kept as it came


@pytest.mark.feature("API-01")
def test_gzip_can_be_switched_off_and_pages_are_compressed_for_the_storage(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path, gzip=False)
    [call] = fetched.calls
    assert simulator.requests[0].headers["accept-encoding"] == "identity"
    assert call.bytes_wire == call.bytes_body
    assert len(fetched.storage.read_bytes(fetched.manifest.pages[0].file)) < call.bytes_wire
    assert len(fetched.records) == 23


@pytest.mark.feature("API-04")
def test_a_range_of_days_is_one_request(tmp_path):
    with Simulator(replace(SMALL, dates="range")) as simulator:
        scope = Scope("running_time", date(2026, 1, 27), DAY)
        fetched = fetch(simulator, tmp_path, scope=scope, date_parameters={"mode": "range"})
        [request] = simulator.requests
    assert request.parameters["start_date"] == ["2026-01-27"]
    assert request.parameters["end_date"] == ["2026-01-31"]
    assert len(fetched.records) > 4 * 20
    assert fetched.manifest.pages[0].units == fetched.manifest.units


def test_single_days_are_one_request_each_and_each_page_knows_its_day(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path, scope=Scope("running_time", date(2026, 1, 30), DAY), parallel_requests=2)
    assert [[unit.key for unit in page.units] for page in fetched.manifest.pages] == [["2026-01-30"], ["2026-01-31"]]
    assert [str(unit) for unit in fetched.manifest.units] == ["running_time 2026-01-30", "running_time 2026-01-31"]
    assert sorted((call.unit_key, call.page) for call in fetched.calls) == [("2026-01-30", 1), ("2026-01-31", 1)]


def test_plants_are_asked_for_one_by_one_or_together(tmp_path):
    with Simulator(replace(SMALL, plant_filter="single")) as simulator:
        plants = sorted({json.loads(record)["SWERK"] for record in fetch(simulator, tmp_path).records})
        simulator.clear_requests()
        fetched = fetch(simulator, tmp_path, plants=plants, plant_parameter={"mode": "per_plant"})
        assert [request.parameters["plant"] for request in simulator.requests] == [[plant] for plant in plants]
    assert [page.plant_code for page in fetched.manifest.pages] == plants
    assert len(fetched.records) == 23
    with Simulator(replace(SMALL, plant_filter="repeated", plant_param="plant[]")) as simulator:
        fetched = fetch(simulator, tmp_path, plants=plants[:2], plant_parameter={"mode": "repeated", "name": "plant[]"})
        assert simulator.requests[0].parameters["plant[]"] == plants[:2]
    assert 0 < len(fetched.records) < 23


@pytest.mark.feature("API-02")
def test_with_a_watermark_only_newer_records_are_fetched(tmp_path):
    with Simulator(replace(SMALL, created_after_param="since")) as simulator:
        everything = fetch(simulator, tmp_path, incremental={"parameter": "since"})
        newest = datetime(2100, 1, 1, tzinfo=UTC)
        nothing = fetch(simulator, tmp_path, incremental={"parameter": "since"}, watermark=newest)
        refreshed = fetch(
            simulator, tmp_path, incremental={"parameter": "since"}, watermark=newest,
            scope=Scope("equipment", full_refresh=True),
        )  # fmt: skip
        asked = [request.parameters.get("since") for request in simulator.requests]
    assert asked == [None, ["2100-01-01T00:00:00Z"], None]
    assert (len(everything.records), len(nothing.records), len(refreshed.records)) == (23, 0, 23)


@pytest.mark.feature("API-05")
def test_an_unchanged_answer_costs_a_304_and_gives_the_same_pages(tmp_path, simulator):
    first = fetch(simulator, tmp_path, conditional_requests=True, pagination={"size": 10})
    again = fetch(simulator, tmp_path, conditional_requests=True, pagination={"size": 10})
    assert [call.status for call in again.calls] == [304] * 4
    assert (first.manifest.not_modified, again.manifest.not_modified) == (False, True)
    assert again.records == first.records
    simulator.set_records("equipment", None, [{"EQUNR": "1"}])
    changed = fetch(simulator, tmp_path, conditional_requests=True, pagination={"size": 10})
    assert (changed.manifest.not_modified, changed.records) == (False, [b'{"EQUNR": "1"}'])


class _TellsOnce(BaseHTTPRequestHandler):
    """Two pages of a list; what is beside the records stands in the headers, and is left out of a 304."""

    def do_GET(self):
        number = 2 if "page=2" in self.path else 1
        etag, body = f'"{number}"', b'[{"EQUNR": "%d"}]' % number
        if self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", etag)
        self.send_header("X-Total-Count", "2")
        if number == 1:
            self.send_header("Link", '<?page=2>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.mark.feature("API-05")
def test_a_304_that_leaves_out_total_and_link_leads_to_the_next_page_all_the_same(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), _TellsOnce) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        connection = ApiConnection(f"http://127.0.0.1:{server.server_port}", password="x")
        for status in (200, 304, 304):
            fetched = fetch(None, tmp_path, connection=connection, conditional_requests=True, records_path="",
                            pagination={"style": "link_header"})  # fmt: skip
            assert fetched.calls[0].status == status
            assert fetched.records == [b'{"EQUNR": "1"}', b'{"EQUNR": "2"}']
            assert fetched.progress[-1] == (2, 2)
        server.shutdown()


THREE = {"data": [{"EQUNR": str(number)} for number in range(3)]}
COMPLETE = {"X-Total-Count": "3", "Link": '</e?p=0>; rel="prev"', "X-Has-More": "false", "X-Next-Cursor": "0"}


@pytest.mark.feature("API-05", "SRC-01")
@pytest.mark.parametrize(
    ("style", "more"),
    [
        ("none", {"x-total-count": "5"}),
        ("none", {"link": '</e?p=2>; rel="next"'}),
        ("none", {"X-Has-More": "true"}),
        ("link_header", {"X-TOTAL-COUNT": "5"}),
        ("cursor", {"X-HAS-MORE": "true"}),
    ],
    ids=str,
)
def test_headers_of_a_304_take_the_place_of_those_that_were_kept(tmp_path, style, more):
    tag = {"ETag": '"a"'}
    whole, nothing_new = Scripted(THREE, headers={**tag, **COMPLETE}), Scripted(status=304, headers=tag)
    grown, shrunk = (Scripted(status=304, headers={**tag, **headers}) for headers in (more, COMPLETE))
    asked = {"strict": True, "conditional_requests": True, "pagination": {"style": style}}
    with scripted() as source:
        for answer in (whole, nothing_new, shrunk, nothing_new):
            source.answers = [answer]
            assert len(fetch(source, tmp_path, **asked).records) == 3
        for answer in (grown, nothing_new):
            source.answers = [answer]
            with pytest.raises(CmmsError, match=r"promise(s|d)"):
                fetch(source, tmp_path, **asked)
        source.answers = [shrunk]
        assert len(fetch(source, tmp_path, **asked).records) == 3


@pytest.mark.feature("API-05")
def test_a_damaged_cache_is_as_good_as_none(tmp_path, simulator):
    fetch(simulator, tmp_path, conditional_requests=True)
    for file in (tmp_path / "cache").glob("*.gz"):
        file.write_bytes(b"damaged")
    again = fetch(simulator, tmp_path, conditional_requests=True)
    assert [call.status for call in again.calls] == [200]
    assert len(again.records) == 23


@pytest.mark.feature("TEST-25")
@pytest.mark.parametrize("parallel", [1, 4])
def test_the_request_rate_is_never_above_the_configured_one(tmp_path, simulator, parallel):
    began = datetime.now(UTC)
    fetched = fetch(simulator, tmp_path, pagination={"size": 4}, requests_per_second=20, parallel_requests=parallel)
    starts = sorted(call.called_at for call in fetched.calls)
    assert len(starts) == 7
    # Not the gaps: a busy machine may wake a thread late, and the next one in time.
    early = [number for number, at in enumerate(starts) if (at - began).total_seconds() < number / 20 - 0.005]
    assert early == []


def test_moments_to_start_at_are_evenly_spaced():
    limiter, moments = RateLimiter(20), []
    for _ in range(7):
        asked = []
        limiter.wait(asked.append)
        moments.append(time.monotonic() + sum(asked))
    assert moments[-1] - moments[0] >= 6 / 20 - 0.005


@pytest.mark.feature("RTY-02")
def test_a_short_pause_does_not_end_a_longer_one():
    limiter, asked = RateLimiter(None), []
    limiter.pause(60)
    limiter.pause(1)
    limiter.wait(asked.append)
    assert asked == [pytest.approx(60, abs=5)]


@pytest.mark.feature("TEST-25", "RTY-02")
def test_a_source_that_limits_us_is_obeyed_and_everything_arrives(tmp_path):
    with Simulator(replace(SMALL, rate_limit=RateLimit(requests=3, per_seconds=0.5, retry_after="1"))) as simulator:
        fetched = fetch(simulator, tmp_path, pagination={"size": 5})
    assert len(fetched.records) == 23
    assert 429 in [call.status for call in fetched.calls]


def test_progress_is_told_after_every_page(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path, pagination={"size": 10})
    assert fetched.progress[:3] == [(10, 23), (20, 23), (23, 23)]


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_cancelled_run_stops_between_pages_and_leaves_no_manifest(tmp_path, simulator, parallel):
    looks = []

    def stop():
        looks.append(1)
        if len(looks) > 2:
            raise RunCancelled("somebody asked for it")

    with pytest.raises(RunCancelled):
        fetch(simulator, tmp_path, pagination={"size": 1}, should_stop=stop, parallel_requests=parallel)
    assert simulator.request_count < 10
    assert not list(tmp_path.rglob("manifest.json"))


def test_a_cancelled_run_does_not_sit_out_a_long_pause(tmp_path, simulator):
    simulator.inject(Fault("status", status=503, retry_after=60))
    calls = []

    def stop():
        if calls or simulator.request_count:
            raise RunCancelled("somebody asked for it")

    started = time.monotonic()
    with pytest.raises(RunCancelled):
        fetch(simulator, tmp_path, calls=calls, should_stop=stop)
    assert time.monotonic() - started < 50


def test_the_manifest_is_what_the_next_step_reads(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path, pagination={"size": 10})
    assert read_manifest(fetched.storage, 7, fetched.manifest.first) == fetched.manifest
    assert Manifest.from_dict(json.loads(json.dumps(fetched.manifest.to_dict())), "equipment") == fetched.manifest
    with pytest.raises(HandoverMissing):
        read_manifest(fetched.storage, 8, fetched.manifest.first)


def test_a_repetition_of_the_step_starts_clean(tmp_path, simulator):
    fetch(simulator, tmp_path, pagination={"size": 2})
    fetched = fetch(simulator, tmp_path, pagination={"size": 10})
    files = [file for file in (tmp_path / "runs/7/equipment").iterdir() if file.name != "manifest.json"]
    assert len(files) == len(fetched.manifest.pages) == 3


def test_a_landed_page_that_was_changed_since_is_noticed(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path)
    page = fetched.manifest.pages[0]
    fetched.storage.write_bytes(page.file, b"other")
    with pytest.raises(HandoverMissing, match="damaged"):
        read_page(fetched.storage, page)


def test_the_path_of_the_connection_is_kept(tmp_path):
    with Simulator(replace(SMALL, equipment_path="/api/v2/equipment")) as simulator:
        fetched = fetch(simulator, tmp_path, connection=connect(simulator, base_url=simulator.base_url + "/api/v2"))
    assert len(fetched.records) == 23
    assert fetched.calls[0].endpoint == "/api/v2/equipment"


def test_static_parameters_and_headers_go_along(tmp_path):
    config = replace(SMALL, required_params={"client": "100"}, required_headers={"X-Site": "north", "X-Extra": "e"})
    with Simulator(config) as simulator:
        fetched = fetch(
            simulator, tmp_path, static_parameters={"client": "100"}, headers={"X-Site": "north"},
            connection=connect(simulator, headers={"X-Extra": "e"}),
        )  # fmt: skip
    assert len(fetched.records) == 23


@pytest.mark.feature("LOG-01")
def test_a_credential_is_in_no_file_and_no_call(tmp_path, simulator):
    fetched = fetch(simulator, tmp_path, connection=connect(simulator, password="demo-token"))
    assert b"demo-token" not in everything_below(tmp_path)
    assert "demo-token" not in repr(fetched.calls)
    assert "demo-token" not in repr(connect(simulator))


@pytest.mark.feature("MEM-02")
def test_a_body_too_large_for_memory_is_landed_in_parts(tmp_path, simulator, monkeypatch):
    whole = fetch(simulator, tmp_path / "whole")
    monkeypatch.setattr("cmms.source.receive_body.IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr("cmms.sync.fetch.land_pages._PART_RECORDS", 10)
    parts = fetch(simulator, tmp_path / "parts")
    assert [page.records for page in parts.manifest.pages] == [10, 10, 3]
    assert parts.records == whole.records
    assert parts.progress[-1] == (23, 23)


@pytest.mark.feature("MEM-02")
def test_parts_hold_their_records_where_the_settings_look_for_them(tmp_path, monkeypatch):
    monkeypatch.setattr("cmms.source.receive_body.IN_MEMORY_BYTES", 1000)
    with Simulator(replace(SMALL, records_path="result.items", meta_path="result.page")) as simulator:
        paging = {"total_path": "result.page.total", "last_page_path": "result.page.last_page"}
        fetched = fetch(simulator, tmp_path, records_path="result.items", pagination=paging)
    assert len(fetched.records) == 23
