"""What people do with rejected records: correct, replay, discard. Input: chosen rows. Output: what became of them.

Replaying judges records by every rule again, so it runs as a process of its own (``python -m cmms replay``): the
libraries of the rules do not belong into an API server.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from threading import Thread
from typing import Any
from uuid import uuid4

from cmms.access.actors import Actor, Busy, Capability, Invalid, NotFound, Stale, ViewError
from cmms.access.audit import audit
from cmms.access.connections import raw_session, write
from cmms.access.person_places import Place, Places
from cmms.database import Cursor, execute, query
from cmms.parse_input import parse_json
from cmms.quarantine.identify_record import identify_record
from cmms.streams import STREAMS
from cmms.sync.merge.name_record import SUPERSEDED_BY, record_key
from cmms.sync.runs.open_run import current_settings

REPLAY_LIMIT = 1_000
REPLAY_WAIT_SECONDS = 45.0
"""Below the 60 s after which common proxies give up; the process alone takes 10 s to load on a slow machine."""
CONCURRENT_REPLAYS = 2
PAYLOAD_LIMIT_BYTES = 64_000
_TABLE = "sync_record_errors"
_NUMBER_LENGTH = 50
_places = Places(each=1, total=CONCURRENT_REPLAYS)
_OPEN = ("open", "acknowledged", "retrying")


@dataclass(frozen=True)
class Replayed:
    """What became of a record that was validated again; code and message say why it was rejected, if it was."""

    record_key: str
    status: str
    code: str
    message: str
    note: str | None = None

    @property
    def superseded(self) -> str:
        """By what, if it is resolved and was not stored because a newer record is."""
        return self.note or "" if self.status == "resolved" and (self.note or "").startswith(SUPERSEDED_BY) else ""


def acknowledge(actor: Actor, keys: Sequence[int], note: str) -> int:
    """Somebody takes care of open records; returns how many were still nobody's."""
    actor.require(Capability.EDIT)
    if not keys:
        raise Invalid("no record was chosen")
    batch_id = str(uuid4())

    def work(cursor: Cursor) -> int:
        rows = [row for row in _lock(cursor, keys) if row["status"] == "open"]
        for row in rows:
            execute(cursor, "quarantine/acknowledge_reject", {"id": row["id"], "note": note[:500] or None})
            before, after = {"status": "open"}, {"status": "acknowledged", "note": note[:500]}
            key = row["id"]
            audit(cursor, actor, "take_over", "sync_record_errors", key, before=before, after=after, batch_id=batch_id)
        return len(rows)

    return write(work, what="taking over rejected records")


def discard(actor: Actor, keys: Sequence[int], reason: str) -> int:
    """Close open records without storing them; returns how many were open."""
    actor.require(Capability.EDIT)
    if not reason.strip():
        raise Invalid("Discarding needs a reason.", note="is required")
    if not keys:
        raise Invalid("no record was chosen")
    batch_id = str(uuid4())

    def work(cursor: Cursor) -> int:
        rows = [row for row in _lock(cursor, keys) if row["status"] in _OPEN]
        for row in rows:
            execute(cursor, "quarantine/discard_reject", {"id": row["id"], "note": reason[:500], "user": actor.name})
            before, after = {"status": row["status"]}, {"status": "discarded", "reason": reason[:500]}
            audit(
                cursor, actor, "discard", "sync_record_errors", row["id"], before=before, after=after, batch_id=batch_id
            )
        return len(rows)

    return write(work, what="discarding rejected records")


def correct(actor: Actor, key: int, version: int | None, text: str, *, other_key: bool = False) -> tuple[str, ...]:
    """Store a corrected version beside the record as received; the next replay validates that one.

    Args:
        actor: who corrects.
        key: the rejected record.
        version: the version of it that was seen.
        text: the corrected record, JSON.
        other_key: the person knows that it names another machine, plant or day than before.

    Returns:
        What it says otherwise than before about machine, plant and day; the rejected record is named after it.

    Raises:
        Invalid: no record; or one of another machine, plant or day without ``other_key``; or of a day whose
            readings were not asked for. Stale, NotFound.
    """
    actor.require(Capability.EDIT)
    if version is None:
        raise Invalid("the version that was seen is needed", version="is required")
    _check_record(text)

    def work(cursor: Cursor) -> tuple[str, ...]:
        rows = _lock(cursor, [key])
        if not rows:
            raise NotFound("there is no such record")
        row = rows[0]
        if row["row_version"] != version:
            raise Stale("This record has been changed meanwhile. Look at it again before you change it.")
        if row["status"] not in _OPEN:
            raise Stale(f"This record is {row['status']} already.")
        named, differences = _identify(cursor, row, text)
        if differences and not other_key:
            said = f"The corrected record is of another {', '.join(differences)}."
            raise Invalid(f"{said} Confirm that this is meant.", other_key=f"confirm: {', '.join(differences)}")
        execute(cursor, "quarantine/correct_reject", {"id": key, "payload": text.encode(), **named})
        before = {"edited": row["edited"].decode("utf-8", "replace") if row["edited"] else None}
        old = {name: row[name] for name in named if row[name] != named[name]}
        new = {name: named[name] for name in old}
        audit(cursor, actor, "correct", _TABLE, key, before={**before, **old}, after={"edited": text, **new})
        return differences

    return write(work, what="correcting a rejected record")


def _check_record(text: str) -> None:
    """Raise :class:`Invalid` unless the text is one JSON object that can be stored."""
    if len(text.encode("utf-8", "surrogatepass")) > PAYLOAD_LIMIT_BYTES:
        raise Invalid("the record is too large", payload="too large")
    try:
        record = parse_json(text, length=PAYLOAD_LIMIT_BYTES)
    except ValueError as error:
        raise Invalid("This is no valid JSON.", payload=str(error)[:200]) from error
    if not isinstance(record, dict):
        raise Invalid("A record is a JSON object.", payload="must be an object")


def _identify(cursor: Cursor, row: Mapping[str, Any], text: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How the corrected record is called, and what it says otherwise than the version before."""
    settings = current_settings(cursor.connection)[0]
    stream, unit_key = str(row["stream"]), str(row["unit_key"])
    before = identify_record(row["edited"] or row["payload"], stream, settings)
    after = identify_record(text, stream, settings)
    if STREAMS[stream].is_daily and after.day not in (before.day, unit_key):
        reason = f"must be {unit_key}, the day that was asked for; readings of other days come with their own"
        raise Invalid(f"The day of this record {reason}.", edited=f"the day {reason}")
    number, day = after.equipment_number or None, None
    with suppress(ValueError):
        day = date.fromisoformat(after.day)
    named = {
        "record_key": record_key(stream, number, day),
        "equipment_number": number if number and len(number) <= _NUMBER_LENGTH else None,
        "reading_date": day,
    }
    return named, after.differences(before)


@dataclass(frozen=True)
class AcceptedCounter:
    """A person says that a counter may show less than before: ``kind`` as in ``counter_events``, and why."""

    kind: str
    reason: str


def accept_counters(actor: Actor, keys: Sequence[int], accepted: AcceptedCounter) -> list[Replayed] | None:
    """Take the counters of rejected readings as they are, and replay those; later days follow them.

    Raises:
        Invalid: no reason. Stale: a record that is no open reading with a counter that decreased or stands still.
    """
    if not accepted.reason.strip():
        raise Invalid("Accepting a counter needs a reason.", reason="is required")
    bounded = tuple(keys[: REPLAY_LIMIT + 1])
    with raw_session() as connection:
        found = query(connection, "sync/replay/counter_rejects", {"ids": bounded}) if bounded else []
    if len(found) < len(set(bounded)):
        raise Stale("Choose only open readings of known machines whose counter has decreased or stands still.")
    return replay(actor, keys, accepted=accepted)


def take_place(actor: Actor) -> Place:
    """The right to replay now, for who changes something first that only a replay completes.

    Raises:
        Busy: the person replays already, or too many others do.
    """
    place = _places.take(actor.name)
    if place is None:
        raise Busy("You or others replay at this moment; try again when that has ended.")
    return place


def replay(
    actor: Actor,
    keys: Sequence[int],
    *,
    accepted: AcceptedCounter | None = None,
    place: Place | None = None,
    wait_seconds: float = REPLAY_WAIT_SECONDS,
) -> list[Replayed] | None:
    """Judge records again and store those that pass; with ``accepted``, their counters are right as they are.

    ``place`` is one that the caller has taken.

    Returns:
        What became of each; None when it takes longer than a person waits: then it goes on by itself,
        as a run of type ``replay``.
    """
    actor.require(Capability.EDIT)
    if not 1 <= len(keys) <= REPLAY_LIMIT:
        raise Invalid(f"choose 1 to {REPLAY_LIMIT:,} records")
    batch_id = str(uuid4())

    def note(cursor: Cursor) -> int:
        rows = _lock(cursor, keys)
        for row in rows:
            before = {"status": row["status"]}
            audit(cursor, actor, "replay", "sync_record_errors", row["id"], before=before, batch_id=batch_id)
        return len(rows)

    place = place or take_place(actor)
    try:
        if not write(note, what="noting a replay"):
            raise NotFound("these records do not exist (any more)")
        replaying = _ReplayProcess(actor.name, keys, accepted, place)
    except BaseException:
        place.leave()
        raise
    replaying.join(wait_seconds)
    if replaying.is_alive():
        return None
    with raw_session() as connection:
        replayed = [Replayed(**row) for row in query(connection, "quarantine/reject_statuses", {"ids": tuple(keys)})]
    if replaying.failed and not any(record.status == "resolved" for record in replayed):
        raise ViewError("Nothing could be stored: " + _last_line(replaying.output))
    return replayed


def find_open_rejects(equipment_ids: Sequence[int]) -> list[int]:
    """The ids of rejected records of these machines that are still open, oldest first.

    Raises:
        NotFound: there is none. Invalid: more than can be replayed at once.
    """
    bounds = {"ids": tuple(equipment_ids), "row_limit": REPLAY_LIMIT + 1}
    with raw_session() as connection:
        found = query(connection, "quarantine/open_rejects_of", bounds)
    if not found:
        raise NotFound("these machines have no rejected record that is open")
    if len(found) > REPLAY_LIMIT:
        raise Invalid(f"these machines have more than {REPLAY_LIMIT:,} open records: choose fewer machines")
    return [int(row["id"]) for row in found]


class _ReplayProcess(Thread):
    """``cmms replay`` as a process; the thread waits for its end, so that it leaves nothing behind."""

    def __init__(self, user: str, keys: Sequence[int], accepted: AcceptedCounter | None, place: Place) -> None:
        super().__init__(name="cmms-replay", daemon=True)
        self._command = [sys.executable, "-m", "cmms", "replay"]
        for key in keys:
            self._command += ["--id", str(int(key))]
        if accepted is not None:
            self._command += [f"--accept-counter={accepted.reason[:255]}", "--counter-kind", accepted.kind]
        self._user = user
        self._place = place
        self.failed = True
        self.output = ""
        self.start()

    def run(self) -> None:
        """Wait for the process."""
        try:
            environment = {**os.environ, "USER": self._user}
            ended = subprocess.run(
                self._command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            self.failed = ended.returncode != 0
            self.output = ended.stderr or ended.stdout
        finally:
            self._place.leave()


def _last_line(text: str) -> str:
    return next((line.strip()[:300] for line in reversed(text.splitlines()) if line.strip()), "no reason was given")


def _lock(cursor: Cursor, keys: Sequence[int]) -> list[dict[str, Any]]:
    return query(cursor.connection, "quarantine/lock_rejects", {"ids": tuple(keys)})
