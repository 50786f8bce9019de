"""Step 4a, shape: validated rows -> the columns of the staging table, and which of them are stored already.

Input: validated rows (``rows-<n>.arrow``). Output: the staging table's columns, in its key order. Running times that
the database holds just like this are marked (:func:`mark_stored`) and left out of staging. That only saves work: a row
can be staged although nothing differs, and the merge, which compares every column once more, leaves it alone; but a row
that differs is never left out. The mark belongs to the reference version that the row was validated against: when that
moves before the merge, rows are validated and marked again.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import polars as pl

from cmms.streams.stream import FieldKind, Stream

_QUALITY = ("quality", "quality_code")
_WHERE = ("page", "position")


def record_columns(stream: Stream) -> tuple[str, ...]:
    """The staging table's columns of a stream whose records are one a machine and day."""
    return ("equipment_id", "plant_id", "date", *_kinds(stream), *_QUALITY, *_WHERE)


def checksum_of(file: bytes, stream: Stream) -> int:
    """CRC-32 of a file of staged records and of its columns: one of another version is not loaded as it is."""
    return zlib.crc32(file, zlib.crc32(",".join(record_columns(stream)).encode()))


def shape_equipment(rows: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Equipment as staged; ``rows`` have been through ``classify_groups``."""
    columns = ("equipment_number", "plant_id", *_kinds(stream), "group_name", *_WHERE)
    return rows.select(columns).sort("equipment_number")


def shape_records(rows: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """One record a machine, as staged: hours as decimal text, warnings as quality."""
    kinds = _kinds(stream)
    return rows.select(_column(name, kinds) for name in record_columns(stream)).sort("equipment_id")


def mark_stored(rows: pl.DataFrame, stored: pl.DataFrame, stream: Stream) -> pl.DataFrame:
    """Add ``is_stored``: the database holds the row just like this.

    Args:
        rows: validated records of a day.
        stored: equipment_id and stored_text, from ``include/sql/sync/validate/stored_rows_of_day.sql``.
        stream: whose they are.
    """
    if stored.is_empty():
        return rows.with_columns(is_stored=pl.lit(False))
    kinds = _kinds(stream)
    compared = ("plant_id", *kinds, *_QUALITY)
    text = pl.concat_str([_text(name, kinds) for name in compared], separator="\x00")
    found = rows.select("equipment_id", text=text).join(stored, on="equipment_id", how="left", maintain_order="left")
    return rows.with_columns(found.select(is_stored=(pl.col("text") == pl.col("stored_text")).fill_null(False)))


def _kinds(stream: Stream) -> dict[str, FieldKind]:
    return {known.name: known.kind for known in stream.columns}


def _column(name: str, kinds: Mapping[str, FieldKind]) -> pl.Expr:
    if kinds.get(name) in ("hours", "number"):
        return _decimal(name)
    if name == "quality":
        return pl.when(pl.col("warnings").is_null()).then(pl.lit("ok")).otherwise(pl.lit("warning")).alias("quality")
    if name == "quality_code":
        return pl.col("warnings").alias("quality_code")
    return pl.col(name)


def _decimal(name: str) -> pl.Expr:
    """Whole thousandths to decimal text: 12500 -> 12.500 (valid rows are not negative)."""
    thousandths = pl.col(name)
    part = (thousandths % 1000).cast(pl.String).str.zfill(3)
    return ((thousandths // 1000).cast(pl.String) + "." + part).alias(name)


def _text(name: str, kinds: Mapping[str, FieldKind]) -> pl.Expr:
    """A column's part in the text of the row."""
    column = _column(name, kinds)
    if kinds.get(name) == "instant":
        column = column.dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
    return (pl.lit("=") + column.cast(pl.String)).fill_null("-")
