"""Every published example of ``goldens.tsv`` comes out as it is printed, or as its row corrects it."""

from __future__ import annotations

import pytest

from tests.unit.maintenance.goldens import find_cases, read_rows

ROWS = read_rows()
CASES = find_cases()
WITH_THE_WORK_SIDE = {"K3", "K4", "K5", "K6", "W1", "W3", "W4", "W5", "W6", "W7", "W8", "W9"}
"""KPIs and reliability: they come with work orders, people and history."""


@pytest.mark.feature(
    "GLD-01", "TEST-15", "DOM-08", "DOM-11", "DOM-12", "DOM-13", "DOM-14", "DOM-15", "DOM-16", "DOM-17", "DOM-18"
)
@pytest.mark.parametrize("row", CASES)
def test_a_published_example(row: str) -> None:
    CASES[row]()


@pytest.mark.feature("GLD-01")
def test_each_row_has_its_function_and_each_function_its_row() -> None:
    assert sorted(ROWS.keys() - CASES.keys() - WITH_THE_WORK_SIDE) == []
    assert sorted(CASES.keys() - ROWS.keys()) == []
    assert sorted(WITH_THE_WORK_SIDE & CASES.keys()) == []


@pytest.mark.feature("GLD-01")
def test_each_row_names_its_source_and_is_there_once() -> None:
    assert all(row["source"].strip() and row["given"] and row["expected"] for row in ROWS.values())
    published = [row for row in ROWS.values() if row["source"] not in ("own case", "decided here")]
    assert len(published) >= 60
