"""Replay: quarantined records are judged again, and stored if they pass now; no new request to the source.

Input: open rows of ``sync_record_errors``. Output: one run of type ``replay`` per stream. The payloads (or their edited
versions) are landed as a page, and go through the same steps as everything else: validate, stage, merge. What passes is
resolved in the merge's transaction; what fails again keeps its row, with one more attempt.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from cmms.database import Connection, Cursor, execute, query, run_transaction, session
from cmms.errors import AskPerson
from cmms.settings import Settings
from cmms.streams import STREAMS, StreamName
from cmms.streams.unit import DEFAULT_SOURCE, Unit
from cmms.sync.merge.stage_rows import claim
from cmms.sync.pipeline import store_batch
from cmms.sync.records import LandedPage, Manifest, RunSummary, Scope
from cmms.sync.run_sync import run_steps
from cmms.sync.runs.open_run import Trigger, current_settings, open_run
from cmms.sync.runs.report_progress import Reporter
from cmms.sync.runs.run_context import Replayed, RunContext

BATCH_RECORDS = 50_000
COUNTER_EVENTS = ("reset", "replacement", "rollover", "accepted")
"""What can have happened to a counter that shows less than before; ``accepted``: a person says it is right."""
_NOTHING: tuple[Any, ...] = (None,)


def replay_rejects(
    *, codes: Sequence[str] = (), ids: Sequence[int] = (), user: str, settings: Settings | None = None
) -> list[RunSummary]:
    """Replay open rejected records.

    Args:
        codes: only these codes; empty: all.
        ids: only these rows; empty: all.
        user: who asked.
        settings: default: the stored version, else the file.

    Returns:
        One summary per stream that had something to replay.
    """
    chosen = {
        "all_codes": not codes,
        "codes": tuple(codes) or _NOTHING,
        "all_ids": not ids,
        "ids": tuple(ids) or _NOTHING,
        "batch": BATCH_RECORDS,
    }
    return _replay("sync/replay/chosen", chosen, user=user, settings=settings)


def replay_orphans(*, user: str = "sync", settings: Settings | None = None) -> list[RunSummary]:
    """Replay records whose equipment or plant has appeared since they were rejected."""
    of_machines = [stream.name for stream in STREAMS.values() if "machines" in stream.reference]
    return _replay(
        "sync/replay/orphans", {"streams": of_machines, "batch": BATCH_RECORDS}, user=user, settings=settings
    )


def accept_counters(ids: Sequence[int], *, reason: str, user: str, kind: str = "accepted") -> int:
    """Accept the counter decrease of rejected readings: replaying them then stores them, and later days follow.

    Args:
        ids: rejected readings.
        reason: what happened, in words.
        user: who says so.
        kind: one of :data:`COUNTER_EVENTS`.

    Raises:
        AskPerson: no reason, or a row that is no open rejected counter reading.
    """
    if not reason.strip():
        raise AskPerson("accepting a counter decrease needs a reason")
    if not ids:
        raise AskPerson("say which records: --id")
    with session() as connection:
        rows = query(connection, "sync/replay/counter_rejects", {"ids": tuple(ids)})
        wrong = set(ids) - {row["id"] for row in rows}
        if wrong:
            raise AskPerson(f"no open rejected counter reading: {', '.join(map(str, sorted(wrong)))}")

        def write(cursor: Cursor) -> None:
            for row in rows:
                facts = {**row, "kind": kind, "reason": reason[:255], "user": user}
                execute(cursor, "sync/replay/insert_counter_event", facts)
                execute(cursor, "sync/replay/audit", facts)
            execute(cursor, "raise_version")

        run_transaction(connection, write, what="accepting counter readings")
    return len(rows)


def _replay(statement: str, parameters: dict[str, Any], *, user: str, settings: Settings | None) -> list[RunSummary]:
    summaries = []
    with session(local_infile=True) as connection:
        rows = query(connection, statement, parameters)
        settings = settings or current_settings(connection)[0]
        for stream, group in groupby(rows, key=lambda row: str(row["stream"])):
            summaries.append(_replay_stream(connection, stream, list(group), user=user, settings=settings))
    return summaries


def _replay_stream(
    connection: Connection, stream: StreamName, rows: list[dict[str, Any]], *, user: str, settings: Settings
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
        trigger=Trigger(kind="replay", user=user),
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
        opened.sync_log_id, opened.sync_type, opened.settings, opened.scope, replayed=replayed, replayed_by=user
    )

    def steps(reporter: Reporter) -> None:
        for unit, records in units.items():
            claim(run, connection, unit, reporter)
            manifest = _land(run, unit.key, [row["record"] for row in records])
            store_batch(run, connection, manifest, reporter)

    return run_steps(run, connection, steps)


def _distinct(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per payload: the same record rejected twice needs to be judged once."""
    return list({row["payload_hash"]: row for row in reversed(list(rows))}.values())[::-1]


def _for_payloads(settings: Settings, stream: StreamName) -> Settings:
    """The settings with the body itself as the list of records: that is how payloads are landed."""
    changed = settings.stream(stream).model_copy(update={"records_path": ""})
    return settings.model_copy(update={"streams": settings.streams.model_copy(update={stream: changed})})


def _land(run: RunContext, unit_key: str, records: list[bytes]) -> Manifest:
    content = gzip.compress(b"[" + b",\n".join(records) + b"]", mtime=0)
    file = f"{run.storage.run_folder(run.sync_log_id)}/{unit_key}/replay.json.gz"
    run.storage.write_bytes(file, content)
    page = LandedPage(1, file, len(records), hashlib.sha256(content).hexdigest(), unit_keys=(unit_key,))
    return Manifest(
        sync_log_id=run.sync_log_id,
        unit_keys=(unit_key,),
        pages=(page,),
        records=len(records),
        repeated_pages=0,
        started_at=datetime.now(UTC),
        api_ms=0,
    )
