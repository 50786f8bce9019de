"""Statements that are meant to take many rows at once do: the driver decides by their text."""

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
