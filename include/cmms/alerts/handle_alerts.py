"""Notifications of the view: alerts read and acknowledged. Output: changed rows; acknowledging is audited."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from cmms.access.actors import Actor, Capability, Invalid
from cmms.access.audit import Changed, audit_many
from cmms.access.connections import raw_session, write
from cmms.access.read_rows import Row, read
from cmms.database import Cursor, execute, query


def mark_read(actor: Actor, keys: Sequence[int]) -> int:
    """The person has seen these."""
    if not keys:
        raise Invalid("no notification was chosen")

    def work(cursor: Cursor) -> int:
        return execute(cursor, "alerts/mark_read", {"ids": tuple(keys), "reader": actor.name[:120]})

    return write(work, what="marking notifications as read")


def acknowledge(actor: Actor, keys: Sequence[int], note: str) -> int:
    """Somebody takes care of it: the alert stays open until it is over, but says who."""
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no notification was chosen")

    def work(cursor: Cursor) -> int:
        with closing(cursor.connection.cursor()) as reader:
            execute(reader, "alerts/lock_alerts", {"ids": tuple(keys)})
            open_ids = [int(row[0]) for row in reader.fetchall()]
        if open_ids:
            chosen = {"ids": tuple(open_ids), "user": actor.name[:120], "note": note[:500] or None}
            execute(cursor, "alerts/acknowledge_alerts", chosen)
            changed = [Changed(key, after={"note": note}) for key in open_ids]
            audit_many(cursor, actor, "acknowledge", "alert_events", changed)
        return len(open_ids)

    return write(work, what="acknowledging notifications")


def count_unread(actor: Actor) -> int:
    """How many open alerts the person has not read."""
    with raw_session() as connection:
        return int(query(connection, "alerts/unread_alerts", {"reader": actor.name[:120]})[0]["unread"])


def read_worst_alert() -> Row | None:
    """The newest critical alert that nobody takes care of yet, None if there is none."""
    return next(iter(read("alerts/worst_alert")), None)
