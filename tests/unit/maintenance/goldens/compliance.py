"""On time or late, the grace of SMRP, the priority of what is late."""

from __future__ import annotations

from decimal import Decimal

from cmms.maintenance.rules.compliance import compliance, grace_days, is_late, priority_percent, share_percent


def late_by_a_tenth() -> None:
    assert is_late(9, 90) and is_late(500, 5000)
    assert not is_late(200, 5000) and not is_late(-13, 90)
    assert share_percent(200, 5000) == 4
    assert compliance([True, False, True, True]) == 75


def shorter_cycles_go_first() -> None:
    monthly, quarterly = priority_percent(3, 30), priority_percent(5, 90)
    assert (monthly, quarterly) == (110, Decimal("105.6"))
    assert monthly > quarterly


def grace() -> None:
    intervals = (365, 720, 360, 180, 120, 90, 60, 56, 42, 30, 28, 14, 7)
    assert [grace_days(each) for each in intervals] == [28, 28, 28, 28, 24, 18, 12, 11, 8, 6, 6, 3, 1]


def share_of_february() -> None:
    assert share_percent(318, 384) == Decimal("82.8")


def share_of_a_week() -> None:
    assert compliance([True] * 17 + [False] * 8) == 68
    assert compliance([]) is None


CASES = {
    "R8": late_by_a_tenth,
    "R9": shorter_cycles_go_first,
    "K1": grace,
    "K2": share_of_february,
    "K7": share_of_a_week,
}
