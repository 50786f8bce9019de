"""Accept counters that show less than before: replaying the rejected readings then stores them, and later days follow.

Input: rejected readings, what happened and who says so. Output: rows of ``meter_segments``, audited, in the
caller's transaction. Without the libraries of the rules: an API server accepts counters too.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cmms.database import Connection, Cursor, execute, query, run_transaction, session
from cmms.errors import AskPerson
from cmms.streams import streams_with

COUNTER_EVENTS = ("reset", "replacement", "rollover", "accepted")
"""What can have happened to a counter that shows less than before; ``accepted``: a person says it is right."""


def accept_counters(ids: Sequence[int], *, reason: str, user: str, kind: str = "accepted") -> int:
    """Accept the counter decrease of rejected readings in a transaction of its own; returns how many.

    Args:
        ids: rejected readings.
        reason: what happened, in words.
        user: who says so.
        kind: one of :data:`COUNTER_EVENTS`.

    Raises:
        AskPerson: no reason, or a row that is no open rejected counter reading.
    """
    if not reason.strip():
        raise AskPerson("accepting a counter decrease needs a reason")
    if not ids:
        raise AskPerson("say which records: --id")
    with session() as connection:
        return run_transaction(
            connection,
            lambda cursor: write_acceptance(cursor, ids, reason=reason, user=user, kind=kind),
            what="accepting counter readings",
        )


def find_counter_rejects(connection: Connection, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Those of the records that are open rejected counter readings of known machines."""
    return query(connection, "sync/replay/counter_rejects", {"ids": tuple(ids), "streams": streams_with("counters")})


def write_acceptance(
    cursor: Cursor,
    ids: Sequence[int],
    *,
    reason: str,
    user: str,
    kind: str,
    old_final: Decimal | None = None,
    new_initial: Decimal | None = None,
) -> int:
    """As :func:`accept_counters`, in the caller's transaction.

    ``old_final`` and ``new_initial`` are what the old counter showed at last and the new one at first, where a person
    states it; for several readings at once they are None.
    """
    rows = find_counter_rejects(cursor.connection, ids)
    if wrong := set(ids) - {row["id"] for row in rows}:
        raise AskPerson(f"no open rejected counter reading: {', '.join(map(str, sorted(wrong)))}")
    for row in rows:
        change = {
            "from_date": row["reading_date"],
            "kind": kind,
            "old_final": old_final,
            "new_initial": new_initial,
            "counter_before": row["old_final"],
        }
        facts = {**row, "reason": reason[:255], "user": user}
        execute(cursor, "sync/replay/insert_point", facts)
        execute(cursor, "sync/replay/insert_segment", {**facts, **change})
        execute(cursor, "sync/replay/audit", facts)
    execute(cursor, "raise_version")
    return len(rows)
