"""Transport, credentials, limits, explicit records, and what the simulator counts."""

import gzip
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import requests

from cmms.simulator import Fault, RateLimit, Simulator, SimulatorConfig, profile

DAY = date(2026, 1, 31)
OPEN = SimulatorConfig(equipment=40, auth="none")


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


@pytest.mark.feature("API-03")
def test_many_requests_take_one_connection(session):
    with Simulator(OPEN) as sim:
        for page in range(1, 6):
            session.get(sim.base_url + "/equipment", params={"page": page, "per_page": 8})
        assert sim.connections == 1
        assert sim.request_count == 5
        assert [request.page for request in sim.requests] == [1, 2, 3, 4, 5]
        assert {request.connection for request in sim.requests} == {1}


@pytest.mark.feature("API-01")
def test_gzip_is_sent_only_when_asked_for(session):
    with Simulator(OPEN) as sim:
        packed = session.get(sim.base_url + "/equipment", headers={"Accept-Encoding": "gzip"}, stream=True)
        wire = packed.raw.read()
        plain = session.get(sim.base_url + "/equipment", headers={"Accept-Encoding": "identity"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in plain.headers
        assert gzip.decompress(wire) == plain.content
        assert len(wire) < len(plain.content) / 5
        assert [request.body_bytes for request in sim.requests] == [len(wire), len(plain.content)]
    with Simulator(profile("default", auth="none", gzip=False)) as sim:
        answer = session.get(sim.base_url + "/equipment", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in answer.headers


@pytest.mark.feature("API-05")
def test_an_unchanged_page_is_answered_304(session):
    with Simulator(OPEN) as sim:
        first = session.get(sim.base_url + "/equipment")
        again = session.get(sim.base_url + "/equipment", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        sim.set_records("equipment", None, [{"EQUNR": "1"}])
        changed = session.get(sim.base_url + "/equipment", headers={"If-None-Match": first.headers["ETag"]})
        assert changed.json()["data"] == [{"EQUNR": "1"}]
        assert sim.connections == 1
    with Simulator(profile("default", auth="none", etag=False)) as sim:
        assert "ETag" not in session.get(sim.base_url + "/equipment").headers


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ("basic", {"Authorization": "Basic ZGVtbzpkZW1vLXBhc3N3b3Jk"}),
        ("bearer", {"Authorization": "Bearer secret"}),
        ("raw_token", {"Authorization": "secret"}),
        ("api_key", {"x-api-key": "secret"}),
    ],
)
def test_only_the_right_credentials_open_the_api(session, auth, headers):
    with Simulator(profile("default", auth=auth, token="secret")) as sim:
        url = sim.base_url + "/equipment"
        [(name, value)] = headers.items()
        statuses = [
            session.get(url, headers=given).status_code
            for given in (headers, {}, {name: value + "x"}, {name: "Bearer ü".encode()}, {"X-Other": value})
        ]
        assert statuses == [200, 401, 401, 401, 401]


@pytest.mark.feature("SVC-01")
def test_an_oauth2_token_opens_the_api_until_it_expires(session):
    with Simulator(profile("default", auth="oauth2", token_lifetime_seconds=0.3)) as sim:
        url, token_url = sim.base_url + "/equipment", sim.base_url + "/oauth/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": "demo-client",
            "client_secret": "demo-secret",
        }
        assert session.get(url).status_code == 401
        answer = session.post(token_url, data=form).json()
        assert answer["token_type"] == "Bearer"
        assert answer["expires_in"] == 0.3
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        assert session.get(url, headers=headers).status_code == 200
        time.sleep(5.1)
        expired = session.get(url, headers=headers)
        assert expired.status_code == 401
        assert "invalid_token" in expired.headers["WWW-Authenticate"]
        by_header = session.post(
            token_url, data={"grant_type": "client_credentials"}, auth=("demo-client", "demo-secret")
        )
        headers = {"Authorization": f"Bearer {by_header.json()['access_token']}"}
        assert session.get(url, headers=headers).status_code == 200
        sim.expire_tokens()
        assert session.get(url, headers=headers).status_code == 401
        assert session.post(token_url, data={**form, "client_secret": "x"}).status_code == 401
        assert session.post(token_url, data={**form, "grant_type": "password"}).status_code == 400
        sim.inject(Fault("status", stream="token", status=503))
        assert session.post(token_url, data=form).status_code == 503
        assert sim.token_requests == 5


@pytest.mark.feature("TEST-25")
def test_too_many_requests_are_answered_429_with_retry_after(session):
    limit = RateLimit(requests=3, per_seconds=5, retry_after="1")
    with Simulator(profile("default", auth="none", rate_limit=limit)) as sim:
        answers = [session.get(sim.base_url + "/equipment") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert answers[4].headers["Retry-After"] == "1"
        time.sleep(5.1)
        assert session.get(sim.base_url + "/equipment").status_code == 200


def test_explicit_records_are_served_as_given_even_if_they_are_no_json(session):
    raw = '{"EQUNR":"1","RECDV":NaN,"RECDV":1e400}'
    with Simulator(OPEN) as sim:
        sim.set_records("running_time", DAY, [{"EQUNR": "ü"}, raw])
        answer = session.get(sim.base_url + "/running-time", params={"date": "2026-01-31"})
        assert answer.text.startswith('{"data":[{"EQUNR": "ü"},' + raw + '],"meta":{"total":2,')
        other_day = session.get(sim.base_url + "/running-time", params={"date": "2026-01-30"})
        assert other_day.json()["meta"]["total"] >= 40
        sim.set_records("running_time", DAY, None)
        assert session.get(sim.base_url + "/running-time", params={"date": "2026-01-31"}).json()["data"][1:]


def test_explicit_records_are_filtered_by_plant_where_it_can_be_told(session):
    with Simulator(profile("default", auth="none", plant_filter="single")) as sim:
        sim.set_records("equipment", None, [{"SWERK": "A", "N": 1}, {"SWERK": "B", "N": 2}, '{"SWERK": 5}'])
        answer = session.get(sim.base_url + "/equipment", params={"plant": "A"})
        assert answer.json()["data"] == [{"SWERK": "A", "N": 1}, {"SWERK": 5}]


def test_a_body_can_be_given_for_a_stream_a_day_or_a_page(session):
    with Simulator(OPEN) as sim:
        sim.set_body("running_time", b"for the day", day=DAY)
        sim.set_body("running_time", b"for page 2", day=DAY, page=2, status=206, headers={"X-A": "b"})
        url = sim.base_url + "/running-time"
        assert session.get(url, params={"date": "2026-01-31"}).content == b"for the day"
        second = session.get(url, params={"date": "2026-01-31", "page": 2})
        assert (second.content, second.status_code, second.headers["X-A"]) == (b"for page 2", 206, "b")
        assert session.get(url, params={"date": "2026-01-30"}).json()["data"]
        sim.reset()
        assert session.get(url, params={"date": "2026-01-31"}).json()["data"]


def test_parallel_clients_get_the_same_pages():
    with Simulator(profile("default", auth="none", equipment=2000)) as sim:

        def fetch(page):
            query = {"date": "2026-01-31", "page": page % 4 + 1, "per_page": 500}
            return requests.get(sim.base_url + "/running-time", params=query, timeout=10).content

        with ThreadPoolExecutor(8) as pool:
            bodies = list(pool.map(fetch, range(32)))
        assert len(set(bodies)) == 4
        assert sim.request_count == sim.connections == 32


def test_the_log_tells_what_was_asked(session):
    with Simulator(SimulatorConfig()) as sim:
        session.get(sim.base_url + "/running-time", params={"date": "2026-01-31"})
        session.get(
            sim.base_url + "/running-time",
            params={"date": "2026-01-31", "page": 3},
            headers={"Authorization": "Bearer demo-token"},
        )
        refused, answered = sim.requests
        assert (refused.stream, refused.status, refused.page) == ("running_time", 401, None)
        assert (answered.status, answered.page, answered.first_day, answered.last_day) == (200, 3, DAY, DAY)
        assert answered.parameters == {"date": ["2026-01-31"], "page": ["3"]}
        assert answered.headers["authorization"] == "Bearer demo-token"
        sim.clear_requests()
        assert (sim.requests, sim.request_count, sim.connections) == ([], 0, 0)


def test_prepared_days_are_served_without_rendering_anything(session, monkeypatch):
    config = profile("default", auth="none", page_size=15, equipment=40)
    with Simulator(config) as sim:
        sim.prepare(DAY)
        monkeypatch.setattr("cmms.simulator.build_pages.PageBuilder._render", pytest.fail)
        for page in (1, 2, 3):
            query = {"date": "2026-01-31", "page": page}
            assert session.get(sim.base_url + "/running-time", params=query).status_code == 200


def test_stopping_frees_the_port_ends_sleeping_requests_and_allows_a_restart():
    sim = Simulator(OPEN).start()
    port = sim.port
    idle = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    idle.request("GET", "/_control/health")
    assert json.loads(idle.getresponse().read())["status"] == "ok"
    sim.inject(Fault("latency", seconds=600))
    asleep = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asleep.request("GET", "/equipment")
    time.sleep(0.1)
    began = time.monotonic()
    sim.stop()
    assert time.monotonic() - began < 60
    idle.close()
    asleep.close()
    sim.clear_faults()
    with sim, requests.Session() as session:
        assert sim.port == port
        assert session.get(sim.base_url + "/equipment").status_code == 200
        assert sim.connections == 3
