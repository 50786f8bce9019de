"""A request with a name is carried out once, however often and by however many processes it is received.

Input: who asks, the name, what is asked. The row of ``action_requests`` commits with the first change that the request
makes, so the database decides which of several is carried out: it is the one whose row was first. The others get its
answer, and a request that fails gives its name back (:mod:`cmms.access.answer_request`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cmms.database import Cursor, error_number, execute

_DUPLICATE = 1062


class Repeated(Exception):
    """Another request of this name has been, or is being, carried out; nothing was changed. No error of a person."""


@dataclass
class Claim:
    """A named request; it ``holds`` its name once its row has been committed."""

    actor: str
    request: str
    action: str
    call: Mapping[str, Any]
    holds: bool = False

    @property
    def call_hash(self) -> bytes:
        """What is asked, to recognise another call under the same name."""
        text = json.dumps([self.action, self.call], sort_keys=True, default=str)
        return sha256(text.encode("utf-8", "surrogatepass")).digest()

    @property
    def row(self) -> dict[str, Any]:
        """Its row."""
        key = {"actor": self.actor[:120], "request": self.request}
        return {**key, "action": self.action[:60], "call_hash": self.call_hash}


_current: ContextVar[Claim | None] = ContextVar("claim", default=None)


def take_claim(cursor: Cursor) -> None:
    """At the start of a transaction of a change: note in it that the request is carried out; raises Repeated."""
    claim = _current.get()
    if claim is None or claim.holds:
        return
    try:
        execute(cursor, "access/claim_request", claim.row)
    except Exception as error:
        if error_number(error) == _DUPLICATE:
            raise Repeated(claim.request) from error
        raise


def hold_claim() -> None:
    """The transaction has been committed."""
    claim = _current.get()
    if claim is not None:
        claim.holds = True


@contextmanager
def current_claim(claim: Claim) -> Iterator[None]:
    """Whatever is changed within belongs to the request."""
    token = _current.set(claim)
    try:
        yield
    finally:
        _current.reset(token)
