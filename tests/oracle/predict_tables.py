"""A sequence of syncs -> the rows, rejects and counts that the database must hold afterwards.

One sync: read every record, judge each by itself against what is stored, let the best of several records of
one key win, then compare the winner with the stored row.
"""

import datetime as dt
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from tests.oracle.measure_days import ONE_DAY, count_plausible_hours, subtract_years
from tests.oracle.read_record import Record, RecordReader
from tests.oracle.rows import Counts, EquipmentRow, Reject, RunningTimeRow, Stream
from tests.oracle.rules import REQUIRED, SOURCE_NAMES, OracleRules

Row = TypeVar("Row", EquipmentRow, RunningTimeRow)
CHAIN_CODES = frozenset({"COUNTER_DECREASED", "COUNTER_NOT_ADVANCED", "HOURS_MISMATCH"})
"""Codes that come from the reading before; on a stored reading they are marks, whatever they are on a new one."""

Rank = TypeVar("Rank", tuple[dt.datetime, bytes], tuple[bool, dt.datetime, dt.datetime, bytes])

OLDEST = dt.datetime(1, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Stands for a missing DATE_TIME, which is older than any."""


class RunFailedError(Exception):
    """A rule about the whole input is broken: the run fails and nothing has changed.

    Attributes:
        code: EMPTY_PAYLOAD, FIELD_MISSING or REJECT_RATE.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


@dataclass(slots=True)
class _Tally:
    fetched: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0


class Oracle:
    """The tables after the syncs so far.

    Attributes:
        plants: codes of the known plants; add to it to create a plant.
        equipment: row by equipment number.
        running_times: row by (equipment number, day).
        rejects: every rejected record that no replay has stored since, in the order of rejection.
        last_counts: counts of the last sync or replay.
    """

    def __init__(self, rules: OracleRules | None = None, plants: Iterable[str] = ()) -> None:
        self.rules = rules or OracleRules()
        self.plants = set(plants)
        self.equipment: dict[str, EquipmentRow] = {}
        self.running_times: dict[tuple[str, dt.date], RunningTimeRow] = {}
        self.rejects: list[Reject] = []
        self.last_counts = Counts()
        self._reader = RecordReader(self.rules)
        self._accepted_counters: set[tuple[str, dt.date]] = set()
        self._days_of: defaultdict[str, list[dt.date]] = defaultdict(list)
        self._voids: set[tuple[str, dt.date]] = set()
        self._accepted_doubts: dict[tuple[str, dt.date], Decimal] = {}
        self._sound_days: dict[str, list[dt.date]] = {}

    # ---- what a test calls

    def sync_equipment(
        self, records: Sequence[str | bytes], run_date: dt.date, *, is_full_snapshot: bool = True
    ) -> None:
        """Merges one equipment input, one raw JSON text per record.

        Args:
            records: in the order received; the order must not matter.
            run_date: the run's own date.
            is_full_snapshot: False when the request was limited to some machines; then nothing is missing.

        Raises:
            RunFailedError: the input as a whole is refused; nothing has changed.
        """
        snapshot = [self._reader.read(raw, "equipment") for raw in records]
        self._check_input(snapshot, "equipment")
        self._count(self._merge_equipment(snapshot, run_date, self.rules.max_reject_rate))
        if snapshot:
            self._mark_missing({record.equipment_number for record in snapshot}, run_date, is_full_snapshot)

    def sync_running_time(self, day: dt.date, records: Sequence[str | bytes], run_date: dt.date) -> None:
        """Merges the running times of one day, one raw JSON text per record.

        Raises:
            RunFailedError: the input as a whole is refused; nothing has changed.
        """
        readings = [self._reader.read(raw, "running_time") for raw in records]
        self._check_input(readings, "running_time")
        self._count(self._merge_running_times(readings, day, run_date, self.rules.max_reject_rate))

    def accept_counter(self, equipment_number: str, day: dt.date) -> None:
        """A person accepts the counter of this day (reset, replacement), though it has not grown."""
        self._accepted_counters.add((equipment_number, day))
        self._sound_days.pop(equipment_number, None)

    def void(self, equipment_number: str, day: dt.date, *, undo: bool = False) -> None:
        """A person declares a stored reading void, or takes that back."""
        (self._voids.discard if undo else self._voids.add)((equipment_number, day))
        self._renew_marks(equipment_number, day)

    def accept_doubt(self, equipment_number: str, day: dt.date) -> None:
        """A person accepts a doubtful reading as it is stored now."""
        self._accepted_doubts[equipment_number, day] = self.running_times[equipment_number, day].cumulative_hours
        self._renew_marks(equipment_number, day)

    def find_doubts(self) -> dict[tuple[str, dt.date], tuple[Decimal, Decimal]]:
        """Growth and allowed growth of every reading that waits for a person, by machine and day."""
        return {
            (number, day): doubt
            for number, days in self._days_of.items()
            for day in days
            if (doubt := self._find_doubt(number, day)) is not None
        }

    def replay_orphans(self) -> None:
        """Replays the readings that were rejected for an unknown equipment which is known by now."""
        orphans = [reject for reject in self.rejects if reject.code == "EQUIPMENT_UNKNOWN"]
        self.replay([orphan for orphan in orphans if orphan.key.rpartition("|")[0] in self.equipment])

    def replay(self, selected: Iterable[Reject]) -> None:
        """Judges rejects again, by the date of the run that rejected them, equipment first, then by day.

        A stored or superseded one leaves `rejects`; one that fails again stays, with its new code. Rules
        about a whole input do not apply.
        """
        chosen = list(selected)
        taken = {id(reject) for reject in chosen}
        self.rejects = [reject for reject in self.rejects if id(reject) not in taken]
        by_input: defaultdict[tuple[dt.date, dt.date], list[Record]] = defaultdict(list)
        for reject in chosen:
            record = self._reader.read(reject.payload, reject.stream)
            by_input[reject.day or dt.date.min, reject.run_date].append(record)
        total = _Tally()
        for (day, run_date), records in sorted(by_input.items(), key=lambda item: item[0]):
            if day == dt.date.min:
                tally = self._merge_equipment(records, run_date)
            else:
                tally = self._merge_running_times(records, day, run_date)
            for name in _Tally.__slots__:
                setattr(total, name, getattr(total, name) + getattr(tally, name))
        self._count(total)

    # ---- one sync

    def _merge_equipment(self, records: list[Record], run_date: dt.date, limit: Decimal | None = None) -> _Tally:
        good, tally = self._separate(records, "equipment", None, run_date, limit)
        versions = defaultdict(list)
        for record in good:
            row = _equipment_row(record)
            versions[row.equipment_number].append(((row.api_created_at, record.raw_bytes), row))
        for number, of_one in versions.items():
            row = _pick_best(of_one, tally)
            stored = self.equipment.get(number)
            if stored is not None:
                row = replace(row, missing_since=stored.missing_since)
            is_older = stored is not None and row.api_created_at < stored.api_created_at
            if _is_to_be_written(is_older, stored, row, tally):
                self.equipment[number] = row
        return tally

    def _merge_running_times(
        self, records: list[Record], day: dt.date, run_date: dt.date, limit: Decimal | None = None
    ) -> _Tally:
        good, tally = self._separate(records, "running_time", day, run_date, limit)
        versions = defaultdict(list)
        for record in good:
            row = self._running_time_row(record, run_date)
            versions[row.equipment_number].append((self._rank(row, record.raw_bytes), row))
        for number, of_one in versions.items():
            row = _pick_best(of_one, tally)
            stored = self.running_times.get((number, day))
            if stored is not None and replace(row, quality=stored.quality) == stored:
                self.running_times[number, day] = row  # the record is the same, its warnings may not be
                stored = stored if self.rules.quality_is_a_value else row
            is_older = stored is not None and self._is_behind(row, stored)
            if _is_to_be_written(is_older, stored, row, tally):
                self.running_times[number, day] = row
                if stored is None:
                    insort(self._days_of[number], day)
                self._sound_days.pop(number, None)
                self._renew_marks(number, day + ONE_DAY)
        return tally

    def _renew_marks(self, number: str, since: dt.date) -> None:
        """A reading came, was corrected or was decided on: it and the later ones keep their values and get new marks."""
        self._sound_days.pop(number, None)
        for day in self._days_of[number]:
            if day < since:
                continue
            row = self.running_times[number, day]
            marks = set(row.quality - CHAIN_CODES) | self._find_chain_marks(row)
            if marks != row.quality:
                self.running_times[number, day] = replace(row, quality=frozenset(marks))

    def _find_chain_marks(self, row: RunningTimeRow) -> set[str]:
        marks = set[str]()
        before = self._previous_reading(row.equipment_number, row.date)
        if before is None:
            return marks
        growth = row.cumulative_hours - before.cumulative_hours
        if (row.equipment_number, row.date) not in self._accepted_counters:
            if growth < 0:
                marks.add("COUNTER_DECREASED")
            if growth == 0 and row.running_hours > 0:
                marks.add("COUNTER_NOT_ADVANCED")
        if self._is_mismatch(row, before):
            marks.add("HOURS_MISMATCH")
        return marks

    def _separate(
        self,
        records: list[Record],
        stream: Stream,
        day: dt.date | None,
        run_date: dt.date,
        limit: Decimal | None,
    ) -> tuple[list[Record], _Tally]:
        """Judges every record; books the bad ones as rejects, and creates the plants of the good ones.

        More bad ones than `limit`, a share of all, fail the run.
        """
        for record in records:
            record.problems += self._find_problems(record, stream, day, run_date)
        good = [record for record in records if not record.problems]
        bad = [record for record in records if record.problems]
        if limit is not None and len(bad) > limit * len(records):
            raise RunFailedError("REJECT_RATE", f"{len(bad)} of {len(records)} records")
        self.rejects += [_describe_reject(record, stream, day, run_date) for record in bad]
        self.plants |= {record.plant_code for record in good if record.plant_code}
        return good, _Tally(fetched=len(records), rejected=len(bad))

    def _count(self, tally: _Tally) -> None:
        parts = (tally.inserted, tally.updated, tally.unchanged, tally.superseded, tally.rejected)
        assert tally.fetched == sum(parts)
        self.last_counts = Counts(**{name: getattr(tally, name) for name in _Tally.__slots__})

    def _check_input(self, records: list[Record], stream: Stream) -> None:
        if not records:
            if self.rules.empty_payload_fails:
                raise RunFailedError("EMPTY_PAYLOAD", f"no {stream} records")
            return
        keys = frozenset[str]().union(*(record.keys for record in records))
        missing = [name for name in REQUIRED[stream] if keys.isdisjoint(SOURCE_NAMES[name])]
        if missing and self.rules.missing_field_fails:
            raise RunFailedError("FIELD_MISSING", ", ".join(missing))

    # ---- rules that look at other data

    def _find_problems(
        self, record: Record, stream: Stream, day: dt.date | None, run_date: dt.date
    ) -> list[tuple[str, str]]:
        """The problems that only show beside the request, the plants and the stored rows."""
        found = []
        number, plant = record.equipment_number, record.plant_code
        if record.date is not None and record.date > run_date + ONE_DAY:
            found.append(("DATE_IN_FUTURE", "date"))
        if record.date is not None and record.date != day:
            found.append(("DATE_OUTSIDE_REQUEST", "date"))
        if plant is not None and plant not in self.plants and self.rules.unknown_plant == "reject":
            found.append(("PLANT_UNKNOWN", "plant_code"))
        if stream == "equipment":
            return found
        if number is not None and number not in self.equipment:
            found.append(("EQUIPMENT_UNKNOWN", "equipment_number"))
        hours, cumulative = record.running_hours, record.cumulative_hours
        if hours is None or cumulative is None:
            return found
        is_changed = number is not None and record.date is not None and (number, record.date) in self._accepted_counters
        if cumulative < hours and not is_changed:
            found.append(("CUMULATIVE_BELOW_DAILY", "cumulative_hours"))
        if number is None or record.date is None or is_changed:
            return found
        before = self._previous_reading(number, record.date)
        if before is not None and cumulative < before.cumulative_hours:
            found.append(("COUNTER_DECREASED", "cumulative_hours"))
        if before is not None and cumulative == before.cumulative_hours and hours > 0:
            found.append(("COUNTER_NOT_ADVANCED", "cumulative_hours"))
        return found

    def _previous_reading(self, equipment_number: str, day: dt.date) -> RunningTimeRow | None:
        """The stored reading with the greatest date before this day that is neither void nor doubtful."""
        days = self._find_sound_days(equipment_number)
        position = bisect_left(days, day)
        return self.running_times[equipment_number, days[position - 1]] if position else None

    def _find_sound_days(self, number: str) -> list[dt.date]:
        """Days of the readings that others may be compared with, one after the other from the oldest."""
        if number not in self._sound_days:
            sound: list[dt.date] = []
            for day in self._days_of.get(number, []):
                if (number, day) not in self._voids and self._exceeds(number, day, sound) is None:
                    sound.append(day)
            self._sound_days[number] = sound
        return self._sound_days[number]

    def _find_doubt(self, number: str, day: dt.date) -> tuple[Decimal, Decimal] | None:
        if (number, day) in self._voids:
            return None
        return self._exceeds(number, day, [sound for sound in self._find_sound_days(number) if sound < day])

    def _exceeds(self, number: str, day: dt.date, sound: list[dt.date]) -> tuple[Decimal, Decimal] | None:
        """Growth since the last sound day and what the days since then allow, if it is more than that."""
        row = self.running_times[number, day]
        is_decided = self._accepted_doubts.get((number, day)) == row.cumulative_hours
        if not sound or is_decided or (number, day) in self._accepted_counters:
            return None
        growth = row.cumulative_hours - self.running_times[number, sound[-1]].cumulative_hours
        days = [sound[-1] + ONE_DAY * (number_of + 1) for number_of in range((day - sound[-1]).days)]
        allowed = sum((count_plausible_hours(each, self.rules.time_zone) for each in days), self.rules.hours_tolerance)
        return (growth, allowed) if growth > allowed else None

    def _find_warnings(self, row: RunningTimeRow, is_time_ambiguous: bool, run_date: dt.date) -> frozenset[str]:
        found = set()
        own_point = self.equipment[row.equipment_number].point
        before = self._previous_reading(row.equipment_number, row.date)
        if row.running_hours > count_plausible_hours(row.date, self.rules.time_zone):
            found.add("EXCEEDS_DAY")
        if row.date < subtract_years(run_date, self.rules.old_after_years):
            found.add("DATE_OLD")
        if is_time_ambiguous:
            found.add("AMBIGUOUS_TIME")
        if row.point is not None and own_point is not None and row.point != own_point:
            found.add("POINT_MISMATCH")
        if before is not None and self._is_mismatch(row, before):
            found.add("HOURS_MISMATCH")
        return frozenset(found)

    def _is_mismatch(self, row: RunningTimeRow, before: RunningTimeRow) -> bool:
        """The counter grew by something else than the hours of the day, seen from the reading of the day before."""
        is_accepted = (row.equipment_number, row.date) in self._accepted_counters
        if before.date != row.date - ONE_DAY or (is_accepted and self.rules.counter_event_excuses_mismatch):
            return False
        growth = row.cumulative_hours - before.cumulative_hours
        return abs(growth - row.running_hours) > self.rules.hours_tolerance

    def _is_behind(self, row: RunningTimeRow, stored: RunningTimeRow) -> bool:
        """The machine's own measuring point comes before another one, whichever arrives first; else the newer record."""
        own_point = self.equipment[row.equipment_number].point
        if own_point is not None and row.point is not None and stored.point is not None and row.point != stored.point:
            if stored.point == own_point:
                return True
            if row.point == own_point:
                return False
        return _age(row) < _age(stored)

    def _rank(self, row: RunningTimeRow, raw_bytes: bytes) -> tuple[bool, dt.datetime, dt.datetime, bytes]:
        """Of several readings of one machine and day, the one with the highest rank is stored."""
        own_point = self.equipment[row.equipment_number].point
        is_own_point = own_point is not None and row.point == own_point
        return is_own_point, row.date_time or OLDEST, row.api_created_at, raw_bytes

    def _running_time_row(self, record: Record, run_date: dt.date) -> RunningTimeRow:
        assert record.equipment_number is not None
        assert record.plant_code is not None
        assert record.date is not None
        assert record.running_hours is not None
        assert record.cumulative_hours is not None
        assert record.api_created_at is not None
        row = RunningTimeRow(
            equipment_number=record.equipment_number,
            date=record.date,
            plant_code=record.plant_code,
            point=record.point,
            date_time=record.date_time,
            description=record.description,
            running_hours=record.running_hours,
            cumulative_hours=record.cumulative_hours,
            company_code=record.company_code,
            equipment_description=record.equipment_description,
            object_number=record.object_number,
            api_created_at=record.api_created_at,
        )
        quality = self._find_warnings(row, record.is_time_ambiguous, run_date)
        return replace(row, quality=quality) if quality else row

    def _mark_missing(self, seen: set[str | None], run_date: dt.date, is_full_snapshot: bool) -> None:
        """Dates the equipment that a full snapshot does not name; a rejected record still names it.

        What any input names is not missing any more.
        """
        for number, row in self.equipment.items():
            missing_since = row.missing_since or run_date if is_full_snapshot else row.missing_since
            if number in seen:
                missing_since = None
            if missing_since != row.missing_since:
                self.equipment[number] = replace(row, missing_since=missing_since)


def _equipment_row(record: Record) -> EquipmentRow:
    assert record.equipment_number is not None
    assert record.plant_code is not None
    assert record.api_created_at is not None
    return EquipmentRow(
        equipment_number=record.equipment_number,
        plant_code=record.plant_code,
        company_code=record.company_code,
        equipment_description=record.equipment_description,
        object_number=record.object_number,
        point=record.point,
        api_created_at=record.api_created_at,
    )


def _pick_best(versions: list[tuple[Rank, Row]], tally: _Tally) -> Row:
    """The row with the highest rank; the others are superseded."""
    tally.superseded += len(versions) - 1
    return max(versions, key=lambda version: version[0])[1]


def _is_to_be_written(is_older: bool, stored: object, row: object, tally: _Tally) -> bool:
    """Counts what becomes of the best row of a key: superseded, inserted, unchanged or updated."""
    if is_older:
        tally.superseded += 1
        return False
    if stored is None:
        tally.inserted += 1
        return True
    if row == stored:
        tally.unchanged += 1
        return False
    tally.updated += 1
    return True


def _describe_reject(record: Record, stream: Stream, day: dt.date | None, run_date: dt.date) -> Reject:
    code, field = record.first_problem()
    key = record.equipment_number or ""
    if stream == "running_time":
        key = f"{key}|{record.date or ''}"
    return Reject(
        stream=stream,
        key=key,
        code=code,
        codes=frozenset(code for code, _ in record.problems),
        field=field,
        payload=record.raw,
        day=day,
        run_date=run_date,
    )


def _age(row: RunningTimeRow) -> tuple[dt.datetime, dt.datetime]:
    return row.api_created_at, row.date_time or OLDEST
