"""The source over time: every version that it ever served is kept, so that each landed page can be told from it.

Input: a simulator and a generated feed. Output: published versions. A new revision corrects, renames and moves some
records, and sends others older than before; late readings and missing machines are shorter lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Literal

from cmms.simulator import Simulator
from tests.oracle.generate import RecordGenerator

MACHINES = 160
PAGE = 50
PLANTS = ("P001", "P002", "P003")

Stream = Literal["equipment", "running_time"]
Pages = list[list[bytes]]


class ChangingSource:
    """What the simulator answers, version by version."""

    def __init__(self, simulator: Simulator, seed: int, days: Sequence[date]) -> None:
        self.simulator = simulator
        self.days = tuple(days)
        self.versions: defaultdict[tuple[Stream, date | None], list[Pages]] = defaultdict(list)
        self._feed = RecordGenerator(seed, MACHINES, PLANTS, defect_rate=0.06, duplicate_rate=0.05)
        self._revision = 0

    def publish(self, day: date | None, records: Sequence[bytes]) -> None:
        """Serve these records of a day (None: the snapshot) from now on."""
        stream: Stream = "equipment" if day is None else "running_time"
        pages = [list(records[start : start + PAGE]) for start in range(0, len(records), PAGE)]
        self.versions[stream, day].append(pages)
        self.simulator.set_records(stream, day, [record.decode("utf-8", "surrogatepass") for record in records])

    def begin(self) -> None:
        """The first versions: the newest tenth of the machines has readings, but no master data yet."""
        self.publish(None, self._feed.equipment()[: MACHINES * 9 // 10])
        for day in self.days:
            self.publish(day, self._feed.running_times(day))

    def revise_day(self, day: date, rng: Random) -> str:
        """Corrections of a day, some of them late: the rest of the day is not there yet (again)."""
        self._revision += 1
        records = self._feed.running_times(day, self._revision)
        share = rng.choice((0.6, 1.0, 1.0))
        self.publish(day, records[: int(len(records) * share)])
        return f"{day} revision {self._revision}, {share:.0%} of it"

    def revise_equipment(self, rng: Random) -> str:
        """Renamed and moved machines; some, at the end of the list, may be gone for a while."""
        self._revision += 1
        records = self._feed.equipment(self._revision)
        share = rng.choice((0.9, 1.0, 1.0))
        self.publish(None, records[: int(len(records) * share)])
        return f"revision {self._revision}, {share:.0%} of it"

    def shrink_equipment(self) -> list[bytes]:
        """A snapshot that holds a fifth of the machines: must be refused. Returns the one before."""
        whole = self.newest(None)
        self.publish(None, whole[: MACHINES // 5])
        return whole

    def complete(self) -> None:
        """The end: a whole snapshot and whole days, of the newest revision."""
        self._revision += 1
        self.publish(None, self._feed.equipment(self._revision))
        for day in self.days:
            self.publish(day, self._feed.running_times(day, self._revision))

    def newest(self, day: date | None) -> list[bytes]:
        """The records that are served now."""
        stream: Stream = "equipment" if day is None else "running_time"
        return [record for page in self.versions[stream, day][-1] for record in page]
