"""One record of each stream, every field of it filled in, and the row it becomes: nothing lost, nothing changed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.sync.records import ABSENT, machine, reading, write
from tests.sync.site import DAY, Site

NUMBER = "000000000010000123"
OBJECT = "IE000000000010000123"
MARKUP = "<script>alert('x')</script> & \"Pümpe\" 😀\r\nline two  "

EQUIPMENT = {
    "SWERK": " P002 ",
    "EQUNR": NUMBER,
    "BUKRS": "0100",
    "EQKTU": "PÜMPE 7 😀",
    "OBJNR": OBJECT,
    "POINT": "000000004711",
    "CREATED_AT": "2025-12-31T23:30:00+01:00",
}
READING = {
    **EQUIPMENT,
    "BUKRS": "0200",
    "EQKTU": "PUMPE SIEBEN",
    "CREATED_AT": "20260201001000",
    "DATE": "20260131",
    "DATE_TIME": "2026-01-31T22:00:00",
    "RECDV": "8.3335",
    "CNTRR": "5000.5",
    "MDTXT": MARKUP,
}


@pytest.mark.feature("MAP-01", "MAP-02", "MAP-03", "MAP-04", "MAP-05", "MAP-12", "Q-09", "Q-10")
def test_every_field_of_an_equipment_record_is_stored(site: Site) -> None:
    assert site.sync_equipment([write(EQUIPMENT)]).counts.inserted == 1
    row = _only(site, "equipment")
    assert {name: row[name] for name in _SHARED} == {
        "plant_code": "P002",
        "equipment_number": NUMBER,
        "company_code": "0100",
        "equipment_description": "PÜMPE 7 😀",
        "object_number": OBJECT,
        "point": "000000004711",
        "api_created_at": datetime(2025, 12, 31, 22, 30),
    }


@pytest.mark.feature("MAP-01", "MAP-05", "MAP-07", "MAP-08", "MAP-09", "MAP-10", "MAP-11", "MAP-12", "Q-09", "Q-10")
def test_every_field_of_a_reading_is_stored_as_that_record_says_not_as_its_machine_does(site: Site) -> None:
    site.sync_equipment([write(EQUIPMENT)], timezone="Europe/Berlin")
    before = site.dump("equipment")
    assert site.sync_day(DAY, [write(READING)], timezone="Europe/Berlin").counts.inserted == 1
    row = _only(site, "equipment_running_times")
    assert {name: row[name] for name in (*_SHARED, *_MEASURED)} == {
        "plant_code": "P002",
        "equipment_number": NUMBER,
        "company_code": "0200",
        "equipment_description": "PUMPE SIEBEN",
        "object_number": OBJECT,
        "point": "000000004711",
        "api_created_at": datetime(2026, 1, 31, 23, 10),
        "date": date(2026, 1, 31),
        "date_time": datetime(2026, 1, 31, 21),
        "running_hours": Decimal("8.334"),
        "cumulative_hours": Decimal("5000.500"),
        "description": MARKUP.strip(),
    }
    assert site.dump("equipment") == before  # a reading never writes master data


@pytest.mark.feature("Q-09")
@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"EQKTU": "PUMP", "EQKTX": "Pump"}, "PUMP"),
        ({"EQKTU": ABSENT, "EQKTX": "Pump"}, "Pump"),
        ({"EQKTU": "Pump"}, "Pump"),  # never made upper case: it is not sure that the source means SAP's search copy
    ],
)
def test_the_description_is_what_the_source_says_and_eqktx_will_do(
    site: Site, fields: dict[str, Any], stored: str
) -> None:
    site.sync_equipment([machine("A", **fields)])
    assert _only(site, "equipment")["equipment_description"] == stored


@pytest.mark.feature("MAP-01")
@pytest.mark.parametrize(("case", "plants"), [("exact", ["P001"]), ("upper", ["P001", "P001", "P001"])])
def test_plant_codes_are_trimmed_and_by_setting_read_in_capitals(site: Site, case: str, plants: list[str]) -> None:
    records = [machine("a", SWERK="P001 "), machine("A", SWERK=" p001"), machine("á", SWERK="p001")]
    summary = site.sync_equipment(records, rules={"plant_code_case": case})
    rows = site.query(
        "SELECT p.plant_code, e.equipment_number FROM equipment e JOIN plants p ON p.id = e.plant_id ORDER BY e.id"
    )
    assert [row["plant_code"] for row in rows] == plants
    assert {row["equipment_number"] for row in rows} <= {"a", "A", "á"}  # opaque: no case of theirs is touched
    assert dict(summary.rejects_by_code) == ({"PLANT_UNKNOWN": 2} if case == "exact" else {})
    if case == "upper":
        wanted = {"plant_code_case": case, "unknown_plant": "create"}
        site.sync_equipment([*records, machine("B", SWERK="new")], rules=wanted)
        assert site.value("SELECT COUNT(*) FROM plants WHERE plant_code = 'NEW'") == 1


@pytest.mark.feature("MAP-05", "MAP-11")
def test_what_a_record_leaves_out_is_null_not_empty_text(site: Site) -> None:
    site.sync_equipment([machine("A", OBJNR=" ")])
    site.sync_day(DAY, [reading("A", OBJNR=None, MDTXT="")])
    row = _only(site, "equipment_running_times")
    assert (row["object_number"], row["description"]) == (None, None)
    assert _only(site, "equipment")["object_number"] is None


_SHARED = (
    "plant_code", "equipment_number", "company_code", "equipment_description", "object_number", "point", "api_created_at",
)  # fmt: skip
_MEASURED = ("date", "date_time", "running_hours", "cumulative_hours", "description")
_QUERIES = {
    "equipment": "SELECT e.*, p.plant_code FROM equipment e JOIN plants p ON p.id = e.plant_id",
    "equipment_running_times": "SELECT t.*, e.equipment_number, p.plant_code FROM equipment_running_times t"
    " JOIN equipment e ON e.id = t.equipment_id JOIN plants p ON p.id = t.plant_id",
}


def _only(site: Site, table: str) -> dict[str, Any]:
    """The one row of a table, with the codes that its ids stand for."""
    [row] = site.query(_QUERIES[table])
    return row
