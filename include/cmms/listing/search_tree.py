"""A search of nested conditions: what it is, how it is written as JSON, and how deep it may go. Pure.

Input: JSON of a person. Output: a :class:`Group`. In JSON a group is ``{"all": [...]}`` or ``{"any": [...]}``, a
condition ``{"field": "plant_code", "is": "in", "values": ["P001"]}``. A group with ``"some"`` or ``"none"`` is about
one row of a related table: ``{"some": "readings", "all": [...]}`` finds what has a reading for which all of that
holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cmms.access.actors import Invalid
from cmms.parse_input import parse_json

DEPTH_LIMIT = 3
TERM_LIMIT = 30
LENGTH_LIMIT = 8_000
VALUE_LIMIT = 200


@dataclass(frozen=True)
class Condition:
    """``field operator values``; the operators are those of ``listing.OPERATORS``."""

    field: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Of its parts all hold if ``every``, else at least one.

    With ``relation`` they are about one row of a related table, and ``exists`` says whether there must be such a row or
    must not.
    """

    every: bool
    parts: tuple[Condition | Group, ...]
    relation: str = ""
    exists: bool = True


def parse_tree(text: str) -> Group | None:
    """The group that the text says, None for an empty one.

    Raises:
        Invalid: no JSON, another shape, too deep, too long.
    """
    if not text.strip():
        return None
    if len(text) > LENGTH_LIMIT:
        raise _wrong(f"at most {LENGTH_LIMIT:,} characters")
    try:
        value = parse_json(text, length=LENGTH_LIMIT)
    except json.JSONDecodeError:
        raise _wrong("is not JSON") from None
    except ValueError as error:
        raise _wrong(str(error)) from None
    return read_tree(value)


def read_tree(value: Any) -> Group | None:
    """The same from what was JSON."""
    if not value:
        return None
    group = _read_group(value, depth=1, related=False)
    if sum(1 for _ in conditions_of(group)) > TERM_LIMIT:
        raise _wrong(f"at most {TERM_LIMIT} conditions")
    return group if group.parts or group.relation else None


def write_tree(group: Group | None) -> dict[str, Any] | None:
    """As JSON."""
    if group is None:
        return None
    head: dict[str, Any] = {"some" if group.exists else "none": group.relation} if group.relation else {}
    parts = [
        write_tree(part)
        if isinstance(part, Group)
        else {"field": part.field, "is": part.operator, "values": list(part.values)}
        for part in group.parts
    ]
    return {**head, "all" if group.every else "any": parts}


def conditions_of(group: Group | None, relation: str = "") -> Iterator[tuple[str, Condition]]:
    """Every condition with the relation that it is about."""
    for part in group.parts if group else ():
        if isinstance(part, Group):
            yield from conditions_of(part, part.relation or relation)
        else:
            yield relation, part


def relations_of(group: Group | None) -> Iterator[str]:
    """Every relation that is named."""
    if group is not None:
        if group.relation:
            yield group.relation
        for part in group.parts:
            if isinstance(part, Group):
                yield from relations_of(part)


def _read_group(value: Any, *, depth: int, related: bool) -> Group:
    if not isinstance(value, Mapping):
        raise _wrong("a group is an object")
    if depth > DEPTH_LIMIT:
        raise _wrong(f"at most {DEPTH_LIMIT} groups within each other")
    words = set(value) & {"all", "any"}
    about = set(value) & {"some", "none"}
    if len(words) != 1 or len(about) > 1 or set(value) - words - about:
        raise _wrong("a group has either 'all' or 'any', and for a related table 'some' or 'none'")
    if about and related:
        raise _wrong("a related table has no further one")
    word, relation = next(iter(words)), str(value[next(iter(about))]) if about else ""
    parts = value[word]
    if not isinstance(parts, list) or len(parts) > TERM_LIMIT:
        raise _wrong(f"'{word}' is a list of at most {TERM_LIMIT} parts")
    read = tuple(
        _read_condition(part)
        if isinstance(part, Mapping) and "field" in part
        else _read_group(part, depth=depth + 1, related=related or bool(about))
        for part in parts
    )
    # An empty group says nothing; one about a related table asks whether there is a row.
    kept = tuple(part for part in read if not isinstance(part, Group) or part.parts or part.relation)
    return Group(word == "all", kept, relation, "none" not in about)


def _read_condition(value: Mapping[str, Any]) -> Condition:
    if set(value) - {"field", "is", "values"} or not all(isinstance(value.get(name), str) for name in ("field", "is")):
        raise _wrong("a condition has 'field', 'is' and 'values'")
    values = value.get("values", [])
    if not isinstance(values, list) or len(values) > VALUE_LIMIT:
        raise _wrong(f"'values' is a list of at most {VALUE_LIMIT}")
    if not all(isinstance(item, str | int | float) for item in values):
        raise _wrong("a value is text, a number, true or false")
    texts = tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in values)
    return Condition(value["field"], value["is"], texts)


def _wrong(reason: str) -> Invalid:
    return Invalid(f"where: {reason}", where=reason)
