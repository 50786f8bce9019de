"""Rows of small tables, created and changed by administrators. Output: a row, audited in the same transaction.

A table takes part by its statements, ``equipment/plant``, ``equipment/insert_plant`` and ``equipment/update_plant`` for
example; the first one is what ``what`` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.audit import audit
from cmms.access.choices import forget_choices
from cmms.access.connections import write
from cmms.access.read_rows import read_live
from cmms.database import Cursor, execute, query


def create_row(actor: Actor, what: str, table: str, row: dict[str, Any]) -> int:
    """Insert a row, by its statement."""
    actor.require(Capability.CONFIGURE)

    def work(cursor: Cursor) -> int:
        execute(cursor, _statement("insert", what), row)
        key = int(cursor.lastrowid)
        execute(cursor, "raise_version")
        audit(cursor, actor, "create", table, key, after=row)
        return key

    key = write(work, what=f"creating a {_words(what)}")
    forget_choices()
    return key


def with_stored(what: str, key: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, and what is stored in the fields that were not given: they stay as they are.

    Raises:
        NotFound: there is no such row.
    """
    rows = read_live(what, {"id": key})
    if not rows:
        raise NotFound(f"there is no such {_words(what)}")
    return {**rows[0], **values}


def edit_row(actor: Actor, what: str, table: str, key: int, version: int | None, row: dict[str, Any]) -> None:
    """Update a row, by its statement, if it still has the version that was seen."""
    actor.require(Capability.CONFIGURE)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")

    def work(cursor: Cursor) -> None:
        found = query(cursor.connection, what, {"id": key})
        if not found:
            raise NotFound(f"there is no such {_words(what)}")
        before = found[0]
        if before.pop("row_version") != version:
            raise Stale(f"This {_words(what)} has been changed meanwhile. Look at it again before you change it.")
        execute(cursor, _statement("update", what), {**row, "id": key})
        execute(cursor, "raise_version")
        audit(cursor, actor, "edit", table, key, before=before, after=row)

    write(work, what=f"changing a {_words(what)}")
    forget_choices()


def _statement(verb: str, what: str) -> str:
    room, _, name = what.rpartition("/")
    return f"{room}/{verb}_{name}"


def _words(what: str) -> str:
    return what.rpartition("/")[2].replace("_", " ")
