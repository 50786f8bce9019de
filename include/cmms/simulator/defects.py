"""The defects that real deployments send, one entry per kind.

Input: a clean record and what is known about it. Output: the spoiled record, and the code that a validator
gives it.

A kind with `code=None` is kept by a correct sync (harmless oddity, or a second document that is superseded).
If a record breaks several rules, `code` is that of the rule that comes first: form before value before
reference before progression. `needs_previous_day` kinds are only wrong against the stored day before.
`extra` kinds add a record beside the clean one; all others replace it.
Kinds with `default=False` are no JSON for a strict parser and are sent only if `defect_kinds` names them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from cmms.simulator.machines import equipment_number, measuring_point
from cmms.simulator.write_records import RawJson, Record, RecordWriter, json_text

Where = Literal["both", "equipment", "running_time"]


@dataclass(frozen=True)
class Situation:
    """What a defect may need to know about the record that it spoils; hours in hundredths."""

    writer: RecordWriter
    machine: int
    day: date
    running: int
    cumulative: int
    read_at: datetime

    @property
    def busy_hours(self) -> int:
        """Return hours of the day that are surely above zero."""
        return self.running or 425

    def running_value(self, hundredths: int) -> str | int | None:
        """Return RECDV for hours in hundredths."""
        return self.writer.hours(hundredths, self.writer.config.running_hours_factor)

    def cumulative_value(self, hundredths: int) -> str | int | None:
        """Return CNTRR for hours in hundredths."""
        return self.writer.hours(hundredths, self.writer.config.cumulative_hours_factor)


Spoil = Callable[[Record, Situation], None]


@dataclass(frozen=True)
class DefectKind:
    """One way in which a record can be wrong or odd."""

    name: str
    where: Where
    code: str | None
    spoil: Spoil
    warning: str | None = None
    needs_previous_day: bool = False
    extra: bool = False
    machine: Literal["any", "idle", "busy"] = "any"  # the day that the machine must have had
    default: bool = True

    def fits(self, running: int) -> bool:
        """Tell whether a machine that ran so long (hundredths) can have this defect."""
        return self.machine == "any" or (self.machine == "idle") == (running == 0)


def _drop(field: str) -> Spoil:
    """Leave the field out on even machines, send null on odd ones: both are 'missing'."""

    def spoil(record: Record, at: Situation) -> None:
        if at.machine % 4 < 2:
            record.pop(field)
        else:
            record[field] = None

    return spoil


def _put(field: str, value: str | int | None) -> Spoil:
    def spoil(record: Record, at: Situation) -> None:
        record[field] = value

    return spoil


def _orphan(record: Record, at: Situation) -> None:
    number = equipment_number(80_000_000 + at.machine)
    record.update(EQUNR=number, OBJNR=f"IE{number}", POINT=measuring_point(80_000_000 + at.machine))


def _padded_number(record: Record, at: Situation) -> None:
    record["EQUNR"] = f" {record['EQUNR']}  "


def _number_as_json_number(record: Record, at: Situation) -> None:
    record["EQUNR"] = 10_000_000 + at.machine


def _negative_hours(record: Record, at: Situation) -> None:
    record["RECDV"] = at.running_value(-at.busy_hours)


def _comma_decimal(record: Record, at: Situation) -> None:
    # The separator that this deployment does not use.
    wrong = "." if at.writer.config.decimal_separator == "," else ","
    record["RECDV"] = f"{at.busy_hours // 100}{wrong}{at.busy_hours % 100:02d}"


def _trailing_minus(record: Record, at: Situation) -> None:
    record["RECDV"] = f"{at.busy_hours // 100}{at.writer.config.decimal_separator}{at.busy_hours % 100:02d}-"


def _counter_decreased(record: Record, at: Situation) -> None:
    # 500 h below yesterday: lower than any day of the last weeks, and still far above the hours of a day.
    record["CNTRR"] = at.cumulative_value(at.cumulative - at.running - 50_000)


def _counter_not_advanced(record: Record, at: Situation) -> None:
    record["RECDV"] = at.running_value(at.busy_hours)
    record["CNTRR"] = at.cumulative_value(at.cumulative - at.running)


def _cumulative_below_daily(record: Record, at: Situation) -> None:
    record["RECDV"] = at.running_value(800)
    record["CNTRR"] = at.cumulative_value(300)


def _more_than_a_day(record: Record, at: Situation) -> None:
    record["RECDV"] = at.running_value(2650)


def _hours_mismatch(record: Record, at: Situation) -> None:
    record["RECDV"] = at.running_value(at.running - 1000 if at.running > 1200 else at.running + 1000)


def _other_day(days: int) -> Spoil:
    def spoil(record: Record, at: Situation) -> None:
        record["DATE"] = at.writer.date_value(at.day + timedelta(days=days), at.machine)

    return spoil


def _impossible_day(record: Record, at: Situation) -> None:
    record["DATE"] = f"{at.day.year}-02-30"


def _hour_24(record: Record, at: Situation) -> None:
    record["DATE_TIME"] = f"{at.day.isoformat()}T24:00:00"


def _older_reading(record: Record, at: Situation) -> None:
    """A provisional document of the same day, six hours earlier, that the clean record supersedes."""
    at_hour = at.read_at - timedelta(hours=6)
    half = at.running // 2
    record["DATE_TIME"] = at.writer.timestamp(at_hour, at.machine)
    record["RECDV"] = at.running_value(half)
    record["CNTRR"] = at.cumulative_value(at.cumulative - at.running + half)
    record["MDTXT"] = "Provisional reading"


def _older_master(record: Record, at: Situation) -> None:
    earlier = at.writer.fleet.created_at(at.machine) - timedelta(days=400)
    record["CREATED_AT"] = at.writer.timestamp(earlier, at.machine)
    record["EQKTU"] = "TEXT BEFORE RENAMING"


def _second_point(record: Record, at: Situation) -> None:
    record["POINT"] = measuring_point(9_000_000 + at.machine)


def _scientific(record: Record, at: Situation) -> None:
    # The same value as exponent: 12.50 is 1250E-2, exactly.
    digits = at.running * at.writer.config.running_hours_factor
    text = f"{digits}E-2"
    record["RECDV"] = RawJson(text) if at.writer.config.numbers == "number" else text


def _more_zeros(record: Record, at: Situation) -> None:
    for field in ("RECDV", "CNTRR"):
        text = f"{record[field]}0000"
        record[field] = RawJson(text) if isinstance(record[field], RawJson) else text


def _duplicate_key(record: Record, at: Situation) -> None:
    first = json_text(record["RECDV"])
    record["RECDV"] = RawJson(f'{first},"{at.writer.config.name_of("RECDV")}":"1.00"')


def _nothing(record: Record, at: Situation) -> None:
    """Leave the record as it is: the defect is that it is there twice."""


_B: Where = "both"
_E: Where = "equipment"
_R: Where = "running_time"

_KINDS = (
    # required fields
    DefectKind("missing_plant", _B, "REQUIRED", _drop("SWERK")),
    DefectKind("missing_equipment_number", _B, "REQUIRED", _drop("EQUNR")),
    DefectKind("missing_created_at", _B, "REQUIRED", _drop("CREATED_AT")),
    DefectKind("missing_running_hours", _R, "REQUIRED", _drop("RECDV")),
    DefectKind("missing_cumulative_hours", _R, "REQUIRED", _drop("CNTRR")),
    DefectKind("missing_date", _R, "REQUIRED", _drop("DATE")),
    DefectKind("empty_equipment_number", _B, "REQUIRED", _put("EQUNR", "")),
    DefectKind("blank_equipment_number", _B, "REQUIRED", _put("EQUNR", "   ")),
    DefectKind("empty_running_hours", _R, "REQUIRED", _put("RECDV", "")),
    DefectKind("zero_date", _R, "REQUIRED", _put("DATE", "00000000")),
    # types, formats, lengths
    DefectKind("long_equipment_number", _B, "TOO_LONG", _put("EQUNR", "9" * 51)),
    DefectKind("long_company_code", _B, "TOO_LONG", _put("BUKRS", "1000-SUBSIDIARY")),
    DefectKind("long_point", _B, "TOO_LONG", _put("POINT", "0" * 31)),
    DefectKind("long_object_number", _B, "TOO_LONG", _put("OBJNR", "IE" + "0" * 49)),
    DefectKind("numeric_equipment_number", _B, "NOT_TEXT", _number_as_json_number),
    DefectKind("nul_character", _B, "INVALID_TEXT", _put("EQKTU", "PUMP\x00 7")),
    DefectKind("text_hours", _R, "NOT_NUMERIC", _put("RECDV", "abc")),
    DefectKind("nan_hours", _R, "NOT_NUMERIC", _put("RECDV", "NaN")),
    DefectKind("infinite_counter", _R, "NOT_NUMERIC", _put("CNTRR", "Infinity")),
    DefectKind("underscore_counter", _R, "NOT_NUMERIC", _put("CNTRR", "1_000")),
    DefectKind("comma_decimal", _R, "NOT_NUMERIC", _comma_decimal),
    DefectKind("huge_counter", _R, "OUT_OF_RANGE", _put("CNTRR", "99999999999999.00")),
    DefectKind("impossible_date", _R, "INVALID_DATE", _impossible_day),
    DefectKind("text_date", _R, "INVALID_DATE", _put("DATE", "yesterday")),
    DefectKind("hour_24", _R, "INVALID_TIMESTAMP", _hour_24),
    DefectKind("text_created_at", _B, "INVALID_TIMESTAMP", _put("CREATED_AT", "n/a")),
    # values and business rules
    DefectKind("negative_hours", _R, "NEGATIVE_HOURS", _negative_hours),
    DefectKind("trailing_minus", _R, "NEGATIVE_HOURS", _trailing_minus),
    DefectKind("negative_counter", _R, "NEGATIVE_CUMULATIVE", _put("CNTRR", "-120.50")),
    DefectKind("counter_decreased", _R, "COUNTER_DECREASED", _counter_decreased, needs_previous_day=True),
    DefectKind("counter_not_advanced", _R, "COUNTER_NOT_ADVANCED", _counter_not_advanced, needs_previous_day=True),
    DefectKind("cumulative_below_daily", _R, "CUMULATIVE_BELOW_DAILY", _cumulative_below_daily),
    DefectKind("future_date", _R, "DATE_IN_FUTURE", _other_day(400)),
    DefectKind("other_day", _R, "DATE_OUTSIDE_REQUEST", _other_day(-1)),
    # references
    DefectKind("unknown_plant", _B, "PLANT_UNKNOWN", _put("SWERK", "X999")),
    DefectKind("unknown_equipment", _R, "EQUIPMENT_UNKNOWN", _orphan),
    # kept: with a warning, superseded, or simply fine
    DefectKind("more_than_24_hours", _R, None, _more_than_a_day, warning="EXCEEDS_DAY", machine="busy"),
    DefectKind(
        "hours_mismatch",
        _R,
        None,
        _hours_mismatch,
        warning="HOURS_MISMATCH",
        needs_previous_day=True,
        machine="busy",
    ),
    DefectKind("second_point", _R, None, _second_point, warning="POINT_MISMATCH", extra=True),
    DefectKind("duplicate_identical", _B, None, _nothing, extra=True),
    DefectKind("duplicate_older_reading", _R, None, _older_reading, extra=True),
    DefectKind("duplicate_older_master", _E, None, _older_master, extra=True),
    DefectKind("padded_equipment_number", _B, None, _padded_number),
    DefectKind("scientific_hours", _R, None, _scientific),
    DefectKind("more_zeros", _R, None, _more_zeros),
    DefectKind("minus_zero_hours", _R, None, _put("RECDV", "-0.00"), machine="idle"),
    # only when asked for: a strict JSON parser refuses the page
    DefectKind("lone_surrogate", _B, "INVALID_TEXT", _put("EQKTU", RawJson('"PUMP \\ud800"')), default=False),
    DefectKind("bare_nan", _R, "NOT_NUMERIC", _put("RECDV", RawJson("NaN")), default=False),
    DefectKind("bare_huge", _R, "OUT_OF_RANGE", _put("CNTRR", RawJson("1e400")), default=False),
    DefectKind("many_digits", _R, "OUT_OF_RANGE", _put("CNTRR", RawJson("7" * 5000)), default=False),
    DefectKind("duplicate_key", _R, "DUPLICATE_KEY", _duplicate_key, default=False),
)

KINDS: dict[str, DefectKind] = {kind.name: kind for kind in _KINDS}


def kinds_for(where: Literal["equipment", "running_time"], chosen: tuple[str, ...] | None) -> list[DefectKind]:
    """Return the kinds of a stream: those that are on by default, or the chosen ones.

    Raises:
        ValueError: a chosen kind does not exist.
    """
    for name in chosen or ():
        if name not in KINDS:
            raise ValueError(f"unknown defect kind {name!r}")
    return [
        kind
        for kind in _KINDS
        if kind.where in ("both", where) and (kind.default if chosen is None else kind.name in chosen)
    ]
