"""What the simulated source system holds: records by day, with known defects.

Input: `SimulatorConfig`. Output: the equipment snapshot and the readings of any calendar day as JSON texts,
and the list of their defects. Both are a pure function of (seed, config, day): no day depends on another
having been made.

Defects replace the record of their day only, never the chain of counters, and a machine is never defective
on two days running, so the verdict on a record does not depend on the fate of its neighbour. Defects of the
equipment stream are machines beyond `config.equipment` (new, not yet reporting hours), so that they orphan
no readings.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from cmms.simulator.config import SimulatorConfig
from cmms.simulator.defects import DefectKind, Situation, kinds_for
from cmms.simulator.machines import Fleet, equipment_number
from cmms.simulator.write_records import Record, RecordWriter, read_at


class Defect(NamedTuple):
    """A record that is not clean. `position` counts from 0 in the stream's list of that day.

    `expected_code` is None when a correct sync keeps or supersedes the record; `KINDS[kind]` tells more
    (the warning, whether the day before must be stored).
    """

    position: int
    kind: str
    expected_code: str | None


@dataclass(frozen=True)
class RecordSet:
    """The records of one stream and day: JSON texts, the plant that each belongs to, and the defects."""

    texts: list[str]
    plants: list[str]
    defects: list[Defect]


class Reading(NamedTuple):
    """The true hours of a machine and day."""

    equipment_number: str
    running_hours: Decimal
    cumulative_hours: Decimal


class SourceData:
    """The source system of one seed and configuration."""

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        self.config = config or SimulatorConfig()
        self.fleet = Fleet(self.config)
        self._writer = RecordWriter(self.config, self.fleet)

    def forget_texts(self) -> None:
        """Give back the memory of what is rendered once; the next record renders it again."""
        self._writer.forget_pieces()

    def plants(self) -> list[tuple[str, str]]:
        """Return (code, name) of every plant."""
        return self.fleet.plants()

    def equipment_numbers(self) -> list[str]:
        """Return EQUNR of every machine that reports hours."""
        return [equipment_number(machine) for machine in range(self.fleet.size)]

    def readings(self, day: date) -> list[Reading]:
        """Return the true hours of every machine on a day, whatever defects the records have."""
        running, cumulative = self.fleet.running(day).tolist(), self.fleet.cumulative(day).tolist()
        return [
            Reading(equipment_number(machine), Decimal(hours).scaleb(-2), Decimal(total).scaleb(-2))
            for machine, (hours, total) in enumerate(zip(running, cumulative, strict=True))
        ]

    def equipment_records(self) -> list[dict[str, Any]]:
        """Return the equipment snapshot as a client would decode it."""
        return [json.loads(text) for text in self.equipment().texts]

    def running_time_records(self, day: date) -> list[dict[str, Any]]:
        """Return the readings of a day as a client would decode them."""
        return [json.loads(text) for text in self.running_times(day).texts]

    def defects(self, day: date | None = None) -> list[Defect]:
        """Return the defects among the readings of a day, or of the equipment snapshot (no day)."""
        return (self.equipment() if day is None else self.running_times(day)).defects

    def equipment(self, created_after: datetime | None = None) -> RecordSet:
        """Return the equipment snapshot; with `created_after` only clean records created after that."""
        if created_after is not None:
            machines = [m for m in range(self.fleet.size) if self.fleet.created_at(m) > created_after]
            texts = [self._writer.text_of(self._writer.equipment_record(m)) for m in machines]
            return RecordSet(texts, [self.fleet.plant_code(m) for m in machines], [])
        texts = self._writer.write_equipment()
        plants = [self.fleet.plant_code(machine) for machine in range(self.fleet.size)]
        defects: list[Defect] = []
        random = np.random.default_rng([self.config.seed, 2])
        kinds = _KindQueue(kinds_for("equipment", self.config.defect_kinds), random)
        for number in range(self._defect_count(random)):
            if (kind := kinds.take(running=1)) is None:
                break
            machine = int(random.integers(self.fleet.size)) if kind.extra else self.fleet.size + number
            record = self._writer.equipment_record(machine)
            created = self.fleet.created_at(machine)
            kind.spoil(record, Situation(self._writer, machine, self.config.first_day, 0, 0, created))
            defects.append(Defect(len(texts), kind.name, kind.code))
            texts.append(self._writer.text_of(record))
            plants.append(self.fleet.plant_code(machine))
        return RecordSet(texts, plants, defects)

    def running_times(self, day: date) -> RecordSet:
        """Return the readings of a day; second documents of a machine come last, as late postings do."""
        if not self.fleet.has_records(day):
            return RecordSet([], [], [])
        texts = self._writer.write_running_times(day)
        codes = self.fleet.plant_codes
        plants = (codes * (self.fleet.size // len(codes) + 1))[: self.fleet.size]
        defects: list[Defect] = []
        running, cumulative = self.fleet.running(day), self.fleet.cumulative(day)
        for machine, kind in self._spoiled_machines(day):
            hours, total = int(running[machine]), int(cumulative[machine])
            record: Record = self._writer.running_time_record(machine, day, hours, total)
            slot_at = read_at(day, self.fleet.reading_slot_of[machine], self._writer.zone)
            kind.spoil(record, Situation(self._writer, machine, day, hours, total, slot_at))
            if kind.extra:
                defects.append(Defect(len(texts), kind.name, kind.code))
                texts.append(self._writer.text_of(record))
                plants.append(self.fleet.plant_code(machine))
            else:
                defects.append(Defect(machine, kind.name, kind.code))
                texts[machine] = self._writer.text_of(record)
        return RecordSet(texts, plants, sorted(defects))

    def _spoiled_machines(self, day: date) -> list[tuple[int, DefectKind]]:
        """Choose machines and kinds for a day: even machines on even days, odd ones on odd days."""
        random = np.random.default_rng([self.config.seed, 3, day.toordinal()])
        eligible = np.arange(day.toordinal() % 2, self.fleet.size, 2)
        count = min(self._defect_count(random), len(eligible))
        chosen = sorted(random.choice(eligible, size=count, replace=False).tolist()) if count else []
        running = self.fleet.running(day)
        kinds = _KindQueue(kinds_for("running_time", self.config.defect_kinds), random)
        taken = [(machine, kinds.take(running=int(running[machine]))) for machine in chosen]
        return [(machine, kind) for machine, kind in taken if kind is not None]

    def _defect_count(self, random: np.random.Generator) -> int:
        """Return how many records are spoiled, rounded by chance: small fleets get some on some days."""
        return int(self.fleet.size * self.config.defect_rate + float(random.random())) if self.fleet.size else 0


class _KindQueue:
    """Hands out kinds in random order, each once before any comes again."""

    def __init__(self, kinds: list[DefectKind], random: np.random.Generator) -> None:
        self._kinds = kinds
        self._random = random
        self._waiting: list[DefectKind] = []

    def take(self, *, running: int) -> DefectKind | None:
        """Return the next kind that a machine with these hours can have, or None if there is no such kind."""
        for _ in range(2):
            for kind in self._waiting:
                if kind.fits(running):
                    self._waiting.remove(kind)
                    return kind
            order = self._random.permutation(len(self._kinds)).tolist()
            self._waiting.extend(self._kinds[index] for index in order)
        return None
