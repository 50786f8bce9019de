"""A requested change that is deleted while it is carried out ends; what was done of it stays done."""

from __future__ import annotations

from typing import Any

from cmms.database import Cursor, execute, run_transaction
from cmms.operations.requested_changes import BATCH, BatchResult, do_next_batch, find_change, open_change


def test_a_change_that_was_deleted_has_nothing_left(connection: Any) -> None:
    keys = range(1, BATCH + 2)
    change_id = run_transaction(
        connection,
        lambda cursor: open_change(cursor, asked_by="ann", name="equipment.move", arguments={}, keys=keys),
        what="asking",
    )
    change = find_change(connection, change_id)
    assert change is not None
    done: list[int] = []

    def work(_cursor: Cursor, chosen: tuple[int, ...]) -> BatchResult:
        done.extend(chosen)
        return BatchResult(len(chosen))

    assert do_next_batch(connection, change, work)
    forget = {"days": -1}
    run_transaction(
        connection, lambda cursor: execute(cursor, "operations/changes/drop_old_changes", forget), what="forgetting"
    )
    assert not do_next_batch(connection, change, work)
    assert done == list(range(1, BATCH + 1))
