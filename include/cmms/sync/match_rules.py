"""Classification rules of equipment groups: the first rule that matches gives the group. Pure.

Input: rules in their order, and the texts of machines. Output: a group each, None where nothing matches. As a process
of its own (``python -m cmms.sync.match_rules``, JSON in and out) for rules that nobody has tried: a pattern can keep
Python busy for ever, and a process can be ended.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

PATTERN_LIMIT = 200


class Rule(NamedTuple):
    """``pattern`` is searched for in ``field``; a match gives ``group``."""

    field: str
    pattern: re.Pattern[str]
    group: Any


def compile_rules(rules: Iterable[tuple[str, str, Any]]) -> list[Rule]:
    """(field, pattern, group) with the pattern compiled; raises ``re.error``."""
    return [Rule(field, re.compile(pattern), group) for field, pattern, group in rules]


def find_group(rules: Iterable[Rule], machine: Mapping[str, str | None]) -> Any:
    """The group of the first rule that matches."""
    for rule in rules:
        text = machine[rule.field]
        if text and rule.pattern.search(text):
            return rule.group
    return None


def main() -> None:
    """``{"rules": [[field, pattern, group], ...], "machines": [{field: text}, ...]}`` to ``[group, ...]``."""
    asked = json.load(sys.stdin)
    rules = compile_rules(asked["rules"])
    json.dump([find_group(rules, machine) for machine in asked["machines"]], sys.stdout)


if __name__ == "__main__":
    main()
