"""The oracle's rules, each with a case calculated by hand; read it as the specification by example."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle import CODE_ORDER, Counts, Oracle, OracleRules, Reject, RunFailedError
from tests.oracle.generate import RecordGenerator, counter_thousandths, equipment_number
from tests.oracle.rules import SOURCE_NAMES
from tests.oracle.value_cases import CASES, ValueCase

DAY = date(2026, 1, 31)
RUN_DATE = date(2026, 2, 1)
LENIENT = OracleRules(missing_field_fails=False, empty_payload_fails=False)

MASTER = {
    "SWERK": '"P001"',
    "EQUNR": '"000123"',
    "BUKRS": '"1000"',
    "EQKTU": '"PUMP"',
    "OBJNR": '"IE1"',
    "POINT": '"77"',
    "CREATED_AT": '"2026-01-01T06:00:00Z"',
}
READING = {
    **MASTER,
    "CREATED_AT": '"2026-02-01T00:30:00Z"',
    "DATE": '"2026-01-31"',
    "DATE_TIME": '"2026-01-31T21:00:00Z"',
    "RECDV": '"8.000"',
    "CNTRR": '"5000.000"',
    "MDTXT": '"as read"',
}


def write(tokens: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {token}" for key, token in tokens.items()) + "}"


def machine(**tokens: str) -> str:
    """Raw equipment record; the arguments are JSON texts of values."""
    return write({**MASTER, **tokens})


def reading(**tokens: str) -> str:
    """Raw running-time record of 31 January 2026; the arguments are JSON texts of values."""
    return write({**READING, **tokens})


def without(key: str, record: dict[str, str]) -> str:
    return write({k: token for k, token in record.items() if k != key})


def make_oracle(rules: OracleRules = LENIENT, *machines: str) -> Oracle:
    """An oracle with plants P001 and P002 that knows machine 000123, or the machines given."""
    oracle = Oracle(rules, plants=["P001", "P002"])
    oracle.sync_equipment(machines or [machine()], RUN_DATE)
    return oracle


def sync(oracle: Oracle, *records: str, day: date = DAY) -> list[str]:
    """Syncs one day; returns the codes of the records rejected by it."""
    before = len(oracle.rejects)
    oracle.sync_running_time(day, records, max(RUN_DATE, day))
    return [reject.code for reject in oracle.rejects[before:]]


def sync_day(oracle: Oracle, day: int, hours: str, cumulative: str, **tokens: str) -> list[str]:
    """Syncs one reading of a day of January 2026."""
    record = reading(DATE=f'"2026-01-{day:02d}"', RECDV=f'"{hours}"', CNTRR=f'"{cumulative}"', **tokens)
    return sync(oracle, record, day=date(2026, 1, day))


# ---- one record


def test_a_golden_record_is_stored_field_by_field() -> None:
    oracle = make_oracle()
    assert sync(oracle, reading()) == []
    row = oracle.running_times["000123", DAY]
    assert row.plant_code == "P001"
    assert row.point == "77"
    assert row.date_time == datetime.fromisoformat("2026-01-31 21:00:00")
    assert row.description == "as read"
    assert (row.running_hours, row.cumulative_hours) == (Decimal("8.000"), Decimal("5000.000"))
    assert (row.company_code, row.equipment_description, row.object_number) == ("1000", "PUMP", "IE1")
    assert row.api_created_at == datetime.fromisoformat("2026-02-01 00:30:00")
    assert row.quality == frozenset()
    assert oracle.equipment["000123"].api_created_at == datetime.fromisoformat("2026-01-01 06:00:00")
    assert oracle.last_counts == Counts(fetched=1, inserted=1)


@pytest.mark.parametrize(
    ("case", "key"),
    [(case, key) for case in CASES for key in case.keys],
    ids=lambda value: value.name if isinstance(value, ValueCase) else value,
)
def test_every_nasty_value_of_a_reading_has_the_stated_code(case: ValueCase, key: str) -> None:
    oracle = make_oracle()
    codes = sync(oracle, write({**READING, key: case.token}))
    if key == "EQUNR" and case.code is None:
        case = ValueCase(case.name, case.keys, case.token, "EQUIPMENT_UNKNOWN")
    assert codes == ([case.code] if case.code else [])
    assert len(oracle.running_times) == (0 if case.code else 1)
    assert all(reject.code in reject.codes for reject in oracle.rejects)


@pytest.mark.parametrize(
    ("token", "stored"),
    [
        ('"1E+3"', "1000.000"),
        ("1.25e1", "12.500"),
        ('"8333E-3"', "8.333"),
        ('"8.333333"', "8.333"),
        ('"8.0005"', "8.001"),
        ('"8.00049999999999999999"', "8.000"),
        ('" +0008.25 "', "8.250"),
        ('"-0"', "0.000"),
        ('"-0.0004"', "0.000"),
        ("-0.0", "0.000"),
        ('"0.00-"', "0.000"),
        ('"4999.9994999"', "4999.999"),
    ],
)
def test_hours_are_exact_decimals_rounded_half_up_once(token: str, stored: str) -> None:
    oracle = make_oracle()
    assert sync(oracle, reading(RECDV=token)) == []
    assert str(oracle.running_times["000123", DAY].running_hours) == stored


def test_numbers_may_fill_their_columns() -> None:
    oracle = make_oracle()
    assert sync(oracle, reading(RECDV='"99999.9994"', CNTRR='"9999999999999.999"')) == []
    row = oracle.running_times["000123", DAY]
    assert (str(row.running_hours), str(row.cumulative_hours)) == ("99999.999", "9999999999999.999")


@pytest.mark.parametrize(
    ("token", "stored"),
    [
        ('"12,5"', "12.500"),
        ('"1,5E+1"', "15.000"),
        ("12.5", "12.500"),  # a JSON number always has a point
        ("1.234", "1.234"),
        ('"12.5"', None),
        ('"1.234,5"', "1234.500"),
        ('"1.234"', "1234.000"),
        ('"1.23,5"', None),
        ('"1.234,8-"', None),
    ],
)
def test_a_decimal_comma_is_read_if_configured_and_then_a_point_groups_thousands(
    token: str, stored: str | None
) -> None:
    oracle = make_oracle(OracleRules(decimal_separator=","))
    codes = sync(oracle, reading(RECDV=token, CNTRR='"5000"'))
    assert codes == ([] if stored else ["NEGATIVE_HOURS"] if "-" in token else ["NOT_NUMERIC"])
    assert [str(row.running_hours) for row in oracle.running_times.values()] == ([stored] if stored else [])


def test_unit_factors_are_applied_before_rounding() -> None:
    oracle = make_oracle(OracleRules(cumulative_hours_factor=Fraction(1, 3600)))
    sync(oracle, reading(CNTRR='"18000002"'))  # seconds: 5000.000555... hours
    assert str(oracle.running_times["000123", DAY].cumulative_hours) == "5000.001"


@pytest.mark.parametrize(
    "token", ['"2026-01-31"', '"20260131"', "20260131", '"/Date(1769817600000)/"', '" 2026-01-31 "']
)
def test_a_day_is_read_in_each_form(token: str) -> None:
    oracle = make_oracle()
    assert sync(oracle, reading(DATE=token)) == []
    assert list(oracle.running_times) == [("000123", DAY)]


@pytest.mark.parametrize(
    ("token", "stored"),
    [
        ('"2026-01-31T10:00:00Z"', "2026-01-31 10:00:00"),
        ('"2026-01-31T10:00:00.5+05:30"', "2026-01-31 04:30:00.500"),
        ('"2026-01-31 10:00:00-0330"', "2026-01-31 13:30:00"),
        ('"2026-01-31T10:00:00.123999999Z"', "2026-01-31 10:00:00.123"),
        ('"2026-01-31 10:00"', "2026-01-31 10:00:00"),
        ('"20260131100000"', "2026-01-31 10:00:00"),
        ("20260131100000", "2026-01-31 10:00:00"),
        ('"\\/Date(1769853600123)\\/"', "2026-01-31 10:00:00.123"),
        ('"2026-01-31"', "2026-01-31 00:00:00"),
        ('"/Date(0)/"', "1970-01-01 00:00:00"),
        ('"0000-00-00 00:00:00"', None),
        ('""', None),
    ],
)
def test_an_instant_is_read_in_each_form(token: str, stored: str | None) -> None:
    oracle = make_oracle()
    assert sync(oracle, reading(DATE_TIME=token)) == []
    date_time = oracle.running_times["000123", DAY].date_time
    assert date_time == (datetime.fromisoformat(stored) if stored else None)


@pytest.mark.parametrize(
    ("token", "stored", "quality"),
    [
        ('"2026-01-31T10:00:00"', "2026-01-31 09:00:00", set()),
        ('"2026-07-01T10:00:00"', "2026-07-01 08:00:00", set()),
        ('"2026-10-25T02:30:00"', "2026-10-25 00:30:00", {"AMBIGUOUS_TIME"}),  # first: still summer time
        ('"2026-10-25T02:30:00+01:00"', "2026-10-25 01:30:00", set()),
        ('"2026-03-29T02:30:00"', None, set()),
    ],
)
def test_a_naive_time_is_of_the_sites_zone(token: str, stored: str | None, quality: set[str]) -> None:
    oracle = make_oracle(OracleRules(time_zone="Europe/Berlin"))
    codes = sync(oracle, reading(DATE_TIME=token))
    if stored is None:  # the clocks skip from 02:00 to 03:00
        assert codes == ["INVALID_TIMESTAMP"]
        return
    row = oracle.running_times["000123", DAY]
    assert row.date_time == datetime.fromisoformat(stored)
    assert row.quality == quality


def test_text_is_trimmed_outside_and_otherwise_opaque() -> None:
    oracle = make_oracle(
        LENIENT,
        machine(EQUNR='"000123"'),
        machine(EQUNR='"123"'),
        machine(EQUNR='" \\u3000abc \\u00a0"'),
        machine(EQUNR='"ABC"'),
        machine(EQUNR='"caf\\u00e9"'),
        machine(EQUNR='"cafe\\u0301"'),
        machine(EQUNR='"\\u200babc"'),
        machine(EQUNR='"' + "9" * 50 + '"'),
    )
    names = {"000123", "123", "abc", "ABC", "caf\u00e9", "cafe\u0301", "\u200babc", "9" * 50}
    assert set(oracle.equipment) == names


@pytest.mark.parametrize("key", ["SWERK", "EQUNR", "CREATED_AT", "DATE", "RECDV", "CNTRR"])
def test_each_required_field_is_required(key: str) -> None:
    oracle = make_oracle()
    target = next(target for target, names in SOURCE_NAMES.items() if key in names)
    assert sync(oracle, without(key, READING)) == ["REQUIRED"]
    assert oracle.rejects[0].field == target


@pytest.mark.parametrize("key", ["BUKRS", "EQKTU", "OBJNR", "POINT", "DATE_TIME", "MDTXT"])
def test_the_other_fields_are_optional(key: str) -> None:
    assert sync(make_oracle(), without(key, READING)) == []


def test_the_first_name_that_is_present_wins_even_with_null() -> None:
    oracle = make_oracle()
    assert sync(oracle, reading(equipment_number='"000123"', EQUNR='"other"')) == []
    assert sync(oracle, reading(equipment_number="null")) == ["REQUIRED"]


@pytest.mark.parametrize("record", ["null", "42", '"text"', "[]", f"[{reading()}]", "NaN"])
def test_what_is_no_object_is_rejected(record: str) -> None:
    assert sync(make_oracle(), record) == ["NOT_AN_OBJECT"]


@pytest.mark.parametrize("extra", ['"MDTXT": "as read"', '"\\u0045QUNR": "000123"', '"Z": {"a": 1, "a": 1}'])
def test_a_key_given_twice_rejects_the_record(extra: str) -> None:
    assert sync(make_oracle(), reading()[:-1] + f", {extra}}}") == ["DUPLICATE_KEY"]


def test_keys_that_are_not_mapped_do_not_matter() -> None:
    extra = ', "ZZ": "\\u0000\\ud800", "YY": 1e999, "XX": NaN}'
    assert sync(make_oracle(), reading()[:-1] + extra) == []


def test_bytes_that_are_no_utf_8_are_rejected_and_kept() -> None:
    oracle = make_oracle()
    payload = reading(MDTXT='"?"').encode().replace(b"?", b"\xed\xa0\x80")
    oracle.sync_running_time(DAY, [payload], RUN_DATE)
    assert (oracle.rejects[0].code, oracle.rejects[0].payload) == ("INVALID_TEXT", payload)


def test_a_reject_has_the_first_code_in_order_and_names_all_that_apply() -> None:
    oracle = make_oracle()
    payload = reading(SWERK='"nowhere"', EQUNR="17", RECDV='"x"', CNTRR='"-99999999999999"')
    assert sync(oracle, payload) == ["NOT_TEXT"]
    codes = {"NOT_TEXT", "PLANT_UNKNOWN", "NOT_NUMERIC", "OUT_OF_RANGE", "NEGATIVE_CUMULATIVE"}
    assert oracle.rejects == [
        Reject(
            stream="running_time",
            key="|2026-01-31",
            code="NOT_TEXT",
            codes=frozenset(codes),
            field="equipment_number",
            payload=payload,
            day=DAY,
            run_date=RUN_DATE,
        )
    ]


# ---- beside the request and other tables


def test_a_reading_may_be_dated_one_day_after_the_run_and_no_later() -> None:
    oracle = make_oracle()
    tomorrow, later = date(2026, 2, 2), date(2026, 2, 3)
    oracle.sync_running_time(tomorrow, [reading(DATE='"2026-02-02"')], RUN_DATE)
    oracle.sync_running_time(later, [reading(DATE='"2026-02-03"', CNTRR='"6000"')], RUN_DATE)
    assert [key[1] for key in oracle.running_times] == [tomorrow]
    assert [reject.code for reject in oracle.rejects] == ["DATE_IN_FUTURE"]


def test_a_reading_of_another_day_than_asked_for_is_rejected() -> None:
    assert sync(make_oracle(), reading(DATE='"2026-01-30"')) == ["DATE_OUTSIDE_REQUEST"]


def test_an_unknown_plant_is_rejected_or_created() -> None:
    rejecting = make_oracle()
    assert sync(rejecting, reading(SWERK='"P009"')) == ["PLANT_UNKNOWN"]
    creating = make_oracle(OracleRules(unknown_plant="create"))
    assert sync(creating, reading(SWERK='"P009"'), reading(SWERK='"P010"', RECDV='"x"')) == ["NOT_NUMERIC"]
    assert creating.plants == {"P001", "P002", "P009"}


def test_a_rejected_record_is_stored_by_replay_once_its_plant_exists() -> None:
    oracle = make_oracle()
    oracle.sync_equipment([machine(EQUNR='"new"', SWERK='"P009"')], RUN_DATE, is_full_snapshot=False)
    oracle.plants.add("P009")
    oracle.replay(oracle.rejects)
    assert oracle.equipment["new"].plant_code == "P009"
    assert oracle.rejects == []


def test_a_reading_keeps_its_own_plant_when_the_machine_moves() -> None:
    oracle = make_oracle()
    sync(oracle, reading())
    oracle.sync_equipment([machine(SWERK='"P002"', CREATED_AT='"2026-02-01"')], RUN_DATE)
    assert oracle.equipment["000123"].plant_code == "P002"
    assert oracle.running_times["000123", DAY].plant_code == "P001"


def test_orphans_are_replayed_by_day_when_their_machine_appears() -> None:
    oracle = make_oracle()
    oracle.sync_running_time(
        DAY,
        [reading(EQUNR='"new"', CNTRR='"90"'), reading(EQUNR='"other"'), reading(EQUNR='"new"')],
        RUN_DATE,
    )
    sync_day(oracle, 30, "8", "100", EQUNR='"new"')
    assert len(oracle.rejects) == 4
    oracle.sync_equipment([machine(EQUNR='"new"')], RUN_DATE, is_full_snapshot=False)
    oracle.replay_orphans()
    # 30 January is stored first (100 h), so the 90 h of the 31st are a decrease and the 5,000 h are not.
    assert oracle.last_counts == Counts(fetched=3, inserted=2, rejected=1)
    assert oracle.running_times["new", DAY].cumulative_hours == 5000
    assert [(r.key, r.code) for r in oracle.rejects] == [
        ("other|2026-01-31", "EQUIPMENT_UNKNOWN"),
        ("new|2026-01-31", "COUNTER_DECREASED"),
    ]
    oracle.replay_orphans()
    assert oracle.last_counts == Counts()


# ---- counters


@pytest.mark.parametrize(
    ("hours", "cumulative", "codes"),
    [
        ("8", "108", []),
        ("0", "100", []),  # an idle day
        ("0.001", "100", ["COUNTER_NOT_ADVANCED"]),
        ("0", "99.999", ["COUNTER_DECREASED"]),
        ("0.0004", "100.0004", []),  # both rounded first: an idle day
        ("8", "7.999", ["CUMULATIVE_BELOW_DAILY"]),
    ],
)
def test_the_counter_goes_on_from_the_last_reading_before(hours: str, cumulative: str, codes: list[str]) -> None:
    oracle = make_oracle()
    sync_day(oracle, 5, "8", "92")
    sync_day(oracle, 10, "8", "100")
    assert sync_day(oracle, 20, hours, cumulative) == codes


def test_the_reading_before_is_the_latest_by_date_in_whatever_order_the_days_came() -> None:
    oracle = make_oracle()
    for day, cumulative in ((10, "100"), (20, "200"), (15, "150")):
        assert sync_day(oracle, day, "8", cumulative) == []
    assert sync_day(oracle, 16, "8", "120") == ["COUNTER_DECREASED"]
    assert sync_day(oracle, 14, "8", "999") == []  # later days do not judge earlier ones


def test_the_first_reading_is_a_baseline() -> None:
    assert sync_day(make_oracle(), 10, "8", "8") == []


def test_an_accepted_counter_starts_a_new_chain_that_later_days_follow() -> None:
    oracle = make_oracle()
    sync_day(oracle, 10, "8", "100")
    assert sync_day(oracle, 11, "5", "5") == ["COUNTER_DECREASED"]
    oracle.accept_counter("000123", date(2026, 1, 11))
    oracle.replay(oracle.rejects)
    assert oracle.last_counts == Counts(fetched=1, inserted=1)
    assert oracle.running_times["000123", date(2026, 1, 11)].quality == frozenset()
    assert sync_day(oracle, 12, "8", "13") == []
    assert sync_day(oracle, 13, "8", "12") == ["COUNTER_DECREASED"]


def test_a_correction_of_the_past_marks_the_next_reading_and_rejects_nothing() -> None:
    oracle = make_oracle()
    for day, cumulative in ((10, "100"), (11, "108"), (12, "116")):
        sync_day(oracle, day, "8", cumulative)
    before = oracle.running_times["000123", date(2026, 1, 11)]
    last = oracle.running_times["000123", date(2026, 1, 12)]
    assert sync_day(oracle, 10, "8", "120") == []
    assert oracle.last_counts == Counts(fetched=1, updated=1)
    marked = oracle.running_times["000123", date(2026, 1, 11)]
    assert marked == replace(before, quality=frozenset({"COUNTER_DECREASED", "HOURS_MISMATCH"}))
    assert oracle.running_times["000123", date(2026, 1, 12)] is last
    assert sync_day(oracle, 11, "8", "108") == ["COUNTER_DECREASED"]  # sent again, it is judged again
    assert oracle.running_times["000123", date(2026, 1, 11)] is marked
    sync_day(oracle, 10, "8", "108")
    assert oracle.running_times["000123", date(2026, 1, 11)].quality == {"COUNTER_NOT_ADVANCED", "HOURS_MISMATCH"}
    sync_day(oracle, 10, "8", "100")
    assert oracle.running_times["000123", date(2026, 1, 11)] == before


# ---- warnings


@pytest.mark.parametrize(
    ("zone", "day", "hours", "is_warned"),
    [
        ("UTC", "2026-01-31", "24", False),
        ("UTC", "2026-01-31", "24.001", True),
        ("UTC", "2025-10-26", "24.5", True),
        ("Europe/Berlin", "2025-10-26", "25", False),
        ("Europe/Berlin", "2025-10-26", "25.001", True),
        ("Europe/Berlin", "2025-03-30", "24", False),  # a day of 23 hours is not measured shorter
        ("Australia/Lord_Howe", "2025-04-06", "24.5", False),
    ],
)
def test_more_hours_than_the_day_has_are_kept_with_a_warning(zone: str, day: str, hours: str, is_warned: bool) -> None:
    oracle = make_oracle(OracleRules(time_zone=zone))
    when = date.fromisoformat(day)
    sync(oracle, reading(DATE=f'"{day}"', RECDV=f'"{hours}"'), day=when)
    assert ("EXCEEDS_DAY" in oracle.running_times["000123", when].quality) is is_warned


@pytest.mark.parametrize(
    ("day", "hours", "cumulative", "is_warned"),
    [
        (11, "8", "108", False),
        (11, "8", "108.1", False),
        (11, "8", "108.101", True),
        (11, "8", "107.9", False),
        (11, "8", "107.899", True),
        (12, "8", "200", False),  # no reading of the day before
    ],
)
def test_growth_that_is_not_the_running_hours_is_warned(day: int, hours: str, cumulative: str, is_warned: bool) -> None:
    oracle = make_oracle()
    sync_day(oracle, 10, "8", "100")
    assert sync_day(oracle, day, hours, cumulative) == []
    assert oracle.running_times["000123", date(2026, 1, day)].quality == (
        {"HOURS_MISMATCH"} if is_warned else frozenset()
    )


def test_a_reading_more_than_five_years_old_is_warned() -> None:
    oracle = make_oracle()
    for day in (date(2021, 1, 31), date(2021, 2, 1)):
        oracle.sync_running_time(day, [reading(DATE=f'"{day}"', RECDV='"0"')], RUN_DATE)
    assert [row.quality for row in oracle.running_times.values()] == [{"DATE_OLD"}, frozenset()]


@pytest.mark.parametrize(
    ("own", "sent", "is_warned"),
    [('"77"', '"78"', True), ('"77"', '"77"', False), ('"77"', "null", False), ("null", '"78"', False)],
)
def test_a_reading_of_another_point_than_the_machines_own_is_warned(own: str, sent: str, is_warned: bool) -> None:
    oracle = make_oracle(LENIENT, machine(POINT=own))
    sync(oracle, reading(POINT=sent))
    assert oracle.running_times["000123", DAY].quality == ({"POINT_MISMATCH"} if is_warned else frozenset())


# ---- several records of one key


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        # the machine's own point, before everything else
        ({}, {"POINT": '"78"', "DATE_TIME": '"2026-01-31T23:00:00Z"'}),
        ({}, {"POINT": "null", "CREATED_AT": '"2026-02-01T09:00:00Z"'}),
        # then the newest document, a missing time being the oldest
        ({"CREATED_AT": '"2025-01-01"'}, {"DATE_TIME": '"2026-01-31T20:59:59.999Z"'}),
        ({}, {"DATE_TIME": "null", "CREATED_AT": '"2026-02-01T09:00:00Z"'}),
        # then the newest record
        ({"MDTXT": '"a"'}, {"MDTXT": '"b"', "CREATED_AT": '"2026-02-01T00:29:59Z"'}),
        # then the greatest bytes
        ({"MDTXT": '"b"'}, {"MDTXT": '"a"'}),
        ({"MDTXT": '"é"'}, {"MDTXT": '"z"'}),
    ],
)
def test_the_best_of_several_readings_wins_in_any_order(winner: dict[str, str], loser: dict[str, str]) -> None:
    records = [reading(**winner), reading(**loser)]
    for order in (records, records[::-1], records + records):
        oracle, alone = make_oracle(), make_oracle()
        assert sync(oracle, *order) == sync(alone, records[0]) == []
        assert oracle.running_times == alone.running_times
        assert oracle.last_counts == Counts(fetched=len(order), inserted=1, superseded=len(order) - 1)


def test_a_machine_without_own_point_prefers_no_reading_by_its_point() -> None:
    oracle = make_oracle(LENIENT, machine(POINT="null"))
    assert sync(oracle, reading(POINT="null"), reading(DATE_TIME='"2026-01-31T23:00:00Z"')) == []
    assert oracle.running_times["000123", DAY].point == "77"


def test_a_reading_that_breaks_a_rule_is_rejected_before_the_best_is_chosen() -> None:
    oracle = make_oracle()
    newest_but_wrong = reading(CNTRR='"-1"', DATE_TIME='"2026-01-31T23:00:00Z"')
    assert sync(oracle, newest_but_wrong, reading()) == ["NEGATIVE_CUMULATIVE"]
    assert oracle.last_counts == Counts(fetched=2, inserted=1, rejected=1)


def test_of_two_records_of_one_machine_the_newest_wins_then_the_greatest_bytes() -> None:
    older = machine(EQKTU='"Z"', CREATED_AT='"2025-12-31"')
    oracle = make_oracle(LENIENT, machine(EQKTU='"B"'), machine(EQKTU='"A"'), older)
    assert oracle.equipment["000123"].equipment_description == "B"
    assert oracle.last_counts == Counts(fetched=3, inserted=1, superseded=2)


# ---- against the stored row


@pytest.mark.parametrize(
    ("tokens", "outcome"),
    [
        ({}, Counts(fetched=1, unchanged=1)),
        ({"RECDV": "8.0000", "MDTXT": '"  as read "'}, Counts(fetched=1, unchanged=1)),
        ({"MDTXT": '"corrected"'}, Counts(fetched=1, updated=1)),
        ({"CREATED_AT": '"2026-02-01T00:30:00.001Z"'}, Counts(fetched=1, updated=1)),
        ({"CREATED_AT": '"2026-02-01T00:29:59.999Z"', "RECDV": "9"}, Counts(fetched=1, superseded=1)),
        ({"DATE_TIME": '"2026-01-31T20:00:00Z"'}, Counts(fetched=1, superseded=1)),
        ({"DATE_TIME": "null"}, Counts(fetched=1, superseded=1)),
        (
            {"DATE_TIME": "null", "CREATED_AT": '"2026-02-01T00:31:00Z"'},  # CREATED_AT is compared first
            Counts(fetched=1, updated=1),
        ),
    ],
)
def test_an_older_reading_never_replaces_a_newer_one(tokens: dict[str, str], outcome: Counts) -> None:
    oracle = make_oracle()
    sync(oracle, reading())
    before = dict(oracle.running_times)
    assert sync(oracle, reading(**tokens)) == []
    assert oracle.last_counts == outcome
    assert (oracle.running_times == before) is (outcome.updated == 0)


def test_an_older_machine_record_never_replaces_a_newer_one() -> None:
    oracle = make_oracle()
    for created_at, outcome in (
        ("2025-12-31", Counts(fetched=1, superseded=1)),
        ("2026-01-01T06:00:00Z", Counts(fetched=1, updated=1)),
    ):
        oracle.sync_equipment([machine(EQKTU='"NEW"', CREATED_AT=f'"{created_at}"')], RUN_DATE)
        assert oracle.last_counts == outcome


@pytest.mark.parametrize(("is_a_value", "outcome"), [(True, "updated"), (False, "unchanged")])
def test_a_warning_alone_is_a_change_unless_configured_otherwise(is_a_value: bool, outcome: str) -> None:
    oracle = make_oracle(OracleRules(quality_is_a_value=is_a_value))
    sync(oracle, reading(POINT='"78"'))
    oracle.sync_equipment([machine(POINT='"78"')], RUN_DATE)
    sync(oracle, reading(POINT='"78"'))
    assert getattr(oracle.last_counts, outcome) == 1
    assert oracle.running_times["000123", DAY].quality == frozenset()


def test_a_machine_that_a_full_snapshot_does_not_name_is_dated_missing_until_it_is_back() -> None:
    oracle = make_oracle(LENIENT, machine(), machine(EQUNR='"B"'))

    def missing_since() -> dict[str, date | None]:
        return {number: row.missing_since for number, row in oracle.equipment.items()}

    oracle.sync_equipment([machine(EQUNR='"B"', SWERK='"?"')], date(2026, 2, 2))  # rejected, but named
    oracle.sync_equipment([], date(2026, 2, 3))
    oracle.sync_equipment([machine(EQUNR='"B"')], date(2026, 2, 4))
    assert missing_since() == {"000123": date(2026, 2, 2), "B": None}
    oracle.sync_equipment([machine(BUKRS="1")], date(2026, 2, 5), is_full_snapshot=False)
    assert oracle.last_counts == Counts(fetched=1, rejected=1)
    assert missing_since() == {"000123": None, "B": None}
    oracle.sync_equipment([machine()], date(2026, 2, 6))
    assert missing_since() == {"000123": None, "B": date(2026, 2, 6)}


# ---- rules about a whole input


@pytest.mark.parametrize(
    ("rules", "records", "code"),
    [
        (OracleRules(), [], "EMPTY_PAYLOAD"),
        (OracleRules(), [without("CNTRR", READING)] * 2, "FIELD_MISSING"),
        (OracleRules(max_reject_rate=Decimal("0.5")), [reading(), "{}", "{}"], "REJECT_RATE"),
    ],
)
def test_a_broken_input_fails_the_run_and_changes_nothing(rules: OracleRules, records: list[str], code: str) -> None:
    oracle = make_oracle(rules)
    with pytest.raises(RunFailedError) as failure:
        oracle.sync_running_time(DAY, records, RUN_DATE)
    assert failure.value.code == code
    assert (oracle.running_times, oracle.rejects) == ({}, [])


def test_a_reject_rate_at_the_limit_and_a_field_that_one_record_carries_are_merged() -> None:
    oracle = make_oracle(OracleRules(max_reject_rate=Decimal("0.5")))
    assert sync(oracle, reading(), without("CNTRR", READING)) == ["REQUIRED"]


# ---- generated feeds


def feed(oracle: Oracle, shuffle: Callable[[list[bytes]], object] = list) -> list[Counts]:
    """Syncs a nasty feed of three days and a correction, each input twice, in an order of choice."""
    generator = RecordGenerator(seed=7, equipment_count=600, plants=["P001", "P002"], defect_rate=0.2)
    counts: list[Counts] = []

    def sync_twice(records: list[bytes], day: date | None) -> None:
        for _ in range(2):
            before = dict(oracle.equipment), dict(oracle.running_times)
            shuffle(records)
            if day is None:
                oracle.sync_equipment(records, RUN_DATE)
            else:
                oracle.sync_running_time(day, records, RUN_DATE)
            counts.append(oracle.last_counts)
        assert (oracle.last_counts.inserted, oracle.last_counts.updated) == (0, 0)
        assert (oracle.equipment, oracle.running_times) == before

    sync_twice(generator.equipment(), None)
    for day in (date(2026, 1, 29), date(2026, 1, 30), DAY):
        sync_twice(generator.running_times(day), day)
    sync_twice(generator.running_times(DAY, revision=1), DAY)
    return counts


def test_a_generated_feed_ends_the_same_in_any_order_and_adds_up() -> None:
    straight, shuffled = (Oracle(LENIENT, plants=["P001", "P002"]) for _ in range(2))
    counts = feed(straight)
    assert feed(shuffled, Random(3).shuffle) == counts
    assert shuffled.equipment == straight.equipment
    assert shuffled.running_times == straight.running_times
    for one in counts:
        parts = one.inserted + one.updated + one.unchanged + one.superseded + one.rejected
        assert one.fetched == parts
    assert counts[-2].updated > 0
    assert counts[-2].superseded > counts[-3].superseded


def test_the_generator_repeats_itself_and_reaches_every_code_and_warning() -> None:
    oracle = Oracle(LENIENT, plants=["P001", "P002"])
    generator = RecordGenerator(seed=1, equipment_count=4000, plants=["P001", "P002"], defect_rate=0.4)
    oracle.sync_equipment(generator.equipment(), RUN_DATE)
    for day in (date(2026, 1, 30), date(2026, 1, 31)):
        records = generator.running_times(day)
        assert records == RecordGenerator(1, 4000, ["P001", "P002"], defect_rate=0.4).running_times(day)
        oracle.sync_running_time(day, records, RUN_DATE)
    assert {reject.code for reject in oracle.rejects} == set(CODE_ORDER)
    warnings = frozenset[str]().union(*(row.quality for row in oracle.running_times.values()))
    assert warnings == {"EXCEEDS_DAY", "HOURS_MISMATCH", "POINT_MISMATCH"}


def test_a_feed_without_defects_is_stored_as_it_was_generated() -> None:
    generator = RecordGenerator(5, 800, ["P001"], defect_rate=0, variation_rate=1, duplicate_rate=0)
    oracle = Oracle(plants=["P001"])
    oracle.sync_equipment(generator.equipment(), RUN_DATE)
    oracle.sync_running_time(DAY, generator.running_times(DAY), RUN_DATE)
    assert oracle.rejects == []
    for index in range(800):
        row = oracle.running_times[equipment_number(index), DAY]
        stored = int(row.running_hours * 1000), int(row.cumulative_hours * 1000)
        assert stored == counter_thousandths(index, DAY)


def test_a_generated_page_is_strict_json_if_asked_for() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    generator = RecordGenerator(1, 3000, defect_rate=1, strict_json=True)
    for record in generator.running_times(DAY):
        json.loads(record, parse_constant=refuse, parse_int=str)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(READING, JSON_VALUES))


@settings(max_examples=200, deadline=None)
@given(JSON_VALUES | FIELDS)
def test_no_json_value_raises(value: object) -> None:
    oracle = make_oracle()
    codes = sync(oracle, json.dumps(value))
    assert len(codes) + len(oracle.running_times) == 1
