"""Raw records -> typed rows: what many records at once give equals what each gives alone, and nothing is hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.settings import parse_settings
from cmms.sync.validate import read_plain_records
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.raw_columns import RawColumns
from cmms.sync.validate.raw_values import ABSENT, DUPLICATE_KEY, NOT_AN_OBJECT
from cmms.sync.validate.read_records import RecordReader
from tests.oracle.generate import RecordGenerator

SETTINGS = parse_settings({})
FIELDS = SETTINGS.streams.running_time.fields.as_dict()
RIGHT = b'{"SWERK":"P1","EQUNR":"A","CREATED_AT":"2026-01-31T10:00:00Z","DATE":"2026-01-31","RECDV":"8","CNTRR":"9"}'


@pytest.fixture(scope="module", params=[1, 10**9], ids=["fast-way", "slow-way"], autouse=True)
def fewest(request: pytest.FixtureRequest) -> Iterator[None]:
    """All of this holds with and without the fast way of reading plain text."""
    before, read_plain_records._FEWEST = read_plain_records._FEWEST, request.param
    yield
    read_plain_records._FEWEST = before


def read(*records: bytes) -> RawColumns:
    return RecordReader(records_path="", fields=FIELDS).read_records(list(records))


def values_of(raw: RawColumns, name: str) -> list[Any]:
    """A field's values in the order of the records."""
    by_position = dict(zip(raw.positions.tolist(), raw.values[name].to_list(), strict=True))
    return [by_position[position] for position in range(len(raw.records))]


def structure_of(raw: RawColumns) -> dict[int, str]:
    """Codes by position."""
    return {int(raw.positions[row]): code for row, code in raw.structure.items()}


def parse(*records: bytes) -> list[dict[str, Any]]:
    return parse_records([(1, read(*records))], stream="running_time", settings=SETTINGS).sort("position").to_dicts()


@pytest.mark.feature("VAL-08")
@pytest.mark.parametrize(
    "record",
    [
        b'{"EQUNR":"A","EQUNR":"B"}', b'{"EQUNR":"A","EQUNR" :"B"}', b'{"EQUNR" : "A", "EQUNR"\n:"A"}',
        b'{"EQUNR":"A","\\u0045QUNR":"B"}', b'{"ZZ":1,"ZZ":2}', b'{"ZZ":{"a":1,"a":2}}',
    ],
)  # fmt: skip
def test_a_key_twice_is_noticed_however_it_is_written(record: bytes) -> None:
    structure = structure_of(read(RIGHT, record, RIGHT))
    assert list(structure) == [1]
    assert structure[1].startswith(DUPLICATE_KEY)


@pytest.mark.feature("VAL-08")
@pytest.mark.parametrize(
    "record",
    [
        b'{"EQKTU":"a\\":b"}',
        b'{"EQKTU":"x\\" :y","EQUNR" : "1"}',
        b'{"ZZ":{"a":1},"YY":[{"a":1},{"a":2}]}',
        b'{ "EQUNR" : "A" }',
    ],
)
def test_what_only_looks_like_a_key_twice_is_none(record: bytes) -> None:
    assert read(RIGHT, record).structure == {}


@pytest.mark.feature("VAL-08")
def test_what_is_no_object_is_marked_and_its_neighbours_are_read() -> None:
    odd = [b"null", b"[]", b'"text"', b"1", b"true"]
    raw = read(RIGHT, *odd, RIGHT)
    assert structure_of(raw) == dict.fromkeys(range(1, 6), NOT_AN_OBJECT)
    assert [values_of(raw, "equipment_number")[place] for place in (0, 6)] == ["A", "A"]
    assert values_of(raw, "equipment_number")[1] is ABSENT


@pytest.mark.feature("MAP-13")
def test_the_first_candidate_present_wins_and_unmapped_names_are_told() -> None:
    raw = read(
        b'{"EQUNR":"old","equipment_number":"new","EXTRA":1}',
        b'{"EQUNR":"only"}',
        b'{"EQUNR":"x","equipment_number":null}',
    )
    assert values_of(raw, "equipment_number") == ["new", "only", None]
    assert raw.unknown_fields == {"EXTRA"}


@pytest.mark.feature("TEST-17", "MAP-01", "MAP-02", "MAP-03")
def test_a_golden_record_is_typed_field_by_field() -> None:
    (row,) = parse(
        b'{"SWERK":" P1\\t","EQUNR":"000123","BUKRS":"1000","EQKTU":"","OBJNR":"IE1","POINT":null,"CREATED_AT":20260131100000,'
        b'"DATE":20260131,"DATE_TIME":"2026-01-31T21:00:00.5Z","RECDV":8.3335,"CNTRR":"1E+3","MDTXT":"\\u00e9 \\ud83d\\ude00"}'
    )
    assert row == {
        "page": 1, "position": 0, "plant_code": "P1", "equipment_number": "000123", "company_code": "1000",
        "equipment_description": None, "object_number": "IE1", "point": None, "api_created_at": datetime(2026, 1, 31, 10),
        "description": "é 😀", "date": date(2026, 1, 31), "date_time": datetime(2026, 1, 31, 21, 0, 0, 500000),
        "running_hours": 8334, "cumulative_hours": 1_000_000, "ambiguous_time": None, "problem": None,
    }  # fmt: skip


@pytest.mark.feature("SVC-02", "VAL-08")
@pytest.mark.parametrize(("seed", "defect_rate"), [(1, 0.6), (2, 0.6), (3, 0.1)])
def test_many_records_at_once_are_read_as_each_one_alone(seed: int, defect_rate: float) -> None:
    records = RecordGenerator(seed, 150, defect_rate=defect_rate).running_times(date(2026, 1, 31))
    together = parse(*records)
    for position, record in enumerate(records):
        (alone,) = parse(record)
        assert {**alone, "position": position} == together[position]


@pytest.mark.feature("SVC-02")
@pytest.mark.parametrize("stream", ["equipment", "running_time"])
@pytest.mark.parametrize(
    "numbers", [{}, {"decimal_separator": ",", "running_hours_factor": "1/60"}], ids=["plain", "other"]
)
def test_pages_read_together_are_the_pages_one_after_the_other(stream: Any, numbers: dict[str, Any]) -> None:
    site = parse_settings({"rules": {"plant_code_case": "upper"}, "api": {"numbers": numbers}})
    feed = RecordGenerator(4, 60, ("p001", "P002"), defect_rate=0.3)
    records = feed.equipment() if stream == "equipment" else feed.running_times(date(2026, 1, 31))
    fields = {name: tuple(names) for name, names in site.stream(stream).fields.model_dump().items()}
    reader = RecordReader(records_path="", fields=fields)
    pages = [(page + 1, reader.read_records(records[25 * page : 25 * page + 25])) for page in range(3)]

    def rows(pages: Any) -> list[dict[str, Any]]:
        return parse_records(pages, stream=stream, settings=site).sort("page", "position").to_dicts()

    together = rows(pages)
    assert together == [row for page in pages for row in rows([page])]
    assert {row["plant_code"] for row in together} >= {"P001", "P002"}
    assert any(row["problem"] for row in together)


@pytest.mark.feature("VAL-08")
@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["SWERK", "EQUNR", "DATE", "DATE_TIME", "RECDV", "CNTRR", "CREATED_AT", "MDTXT", "ZZ"]),
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(max_size=20)
            | st.lists(st.integers(), max_size=2),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_arbitrary_json_never_raises_and_gives_a_row_per_record(values: list[dict[str, Any]]) -> None:
    rows = parse(*(json.dumps(value).encode() for value in values))
    assert [row["position"] for row in rows] == list(range(len(values)))


@pytest.mark.feature("VAL-08")
@pytest.mark.parametrize(
    "odd",
    [
        b'{"EQUNR":1,"EQKTU":"x"}', b'{"EQUNR":"a"}', b'{"EQUNR":"a","EQUNR":"b"}', b'{"EQUNR":"\\ud800","EQKTU":"x"}',
        b'{"EQUNR":"\\u0000","EQKTU":"x"}', b'{"EQUNR":"\x01","EQKTU":"x"}', b'{"EQUNR":"a","EQKTU":{"b":"c"}}', b"7",
        b'{"EQUNR":"a","EQKTU":"x\\":\\"y"}', b'{"EQUNR":null,"EQKTU":"x"}', b'{"ZZ":"a","EQKTU":"x"}', b'{"EQUNR":true}',
        b'{"EQUNR":"a","EQKTU":"x","ZZ":"y"}', b'{"EQUNR":"caf\xc3\xa9","EQKTU":"\\ud83d\\ude00"}', b'{}', b'{"EQUNR":"a",\n"EQKTU":"x"}',
        b'{"EQUNR" : "a", "EQKTU" : "x"}', b'{"EQUNR": "a", "EQKTU": null}', b'{"EQUNR":  "a","EQKTU":"x"}',
    ],
)  # fmt: skip
def test_an_odd_record_among_plain_ones_is_read_as_alone_and_changes_no_neighbour(odd: bytes) -> None:
    plain = [b'{"EQUNR":"%d","EQKTU":"text"}' % number for number in range(60)]
    raw = read(*plain[:30], odd, *plain[30:])
    alone = read(odd)
    for name in ("equipment_number", "equipment_description", "plant_code"):
        values = values_of(raw, name)
        (expected,) = values_of(alone, name)
        assert type(values[30]) is type(expected)
        assert getattr(values[30], "text", values[30]) == getattr(expected, "text", expected)
        assert values[:30] + values[31:] == [value for record in plain for value in values_of(read(record), name)]
    assert structure_of(raw) == {30 + row: code for row, code in alone.structure.items()}
    assert raw.unknown_fields == alone.unknown_fields


def test_the_fast_way_reads_all_plain_records_and_leaves_out_the_others() -> None:
    plain = [b'{"EQUNR":"%d","EQKTU":null}' % number for number in range(60)]
    found = read_plain_records.read_plain_records([*plain, b'{"EQUNR":5,"EQKTU":null}', b'{"EQUNR":"a"}'])
    if len(plain) < read_plain_records._FEWEST:
        assert found is None
    else:
        assert found is not None
        assert found.is_plain.tolist() == [True] * 60 + [False] * 2
        assert found.columns["EQUNR"].to_list() == [str(number) for number in range(60)]


@pytest.mark.feature("MAP-13", "VAL-08")
def test_a_source_name_with_points_is_a_path_unless_a_key_is_called_so() -> None:
    reader = RecordReader(records_path="", fields={"point": ("meter.id", "POINT")})
    raw = reader.read_records(
        [
            b'{"meter":{"id":"1","x":[{"y":2}]}}', b'{"meter.id":"2"}', b'{"meter":{"id":null}}', b'{"meter":"text","POINT":"4"}',
            b'{"meter":{"id":"5","id":"6"}}', b'{"POINT":"7"}', b'{"meter":{"id":8.5}}', b'{"meter":{"id":"\\ud800"}}',
        ]
    )  # fmt: skip
    values = values_of(raw, "point")
    assert values[:4] == ["1", "2", None, "4"]
    assert (values[5], values[6].text, values[7]) == ("7", "8.5", "\ud800")
    assert structure_of(raw) == {4: f"{DUPLICATE_KEY}:id"}
    assert raw.unknown_fields == frozenset()


def test_many_records_with_objects_or_numbers_in_them_are_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    odd: list[bytes] = []
    read_odd = RecordReader._read_odd
    monkeypatch.setattr(
        RecordReader, "_read_odd", lambda self, record, *rest: odd.append(record) or read_odd(self, record, *rest)
    )
    records = [
        RIGHT[:-1] + b',"MORE":{"a":[{"b":%d,"c":1.5}],"d":{}},"N":%d}' % (number, number) for number in range(300)
    ]
    records[70] = RIGHT.replace(b'"A"', b'"A\\":"')  # looks like one key more
    records[200] = RIGHT[:-1] + b',"NEW":"learned"}'
    raw = read(*records)
    assert values_of(raw, "equipment_number") == ["A"] * 70 + ['A":'] + ["A"] * 229
    assert raw.structure == {}
    assert len(odd) <= 8  # the odd one; where pages are read in the fast way, what it has left over too
