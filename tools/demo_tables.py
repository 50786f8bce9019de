"""Bring the demo's CMMS tables up to date, seed its plants, and close the runs that a killed demo left open.

Input: the connection `cmms_mysql`. Output: tables at the newest version; no open run, no lease that is held. One
program for all of it, since each start of Python with Airflow's hooks takes seconds: `python -m tools.demo_tables`.

Only for the demo: every program of the demo before has ended, so that no process can be at work on an open run. On a
real site the watchdog closes such runs, once their lease is over.
"""

from __future__ import annotations

import sys

from cmms import migrations
from cmms.database import query, session
from cmms.errors import Abandoned
from cmms.operations.watch_runs import Failures, drop_left_stages, release_stale_leases
from cmms.seed_plants import seed_plants
from cmms.settings.settings_file import find_plants_file
from cmms.sync.runs.close_run import close_if_open

_LEFT = Abandoned("the demo ended while this run was at work; start the sync again")


def main() -> int:
    """Do all of it; what is done already is left as it is."""
    migrations.upgrade()
    seed_plants(find_plants_file())
    failures = Failures()
    with session() as connection:
        for run in query(connection, "sync/runs/open_runs"):
            close_if_open(connection, int(run["id"]), error=_LEFT)
        release_stale_leases(connection)
        drop_left_stages(connection, [], failures)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
