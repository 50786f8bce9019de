"""A number and its noun agree, everywhere by one function."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from cmms.words import agree, count_of

ROOT = Path(__file__).parents[2]


@pytest.mark.feature("UIF-05")
@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 records"), (1, "1 record"), (2, "2 records"), (2_001, "2,001 records"), (1_234_567, "1,234,567 records"), (Decimal(1), "1 record")],
)  # fmt: skip
def test_a_number_and_its_noun_agree(number: int | Decimal, text: str) -> None:
    assert count_of(number, "record") == text


@pytest.mark.feature("UIF-05")
def test_a_plural_without_a_plain_s_is_given() -> None:
    assert [count_of(n, "entry", "entries") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]
    assert [agree(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]


@pytest.mark.feature("UIF-05")
def test_no_module_makes_a_plural_of_its_own() -> None:
    by_hand = re.compile(
        r"""['"]s?['"] if [^\n]*== 1 else|\{'?\w+'? if [^}\n]*== 1 else|\(s\)['" .,]|['"]1 \w+(?: \w+)?['"] if """
    )
    files = [file for folder in ("include/cmms", "include/cmms_ui", "tools") for file in (ROOT / folder).rglob("*.py")]
    found = [f"{file.name}: {hit[0]}" for file in files for hit in by_hand.finditer(file.read_text(encoding="utf-8"))]
    assert found == []
    assert by_hand.search("""f"{n} plant{'' if n == 1 else 's'}" """), "the pattern finds one"
