"""Syncs in a process of its own, whose memory is then its own too: what tests/sync/test_memory.py runs.

Input: the environment's connections, and a JSON object: ``syncs`` (``equipment`` or a day), ``settings``, ``run_date``.
Output: a JSON object: ``peak_mib`` of the process, and per sync its ``counts`` and what is resident after it (``mib``).
"""

from __future__ import annotations

import gc
import json
import re
import resource
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from cmms.settings import parse_settings
from cmms.sync.records import Scope
from cmms.sync.run_sync import run_sync


def main() -> None:
    """Run the syncs, one after the other."""
    wanted = json.loads(sys.argv[1])
    settings = parse_settings(wanted["settings"])
    counts, mib = [], []
    for sync in wanted["syncs"]:
        if sync == "equipment":
            scope = Scope("equipment")
        else:
            scope = Scope("running_time", date.fromisoformat(sync), date.fromisoformat(sync))
        summary = run_sync(scope, run_date=date.fromisoformat(wanted["run_date"]), settings=settings)
        if summary.status not in ("success", "partial"):
            raise SystemExit(f"{sync}: {summary.error_message}")
        counts.append(asdict(summary.counts))
        gc.collect()
        mib.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20)
    # Not getrusage: that counts what the process held that started this one, the test run.
    peak_mib = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    print(json.dumps({"peak_mib": peak_mib, "counts": counts, "mib": mib}))


if __name__ == "__main__":
    main()
