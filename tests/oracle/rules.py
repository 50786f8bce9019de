"""Vocabulary of the oracle: settings, source names, column sizes, and the order of the codes."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from tests.oracle.rows import Stream

SOURCE_NAMES: dict[str, tuple[str, ...]] = {
    "plant_code": ("plant_code", "SWERK"),
    "equipment_number": ("equipment_number", "EQUNR"),
    "company_code": ("BUKRS",),
    "equipment_description": ("equipment_description", "EQKTU", "EQKTX"),
    "object_number": ("OBJNR",),
    "point": ("POINT",),
    "api_created_at": ("api_created_at", "CREATED_AT"),
    "date": ("DATE",),
    "date_time": ("DATE_TIME",),
    "running_hours": ("running_hours", "RECDV"),
    "cumulative_hours": ("cumulative_hours", "CNTRR"),
    "description": ("description", "MDTXT"),
}
"""Source names of each target field; the first one that is present wins, even if its value is null."""

FIELD_ORDER = tuple(SOURCE_NAMES)

FIELDS: dict[Stream, tuple[str, ...]] = {"equipment": FIELD_ORDER[:7], "running_time": FIELD_ORDER}
"""Fields of each stream: an equipment record ends with `api_created_at`."""

REQUIRED: dict[Stream, tuple[str, ...]] = {
    "equipment": ("plant_code", "equipment_number", "api_created_at"),
    "running_time": (
        "plant_code",
        "equipment_number",
        "api_created_at",
        "date",
        "running_hours",
        "cumulative_hours",
    ),
}

TEXT_LIMITS = {
    "plant_code": 10,
    "equipment_number": 50,
    "company_code": 10,
    "equipment_description": 500,
    "object_number": 30,
    "point": 20,
    "description": 2000,
}
"""Longest text of each column, in characters (code points)."""

LARGEST_RUNNING_HOURS = Decimal("99999.999")  # DECIMAL(8,3)
LARGEST_CUMULATIVE_HOURS = Decimal("9999999999999.999")  # DECIMAL(16,3)

CODE_ORDER = (
    "NOT_AN_OBJECT",
    "DUPLICATE_KEY",
    "INVALID_TEXT",
    "NOT_TEXT",
    "REQUIRED",
    "TOO_LONG",
    "INVALID_DATE",
    "INVALID_TIMESTAMP",
    "NOT_NUMERIC",
    "OUT_OF_RANGE",
    "NEGATIVE_HOURS",
    "NEGATIVE_CUMULATIVE",
    "DATE_IN_FUTURE",
    "DATE_OUTSIDE_REQUEST",
    "PLANT_UNKNOWN",
    "EQUIPMENT_UNKNOWN",
    "CUMULATIVE_BELOW_DAILY",
    "COUNTER_DECREASED",
    "COUNTER_NOT_ADVANCED",
)
"""The first code of this list that applies is the code of a rejected record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OracleRules:
    """The settings that change what the tables contain.

    Attributes:
        time_zone: IANA zone of the site: of naive timestamps, and of the length of a day.
        decimal_separator: `.` or `,` in numbers that arrive as text. JSON numbers always use `.`.
        unknown_plant: `reject` the record, or `create` the plant for a record that is right otherwise.
        max_reject_rate: largest rejected share (0 to 1) of one input that is still merged; None is no limit.
        empty_payload_fails: an input without records fails the run.
        missing_field_fails: a required field that no record of an input carries fails the run.
        hours_tolerance: largest difference, in hours, between growth of the counter and the running hours.
        old_after_years: readings older than this, seen from the run's date, get the warning `DATE_OLD`.
        running_hours_factor: multiplied with RECDV before rounding.
        cumulative_hours_factor: multiplied with CNTRR before rounding.
        counter_event_excuses_mismatch: no `HOURS_MISMATCH` on a day with an accepted counter event.
        quality_is_a_value: a row whose warnings alone differ from the stored ones counts as updated, else as
            unchanged; it gets the new warnings either way.
    """

    time_zone: str = "UTC"
    decimal_separator: Literal[".", ","] = "."
    unknown_plant: Literal["reject", "create"] = "reject"
    max_reject_rate: Decimal | None = None
    empty_payload_fails: bool = True
    missing_field_fails: bool = True
    hours_tolerance: Decimal = Decimal("0.1")
    old_after_years: int = 5
    running_hours_factor: Fraction = Fraction(1)
    cumulative_hours_factor: Fraction = Fraction(1)
    counter_event_excuses_mismatch: bool = True
    quality_is_a_value: bool = False
