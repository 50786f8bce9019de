"""What the text of a statement decides: whether the driver batches it, and that values are bound, never written into it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from MySQLdb.cursors import RE_INSERT_VALUES

from cmms import database

INCLUDE = Path(database.__file__).parent
STATEMENTS = {
    name
    for file in INCLUDE.rglob("*.py")
    for name in re.findall(r'insert_many\(\s*[\w.]+,\s*"([\w/]+)"', file.read_text(encoding="utf-8"))
}


def test_the_statements_are_found() -> None:
    calls = sum(file.read_text(encoding="utf-8").count("insert_many(") for file in INCLUDE.rglob("*.py"))
    assert len(STATEMENTS) == calls - 1  # one is the definition


@pytest.mark.feature("PERF-06", "SYNC-11")
@pytest.mark.parametrize("statement", sorted(STATEMENTS))
def test_the_driver_batches_the_statement(statement: str) -> None:
    assert RE_INSERT_VALUES.match(database.load_sql(statement))


@pytest.mark.feature("STK-08")
def test_every_statement_takes_its_values_by_name_and_nothing_else_but_the_staging_table() -> None:
    files = [file for file in (INCLUDE.parent / "sql").rglob("*.sql") if file.parent.name != "schema"]
    assert len(files) > 150
    for file in files:
        text = re.sub(r"--.*", "", file.read_text(encoding="utf-8"))
        assert set(re.findall(r"\{(\w*)\}", text)) <= {"stage"}, file
        assert not re.search(r"['\"`]\s*%\(", text), file  # a value in quotes would be quoted twice
        assert re.findall(r"%(?!\(\w+\)s|%)", text.replace("%%", "")) == [], file


@pytest.mark.feature("STK-08")
@pytest.mark.parametrize("table", ["plants", "stg_x; DROP TABLE plants", "stg_`x", "STG_X", ""])
def test_only_a_staging_table_gets_into_a_statement_by_its_name(table: str) -> None:
    with pytest.raises(ValueError, match="no staging table name"):
        database.execute(None, "stage/count", stage_table=table)  # type: ignore[arg-type]
