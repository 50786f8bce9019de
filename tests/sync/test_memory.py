"""How much memory syncs take, and that they leave nothing behind: no memory, no sockets, no files, no tables."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.source import TOKEN, start_source
from cmms.database import session
from cmms.operations.watch_runs import drop_left_stages
from cmms.simulator import Fault
from cmms.sync.records import Scope
from cmms.sync.run_sync import run_sync
from tests.sync.conftest import connection_uri
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site
from tools.state_folder import REPOSITORY


def run_child(
    site: Site, machines: int, syncs: list[str], folder: Path, *, engine: dict[str, Any] | None = None, page: int = 5000
) -> dict[str, Any]:
    """Run syncs of a source with so many machines in a fresh process; peak memory and counts."""
    wanted = {
        "syncs": syncs,
        "run_date": RUN_DATE.isoformat(),
        "settings": {
            "storage": {"base_path": str(folder / f"storage-{machines}")},
            "rules": {"unknown_plant": "create"},
            "engine": engine or {},
            "api": {"pagination": {"size": page}},
        },
    }
    with start_source(machines, 0, DAY, 1) as source:
        environment = {
            **os.environ,
            "PYTHONPATH": f"{REPOSITORY / 'include'}{os.pathsep}{REPOSITORY}",
            "AIRFLOW_CONN_CMMS_MYSQL": connection_uri(site.database),
            "AIRFLOW_CONN_CMMS_API": json.dumps({"conn_type": "http", "host": source, "password": TOKEN}),
            "MALLOC_ARENA_MAX": "2",  # memory of idle threads is the allocator's, not the engine's
            "POLARS_MAX_THREADS": "2",
        }
        ended = subprocess.run(
            [sys.executable, "-m", "tests.sync.memory_child", json.dumps(wanted)],
            env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=1800,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    result: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return result


@pytest.mark.slow
@pytest.mark.feature("MEM-01")
def test_twenty_times_the_machines_take_the_same_memory(site: Site, tmp_path: Path) -> None:
    peaks = {}
    for machines in (5_000, 100_000):  # by hand, 10,000 and 200,000: 413 and 414 MiB
        site.clear()
        result = run_child(site, machines, ["equipment"], tmp_path, engine={"chunk_records": 5_000}, page=5_000)
        assert result["counts"][0]["inserted"] == machines
        peaks[machines] = result["peak_mib"]
    assert peaks[100_000] < peaks[5_000] * 1.1, peaks


@pytest.mark.slow
@pytest.mark.feature("MEM-04")
def test_fifty_runs_in_one_process_leave_no_memory_behind(site: Site, tmp_path: Path) -> None:
    result = run_child(site, 50, ["equipment", DAY.isoformat()] * 25, tmp_path)
    assert len(result["mib"]) == 50
    warm, end = statistics.median(result["mib"][10:20]), statistics.median(result["mib"][40:])
    assert (end - warm) / 30 < 0.25  # MiB a run: one page of the source kept by mistake would be more


@pytest.mark.slow
@pytest.mark.feature("OBJ-04")
def test_100_000_machines_and_their_readings_of_a_day_fit_into_a_gibibyte(site: Site, tmp_path: Path) -> None:
    result = run_child(site, 100_000, ["equipment", DAY.isoformat()], tmp_path)
    assert [counts["inserted"] for counts in result["counts"]] == [100_000, 100_000]
    assert result["peak_mib"] < 1024


@contextmanager
def nothing_left_behind(site: Site, folder: Path) -> Iterator[None]:
    """Whatever is done in here: no connection, no open file, no thread, no temporary file, no staging table is left."""
    before = _open_things(site, folder)
    yield
    gc.collect()
    deadline = time.monotonic() + 60
    while (left := _open_things(site, folder)) != before and time.monotonic() < deadline:
        time.sleep(0.1)  # the other end of a closed connection learns of it a moment later
    assert left == before


def _open_things(site: Site, folder: Path) -> dict[str, Any]:
    open_files = []
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one of this very listing
            open_files.append(str(entry.readlink()))
    return {
        "sockets": sum(name.startswith("socket:") for name in open_files),
        "files": sorted(name for name in open_files if name.startswith("/") and "/fd" not in name),
        "threads": sorted(
            thread.name for thread in threading.enumerate() if not thread.name.startswith(("Thread-", "simulator"))
        ),
        "temporary files": sorted(map(str, folder.rglob("*"))),
        "database sessions": site.value("SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE()"),
        "staging tables": site.query(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name LIKE 'stg%'"
        ),
    }


@pytest.mark.feature("MEM-05")
@pytest.mark.parametrize("end", ["success", "failed at the source", "failed while merging", "cancelled"])
def test_nothing_stays_open_however_a_run_ends(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    numbers = [f"{number:03d}" for number in range(40)]
    settings = site.settings(api={"parallel_requests": 3, "pagination": {"size": 10}})
    site.sync_equipment([machine(number) for number in numbers])
    site.sync_day(DAY - timedelta(days=1), [reading(numbers[0], DAY - timedelta(days=1), counter="10")])  # warm
    site.serve("running_time", DAY, [reading(number) for number in numbers])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def act(unit_key: str, step: str, done: int, total: int | None) -> None:
        if end == "cancelled" and step == "validate":
            site.execute("UPDATE api_sync_logs SET control = 'cancel' WHERE status = 'running'")
        if end == "failed while merging" and step == "merge":
            site.execute("RENAME TABLE sync_superseded_records TO away")

    if end == "failed while merging":
        older = reading(numbers[0], hours="7", CREATED_AT=f"{DAY}T20:00:00Z")
        site.serve("running_time", DAY, [*(reading(number) for number in numbers), older])
    if end == "failed at the source":
        site.simulator.inject(Fault("reset", page=3, keep=0.2))
    try:
        with nothing_left_behind(site, temporary):
            summary = run_sync(Scope("running_time", DAY, DAY), run_date=RUN_DATE, settings=settings, listener=act)
            if (
                end == "failed while merging"
            ):  # a repetition would use what is staged; for a closed run the watchdog goes
                with session() as connection:
                    drop_left_stages(connection, [], [])
    finally:
        if end == "failed while merging":
            site.execute("RENAME TABLE away TO sync_superseded_records")
    assert summary.status == {"success": "success", "cancelled": "cancelled"}.get(end, "failed"), summary.error_message
    assert end != "failed while merging" or "sync_superseded_records" in str(summary.error_message)
