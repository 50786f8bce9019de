"""What creating orders would do. Input: dues or machines. Output: which would get an order, and why others not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from cmms.access.connections import raw_session
from cmms.maintenance.orders.due_lines import OrdersResult, describe_dues, find_dues, in_batches, sort_lines


def preview_orders(due_ids: Sequence[int]) -> OrdersResult:
    """What ordering would do; nothing is changed."""
    with raw_session() as connection, closing(connection.cursor()) as cursor:
        lines = [line for chunk in in_batches(due_ids) for _, line in describe_dues(cursor, chunk)]
    return sort_lines(lines, len(set(due_ids)) - len(lines))


def preview_orders_of(equipment_ids: Sequence[int]) -> OrdersResult:
    """The same for all that is due at machines."""
    due_ids, idle = find_dues(equipment_ids)
    previewed = preview_orders(due_ids)
    return OrdersResult(previewed.created, previewed.already, previewed.gone, idle, previewed.missing)
