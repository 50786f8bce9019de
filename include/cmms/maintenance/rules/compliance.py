"""Whether a service was on time, and which of several late ones goes first."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

GRACE_SHARE = Decimal("0.2")
GRACE_MAX_DAYS = 28
LATE_SHARE = Decimal("0.1")


def grace_days(interval_days: Decimal | int) -> int:
    """How late a service may be and still complies: 20 % of the interval, at most 28 days, rounded half up.

    Source: SMRP metric 5.4.14, PM and PdM compliance.
    """
    share = int((Decimal(interval_days) * GRACE_SHARE).to_integral_value(ROUND_HALF_UP))
    return min(share, GRACE_MAX_DAYS)


def is_late(deviation: Decimal | int, interval: Decimal | int) -> bool:
    """Whether a service was late by one limit: 10 % of the interval or more past its target (Fleetio, compliance).

    Args:
        deviation: hours or days past the target; negative when early.
        interval: in the same unit.
    """
    return Decimal(deviation) >= LATE_SHARE * Decimal(interval)


def compliance(on_time: Iterable[bool]) -> Decimal | None:
    """Share of services on time in percent, one decimal; None without a service."""
    done = list(on_time)
    return None if not done else share_percent(sum(done), len(done))


def share_percent(part: int, whole: int) -> Decimal:
    """A share in percent, rounded half up to one decimal."""
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def priority_percent(days_late: int, interval_days: int) -> Decimal:
    """Days late plus interval, over the interval: of two that are as late, the shorter cycle goes first (Fiix SMCP)."""
    return share_percent(days_late + interval_days, interval_days)
