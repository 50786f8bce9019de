"""Rows of ``audit_log``: who did what to which record, before and after. Written in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cmms.access.actors import Actor
from cmms.access.connections import write
from cmms.database import Cursor, execute


def audit(
    cursor: Cursor,
    actor: Actor,
    action: str,
    entity: str,
    entity_id: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    batch_id: str | None = None,
) -> None:
    """Add a row in the caller's transaction."""
    execute(
        cursor,
        "access/audit",
        {
            "actor": actor.name[:120],
            "action": action[:60],
            "entity": entity[:60],
            "entity_id": str(entity_id)[:60],
            "before_json": _dump(before),
            "after_json": _dump(after),
            "batch_id": batch_id,
        },
    )


def audit_refusal(actor: Actor, kind: str, request: str, reason: str, count: int = 1) -> None:
    """Note writes that were refused: at most one row a person, kind of request and minute, with a count."""
    minute = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
    row = {
        "actor": actor.name[:120],
        "after_json": _dump({"request": request[:200], "reason": reason[:200], "count": count}),
        "count": count,
        "refusal_key": sha256(json.dumps([actor.name, kind, minute]).encode()).hexdigest(),
    }
    write(lambda cursor: execute(cursor, "access/audit_refusal", row), what="noting a refusal")


def _dump(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else json.dumps(dict(values), default=str, ensure_ascii=False)
