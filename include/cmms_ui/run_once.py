"""Answer a named request that is repeated with what was answered to the first one.

Input: an action to run. Output: its outcome, new or as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from cmms.access.actors import Actor
from cmms.access.answer_request import claiming, find_answer, store_answer
from cmms.access.claim_request import Claim, Repeated
from cmms.run_control.start_syncs import StartedRun
from cmms_ui.definition.schema import Action, Detail, Outcome, Target


def run_once(
    actor: Actor, action: Action, target: Target, values: Mapping[str, Any], run: Callable[[], Outcome]
) -> Outcome:
    """Run, unless this person's request of this name has been carried out.

    Raises:
        Invalid: the name was used for another call. WrongState: the first one has not ended, or it has failed.
    """
    if not target.request:
        return run()
    call = {"keys": target.keys, "version": target.version, "values": values}
    claim = Claim(actor.name, target.request, action.name, call)
    if (answered := find_answer(claim)) is not None:
        return _read(answered)
    try:
        with claiming(claim):
            outcome = run()
    except Repeated:
        return _read(find_answer(claim, wait=True) or {"message": "This has already been done."})
    store_answer(claim, asdict(outcome))
    return outcome


def _read(kept: Mapping[str, Any]) -> Outcome:
    details = tuple(
        line if isinstance(line, str) else Detail(line["text"], line["path"]) for line in kept.get("details", ())
    )
    runs = tuple(StartedRun(run["dag_id"], run["run_id"]) for run in kept.get("runs", ()))
    return Outcome(kept["message"], kept.get("level", "success"), kept.get("path", ""), details, runs)
