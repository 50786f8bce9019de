"""The plan of a run: which requests, in which batches."""

import json
import time
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from cmms.errors import SettingsError
from cmms.settings import parse_settings
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Batch, Scope

JANUARY = Scope("running_time", date(2026, 1, 28), date(2026, 2, 3))


def plan(scope=JANUARY, plants=("P2", "P1"), watermark=None, engine=None, **stream):
    settings = parse_settings({"api": stream, "engine": engine or {}})
    return plan_batches(settings, scope, list(plants), watermark=watermark)


def keys_of(request):
    return tuple(unit.key for unit in request.units)


def parameters(batches):
    return [request.parameters for batch in batches for request in batch.requests]


def test_the_equipment_snapshot_is_one_request():
    [batch] = plan(Scope("equipment"))
    assert batch.units == Scope("equipment").units
    assert [(request.path, request.parameters) for request in batch.requests] == [("/equipment", ())]


def test_days_are_grouped_into_batches_of_consecutive_days():
    batches = plan(engine={"days_per_batch": 3})
    assert [len(batch.units) for batch in batches] == [3, 3, 1]
    assert batches[0].first.key == "2026-01-28"
    assert parameters(batches)[-1] == (("date", "2026-02-03"),)
    assert [keys_of(request) for request in batches[0].requests] == [
        ("2026-01-28",),
        ("2026-01-29",),
        ("2026-01-30",),
    ]


def test_a_range_is_asked_for_once_per_batch():
    batches = plan(engine={"days_per_batch": 5}, date_parameters={"mode": "range", "format": "%Y%m%d"})
    assert parameters(batches) == [
        (("start_date", "20260128"), ("end_date", "20260201")),
        (("start_date", "20260202"), ("end_date", "20260203")),
    ]
    assert batches[0].requests[0].units == batches[0].units


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize("filter_", [None, "DAY ge {start_date}", "DAY le {end_date}", "PLANT eq {plant_code}"])
def test_several_days_that_no_request_names_are_refused(filter_):
    static = {"$filter": filter_} if filter_ else {}
    with pytest.raises(SettingsError, match=r"streams\.running_time\.date_parameters.*\{date\}"):
        plan(date_parameters={"mode": "none"}, static_parameters=static)
    one_day = Scope("running_time", date(2026, 1, 31), date(2026, 1, 31))
    assert parameters(plan(one_day, date_parameters={"mode": "none"})) == [()]


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("stream", "named"),
    [
        ({"date_parameters": {"mode": "range", "format": "%Y-%m"}}, "date_parameters.format"),
        ({"date_parameters": {"mode": "range", "format": "yesterday"}}, "date_parameters.format"),
        ({"date_parameters": {"mode": "single", "format": ""}}, "date_parameters.format"),
        ({"date_parameters": {"format": "%d"}}, "date_parameters.format"),
        ({"date_parameters": {"format": "%A"}}, "date_parameters.format"),
        ({"date_parameters": {"format": "%j"}}, "date_parameters.format"),
        ({"date_parameters": {"format": "%m-%d"}}, "date_parameters.format"),
        ({"path": "/running-time?date=2026-01-31"}, "date_parameters.single"),
        ({"path": "/running-time?page="}, "pagination.page_parameter"),
        ({"path": "/running-time#now"}, "path holds a #"),
        ({"date_parameters": {"mode": "none", "format": "%Y"}, "static_parameters": {"d": "{date}"}}, "date_parameters.format"),
        ({"date_parameters": {"mode": "range", "start": ""}}, "date_parameters.start"),
        ({"date_parameters": {"mode": "range", "end": " "}}, "date_parameters.end"),
        ({"date_parameters": {"mode": "range", "start": "day", "end": "day"}}, "date_parameters.start"),
        ({"date_parameters": {"single": ""}}, "date_parameters.single"),
        ({"static_parameters": {"date": "2026-01-31"}}, "date_parameters.single"),
        ({"date_parameters": {"single": "page"}}, "date_parameters.single"),
        ({"static_parameters": {"page": "1"}}, "pagination.page_parameter"),
        ({"plant_parameter": {"mode": "per_plant", "name": ""}}, "plant_parameter.name"),
        ({"plant_parameter": {"mode": "per_plant"}, "static_parameters": {"plant": "P1"}}, "plant_parameter.name"),
    ],
    ids=str,
)  # fmt: skip
def test_a_request_that_does_not_depend_on_its_unit_is_refused(stream, named):
    with pytest.raises(SettingsError) as caught:
        plan(**stream)
    assert named in str(caught.value)


@pytest.mark.parametrize("pattern", ["%Y-%m-%d", "%Y%m%d", "%d.%m.%y", "%Y-%j", "%G-W%V-%u", "%x", "day %d of %B %Y"])
def test_a_format_that_tells_every_day_from_all_others_is_taken(pattern):
    one_day = Scope("running_time", date(2026, 1, 31), date(2026, 1, 31))
    assert parameters(plan(one_day, date_parameters={"format": pattern})) == [
        (("date", date(2026, 1, 31).strftime(pattern)),)
    ]


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(("text", "mode"), [("{date}", "none"), ("day eq '{date}'", "none"), ("{date}", "range")])
def test_a_date_in_a_static_parameter_means_one_request_per_day(text, mode):
    two = Scope("running_time", date(2026, 1, 30), date(2026, 1, 31))
    [batch] = plan(two, date_parameters={"mode": mode, "start": "a", "end": "b"}, static_parameters={"d": text})
    assert [dict(request.parameters)["d"] for request in batch.requests] == [
        text.replace("{date}", "2026-01-30"),
        text.replace("{date}", "2026-01-31"),
    ]
    assert [keys_of(request) for request in batch.requests] == [("2026-01-30",), ("2026-01-31",)]


@pytest.mark.feature("SRC-01")
def test_a_range_in_static_parameters_is_one_request_per_batch():
    static = {"from": "{start_date}", "to": "{end_date}"}
    batches = plan(engine={"days_per_batch": 5}, date_parameters={"mode": "none"}, static_parameters=static)
    assert parameters(batches) == [
        (("from", "2026-01-28"), ("to", "2026-02-01")),
        (("from", "2026-02-02"), ("to", "2026-02-03")),
    ]


@pytest.mark.feature("SRC-01")
def test_a_plant_in_a_static_parameter_means_one_request_per_plant():
    for mode in ("none", "repeated"):
        [batch] = plan(
            Scope("equipment"), plant_parameter={"mode": mode}, static_parameters={"f": "W eq '{plant_code}'"}
        )
        assert parameters([batch]) == [(("f", "W eq 'P1'"),), (("f", "W eq 'P2'"),)]
        assert [request.plant_code for request in batch.requests] == ["P1", "P2"]


@pytest.mark.feature("SRC-01")
@pytest.mark.parametrize(
    ("scope", "stream"),
    [
        (Scope("equipment"), {"static_parameters": {"d": "{date}"}}),
        (Scope("equipment"), {"static_parameters": {"$filter": "DAY eq '{start_date}'"}}),
        (JANUARY, {"static_parameters": {"d": ["{day}"]}}),
        (JANUARY, {"static_parameters": {"p": "{plant}"}}),
    ],
)
def test_a_placeholder_that_nothing_fills_is_refused(scope, stream):
    with pytest.raises(SettingsError, match="which nothing fills"):
        plan(scope, **stream)
    assert len(plan(JANUARY, static_parameters={"q": '{"a": 1}', "g": "query { machines { id } }"})) == 2


def test_a_placeholder_in_a_path_that_nothing_fills_is_refused():
    settings = parse_settings({"streams": {"running_time": {"path": "/days/{day}"}}})
    with pytest.raises(SettingsError, match=r"\{day\}, which nothing fills"):
        plan_batches(settings, JANUARY)


def test_a_source_whose_answers_hold_all_days_is_asked_once():
    [batch] = plan(date_parameters={"mode": "everything"})
    assert len(batch.units) == 7
    assert [request.parameters for request in batch.requests] == [()]


def test_plants_are_sorted_and_asked_for_one_by_one():
    scope = Scope("running_time", date(2026, 1, 31), date(2026, 1, 31))
    [batch] = plan(scope, plant_parameter={"mode": "per_plant"})
    assert [request.plant_code for request in batch.requests] == ["P1", "P2"]
    assert batch.requests[0].parameters == (("date", "2026-01-31"), ("plant", "P1"))


def test_plants_go_together_as_a_repeated_parameter():
    [batch] = plan(Scope("equipment"), plant_parameter={"mode": "repeated", "name": "plant[]"})
    assert parameters([batch]) == [(("plant[]", "P1"), ("plant[]", "P2"))]


@pytest.mark.parametrize(
    ("configured", "asked", "sent"),
    [
        ((), (), ["P1", "P2"]),
        ((), ("P9",), ["P9"]),
        (("P1", "P3"), (), ["P1", "P3"]),
        (("P1", "P3"), ("P3", "P9"), ["P3"]),
    ],
)
def test_the_scope_restricts_the_plants_but_not_beyond_the_settings(configured, asked, sent):
    [batch] = plan(Scope("equipment", plant_codes=asked), plant_parameter={"mode": "per_plant", "codes": configured})
    assert [request.plant_code for request in batch.requests] == sent


def test_one_request_per_plant_without_a_plant_is_a_settings_error():
    with pytest.raises(SettingsError, match="plant_parameter"):
        plan(Scope("equipment"), plants=(), plant_parameter={"mode": "per_plant"})


def test_chosen_equipment_is_asked_for_if_the_source_can():
    scope = Scope("equipment", equipment_numbers=("000123", "123"))
    assert parameters(plan(scope)) == [()]
    assert parameters(plan(scope, equipment_parameter={"name": "equnr"})) == [(("equnr", "000123"), ("equnr", "123"))]


def test_placeholders_in_the_path_take_the_place_of_parameters():
    settings = parse_settings({"streams": {"running_time": {"path": "/plants/{plant_code}/days/{date}"}}})
    scope = Scope("running_time", date(2026, 1, 31), date(2026, 1, 31))
    [batch] = plan_batches(settings, scope, ["A/B 1"])
    assert [(request.path, request.parameters) for request in batch.requests] == [
        ("/plants/A%2FB%201/days/2026-01-31", ())
    ]


def test_a_plant_in_the_path_is_no_parameter_besides_and_has_to_be_known():
    settings = parse_settings(
        {"api": {"plant_parameter": {"mode": "per_plant"}}, "streams": {"equipment": {"path": "/plants/{plant_code}"}}}
    )
    [batch] = plan_batches(settings, Scope("equipment"), ["P1"])
    assert [(request.path, request.parameters) for request in batch.requests] == [("/plants/P1", ())]
    settings = parse_settings({"streams": {"equipment": {"path": "/plants/{plant_code}"}}})
    with pytest.raises(SettingsError, match="no plant is known"):
        plan_batches(settings, Scope("equipment"))


def test_a_date_in_the_path_means_one_request_per_day_even_in_range_mode():
    settings = parse_settings(
        {"streams": {"running_time": {"path": "/days/{date}", "date_parameters": {"mode": "range"}}}}
    )
    [first, second] = plan_batches(settings, JANUARY)
    assert [request.path for request in first.requests][:2] == ["/days/2026-01-28", "/days/2026-01-29"]
    assert len(first.requests) + len(second.requests) == 7


def test_static_parameters_come_first_and_lists_are_repeated():
    batches = plan(Scope("equipment"), static_parameters={"client": "100", "type": ["A", "B"]})
    assert parameters(batches) == [(("client", "100"), ("type", "A"), ("type", "B"))]


@pytest.mark.feature("API-02")
def test_the_watermark_is_sent_in_utc_unless_everything_is_wanted():
    local = datetime(2026, 1, 31, 1, 0, tzinfo=timezone(timedelta(hours=1)))
    incremental = {"parameter": "since"}
    for watermark in (local, datetime(2026, 1, 31, 0, 0), datetime(2026, 1, 31, tzinfo=UTC)):
        batches = plan(Scope("equipment"), watermark=watermark, incremental=incremental)
        assert parameters(batches) == [(("since", "2026-01-31T00:00:00Z"),)]
    assert parameters(plan(Scope("equipment", full_refresh=True), watermark=local, incremental=incremental)) == [()]
    assert parameters(plan(Scope("equipment"), watermark=local)) == [()]


@pytest.mark.feature("API-02")
def test_a_watermark_as_the_database_has_it_is_utc_whatever_zone_the_machine_has(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        batches = plan(Scope("equipment"), watermark=datetime(2026, 1, 31), incremental={"parameter": "since"})
    finally:
        monkeypatch.undo()
        time.tzset()
    assert parameters(batches) == [(("since", "2026-01-31T00:00:00Z"),)]


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (Scope("running_time"), "start date and an end date"),
        (Scope("running_time", date(2026, 2, 1), date(2026, 1, 1)), "before the start date"),
        (Scope("running_time", date(2000, 1, 1), date(2026, 1, 1)), "engine.max_days"),
    ],
)
def test_an_impossible_range_is_named(scope, message):
    with pytest.raises(SettingsError, match=message):
        plan(scope)


def test_a_batch_survives_json():
    batch = plan(plant_parameter={"mode": "per_plant"})[0]
    assert Batch.from_dict(json.loads(json.dumps(batch.to_dict()))) == batch


def test_a_scope_survives_json():
    day = date(2026, 1, 31)
    scope = Scope(
        "running_time", day, date(2026, 2, 1), ("P1",), ("A", "B"), full_refresh=True, run_date=date(2026, 2, 2)
    )
    assert Scope.from_dict(json.loads(json.dumps(scope.to_dict()))) == scope
    assert Scope.from_dict({"stream": "equipment"}) == Scope("equipment")


def test_the_same_input_gives_the_same_plan():
    assert plan() == plan(plants=("P1", "P2"))
    plants = [f"P{number:03d}" for number in range(100)]
    [batch] = plan(Scope("equipment"), plants=plants[::-1], plant_parameter={"mode": "per_plant"})
    assert [request.plant_code for request in batch.requests] == plants


def test_the_end_of_a_range_may_be_the_first_day_that_is_not_wanted():
    [batch] = plan(engine={"days_per_batch": 30}, date_parameters={"mode": "range", "end_is_exclusive": True})
    assert parameters([batch]) == [(("start_date", "2026-01-28"), ("end_date", "2026-02-04"))]
    assert batch.units[-1].key == "2026-02-03"


def test_static_parameters_may_hold_the_days_and_the_plant():
    [batch] = plan(
        plants=["P 1"],
        engine={"days_per_batch": 30},
        date_parameters={"mode": "none"},
        plant_parameter={"mode": "per_plant", "name": "p"},
        static_parameters={"$filter": "WERK eq '{plant_code}' and DAY ge '{start_date}' and DAY le '{end_date}'"},
    )
    assert dict(parameters([batch])[0])["$filter"] == "WERK eq 'P 1' and DAY ge '2026-01-28' and DAY le '2026-02-03'"


def test_exactly_as_many_days_as_allowed_are_planned():
    assert len(parameters(plan(engine={"max_days": 7}))) == 7
    with pytest.raises(SettingsError, match="max_days allows 6"):
        plan(engine={"max_days": 6})
