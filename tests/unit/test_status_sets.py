"""Which runs are open, good or can be started again is said once, in ``sync/records.py``; statements say the same."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from cmms.sync import records

INCLUDE = Path(__file__).parents[2] / "include"
SETS = {
    frozenset(value) for name, value in vars(records).items() if name.endswith("_STATUSES") and isinstance(value, tuple)
}
WORDS = frozenset().union(*SETS)
OWN_WORDS = {"sync/records.py", "statuses.py", "follow_run.py", "find_waiting_runs.py", "relations.py"}
"""Where the words stand for themselves: what they look like, what Airflow calls its runs, what a search offers."""


def test_the_sets_hold_every_status_and_belong_together() -> None:
    assert {"queued", *get_args(records.Status), "paused"} == WORDS
    assert set(records.OPEN_STATUSES) | set(records.CLOSED_STATUSES) == WORDS
    assert not set(records.OPEN_STATUSES) & set(records.CLOSED_STATUSES)


def find_lists(sql: str) -> list[frozenset[str]]:
    """Lists of two or more statuses of runs that a statement compares a status with."""
    lists = re.findall(r"status (?:NOT )?IN \(([^)]*)\)", re.sub(r"--[^\n]*", "", sql))
    found = [frozenset(re.findall(r"'(\w+)'", text)) for text in lists]
    return [words for words in found if len(words) > 1 and words <= WORDS]


@pytest.mark.feature("LOG-03")
def test_statements_compare_with_the_same_sets() -> None:
    files = [file for file in (INCLUDE / "sql").rglob("*.sql") if file.parent.name != "schema"]
    lists = [(file.name, words) for file in files for words in find_lists(file.read_text(encoding="utf-8"))]
    assert len(lists) > 20
    assert [(name, sorted(words)) for name, words in lists if words not in SETS] == []


@pytest.mark.feature("LOG-03")
def test_no_module_lists_statuses_of_runs_itself() -> None:
    found = []
    for file in INCLUDE.rglob("*.py"):
        if any(str(file).endswith(name) for name in OWN_WORDS):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
                words = [part.value for part in node.elts if isinstance(part, ast.Constant)]
                if len(words) == len(node.elts) and set(words) <= WORDS:
                    found.append(f"{file.name}:{node.lineno} {words}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [f"{file.name}:{node.lineno}" for words in find_lists(node.value) if words not in SETS]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    sql = (
        "WHERE l.status NOT IN ('queued', 'paused') OR status IN ('sent', 'failed') -- status IN ('failed', 'partial')"
    )
    assert find_lists(sql) == [{"queued", "paused"}]
