"""Replay: quarantined records are validated again and stored if they pass now; nothing is requested from the source.

Input: open rows of ``sync_record_errors``. Output: one run of type ``replay`` per stream. The payloads (or their edited
versions) are landed as a page, and go through the same steps as everything else: validate, stage, merge. What passes is
resolved in the merge's transaction; what fails again keeps its row, with one more attempt.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from cmms.database import Connection, query, session
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS, StreamName
from cmms.streams.unit import DEFAULT_SOURCE, Unit
from cmms.sync.fetch.land_pages import batch_folder
from cmms.sync.merge.stage_rows import claim
from cmms.sync.pipeline import store_batch
from cmms.sync.records import LandedPage, Manifest, RunSummary, Scope
from cmms.sync.run_sync import run_steps
from cmms.sync.runs.close_run import close_if_open, close_run
from cmms.sync.runs.open_run import Trigger, find_log, open_run
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import Replayed, RunContext

BATCH_RECORDS = 50_000
_NOTHING: tuple[Any, ...] = (None,)


def replay_rejects(
    *,
    codes: Sequence[str] = (),
    ids: Sequence[int] = (),
    streams: Sequence[StreamName] = tuple(STREAMS),
    user: str,
    settings: Settings | None = None,
    trigger: Trigger | None = None,
) -> list[RunSummary]:
    """Replay open rejected records.

    Args:
        codes: only these codes; empty: all.
        ids: only these rows; empty: all.
        streams: only of these.
        user: who asked.
        settings: default: the stored version, else the file.
        trigger: the DAG run that does it, of one stream: it does not wait for units of other runs, for Airflow
            repeats it, and its log row is one and the same however often.

    Returns:
        One summary per stream that had something to replay.
    """
    chosen = {
        "all_codes": not codes,
        "codes": tuple(codes) or _NOTHING,
        "all_ids": not ids,
        "ids": tuple(ids) or _NOTHING,
        "streams": tuple(streams),
        "batch": BATCH_RECORDS,
    }
    trigger = trigger or Trigger(kind="replay", user=user)
    return _replay("sync/replay/chosen", chosen, trigger=trigger, settings=settings)


def find_unknown_ids(ids: Sequence[int]) -> list[int]:
    """Those that no rejected record has, in their order."""
    if not ids:
        return []
    with session() as connection:
        known = {int(row["id"]) for row in query(connection, "sync/replay/known_ids", {"ids": tuple(ids)})}
    return [key for key in dict.fromkeys(ids) if key not in known]


def replay_orphans(*, user: str = "sync", settings: Settings | None = None) -> list[RunSummary]:
    """Replay records whose equipment or plant has appeared since they were rejected."""
    of_machines = [stream.name for stream in STREAMS.values() if "machines" in stream.reference]
    trigger = Trigger(kind="replay", user=user)
    return _replay(
        "sync/replay/orphans", {"streams": of_machines, "batch": BATCH_RECORDS}, trigger=trigger, settings=settings
    )


def _replay(
    statement: str, parameters: dict[str, Any], *, trigger: Trigger, settings: Settings | None
) -> list[RunSummary]:
    summaries = []
    with session(local_infile=True) as connection:
        rows = query(connection, statement, parameters)
        settings = settings or current_settings(connection)[0]
        for stream, group in groupby(rows, key=lambda row: str(row["stream"])):
            summaries.append(_replay_stream(connection, stream, list(group), trigger=trigger, settings=settings))
        if not rows and (left := _close_left(connection, trigger)):
            summaries.append(left)
    return summaries


def _close_left(connection: Connection, trigger: Trigger) -> RunSummary | None:
    """Close the log row of a DAG run that has stored everything and was killed before it could say so."""
    with closing(connection.cursor()) as cursor:
        left = find_log(cursor, trigger)
    return close_run(connection, left) if left is not None and close_if_open(connection, left) else None


def _replay_stream(
    connection: Connection, stream: StreamName, rows: list[dict[str, Any]], *, trigger: Trigger, settings: Settings
) -> RunSummary:
    units = {
        Unit(DEFAULT_SOURCE, stream, key): _distinct(group)
        for key, group in groupby(rows, key=lambda row: str(row["unit_key"]))
    }
    days = [unit.day for unit in units if unit.day]
    today = datetime.now(UTC).date()
    scope = Scope(stream, start_date=min(days, default=today), end_date=max(days, default=today))
    opened = open_run(
        connection,
        scope,
        run_date=max([today, *days]),
        trigger=trigger,
        sync_type="replay",
        settings=_for_payloads(settings, stream),
        units=list(units),
    )
    replayed = {
        (unit.key, position): Replayed(row["payload"], row["payload_hash"], int(row["occurrence"]))
        for unit, records in units.items()
        for position, row in enumerate(records)
    }
    run = RunContext(
        opened.sync_log_id,
        opened.sync_type,
        opened.settings,
        opened.scope,
        replayed=replayed,
        replayed_by=trigger.user,
        waits_for_units=trigger.run_id is None,
    )

    def steps(reporter: Reporter) -> None:
        for unit, records in units.items():
            claim(run, connection, unit, reporter)
            manifest = _land(run, unit, [row["record"] for row in records])
            store_batch(run, connection, manifest, reporter)

    return run_steps(run, connection, steps)


def _distinct(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per payload: the same record rejected twice is validated once."""
    return list({row["payload_hash"]: row for row in reversed(list(rows))}.values())[::-1]


def _for_payloads(settings: Settings, stream: StreamName) -> Settings:
    """The settings with the body itself as the list of records: that is how payloads are landed."""
    changed = settings.stream(stream).model_copy(update={"records_path": ""})
    return settings.model_copy(update={"streams": settings.streams.model_copy(update={stream: changed})})


def _land(run: RunContext, unit: Unit, records: list[bytes]) -> Manifest:
    content = gzip.compress(b"[" + b",\n".join(records) + b"]", mtime=0)
    file = f"{batch_folder(run.storage, run.sync_log_id, unit)}/replay.json.gz"
    run.storage.write_bytes(file, content)
    page = LandedPage(1, file, len(records), hashlib.sha256(content).hexdigest(), units=(unit,))
    return Manifest(
        sync_log_id=run.sync_log_id,
        units=(unit,),
        pages=(page,),
        records=len(records),
        repeated_pages=0,
        started_at=datetime.now(UTC),
        api_ms=0,
    )
