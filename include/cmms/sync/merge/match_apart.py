"""Match classification rules in a process of its own, which is ended when it takes too long.

Input: rules and texts of machines. Output: :class:`~cmms.sync.merge.match_rules.Matches`. Used by the sync, which
bounds each rule and goes on without those that cannot be used, and by the view, which tries a rule before it is saved.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cmms
from cmms.sync.merge.match_rules import Machine, Matches, Rule


def match_apart(
    rules: Sequence[Rule], machines: Sequence[Machine], *, rule_seconds: float = 0, timeout: float
) -> Matches:
    """Find the group of each machine.

    Args:
        rules: in their order.
        machines: texts by field.
        rule_seconds: of processor time for each rule (:func:`~cmms.sync.merge.match_rules.find_groups`).
        timeout: seconds for all of it.

    Raises:
        subprocess.TimeoutExpired: it took longer; the process has been ended.
        subprocess.CalledProcessError: it failed, for example on a pattern that is no regular expression.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "cmms.sync.merge.match_rules"],
        input=json.dumps({"rules": rules, "machines": machines, "seconds": rule_seconds}),
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(Path(cmms.__file__).parents[1])},
        check=True,
    )
    return Matches(*json.loads(ended.stdout))
