"""``make bench``: the limit of this server, the engine and its peers beside it, their ratios, and how DAG files parse.

Output: a table on the terminal and the same as JSON in ``benchmarks/results/``. The limit is ``LOAD DATA LOCAL`` of a
ready file into an index-free table plus the single merge statement, on the same rows and server.

    make bench                      100,000 and 1,000,000 running times
    make bench ARGS="--rows 10000"  a quick look
    make bench ARGS=--dag           one DAG run under a real scheduler instead
    make bench ARGS=--view          the view over a large database: lists alone, then 50 people while a sync runs
    make bench ARGS=--no-peers      without the peers (the first time they need a package index)
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import RESULTS
from benchmarks.dag_parse import TARGET_SECONDS, measure_parse
from benchmarks.engine import run_engine
from benchmarks.limit import measure_limit
from benchmarks.peer_runs import PEERS, add_ratios, choose_peers, prepare_peers, run_peer, tabulate_peers
from benchmarks.source import start_source
from tools.database_server import PrivateServer, obtain_server
from tools.state_folder import find_state_folder

FIRST_DAY = date(2026, 3, 2)


def main() -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000, help="running times a day (default: %(default)s)")
    parser.add_argument(
        "--days", type=int, default=10, help="days of the long run (default: %(default)s; 0: leave it out)"
    )
    parser.add_argument("--defect-rate", type=float, default=0.005, help="share of defective records")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions, the median counts (default: %(default)s)")
    parser.add_argument(
        "--peers", type=choose_peers, default=",".join(PEERS), help="which of %(default)s to run (default: all)"
    )
    parser.add_argument("--no-peers", dest="peers", action="store_const", const=[], help="run none")
    parser.add_argument(
        "--orm-rows", type=int, default=5_000, help="records of the slow ORM peer, scaled (default: %(default)s)"
    )
    parser.add_argument("--dag", action="store_true", help="measure a DAG run under a real scheduler instead")
    parser.add_argument("--view", action="store_true", help="measure the view over a large database instead")
    parser.add_argument("--machines", type=int, default=100_000, help="machines of --view (default: %(default)s)")
    parser.add_argument("--view-days", type=int, default=30, help="days of readings of --view (default: %(default)s)")
    args = parser.parse_args()
    if args.view:
        from benchmarks.view_load import measure_view

        measure_view(args.machines, args.view_days, max(args.repeat, 20), RESULTS)
        return 0
    if args.dag:
        from benchmarks.dag_run import measure_dag_run

        measure_dag_run(args.rows, args.repeat, RESULTS)
        return 0
    pythons = prepare_peers(args.peers)
    with tempfile.TemporaryDirectory(prefix="cmms-bench-") as folder:
        server = PrivateServer(obtain_server("mysql", find_state_folder()), Path(folder, "mysql"))
        server.extra_options = ("--local-infile=ON",)
        server.start()
        try:
            with start_source(args.rows, args.defect_rate, FIRST_DAY, max(args.days, 1)) as source:
                return _measure(args, server, source, Path(folder), pythons)
        finally:
            server.stop()


def _measure(
    args: argparse.Namespace, server: PrivateServer, source: str, folder: Path, pythons: dict[str, Path | str]
) -> int:
    rounds = []
    for number in range(args.repeat):
        schema = f"bench_{number}"
        _say(f"round {number + 1} of {args.repeat}: engine, {args.rows:,} running times")
        engine = run_engine(server.account, schema, source, folder, days=1, first_day=FIRST_DAY)
        _say(f"round {number + 1} of {args.repeat}: the limit, on the same rows")
        limit = measure_limit(server.account, schema, FIRST_DAY, folder)
        peers = {}
        for name, python in pythons.items():
            _say(f"round {number + 1} of {args.repeat}: {PEERS[name].title}")
            peers[name] = run_peer(
                name, python, server.account, schema, source, folder, day=FIRST_DAY, rows=args.orm_rows
            )
        rounds.append({"engine": engine, "limit": limit, "peers": peers})
    long_run = None
    if args.days > 1:
        _say(f"engine, {args.days} days of {args.rows:,} running times in one range")
        long_run = run_engine(server.account, "bench_long", source, folder, days=args.days, first_day=FIRST_DAY)
    _say("parsing the DAG files")
    result = {**_summarise(args, rounds, long_run), "dag_parse_seconds": measure_parse(folder)}
    _print(result)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M}-{args.rows}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _say(f"written to benchmarks/results/{file.name}")
    return 0


def _median(rounds: list[dict[str, Any]], *path: str) -> float:
    values = []
    for one in rounds:
        value: Any = one
        for key in path:
            value = value[key]
        values.append(float(value))
    return statistics.median(values)


def _summarise(
    args: argparse.Namespace, rounds: list[dict[str, Any]], long_run: dict[str, Any] | None
) -> dict[str, Any]:
    limit = {name: _median(rounds, "limit", name) for name in ("first", "again", "changed")}
    engine = {name: _median(rounds, "engine", name, "seconds") for name in ("first", "again", "changed")}
    records = rounds[-1]["engine"]["first"]["counts"]["fetched"]
    peers = {
        name: add_ratios(name, [one["peers"][name] for one in rounds], engine, records=records, rows=args.orm_rows)
        for name in args.peers
    }
    ratios = {
        "first load / limit": (engine["first"] / limit["first"], 1.5),
        "same again / limit again": (engine["again"] / limit["again"], 1.8),
        "10 % changed / limit changed": (engine["changed"] / limit["changed"], None),
    }
    if long_run:
        ratios[f"{args.days} days / one day"] = (long_run["first"]["seconds"] / engine["first"], 1.1 * args.days)
        ratios["memory of the long run / one day"] = (
            long_run["peak_mib"] / _median(rounds, "engine", "peak_mib"),
            1.2,
        )
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "rows_per_day": args.rows,
        "defect_rate": args.defect_rate,
        "limit_seconds": limit,
        "engine_seconds": engine,
        "engine_steps_ms": {name: rounds[-1]["engine"][name]["steps_ms"] for name in engine},
        "engine_peak_mib": _median(rounds, "engine", "peak_mib"),
        "long_run": long_run,
        "peers": peers,
        "ratios": {name: {"measured": round(value, 2), "target": target} for name, (value, target) in ratios.items()},
        "rounds": rounds,
    }


def _print(result: dict[str, Any]) -> None:
    console = Console()
    table = Table(title=f"{result['rows_per_day']:,} running times a day, seconds (median)")
    for column in ("", "first", "same again", "10 % changed"):
        table.add_column(column, justify="right" if column else "left")
    for name in ("limit", "engine"):
        seconds = result[f"{name}_seconds"]
        table.add_row(name, *(f"{seconds[key]:.2f}" for key in ("first", "again", "changed")))
    steps = result["engine_steps_ms"]
    for step in ("fetch", "validate", "stage", "merge"):
        table.add_row(f"  {step}", *(f"{steps[key][step] / 1000:.2f}" for key in ("first", "again", "changed")))
    console.print(table)
    ratios = Table(title=f"ratios (peak memory of one day: {result['engine_peak_mib']:.0f} MiB)")
    for column in ("", "measured", "target, at most"):
        ratios.add_column(column, justify="right" if column else "left")
    for name, ratio in result["ratios"].items():
        target = "" if ratio["target"] is None else f"{ratio['target']:g}"
        ratios.add_row(name, f"{ratio['measured']:.2f}", target)
    console.print(ratios)
    parse = ", ".join(f"{name} {seconds:.2f}" for name, seconds in result["dag_parse_seconds"].items())
    console.print(f"seconds to parse a DAG file (target: at most {TARGET_SECONDS:g}): {parse}")
    if result["peers"]:
        console.print(tabulate_peers(result["peers"]))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
