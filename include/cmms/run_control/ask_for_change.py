"""A change of many rows, handed to a run of ``cmms_on_request``. Input: who, which, the rows. Output: the run.

What a request can do in seconds it does itself. The right to make the change is checked here, when it is asked for;
the run carries out exactly what has been stored, in the name of the person who asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cmms.access.actors import Actor, Capability
from cmms.access.connections import raw_session, write
from cmms.operations.requested_changes import ChangeProgress, drop_change, open_change, read_progress_of
from cmms.run_control.ask_for_work import ask_for_work
from cmms.run_control.start_syncs import StartedRun

REQUEST_LIMIT = 10_000
"""A change of more rows than this is a run."""


def ask_for_change(
    actor: Actor, name: str, keys: Sequence[int], arguments: Mapping[str, Any], *, request: str = ""
) -> StartedRun:
    """Store what is asked for and start the run.

    Args:
        actor: who asks; needs the right to change equipment now.
        name: one of :data:`cmms.equipment.do_requested_change.CHANGES`.
        keys: the ids of the rows.
        arguments: what the change needs besides, of JSON's types.
        request: the name of the request; asked again by this name, it is the same run.

    Raises:
        Forbidden, AirflowRefused: nothing was started and nothing will be changed.
    """
    actor.require(Capability.EDIT)
    change_id = write(
        lambda cursor: open_change(cursor, asked_by=actor.name, name=name, arguments=arguments, keys=keys),
        what="noting a requested change",
    )
    try:
        return ask_for_work(actor, "change", {"change": change_id}, request=request)
    except BaseException:
        with raw_session() as connection:
            drop_change(connection, change_id)
        raise


def read_change(change_id: int) -> ChangeProgress | None:
    """How far a change has come, as it stands now."""
    with raw_session() as connection:
        return read_progress_of(connection, change_id)
