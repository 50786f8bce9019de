"""Rows of ``audit_log``: who did what to which record, before and after. Written in the transaction of the change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cmms.access.actors import Actor
from cmms.access.connections import write
from cmms.database import Cursor, execute, insert_many
from cmms.mysql_driver import limit_statement

_STATEMENT_BYTES = 4 * 1024 * 1024
"""Of one INSERT of many rows; every server takes four times as much by default."""


@dataclass(frozen=True)
class Changed:
    """One of the records that an action changes: what it was and what it is now."""

    entity_id: object
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


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
    audit_many(cursor, actor, action, entity, [Changed(entity_id, before, after)], batch_id=batch_id)


def audit_many(
    cursor: Cursor, actor: Actor, action: str, entity: str, changed: Sequence[Changed], *, batch_id: str | None = None
) -> None:
    """Add a row for each record in the caller's transaction: one statement, whatever their number."""
    common = {"actor": actor.name[:120], "action": action[:60], "entity": entity[:60], "batch_id": batch_id}
    rows = [
        {
            **common,
            "entity_id": str(record.entity_id)[:60],
            "before_json": _dump(record.before),
            "after_json": _dump(record.after),
        }
        for record in changed
    ]
    with closing(cursor.connection.cursor()) as own:  # its own: the caller may still read what was inserted last
        limit_statement(own, _STATEMENT_BYTES)
        insert_many(own, "access/audit", rows)


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
