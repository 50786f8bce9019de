"""Classification rules of equipment groups: the first rule that matches gives the group. Pure.

Input: rules in their order, and the texts of machines. Output: :class:`Matches`. The sync and the view, which tries a
rule before it is saved, both ask here, so that what a trial shows is what a sync does. A pattern can need years on a
text; the search therefore ends by itself when its time is over (decision 0032).
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import regex

PATTERN_LIMIT = 200
_LITERAL = re.compile(r"(\(\?i\))?[^*+?{}()\[\]\\]*")
"""Patterns of words alone, such as ``(?i)pump|motor``: they cannot take long, and reading the clock takes longer."""
_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?!\d+\}|\d*,\d*\})", re.DOTALL)
"""An escaped sign, a set of signs, or a brace that repeats nothing."""

_LEAST_SECONDS = 0.001
"""0 would be no limit."""

Rule = tuple[str, str, Any]
"""``(field, pattern, group)``: the pattern is searched for in the field; a match gives the group."""
Machine = Mapping[str, str | None]
Search = Callable[[str, float], bool]
"""(text, seconds it may take) -> whether the pattern is found in it; raises TimeoutError."""


class Matches(NamedTuple):
    """What the rules say.

    Attributes:
        groups: one for each machine; None where no rule matches, or where nobody knows.
        undecided: positions of the machines of which nobody knows, because a rule that comes first cannot be used.
        unusable: positions of the rules that took too long, or are no regular expression.
    """

    groups: list[Any]
    undecided: list[int]
    unusable: list[int]


def compile_pattern(text: str) -> Search:
    """How to search for a pattern of a rule.

    Raises:
        ValueError: it is no regular expression of Python's ``re``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of signs that may mean something else in a later version
            re.compile(text)
            pattern = regex.compile(_PARTS.sub(_as_in_re, text), regex.V0)
    except (re.error, regex.error, OverflowError, RecursionError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    if _LITERAL.fullmatch(text):
        return lambda value, _seconds: pattern.search(value) is not None
    return lambda value, seconds: pattern.search(value, timeout=seconds) is not None


def _as_in_re(part: re.Match[str]) -> str:
    """``regex`` knows named sets (``[[:digit:]]``) and fuzzy matches (``{e<=1}``), which are plain signs to ``re``."""
    sign, rest = part[0][0], part[0][1:]
    if sign == "{":
        return r"\{"
    return sign + re.sub(r"(\\.)|\[", lambda found: found[1] or r"\[", rest) if sign == "[" else part[0]


def find_groups(rules: Sequence[Rule], machines: Sequence[Machine], *, rule_seconds: float) -> Matches:
    """The group of the first rule that matches, for each machine.

    Args:
        rules: in their order.
        machines: texts by field.
        rule_seconds: that a rule may take for all machines.
    """
    groups: list[Any] = [None] * len(machines)
    waiting = list(range(len(machines)))
    undecided: list[int] = []
    unusable: list[int] = []
    for number, rule in enumerate(rules):
        left = _search(rule, machines, waiting, groups, rule_seconds)
        if left:
            unusable.append(number)
            undecided += left
        unclear = set(left)
        waiting = [position for position in waiting if groups[position] is None and position not in unclear]
    return Matches(groups, sorted(undecided), unusable)


def _search(
    rule: Rule, machines: Sequence[Machine], waiting: Sequence[int], groups: list[Any], seconds: float
) -> list[int]:
    """Search for one rule; returns the machines that it could not be tried on."""
    field, text, group = rule
    left = list(reversed(waiting))
    try:
        finds = compile_pattern(text)
        ends_at = time.monotonic() + seconds
        while left:
            value = machines[left[-1]][field]
            if value and finds(value, max(_LEAST_SECONDS, ends_at - time.monotonic())):
                groups[left[-1]] = group
            left.pop()
    except (ValueError, TimeoutError):
        return left
    return []
