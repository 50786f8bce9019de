"""A request with a name is carried out once, however often and by however many processes it is received.

Input: who asks, the name, what is asked. The row of ``action_requests`` commits with the first change that the request
makes, so the database decides which of several is carried out: it is the one whose row was first. The others get its
answer. A request that fails gives its name back.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cmms.database import Cursor, error_number, execute, query
from cmms.errors import CmmsError
from cmms.views.actors import Invalid, WrongState

WAIT_SECONDS = 20.0
"""How long a repeated request waits for the answer to the first one."""
_POLL_SECONDS = 0.1
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
        execute(cursor, "ui/claim_request", claim.row)
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
def claiming(claim: Claim) -> Iterator[None]:
    """Whatever is changed within belongs to the request; if it fails, the name is free again."""
    token = _current.set(claim)
    try:
        yield
    except BaseException:
        _current.reset(token)
        if claim.holds:
            with suppress(CmmsError):
                _write("ui/release_request", claim.row, what="giving the name of a request back")
        raise
    _current.reset(token)


def keep_answer(claim: Claim, answer: Mapping[str, Any]) -> None:
    """For those who repeat the request; what cannot be kept does no harm to what was done."""
    if claim.holds:
        row = {**claim.row, "outcome": json.dumps(answer)}
        with suppress(CmmsError):
            _write("ui/answer_request", row, what="keeping the answer to a request")
            _write("ui/forget_requests", {}, what="forgetting old requests")


def find_answer(claim: Claim, *, wait: bool = False) -> dict[str, Any] | None:
    """The answer to an earlier request of this name, None if there was none.

    Args:
        claim: the request.
        wait: another one is being carried out at this moment.

    Raises:
        Invalid: the name was used for something else. WrongState: it has not ended, or it has failed.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        found = _read(claim)
        if found is not None and bytes(found["call_hash"]) != claim.call_hash:
            raise Invalid("This request name was used for another call.", request="was used for another call")
        if found is None and wait:
            raise WrongState("The same request was being carried out and has failed. Send it again.")
        if found is None or found["outcome"] is not None:
            return json.loads(found["outcome"]) if found else None
        if time.monotonic() >= deadline:
            raise WrongState("The same request is still being carried out. The audit log shows what it has changed.")
        time.sleep(_POLL_SECONDS)


def _read(claim: Claim) -> dict[str, Any] | None:
    from cmms.views.connections import raw_session

    with raw_session() as connection:
        rows = query(connection, "ui/request", claim.row)
    return rows[0] if rows else None


def _write(statement: str, row: Mapping[str, Any], *, what: str) -> None:
    from cmms.views.connections import write

    write(lambda cursor: execute(cursor, statement, row), what=what)
