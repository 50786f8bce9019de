"""Classification rules mean what Python's ``re`` says, and no pattern can keep a sync or the API server busy."""

from __future__ import annotations

import re
import time
import warnings
from itertools import product

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from cmms.sync.merge.match_rules import PATTERN_LIMIT, compile_pattern, find_groups

TEXTS = (
    "",
    "Pump 7",
    "PUMP-12 {e}",
    "a",
    "aaa",
    "aab!",
    "[:alpha:]",
    "fan, blower",
    "Straße",
    "ﬀ",
    "x{2}",
    "l:]",
    "\\d",
    "4711 ",
)
PARTS = (
    "a", "b", ".", "a*", "b+?", "[a-c]", "[^0-9]", "(a|b)", "(?:a|ab)", "^", "$", r"\d", r"\b", "{e}", "{1i+1d<3}", "x{2}", "a{1,2}",
    "[[:alpha:]]", "[]a]", "[^]]", "(?i:P)", r"\{", r"\\{e}", "(?=a)", "(?!b)", "{}", "{,2}", "ß", r"[\[{]", "|", "(a){e}", " ",
)  # fmt: skip


def _by_re(pattern: str, text: str) -> bool | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern).search(text) is not None
    except re.error:
        return None


def _by_rule(pattern: str, text: str) -> bool | None:
    try:
        return compile_pattern(pattern)(text, 5.0)
    except ValueError:
        return None


@pytest.mark.feature("SYNC-09")
def test_two_parts_of_any_kind_mean_what_they_mean_in_re() -> None:
    wrong = [
        (pattern, text)
        for pattern in map("".join, product(PARTS, PARTS))
        for text in TEXTS
        if _by_re(pattern, text) != _by_rule(pattern, text)
    ]
    assert not wrong


def _is_of_one_class(sign: str) -> bool:
    """Whether both count it a letter, a digit, a space: of fractions like ¼ and marks upon letters only one does."""
    return all(bool(re.match(kind, sign)) == bool(regex.match(kind, sign)) for kind in (r"\w", r"\d", r"\s"))


SIGNS = st.characters().filter(_is_of_one_class)


@pytest.mark.feature("SYNC-09")
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), max_size=8).map("".join),
    st.sampled_from(["", "(?i)"]),
    st.one_of(st.sampled_from(TEXTS), st.text(SIGNS, max_size=12)),
)
def test_a_pattern_of_many_parts_finds_what_re_finds(pattern: str, flags: str, text: str) -> None:
    assert _by_re(flags + pattern, text) == _by_rule(flags + pattern, text)


@pytest.mark.feature("SYNC-09")
@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a|aa)+$", r"(\w+\s?)+$"])
def test_a_pattern_that_needs_years_ends_after_its_time_and_the_other_rules_go_on(pattern: str) -> None:
    machines = [{"text": "B7"}, {"text": "a" * 499 + "!"}, {"text": "B8"}]
    started = time.monotonic()
    matches = find_groups([("text", pattern, "slow"), ("text", "^B", "fast")], machines, rule_seconds=0.2)
    assert time.monotonic() - started < 10
    assert matches.unusable == [0] and matches.groups[0] in ("fast", "slow")
    assert matches.undecided and set(matches.undecided) <= {1, 2}
    assert all(matches.groups[position] is None for position in matches.undecided)


@pytest.mark.feature("SYNC-09")
def test_twenty_rules_are_tried_on_ten_thousand_machines_while_a_person_waits() -> None:
    machines = [{"text": f"PUMP {number} KSB-{number % 97} hall {number % 13}"} for number in range(10_000)]
    rules = [("text", rf"(?i)(motor|drive) {number}[a-z]+$", number) for number in range(20)]
    assert all(len(pattern) < PATTERN_LIMIT for _, pattern, _ in rules)
    started = time.monotonic()
    assert find_groups([*rules, ("text", "PUMP", "P")], machines, rule_seconds=5).groups == ["P"] * 10_000
    assert time.monotonic() - started < 10  # two seconds, on a machine that six others share
