"""What a stream of the source is, said once: its unit of work, its records and their fields.

Settings, parse schema and contract follow from the fields; the steps of a sync ask the stream, not its name. Nothing
here reads anything: a stream is a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

FieldKind = Literal["text", "instant", "day", "hours", "number"]
ReferenceName = Literal["machines", "counters", "stored"]
_LONGEST_VARCHAR = 16_000
"""Characters of four bytes that a row of MySQL has room for."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value of a record.

    Attributes:
        name: of the target column.
        kind: how the value is read: ``hours`` and any other ``number`` as whole thousandths, ``instant`` as UTC,
            ``day`` as a calendar day.
        names: what sources call it; the first one that a record has wins. The settings may name others.
        required: an input of which no record carries it is refused: the field was renamed or dropped.
        is_remembered: the same for an optional one, if the database holds values that the input would erase.
        digits: of a number: how many the column ``DECIMAL(digits, 3)`` holds.
        length: of ``text``: how many characters the column holds.
        is_column: it is stored under its name, as it came; not what names the row, its plant or its group.
    """

    name: str
    kind: FieldKind = "text"
    names: tuple[str, ...] = ()
    required: bool = False
    is_remembered: bool = False
    digits: int = 0
    length: int = 0
    is_column: bool = True

    @property
    def sql_type(self) -> str:
        """The type of its column in a staging table."""
        if self.kind == "text":
            name = f"VARCHAR({self.length})" if self.length <= _LONGEST_VARCHAR else "TEXT"
            name += " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        else:
            name = {"instant": "DATETIME(3)", "day": "DATE"}.get(self.kind, f"DECIMAL({self.digits},3)")
        return f"{name} {'NOT NULL' if self.required else 'NULL'}"

    @property
    def is_number(self) -> bool:
        """Whether it is computed with in whole thousandths."""
        return self.kind in ("hours", "number")

    @property
    def maximum(self) -> int:
        """The widest value that the column holds, in thousandths."""
        return int(10**self.digits) - 1


@dataclass(frozen=True)
class Snapshot:
    """All records at once: one unit of work, by this key.

    ``marks_missing``: a machine that a full snapshot does not hold gets the day in ``missing_since`` of its row.
    """

    key: str
    marks_missing: bool = False


@dataclass(frozen=True)
class Daily:
    """The records of a day: a unit of work a day, its ISO date is the key."""


@dataclass(frozen=True)
class Orphan:
    """What a record is rejected with whose owner (plant, machine) is not known."""

    code: str
    rule: str
    field: str


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream. Its name is part of tables, settings, addresses and files, and never changes.

    Attributes:
        name: as in ``api_sync_logs.sync_type`` and in the settings.
        label: what people call all of it: ``Running times``.
        help: what a sync of it brings, for the command line.
        title: of a sync, where a sentence begins: ``Running-time sync``.
        record: what people call a record of it: ``reading``.
        unit: how the work is divided.
        table: that holds its records.
        fields: in the order in which they are read; of several faults the first one counts. Every stream has
            ``plant_code``, ``equipment_number`` and ``api_created_at``, a daily one ``date`` too.
        orphan: see there.
        reference: what its rules need to know besides the plants: ``machines``; ``counters``, the reading before, of
            machines; ``stored``, what is stored of the day, so that equal rows are not staged.
        merge: how records get into the table: a ``MergeKind`` by its module and name.
        files: a folder with ``expectations/<name>.json`` and ``sql/`` of a stream that is no part of this package.
        needs: the stream whose sync of the same day should have succeeded before; empty: none.
        dag_id: of the DAG that syncs it.
        dag_timeout: how long one run of it may take.
        cron: when it runs unless the settings say otherwise (``schedule.<name>``), in the site's zone.
        asset: that the DAG updates.
        conf_keys: what a run of that DAG may be asked for.
        marks: the fields that a list of its records has, wherever in an answer it lies.
        defaults: settings of the stream that differ from those of all.
    """

    name: str
    label: str
    help: str
    title: str
    record: str
    unit: Snapshot | Daily
    table: str
    fields: tuple[Field, ...]
    orphan: Orphan
    dag_id: str
    asset: str
    dag_timeout: timedelta
    cron: str
    conf_keys: tuple[str, ...]
    marks: tuple[str, ...]
    reference: frozenset[ReferenceName] = frozenset()
    merge: str = "cmms.sync.merge.merge_by_machine:BY_MACHINE"
    files: Path | None = None
    needs: str = ""
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_daily(self) -> bool:
        """Whether its units are days."""
        return isinstance(self.unit, Daily)

    @property
    def columns(self) -> tuple[Field, ...]:
        """The fields that are stored under their names."""
        return tuple(known for known in self.fields if known.is_column)

    @property
    def marks_missing(self) -> bool:
        """Whether rows are marked that its snapshot does not hold."""
        return isinstance(self.unit, Snapshot) and self.unit.marks_missing

    @property
    def has_hours(self) -> bool:
        """Whether its records are readings of counters."""
        return "counters" in self.reference

    @property
    def required(self) -> tuple[str, ...]:
        """Fields that every input must have."""
        return tuple(known.name for known in self.fields if known.required)

    @property
    def remembered(self) -> tuple[str, ...]:
        """Optional fields that must not vanish from the input while values are stored."""
        return tuple(known.name for known in self.fields if known.is_remembered)

    def day_of(self, unit_key: str) -> date | None:
        """The day that a unit is; None for a snapshot."""
        return date.fromisoformat(unit_key) if self.is_daily else None

    def unit_keys(self, first: date | None, last: date | None) -> list[str]:
        """The units of work of a span of days, both ends included, oldest first; of a snapshot its one."""
        if isinstance(self.unit, Snapshot):
            return [self.unit.key]
        if first is None or last is None:
            return []
        return [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
