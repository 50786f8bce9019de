"""The simulated source system: a pure function of seed and configuration, with counters that add up."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cmms.simulator import KINDS, SimulatorConfig, SourceData, profile

DAY = date(2026, 1, 30)  # a Friday
NEXT_DAY = DAY + timedelta(days=1)


def test_the_same_seed_gives_the_same_records_in_any_order_of_asking():
    first, second = SourceData(SimulatorConfig(seed=7)), SourceData(SimulatorConfig(seed=7))
    later = first.running_times(NEXT_DAY)
    earlier = first.running_times(DAY)
    assert second.running_times(DAY) == earlier
    assert second.running_times(NEXT_DAY) == later
    assert second.equipment() == first.equipment()


def test_another_seed_gives_other_hours():
    first, second = SourceData(SimulatorConfig(seed=1)), SourceData(SimulatorConfig(seed=2))
    assert first.readings(DAY) != second.readings(DAY)


@pytest.mark.feature("RT-07")
def test_the_counter_of_a_day_is_that_of_the_day_before_plus_the_hours_run():
    data = SourceData(SimulatorConfig(equipment=500, defect_rate=0))
    day = date(2025, 12, 20)
    before = {reading.equipment_number: reading.cumulative_hours for reading in data.readings(day)}
    for _ in range(400):  # longer than a roster, over a year's end
        day += timedelta(days=1)
        for reading in data.readings(day):
            assert reading.cumulative_hours == before[reading.equipment_number] + reading.running_hours
            assert 0 <= reading.running_hours <= 24
            before[reading.equipment_number] = reading.cumulative_hours


def test_the_records_hold_exactly_the_true_hours():
    data = SourceData(SimulatorConfig(equipment=300, defect_rate=0))
    records = data.running_time_records(DAY)
    assert [(r["EQUNR"], Decimal(r["RECDV"]), Decimal(r["CNTRR"])) for r in records] == data.readings(DAY)


def test_machines_rest_on_some_days_and_most_at_weekends():
    data = SourceData(SimulatorConfig(equipment=1000))
    friday = sum(reading.running_hours == 0 for reading in data.readings(DAY))
    saturday = sum(reading.running_hours == 0 for reading in data.readings(NEXT_DAY))
    assert 0 < friday < 400
    assert saturday > 700


def test_a_record_looks_like_that_of_the_source_system():
    data = SourceData(SimulatorConfig(equipment=200, defect_rate=0))
    record = data.running_time_records(DAY)[123]
    assert list(record) == [
        *("SWERK", "EQUNR", "BUKRS", "EQKTU", "OBJNR", "POINT", "CREATED_AT"),
        *("DATE", "DATE_TIME", "RECDV", "CNTRR", "MDTXT"),
    ]
    assert record["SWERK"] == "P004"
    assert record["EQUNR"] == "000000000010000123"
    assert record["OBJNR"] == "IE000000000010000123"
    assert record["BUKRS"] == "1000"
    assert list(data.equipment_records()[123]) == list(record)[:7]
    assert {record["SWERK"] for record in data.equipment_records()} == {code for code, _ in data.plants()}


def test_descriptions_hold_accents_other_scripts_and_emoji():
    text = "".join(record["EQKTU"] for record in SourceData().equipment_records())
    assert "Ö" in text
    assert "粉" in text
    assert "🤖" in text


def test_days_without_data_are_empty():
    data = SourceData(SimulatorConfig(first_day=DAY, days=2))
    assert data.running_times(DAY - timedelta(days=1)).texts == []
    assert len(data.running_times(DAY).texts) >= 200
    assert len(data.running_times(NEXT_DAY).texts) >= 200
    assert data.running_times(NEXT_DAY + timedelta(days=1)).texts == []


@pytest.mark.parametrize(
    "config",
    [
        SimulatorConfig(),
        profile("range"),
        profile("range", time_zone="Europe/Berlin", timestamp_format="mixed", date_format="mixed"),
        SimulatorConfig(running_hours_factor=60, cumulative_hours_factor=3600, decimal_separator=","),
        SimulatorConfig(extra_fields={"SYSTEM": "PRD ü"}, timestamp_format="iso_naive", company_code="20'\"00"),
    ],
    ids=["default", "range", "zone", "factors", "extra field"],
)
def test_a_whole_day_is_written_exactly_like_its_single_records(config):
    data = SourceData(replace(config, defect_rate=0))
    writer = data._writer
    running, cumulative = data.fleet.running(DAY).tolist(), data.fleet.cumulative(DAY).tolist()
    singles = [writer.running_time_record(m, DAY, running[m], cumulative[m]) for m in range(200)]
    assert data.running_times(DAY).texts == [writer.text_of(single) for single in singles]
    assert data.equipment().texts == [writer.text_of(writer.equipment_record(m)) for m in range(200)]


def test_the_writing_of_values_follows_the_settings():
    naive = SimulatorConfig(
        defect_rate=0,
        date_format="compact",
        timestamp_format="iso_naive",
        time_zone="Asia/Tokyo",
        numbers="number",
    )
    [record, *_] = SourceData(naive).running_time_records(DAY)
    assert record["DATE"] == "20260130"
    assert record["DATE_TIME"].startswith("2026-01-30T2")
    assert len(record["DATE_TIME"]) == 19
    assert isinstance(record["RECDV"], float)
    minutes = replace(naive, numbers="string", running_hours_factor=60, decimal_separator=",")
    hours = [reading.running_hours for reading in SourceData(minutes).readings(DAY)]
    written = [record["RECDV"] for record in SourceData(minutes).running_time_records(DAY)]
    assert [Decimal(text.replace(",", ".")) for text in written] == [60 * value for value in hours]


def test_mixed_styles_are_all_there_by_default():
    records = SourceData(SimulatorConfig(defect_rate=0)).running_time_records(DAY)
    assert {len(record["DATE"]) for record in records} == {8, 10}
    assert {len(record["CREATED_AT"]) for record in records} == {14, 19, 25}


def test_defects_are_known_by_position_and_all_other_records_are_clean():
    spoiled = SourceData(SimulatorConfig(equipment=2000, defect_rate=0.2))
    clean = SourceData(SimulatorConfig(equipment=2000, defect_rate=0))
    texts, defects = spoiled.running_times(DAY).texts, spoiled.defects(DAY)
    positions = {defect.position for defect in defects}
    differing = {n for n, text in enumerate(clean.running_times(DAY).texts) if texts[n] != text}
    assert differing <= positions
    replaced = {d.position for d in defects if not KINDS[d.kind].extra}
    assert differing == replaced
    assert positions - replaced == set(range(2000, len(texts)))


def test_every_kind_of_defect_comes_before_any_comes_again():
    data = SourceData(SimulatorConfig(equipment=20_000))
    counts = Counter(defect.kind for defect in data.defects(DAY))
    assert sum(counts.values()) == 100
    expected = {kind.name for kind in KINDS.values() if kind.default and kind.where != "equipment"}
    assert set(counts) == expected
    assert max(counts.values()) <= 4  # kinds that fit only busy or idle machines may wait


def test_the_equipment_stream_has_its_defects_beyond_the_working_machines():
    data = SourceData(SimulatorConfig(equipment=5000, defect_rate=0.01))
    defects = data.defects()
    assert len(defects) in (50, 51)
    assert [defect.position for defect in defects] == list(range(5000, 5000 + len(defects)))
    assert {defect.kind for defect in defects} == {
        kind.name for kind in KINDS.values() if kind.default and kind.where != "running_time"
    }


def test_no_machine_is_defective_on_two_days_running():
    data = SourceData(SimulatorConfig(equipment=2000, defect_rate=0.4))
    machines = [{d.position for d in data.defects(day) if d.position < 2000} for day in (DAY, NEXT_DAY)]
    assert machines[0]
    assert machines[1]
    assert not machines[0] & machines[1]


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.where != "equipment"])
@pytest.mark.parametrize("setting", ["default", "range"])
def test_each_kind_can_be_asked_for_alone(name, setting):
    data = SourceData(profile(setting, equipment=80, defect_rate=0.2, defect_kinds=(name,)))
    records = data.running_times(DAY)
    assert {defect.kind for defect in records.defects} == {name}
    assert {defect.expected_code for defect in records.defects} == {KINDS[name].code}
    if KINDS[name].default and setting == "default":
        for text in records.texts:
            json.loads(text, parse_constant=pytest.fail)


def test_a_decreased_counter_is_lower_than_the_day_before_and_one_not_advanced_equals_it():
    for kind in ("counter_decreased", "counter_not_advanced"):
        data = SourceData(SimulatorConfig(defect_rate=0.2, defect_kinds=(kind,)))
        before = data.readings(DAY - timedelta(days=1))
        records = data.running_time_records(DAY)
        assert data.defects(DAY)
        for defect in data.defects(DAY):
            record = records[defect.position]
            growth = Decimal(record["CNTRR"]) - before[defect.position].cumulative_hours
            assert growth < 0 if kind == "counter_decreased" else growth == 0 < Decimal(record["RECDV"])
            assert Decimal(record["CNTRR"]) > Decimal(record["RECDV"])


def test_small_fleets_have_defects_on_some_days():
    data = SourceData(SimulatorConfig(equipment=100, defect_rate=0.005))
    counts = [len(data.defects(DAY + timedelta(days=n))) for n in range(60)]
    assert 10 < sum(counts) < 50
    assert set(counts) == {0, 1}


def test_the_snapshot_can_be_cut_to_newer_machines():
    data = SourceData(SimulatorConfig(equipment=300))
    moment = data.fleet.created_at(150)
    newer = data.equipment(created_after=moment)
    assert len(newer.texts) == 149
    assert newer.defects == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"defect_rate": 0.5}, "never defective two days running"),
        ({"records_path": "", "pagination": "next_link"}, "no place for a next link"),
        ({"field_names": {"EQUNUMMER": "x"}}, "EQUNUMMER"),
        ({"plants": 0}, "at least 1"),
        ({"auth": "magic"}, "auth"),
    ],
)
def test_a_knob_that_cannot_work_is_refused_with_a_reason(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        profile("default", **changes)


def test_unknown_profiles_and_kinds_are_refused():
    with pytest.raises(ValueError, match="unknown profile 'sap'"):
        profile("sap")
    with pytest.raises(ValueError, match="unknown defect kind 'typo'"):
        SourceData(SimulatorConfig(defect_kinds=("typo",))).defects(DAY)
