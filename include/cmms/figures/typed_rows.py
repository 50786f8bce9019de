"""Rows of a statement as frozen dataclasses. Input: statement, parameters, the class of the rows. Output: objects.

Each column of the statement is a field of the class and each field a column, so that neither can change alone. Values
take the type that the field declares: the database answers sums as decimals, and truth as 0 or 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter

from cmms.access.cache_results import cached_result
from cmms.access.read_rows import Row, read_live

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def read_typed(kind: type[T], statement: str, parameters: Mapping[str, Any] | None = None) -> tuple[T, ...]:
    """Rows of a statement, which may be those that somebody else was given a moment ago.

    Raises:
        TypeError: the statement has other columns than the class has fields.
        pydantic.ValidationError: a value is not of the type of its field.
    """
    key = (kind, statement, *sorted((parameters or {}).items()))
    return cached_result(key, lambda: read_typed_live(kind, statement, parameters))


def read_typed_live(kind: type[T], statement: str, parameters: Mapping[str, Any] | None = None) -> tuple[T, ...]:
    """The same, read anew each time: what is shown of runs must not be a minute old."""
    return make_rows(kind, statement, read_live(statement, parameters))


def make_rows(kind: type[T], statement: str, rows: Sequence[Row]) -> tuple[T, ...]:
    """Rows that have been read as objects of a class; ``statement`` is named when they do not fit."""
    names = {field.name for field in fields(kind)}
    if rows and rows[0].keys() != names:
        wrong = sorted(rows[0].keys() ^ names)
        raise TypeError(f"{statement}: columns and the fields of {kind.__name__} differ: {', '.join(wrong)}")
    adapter: TypeAdapter[T] = _adapter(kind)
    return tuple(adapter.validate_python(row) for row in rows)


@cache
def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
