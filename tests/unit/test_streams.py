"""A stream is said once: what follows from it, and that nothing else asks for its name."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cmms.database import load_sql
from cmms.errors import SettingsError
from cmms.settings import Settings
from cmms.streams import STREAMS, stream_noted_by_key
from cmms.streams.fill_columns import fill_columns
from cmms.streams.stream import Daily, Field, Orphan, Stream
from cmms.streams.unit import Unit
from cmms.sync.merge.merge_kind import kind_of, statement_of
from cmms.sync.records import Batch, Scope
from cmms.sync.validate.parse_records import schema_of
from cmms.sync.validate.validation_result import ValidationResult
from tools.state_folder import REPOSITORY

FUEL = Stream(
    name="fuel",
    label="Fuel",
    help="fillings of a day",
    title="Fuel sync",
    record="filling",
    unit=Daily(),
    table="equipment_fuel",
    fields=(
        Field(name="equipment_number", required=True, is_column=False),
        Field(name="litres", kind="number", required=True, digits=5),
        Field(name="remark", is_remembered=True, length=30),
    ),
    orphan=Orphan("EQUIPMENT_UNKNOWN", rule="RT-04", field="equipment_number"),
    dag_id="fuel_sync",
    asset="cmms_fuel",
    dag_timeout=timedelta(minutes=10),
    cron="0 2 * * *",
    conf_keys=(),
    marks=("litres",),
)
_AUDITED = "the word of the audit log for a machine"
_REFERENCES = "the name of a table that others refer to"
_TEXT = "what the view calls each stream"
_LIST = "the list of that name, which a link or relation leads to"
_ONE = "the tab, the action or the widget of that one sync"
_MEANS_ONE = {
    "sql/figures/equipment_history.sql": _AUDITED,
    "sql/figures/machine_condition.sql": _AUDITED,
    "cmms/equipment/change_equipment.py": _AUDITED,
    "sql/operations/verify/duplicates.sql": _REFERENCES,
    "sql/operations/verify/orphans.sql": _REFERENCES,
    "sql/operations/verify/orphans_of_stream.sql": _REFERENCES,
    "cmms/maintenance/change_plans.py": "the scope of a plan: chosen machines",
    "cmms_ui/render/text.py": _TEXT,
    "cmms_ui/resources/syncs/text.py": _TEXT,
    "cmms_ui/resources/validations/text.py": _TEXT,
    "cmms_ui/resources/record_errors/text.py": _TEXT,
    "cmms_ui/resources/equipment/relations.py": _TEXT,
    "cmms_ui/resources/syncs/daily_syncs.py": "its icon",
    "cmms_ui/resources/syncs/outcomes.py": _ONE,
    "cmms_ui/resources/syncs/resource.py": _ONE,
    "cmms_ui/resources/equipment/resource.py": _LIST,
    "cmms_ui/resources/equipment/tab_widgets.py": _LIST,
    "cmms_ui/resources/validations/resource.py": _LIST,
    "cmms_ui/resources/running_times/resource.py": _LIST,
    "cmms_ui/resources/maintenance_plans/resource.py": "the scope of a plan: chosen machines",
    "cmms_ui/resources/maintenance_plans/columns.py": _LIST,
    "cmms_ui/resources/doubtful_readings/resource.py": _LIST,
    "cmms_ui/resources/meter_changes/resource.py": _LIST,
    "cmms_ui/resources/installations/resource.py": _LIST,
    "cmms_ui/resources/availability/resource.py": _LIST,
    "cmms_ui/browser/palette.py": _LIST,
    "cmms_ui/pages/catalogue.py": _LIST,
    "cmms_ui/api/rest.py": _LIST,
}
"""Files of ``include/`` that may name a stream, and what they mean by it."""
_EXPLAINS_NAMES = {"cmms/dag_tasks/dag_defaults.py": "help of the trigger form"}
_NOT_OF_ALL = {"simulator", "migrations", "streams"}
"""Rooms that may name a stream: the source of the tests, the history of the tables, and the streams themselves."""


@pytest.mark.feature("ARC-01")
def test_what_a_field_is_gives_schema_contract_and_limit() -> None:
    assert list(schema_of(FUEL)) == [
        *("page", "position", "equipment_number", "litres", "remark", "ambiguous_time", "problem")
    ]
    assert (FUEL.required, FUEL.remembered, FUEL.has_hours) == (("equipment_number", "litres"), ("remark",), False)
    assert FUEL.columns[0].maximum == 99_999  # DECIMAL(5,3) in thousandths


@pytest.mark.feature("ARC-01")
def test_a_statement_gets_the_columns_of_its_stream() -> None:
    filled = {
        name: fill_columns(f"{{{name}}}", FUEL) for name in ("columns", "staged", "values", "same", "assignments")
    }
    assert filled == {
        "columns": "litres, remark",
        "staged": "s.litres, s.remark",
        "values": "%(litres)s, %(remark)s",
        "same": "t.litres <=> s.litres AND t.remark <=> s.remark",
        "assignments": "litres = s.litres, remark = s.remark",
    }
    assert fill_columns("{definitions}", FUEL).split(",\n  ") == [
        "litres DECIMAL(5,3) NOT NULL",
        "remark VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL",
    ]
    assert fill_columns("{before}; {text}", FUEL) == (
        "'litres', CAST(t.litres AS CHAR), 'remark', t.remark; IFNULL(CONCAT('=', litres), '-'), IFNULL(CONCAT('=', remark), '-')"
    )
    assert fill_columns("{read}; {remembered}", FUEL) == (
        "CAST(t.litres * 1000 AS SIGNED) AS litres, t.remark; COUNT(remark) > 0 AS remark"
    )
    assert fill_columns("{stage} {file}", FUEL) == "{stage} {file}"
    with pytest.raises(ValueError, match="no name of a table or column"):
        fill_columns("{columns}", replace(FUEL, fields=(Field(name="a, b", length=1),)))


@pytest.mark.feature("ARC-01")
def test_units_are_the_days_of_a_span_or_the_snapshot() -> None:
    first, last = date(2026, 2, 28), date(2026, 3, 1)
    assert FUEL.unit_keys(first, last) == ["2026-02-28", "2026-03-01"]
    assert FUEL.unit_keys(None, last) == []
    assert FUEL.day_of("2026-02-28") == first
    assert STREAMS["equipment"].unit_keys(first, last) == ["equipment"]
    assert STREAMS["equipment"].day_of("equipment") is None


@pytest.mark.feature("ARC-01")
def test_a_key_without_a_stream_is_of_a_version_with_one_stream_of_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STREAMS, FUEL.name, FUEL)
    assert [stream_noted_by_key(key).name for key in ("equipment", "2026-02-28")] == ["equipment", "running_time"]


@pytest.mark.feature("ARC-01")
def test_a_day_is_called_by_its_stream_too_where_several_have_days(monkeypatch: pytest.MonkeyPatch) -> None:
    units = [Scope("equipment").units[0], Unit("default", "running_time", "2026-02-28")]
    assert [unit.label for unit in units] == ["Equipment", "2026-02-28"]
    monkeypatch.setitem(STREAMS, FUEL.name, FUEL)
    units.append(Unit("default", "fuel", "2026-02-28"))
    assert [unit.label for unit in units] == ["Equipment", "2026-02-28 (Running times)", "2026-02-28 (Fuel)"]


@pytest.mark.feature("ARC-01")
def test_a_unit_knows_its_stream_and_day_and_is_written_as_before() -> None:
    day, snapshot = Scope("running_time", date(2026, 2, 28), date(2026, 3, 1)).units[0], Scope("equipment").units[0]
    assert (day, day.day, str(day)) == (
        *(Unit("default", "running_time", "2026-02-28"), date(2026, 2, 28)),
        "running_time 2026-02-28",
    )
    assert day.row == {"stream": "running_time", "unit_key": "2026-02-28"}
    assert (snapshot.definition, snapshot.day, day.required_day) == (STREAMS["equipment"], None, day.day)
    with pytest.raises(ValueError, match="equipment equipment is no day"):
        _ = snapshot.required_day


@pytest.mark.feature("ARC-01")
def test_what_tasks_hand_to_each_other_is_written_as_before_there_were_units() -> None:
    batch = {"stream": "running_time", "unit_keys": ("2026-02-28",), "requests": []}
    assert Batch.from_dict(batch).to_dict() == batch
    facts = {
        "folder": "f",
        "fetched": 1,
        "chunks": 1,
        "reference_version": 1,
        "rejected": {},
        "warnings": {},
        "superseded": 0,
    }
    rest = {"seen_all": True, "doubts": (), "covered_plants": None}
    validation = {"stream": "equipment", "unit_key": "equipment", **facts, **rest}
    assert ValidationResult.from_dict(validation).to_dict() == {**validation, "doubtful": None}


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_the_settings_of_a_stream_name_each_of_its_fields(stream: Stream) -> None:
    settings = Settings().stream(stream.name)
    assert settings.definition is stream
    assert settings.fields.as_dict() == {known.name: known.names for known in stream.fields}
    assert {known.name for known in stream.fields} >= {*stream.marks, *stream.required, *stream.remembered}


@pytest.mark.feature("ARC-01")
def test_nothing_asks_whether_a_stream_has_a_certain_name() -> None:
    asked = [
        f"{file.relative_to(REPOSITORY)}:{node.lineno}: {ast.unparse(node)}"
        for package in ("include", "dags", "plugins")
        for file in sorted((REPOSITORY / package).rglob("*.py"))
        if not _NOT_OF_ALL & set(Path(file).parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any(isinstance(part, ast.Constant) and part.value in STREAMS for part in ast.walk(node))
    ]
    assert asked == []


def _texts(file: Path) -> set[str]:
    """The texts of a module, but for its docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told)
    return {node.value for node in found if isinstance(node.value, str)}


def _statement(file: Path) -> str:
    """A statement without its header."""
    return "\n".join(line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))


def _names_a_stream(text: str) -> bool:
    """Whether a text is a stream's name, or a condition or statement that compares something with it."""
    return text in STREAMS or any(f"'{name}'" in text for name in STREAMS)


@pytest.mark.feature("ARC-01")
def test_nothing_outside_the_streams_names_one_but_what_means_that_one() -> None:
    """A stale exception fails too. The values of statements come from the streams, as parameters."""
    named = set()
    for file in sorted((REPOSITORY / "include").rglob("*.py")):
        if not _NOT_OF_ALL & set(file.parts) and any(map(_names_a_stream, _texts(file))):
            named.add(file.relative_to(REPOSITORY / "include").as_posix())
    for file in sorted((REPOSITORY / "include/sql").rglob("*.sql")):
        if "schema" not in file.parts and _names_a_stream(_statement(file)):
            named.add(file.relative_to(REPOSITORY / "include").as_posix())
    assert named == _MEANS_ONE.keys()


@pytest.mark.feature("ARC-01")
def test_nothing_outside_the_streams_knows_the_names_of_the_sources_fields() -> None:
    names = {
        name
        for stream in STREAMS.values()
        for field in stream.fields
        for name in field.names
        if name.isupper() and name != "DATE"  # a type of SQL too
    }
    assert {"SWERK", "EQUNR", "RECDV"} <= names
    said = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    files = [*(REPOSITORY / "include").rglob("*.py"), *(REPOSITORY / "include/sql").rglob("*.sql")]
    found = {
        file.relative_to(REPOSITORY / "include").as_posix()
        for file in files
        if not _NOT_OF_ALL & set(file.parts)
        and any(map(said.search, _texts(file) if file.suffix == ".py" else [_statement(file)]))
    }
    assert found == _EXPLAINS_NAMES.keys()


@pytest.mark.feature("ARC-01")
def test_nothing_of_the_engine_is_a_table_by_streams_or_a_list_of_their_dags() -> None:
    dag_ids = {stream.dag_id for stream in STREAMS.values()}
    found = [
        f"{file.relative_to(REPOSITORY)}:{node.lineno}: {ast.unparse(node)}"
        for file in sorted((REPOSITORY / "include/cmms").rglob("*.py"))
        if not _NOT_OF_ALL & set(Path(file).parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Dict) and {getattr(key, "value", None) for key in node.keys} >= STREAMS.keys())
        or (isinstance(node, ast.Constant) and node.value in dag_ids)
    ]
    assert found == []


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS.keys())
def test_the_merge_that_a_stream_names_is_there_with_its_statements(stream: Stream) -> None:
    kind = kind_of(stream)
    for name in (kind.create, kind.insert, kind.changes, kind.stored, *([kind.has_day] if kind.has_day else [])):
        assert load_sql(statement_of(name, stream)), name


@pytest.mark.feature("ARC-01")
def test_a_stream_that_names_something_else_as_its_merge_is_refused() -> None:
    with pytest.raises(TypeError, match=r"fuel: cmms\.streams:STREAMS is no MergeKind"):
        kind_of(replace(FUEL, merge="cmms.streams:STREAMS"))


@pytest.mark.feature("ARC-01")
def test_a_statement_of_all_streams_has_to_be_told_of_which() -> None:
    assert "INSERT INTO equipment_running_times" in load_sql("sync/merge/by_machine_upsert:running_time")
    with pytest.raises(SettingsError, match="sync/merge/by_machine_upsert is of any stream: name one of equipment, "):
        load_sql("sync/merge/by_machine_upsert")
