"""One record per rule and boundary, all in one input, so that each is judged beside every other (TEST-11, TEST-19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cmms.settings import parse_settings
from cmms.simulator import Simulator, SimulatorConfig
from cmms.sync.records import RunSummary, Scope
from cmms.sync.run_sync import run_sync
from cmms.sync.validate.rule_suites import load_suite
from tests.sync.conftest import name_connections
from tests.sync.records import ABSENT, MACHINE, machine, reading, write
from tests.sync.site import DAY, RUN_DATE, Site

BEFORE = DAY - timedelta(days=1)


@dataclass(frozen=True)
class Case:
    """A reading whose ``fields`` differ from a right one; ``expected`` is a code, or stored columns."""

    name: str
    features: tuple[str, ...]
    fields: dict[str, Any]
    expected: str | dict[str, Any]
    warning: str | None = None


def bad(name: str, features: str, code: str, **fields: Any) -> Case:
    return Case(name, tuple(features.split()), fields, code)


def good(name: str, features: str, stored: dict[str, Any], warning: str | None = None, **fields: Any) -> Case:
    return Case(name, tuple(features.split()), fields, stored, warning)


# The reading before has counter 4992.000; a right one has 8.000 hours and counter 5000.000.
CASES = [
    bad("no number", "VAL-01 VAL-07", "REQUIRED", EQUNR=None),
    bad("blank number", "VAL-01", "REQUIRED", EQUNR=" \t\u3000"),
    bad("number of 51 characters", "VAL-01", "TOO_LONG", EQUNR="x" * 51),
    bad("number as JSON number", "VAL-01 VAL-08", "NOT_TEXT", EQUNR=123),
    bad("no plant", "VAL-02 VAL-07", "REQUIRED", SWERK=""),
    bad("unknown plant", "VAL-02", "PLANT_UNKNOWN", SWERK="P999"),
    bad("plant in other case", "VAL-02 MAP-01", "PLANT_UNKNOWN", SWERK="p001"),
    bad("plant of 11 characters", "VAL-02", "TOO_LONG", SWERK="P" * 11),
    good("plant with outer spaces", "MAP-01", {"plant_code": "P002"}, SWERK="  P002 "),
    bad("unknown equipment", "RT-04 VAL-10", "EQUIPMENT_UNKNOWN", EQUNR="GHOST"),
    bad("no hours", "VAL-03 VAL-07", "REQUIRED", RECDV=None),
    bad("hours key absent", "VAL-03 VAL-07", "REQUIRED", RECDV=ABSENT),
    bad("hours in words", "VAL-03", "NOT_NUMERIC", RECDV="abc"),
    bad("hours NaN text", "VAL-03", "NOT_NUMERIC", RECDV="NaN"),
    bad("hours NaN", "VAL-03", "NOT_NUMERIC", RECDV=float("nan")),
    bad("hours Infinity", "VAL-03", "NOT_NUMERIC", RECDV=float("inf")),
    bad("hours below zero", "VAL-03", "NEGATIVE_HOURS", RECDV="-0.01"),
    bad("hours with trailing minus", "VAL-03", "NEGATIVE_HOURS", RECDV="12.5-"),
    bad("hours with decimal comma", "VAL-03", "NOT_NUMERIC", RECDV="7,5"),
    bad("hours with underscore", "VAL-03", "NOT_NUMERIC", RECDV="1_0"),
    bad("hours beyond the column", "VAL-03", "OUT_OF_RANGE", RECDV="100000"),
    good("zero hours", "VAL-03 VAL-04", {"running_hours": Decimal("0.000")}, RECDV="0", CNTRR="4992.000"),
    good("minus zero", "VAL-03", {"running_hours": Decimal("0.000")}, RECDV="-0", CNTRR="4992"),
    good("exponent", "MAP-09", {"running_hours": Decimal("8.000")}, RECDV="8E+0"),
    good("JSON number", "MAP-09", {"running_hours": Decimal("8.010")}, RECDV=8.01),
    good("rounded once, half up", "MAP-09", {"running_hours": Decimal("8.334")}, "HOURS_MISMATCH", RECDV="8.3335"),
    good("more digits than the scale", "MAP-09", {"running_hours": Decimal("8.033")}, RECDV="8.0333333333333333333"),
    bad("no counter", "VAL-04 VAL-07", "REQUIRED", CNTRR=""),
    bad("counter below zero", "VAL-04", "NEGATIVE_CUMULATIVE", CNTRR="-1"),
    bad("counter lower than before", "VAL-04 DOM-03", "COUNTER_DECREASED", CNTRR="4991.999"),
    bad("counter stands still", "VAL-04", "COUNTER_NOT_ADVANCED", CNTRR="4992"),
    bad("counter below the day alone", "VAL-09", "CUMULATIVE_BELOW_DAILY", CNTRR="7.999"),
    good("counter with 13 digits", "MAP-10", {"cumulative_hours": Decimal("9999999999999.999")}, "HOURS_MISMATCH",
         CNTRR="9999999999999.999"),
    bad("counter beyond the column", "VAL-04", "OUT_OF_RANGE", CNTRR="10000000000000"),
    good("growth within tolerance", "RT-07", {"cumulative_hours": Decimal("5000.100")}, CNTRR="5000.1"),
    good("growth beyond tolerance", "RT-07 VAL-13", {"cumulative_hours": Decimal("5000.101")}, "HOURS_MISMATCH", CNTRR="5000.101"),
    good("more than a day", "DOM-06 VAL-13", {"running_hours": Decimal("24.001")}, "EXCEEDS_DAY", RECDV="24.001", CNTRR="5016"),
    good("exactly a day", "DOM-06", {"running_hours": Decimal("24.000")}, RECDV="24", CNTRR="5016"),
    bad("no date", "VAL-05 VAL-07", "REQUIRED", DATE=None),
    bad("date of zeros", "VAL-05", "REQUIRED", DATE="00000000"),
    bad("30 February", "VAL-05", "INVALID_DATE", DATE="2026-02-30"),
    bad("German date", "VAL-05", "INVALID_DATE", DATE="31.01.2026"),
    bad("date in the future", "VAL-05", "DATE_IN_FUTURE", DATE="2026-02-03"),
    bad("date of another day", "RT-02 VAL-05", "DATE_OUTSIDE_REQUEST", DATE="2026-02-01"),
    good("compact date", "MAP-07 VAL-05", {"date": DAY}, DATE="20260131"),
    good("compact date as number", "MAP-07 VAL-05", {"date": DAY}, DATE=20260131),
    good("OData date", "MAP-07 VAL-05", {"date": DAY}, DATE="/Date(1769817600000)/"),
    bad("no CREATED_AT", "VAL-06 VAL-07", "REQUIRED", CREATED_AT=None),
    bad("CREATED_AT in words", "VAL-06", "INVALID_TIMESTAMP", CREATED_AT="yesterday"),
    bad("CREATED_AT at 24:00", "VAL-06", "INVALID_TIMESTAMP", CREATED_AT="2026-01-31T24:00:00"),
    bad("CREATED_AT of zeros", "VAL-06", "REQUIRED", CREATED_AT="0000-00-00T00:00:00Z"),
    good("ISO with zone", "MAP-12", {"api_created_at": datetime(2026, 1, 31, 20, 30)}, CREATED_AT="2026-01-31T22:00:00+01:30"),
    good("ISO naive, site's winter time", "MAP-12", {"api_created_at": datetime(2026, 1, 31, 21)}, CREATED_AT="2026-01-31 22:00:00"),
    good("SAP digits, site's summer time", "MAP-12", {"api_created_at": datetime(2025, 7, 1, 20)}, CREATED_AT="20250701220000"),
    good("milliseconds kept, rest cut", "MAP-12", {"api_created_at": datetime(2026, 1, 31, 22, 0, 0, 123000)},
         CREATED_AT="2026-01-31T22:00:00.1239Z"),
    good("hour that occurs twice", "MAP-08", {"date_time": datetime(2025, 10, 26, 0, 30)}, "AMBIGUOUS_TIME",
         DATE_TIME="2025-10-26T02:30:00"),
    bad("hour that the clocks skip", "MAP-08", "INVALID_TIMESTAMP", DATE_TIME="2025-03-30T02:30:00"),
    good("no DATE_TIME", "MAP-08", {"date_time": None}, DATE_TIME=None),
    good("company stays text", "MAP-03", {"company_code": "0100"}, BUKRS="0100"),
    good("blank company", "MAP-03", {"company_code": None}, BUKRS=" "),
    bad("company of 11 characters", "MAP-03", "TOO_LONG", BUKRS="1" * 11),
    good("emoji", "MAP-04", {"equipment_description": "Pümpe 😀 \u202e"}, EQKTU="Pümpe 😀 \u202e"),
    good("500 four-byte characters", "MAP-04", {"equipment_description": "😀" * 500}, EQKTU="😀" * 500),
    good("object number", "MAP-05", {"object_number": "IE000000000010000123"}, OBJNR="IE000000000010000123"),
    good("another measuring point", "MAP-06", {"point": "78"}, "POINT_MISMATCH", POINT="78"),
    good("no measuring point", "MAP-06", {"point": None}, POINT=None),
    good("markup and SQL", "MAP-11 STK-08", {"description": "<b>'; DROP TABLE plants; -- \\N \" %s"},
         MDTXT="<b>'; DROP TABLE plants; -- \\N \" %s"),
    good("the word NULL", "MAP-11", {"description": "NULL"}, MDTXT="NULL"),
    good("tab, line break, quote", "MAP-11", {"description": 'a\tb\r\n"c"\\'}, MDTXT='a\tb\r\n"c"\\'),
    bad("NUL", "VAL-08", "INVALID_TEXT", MDTXT="a\0b"),
    good("right", "TEST-17", {"running_hours": Decimal("8.000"), "cumulative_hours": Decimal("5000.000")}),
]  # fmt: skip


COLUMN_OF = {names[1]: column for column, names in parse_settings({}).streams.running_time.fields}


@pytest.fixture(scope="module")
def outcomes(migrated: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """case name -> what became of its record, after one sync of all of them."""
    with pytest.MonkeyPatch.context() as patch, Simulator(SimulatorConfig(equipment=0)) as simulator:
        name_connections(patch, simulator, migrated)
        site = Site(simulator, migrated, tmp_path_factory.mktemp("rules"), {"timezone": "Europe/Berlin"})
        site.clear()
        names = {case.name: f"{index:04d}" for index, case in enumerate(CASES)}
        site.sync_equipment([machine(number) for number in names.values()])
        site.sync_day(BEFORE, [reading(number, BEFORE, counter="4992") for number in names.values()])
        records = {case.name: reading(**{"number": names[case.name], **_arguments(case)}) for case in CASES}
        summary = site.sync_day(DAY, records.values())
        assert summary.status == "partial", summary.error_message
        rejects = {bytes(row["payload"]).decode(): row for row in site.query("SELECT * FROM sync_record_errors")}
        stored = {
            row["equipment_number"]: row
            for row in site.query(
                "SELECT e.equipment_number, p.plant_code, t.* FROM equipment_running_times t"
                " JOIN equipment e ON e.id = t.equipment_id JOIN plants p ON p.id = t.plant_id WHERE t.date = %s",
                DAY,
            )
        }
        assert len(rejects) + len(stored) == len(CASES)
        return {case.name: (rejects.get(records[case.name]), stored.get(names[case.name])) for case in CASES}


def _arguments(case: Case) -> dict[str, Any]:
    return {("number" if name == "EQUNR" else name): value for name, value in case.fields.items()}


@pytest.mark.feature("SYNC-04", "TEST-11")
@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=pytest.mark.feature(*case.features)) for case in CASES]
)
def test_each_record_is_judged_by_itself(outcomes: dict[str, Any], case: Case) -> None:
    reject, stored = outcomes[case.name]
    if isinstance(case.expected, str):
        assert stored is None
        assert reject["code"] == case.expected
        assert reject["rule"]
        [(name, value)] = case.fields.items()
        assert reject["field"] == COLUMN_OF[name]
        assert reject["field"] in reject["message"]
        received = json.loads(reject["payload"]).get(name, ABSENT)
        assert received == value or received != received
        if name != "EQUNR":
            assert reject["record_key"].startswith(f"{reject['equipment_number']}|")
        return
    assert reject is None
    assert {name: stored[name] for name in case.expected} == case.expected
    assert stored["quality_code"] == case.warning
    assert stored["quality"] == ("warning" if case.warning else "ok")


REQUIRED = {
    "equipment": ("SWERK", "EQUNR", "CREATED_AT"),
    "running_time": ("SWERK", "EQUNR", "CREATED_AT", "DATE", "RECDV", "CNTRR"),
}


@pytest.mark.feature("VAL-07")
@pytest.mark.parametrize("stream", ["equipment", "running_time"])
def test_each_required_field_that_is_left_out_in_turn_is_one_error_that_names_it(site: Site, stream: str) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    if stream == "equipment":
        records = [machine(**{"number": "A", **_arguments_without(name)}) for name in REQUIRED[stream]]
        summary = site.sync_equipment([machine("A"), machine("B"), *records])
    else:
        records = [reading(**{"number": "A", **_arguments_without(name)}) for name in REQUIRED[stream]]
        summary = site.sync_day(DAY, [reading("B"), *records])
    assert dict(summary.rejects_by_code) == {"REQUIRED": len(records)}
    rows = site.query("SELECT payload, field, message FROM sync_record_errors")
    assert {(row["payload"].decode(), row["field"]) for row in rows} == {
        (record, COLUMN_OF[name]) for record, name in zip(records, REQUIRED[stream], strict=True)
    }
    assert len(rows) == len(records)
    assert all(row["message"] == f"{row['field']} is missing or empty" for row in rows)


def _arguments_without(name: str) -> dict[str, Any]:
    return {"number" if name == "EQUNR" else name: ABSENT}


@pytest.mark.feature("VAL-01")
def test_a_number_of_50_characters_is_stored_as_it_is_with_its_zeros(site: Site) -> None:
    longest = "000" + "x" * 46 + "9"
    assert len(longest) == 50
    summary = site.sync_equipment([machine(longest), machine(longest[:3] + longest), machine("  ")])
    assert dict(summary.rejects_by_code) == {"TOO_LONG": 1, "REQUIRED": 1}
    assert site.value("SELECT equipment_number FROM equipment") == longest
    assert site.sync_day(DAY, [reading(longest)]).counts.inserted == 1


@pytest.mark.feature("LOG-04")
@pytest.mark.parametrize(
    ("case", "rule", "values"),
    [
        ("counter lower than before", "VAL-04", "(4991.999 against 4992.000)"),
        ("counter stands still", "VAL-04", "(4992.000 against 4992.000)"),
        ("counter below the day alone", "VAL-09", "(7.999 against 8.000)"),
        ("date in the future", "VAL-05", "(2026-02-03 against 2026-02-02)"),
        ("date of another day", "RT-02", "(2026-02-01 against 2026-01-31)"),
    ],
)
def test_a_business_error_names_its_rule_and_the_two_values_that_were_compared(
    outcomes: dict[str, Any], case: str, rule: str, values: str
) -> None:
    reject, _ = outcomes[case]
    assert (reject["category"], reject["rule"]) == ("business", rule)
    assert reject["message"].endswith(values)


@pytest.mark.feature("TEST-19", "VAL-13")
def test_every_code_of_the_catalogue_is_produced_by_a_case_here_or_named_elsewhere() -> None:
    produced = {case.expected for case in CASES if isinstance(case.expected, str)} | {case.warning for case in CASES}
    elsewhere = {
        "NOT_AN_OBJECT", "DUPLICATE_KEY",  # test_a_record_that_is_no_proper_object
        "TOO_MANY_DIGITS",  # test_more_digits_are_rejected_if_configured
        "DATE_OLD",  # test_a_reading_years_old
    }  # fmt: skip
    codes = {
        rule["meta"]["code"] for stream in ("equipment", "running_time") for rule in load_suite(stream)["expectations"]
    }
    assert codes <= produced | elsewhere


@pytest.mark.feature("VAL-08", "TEST-19")
def test_a_record_that_is_no_proper_object_is_rejected_alone(site: Site) -> None:
    odd = [
        "null",
        "[]",
        '"text"',
        "17",
        "{}",
        '{"EQUNR": "A", "EQUNR": "A"}',
        '{"EQUNR":"A","EQUNR" :"A"}',
        machine("B")[:-1] + ', "X": 1, "X": 1}',
    ]
    summary = site.sync_equipment([machine("A"), *odd, machine("C")])
    assert dict(summary.rejects_by_code) == {"NOT_AN_OBJECT": 4, "DUPLICATE_KEY": 3, "REQUIRED": 1}
    assert summary.counts.inserted == 2


@pytest.mark.feature("VAL-05", "TEST-19")
def test_a_reading_years_old_is_kept_with_a_warning_seen_from_the_run_not_the_clock(site: Site) -> None:
    site.sync_equipment([machine("A")])
    for day, code in ((date(2021, 1, 31), "DATE_OLD"), (date(2021, 2, 1), None)):
        site.sync_day(day, [reading("A", day, hours="0", counter="10")], run_date=date(2026, 2, 1))
        assert site.value("SELECT quality_code FROM equipment_running_times WHERE date = %s", day) == code


@pytest.mark.feature("MAP-09", "TEST-19")
def test_more_digits_are_rejected_if_configured(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    records = [reading("A", hours="8.0001"), reading("B", hours="8.1230")]
    summary = site.sync_day(DAY, records, api={"numbers": {"excess_digits": "reject"}})
    assert (summary.counts.inserted, dict(summary.rejects_by_code)) == (1, {"TOO_MANY_DIGITS": 1})


@pytest.mark.feature("VAL-04", "Q-01")
@pytest.mark.parametrize(("is_strict", "code"), [(False, None), (True, "COUNTER_NOT_ADVANCED")])
def test_an_idle_day_stands_still_unless_progression_is_strict(site: Site, is_strict: bool, code: str | None) -> None:
    site.sync_equipment([machine("A"), machine("B"), machine("C")])
    rules = {"rules": {"strict_progression": is_strict}}
    site.sync_day(BEFORE, [reading(number, BEFORE, hours="0", counter="100") for number in "ABC"], **rules)
    ran = [reading("B", hours="0.001", counter="100"), reading("C", hours="1", counter="101")]
    summary = site.sync_day(DAY, [reading("A", hours="0", counter="100"), *ran], **rules)
    rejects = {row["equipment_number"]: row["code"] for row in site.query("SELECT * FROM sync_record_errors")}
    assert rejects == {"B": "COUNTER_NOT_ADVANCED"} | ({"A": code} if code else {})
    assert summary.counts.inserted == 3 - len(rejects)


# January, hours of the day, counter after it, what becomes of it.
SERIES = (
    (1, "8", "100", None),  # the first one has nothing before it
    (2, "8", "108", None),
    (3, "8", "90", "COUNTER_DECREASED"),  # drop: rejected
    (4, "8", "124", None),  # after the gap of a rejected day, growth belongs to both days
    (5, "8", "190", "HOURS_MISMATCH"),  # jump: kept and marked, and doubtful: 66 h in a day
    (6, "0", "190", None),  # plateau: stood still, and doubtful: 66 h in two days
    (7, "8", "190", None),  # 66 h in three days are possible
    (8, "8", "190", "COUNTER_NOT_ADVANCED"),  # plateau while running: rejected
    (11, "8", "230", None),  # gap
    (12, "30", "260", "EXCEEDS_DAY"),
    (13, "8", "7", "CUMULATIVE_BELOW_DAILY"),
    (14, "8", "276", None),
)
REJECTED = {"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "CUMULATIVE_BELOW_DAILY"}


@pytest.mark.feature("VAL-09", "VAL-04")
def test_the_reading_before_is_found_for_every_machine_however_long_ago(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmms.sync.validate.load_reference._LOOKUP_BATCH", 3)
    numbers = "ABCDEFGH"
    site.sync_equipment([machine(number) for number in numbers])
    days = [date(2026, 1, number) for number in (1, 2, 3)]
    site.sync_day(days[0], [reading(number, days[0], counter="100") for number in numbers])
    site.sync_day(days[1], [reading("A", days[1], counter="108")])
    summary = site.sync_day(days[2], [reading(number, days[2], counter="50") for number in numbers])
    assert dict(summary.rejects_by_code) == {"COUNTER_DECREASED": len(numbers)}


@pytest.mark.feature("VAL-09", "VAL-04")
@pytest.mark.parametrize("in_one_run", [False, True], ids=["day by day", "in one run"])
def test_a_series_with_drop_jump_plateau_and_gap_is_classified_day_by_day(site: Site, in_one_run: bool) -> None:
    site.sync_equipment([machine("A")])
    days = {date(2026, 1, number): (hours, counter) for number, hours, counter, _ in SERIES}
    for number in range(1, 15):
        day = date(2026, 1, number)
        records = [reading("A", day, hours=days[day][0], counter=days[day][1])] if day in days else []
        site.serve("running_time", day, records)
        if not in_one_run:
            site.sync_day(day, streams={"running_time": {"allow_empty": True}})
    if in_one_run:
        site.sync_days(min(days), max(days), streams={"running_time": {"allow_empty": True}})
    stored = {row["date"]: row["quality_code"] for row in site.query("SELECT * FROM equipment_running_times")}
    rejected = {row["reading_date"]: row["code"] for row in site.query("SELECT * FROM sync_record_errors")}
    assert stored | rejected == {date(2026, 1, number): code for number, _, _, code in SERIES}
    assert set(rejected.values()) == REJECTED


@pytest.mark.feature("VAL-03", "VAL-08")
def test_a_decimal_comma_is_read_when_configured_and_json_numbers_keep_their_point(site: Site) -> None:
    values = {"A": ("7,5", "7.500"), "B": (7.5, "7.500"), "C": ("1.234,5", "1234.500"), "D": (1.234, "1.234")}
    site.sync_equipment([machine(number) for number in values])
    records = [reading(number, hours=value, counter="5000") for number, (value, _) in values.items()]
    summary = site.sync_day(DAY, records, api={"numbers": {"decimal_separator": ","}})
    assert summary.counts.inserted == 4, summary.rejects_by_code
    rows = site.query(
        "SELECT e.equipment_number, t.running_hours FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
    )
    assert {row["equipment_number"]: str(row["running_hours"]) for row in rows} == {
        number: stored for number, (_, stored) in values.items()
    }


@pytest.mark.feature("MAP-13")
def test_the_first_candidate_name_that_is_present_wins_even_with_a_null(site: Site) -> None:
    fields = {"streams": {"equipment": {"fields": {"equipment_description": ["TEXT2", "TEXT1"]}}}}
    records = [
        write({**MACHINE, "EQUNR": "A", "TEXT1": "one", "TEXT2": "two"}),
        write({**MACHINE, "EQUNR": "B", "TEXT1": "one"}),
        write({**MACHINE, "EQUNR": "C", "TEXT1": "one", "TEXT2": None}),
    ]
    site.sync_equipment(records, **fields)
    rows = site.query("SELECT equipment_description FROM equipment ORDER BY equipment_number")
    assert [row["equipment_description"] for row in rows] == ["two", "one", None]
    assert site.value("SELECT COUNT(*) FROM sync_log_events WHERE code = 'UNKNOWN_FIELD'") == 1


@pytest.mark.feature("VAL-14", "VAL-13", "ERR-04", "ERR-05")
def test_a_clean_run_leaves_info_only_and_warnings_alone_are_low(site: Site) -> None:
    site.sync_equipment([machine("A")])
    clean = site.sync_day(DAY, [reading("A")])
    assert (clean.status, clean.level, clean.counts.warnings) == ("success", "info", 0)
    levels = site.query("SELECT DISTINCT level FROM sync_log_events WHERE sync_log_id = %s", clean.sync_log_id)
    assert [row["level"] for row in levels] == ["info"]
    warned = site.sync_day(DAY, [reading("A", POINT="x", CREATED_AT="2026-02-01T08:00:00Z")])
    assert (warned.status, warned.level, dict(warned.warnings_by_code)) == ("success", "low", {"POINT_MISMATCH": 1})


@pytest.mark.feature("VAL-10", "SVC-05", "SYNC-11", "PERF-06")
@pytest.mark.parametrize("count", [50, 500])
def test_the_number_of_statements_does_not_grow_with_the_rows(
    site: Site, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    import cmms.database as database

    numbers = [f"{number:04d}" for number in range(count)]
    site.sync_equipment([machine(number) for number in numbers])
    ran: list[str] = []
    real: Callable[[str], str] = database.load_sql

    def note(name: str) -> str:
        ran.append(name)
        return real(name)

    monkeypatch.setattr(database, "load_sql", note)
    site.sync_day(DAY, [reading(number) for number in numbers])
    for statement in ("sync/validate/plants", "sync/validate/equipment", "sync/merge/running_time_load_day"):
        assert ran.count(statement) == 1
    assert len(ran) < 120


@pytest.mark.feature("SYNC-11", "PERF-06")
@pytest.mark.parametrize("load_data", ["auto", "never"])
def test_10000_machines_take_no_more_statements_than_they_fill_batches(site: Site, load_data: str) -> None:
    """Counted by the server, which is this test's alone while it runs."""
    machines, chunk, batch_bytes = 10_000, 2_500, 256 * 1024
    engine = {"chunk_records": chunk, "load_data": load_data, "insert_batch_bytes": batch_bytes}

    def ran() -> dict[str, int]:
        rows = site.query("SHOW GLOBAL STATUS LIKE 'Com\\_%'")
        return {row["Variable_name"].removeprefix("Com_"): int(row["Value"]) for row in rows}

    site.sync_equipment([machine("first")], engine=engine)
    before = ran()
    few = site.sync_equipment([machine("first"), machine("second")], engine=engine)
    between = ran()
    many = site.sync_equipment([machine(f"{number:06d}") for number in range(machines)], engine=engine)
    after = ran()
    assert (few.counts.inserted, many.counts.inserted) == (1, machines)
    more = {name: (after[name] - between[name]) - (between[name] - before[name]) for name in before}
    assert more["insert_select"] <= machines // chunk  # the merge: one, whatever the number of rows
    batches = machines // chunk if load_data == "auto" else machines * 300 // batch_bytes  # a row: less than 300 bytes
    assert more["load"] + more["insert"] <= batches
    assert more["load" if load_data == "auto" else "insert"] > 0


@pytest.mark.feature("SYNC-08", "DAT-06")
def test_a_plant_or_machine_deleted_between_validation_and_merge_costs_its_records_only(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    site.serve("running_time", DAY, [reading("A"), reading("B")])

    def delete(unit_key: str, step: str, done: int, total: int | None) -> None:
        if step == "merge":
            site.execute("DELETE FROM equipment WHERE equipment_number = 'B'")

    summary = run_sync(Scope("running_time", DAY, DAY), run_date=RUN_DATE, settings=site.settings(), listener=delete)
    assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("partial", 1, 1), (
        summary.error_message
    )
    assert dict(summary.rejects_by_code) == {"EQUIPMENT_UNKNOWN": 1}
    assert site.value("SELECT code FROM sync_record_errors") == "EQUIPMENT_UNKNOWN"
    assert json.loads(site.value("SELECT payload FROM sync_record_errors"))["EQUNR"] == "B"


@pytest.mark.feature("SYNC-08", "DAT-06")
@pytest.mark.parametrize("stored", [[], [reading("A")]], ids=["new day", "stored day"])
def test_a_plant_deleted_between_validation_and_merge_costs_its_readings_only(site: Site, stored: list[str]) -> None:
    site.sync_equipment([machine("A"), machine("B"), machine("C")])
    site.sync_day(DAY, stored, api={"allow_empty": True})
    site.serve("running_time", DAY, [reading("A"), reading("B", SWERK="P003"), reading("C")])
    summary = sync_while_a_plant_goes(site, Scope("running_time", DAY, DAY), "P003")
    assert (summary.counts.inserted, summary.counts.unchanged) == (2 - len(stored), len(stored))
    assert dict(summary.rejects_by_code) == {"EQUIPMENT_UNKNOWN": 1}
    assert site.value("SELECT record_key FROM sync_record_errors") == f"B|{DAY}"


@pytest.mark.feature("SYNC-08", "DAT-06")
def test_a_plant_deleted_between_validation_and_merge_costs_its_machines_only(site: Site) -> None:
    site.serve("equipment", None, [machine("A"), machine("B", SWERK="P003")])
    summary = sync_while_a_plant_goes(site, Scope("equipment"), "P003")
    assert summary.counts.inserted == 1
    assert dict(summary.rejects_by_code) == {"PLANT_UNKNOWN": 1}
    assert site.value("SELECT record_key FROM sync_record_errors") == "B"


def sync_while_a_plant_goes(site: Site, scope: Scope, plant: str) -> RunSummary:
    """A sync that ends well although somebody deletes a plant just before it merges."""

    def delete(unit_key: str, step: str, done: int, total: int | None) -> None:
        if step == "merge":
            site.execute("DELETE FROM plants WHERE plant_code = %s", values=(plant,))

    summary = run_sync(scope, run_date=RUN_DATE, settings=site.settings(), listener=delete)
    assert (summary.status, summary.counts.rejected) == ("partial", 1), summary.error_message
    return summary
