"""Note a refused write in the audit log. Input: who, what was asked, why not. The refusal stands even if noting fails.

A row a person, kind of request and minute: what has a row in the policy is a kind of its own, everything else is one
kind together, so that nobody fills the log by making up addresses. Refusals that arrive while one of the same row is
being written are added to it afterwards, together: a thousand at once are two statements.
"""

from __future__ import annotations

import logging
from collections import Counter
from threading import Lock

from cmms.access.actors import Actor
from cmms.access.audit import audit_refusal
from cmms_ui.asgi.policy import ACTIONS, find_route

ACTION_PATH = "/api/v1/{resource}/actions/{action}"
_METHODS = ("POST", "PUT", "PATCH", "DELETE", "WEBSOCKET", "CALLBACK")

log = logging.getLogger(__name__)
_unwritten: Counter[tuple[str, str]] = Counter()
"""By person and kind, what one thread is writing: it goes on until nothing is left."""
_lock = Lock()


def note_refusal(actor: Actor, method: str, path: str, reason: str) -> None:
    """Add or count it; a path is below the mount, or the name of a callback."""
    key = (actor.name, _kind_of(method, path))
    with _lock:
        _unwritten[key] += 1
        count = _unwritten[key]
    if count > 1:
        return  # another thread is writing this row, and will count this one too
    while count:
        try:
            audit_refusal(actor, key[1], f"{method} {path}", reason, count)
        except Exception:
            log.exception("A refused request could not be noted in the audit log.")
        with _lock:
            _unwritten[key] -= count
            count = _unwritten[key]
            if not count:
                del _unwritten[key]


def _kind_of(method: str, path: str) -> str:
    if method not in _METHODS:
        return "other"
    if method == "CALLBACK":
        return f"{method} {path}"
    route = find_route(method, path)
    if route is None:
        return f"{method} unknown"
    parts = path.split("/")
    if route.path.startswith(ACTION_PATH) and f"{parts[3]}.{parts[5]}" in ACTIONS:
        return f"{method} {path}"
    return f"{method} {route.path}"
