"""Every way of paging, filtering and wrapping gives the same records."""

import itertools
import re
from datetime import date

import pytest
import requests

from cmms.simulator import Simulator, SimulatorConfig, SourceData, profile
from tests.unit.simulator.walk_pages import credentials, walk

DAY = date(2026, 1, 31)
ASK = {"date": "2026-01-31"}


def config_of(**changes):
    return profile("default", equipment=47, plants=3, defect_rate=0.1, auth="none", **changes)


@pytest.fixture
def session():
    with requests.Session() as session:
        yield session


@pytest.mark.feature("SYNC-03", "TEST-16")
@pytest.mark.parametrize(
    ("pagination", "records_path"),
    [
        (pagination, path)
        for pagination in ("none", "page", "offset", "cursor", "next_link", "link_header")
        for path in ("data", "d.results", "")
        if (pagination, path) != ("next_link", "")  # a bare list has no place for a next link
    ],
)
def test_all_pages_together_are_the_day(session, pagination, records_path):
    config = config_of(pagination=pagination, records_path=records_path)
    expected = SourceData(config).running_time_records(DAY)
    with Simulator(config) as sim:
        records, pages = walk(session, sim.base_url, config, ASK, 10)
    assert records == expected
    assert pages == (1 if pagination == "none" else -(-len(expected) // 10))


@pytest.mark.feature("SVC-04")
def test_a_range_of_days_comes_in_one_request_with_repeated_plants(session):
    config = profile("range", equipment=30, plants=3)
    data = SourceData(config)
    days = [date(2026, 1, 30), DAY]
    expected = [r for day in days for r in data.running_time_records(day) if r.get("plant_code") in ("P001", "P003")]
    ask = {"start_date": "2026-01-30", "end_date": "2026-01-31", "plant[]": ["P001", "P003"]}
    with Simulator(config) as sim:
        records, _ = walk(session, sim.base_url, config, ask, 7)
    assert records == expected


def test_the_range_profile_has_its_own_names_numbers_and_envelope(session):
    config = profile("range", equipment=3)
    with Simulator(config) as sim:
        answer = session.get(sim.base_url + "/v2/assets", params={"page_size": 2}, headers=credentials(config))
    content = answer.json()["result"]
    assert content["total"] == 3
    assert set(content) == {"items", "total", "next_cursor"}
    assert content["items"][1] == {
        "plant_code": "P002",
        "equipment_number": "000000000010000001",
        "company_code": "1000",
        "equipment_description": "SCREW COMPRESSOR 2",
        "object_number": "IE000000000010000001",
        "measuring_point": "000000500001",
        "created_at": "20150102212737",
        "equipment_group": "Compressors",
    }


def test_the_default_envelope_tells_totals_and_pages(session):
    config = config_of()
    with Simulator(config) as sim:
        answer = session.get(sim.base_url + "/equipment", params={"page": 2, "per_page": 20}).json()
        total = len(sim.data.equipment_records())
    assert answer["meta"] == {"total": total, "page": 2, "per_page": 20, "last_page": -(-total // 20)}
    assert len(answer["data"]) == 20


def test_meta_may_be_absent_and_a_bare_list_has_its_total_in_a_header(session):
    with Simulator(config_of(meta_path=None)) as sim:
        assert set(session.get(sim.base_url + "/equipment").json()) == {"data"}
    with Simulator(config_of(records_path="")) as sim:
        answer = session.get(sim.base_url + "/equipment")
        assert int(answer.headers["X-Total-Count"]) == len(answer.json())


def test_an_empty_day_is_an_empty_page(session):
    with Simulator(config_of()) as sim:
        answer = session.get(sim.base_url + "/running-time", params={"date": "2019-12-31"}).json()
    assert answer == {"data": [], "meta": {"total": 0, "page": 1, "per_page": 5000, "last_page": 1}}


def test_one_plant_per_request(session):
    config = config_of(plant_filter="single", plant_required=True)
    with Simulator(config) as sim:
        parts = [
            session.get(sim.base_url + "/equipment", params={"plant": code}).json()["data"]
            for code, _ in sim.data.plants()
        ]
        assert session.get(sim.base_url + "/equipment").status_code == 400
        whole = sim.data.equipment_records()
    assert sorted(map(str, itertools.chain(*parts))) == sorted(map(str, whole))


def test_next_links_repeat_the_question_and_go_where_the_client_asked(session):
    with Simulator(config_of(pagination="next_link")) as sim:
        answer = session.get(
            sim.base_url + "/running-time",
            params={**ASK, "per_page": 5},
            headers={"Host": "api.example:8080"},
        )
    assert answer.json()["links"]["next"] == ("http://api.example:8080/running-time?date=2026-01-31&page=2&per_page=5")


def test_a_wish_for_huge_pages_is_cut(session):
    with Simulator(config_of(max_page_size=10)) as sim:
        answer = session.get(sim.base_url + "/equipment", params={"per_page": 1_000_000}).json()
    assert answer["meta"]["per_page"] == len(answer["data"]) == 10


@pytest.mark.feature("API-02")
def test_equipment_can_be_asked_for_incrementally(session):
    with Simulator(config_of(created_after_param="since")) as sim:
        moment = sim.data.fleet.created_at(40)
        answer = session.get(sim.base_url + "/equipment", params={"since": moment.isoformat()}).json()
        assert answer["meta"]["total"] == 6
        assert session.get(sim.base_url + "/equipment", params={"since": "soon"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "parameters", "sentence"),
    [
        ({}, {}, "parameter date is required"),
        ({}, {"date": "20260131"}, "parameter date is no date"),
        ({}, {"date": "2026-02-30"}, "parameter date is no date"),
        ({"date_param_format": "compact"}, ASK, "parameter date is no date"),
        ({}, {**ASK, "page": "0"}, "page must be a whole number from 1"),
        ({}, {**ASK, "per_page": "many"}, "per_page must be a whole number from 1"),
        ({"pagination": "offset"}, {**ASK, "offset": "-1"}, "offset must be a whole number from 0"),
        ({"pagination": "cursor"}, {**ASK, "cursor": "abc"}, "cursor is no cursor of this API"),
        (
            {"dates": "range"},
            {"start_date": "2026-01-31", "end_date": "2026-01-30"},
            "end_date is before start_date",
        ),
        ({"dates": "range"}, {"start_date": "1990-01-31", "end_date": "2026-01-30"}, "at most 3700 days"),
        ({"dates": "range"}, {"start_date": "2026-01-31"}, "parameter end_date is required"),
        ({"required_params": {"client": "100"}}, ASK, "parameter client must be 100"),
        ({"required_headers": {"X-Tenant": "a"}}, ASK, "header X-Tenant must be a"),
        ({"plant_filter": "single"}, {**ASK, "plant": ["A", "B"]}, "plant is given more than once"),
    ],
)
def test_a_wrong_question_is_answered_with_400_and_the_reason(session, changes, parameters, sentence):
    with Simulator(config_of(**changes)) as sim:
        answer = session.get(sim.base_url + "/running-time", params=parameters)
    assert answer.status_code == 400
    assert re.search(sentence, answer.json()["error"])


def test_static_parameters_and_headers_are_accepted_when_right(session):
    config = config_of(required_params={"client": "100"}, required_headers={"X-Tenant": "a"})
    with Simulator(config) as sim:
        answer = session.get(sim.base_url + "/equipment", params={"client": "100"}, headers={"X-Tenant": "a"})
    assert answer.status_code == 200


def test_unknown_paths_and_methods_are_refused(session):
    with Simulator(SimulatorConfig(auth="none")) as sim:
        assert session.get(sim.base_url + "/plants").status_code == 404
        answer = session.post(sim.base_url + "/equipment", data=b"x")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
