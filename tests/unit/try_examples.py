"""A program that makes changes in a copy of the package and says which of them work.

Input: the working directory, which is the copy, and variants as JSON on stdin: a kind, the text of each file (null: it
is not there) and what it is otherwise. Output, as JSON: for each variant nothing, or what is missing.
Libraries are imported once; each variant is a fork.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import airflow.api_fastapi.app  # noqa: F401, what the view imports takes seconds, and is imported before the forks
import dash_ag_grid  # noqa: F401
import dash_mantine_components  # noqa: F401
import sqlalchemy  # noqa: F401
import yaml

SECONDS = 60
"""How long a fork may take. Polars is not imported before: its threads do not survive a fork."""
TREE = Path.cwd()
"""The copy of the package: the program is started in it."""


def try_column() -> None:
    """Its field is mapped, parsed, limited, staged, compared, documented, migrated and shown."""
    from cmms.database import load_sql
    from cmms.migrations import statements
    from cmms.schema_version import newest_version
    from cmms.settings import Settings, parse_settings
    from cmms.streams import STREAMS

    name = "functional_location"
    assert Settings().streams.equipment.fields.of(name) == (name, "TPLNR"), "no setting"
    assert f"t.{name} <=> s.{name}" in load_sql("sync/merge/equipment_changes"), "not compared"
    assert f"{name} VARCHAR(40)" in load_sql("sync/merge/create_equipment"), "not staged"
    assert _reject("equipment", {**_MACHINE, "TPLNR": "x" * 41}) == "TOO_LONG"
    assert _reject("equipment", {**_MACHINE, "TPLNR": "x" * 40}) is None
    documented = (TREE / "include/config/cmms.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load("\n".join(line.removeprefix("#") for line in documented.splitlines()))
    assert raw["streams"]["equipment"]["fields"][name] == [name, "TPLNR"], "not documented"
    assert parse_settings(raw)
    done: list[str] = []
    statements.run_file = lambda file: done.extend(statements.split_statements(load_sql(f"schema/{file}")))
    (file,) = (TREE / "include/cmms/migrations/versions").glob(f"{newest_version()}_*.py")
    _import_file(file).upgrade()
    assert any(f"ADD COLUMN {name}" in statement for statement in done), "no migration"
    from cmms_ui.resources import RESOURCES

    assert RESOURCES["equipment"].column(name).source == f"e.{name}", "not shown"
    from cmms.sync.validate.parse_records import schema_of

    assert name in schema_of(STREAMS["equipment"]), "not parsed"


def try_rule() -> None:
    """Both interpreters reject what breaks it, and its code is explained."""
    reading = {**_READING, "CNTRR": "1000000.001"}
    assert "`COUNTER_TOO_LARGE`" in (TREE / "docs/operations.md").read_text(encoding="utf-8"), "not documented"
    assert _reject("running_time", reading) == "COUNTER_TOO_LARGE"
    assert _reject("running_time", _READING) is None
    codes = _import_file(TREE / "include/cmms_ui/resources/record_errors/error_codes.py").ERROR_CODES
    assert "COUNTER_TOO_LARGE" in codes, "no explanation in the view"
    assert _reject_rows("running_time", reading) == "COUNTER_TOO_LARGE"


def try_figure() -> None:
    """Its statement gives what it declares."""
    from datetime import date

    from cmms.database import load_sql
    from cmms.figures import typed_rows

    asked: list[str] = []

    def read(statement: str, parameters: Any = None) -> list[dict[str, Any]]:
        asked.append(load_sql(statement))
        return [{"first_day": date(2026, 1, 31), "readings": 2}]

    typed_rows.read_live = read
    from cmms.figures import one_machine

    found = one_machine.reading_span(1)  # type: ignore[attr-defined, unused-ignore] # of the example
    assert (found.first_day, found.readings) == (date(2026, 1, 31), 2)
    assert all(f"AS {name}" in asked[0] for name in ("first_day", "readings"))


def try_widget() -> None:
    """It is on the page, and shows what its figure says."""
    from cmms.figures.maintenance import MaintenanceCounts
    from cmms_ui.pages.dashboard import DASHBOARD

    (widget,) = (known for known in DASHBOARD if known.name == "overdue")
    shown = str(widget.render(MaintenanceCounts(overdue=2, due=1, upcoming=0)))
    assert widget.title == "Overdue maintenance"
    assert "Machines overdue for maintenance: 2" in shown, shown


def try_action() -> None:
    """It is in the policy and in the metadata of the REST API, and does its work."""
    from cmms.access import edit_rows
    from cmms.access.actors import Actor, Capability

    stored = {"plant_code": "P1", "name": "Harbour", "description": "old", "is_active": 1}
    written: list[dict[str, Any]] = []
    edit_rows.with_stored = lambda what, key, values: {**stored, **values}
    edit_rows.edit_row = lambda actor, what, table, key, version, row: written.append(row)  # type: ignore[assignment]
    from cmms_ui.api.meta import describe_resource
    from cmms_ui.definition.schema import Target
    from cmms_ui.resources import RESOURCES
    from cmms_ui.run_action import run_action

    admin = Actor("admin", frozenset(Capability))
    described = describe_resource(RESOURCES["plants"], admin)
    labels = {action["verb"]: action["label"] for action in described["actions"]}
    assert labels.get("clear_description") == "Clear description", "nobody may run it"
    outcome = run_action(admin, "plants", "clear_description", Target((1,), 1), {})
    assert outcome.message == "Description removed."
    assert [row["description"] for row in written] == [None], written


def try_stream() -> None:
    """It is synced, validated, listed and read again; its pages are in the policy, its DAG is there."""
    from cmms.database import load_sql
    from cmms.settings import Settings
    from cmms.streams import STREAMS
    from cmms.sync.validate.rule_suites import load_suite

    stream = STREAMS["fuel"]
    assert Settings().stream("fuel").path == "/fuel"
    assert "NEGATIVE_LITRES" in {rule["meta"]["code"] for rule in load_suite("fuel")["expectations"]}
    for statement in ("validation/stored_fuel", "verify/known_fillings", "reconciliation/fuel"):
        assert load_sql(f"operations/{statement}")
    (migration,) = (TREE / "include/cmms/migrations/versions").glob("*_fuel.py")
    assert stream.table in load_sql(f"schema/{migration.stem}")
    assert (TREE / f"dags/{stream.dag_id}.py").exists()
    assert (TREE / "include/cmms_ui/resources/fuel/__init__.py").exists()
    from cmms_ui.asgi.policy import find_route

    assert find_route("GET", "/fuel") and find_route("GET", "/fuel/1"), "nobody may open it"
    from cmms_ui.resources import RESOURCES

    assert RESOURCES["fuel"].listing


_MACHINE = {"SWERK": "P1", "EQUNR": "A", "CREATED_AT": "2026-01-31T12:00:00Z"}
_READING = {**_MACHINE, "DATE": "2026-01-31", "RECDV": "8.5", "CNTRR": "5000"}


def _reject(stream: str, record: dict[str, str]) -> str | None:
    """The code that the scalar interpreter rejects it with."""
    from datetime import date

    from cmms.settings import Settings
    from cmms.sync.validate.parse_record import parse_record
    from cmms.sync.validate.validate_record import RecordReference, validate_record

    settings = Settings()
    values = parse_record(json.dumps(record).encode(), stream=stream, settings=settings)
    known = RecordReference(plant_id=1, equipment_id=1)
    day = date(2026, 1, 31) if "DATE" in record else None
    result = validate_record(values, known, stream=stream, settings=settings, day=day)
    return result.rejected.code if result.rejected else None


def _reject_rows(stream: str, record: dict[str, str]) -> str | None:
    """The code that Great Expectations rejects it with."""
    from datetime import date

    import polars

    from cmms.settings import Settings
    from cmms.sync.validate.apply_rules import apply_rules
    from cmms.sync.validate.load_reference import Reference, join_reference
    from cmms.sync.validate.parse_records import parse_records
    from cmms.sync.validate.read_records import RecordReader

    settings, day = Settings(), date(2026, 1, 31)
    fields = settings.stream(stream).fields.as_dict()
    raw = RecordReader(records_path="", fields=fields).read_records([json.dumps(record).encode()])
    frame = parse_records([(1, raw)], stream=stream, settings=settings)
    known = Reference(
        1,
        polars.DataFrame({"plant_code": ["P1"], "plant_id": [1]}),
        polars.DataFrame({"equipment_number": ["A"], "equipment_id": [1], "own_point": ["77"]}),
        polars.DataFrame(
            schema={"equipment_id": polars.Int64, "previous_hours": polars.Int64, "previous_date": polars.Date}
        ),
    )
    joined = join_reference(frame, known, day=day, rules=settings.rules)
    results = apply_rules(joined, stream=stream, settings=settings, days=(day, day))
    return results.rejected[0].code if results.rejected else None


def _import_file(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRIALS: dict[str, Callable[[], None]] = {
    "column": try_column, "rule": try_rule, "figure": try_figure, "widget": try_widget, "action": try_action,
    "stream": try_stream,
}  # fmt: skip


def _write(files: dict[str, str | None]) -> None:
    """Put the files there; what was compiled of them before goes."""
    for name, text in files.items():
        file = TREE / name
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            compiled.unlink()
        file.unlink(missing_ok=True)
        if text is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _try(kind: str) -> str:
    """What goes wrong, in a process of its own."""
    receive, send = os.pipe()
    if os.fork() == 0:
        said = ""
        try:
            signal.alarm(SECONDS)
            sys.path.insert(0, str(TREE / "include"))
            TRIALS[kind]()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(send, said.encode()[:60_000])
        os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as answer:
        said = answer.read().decode()
    _child, status = os.wait()
    return said or (f"ended with status {status}" if status else "")


def main() -> None:
    """See the module."""
    asked = json.load(sys.stdin)
    results = []
    for variant in asked:
        _write(variant["files"])
        results.append(_try(variant["kind"]))
        _write(variant["before"])
    print(json.dumps(results))


if __name__ == "__main__":
    main()
