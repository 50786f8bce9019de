"""Dues as orders are made of them: each with its machine, its plan and the order that it has. Read, never changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from cmms.access.connections import raw_session
from cmms.database import Cursor, query

_BATCH = 200

Row = dict[str, Any]


@dataclass(frozen=True)
class DueLine:
    """A due with its machine and plan; ``order_id``: the order that it has."""

    due_id: int
    equipment_id: int
    equipment_number: str
    plan_name: str
    state: str
    order_id: int | None


@dataclass(frozen=True)
class OrdersResult:
    """What became of dues: an order each, one that was there already, not due any more. ``idle``: nothing due."""

    created: tuple[DueLine, ...] = ()
    already: tuple[DueLine, ...] = ()
    gone: tuple[DueLine, ...] = ()
    idle: tuple[tuple[int, str], ...] = ()
    missing: int = 0


def find_dues(equipment_ids: Sequence[int]) -> tuple[list[int], tuple[tuple[int, str], ...]]:
    """Dues of the machines that are open or ordered, and the machines that have none."""
    dues: list[int] = []
    idle: list[tuple[int, str]] = []
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        for chunk in in_batches(equipment_ids):
            rows = query(cursor.connection, "maintenance/open_dues_of", {"ids": chunk})
            dues += [row["id"] for row in rows]
            if left := tuple(set(chunk) - {row["equipment_id"] for row in rows}):
                names = query(cursor.connection, "maintenance/numbers_of", {"ids": left})
                idle += [(row["id"], row["equipment_number"]) for row in names]
    return dues, tuple(idle)


def machines_of_dues(due_ids: Sequence[int]) -> tuple[int, ...]:
    """Read apart: a transaction that reads before it locks would go on seeing what it has read."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        return tuple(sorted({line.equipment_id for _, line in describe_dues(cursor, due_ids)}))


def describe_dues(cursor: Cursor, due_ids: Sequence[int]) -> list[tuple[Row, DueLine]]:
    """Each due with what stands in its order, by number of the machine."""
    return [
        (
            row,
            DueLine(
                row["id"],
                row["equipment_id"],
                row["equipment_number"],
                row["plan_name"],
                row["state"],
                row["work_order_id"],
            ),
        )
        for row in query(cursor.connection, "maintenance/describe_dues", {"ids": tuple(due_ids)})
    ]


def sort_lines(lines: Sequence[DueLine], missing: int) -> OrdersResult:
    """By what would become of them: ``created`` are those that are open."""
    by_state: dict[str, list[DueLine]] = {"open": [], "ordered": [], "gone": []}
    for line in lines:
        by_state.get(line.state, by_state["gone"]).append(line)
    created, already, gone = (tuple(found) for found in by_state.values())
    return OrdersResult(created, already, gone, missing=missing)


def in_batches(keys: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The keys, so many a statement."""
    for start in range(0, len(keys), _BATCH):
        yield tuple(keys[start : start + _BATCH])
