"""Changes of plants and equipment groups by administrators. Output: changed rows, audited in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor, Invalid
from cmms.access.edit_rows import create_row, edit_row, with_stored


def create_plant(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a plant: records that were rejected because it was unknown can then be replayed."""
    code = str(values.get("plant_code") or "").strip()
    if not code:
        raise Invalid("a code is needed", plant_code="is required")
    row = {"plant_code": code, "name": values.get("name") or code, "description": values.get("description") or None}
    return create_row(actor, "equipment/plant", "plants", row)


def edit_plant(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Rename, describe, activate or deactivate a plant; its code identifies it and stays."""
    values = with_stored("equipment/plant", key, values)
    row = {
        "name": values.get("name") or "",
        "description": values.get("description") or None,
        "is_active": int(bool(values.get("is_active"))),
    }
    edit_row(actor, "equipment/plant", "plants", key, version, row)


def create_group(actor: Actor, values: Mapping[str, Any]) -> int:
    """Add a group."""
    return create_row(actor, "equipment/group", "equipment_groups", _group_row(values))


def edit_group(actor: Actor, key: int, version: int | None, values: Mapping[str, Any]) -> None:
    """Change a group: its name, description, whether it is in use."""
    values = with_stored("equipment/group", key, values)
    row = {**_group_row(values), "is_active": int(bool(values.get("is_active")))}
    edit_row(actor, "equipment/group", "equipment_groups", key, version, row)


def _group_row(values: Mapping[str, Any]) -> dict[str, Any]:
    name = str(values.get("name") or "").strip()
    if not name:
        raise Invalid("a name is needed", name="is required")
    return {"name": name, "description": values.get("description") or None}
