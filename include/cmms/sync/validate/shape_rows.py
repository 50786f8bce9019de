"""Step 4a, shape: judged rows -> the columns of the staging table, and which of them are stored already.

Input: judged rows (``rows-<n>.arrow``). Output: the staging table's columns, in its key order. Running times that the
database holds just like this are marked (:func:`mark_stored`) and left out of staging. That only saves work: a row can
be staged although nothing differs, and the merge, which compares every column once more, leaves it alone; but a row
that differs is never left out. The mark belongs to the reference version that the row was judged by: when that moves
before the merge, rows are judged and marked again.
"""

from __future__ import annotations

import zlib

import polars as pl

from cmms.streams.equipment import EQUIPMENT
from cmms.streams.running_time import RUNNING_TIME

_READING = {known.name: known.kind for known in RUNNING_TIME.columns}
RUNNING_TIME_COLUMNS = ("equipment_id", "plant_id", "date", *_READING, "quality", "quality_code", "page", "position")
EQUIPMENT_COLUMNS = (
    "equipment_number",
    "plant_id",
    *(known.name for known in EQUIPMENT.columns),
    "group_name",
    "page",
    "position",
)
_COMPARED = tuple(name for name in RUNNING_TIME_COLUMNS if name not in ("equipment_id", "date", "page", "position"))


def checksum_of(file: bytes) -> int:
    """CRC-32 of a file of staged readings and of its columns: one of another version is not loaded as it is."""
    return zlib.crc32(file, zlib.crc32(",".join(RUNNING_TIME_COLUMNS).encode()))


def shape_equipment(rows: pl.DataFrame) -> pl.DataFrame:
    """Equipment as staged; ``rows`` have been through ``classify_groups``."""
    return rows.select(EQUIPMENT_COLUMNS).sort("equipment_number")


def shape_running_times(rows: pl.DataFrame) -> pl.DataFrame:
    """Running times as staged: hours as decimal text, warnings as quality."""
    return rows.select(_column(name) for name in RUNNING_TIME_COLUMNS).sort("equipment_id")


def mark_stored(rows: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_stored``: the database holds the row just like this.

    Args:
        rows: judged running times.
        stored: equipment_id and stored_text, from ``include/sql/sync/validate/stored_rows_of_day.sql``.
    """
    if stored.is_empty():
        return rows.with_columns(is_stored=pl.lit(False))
    text = pl.concat_str([_text(name) for name in _COMPARED], separator="\x00")
    found = rows.select("equipment_id", text=text).join(stored, on="equipment_id", how="left", maintain_order="left")
    return rows.with_columns(found.select(is_stored=(pl.col("text") == pl.col("stored_text")).fill_null(False)))


def _column(name: str) -> pl.Expr:
    if _READING.get(name) == "hours":
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


def _text(name: str) -> pl.Expr:
    """A column's part in the text of the row."""
    column = _column(name)
    if _READING.get(name) == "instant":
        column = column.dt.strftime("%Y-%m-%d %H:%M:%S%.3f")
    return (pl.lit("=") + column.cast(pl.String)).fill_null("-")
