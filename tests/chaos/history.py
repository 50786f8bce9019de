"""What the tables must hold: every merge that was committed, in the order of its commit, through the independent oracle.

Input: the run markers, the pages that each merge had landed, and the versions that the source served. Output: the
oracle's tables, and what is wrong with the way there. The order is sure: merges follow one another, for each locks
the reference version before it writes its marker.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cmms.source.body import split_records
from tests.airflow.airflow_site import AirflowSite
from tests.chaos.changing_source import PLANTS, ChangingSource
from tests.oracle import Oracle, OracleRules, Reject

_MERGES = """
SELECT u.id, u.sync_log_id, u.stream, u.unit_key, u.fetched, u.inserted, u.updated, u.unchanged, u.superseded, u.rejected,
  u.merged_at, u.fence, l.sync_type, l.interval_end, l.created_at
FROM sync_units u JOIN api_sync_logs l ON l.id = u.sync_log_id
WHERE u.merged_at IS NOT NULL ORDER BY u.merged_at, u.id
"""
_OUTCOMES = ("fetched", "inserted", "updated", "unchanged", "superseded", "rejected")


@dataclass
class History:
    """The oracle after the last merge, and differences on the way, by what they are about."""

    oracle: Oracle
    merges: list[dict[str, Any]]
    rejects: dict[tuple[str, str], list[Reject]] = field(default_factory=dict)
    wrong_counts: list[str] = field(default_factory=list)
    wrong_pages: list[str] = field(default_factory=list)


def replay_history(site: AirflowSite, source: ChangingSource) -> History:
    """Feed the oracle; see the module."""
    rules = OracleRules(empty_payload_fails=False, missing_field_fails=False)
    history = History(Oracle(rules, plants=PLANTS), site.query(_MERGES))
    runs = site.folder / "storage" / "runs"
    for merge in history.merges:
        unit = f"{merge['sync_type']} {merge['unit_key']} of run {merge['sync_log_id']}"
        day = None if merge["unit_key"] == "equipment" else date.fromisoformat(merge["unit_key"])
        if merge["sync_type"] == "replay":
            _replay(history.oracle, merge, day, _split(runs / _file_of_replay(merge), ""))
            continue
        pages = _landed_pages(runs, merge, history.wrong_pages, unit)
        _check_pages(history.wrong_pages, unit, pages, source.versions[merge["stream"], day])
        known = len(history.oracle.rejects)
        records = [record for page in pages for record in page]
        if day is None:
            history.oracle.sync_equipment(records, merge["interval_end"])
        else:
            history.oracle.sync_running_time(day, records, merge["created_at"].date())
        history.rejects[merge["stream"], merge["unit_key"]] = history.oracle.rejects[known:]
        expected = {name: getattr(history.oracle.last_counts, name) for name in _OUTCOMES}
        found = {name: merge[name] for name in _OUTCOMES}
        if found != expected:
            history.wrong_counts.append(f"{unit}: its marker says {found}, the oracle {expected}")
    return history


def _replay(oracle: Oracle, merge: dict[str, Any], day: date | None, records: list[bytes]) -> None:
    run_date = merge["created_at"].date()
    stream = merge["stream"]
    if stream == "equipment":
        oracle.sync_equipment(records, run_date, is_full_snapshot=False)
        return
    facts: dict[str, Any] = {"key": "", "code": "", "codes": frozenset(), "field": ""}
    oracle.replay([Reject(stream=stream, payload=raw, day=day, run_date=run_date, **facts) for raw in records])


def _file_of_replay(merge: dict[str, Any]) -> str:
    return f"{merge['sync_log_id']}/{merge['unit_key']}/replay.json.gz"


def _landed_pages(runs: Path, merge: dict[str, Any], wrong: list[str], unit: str) -> list[list[bytes]]:
    """The pages of a unit, from the manifest of its batch."""
    for file in sorted((runs / str(merge["sync_log_id"])).glob("*/manifest.json")):
        manifest = json.loads(file.read_text())
        if merge["unit_key"] not in manifest["unit_keys"]:
            continue
        if manifest["started_at"][:23].replace("T", " ") > str(merge["merged_at"])[:23]:
            wrong.append(f"{unit}: its pages were landed again after it was merged at {merge['merged_at']}")
        pages = []
        for page in manifest["pages"]:
            if page["unit_keys"] == [merge["unit_key"]]:
                landed = runs.parent / page["file"]
                if hashlib.sha256(landed.read_bytes()).hexdigest() != page["sha256"]:
                    wrong.append(f"{unit}: {page['file']} is not what was landed")
                pages.append(_split(landed, "data"))
        return pages
    wrong.append(f"{unit}: merged without a manifest")
    return []


def _split(file: Path, records_path: str) -> list[bytes]:
    return [bytes(record) for record in split_records(gzip.decompress(file.read_bytes()), records_path).records]


def _check_pages(wrong: list[str], unit: str, pages: list[list[bytes]], versions: list[list[list[bytes]]]) -> None:
    """Complete: as many records as a version has, each page just as some version served it.

    A version that replaces another one between two pages, with as many records, cannot be told by any client.
    """
    if not any(sum(map(len, pages)) == sum(map(len, version)) for version in versions):
        wrong.append(f"{unit}: {sum(map(len, pages))} records, as many as no version has")
    for number, page in enumerate(pages):
        if not any(number < len(version) and version[number] == page for version in versions):
            wrong.append(f"{unit}: page {number + 1} was never served")
