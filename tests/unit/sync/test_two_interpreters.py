"""One record by the scalar interpreter, and the same among others by polars and Great Expectations: the same verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmms.settings import Settings
from cmms.streams import STREAMS
from cmms.sync.validate.apply_rules import apply_rules
from cmms.sync.validate.load_reference import Reference, join_reference
from cmms.sync.validate.parse_record import parse_record
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.read_records import RecordReader
from cmms.sync.validate.rule_suites import load_suite
from cmms.sync.validate.validate_record import RecordReference, validate_record
from tools.state_folder import REPOSITORY

DAY = date(2026, 10, 25)  # longer than others in Berlin
PLANTS = {"P1": 1, "p1": 2, "P" * 10: 3}
MACHINES = {"A": (1, "77"), "B": (2, None), "C": (3, "78"), "x" * 50: (4, "77"), "Ä": (5, "")}
BEFORE = {
    1: (4_991_500, DAY - timedelta(days=1)),
    3: (5_000_000, DAY - timedelta(days=9)),
    4: (0, DAY - timedelta(days=1)),
}
ACCEPTED = frozenset({3})

_numbers = st.sampled_from(["0", "-0", "8.5", "-8.5", "8.500", "24", "24.001", "25.0", "25.001", "4999.999", "5000", "4991.5", "5000.0004",
    "5000,5", "1.234,5", "5,-", "5-", "1e3", "1E-9", "99999.999", "99999.9995", "100000", "1e30", "9" * 70, "NaN", "abc", " 7 ", "٣"])  # fmt: skip
_days = st.sampled_from([DAY.isoformat(), f"{DAY:%Y%m%d}", "2026-10-24", "2026-10-26", "2026-10-27", "2021-10-25", "2021-10-24", "0999-01-01",
    "00000000", "2026-02-30", "/Date(1792886400000)/", "/Date(1792879200000+0120)/", "soon", "2026-10-25T00:00:00"])  # fmt: skip
_instants = st.sampled_from(["2026-10-25T02:30:00", "2026-10-25 02:30:00", "2026-03-29T02:30:00", "20261025120000", "2026-10-25T24:00:00",
    "2026-10-25T12:00:00Z", "2026-10-25T12:00:00.123456+02:00", "2026-10-25", "0000-00-00T00:00:00", "/Date(1792886400123)/", "later"])  # fmt: skip
_names = st.sampled_from(["A", "B", "C", "x" * 50, "x" * 51, "Ä", "unknown", "", " A ", "\x1cA", "\u00a0B\u3000", "a\x00b", "\ud800", "P1", "p1", "P" * 10, "P" * 11, "77", "78"])  # fmt: skip
_texts = st.one_of(
    _names,
    st.sampled_from([10, 11, 20, 21, 30, 31, 120, 121, 500, 501, 2000, 2001]).map("t".__mul__),
    st.text(max_size=5),
)
_odd = st.sampled_from(
    [None, True, 7, -0.0, 7.125, 10**40, ["a"], {"a": "b"}, {"number": "A", "text": {"deep": "P1"}}, {}]
)


def _any_of(usual: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.one_of(usual, usual, usual, usual.map(str.strip), st.one_of(_odd, _numbers, _days, _instants))


def _usual(kind: str) -> st.SearchStrategy[Any]:
    return _any_of({"hours": _numbers, "day": _days, "instant": _instants, "text": _texts}[kind])


def _sound(stream: str) -> dict[str, Any]:
    record = {"plant_code": "P1", "equipment_number": "A", "api_created_at": "2026-10-25T12:00:00Z", "point": "77"}
    if STREAMS[stream].is_daily:
        record |= {"date": DAY.isoformat(), "running_hours": "8.5", "cumulative_hours": "5000"}
    return record


@st.composite
def _records(draw: st.DrawFn, stream: str) -> bytes:
    """A sound record in which some values are others; now and then no object, or one with a key twice."""
    record = _sound(stream)
    for known in draw(st.lists(st.sampled_from(STREAMS[stream].fields), max_size=4)):
        record[draw(st.sampled_from(known.names or (known.name,)))] = draw(_usual(known.kind))
    for name in draw(st.lists(st.sampled_from(sorted(record)), max_size=2)):
        record.pop(name, None)
    text = json.dumps(record, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    shape = draw(st.integers(0, 30))
    if shape == 0:
        return draw(st.sampled_from([b"7", b"null", b"[]", b'"text"', b"NaN"]))
    if shape == 1:
        return text[:-1] + b', "plant_code": "P1", "remark": {"a": 1, "a": 2}}' if len(text) > 2 else text
    return text


def _settings(numbers: dict[str, Any] | None = None, rules: dict[str, Any] | None = None) -> Settings:
    raw = Settings().model_dump()
    raw["timezone"] = "Europe/Berlin"
    for stream in raw["streams"].values():
        stream["fields"]["equipment_number"] += ("point.number",)
        stream["fields"]["plant_code"] += ("object_number.text.deep",)
    raw["streams"]["running_time"]["numbers"].update(numbers or {})
    raw["rules"].update(rules or {})
    return Settings.model_validate(raw)


SITES = {
    "usual": _settings(),
    "strict": _settings({"decimal_separator": ",", "excess_digits": "reject"}, {"strict_progression": True, "plant_code_case": "upper"}),
    "minutes": _settings({"running_hours_factor": "1/60"}, {"hours_mismatch_tolerance": "2", "old_after_years": 1}),
}  # fmt: skip


def _reference() -> Reference:
    return Reference(
        1,
        pl.DataFrame({"plant_code": list(PLANTS), "plant_id": list(PLANTS.values())}),
        pl.DataFrame(
            [(number, key, point) for number, (key, point) in MACHINES.items()],
            schema={"equipment_number": pl.String, "equipment_id": pl.Int64, "own_point": pl.String},
            orient="row",
        ),
        pl.DataFrame(
            [(key, hours, day) for key, (hours, day) in BEFORE.items()],
            schema={"equipment_id": pl.Int64, "previous_hours": pl.Int64, "previous_date": pl.Date},
            orient="row",
        ),
        ACCEPTED,
    )


def _reference_of(values: dict[str, Any], stream: str) -> RecordReference:
    plant = PLANTS.get(values["plant_code"])
    if not STREAMS[stream].is_daily:
        return RecordReference(plant)
    key, point = MACHINES.get(values["equipment_number"], (None, None))
    hours, day = BEFORE.get(key or 0, (None, None))
    return RecordReference(plant, key, point, hours, day, key in ACCEPTED)


def _frame(records: list[bytes], stream: str, site: Settings) -> pl.DataFrame:
    fields = site.stream(stream).fields.as_dict()
    raw = RecordReader(records_path="", fields=fields).read_records(records)
    return parse_records([(1, raw)], stream=stream, settings=site).sort("position")


@pytest.mark.feature("VAL-08", "DLQ-03", "MAP-07")
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("stream", STREAMS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_both_interpreters_read_and_judge_every_record_alike(stream: str, site: str, data: st.DataObject) -> None:
    records = data.draw(st.lists(_records(stream), min_size=1, max_size=60))
    settings_of_site, day = SITES[site], DAY if STREAMS[stream].is_daily else None
    frame = _frame(records, stream, settings_of_site)
    rows = frame.drop("page", "position").to_dicts()
    parsed = [parse_record(record, stream=stream, settings=settings_of_site) for record in records]
    assert parsed == rows
    days, run_date = (day, day) if day else None, DAY + timedelta(days=1)
    joined = join_reference(frame, _reference(), day=day, rules=settings_of_site.rules)
    judged = apply_rules(joined, stream=stream, settings=settings_of_site, days=days, run_date=run_date)
    for row, values in enumerate(parsed):
        validation = validate_record(
            values, _reference_of(values, stream), stream=stream, settings=settings_of_site, day=day, run_date=run_date
        )
        assert validation.rejected == judged.rejected.get(row), records[row]
        kept = () if validation.rejected else tuple(sorted(judged.warnings.get(row, ())))
        assert validation.warnings == kept, records[row]


def _spoilt(stream: str) -> dict[str, dict[str, Any]]:
    """By code: a record that breaks just that rule."""
    wrong: dict[str, dict[str, Any]] = {
        "INVALID_TEXT": {"plant_code": "a\x00b"}, "NOT_TEXT": {"point": 7}, "INVALID_TIMESTAMP": {"api_created_at": "later"},
        "REQUIRED": {"equipment_number": ""}, "TOO_LONG": {"company_code": "t" * 11}, "PLANT_UNKNOWN": {"plant_code": "P9"},
        "AMBIGUOUS_TIME": {"api_created_at": "2026-10-25T02:30:00"},
    }  # fmt: skip
    if STREAMS[stream].is_daily:
        wrong |= {
            "INVALID_DATE": {"date": "soon"}, "NOT_NUMERIC": {"running_hours": "x"}, "OUT_OF_RANGE": {"running_hours": "100000"},
            "NEGATIVE_HOURS": {"running_hours": "-1"}, "NEGATIVE_CUMULATIVE": {"equipment_number": "B", "running_hours": "0", "cumulative_hours": "-1"},
            "DATE_IN_FUTURE": {"date": "2026-10-28"}, "DATE_OUTSIDE_REQUEST": {"date": "2026-10-24"}, "EQUIPMENT_UNKNOWN": {"equipment_number": "?"},
            "CUMULATIVE_BELOW_DAILY": {"cumulative_hours": "8"}, "COUNTER_DECREASED": {"cumulative_hours": "4991"},
            "COUNTER_NOT_ADVANCED": {"cumulative_hours": "4991.5"}, "EXCEEDS_DAY": {"running_hours": "25.001"},
            "HOURS_MISMATCH": {"cumulative_hours": "5001"}, "POINT_MISMATCH": {"point": "78"},
        }  # fmt: skip
    return wrong


@pytest.mark.feature("VAL-08", "DLQ-03")
@pytest.mark.parametrize("stream", STREAMS)
def test_a_fault_of_each_kind_has_its_code_from_both(stream: str) -> None:
    day, site = DAY if STREAMS[stream].is_daily else None, SITES["usual"]
    records = {code: json.dumps({**_sound(stream), **change}).encode() for code, change in _spoilt(stream).items()}
    frame = _frame(list(records.values()), stream, site)
    joined = join_reference(frame, _reference(), day=day, rules=site.rules)
    judged = apply_rules(joined, stream=stream, settings=site, days=(day, day) if day else None)
    for row, (code, record) in enumerate(records.items()):
        values = parse_record(record, stream=stream, settings=site)
        validation = validate_record(values, _reference_of(values, stream), stream=stream, settings=site, day=day)
        assert validation.rejected == judged.rejected.get(row)
        assert code in ((validation.rejected.code,) if validation.rejected else validation.warnings)
    codes = {rule["meta"]["code"] for rule in load_suite(stream)["expectations"]}
    assert codes - records.keys() <= {"NOT_AN_OBJECT", "DUPLICATE_KEY", "TOO_MANY_DIGITS", "DATE_OLD"}  # held above


@pytest.mark.feature("DLQ-03", "UIF-08")
def test_a_record_is_judged_without_the_libraries_of_chunks() -> None:
    program = (
        "import sys\n"
        "from cmms.settings import Settings\n"
        "from cmms.sync.validate.validate_record import RecordReference, validate_record\n"
        "from cmms.sync.validate.parse_record import parse_record\n"
        "values = parse_record(b'{}', stream='equipment', settings=Settings())\n"
        "print(validate_record(values, RecordReference(), stream='equipment', settings=Settings(), day=None).rejected.code)\n"
        "print([name for name in ('polars', 'pandas', 'numpy', 'great_expectations', 'pyarrow') if name in sys.modules])\n"
    )
    environment = {"PYTHONPATH": str(REPOSITORY / "include")}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, env=environment)
    assert done.stdout.splitlines() == ["REQUIRED", "[]"], done.stderr[-2000:]
