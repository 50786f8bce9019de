"""How far an action on many rows has come, so that the dialog can say so while it works.

Kept in the database: the question may be answered by another process than the one that works. Each person sees their
own only. If the progress cannot be reported, the action itself continues.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from cmms.access.actors import Actor
from cmms.access.connections import write
from cmms.access.read_rows import read_live
from cmms.database import execute
from cmms.errors import CmmsError

Listener = Callable[[int, int], None]
"""Called with (rows done, rows in all) after each batch."""
_NAME_LENGTH = 80


def ignore_progress(_done: int, _total: int) -> None:
    """A listener for whom nobody waits."""


@contextmanager
def reporting_progress(actor: Actor, request: str) -> Iterator[Listener]:
    """A listener for the action that the dialog ``request`` has started; its rows are deleted at the end."""
    if not request:
        yield ignore_progress
        return
    place = _place(actor, request)

    def report(done: int, total: int) -> None:
        body = json.dumps({"done": done, "total": total})
        with suppress(CmmsError):
            write(
                lambda cursor: execute(cursor, "access/save_preference", {**place, "body": body}),
                what="noting progress",
            )

    try:
        yield report
    finally:
        with suppress(CmmsError):
            write(lambda cursor: execute(cursor, "access/forget_progress", place), what="forgetting progress")


def read_progress(actor: Actor, request: str) -> tuple[int, int] | None:
    """(rows done, rows in all), None before the first batch and after the last."""
    rows = read_live("access/read_preference", _place(actor, request))
    found = json.loads(rows[0]["body"]) if rows else None
    return (int(found["done"]), int(found["total"])) if found else None


def _place(actor: Actor, request: str) -> dict[str, str]:
    return {"owner": actor.name, "name": f"progress:{request[:_NAME_LENGTH]}"}
