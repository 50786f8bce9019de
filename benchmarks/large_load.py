"""``make load``: a million machines and ten million readings: does each daily program end in time, in how much memory?

Output: a table on the terminal and the same as JSON in ``benchmarks/results/``. A private MySQL with its defaults but
for a buffer pool of 2 GB. Two days and the day on top are synced by the engine, so the time of a day is measured on an
empty table, on a nearly full one and on a full one; the days before them are filled in by the server, to save time.
Every step is a process of its own, because its peak memory is; then many small syncs in one process, whose memory must
not grow. Not part of ``make test``.

    make load                                       about an hour, 15 GB of disk
    make load ARGS="--machines 100000 --days 10"    a quick look: some minutes
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import RESULTS
from benchmarks.large_data import change_machines, fill_days, fill_logs
from benchmarks.measured_step import Work, run_step
from benchmarks.source import TOKEN, start_source
from tools.database_server import PrivateServer, obtain_server
from tools.state_folder import find_state_folder

FIRST_DAY = date(2026, 3, 2)
PLANTS = 20
TIMEOUT_MINUTES: dict[str, int | None] = {"equipment": 30, "running_time": 60, "cleanup": 10, "verify": None}
_OPTIONS = ("--innodb-buffer-pool-size=2G",)
_PATIENCE = 1.5
"""A step that takes so many times its time-out is ended."""
_SECONDS_PER_MILLION, _BYTES_PER_READING = 240, 1_000
"""Of a quiet machine with two cores, for the announcement only."""


def main() -> int:
    """Measure and print; exit code 1 if a step took longer than its time-out, or verify found something."""
    parser = argparse.ArgumentParser(prog="make load", description=__doc__.splitlines()[0])
    parser.add_argument("--machines", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument(
        "--days", type=int, default=10, help="days before the last sync, at least 2 (default: %(default)s)"
    )
    parser.add_argument("--calls", type=int, help="rows of the call log (default: as many as machines)")
    parser.add_argument("--rejects", type=int, help="rejected records of old runs (default: half as many)")
    parser.add_argument("--runs", type=int, default=50, help="syncs in one process (default: %(default)s; 0: none)")
    parser.add_argument("--folder", type=Path, help="where the database lies meanwhile (default: a temporary folder)")
    args = parser.parse_args()
    args.calls = args.calls or args.machines
    args.rejects = args.rejects or args.machines // 2
    if args.days < 2:
        parser.error("--days must be at least 2")
    _announce(args)
    with tempfile.TemporaryDirectory(prefix="cmms-load-", dir=args.folder) as name:
        folder = Path(name)
        server = PrivateServer(obtain_server("mysql", find_state_folder()), folder / "mysql", extra_options=_OPTIONS)
        server.start()
        try:
            first = FIRST_DAY + timedelta(days=args.days - 2)
            with start_source(args.machines, 0.005, first, 3, plants=PLANTS) as source:
                result = _measure(args, server, source, folder, first)
            result["fifty"] = _sync_often(args.runs, server, folder) if args.runs else None
        finally:
            server.stop()
    _print(result)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-load-{args.machines}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _say(f"written to benchmarks/results/{file.name}")
    return 0 if all(_is_good(step) for step in result["steps"]) else 1


def _announce(args: argparse.Namespace) -> None:
    millions = args.machines * (args.days + 6) / 1_000_000
    minutes = millions * _SECONDS_PER_MILLION / 60 + args.runs * 3 / 60
    gigabytes = 2 + args.machines * (args.days + 4) * _BYTES_PER_READING / 1e9
    _say(
        f"{args.machines:,} machines, {args.machines * args.days:,} readings: about {minutes:.0f} minutes on two quiet"
        f" cores and {gigabytes:.0f} GB of disk in {args.folder or tempfile.gettempdir()}, which are given back;"
        " memory: 2 GB for the database, 2 GB for the simulated source, the engine's as measured"
    )


def _measure(
    args: argparse.Namespace, server: PrivateServer, source: str, folder: Path, first_day: date
) -> dict[str, Any]:
    _name_site(server, "cmms_load", source, folder)
    import MySQLdb

    account = server.account
    steps: list[dict[str, Any]] = []
    run_date = FIRST_DAY + timedelta(days=args.days + 1)

    def step(title: str, name: str, day: date | None = None) -> None:
        _say(f"{title} ...")
        minutes = TIMEOUT_MINUTES[name] or max(filter(None, TIMEOUT_MINUTES.values()))
        work = Work(run_date, (day, day) if day else None, patience_seconds=minutes * 60 * _PATIENCE)
        try:
            result = run_step(name, work)
        except RuntimeError as error:  # the others are still worth knowing
            result = {"seconds": work.patience_seconds, "peak_mib": 0, "differences": [str(error)]}
        steps.append({"title": title, "name": name, **result})
        _say(f"{title}: {result['seconds']:.0f} s, {result['peak_mib']} MiB; {_describe(steps[-1])}")

    def fill(title: str, work: Callable[[Any], object]) -> None:
        started = time.perf_counter()
        with closing(
            MySQLdb.connect(host=account.host, port=account.port, user=account.user, database="cmms_load")
        ) as own:
            _say(f"{title}: {work(own)}, {time.perf_counter() - started:.0f} s")

    step("equipment, first", "equipment")
    step("equipment, the same again", "equipment")
    fill("machines changed", lambda own: change_machines(own, one_in=100))
    step("equipment, 1 % changed", "equipment")
    step("a day, empty table", "running_time", first_day)
    fill("days filled in", lambda own: fill_days(own, first_day=first_day, days=args.days - 2))
    step(f"a day, {args.days - 1} days stored", "running_time", first_day + timedelta(days=1))
    last_day = first_day + timedelta(days=2)
    step(f"a day, {args.days} days stored", "running_time", last_day)
    step("that day, the same again", "running_time", last_day)
    fill("old logs", lambda own: fill_logs(own, calls=args.calls, rejects=args.rejects))
    step("verify", "verify")
    step("clean-up", "cleanup")
    step("clean-up again: nothing to do", "cleanup")
    step("verify after the clean-up", "verify")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[2],
        "machines": args.machines,
        "days": args.days,
        "calls": args.calls,
        "rejects": args.rejects,
        "disk_mib": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) // 2**20,
        "steps": steps,
    }


def _name_site(server: PrivateServer, schema: str, source: str, folder: Path) -> None:
    """A migrated schema with the source's plants, and the environment that every step finds it by."""
    import MySQLdb

    from cmms.migrations import upgrade

    settings = folder / f"{schema}.yaml"
    settings.write_text(f"storage:\n  base_path: {folder / f'storage-{schema}'}\n", encoding="utf-8")
    os.environ.update(
        AIRFLOW_HOME=str(folder / "airflow"),
        AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
        AIRFLOW_CONN_CMMS_MYSQL=server.account.to_uri(schema),
        AIRFLOW_CONN_CMMS_API=json.dumps({"conn_type": "http", "host": source, "password": TOKEN}),
        CMMS_CONFIG_FILE=str(settings),
    )
    account = server.account
    with closing(MySQLdb.connect(host=account.host, port=account.port, user=account.user, autocommit=True)) as own:
        own.cursor().execute(f"CREATE DATABASE {schema}")
        upgrade()
        own.cursor().executemany(
            f"INSERT INTO {schema}.plants (plant_code, name) VALUES (%s, %s)",
            [(f"P{number:03d}", f"Plant {number}") for number in range(1, PLANTS + 1)],
        )


def _sync_often(runs: int, server: PrivateServer, folder: Path) -> dict[str, Any]:
    """Snapshot and day in turn, all in one process."""
    _say(f"{runs} syncs of 5,000 records in one process ...")
    with start_source(5_000, 0.005, FIRST_DAY, 1, plants=PLANTS) as source:
        _name_site(server, "cmms_often", source, folder)
        mib = run_step("often", Work(FIRST_DAY + timedelta(days=1), (FIRST_DAY, FIRST_DAY), runs))["mib"]
    third = max(runs // 5, 1)
    warm, end = statistics.median(mib[third : 2 * third]), statistics.median(mib[-third:])
    return {"runs": runs, "mib": mib, "slope_mib_per_run": round((end - warm) / max(runs - 2 * third, 1), 3)}


def _is_good(step: dict[str, Any]) -> bool:
    minutes = TIMEOUT_MINUTES[step["name"]]
    return (minutes is None or step["seconds"] < minutes * 60) and not step.get("differences")


def _print(result: dict[str, Any]) -> None:
    table = Table(title=f"{result['machines']:,} machines, {result['machines'] * result['days']:,} readings")
    for column in ("step", "minutes", "time-out", "peak MiB", "fetch", "validate", "stage", "merge", "what"):
        table.add_column(column, justify="left" if column in ("step", "what") else "right")
    for step in result["steps"]:
        minutes = TIMEOUT_MINUTES[step["name"]]
        parts = step.get("step_seconds", {})
        table.add_row(
            step["title"] if _is_good(step) else f"[red]{step['title']}[/]",
            f"{step['seconds'] / 60:.1f}",
            "" if minutes is None else str(minutes),
            str(step["peak_mib"]),
            *(f"{parts[name]:.0f} s" if parts else "" for name in ("fetch", "validate", "stage", "merge")),
            _describe(step),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    if fifty := result["fifty"]:
        mib = fifty["mib"]
        console.print(
            f"{fifty['runs']} syncs in one process: {mib[0]:.0f} MiB after the first, {mib[-1]:.0f} MiB after the last,"
            f" {fifty['slope_mib_per_run']:+.2f} MiB a run"
        )
    console.print(f"disk: {result['disk_mib'] / 1024:.1f} GB")


def _describe(step: dict[str, Any]) -> str:
    if "differences" in step:
        return "; ".join(step["differences"][:3]) or "no difference"
    found = step.get("counts") or step.get("removed") or {}
    return ", ".join(f"{name} {count:,}" for name, count in found.items() if count)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
