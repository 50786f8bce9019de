"""Published worked examples of the field, ``goldens.tsv``, each with the function that computes it.

A module a topic; each has ``CASES``: a row's id and the function that asserts it. ``test_goldens.py`` runs them all.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path

import pytest

TOPICS = sorted(topic.name for topic in pkgutil.iter_modules(__path__))
pytest.register_assert_rewrite(*(f"{__name__}.{topic}" for topic in TOPICS))
TABLE = Path(__file__).parent.parent / "goldens.tsv"


def read_rows() -> dict[str, dict[str, str]]:
    """The rows of the table by id."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def find_cases() -> dict[str, Callable[[], None]]:
    """The functions of all topics by id; an id that two topics claim is an error."""
    found: dict[str, Callable[[], None]] = {}
    for topic in TOPICS:
        cases = importlib.import_module(f"{__name__}.{topic}").CASES
        assert not found.keys() & cases.keys(), f"{topic}: {sorted(found.keys() & cases.keys())}"
        found.update(cases)
    return found
