"""Step 3a, the fast way: records of one shape whose values are all strings or null, straight into text columns.

Input: raw records of a page. Output: :class:`PlainRecords`, or None when nothing can be read this way; the records that
it leaves out are for :mod:`cmms.sync.validate.read_records`, which reads everything. Arrow's JSON reader does the work;
it refuses a key twice, an unknown key, a value of another type, and broken text. Which records are worth giving to it
is found by counting, over the bytes of the whole page: a record is left out if in doubt.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import polars as pl

_QUOTE, _COLON, _SPACE, _NEWLINE, _BACKSLASH, _N, _U = (ord(sign) for sign in '": \n\\nu')
_SURROGATES = (ord("d"), ord("D"))
_MAX_NAMES = 200
_FEWEST = 50
"""With fewer records there is nothing to gain."""


@dataclass(frozen=True)
class PlainRecords:
    """Columns of the records that could be read.

    Attributes:
        columns: source name -> text; all of these records have all of these keys.
        is_plain: per record of the page, whether it is among them.
    """

    columns: dict[str, pl.Series]
    is_plain: np.ndarray[Any, np.dtype[np.bool_]]


def read_plain_records(records: Sequence[bytes | msgspec.Raw]) -> PlainRecords | None:
    """Read the records that have the page's most common number of keys, all with strings or null."""
    if len(records) < _FEWEST:
        return None
    text = b"\n".join(records)
    try:
        text.decode()
    except UnicodeDecodeError:
        return None
    counted = _count_keys(text, len(records))
    if counted is None:
        return None
    is_plain, example = counted
    names = _names(bytes(records[example]))
    if not names:
        return None
    if not is_plain.all():
        text = b"\n".join(record for record, good in zip(records, is_plain.tolist(), strict=True) if good)
    columns = _read(text, names, int(is_plain.sum()))
    return None if columns is None else PlainRecords(columns, is_plain)


def _count_keys(text: bytes, count: int) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], int] | None:
    """Which records look plain, and the position of one of them; None when the text is laid out in another way."""
    view = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(view == _NEWLINE)
    if len(ends) != count - 1:
        return None  # a line end within a record
    colons = np.flatnonzero(view[:-2] == _COLON)
    before = view[colons - 1]
    if np.any(before <= _SPACE):
        return None  # pretty-printed: white space before the colon
    colons = colons[before == _QUOTE]
    following = view[colons + 1]
    following = np.where(following == _SPACE, view[colons + 2], following)
    of_record = np.searchsorted(ends, colons)
    keys = np.bincount(of_record, minlength=count)
    common = int(np.bincount(keys).argmax())
    is_plain = keys == common
    is_plain[of_record[(following != _QUOTE) & (following != _N)]] = False
    if np.count_nonzero(view < _SPACE) > len(ends) or b"\\" in text:
        is_plain[np.searchsorted(ends, _doubtful_signs(view))] = False
    if common == 0 or not is_plain.any():
        return None
    return is_plain, int(is_plain.argmax())


def _doubtful_signs(view: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Where control characters stand, and escapes that could be half a surrogate pair."""
    control = np.flatnonzero((view < _SPACE) & (view != _NEWLINE))
    slashes = np.flatnonzero(view[:-2] == _BACKSLASH)
    is_surrogate = (view[slashes + 1] == _U) & np.isin(view[slashes + 2], _SURROGATES)
    return np.concatenate((control, slashes[is_surrogate]))


def _names(record: bytes) -> tuple[str, ...]:
    try:
        value = json.loads(record)
    except (ValueError, RecursionError):
        return ()
    return tuple(value) if isinstance(value, dict) and len(value) <= _MAX_NAMES else ()


def _read(text: bytes, names: tuple[str, ...], count: int) -> dict[str, pl.Series] | None:
    import pyarrow as pa
    from pyarrow import json as arrow_json

    try:
        table = arrow_json.read_json(
            pa.BufferReader(text),
            read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(text) + 1),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=pa.schema([(name, pa.string()) for name in names]), unexpected_field_behavior="error"
            ),
        )
    except (pa.ArrowException, ValueError, UnicodeError):
        return None
    if table.num_rows != count:
        return None
    return {name: pl.Series(name, table.column(name), dtype=pl.String) for name in names}
