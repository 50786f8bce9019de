"""The marks of a stored reading that follow from the trusted reading before it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cmms.settings import Rules

CHAIN_CODES = frozenset({"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "HOURS_MISMATCH"})
"""Codes that depend on the reading before; all others belong to the record itself."""


def chain_codes(row: Mapping[str, Any], *, day: date, rules: Rules) -> str | None:
    """The codes that a stored reading has, given the trusted reading before it (on ``day``); None when there are none.

    Args:
        row: date, quality_code, running_hours, growth (thousandths) and is_accepted of the stored reading.
        day: of the reading before.
        rules: progression and tolerance.
    """
    codes = set((row["quality_code"] or "").split(",")) - CHAIN_CODES - {""}
    growth, hours = int(row["growth"]), int(row["running_hours"])
    if not row["is_accepted"]:
        if growth < 0:
            codes.add("COUNTER_DECREASED")
        elif growth == 0 and (hours > 0 or rules.strict_progression):
            codes.add("COUNTER_NOT_ADVANCED")
        if row["date"] == day + timedelta(days=1) and abs(growth - hours) > int(rules.hours_mismatch_tolerance * 1000):
            codes.add("HOURS_MISMATCH")
    return ",".join(sorted(codes)) or None


def own_codes(quality_code: str | None) -> str | None:
    """The codes of the record itself: there is no reading before it to compare with."""
    codes = set((quality_code or "").split(",")) - CHAIN_CODES - {""}
    return ",".join(sorted(codes)) or None
