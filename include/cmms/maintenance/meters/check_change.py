"""Whether what somebody states of a meter change can be true, and what they probably mean. Pure.

Input: the form, and the readings around the day. Output: what is wrong, by field; or that the counter has rolled over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cmms.maintenance.meters.life_hours import Around, MeterReading

KINDS = ("replacement", "reset", "rollover")
"""What can happen to a counter. A fourth kind, accepted: a person says that a lower reading is right."""
COUNTER_LIMIT = Decimal(10_000_000)
"""A counter beyond that is a slip of the finger: eleven hundred years."""
HOURS_OF_A_DAY = Decimal(24)
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterChange:
    """What a person states: from ``from_date`` on the counter counts anew; values that they do not know are None."""

    from_date: date
    kind: str
    old_final: Decimal | None = None
    new_initial: Decimal | None = None
    reason: str = ""


def check_change(
    change: MeterChange, around: Around, *, today: date, most_a_day: Decimal = HOURS_OF_A_DAY
) -> dict[str, str]:
    """A reason for each field that cannot be.

    Args:
        change: what is stated.
        around: the trusted readings around the day.
        today: the day at the site.
        most_a_day: the most hours that the machine can run on a day.
    """
    wrong: dict[str, str] = {}
    if change.from_date > today:
        wrong["from_date"] = "is in the future"
    if not change.reason.strip():
        wrong["reason"] = "is required"
    for name, value in (("old_final", change.old_final), ("new_initial", change.new_initial)):
        if value is not None and not 0 <= value < COUNTER_LIMIT:
            wrong[name] = f"must be 0 to {COUNTER_LIMIT:,}"
    if "old_final" not in wrong and change.old_final is not None and around.before is not None:
        wrong |= _check_old(change, change.old_final, around.before, most_a_day)
    first, new = around.first, change.new_initial
    if "new_initial" not in wrong and new is not None and first is not None and new > first.counter:
        wrong["new_initial"] = f"is more than the {first.counter:,.2f} that the counter shows on {first.date}"
    return wrong


def _check_old(change: MeterChange, old_final: Decimal, before: MeterReading, most_a_day: Decimal) -> dict[str, str]:
    """The old counter ends at or above its last reading, and by no more than it can have run since."""
    if old_final < before.counter:
        return {"old_final": f"is less than the {before.counter:,.2f} that the counter showed on {before.date}"}
    most = before.counter + most_a_day * (change.from_date - before.date).days
    if change.kind != "rollover" and old_final > most:
        return {"old_final": f"is more than the machine can have run by then: at most {most:,.2f}"}
    return {}


def find_rollover(last: Decimal, new: Decimal, overflow_value: Decimal | None) -> Decimal | None:
    """The highest value that the counter shows, if it seems to have rolled over; None if it does not.

    It seems so where the last reading is in the top tenth of the counter's range and the new one in its bottom tenth.
    Where nobody has stated an overflow value, it is taken to be the number of nines with as many digits as the last
    reading. Somebody has to confirm it: a replaced counter may look the same.
    """
    most = overflow_value if overflow_value is not None else Decimal(10) ** len(str(int(last))) - 1
    if last > most or new >= last:
        return None
    return most if last >= most * (1 - _TENTH) and new <= most * _TENTH else None
