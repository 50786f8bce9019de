"""Random machines whose counters are changed now and then: what they read, and how many hours they really have run.

The hours are added up day by day as they are run, so they are an independent answer to what life hours must be.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from cmms.maintenance.meters.life_hours import MeterReading, Overflow, Segment

FIRST = date(2026, 1, 1)
OVERFLOW = Overflow(Decimal(99_999))


@dataclass
class Machine:
    """A machine with one reading a day.

    Attributes:
        segments: the changes of its counter, in order of their days, without offsets.
        readings: what it reads at the end of each day, and some wrong readings in their stead.
        voided: the days of the wrong readings.
        hours: what it has run by the end of each day since its counter was 0.
    """

    segments: list[Segment] = field(default_factory=list)
    readings: list[MeterReading] = field(default_factory=list)
    voided: set[date] = field(default_factory=set)
    hours: dict[date, Decimal] = field(default_factory=dict)

    def trusted(self) -> list[MeterReading]:
        """The readings that are not void."""
        return [reading for reading in self.readings if reading.date not in self.voided]


def run_machine(dice: random.Random, days: int) -> Machine:
    """Run a machine for some days.

    A change of the counter is stated in full, or by one of its values, or not at all. Where it is not stated in full,
    the readings around it are right: otherwise nobody could know.
    """
    machine = Machine()
    total = counter = Decimal(dice.choice([0, 5_000, 99_900]))
    around_unstated: set[date] = set()
    for number in range(days):
        day = FIRST + timedelta(days=number)
        ran = Decimal(dice.randrange(0, 25_000)) / 1000
        total += ran
        if number and dice.random() < 0.2:
            counter, segment = _change_counter(dice, day, counter, ran)
            machine.segments.append(segment)
            if segment.old_final is None or segment.new_initial is None:
                around_unstated |= {day - timedelta(days=1), day}
        elif OVERFLOW.value is not None and counter + ran > OVERFLOW.value:
            counter += ran - OVERFLOW.value
            machine.segments.append(Segment(from_date=day, kind="rollover"))
        else:
            counter += ran
        machine.readings.append(MeterReading(day, counter, ran))
        machine.hours[day] = total
    for index, reading in enumerate(machine.readings):
        if reading.date not in around_unstated and dice.random() < 0.2:
            machine.readings[index] = MeterReading(
                reading.date, reading.counter + dice.randrange(90_000), reading.hours
            )
            machine.voided.add(reading.date)
    return machine


def _change_counter(dice: random.Random, day: date, counter: Decimal, ran: Decimal) -> tuple[Decimal, Segment]:
    """The counter at the end of a day on which it was changed, after a part of the hours; and what was said of it."""
    on_the_old = (ran * dice.randrange(0, 5) / 4).quantize(Decimal("0.001"))
    kind = dice.choice(["replacement", "reset", "accepted"])
    new = Decimal(dice.randrange(0, 3_000)) if kind == "replacement" else Decimal(0)
    after = new + ran - on_the_old
    says_old, says_new = dice.choice([(True, True), (True, False), (False, True), (False, False)])
    if kind == "accepted" and after >= counter:
        says_old = says_new = True
    if says_old and not says_new and ran - on_the_old < ran and new:
        says_new = True  # a used counter that began in the middle of the day: its first reading does not show with what
    return after, Segment(
        from_date=day,
        kind=kind,
        old_final=counter + on_the_old if says_old else None,
        new_initial=new if says_new else None,
    )
