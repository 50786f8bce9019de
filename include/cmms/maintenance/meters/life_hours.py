"""Life hours: the hours of a machine over all counters that it has had. Pure, and Decimal throughout.

Input: what a counter shows on a day, and the segments of its measuring point. Output: life hours = counter + offset of
the segment that the day lies in. A segment begins with the reading of its ``from_date``; before the first segment the
offset is 0. Hours are those of readings (three decimals); days are local days of the site.

The offset of a segment is the life hours at the end of the old counter, less what the new counter began with
(decision 0037). What a person has stated counts; the rest follows from the trusted readings around the day, so that
the same readings give the same life hours in whatever order they arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """From a day on the counter counts anew.

    Attributes:
        from_date: the first day; its reading is that of the new counter.
        kind: initial, rollover, replacement, reset, or accepted (a person has accepted a lower counter).
        old_final: what the old counter showed at last, as a person has stated it.
        new_initial: what the new counter began with, as a person has stated it.
        offset_hours: life hours less counter, see :func:`resolve_offsets`.
    """

    from_date: date
    kind: str
    old_final: Decimal | None = None
    new_initial: Decimal | None = None
    offset_hours: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A trusted reading: the counter at the end of a day, and the hours that the machine ran on it."""

    date: date
    counter: Decimal
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Around:
    """The trusted readings around the beginning of a segment.

    Attributes:
        before: the newest one before it.
        first: the oldest one in it.
    """

    before: MeterReading | None = None
    first: MeterReading | None = None


@dataclass(frozen=True, slots=True)
class Overflow:
    """Where a counter rolls over: ``value`` is the highest that it shows; ``counts``: one more hour passes before 0."""

    value: Decimal | None = None
    counts: bool = False

    @property
    def end(self) -> Decimal | None:
        """The hours from 0 to the next 0; None where nobody has said when it rolls over."""
        return None if self.value is None else self.value + self.counts


UNKNOWN_OVERFLOW = Overflow()


def life(counter: Decimal, day: date, segments: Sequence[Segment]) -> Decimal:
    """Life hours of a counter on a day; ``segments`` in order of their days, with their offsets."""
    return counter + offset_on(day, segments)


def offset_on(day: date, segments: Sequence[Segment]) -> Decimal:
    """The offset of the last segment that began on or before the day; 0 without one."""
    return next((segment.offset_hours for segment in reversed(segments) if segment.from_date <= day), ZERO)


def resolve_offsets(
    segments: Sequence[Segment], around: Sequence[Around], overflow: Overflow = UNKNOWN_OVERFLOW
) -> tuple[Segment, ...]:
    """The segments with their offsets.

    Args:
        segments: of one measuring point, in order of their days; offsets that they have do not count.
        around: the readings around each one, in the same order; see :func:`find_around`.
        overflow: of the measuring point.
    """
    resolved: list[Segment] = []
    for segment, readings in zip(segments, around, strict=True):
        resolved.append(replace(segment, offset_hours=_offset(segment, readings, overflow, resolved)))
    return tuple(resolved)


def find_around(segments: Sequence[Segment], readings: Sequence[MeterReading]) -> tuple[Around, ...]:
    """The readings around each segment; both in order of their days."""
    ends = [*(segment.from_date for segment in segments[1:]), date.max]
    return tuple(
        Around(
            next((reading for reading in reversed(readings) if reading.date < segment.from_date), None),
            next((reading for reading in readings if segment.from_date <= reading.date < end), None),
        )
        for segment, end in zip(segments, ends, strict=True)
    )


def _offset(segment: Segment, around: Around, overflow: Overflow, earlier: Sequence[Segment]) -> Decimal:
    before = earlier[-1].offset_hours if earlier else ZERO
    if segment.kind == "initial":
        return (segment.old_final or ZERO) - (segment.new_initial or ZERO)
    if _goes_on(segment, around):
        return before
    new = _new_initial(segment, around)
    if segment.old_final is not None:
        return before + segment.old_final - new
    if segment.kind == "rollover" and overflow.end is not None:
        return before + overflow.end - new
    if around.before is None:
        return before
    return life(around.before.counter, around.before.date, earlier) + _hours_on_the_old(segment, around, new) - new


def _goes_on(segment: Segment, around: Around) -> bool:
    """A reading was accepted that is not lower than the one before: nothing has happened to the counter."""
    if segment.kind != "accepted" or segment.old_final is not None or segment.new_initial is not None:
        return False
    return around.before is not None and around.first is not None and around.first.counter >= around.before.counter


def _new_initial(segment: Segment, around: Around) -> Decimal:
    """What the new counter began with: as stated, 0 after a rollover, else its first reading less that day's hours."""
    if segment.new_initial is not None:
        return segment.new_initial
    if segment.kind == "rollover" or around.first is None:
        return ZERO
    return max(around.first.counter - around.first.hours, ZERO)


def _hours_on_the_old(segment: Segment, around: Around, new: Decimal) -> Decimal:
    """Hours of the first day that the new counter does not show: the machine ran them on the old one."""
    first = around.first
    if first is None or first.date != segment.from_date:
        return ZERO
    return max(first.hours - (first.counter - new), ZERO)
