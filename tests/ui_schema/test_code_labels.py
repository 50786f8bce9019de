"""Every code that a record, a reading or an event of a run can carry has a label in plain words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cmms import errors
from cmms_ui.present_rows import to_json, to_text
from cmms_ui.resources import RESOURCES
from cmms_ui.resources.record_errors.error_codes import (
    CATEGORY_LABELS,
    ERROR_CODES,
    FINDING_CHOICES,
    OTHER_LABELS,
    code_label,
    codes_label,
)

INCLUDE = Path(__file__).parents[2] / "include"
KNOWN = {*ERROR_CODES, *OTHER_LABELS}


def _errors(kind: type[errors.CmmsError]) -> set[type[errors.CmmsError]]:
    return {kind}.union(*(_errors(child) for child in kind.__subclasses__() if child.__module__ == errors.__name__))


@pytest.mark.feature("UIF-07")
def test_every_code_of_the_suites_has_a_label() -> None:
    suites = (json.loads(file.read_text()) for file in (INCLUDE / "expectations").glob("*.json"))
    codes = {rule["meta"]["code"] for suite in suites for rule in suite["expectations"]}
    assert len(codes) > 20 and {choice.value for choice in FINDING_CHOICES} == codes


@pytest.mark.feature("UIF-07")
def test_every_code_of_an_event_and_of_a_superseded_record_has_a_label() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in (INCLUDE / "cmms").rglob("*.py"))
    events = re.findall(r'(?:write_event|\.event)\([^)]*?"([A-Z]+(?:_[A-Z]+)*)"', source)
    superseded = re.findall(r'^[A-Z_]+ = "(DUPLICATE_\w+|OLDER_\w+|POINT_\w+)"', source, re.M)
    assert {"PLAIN_HTTP", "LOG_LINE"} <= set(events) and len(superseded) == 5
    assert {*events, *superseded} <= KNOWN


@pytest.mark.feature("UIF-07")
def test_every_error_of_a_run_and_its_category_has_a_label() -> None:
    kinds = _errors(errors.CmmsError) - {errors.CmmsError, errors.RetryError, errors.StopError}
    assert {kind.__name__ for kind in kinds} <= KNOWN
    assert {kind.category for kind in kinds} <= set(CATEGORY_LABELS)


@pytest.mark.feature("UIF-07")
def test_labels_are_plain_words_and_an_unknown_code_is_spelled_out() -> None:
    labels = [*(known.label for known in ERROR_CODES.values()), *OTHER_LABELS.values(), *CATEGORY_LABELS.values()]
    assert all(re.fullmatch(r"(JSON|DAG|[A-Z][a-z]+)( (JSON|[a-z]+))*", label) for label in labels)
    assert code_label("TOO_LONG") == "Too long"
    assert code_label("FUEL_BELOW_ZERO") == "Fuel below zero" and code_label("OperationalError") == "Operational error"
    assert (code_label(None), code_label("?"), codes_label("DATE_OLD,POINT_MISMATCH")) == (
        "", "?", "Old date, Other measuring point",
    )  # fmt: skip


@pytest.mark.feature("UIF-07")
@pytest.mark.parametrize(
    ("resource", "column", "stored", "shown"),
    [
        ("record-errors", "code", "TOO_LONG", "Too long"),
        ("validation-findings", "code", "DATE_OLD", "Old date"),
        ("running-times", "quality_code", "DATE_OLD,POINT_MISMATCH", "Old date, Other measuring point"),
    ],
)
def test_pages_show_the_label_and_data_keeps_the_code(resource: str, column: str, stored: str, shown: str) -> None:
    known = RESOURCES[resource].column(column)
    assert to_text(stored, known) == shown
    assert to_json({column: stored}, [known]) == {column: stored}
