"""Step 3a, page -> raw columns: the records of one landed page as received, one list per mapped field.

Input: the page's body and the candidate source names of each target field. Output: :class:`RawColumns`. Records of
plain text are read by :mod:`cmms.sync.validate.read_plain_records`, the others here. Many records are decoded at once;
counting the keys proves that nothing was hidden (a key twice). A block with something odd in it is split until the odd
record stands alone, so that one bad record is only itself bad.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from cmms.source.body import split_records
from cmms.sync.validate.raw_columns import RawColumn, RawColumns, join_columns
from cmms.sync.validate.raw_values import ABSENT, JsonNumber, deeper, load_json, read_loosely
from cmms.sync.validate.read_plain_records import read_plain_records

_SPLIT_INTO = 8
_RETRIES = 4
"""A block is decoded again when one of its records has taught us new names; then its odd records are read alone."""
_MAX_NAMES = 200
_KEY_END = re.compile(rb'"[ \t\r\n]*:')
_Raw = bytes | msgspec.Raw
_Columns = dict[str, tuple[Any, ...]]
_Block = tuple[int, _Columns]
"""How many records, and their values by source name."""


class RecordReader:
    """Reads the pages of one stream; learns as it goes which names its records carry.

    A source name with points is the path of a value within objects of the record.
    """

    def __init__(self, *, records_path: str, fields: dict[str, tuple[str, ...]]) -> None:
        self._records_path = records_path
        self._fields = fields
        listed = [name for names in fields.values() for name in names]
        self._mapped = frozenset((*listed, *(name.partition(".")[0] for name in listed)))
        self._names: tuple[str, ...] = ()

    def read(self, body: bytes) -> RawColumns:
        """Read one page.

        Raises:
            BadPayload: the body is not JSON, or has no list at the records path.
        """
        records = split_records(body, self._records_path).records
        return self.read_records(records)

    def read_records(self, records: Sequence[_Raw]) -> RawColumns:
        """Read records that are already split (a page's, or stored payloads to replay)."""
        structure: dict[int, str] = {}
        plain = read_plain_records(records)
        if plain is None:
            columns = self._read_any(records, structure)
            return self._choose(columns, records, np.arange(len(records), dtype=np.uint32), structure)
        read, rest = np.flatnonzero(plain.is_plain), np.flatnonzero(~plain.is_plain)
        others = self._read_any([records[position] for position in rest.tolist()], structure)
        columns = {
            name: join_columns(
                (
                    RawColumn(plain.columns[name]) if name in plain.columns else RawColumn.nothing(len(read)),
                    others.get(name) or RawColumn.nothing(len(rest)),
                )
            )
            for name in dict.fromkeys((*plain.columns, *others))
        }
        structure = {len(read) + row: code for row, code in structure.items()}
        return self._choose(columns, records, np.concatenate((read, rest)).astype(np.uint32), structure)

    def _read_any(self, records: Sequence[_Raw], structure: dict[int, str]) -> dict[str, RawColumn]:
        """Records of any kind; rows in ``structure`` are those of ``records``."""
        if records and not self._names:
            self._learn_names(bytes(records[0]))
        blocks = self._read_block(records, 0, structure) if records else []
        columns = _join_blocks(blocks, self._names) if blocks else {}
        return {name: RawColumn.of(values) for name, values in columns.items()}

    def _learn_names(self, record: bytes) -> None:
        value = load_json(record, dict)
        if isinstance(value, dict):
            self._add_names(value)

    def _add_names(self, record: Mapping[str, Any]) -> None:
        new = tuple(name for name in record if name not in self._names and (name in self._mapped or _is_text(name)))
        if len(self._names) + len(new) <= _MAX_NAMES or any(name in self._mapped for name in new):
            self._names += new

    def _read_block(self, records: Sequence[_Raw], offset: int, structure: dict[int, str]) -> list[_Block]:
        """Decode a block at once; records with an unaccounted key are read alone, a broken block in smaller ones."""
        text = b"[" + b",".join(records) + b"]"
        for _ in range(_RETRIES):
            shape = _record_type(self._names)
            try:
                rows: list[Any] = shape.decoder.decode(text)
                if len(rows) != len(records):
                    break
                columns = shape.columns(rows)
                odd = _odd_rows(columns, text, records)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                break
            if not odd:
                return [(len(rows), columns)]
            self._learn_names(bytes(records[odd[0]]))
            if len(self._names) == len(columns):  # nothing new in it: a key twice, or something that looks like a key
                return self._around_odd(odd, records, columns, offset, structure)
        if len(records) == 1:
            return [self._read_alone(records[0], offset, structure)]
        size = max(1, -(-len(records) // _SPLIT_INTO))
        return [
            block
            for start in range(0, len(records), size)
            for block in self._read_block(records[start : start + size], offset + start, structure)
        ]

    def _around_odd(
        self, odd: list[int], records: Sequence[_Raw], columns: _Columns, offset: int, structure: dict[int, str]
    ) -> list[_Block]:
        """The odd records read one by one, what lies between them as it was decoded."""
        blocks: list[_Block] = []
        start = 0
        for row in odd:
            if row > start:
                blocks.append((row - start, {name: values[start:row] for name, values in columns.items()}))
            blocks.append(self._read_alone(records[row], offset + row, structure))
            start = row + 1
        if start < len(records):
            blocks.append((len(records) - start, {name: values[start:] for name, values in columns.items()}))
        return blocks

    def _read_alone(self, record: _Raw, position: int, structure: dict[int, str]) -> _Block:
        row = self._read_odd(bytes(record), position, structure)
        return 1, _record_type(self._names).columns([row])

    def _read_odd(self, record: bytes, position: int, structure: dict[int, str]) -> Any:
        """Read one record tolerantly: NaN, huge numbers and lone surrogates become values to be validated."""
        loose = read_loosely(record)
        if loose.structure:
            structure[position] = loose.structure
        self._add_names(loose.values)
        return _record_type(self._names).make(loose.values)

    def _choose(
        self,
        columns: dict[str, RawColumn],
        records: Sequence[_Raw],
        positions: np.ndarray[Any, np.dtype[np.uint32]],
        structure: dict[int, str],
    ) -> RawColumns:
        """Per target field, the first candidate name that a record has wins."""
        chosen: dict[str, RawColumn] = {}
        for target, names in self._fields.items():
            found = [column for name in names for column in _carried(name, columns)]
            chosen[target] = reduce(RawColumn.or_else, found) if found else RawColumn.nothing(len(records))
        unknown = frozenset(name for name, column in columns.items() if column.present and name not in self._mapped)
        return RawColumns(records, chosen, positions, structure, unknown)


def _carried(name: str, columns: dict[str, RawColumn]) -> list[RawColumn]:
    """Columns of a source name: the key ``meter.value``, and the key ``value`` of an object ``meter``."""
    found = [columns[name]] if name in columns else []
    root, *steps = name.split(".")
    if steps and root in columns and columns[root].odd:
        values: list[Any] = [ABSENT] * len(columns[root].strings)
        for row, value in columns[root].odd.items():
            values[row] = deeper(value, steps)
        found.append(RawColumn.of(values))
    return [column for column in found if column.present]


def _odd_rows(columns: _Columns, text: bytes, records: Sequence[_Raw]) -> list[int]:
    """Rows with another number of keys in their text than values: a key twice, a new name, or ``":`` in a value."""
    values = sum(map(_count_values, columns.values()))
    keys = _key_ends(text)
    if values == len(keys):
        return []
    ends = np.cumsum(np.fromiter(map(len, records), np.int64, len(records)) + 1)
    in_text = np.bincount(np.searchsorted(ends, keys), minlength=len(records))
    in_columns = np.zeros(len(records), np.int64)
    for column in columns.values():
        in_columns += np.fromiter(map(_count_keys_in, column), np.int64, len(records))
    odd: list[int] = np.flatnonzero(in_text != in_columns).tolist()
    return odd


def _count_values(column: tuple[Any, ...]) -> int:
    """How many keys stand behind a column: one per value that is there, and those within objects."""
    kinds = set(map(type, column))
    if kinds & {dict, list}:
        return sum(map(_count_keys_in, column))
    if msgspec.UnsetType not in kinds:
        return len(column)
    return len(column) - column.count(ABSENT) if len(kinds) > 1 else 0


def _count_keys_in(value: Any) -> int:
    """The value's own key and those of objects in it; 0 when the record does not have it."""
    kind = type(value)
    if kind is dict or kind is list:
        return 1 + _inner_keys(value)
    return int(value is not ABSENT)


def _inner_keys(value: Any) -> int:
    if type(value) is dict:
        return len(value) + sum(map(_inner_keys, value.values()))
    return sum(map(_inner_keys, value)) if type(value) is list else 0


def _join_blocks(blocks: list[_Block], names: tuple[str, ...]) -> _Columns:
    """Blocks end to end; a name that was learned later is absent in the blocks before."""
    if len(blocks) == 1 and len(blocks[0][1]) == len(names):
        return blocks[0][1]
    return {
        name: tuple(chain.from_iterable(columns.get(name, (ABSENT,) * size) for size, columns in blocks))
        for name in names
    }


class RecordType:
    """A flat record with one attribute ``f<i>`` per known source name, and its decoder."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._attributes = {name: f"f{index}" for index, name in enumerate(names)}
        self._type = msgspec.defstruct(
            "Record",
            [(attribute, Any, ABSENT) for attribute in self._attributes.values()],
            rename={attribute: name for name, attribute in self._attributes.items()},
            gc=False,
        )
        self.decoder = msgspec.json.Decoder(list[self._type], float_hook=JsonNumber)  # type: ignore[name-defined]

    def make(self, value: Mapping[str, Any]) -> Any:
        """A record from a dict; names that are not known are left out."""
        return self._type(**{self._attributes[name]: item for name, item in value.items() if name in self._attributes})

    def columns(self, rows: list[Any]) -> _Columns:
        """Values by source name."""
        return {name: tuple(map(attrgetter(attribute), rows)) for name, attribute in self._attributes.items()}


@lru_cache(maxsize=64)
def _record_type(names: tuple[str, ...]) -> RecordType:
    return RecordType(names)


def _key_ends(text: bytes) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Where ``":`` stands: once per key, unless a value holds the same characters."""
    view = np.frombuffer(text, np.uint8)
    colons = np.flatnonzero(view == ord(":"))
    before = view[colons - 1]
    if np.any(before <= ord(" ")):  # pretty-printed: white space stands before the colon
        return np.fromiter((match.start() for match in _KEY_END.finditer(text)), np.intp)
    ends: np.ndarray[Any, np.dtype[np.intp]] = colons[before == ord('"')] - 1
    return ends


def _is_text(name: str) -> bool:
    return name.isprintable() and len(name) <= 100
