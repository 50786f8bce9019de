"""How a person arranges a list: columns, remembered; and lists kept under a name, for oneself or for everybody.

A body is what the view wrote: names of columns, words, filters. Its size is limited here; its content is checked when
it is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cmms.access.actors import Actor, Capability, Invalid, NotFound
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.database import Cursor, execute, query

NAME_LIMIT = 80
BODY_LIMIT = 20_000
VIEWS_LIMIT = 100


@dataclass(frozen=True)
class SavedView:
    """A list under a name; ``is_default``: the person's list opens with it."""

    id: int
    owner: str
    name: str
    body: Mapping[str, Any]
    is_shared: bool
    is_default: bool
    is_own: bool


def find_views(actor: Actor, resource: str) -> list[SavedView]:
    """The person's own views of a list, then those that others share."""
    with raw_session() as connection:
        rows = query(connection, "listing/saved_views", {"owner": actor.name[:120], "resource": resource})
    flags = ("is_shared", "is_default", "is_own")
    return [
        SavedView(**{**row, "body": json.loads(row["body"]), **{name: bool(row[name]) for name in flags}})
        for row in rows
    ]


def save_view(
    actor: Actor, resource: str, name: str, body: Mapping[str, Any], *, is_shared: bool, is_default: bool
) -> None:
    """Keep a list under a name; one's own of the same name is replaced. Sharing needs the right to edit."""
    name = name.strip()
    if not name:
        raise Invalid("a name is needed", name="is required")
    if len(name) > NAME_LIMIT:
        raise Invalid("the name is too long", name=f"at most {NAME_LIMIT} characters")
    if is_shared:
        actor.require(Capability.EDIT)
    own = [view for view in find_views(actor, resource) if view.is_own]
    if any(_is_same(view, name, body, is_shared, is_default) for view in own):
        return
    if len(own) >= VIEWS_LIMIT and name not in [view.name for view in own]:
        raise Invalid(f"at most {VIEWS_LIMIT} views of a list: delete one first")
    row = {
        "owner": actor.name[:120],
        "resource": resource,
        "name": name,
        "body": _dump(body),
        "is_shared": int(is_shared),
        "is_default": int(is_default),
    }

    def work(cursor: Cursor) -> None:
        if is_default:
            execute(cursor, "listing/clear_default_view", row)
        execute(cursor, "listing/save_view", row)
        named = {key: value for key, value in row.items() if key != "body"}
        audit(cursor, actor, "save", "saved_view", f"{resource}: {name}"[:60], after=named)

    write(work, what="saving a view")


def _is_same(view: SavedView, name: str, body: Mapping[str, Any], is_shared: bool, is_default: bool) -> bool:
    """Whether saving would change nothing."""
    kept = (view.name, view.body, view.is_shared, view.is_default)
    return kept == (name, json.loads(_dump(body)), is_shared, is_default)


def delete_view(actor: Actor, resource: str, key: int) -> None:
    """Forget a view of one's own."""

    def work(cursor: Cursor) -> None:
        if not execute(cursor, "listing/delete_view", {"owner": actor.name[:120], "resource": resource, "id": key}):
            raise NotFound("there is no such view of yours")
        audit(cursor, actor, "delete", "saved_view", key, before={"resource": resource})

    write(work, what="deleting a view")


def read_columns(actor: Actor, resource: str) -> list[dict[str, Any]]:
    """How the person has arranged the columns of a list; empty if they never have."""
    with raw_session() as connection:
        rows = query(connection, "access/read_preference", {"owner": actor.name[:120], "name": f"columns:{resource}"})
    return list(json.loads(rows[0]["body"])) if rows else []


def remember_columns(actor: Actor, resource: str, columns: list[dict[str, Any]]) -> None:
    """Keep how the person has arranged the columns of a list."""
    row = {"owner": actor.name[:120], "name": f"columns:{resource}", "body": _dump(columns)}
    write(lambda cursor: execute(cursor, "access/save_preference", row), what="remembering columns")


def _dump(body: object) -> str:
    text = json.dumps(body, ensure_ascii=False)
    if len(text) > BODY_LIMIT:
        raise Invalid("this view is too large to be kept: use fewer filters")
    return text
