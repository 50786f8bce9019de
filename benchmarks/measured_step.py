"""One step in a process of its own, so that its peak memory (VmHWM) is its own too. Imports do not count in its time.

Input: the step's name and what it is about, the connections of the environment. Output: seconds, peak_mib and what the
step found or counted.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import re
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True)
class Work:
    """What a step is about."""

    run_date: date
    days: tuple[date, date] | None = None
    times: int = 1
    patience_seconds: float = 7200


def run_step(name: str, work: Work) -> Result:
    """Run ``equipment``, ``running_time``, ``often`` (both in turn, so many times), ``cleanup`` or ``verify``.

    Raises:
        RuntimeError: the sync did not end well, or the process took too long, or ended before it could tell.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, name, work))
    process.start()
    sender.close()
    try:
        if not receiver.poll(work.patience_seconds):
            process.terminate()
            process.join()
            raise RuntimeError(f"{name}: not ready after {work.patience_seconds / 60:.0f} minutes")
        result: Result = json.loads(receiver.recv())
    except EOFError:
        process.join()
        raise RuntimeError(f"{name}: the process ended with exit code {process.exitcode}") from None
    process.join()
    if "error" in result:
        raise RuntimeError(f"{name}: {result['error']}")
    return result


def _child(sender: Any, name: str, work: Work) -> None:
    from cmms.database import session
    from cmms.operations import clean_up_logs  # noqa: F401
    from cmms.operations.verify import verify_tables  # noqa: F401
    from cmms.sync import run_sync  # noqa: F401
    from cmms.sync.validate.apply_rules import _great_expectations

    _great_expectations()  # imports take seconds, and are not what is measured
    with session():
        pass
    step = _STEPS[name]
    started = time.perf_counter()
    result = step(work)
    result["seconds"] = round(time.perf_counter() - started, 1)
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    result["peak_mib"] = int(found[1]) // 1024
    sender.send(json.dumps(result))


def _sync(work: Work) -> Result:
    from cmms.database import query, session
    from cmms.sync.records import Scope
    from cmms.sync.run_sync import run_sync

    scope = Scope("running_time", *work.days) if work.days else Scope("equipment")
    summary = run_sync(scope, run_date=work.run_date)
    if summary.status not in ("success", "partial"):
        return {"error": summary.error_message}
    with session() as connection:
        units = query(connection, "sync/runs/units", {"sync_log_id": summary.sync_log_id})
    steps = {
        step: round(sum(unit[f"{column}_ms"] or 0 for unit in units) / 1000, 1)
        for step, column in (("fetch", "api"), ("validate", "validate"), ("stage", "stage"), ("merge", "merge"))
    }
    return {"counts": asdict(summary.counts), "step_seconds": steps}


def _sync_often(work: Work) -> Result:
    mib = []
    for number in range(work.times):
        result = _sync(work if number % 2 else replace(work, days=None))
        if "error" in result:
            return result
        gc.collect()
        mib.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20)
    return {"mib": mib}


def _clean_up(work: Work) -> Result:
    from cmms.operations.clean_up_logs import clean_up_logs

    return {"removed": clean_up_logs()}


def _verify(work: Work) -> Result:
    from cmms.operations.verify.verify_tables import verify_tables

    return {"differences": verify_tables()}


_STEPS: dict[str, Callable[[Work], Result]] = {
    "equipment": _sync,
    "running_time": _sync,
    "often": _sync_often,
    "cleanup": _clean_up,
    "verify": _verify,
}
