"""``python -m cmms verify``: derive again, from the data, what counters and marks say; report differences.

Input: the database, and the raw pages that are still stored. Output: one sentence per difference; none on a healthy
database. Reads one snapshot, so that syncs may run meanwhile, changes nothing, and holds one row in memory at a time
(``include/sql/operations/verify/*.sql``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from cmms.alerts.records import to_database
from cmms.database import Connection, server_time, session
from cmms.operations.verify.stream_rows import stream_rows
from cmms.operations.verify.verify_chains import verify_chains
from cmms.operations.verify.verify_inputs import verify_inputs
from cmms.settings import Settings
from cmms.settings.stored_versions import current_settings
from cmms.streams import STREAMS, streams_with
from cmms.streams.stream import Stream
from cmms.words import count_of

LISTED = 100
"""Differences of one kind that are listed; more are counted."""


@dataclass(frozen=True)
class Check:
    """A statement that finds differences, and the sentence that says one; ``{unmerged:unit}`` is ``1 unit``.

    ``streams``: it is of any stream, and run for each of these; its sentence has their ``label`` and ``record`` too.
    """

    statement: str
    sentence: str
    streams: Callable[[Stream], bool] | None = None


def _is_by_machine(stream: Stream) -> bool:
    """Whether it has one record a machine and day."""
    return stream.is_daily and "machines" in stream.reference


def _marks_missing(stream: Stream) -> bool:
    return stream.marks_missing


_DUPLICATE = "{place}: {duplicate} is there {copies} times."
_ORPHAN = "{child} refers to {missing} in {parent}, which does not exist."
CHECKS = (
    Check(
        "operations/verify/unit_counts",
        "Unit {unit_key} of run {sync_log_id}: {fetched:record was|records were} fetched,"
        " but its outcomes add up to {outcomes}.",
    ),
    Check(
        "operations/verify/log_counts",
        "Run {id}: {records_processed:record} processed, {records_success} succeeded,"
        " {records_failed} failed;"
        " the outcomes of those that succeeded add up to {outcomes}.",
    ),
    Check(
        "operations/verify/log_sums",
        "Run {id}: its counters (processed, inserted, updated, unchanged, superseded, failed, warnings)"
        " are {logged}, its units add up to {summed}.",
    ),
    Check(
        "operations/verify/log_status",
        "Run {id}: closed as {status} (end: {completed}, level: {level}) with {records_failed:failed record}"
        " and {unmerged:unit} not merged.",
    ),
    Check(
        "operations/verify/quarantined",
        "Unit {unit_key} of run {sync_log_id}: {rejected:record was|records were} rejected,"
        " {kept} are kept in quarantine.",
    ),
    Check(
        "operations/verify/stored",
        "Day {unit_key} of run {sync_log_id}: {written:{record} was|{record}s were} written, {records} are stored.",
        _is_by_machine,
    ),
    Check(
        "operations/verify/known_machines_rejected",
        "Rejected record {id} of run {sync_log_id} (day {unit_key}): machine {equipment_number} was called unknown, but"
        " was stored before; replay it.",
    ),
    Check(
        "operations/verify/missing_machines",
        "{label} snapshot of run {sync_log_id}: {held:{record} was|{record}s were} stored or known,"
        " only {found} are there and not marked as missing; sync the whole snapshot again.",
        _marks_missing,
    ),
    Check(
        "operations/verify/held_leases", "{stream} {unit_key} is still held by run {sync_log_id}, which is {status}."
    ),
    Check(
        "operations/watch/abandoned_runs",
        "Run {id} is {status}, but sent no heartbeat since {seen_at} UTC (lease: {lease_seconds} s);"
        " do its tasks wait in Airflow, or does the watchdog not run?",
    ),
    Check("operations/watch/stale_stages", "Staging table {stage_table} was left behind by run {sync_log_id}."),
    Check(
        "operations/verify/payload_hashes", "{place} {id} ({record_key}): the payload is not the one that was received."
    ),
    Check("operations/verify/duplicates", _DUPLICATE),
    Check("operations/verify/duplicates_of_stream", _DUPLICATE, _is_by_machine),
    Check("operations/verify/orphans", _ORPHAN),
    Check("operations/verify/orphans_of_stream", _ORPHAN, _is_by_machine),
)


def verify_tables(now: datetime | None = None) -> list[str]:
    """Check everything.

    Args:
        now: instant to measure heartbeats from; default: the database's clock.

    Raises:
        DatabaseUnavailable, DatabaseRefused: from the server.
        SettingsError: the settings cannot be read.
    """
    with session() as connection:
        settings = current_settings(connection)[0]
        connection.rollback()
        with closing(connection.cursor()) as cursor:
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        differences: list[str] = []
        for found in _checks(connection, settings, now or server_time(connection)):
            differences += _listed(found)
        connection.rollback()
        return differences


def _checks(connection: Connection, settings: Settings, now: datetime) -> Iterator[Iterable[str]]:
    parameters: dict[str, Any] = {
        "now": to_database(now),
        "lease_seconds": settings.engine.lease_seconds,
        "sync_types": (*STREAMS, "replay"),
        "of_machines": streams_with("machines"),
    }
    for check in CHECKS:
        if check.streams is None:
            yield _sentences(check.sentence, stream_rows(connection, check.statement, parameters))
            continue
        for stream in filter(check.streams, STREAMS.values()):
            rows = stream_rows(connection, f"{check.statement}:{stream.name}", {**parameters, "stream": stream.name})
            yield _sentences(check.sentence, rows, label=stream.label, record=stream.record)
    yield verify_chains(connection, settings)
    yield verify_inputs(connection, settings, now)


def _sentences(sentence: str, rows: Iterable[Mapping[str, Any]], **words: str) -> Iterator[str]:
    for row in rows:
        yield sentence.format(**words, **{name: _text(value) for name, value in row.items()})


def _listed(found: Iterable[str]) -> list[str]:
    """The first sentences, and how many more there are."""
    rest = iter(found)
    listed = list(islice(rest, LISTED))
    more = sum(1 for _ in rest)
    if more:
        listed.append(f"{count_of(more, 'more difference')} like the last one.")
    return listed


class _Whole(int):
    """A number of a sentence: with the noun that its place in it names, or bare."""

    def __format__(self, noun: str) -> str:
        one, _, many = noun.partition("|")
        return count_of(self, one, many) if noun else str(int(self))


def _text(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, int) or (isinstance(value, Decimal) and value.as_tuple().exponent == 0):  # a SUM is one
        return _Whole(value)
    return value
