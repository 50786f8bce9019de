"""What every peer is told and what it answers: options in, one line of JSON out.

    export PEER_TOKEN=... PEER_DATABASE=mysql://<user>:<password>@<host>:<port>/
    python pandas_to_sql.py --source http://127.0.0.1:8087 --schema peer_pandas --day 2026-03-02

A peer runs in a virtual environment of its own and knows nothing of this project. The load runs twice: first, and the
same again. Time counts from before the first HTTP request until after the last commit; imports are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import URL, Engine, create_engine, make_url, text

TABLE = "equipment_running_times"
PAGE_SIZE = 5000


@dataclass(frozen=True)
class PeerTask:
    """One day of running times to bring into ``schema``; ``rows``: stop after so many records (None: all)."""

    source: str
    token: str
    database: URL
    day: date
    rows: int | None

    def connect(self) -> Engine:
        """Return an engine on the schema, with the driver that the sync uses too."""
        return create_engine(self.database)


@dataclass(frozen=True)
class Loaded:
    """How many records were read, and how many of them were left out because the columns cannot take them."""

    records: int
    skipped: int


def run_peer(load: Callable[[PeerTask], Loaded]) -> None:
    """Load twice and print ``{"seconds": {"first", "again"}, "records", "skipped", "stored", "peak_mib"}``."""
    task = _read_task()
    seconds = {}
    for name in ("first", "again"):
        started = time.perf_counter()
        loaded = load(task)
        seconds[name] = time.perf_counter() - started
    with task.connect().connect() as connection:
        stored = connection.scalar(text(f"SELECT COUNT(*) FROM {TABLE}"))
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counts = {"records": loaded.records, "skipped": loaded.skipped, "stored": stored}
    print(json.dumps({"seconds": seconds, **counts, "peak_mib": peak_mib}), flush=True)


def _read_task() -> PeerTask:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", required=True, help="URL of the source API")
    parser.add_argument("--schema", required=True, help="database schema to load into")
    parser.add_argument("--day", required=True, type=date.fromisoformat)
    parser.add_argument("--rows", type=int, default=None, help="stop after so many records (default: all)")
    args = parser.parse_args()
    database = make_url(os.environ["PEER_DATABASE"])
    database = database.set(drivername="mysql+mysqldb", database=args.schema, query={"charset": "utf8mb4"})
    return PeerTask(args.source, os.environ["PEER_TOKEN"], database, args.day, args.rows)
