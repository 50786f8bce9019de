"""What a page's records hold, field by field, as received: the vocabulary between reading and parsing.

Nearly all values of a source are JSON strings: they stand in one text column. Whatever else came (numbers, booleans,
lists, objects, broken text) stands beside it by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import polars as pl

from cmms.sync.validate.raw_values import ABSENT, is_text


@dataclass
class RawColumn:
    """One field of some records.

    Attributes:
        strings: the JSON strings; null where a record holds null, something else, or has no such key.
        odd: row -> what is no string and not null: int, JsonNumber, bool, list, dict, or a str that UTF-8 cannot hold.
        absent: true where the record has no such key; None when all have it.
    """

    strings: pl.Series
    odd: dict[int, Any] = field(default_factory=dict)
    absent: np.ndarray[Any, np.dtype[np.bool_]] | None = None

    @classmethod
    def of(cls, values: Sequence[Any]) -> RawColumn:
        """From one value per record: str, None, ABSENT or anything odd."""
        kinds = set(map(type, values))
        absent = (
            np.fromiter((value is ABSENT for value in values), bool, len(values)) if type(ABSENT) in kinds else None
        )
        odd: dict[int, Any] = {}
        if not kinds <= {str, type(None)}:
            odd = {row: value for row, value in enumerate(values) if _is_odd(value)}
            values = [value if type(value) is str else None for value in values]
        try:
            strings = pl.Series(values, dtype=pl.String)
        except UnicodeEncodeError:  # a lone surrogate somewhere
            broken = {row: value for row, value in enumerate(values) if value is not None and not is_text(value)}
            odd = {**odd, **broken}
            strings = pl.Series([None if row in broken else value for row, value in enumerate(values)], dtype=pl.String)
        return cls(strings, odd, absent)

    @classmethod
    def nothing(cls, count: int) -> RawColumn:
        """No record has the key."""
        return cls(pl.Series([None], dtype=pl.String).new_from_index(0, count), {}, np.ones(count, bool))

    @property
    def present(self) -> int:
        """How many records have the key."""
        return len(self.strings) - (0 if self.absent is None else int(self.absent.sum()))

    def or_else(self, other: RawColumn) -> RawColumn:
        """This field, and where a record has no such key, the other one."""
        if self.absent is None:
            return self
        here = self.absent
        strings = pl.select(pl.when(pl.Series(here)).then(other.strings).otherwise(self.strings)).to_series()
        odd = {**self.odd, **{row: value for row, value in other.odd.items() if here[row]}}
        return RawColumn(strings, odd, None if other.absent is None else here & other.absent)

    def to_list(self) -> list[Any]:
        """One value per record, as :meth:`of` takes them."""
        values = self.strings.to_list()
        for row in [] if self.absent is None else np.flatnonzero(self.absent).tolist():
            values[row] = ABSENT
        for row, value in self.odd.items():
            values[row] = value
        return values


@dataclass
class RawColumns:
    """Raw values of one page.

    Attributes:
        records: raw JSON text of each record, byte for byte, in the order of the page.
        values: per target field its column.
        positions: row of the columns -> 0-based position of the record in the page.
        structure: row -> code (and key), for records that are no object or carry a key twice.
        unknown_fields: source names that no setting maps.
    """

    records: Sequence[bytes | msgspec.Raw]
    values: Mapping[str, RawColumn]
    positions: np.ndarray[Any, np.dtype[np.uint32]]
    structure: dict[int, str] = field(default_factory=dict)
    unknown_fields: frozenset[str] = frozenset()


def join_columns(parts: Iterable[RawColumn]) -> RawColumn:
    """Columns end to end."""
    parts = list(parts)
    odd: dict[int, Any] = {}
    offset = 0
    for part in parts:
        odd.update({offset + row: value for row, value in part.odd.items()})
        offset += len(part.strings)
    absent = None
    if any(part.absent is not None for part in parts):
        masks = [np.zeros(len(part.strings), bool) if part.absent is None else part.absent for part in parts]
        absent = np.concatenate(masks)
    return RawColumn(pl.concat([part.strings for part in parts], rechunk=True), odd, absent)


def _is_odd(value: Any) -> bool:
    return type(value) is not str and value is not None and value is not ABSENT
