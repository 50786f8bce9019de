"""The diagnosis for the view and the REST API: at most one at a time in a process, and the last report of it.

Input: nothing. Output: a :class:`~cmms.operations.diagnosis.lines.Report`. Runs in the caller's thread, which must not
be the event loop.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from cmms.access.actors import ViewError
from cmms.operations.diagnosis.lines import Report

LONGEST_CHECK_SECONDS = 20
"""No check may take longer here: somebody is waiting."""

_running = threading.Lock()
_last: dict[str, Any] = {}


class DiagnosisRuns(ViewError):
    """Another one has to end first."""

    status = 409


def run_diagnostics() -> Report:
    """Run all checks now.

    Raises:
        DiagnosisRuns: one is running in this process.
    """
    from cmms.operations.diagnose import run_diagnosis

    if not _running.acquire(blocking=False):
        raise DiagnosisRuns("A diagnosis is running already. Try again when it has ended.")
    try:
        report = run_diagnosis(longest=LONGEST_CHECK_SECONDS)
        _last.update(report=report, ended_at=datetime.now(UTC))
        return report
    finally:
        _running.release()


def last_report() -> tuple[Report | None, datetime | None]:
    """The last report of this process and when it ended; None before the first one."""
    return _last.get("report"), _last.get("ended_at")
