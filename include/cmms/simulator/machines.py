"""The fleet behind the simulated API: plants, machines and their hour counters.

Input: `SimulatorConfig` (seed and size). Output: master data per machine, and the hours of any calendar day.

Hours are integers of hundredths. Each machine follows one of 256 year-long rosters (364 days, so weekdays
stay in place) from its own starting week. A roster's running total is known beforehand, so the counter of
any day is one look-up, and `cumulative(D) = cumulative(D-1) + running(D)` holds exactly without having made
the days before.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cmms.simulator.config import SimulatorConfig

Hundredths = npt.NDArray[np.int64]

_ROSTERS = 256
_CYCLE = 364  # 52 weeks

_PLANT_NAMES = ("Hamburg", "Łódź", "São Paulo", "Nagoya", "Pune", "Detroit", "Malmö", "Gdańsk")

# Plain, accented, other scripts, four-byte characters, quotes: what a master record really contains.
_TYPES = (
    ("Pumps", "CENTRIFUGAL PUMP"),
    ("Compressors", "SCREW COMPRESSOR"),
    ("Conveyors", "FÖRDERBAND HALLE"),
    ("Fans", "EXHAUST FAN"),
    ("Pumps", "НАСОС ЦЕНТРОБЕЖНЫЙ"),
    ("Robots", "WELDING ROBOT 🤖"),
    ("Presses", "PRENSA HIDRÁULICA"),
    ("Generators", "DIESEL GENERATOR"),
    ("Mills", "粉砕機"),
    ("Valves", 'CONTROL VALVE 6" <DN150>'),
    ("Chillers", "WATER CHILLER"),
    ("Gearboxes", "GEARBOX & COUPLING"),
)

TYPE_NAMES = tuple(name for _, name in _TYPES)

NOTES = (
    "", "", "", "", "Shift reading", "Automatic reading", "Read by hand", "Night shift",
    'Gauge glass "foggy"', "Zähler geprüft", "ok 👍", "<b>check belt</b>", "see work order 4711\nsecond line",
    "Oil level low", "=SUM(A1)", "读数正常",
)  # fmt: skip

READING_SLOTS = 60  # readings are taken every two minutes between 22:00 and 24:00
CREATION_INSTANTS = 1009  # master records were created at so many instants, 2015 to 2019
_MASTER_EPOCH = datetime(2015, 1, 1, 6, 0, 0, tzinfo=UTC)


class Fleet:
    """Plants and machines of one seed; all lists and arrays are indexed by machine number 0..equipment-1."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.size = config.equipment
        random = np.random.default_rng([config.seed, 1])
        self._rosters, self._totals = _make_rosters(config.seed)
        self._roster_of = random.integers(0, _ROSTERS, self.size)
        self._shift_days = 7 * random.integers(0, 52, self.size)
        self._start_hundredths = random.integers(100_000, 4_000_000, self.size)
        self._before_first_day = self._total_until(config.first_day - timedelta(days=1))
        self.note_of: list[int] = random.integers(0, len(NOTES), self.size).tolist()
        self.reading_slot_of: list[int] = random.integers(0, READING_SLOTS, self.size).tolist()
        self.plant_codes = [code for code, _ in self.plants()]

    def plants(self) -> list[tuple[str, str]]:
        """Return (code, name) of every plant, for instance ("P001", "Plant Hamburg 1")."""
        return [
            (f"P{number:03d}", f"Plant {_PLANT_NAMES[(number - 1) % len(_PLANT_NAMES)]} {number}")
            for number in range(1, self.config.plants + 1)
        ]

    def plant_code(self, machine: int) -> str:
        """Return the plant of a machine."""
        return self.plant_codes[machine % len(self.plant_codes)]

    def description(self, machine: int) -> str:
        """Return the text of a machine (EQKTU)."""
        return TYPE_NAMES[machine % len(TYPE_NAMES)] + description_suffix(machine)

    def group(self, machine: int) -> str:
        """Return the equipment group of a machine, for deployments that send one."""
        return _TYPES[machine % len(_TYPES)][0]

    def created_at(self, machine: int) -> datetime:
        """Return when the master record of a machine was created (UTC)."""
        return _MASTER_EPOCH + timedelta(seconds=machine % CREATION_INSTANTS * 142_057)

    def has_records(self, day: date) -> bool:
        """Tell whether readings exist for a day."""
        since = (day - self.config.first_day).days
        return since >= 0 and (self.config.days is None or since < self.config.days)

    def running(self, day: date) -> Hundredths:
        """Return the hours run on a day, in hundredths, per machine."""
        result: Hundredths = self._rosters[self._roster_of, self._position(day) % _CYCLE]
        return result

    def cumulative(self, day: date) -> Hundredths:
        """Return the counter at the end of a day, in hundredths of an hour, per machine."""
        result: Hundredths = self._start_hundredths + self._total_until(day) - self._before_first_day
        return result

    def _position(self, day: date) -> Hundredths:
        position: Hundredths = day.toordinal() + self._shift_days
        return position

    def _total_until(self, day: date) -> Hundredths:
        position = self._position(day)
        whole_cycles = (position // _CYCLE) * self._totals[self._roster_of, _CYCLE]
        total: Hundredths = whole_cycles + self._totals[self._roster_of, position % _CYCLE + 1]
        return total


def equipment_number(machine: int) -> str:
    """Return EQUNR as SAP writes it: 18 digits with leading zeros, 000000000010000123 for machine 123."""
    return f"{10_000_000 + machine:018d}"


def description_suffix(machine: int) -> str:
    """Return what tells machines of one type apart in their text."""
    return f" {machine % 997 + 1}"


def measuring_point(machine: int) -> str:
    """Return POINT (12 digits with leading zeros)."""
    return f"{500_000 + machine:012d}"


@lru_cache(maxsize=8)
def _make_rosters(seed: int) -> tuple[Hundredths, Hundredths]:
    """Return (hours, running totals) in hundredths: a row per roster, a column per day, at most 24.00 a day.

    Totals have one more column, 0 at the front.
    """
    random = np.random.default_rng([seed, 4])
    weekend = (np.arange(_CYCLE) - 1) % 7 >= 5  # day 1 of the calendar is a Monday, so is column 1
    # Round the clock, two shifts, one shift, standby.
    shape_of = np.arange(_ROSTERS) % 4
    low, high = np.array([1900, 1150, 480, 25])[shape_of], np.array([2401, 1601, 801, 320])[shape_of]
    rosters = random.integers(low[:, None], high[:, None], (_ROSTERS, _CYCLE))
    outage_share = np.array([0.03, 0.03, 0.03, 0.6])[shape_of]
    rosters[random.random((_ROSTERS, _CYCLE)) < outage_share[:, None]] = 0
    rosters[(shape_of > 0)[:, None] & weekend[None, :]] = 0
    totals = np.concatenate([np.zeros((_ROSTERS, 1), dtype=np.int64), np.cumsum(rosters, axis=1)], axis=1)
    rosters.setflags(write=False)
    totals.setflags(write=False)
    return rosters, totals
