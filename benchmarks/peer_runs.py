"""In every round, the peers on the server, API and rows that the engine has just had; and how they compare.

Each peer is a program of ``benchmarks/peers/`` in an environment of its own (``peer_environments``). What it stored is
compared, key by key, with what the engine stored: rows of the engine that it lacks, and rows that the engine refused.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.limit import copy_tables
from benchmarks.peer_environments import PEERS_FOLDER, make_environment
from benchmarks.source import TOKEN
from tools.database_server import Account
from tools.state_folder import BootstrapError


@dataclass(frozen=True)
class Peer:
    """A program of ``benchmarks/peers/`` and how many times longer than the engine it should take at least."""

    program: str
    title: str
    own_table: bool = False  # makes its table itself, keyed by equipment number
    sampled: bool = False  # too slow for all rows: loads some, and its seconds are scaled to all
    first_target: float | None = None
    again_target: float | None = None


PEERS = {
    "orm": Peer("orm_upsert.py", "ORM, row by row", sampled=True, first_target=60, again_target=60),
    "pandas": Peer("pandas_to_sql.py", "pandas to_sql + merge"),
    "dlt": Peer("dlt_merge.py", "dlt merge", own_table=True, first_target=4, again_target=6),
}


def choose_peers(text: str) -> list[str]:
    """Read ``orm,pandas,dlt`` from the command line.

    Raises:
        argparse.ArgumentTypeError: one of them is unknown.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"unknown peers: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return names


def prepare_peers(names: Sequence[str]) -> dict[str, Path | str]:
    """Return each peer's Python, or the reason why it is left out."""
    prepared: dict[str, Path | str] = {}
    for name in names:
        try:
            prepared[name] = make_environment(name)
        except BootstrapError as error:
            prepared[name] = str(error)
    return prepared


def run_peer(
    name: str, python: Path | str, account: Account, schema: str, source: str, folder: Path, *, day: date, rows: int
) -> dict[str, Any]:
    """Load ``day`` twice by one peer into a schema of its own and compare with the engine's ``schema``.

    Args:
        name: Of ``PEERS``.
        python: Its Python, or the reason why it is left out.
        account: The server.
        schema: Where the engine stored the day.
        source: URL of the source API.
        folder: For temporary files.
        day: The day to load.
        rows: Records of a sampled peer.

    Returns:
        What the peer printed (see ``peers/run_peer.py``) with ``engine_rows``, ``engine_rows_missing`` and
        ``other_rows``; or ``left_out`` with the reason.
    """
    if isinstance(python, str):
        return {"left_out": python}
    import MySQLdb

    peer, own = PEERS[name], f"{schema}_{name}"
    home = folder / own
    home.mkdir()
    connection = MySQLdb.connect(
        host=account.host, port=account.port, user=account.user, passwd=account.password, autocommit=True
    )
    with closing(connection):
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE `{own}` CHARACTER SET utf8mb4")
        if not peer.own_table:
            copy_tables(cursor, schema, own)
        command = [str(python), str(PEERS_FOLDER / peer.program), "--source", source, "--schema", own]
        command += ["--day", day.isoformat(), *(["--rows", str(rows)] if peer.sampled else [])]
        # Nothing of ours: no PYTHONPATH, and a home of its own.
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "PYTHONWARNINGS": "ignore"}
        environment |= {"PEER_TOKEN": TOKEN, "PEER_DATABASE": account.to_uri()}
        ran = subprocess.run(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True)
        if ran.returncode != 0:
            return {"left_out": f"it ended with exit code {ran.returncode}"}
        result: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
        return result | _compare(cursor, schema, own, peer)


def _compare(cursor: Any, schema: str, own: str, peer: Peer) -> dict[str, int]:
    """Count the keys that only one of the two has; of a sample, up to its last machine (records come in that order)."""
    engine, theirs = _select_keys(schema), _select_keys(own, own_table=peer.own_table)
    if peer.sampled:
        engine += f" WHERE e.equipment_number <= (SELECT MAX(equipment_number) FROM ({theirs}) AS all_of_it)"
    counts = {}
    for name, query in {
        "engine_rows": engine,
        "engine_rows_missing": f"{engine} EXCEPT {theirs}",
        "other_rows": f"{theirs} EXCEPT {engine}",
    }.items():
        cursor.execute(f"SELECT COUNT(*) FROM ({query}) AS found")
        counts[name] = cursor.fetchone()[0]
    return counts


def _select_keys(schema: str, *, own_table: bool = False) -> str:
    if own_table:
        return f"SELECT equipment_number, date FROM `{schema}`.equipment_running_times"
    return (
        f"SELECT e.equipment_number, r.date FROM `{schema}`.equipment_running_times r "
        f"JOIN `{schema}`.equipment e ON e.id = r.equipment_id"
    )


def add_ratios(
    name: str, results: Sequence[dict[str, Any]], engine: dict[str, float], *, records: int, rows: int
) -> dict[str, Any]:
    """Scale the median seconds of all rounds to all ``records`` of the day and divide them by the engine's.

    A peer that did not read what it should have (all records, or ``rows`` of them if sampled) is left out.

    Returns:
        The last round's result with ``seconds`` (scaled), ``scale`` and ``ratios``; or one with ``left_out``.
    """
    peer = PEERS[name]
    expected = min(rows, records) if peer.sampled else records
    for result in results:
        if "left_out" in result:
            return result
        if result["records"] != expected:
            return result | {"left_out": f"it read {result['records']:,} records, not {expected:,}"}
    scale = records / expected
    targets = {"first": peer.first_target, "again": peer.again_target}
    seconds = {key: statistics.median(result["seconds"][key] for result in results) * scale for key in targets}
    ratios = {
        key: {"measured": round(seconds[key] / engine[key], 1), "target": target} for key, target in targets.items()
    }
    return {**results[-1], "seconds": seconds, "scale": scale, "ratios": ratios}


def tabulate_peers(results: dict[str, dict[str, Any]]) -> Table:
    """Return the table for the terminal; notes on single peers are below it."""
    table = Table(title="peers on the same server, API and rows: time / time of the engine")
    for column in ("", "first", "again", "target, at least", "seconds", "stored", "lacking", "wrong"):
        table.add_column(column, justify="right" if column else "left")
    notes = [
        "lacking: keys that only the engine stored; wrong: keys that the engine refused (peers check nothing: they "
        "store every record that the columns can hold); targets are for 100,000 running times"
    ]
    for name, result in results.items():
        title = PEERS[name].title
        if "left_out" in result:
            table.add_row(title)
            notes.append(f"{title}: left out, {result['left_out']}")
            continue
        ratios, seconds = result["ratios"], result["seconds"]
        targets = [f"{ratio['target']:g}" for ratio in ratios.values() if ratio["target"] is not None]
        table.add_row(
            title,
            *(f"{ratios[key]['measured']:.1f}" for key in ("first", "again")),
            " / ".join(targets),
            f"{seconds['first']:.1f} / {seconds['again']:.1f}",
            *(f"{result[key]:,}" for key in ("stored", "engine_rows_missing", "other_rows")),
        )
        if result["scale"] != 1:
            notes.append(f"{title}: seconds are scaled to all records from {result['records']:,} that it loaded")
        if result["engine_rows_missing"]:
            notes.append(f"{title}: does not hold all rows of the engine; its time counts for less work")
    table.caption = "\n".join(notes)
    return table
