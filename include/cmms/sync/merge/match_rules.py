"""Classification rules of equipment groups: the first rule that matches gives the group. Pure.

Input: rules in their order, and the texts of machines. Output: a group each, None where nothing matches. It runs as a
process of its own (``python -m cmms.sync.merge.match_rules``, JSON in and out; :mod:`cmms.sync.merge.match_apart`
starts it): a pattern can keep Python busy for ever, and a process can be ended.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PATTERN_LIMIT = 200

Rule = tuple[str, str, Any]
"""``(field, pattern, group)``: the pattern is searched for in the field; a match gives the group."""
Machine = Mapping[str, str | None]


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


class _TooSlow(Exception):
    """A rule has used up its time."""


def find_groups(rules: Sequence[Rule], machines: Sequence[Machine], seconds: float = 0) -> Matches:
    """The group of the first rule that matches, for each machine.

    Args:
        rules: in their order.
        machines: texts by field.
        seconds: of processor time that a rule may take for all machines; 0: as long as it takes. Needs the main thread.
    """
    groups: list[Any] = [None] * len(machines)
    waiting = list(range(len(machines)))
    undecided: list[int] = []
    unusable: list[int] = []
    for number, rule in enumerate(rules):
        left = _search(rule, machines, waiting, groups, seconds)
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
    left = set(waiting)
    try:
        if seconds:
            signal.signal(signal.SIGVTALRM, _give_up)
            signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        pattern = re.compile(text)
        for position in waiting:
            value = machines[position][field]
            if value and pattern.search(value):
                groups[position] = group
            left.discard(position)
    except (_TooSlow, re.error, OverflowError, RecursionError):
        if not seconds:
            raise
        return sorted(position for position in left if groups[position] is None)
    finally:
        if seconds:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return []


def _give_up(*_: object) -> None:
    raise _TooSlow


def main() -> None:
    """``{"rules": [...], "machines": [{field: text}, ...], "seconds": 5}`` to :class:`Matches` as a list."""
    asked = json.load(sys.stdin)
    json.dump(find_groups(asked["rules"], asked["machines"], asked["seconds"]), sys.stdout)


if __name__ == "__main__":
    main()
