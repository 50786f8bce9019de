"""Note that a run went well: one event for the list of the view, with counts and run. Nobody is notified.

A run that failed, or rejected records, has its alert instead. So every run with a log row leaves one event.
"""

from __future__ import annotations

from dataclasses import replace

from cmms.alerts import messages
from cmms.alerts.evaluate_run import fingerprint_of, make_alert
from cmms.alerts.records import Alert
from cmms.settings import Settings
from cmms.sync.records import RunSummary

RUN_SUCCEEDED = "run_succeeded"


def note_run(summary: RunSummary, settings: Settings) -> list[Alert]:
    """The event of a run that ended well, of its own level (info, or low with warnings)."""
    if summary.status != "success" or summary.counts.rejected or not summary.sync_log_id:
        return []
    if summary.sync_type == "cleanup":  # brings no records
        return []
    noted = make_alert(summary, settings, RUN_SUCCEEDED, summary.level, title=messages.title_succeeded(summary))
    own = fingerprint_of(RUN_SUCCEEDED, summary.sync_type, str(summary.sync_log_id))
    return [replace(noted, fingerprint=own, transition="noted", advice=messages.ADVICE_RESOLVED)]
