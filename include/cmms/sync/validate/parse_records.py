"""Step 3b, raw columns -> typed frame: one row per record, a null and a problem where a value cannot be read.

Input: :class:`~cmms.sync.validate.raw_columns.RawColumns` of some pages. Output: a polars frame with the columns of the
stream's fields (:func:`schema_of`); hours are whole thousandths (exact integers). Nothing is rejected here: ``problem``
holds ``CODE:field`` of the first value that could not be read, and the expectations validate it. Plain values are
parsed vectorised; everything else by :mod:`cmms.sync.validate.parse_values`, the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from cmms.settings import Numbers, Settings
from cmms.streams import STREAMS, StreamName
from cmms.streams.stream import Field, FieldKind, Stream
from cmms.sync.validate.parse_values import (
    Instant,
    parse_date,
    parse_hours,
    parse_timestamp,
)
from cmms.sync.validate.raw_columns import RawColumn, RawColumns, join_columns
from cmms.sync.validate.raw_values import number_text

_TYPES: dict[FieldKind, Any] = {
    "text": pl.String,
    "instant": pl.Datetime("ms"),
    "day": pl.Date,
    "hours": pl.Int64,
    "number": pl.Int64,
}
_PLAIN_HOURS = r"^[0-9]{1,13}(\.[0-9]{1,3})?$"
_PLAIN_INSTANT = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3])(:[0-5][0-9]){2}"
_INVALID_TEXT = "INVALID_TEXT"
_NOT_TEXT = "NOT_TEXT"


def schema_of(stream: Stream) -> dict[str, Any]:
    """Columns and types of the frame of a stream's records."""
    return {
        "page": pl.UInt32,
        "position": pl.UInt32,
        **{field.name: _TYPES[field.kind] for field in stream.fields},
        "ambiguous_time": pl.String,
        "problem": pl.String,
    }


def parse_records(pages: Sequence[tuple[int, RawColumns]], *, stream: StreamName, settings: Settings) -> pl.DataFrame:
    """Parse the raw columns of some pages.

    Args:
        pages: 1-based page number and values as received; number and 0-based position stay with each row.
        stream: which schema to produce.
        settings: number and time formats of the source.
    """
    count = sum(len(raw.records) for _, raw in pages)
    raw = _join_pages(pages)
    fields = _Fields(raw, count)
    numbers_of_pages = [np.full(len(raw.records), page, np.uint32) for page, raw in pages]
    positions = [raw.positions for _, raw in pages]
    columns: dict[str, pl.Series] = {
        "page": pl.Series("page", np.concatenate(numbers_of_pages), dtype=pl.UInt32),
        "position": pl.Series("position", np.concatenate(positions), dtype=pl.UInt32),
    }
    zone, numbers = settings.source_zone(stream), settings.stream(stream).numbers
    for field in STREAMS[stream].fields:
        columns[field.name] = fields.read(field, zone, numbers)
    if settings.rules.plant_code_case == "upper":
        columns["plant_code"] = columns["plant_code"].str.to_uppercase()
    columns["ambiguous_time"] = fields.marks(fields.ambiguous)
    columns["problem"] = fields.first_problems(raw.structure)
    return pl.DataFrame(columns)


def _join_pages(pages: Sequence[tuple[int, RawColumns]]) -> RawColumns:
    """The pages' columns end to end."""
    if len(pages) == 1:
        return pages[0][1]
    structure: dict[int, str] = {}
    offset = 0
    for _, raw in pages:
        structure.update({offset + row: code for row, code in raw.structure.items()})
        offset += len(raw.records)
    values = {name: join_columns(raw.values[name] for _, raw in pages) for name in pages[0][1].values}
    return RawColumns((), values, np.concatenate([raw.positions for _, raw in pages]), structure)


class _Fields:
    """Parses field after field and collects what could not be read."""

    def __init__(self, raw: RawColumns, count: int) -> None:
        self._raw = raw
        self._count = count
        self._problems: list[tuple[int, dict[int, str]]] = []
        self.ambiguous: dict[int, str] = {}

    def read(self, field: Field, zone: ZoneInfo, numbers: Numbers) -> pl.Series:
        """A field by its kind."""
        if field.kind == "text":
            return self.text(field.name)
        if field.kind == "instant":
            return self.instant(field.name, zone)
        if field.kind == "day":
            return self.day(field.name)
        return self.number(field.name, numbers, numbers.factor_of(field.name), field.maximum)

    def text(self, name: str) -> pl.Series:
        """Outer white space trimmed, empty is null; anything but a JSON string is ``NOT_TEXT``."""
        series, odd = self._strings(name)
        series = _strip(series)
        invalid = {row: _INVALID_TEXT for row, value in odd.items() if isinstance(value, str)}
        for row in _rows(series.str.contains("\x00", literal=True)):
            invalid[row] = _INVALID_TEXT
        if invalid:
            series = _set_null(series, list(invalid))
        self._note(1, name, invalid)
        self._note(2, name, {row: _NOT_TEXT for row, value in odd.items() if not isinstance(value, str)})
        return series

    def day(self, name: str) -> pl.Series:
        """A calendar day; a JSON number is read by its digits."""
        series = self._tokens(name, "INVALID_DATE", 3)
        values, problems, _ = _by_distinct_value(series, parse_date, pl.Date)
        self._note(3, name, problems)
        return values

    def instant(self, name: str, zone: ZoneInfo) -> pl.Series:
        """A UTC instant to milliseconds."""
        series = self._tokens(name, "INVALID_TIMESTAMP", 4)
        suffix = r"(\.[0-9]{1,3})?(Z|\+00:00)$" if zone.key != "UTC" else r"(\.[0-9]{1,3})?(Z|\+00:00)?$"
        plain = series.str.contains(_PLAIN_INSTANT + suffix)
        text = series.set(~plain.fill_null(False), None)
        fast = (
            text.str.replace_all("T", " ", literal=True)
            .str.strip_chars_end("Z")
            .str.replace("+00:00", "", literal=True)
            .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="ms", strict=False)
        )
        rest = series.set((fast.is_not_null()).fill_null(False), None)
        if rest.null_count() == self._count:
            return fast.rename(name)
        slow, problems, ambiguous = _by_distinct_value(
            rest, lambda value: parse_timestamp(value, zone), pl.Datetime("ms")
        )
        self._note(4, name, problems)
        self.ambiguous.update(dict.fromkeys(ambiguous, name))
        return pl.DataFrame({"fast": fast, "slow": slow}).select(pl.coalesce("fast", "slow").alias(name)).to_series()

    def number(self, name: str, numbers: Numbers, factor: Fraction, maximum: int) -> pl.Series:
        """Whole thousandths, of an hour for example."""
        series = self._tokens(name, "NOT_NUMERIC", 5, decimal_separator=numbers.decimal_separator)

        def parse(value: str) -> int | str:
            return parse_hours(
                value,
                maximum=maximum,
                decimal_separator=numbers.decimal_separator,
                factor=factor,
                excess_digits=numbers.excess_digits,
            )

        if factor != 1 or numbers.decimal_separator != ".":
            values, problems, _ = _by_distinct_value(series, parse, pl.Int64)
            self._note(5, name, problems)
            return values
        plain = series.str.contains(_PLAIN_HOURS).fill_null(False)
        fast = _plain_thousandths(series.set(~plain, None))
        fast = fast.set((fast > maximum).fill_null(False), None)
        rest = series.set(fast.is_not_null(), None)
        if rest.null_count() == self._count:
            return fast.rename(name)
        slow, problems, _ = _by_distinct_value(rest, parse, pl.Int64)
        self._note(5, name, problems)
        return pl.DataFrame({"fast": fast, "slow": slow}).select(pl.coalesce("fast", "slow").alias(name)).to_series()

    def first_problems(self, structure: dict[int, str]) -> pl.Series:
        """Per record ``CODE:field`` of its gravest problem: structure, text, date, time, number."""
        found = dict(structure)
        for _, problems in sorted(self._problems, key=lambda item: item[0]):
            for row, problem in problems.items():
                found.setdefault(row, problem)
        return self.marks(found)

    def marks(self, found: dict[int, str]) -> pl.Series:
        """A text column that is null but for the rows of ``found``."""
        values: list[str | None] = [None] * self._count
        for row, mark in found.items():
            values[row] = mark
        return pl.Series(values, dtype=pl.String)

    def _note(self, rank: int, field: str, codes: dict[int, str]) -> None:
        if codes:
            self._problems.append((rank, {row: f"{code}:{field}" for row, code in codes.items()}))

    def _tokens(self, name: str, code: str, rank: int, *, decimal_separator: str = ".") -> pl.Series:
        """Text of strings and of number tokens; other JSON values (and broken text) get ``code``.

        A number token has a decimal point by JSON's grammar: it is written as the settings write numbers.
        """
        series, odd = self._strings(name)
        numbers = {row: number_text(value) for row, value in odd.items()}
        texts = {row: text.replace(".", decimal_separator) for row, text in numbers.items() if text is not None}
        if texts:
            values = series.to_list()
            for row, text in texts.items():
                values[row] = text
            series = pl.Series(values, dtype=pl.String)
        self._note(rank, name, {row: code for row in odd if row not in texts})
        return _strip(series)

    def _strings(self, name: str) -> tuple[pl.Series, dict[int, Any]]:
        """The column's strings, null elsewhere, and the rows that hold something else (not null, not absent)."""
        column = self._raw.values.get(name) or RawColumn.nothing(self._count)
        return column.strings, column.odd


def _strip(series: pl.Series) -> pl.Series:
    """Trim Unicode white space; empty becomes null."""
    stripped = series.str.strip_chars()
    return stripped.set((stripped == "").fill_null(False), None)


def _plain_thousandths(series: pl.Series) -> pl.Series:
    """``12``, ``12.5``, ``12.125`` (checked beforehand) to 12000, 12500, 12125 without binary floats."""
    frame = pl.DataFrame({"text": series}).select(
        whole=pl.col("text").str.split_exact(".", 1).struct.field("field_0").cast(pl.Int64),
        part=pl.col("text").str.split_exact(".", 1).struct.field("field_1").str.pad_end(3, "0").cast(pl.Int64),
    )
    return frame.select(pl.col("whole") * 1000 + pl.col("part").fill_null(0)).to_series()


def _by_distinct_value(
    series: pl.Series, parse: Callable[[str], Any], dtype: Any
) -> tuple[pl.Series, dict[int, str], list[int]]:
    """Parse each distinct text once.

    Returns:
        The values (null where a code came back), row -> code, and the rows with an ambiguous local time.
    """
    texts = series.drop_nulls().unique()
    results = [parse(text) for text in texts]
    values = [
        None if isinstance(result, str) else result.at if isinstance(result, Instant) else result for result in results
    ]
    table = pl.DataFrame(
        {
            "text": texts,
            "value": pl.Series(values, dtype=dtype),
            "code": pl.Series([result if isinstance(result, str) else None for result in results], dtype=pl.String),
            "ambiguous": [isinstance(result, Instant) and result.ambiguous for result in results],
        },
        schema_overrides={"ambiguous": pl.Boolean},
    )
    joined = pl.DataFrame({"text": series}).join(table, on="text", how="left", maintain_order="left")
    rows = joined["code"].is_not_null().arg_true()
    problems = dict(zip(rows.to_list(), joined["code"].gather(rows).to_list(), strict=True))
    return joined["value"].rename(series.name), problems, _rows(joined["ambiguous"])


def _rows(mask: pl.Series) -> list[int]:
    return mask.fill_null(False).arg_true().to_list()


def _set_null(series: pl.Series, rows: list[int]) -> pl.Series:
    return series.scatter(sorted(rows), None)
