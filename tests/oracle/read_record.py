"""One raw record -> its fields and everything that is wrong with them, before any other data is looked at."""

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.oracle.parse_values import (
    NumberToken,
    has_unstorable_character,
    parse_date,
    parse_hours,
    parse_text,
    parse_timestamp,
    trim,
)
from tests.oracle.rows import Stream
from tests.oracle.rules import (
    CODE_ORDER,
    FIELD_ORDER,
    FIELDS,
    LARGEST_CUMULATIVE_HOURS,
    LARGEST_RUNNING_HOURS,
    REQUIRED,
    SOURCE_NAMES,
    TEXT_LIMITS,
    OracleRules,
)


@dataclass(slots=True)
class Record:
    """A record as read. `problems` holds (code, field); fields that could not be read are None."""

    raw: str | bytes
    problems: list[tuple[str, str]] = field(default_factory=list)
    keys: Collection[str] = ()
    is_time_ambiguous: bool = False
    plant_code: str | None = None
    equipment_number: str | None = None
    company_code: str | None = None
    equipment_description: str | None = None
    object_number: str | None = None
    point: str | None = None
    api_created_at: dt.datetime | None = None
    date: dt.date | None = None
    date_time: dt.datetime | None = None
    running_hours: Decimal | None = None
    cumulative_hours: Decimal | None = None
    description: str | None = None

    @property
    def raw_bytes(self) -> bytes:
        """The record as bytes, the last tie-break between two versions of one row."""
        return self.raw if isinstance(self.raw, bytes) else self.raw.encode("utf-8", "surrogatepass")

    def first_problem(self) -> tuple[str, str]:
        """The (code, field) that the record is rejected with."""
        fields = ("", *FIELD_ORDER)
        return min(self.problems, key=lambda p: (CODE_ORDER.index(p[0]), fields.index(p[1])))


class RecordReader:
    """Reads records of one configuration."""

    def __init__(self, rules: OracleRules) -> None:
        """Takes the settings: zone, decimal separator and unit factors."""
        self._rules = rules
        self._zone = ZoneInfo(rules.time_zone)
        self._has_duplicate_key = False
        self._decode: Callable[[str], object] = json.JSONDecoder(
            object_pairs_hook=self._read_object,
            parse_int=NumberToken,
            parse_float=NumberToken,
            parse_constant=NumberToken,
        ).decode

    def read(self, raw: str | bytes, stream: Stream) -> Record:
        """Reads one record; never raises for what a JSON value holds.

        Bytes that are no UTF-8 become lone surrogates, and so are rejected where a mapped text holds them.

        Raises:
            ValueError: the item is no JSON at all. A page like that fails before records exist.
        """
        record = Record(raw)
        self._has_duplicate_key = False
        content = self._decode(raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape"))
        if not isinstance(content, dict):
            record.problems.append(("NOT_AN_OBJECT", ""))
            return record
        if self._has_duplicate_key:
            record.problems.append(("DUPLICATE_KEY", ""))
        self._read_fields(record, content, stream)
        return record

    def _read_object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        content = dict(pairs)
        if len(content) < len(pairs):
            self._has_duplicate_key = True
        return content

    def _read_fields(self, record: Record, content: dict[str, object], stream: Stream) -> None:
        names, required = FIELDS[stream], REQUIRED[stream]
        values = {name: trim(_first_present(content, name)) for name in names}
        record.keys = content.keys()

        def note(name: str, is_null: bool, codes: list[str]) -> None:
            if codes:
                record.problems += [(code, name) for code in codes]
            elif is_null and name in required:
                record.problems.append(("REQUIRED", name))

        def read_text(name: str) -> str | None:
            text, codes = parse_text(values[name], TEXT_LIMITS[name])
            note(name, text is None, codes)
            return text

        def read_instant(name: str) -> dt.datetime | None:
            instant, is_ambiguous, codes = parse_timestamp(values[name], self._zone)
            note(name, instant is None, codes)
            record.is_time_ambiguous |= is_ambiguous
            return instant

        def read_hours(name: str, largest: Decimal, factor: Fraction, negative: str) -> Decimal | None:
            hours, codes = parse_hours(values[name], largest, self._rules.decimal_separator, factor)
            note(name, hours is None, [negative if code == "NEGATIVE" else code for code in codes])
            return hours

        texts = {name: value for name, value in values.items() if type(value) is str}
        if has_unstorable_character("".join(texts.values())):  # looked at one by one only if there is any
            bad = [name for name, text in texts.items() if has_unstorable_character(text)]
            record.problems += [("INVALID_TEXT", name) for name in bad]
        record.plant_code = read_text("plant_code")
        record.equipment_number = read_text("equipment_number")
        record.company_code = read_text("company_code")
        record.equipment_description = read_text("equipment_description")
        record.object_number = read_text("object_number")
        record.point = read_text("point")
        record.api_created_at = read_instant("api_created_at")
        if stream == "equipment":
            return
        record.date, codes = parse_date(values["date"])
        note("date", record.date is None, codes)
        record.date_time = read_instant("date_time")
        factors = self._rules.running_hours_factor, self._rules.cumulative_hours_factor
        record.running_hours = read_hours("running_hours", LARGEST_RUNNING_HOURS, factors[0], "NEGATIVE_HOURS")
        record.cumulative_hours = read_hours(
            "cumulative_hours", LARGEST_CUMULATIVE_HOURS, factors[1], "NEGATIVE_CUMULATIVE"
        )
        record.description = read_text("description")


def _first_present(content: dict[str, object], name: str) -> object:
    for key in SOURCE_NAMES[name]:
        if key in content:
            return content[key]
    return None
