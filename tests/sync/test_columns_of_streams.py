"""What a stream says of its columns is what the tables have."""

from __future__ import annotations

from typing import Any

import pytest

from cmms.streams import STREAMS
from tests.plugins.view_site import query


@pytest.mark.feature("ARC-01")
@pytest.mark.parametrize("stream", STREAMS)
def test_the_columns_of_a_stream_have_the_types_of_the_table(migrated: dict[str, Any], stream: str) -> None:
    found = query(
        migrated,
        "SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type FROM information_schema.COLUMNS"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
        STREAMS[stream].table,
    )
    types = {row["name"]: row["type"].upper() for row in found}
    columns = STREAMS[stream].columns
    assert {field.name: types[field.name] for field in columns} == {
        field.name: field.sql_type.partition(" ")[0] for field in columns
    }
