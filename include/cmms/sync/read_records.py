"""Step 3a, page -> raw columns: the records of one landed page as received, one list per mapped field.

Input: the page's body and the candidate source names of each target field. Output: :class:`RawColumns`.
Many records are decoded at once; counting the keys proves that nothing was hidden (a key twice). A block
with something odd in it is split until the odd record stands alone, so that one bad record is only itself bad.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np

from cmms.api.body import split_records

NOT_AN_OBJECT = "NOT_AN_OBJECT"
DUPLICATE_KEY = "DUPLICATE_KEY"
ABSENT: Any = msgspec.UNSET
"""The record has no such key (which is not the same as null)."""

_SPLIT_INTO = 8
_KEY_END = re.compile(rb'"[ \t\r\n]*:')
_Raw = bytes | msgspec.Raw
_Columns = dict[str, tuple[Any, ...]]


class JsonNumber:
    """A number token of the JSON text, digit for digit (never a binary float)."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


@dataclass
class RawColumns:
    """Raw values of one page.

    Attributes:
        records: raw JSON text of each record, byte for byte.
        values: per target field one value per record: str, int, JsonNumber, bool, list, dict, None or ABSENT.
        structure: position -> code (and key), for records that are no object or carry a key twice.
        unknown_fields: source names that no setting maps.
    """

    records: Sequence[_Raw]
    values: dict[str, Sequence[Any]]
    structure: dict[int, str] = field(default_factory=dict)
    unknown_fields: frozenset[str] = frozenset()


class RecordReader:
    """Reads the pages of one stream; learns the names of unmapped fields as it goes."""

    def __init__(self, *, records_path: str, fields: dict[str, tuple[str, ...]]) -> None:
        self._records_path = records_path
        self._fields = fields
        self._mapped = tuple(dict.fromkeys(name for names in fields.values() for name in names))
        self._extras: tuple[str, ...] = ()

    def read(self, body: bytes) -> RawColumns:
        """Read one page.

        Raises:
            BadPayload: the body is no JSON, or has no list at the records path.
        """
        records = split_records(body, self._records_path).records
        return self.read_records(records)

    def read_records(self, records: Sequence[_Raw]) -> RawColumns:
        """Read records that are already split (a page's, or stored payloads to replay)."""
        structure: dict[int, str] = {}
        if records and not self._extras:
            self._learn_extras(bytes(records[0]))
        blocks = self._read_block(records, 0, structure) if records else []
        return self._to_columns(blocks, records, structure)

    @property
    def _names(self) -> tuple[str, ...]:
        return self._mapped + self._extras

    def _learn_extras(self, record: bytes) -> None:
        value = _load(record, lambda items: dict(items))
        if isinstance(value, dict):
            self._extras = tuple(name for name in value if name not in self._mapped and _is_text(name))

    def _read_block(self, records: Sequence[_Raw], offset: int, structure: dict[int, str]) -> list[_Columns]:
        """Decode a block at once; if that fails or a key is unaccounted for, in smaller blocks."""
        text = b"[" + b",".join(records) + b"]"
        shape = _record_type(self._names)
        try:
            rows: list[Any] = shape.decoder.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            rows = []
        if len(rows) == len(records):
            columns = shape.columns(rows)
            present = sum(len(rows) - count_absent(values) for values in columns.values())
            if present == _count_keys(text):
                return [columns]
        if len(records) == 1:
            return [shape.columns([self._read_odd(bytes(records[0]), offset, structure, shape)])]
        size = max(1, -(-len(records) // _SPLIT_INTO))
        return [
            columns
            for start in range(0, len(records), size)
            for columns in self._read_block(records[start : start + size], offset + start, structure)
        ]

    def _read_odd(self, record: bytes, position: int, structure: dict[int, str], shape: RecordType) -> Any:
        """Read one record tolerantly: NaN, huge numbers and lone surrogates become values to be judged."""
        twice: list[str] = []

        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for name, value in items:
                if name in found:
                    twice.append(name)
                found[name] = value
            return found

        value = _load(record, pairs)
        if not isinstance(value, dict):
            structure[position] = NOT_AN_OBJECT
            return shape.make({})
        if twice:
            structure[position] = f"{DUPLICATE_KEY}:{_printable(twice[0])}"
        new = [name for name in value if name not in self._names and _is_text(name)]
        if new and len(self._extras) < 200:
            self._extras = (*self._extras, *new)
        return shape.make(value)

    def _to_columns(self, blocks: list[_Columns], records: Sequence[_Raw], structure: dict[int, str]) -> RawColumns:
        """Per target field, the first candidate name that a record has wins."""
        count = len(records)
        columns = _join_blocks(blocks, self._names) if blocks else {name: () for name in self._names}
        absent = {name: count_absent(values) for name, values in columns.items()}
        chosen: dict[str, Sequence[Any]] = {}
        for target, names in self._fields.items():
            present = [name for name in names if absent[name] < count]
            if not present:
                chosen[target] = (ABSENT,) * count
            elif len(present) == 1 or absent[present[0]] == 0:
                chosen[target] = columns[present[0]]
            else:
                candidates = zip(*(columns[name] for name in present), strict=True)
                chosen[target] = tuple(next((value for value in row if value is not ABSENT), ABSENT) for row in candidates)
        unknown = frozenset(name for name in self._extras if absent[name] < count)
        return RawColumns(records=records, values=chosen, structure=structure, unknown_fields=unknown)


def count_absent(values: Sequence[Any]) -> int:
    """How many of the values are ABSENT; fast for the usual case of none."""
    if msgspec.UnsetType not in set(map(type, values)):
        return 0
    return sum(1 for value in values if value is ABSENT)


def _join_blocks(blocks: list[_Columns], names: tuple[str, ...]) -> _Columns:
    """Blocks end to end; a name that was learned later is absent in the blocks before."""
    if len(blocks) == 1 and len(blocks[0]) == len(names):
        return blocks[0]
    sizes = [len(next(iter(block.values()))) for block in blocks]
    return {
        name: tuple(chain.from_iterable(block.get(name) or (ABSENT,) * size for block, size in zip(blocks, sizes, strict=True)))
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

    def make(self, value: dict[str, Any]) -> Any:
        """A record from a dict; names that are not known are left out."""
        return self._type(**{self._attributes[name]: item for name, item in value.items() if name in self._attributes})

    def columns(self, rows: list[Any]) -> _Columns:
        """Values by source name."""
        return {name: tuple(map(attrgetter(attribute), rows)) for name, attribute in self._attributes.items()}


@lru_cache(maxsize=64)
def _record_type(names: tuple[str, ...]) -> RecordType:
    return RecordType(names)


def _load(record: bytes, pairs: Any) -> Any:
    try:
        return json.loads(
            record,
            object_pairs_hook=pairs,
            parse_float=JsonNumber,
            parse_int=JsonNumber,
            parse_constant=JsonNumber,
            strict=False,
        )
    except (ValueError, RecursionError):
        return None


def _count_keys(text: bytes) -> int:
    """Occurrences of ``":``: the number of keys, unless a value holds the same characters or is an object."""
    view = np.frombuffer(text, np.uint8)
    is_colon = view[1:] == ord(":")
    if np.any(is_colon & (view[:-1] <= ord(" "))):  # pretty-printed: white space stands before the colon
        return sum(1 for _ in _KEY_END.finditer(text))
    return int(np.count_nonzero(is_colon & (view[:-1] == ord('"'))))


def _is_text(name: str) -> bool:
    return name.isprintable() and len(name) <= 100


def _printable(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:40]
