"""A migration's file is run statement by statement; their numbers are stored, so they must not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmms.database import load_sql
from cmms.migrations.statements import split_statements

FILES = sorted(file.stem for file in (Path(__file__).parents[2] / "include/sql/schema").glob("*.sql"))


def test_a_semicolon_ends_a_statement_wherever_it_stands_but_in_a_text_or_a_comment() -> None:
    sql = "SET @a = 'x;\ny'; SET @b = 2;\n/* 1;\n2 */ UPDATE t SET c = \"it''s;\";"
    assert split_statements(sql) == ["SET @a = 'x;\ny'", "SET @b = 2", "/* 1;\n2 */ UPDATE t SET c = \"it''s;\""]


@pytest.mark.feature("STK-08")
@pytest.mark.parametrize("file", FILES)
def test_the_statements_of_a_shipped_file_are_numbered_as_they_always_were(file: str) -> None:
    """How far an interrupted migration came is stored as a number, which an upgrade must find meaning the same."""
    sql = load_sql(f"schema/{file}")
    assert split_statements(sql) == [part.strip() for part in sql.split(";\n")]
