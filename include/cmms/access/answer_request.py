"""What was answered to a request with a name, for whoever sends it again. Output: the answer, or a refusal.

The name itself is claimed with the first change that the request makes (:mod:`cmms.access.claim_request`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from cmms.access.actors import Invalid, WrongState
from cmms.access.claim_request import Claim, current_claim
from cmms.access.connections import raw_session, write
from cmms.database import execute, query
from cmms.errors import CmmsError

WAIT_SECONDS = 20.0
"""How long a repeated request waits for the answer to the first one."""
_POLL_SECONDS = 0.1


@contextmanager
def claiming(claim: Claim) -> Iterator[None]:
    """Whatever is changed within belongs to the request; if it fails, the name is free again."""
    try:
        with current_claim(claim):
            yield
    except BaseException:
        if claim.holds:
            with suppress(CmmsError):
                _write("access/release_request", claim.row, what="giving the name of a request back")
        raise


def store_answer(claim: Claim, answer: Mapping[str, Any]) -> None:
    """For those who repeat the request; what cannot be kept does no harm to what was done."""
    if claim.holds:
        row = {**claim.row, "outcome": json.dumps(answer)}
        with suppress(CmmsError):
            _write("access/answer_request", row, what="keeping the answer to a request")
            _write("access/forget_requests", {}, what="forgetting old requests")


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
    with raw_session() as connection:
        rows = query(connection, "access/request", claim.row)
    return rows[0] if rows else None


def _write(statement: str, row: Mapping[str, Any], *, what: str) -> None:
    write(lambda cursor: execute(cursor, statement, row), what=what)
