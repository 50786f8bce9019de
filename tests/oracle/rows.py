"""What the oracle hands out: rows of the two tables, rejects, and the counts of one sync."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Stream = Literal["equipment", "running_time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRow:
    """One row of `equipment`, source-owned columns only.

    `api_created_at` is UTC without zone, in milliseconds. `missing_since` is the day of
    the first full snapshot that did not name this equipment.
    """

    equipment_number: str
    plant_code: str
    company_code: str | None
    equipment_description: str | None
    object_number: str | None
    point: str | None
    api_created_at: dt.datetime
    missing_since: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTimeRow:
    """One row of `equipment_running_times`. `quality` holds all warning codes of the row, in no order."""

    equipment_number: str
    date: dt.date
    plant_code: str
    point: str | None
    date_time: dt.datetime | None
    description: str | None
    running_hours: Decimal
    cumulative_hours: Decimal
    company_code: str | None
    equipment_description: str | None
    object_number: str | None
    api_created_at: dt.datetime
    quality: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """One rejected record.

    Attributes:
        stream: which sync rejected it.
        key: equipment number as far as it could be read, else empty; for running times `number|YYYY-MM-DD`.
        code: the code by the order of `CODE_ORDER`.
        codes: all codes that apply, each looked at by itself; an engine may rightly report any of them.
        field: target field of `code`; empty when the record as a whole is wrong.
        payload: the record as received.
        day: the day that was asked for; None for equipment.
        run_date: date of the run that rejected it.
    """

    stream: Stream
    key: str
    code: str
    codes: frozenset[str]
    field: str
    payload: str | bytes
    day: dt.date | None
    run_date: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of the records of one sync; every record is counted exactly once beside `fetched`."""

    fetched: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    rejected: int = 0
