"""Changes of plants and equipment groups by administrators. Output: changed rows, audited in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from cmms.database import Cursor, execute
from cmms.views.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.views.audit import audit
from cmms.views.choices import forget_choices
from cmms.views.connections import write
from cmms.views.read_status import read_live


def create_plant(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a plant: records that were rejected because it was unknown can then be replayed."""
    code = str(values.get("plant_code") or "").strip()
    if not code:
        raise Invalid("a code is needed", plant_code="is required")
    row = {"plant_code": code, "name": values.get("name") or code, "description": values.get("description") or None}
    return create_row(actor, "plant", "plants", row)


def edit_plant(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Rename, describe, activate or deactivate a plant; its code identifies it and stays."""
    values = with_stored("plant", key, values)
    row = {
        "name": values.get("name") or "",
        "description": values.get("description") or None,
        "is_active": int(bool(values.get("is_active"))),
    }
    edit_row(actor, "plant", "plants", key, version, row)


def create_group(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a group."""
    return create_row(actor, "group", "equipment_groups", _group_row(values))


def edit_group(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change a group: its name, description, whether it is in use."""
    values = with_stored("group", key, values)
    row = {**_group_row(values), "is_active": int(bool(values.get("is_active")))}
    edit_row(actor, "group", "equipment_groups", key, version, row)


def _group_row(values: Mapping[str, Any]) -> dict[str, Any]:
    name = str(values.get("name") or "").strip()
    if not name:
        raise Invalid("a name is needed", name="is required")
    return {"name": name, "description": values.get("description") or None}


def create_row(actor: Actor, what: str, table: str, row: dict[str, Any]) -> int:
    """Insert by ``ui/insert_<what>``."""
    actor.require(Capability.CONFIGURE)

    def work(cursor: Cursor) -> int:
        execute(cursor, f"ui/insert_{what}", row)
        key = int(cursor.lastrowid)
        execute(cursor, "reference/raise_version")
        audit(cursor, actor, "create", table, key, after=row)
        return key

    key = write(work, what=f"creating a {what}")
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
    """Update by ``ui/update_<what>`` if the row, read by ``ui/<what>``, still has the version that was seen."""
    actor.require(Capability.CONFIGURE)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")

    def work(cursor: Cursor) -> None:
        with closing(cursor.connection.cursor()) as reader:
            execute(reader, f"ui/{what}", {"id": key})
            names = [column[0] for column in reader.description]
            found = reader.fetchone()
        if found is None:
            raise NotFound(f"there is no such {_words(what)}")
        before = dict(zip(names, found, strict=True))
        if before.pop("row_version") != version:
            raise Stale(f"This {_words(what)} has been changed meanwhile. Look at it again before you change it.")
        execute(cursor, f"ui/update_{what}", {**row, "id": key})
        execute(cursor, "reference/raise_version")
        audit(cursor, actor, "edit", table, key, before=before, after=row)

    write(work, what=f"changing a {what}")
    forget_choices()


def _words(what: str) -> str:
    return what.replace("_", " ")
