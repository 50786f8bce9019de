"""`make features` reads IDs and marks without running a test."""

from __future__ import annotations

from pathlib import Path

from tools.list_features import find_tests, read_features
from tools.state_folder import REPOSITORY

_TESTS = """
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.feature("MOD-01")]

@pytest.mark.feature("RT-01", "RT-02")
def test_function(): ...

@pytest.mark.feature("CLS-01")
class TestClass:
    pytestmark = pytest.mark.feature("CLS-02")

    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.feature("PAR-01")), 2])
    def test_method(self, x): ...

@pytest.mark.feature("NOT-01")
def helper(): ...
"""


def test_marks_of_module_class_function_and_parameter_are_found(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text(_TESTS)
    function, method = "tests/test_it.py::test_function", "tests/test_it.py::TestClass::test_method"
    assert find_tests(tmp_path / "tests") == {
        "MOD-01": [function, method],
        "RT-01": [function],
        "RT-02": [function],
        "CLS-01": [method],
        "CLS-02": [method],
        "PAR-01": [method],
    }


def test_a_javascript_test_names_its_feature_first(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/it.test.js").write_text(
        'test("SCH-05: the brush, both ends", () => {});\ntest("of no feature", (t) => {});\n// test("OLD-01: x", () => {});\n'
    )
    assert find_tests(tmp_path / "tests") == {"SCH-05": ["tests/it.test.js::the brush, both ends"]}


def test_every_row_of_the_feature_tables_is_read() -> None:
    text = (REPOSITORY / "docs/features.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("| ID ", "|---"))]
    assert len(read_features(text)) == len(rows)


def test_no_test_claims_a_feature_that_does_not_exist() -> None:
    features = read_features((REPOSITORY / "docs/features.md").read_text(encoding="utf-8"))
    assert {feature for feature in find_tests(REPOSITORY / "tests") if feature not in features} == set()
