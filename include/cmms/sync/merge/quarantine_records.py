"""Step 5b, nothing is dropped silently: rejected and superseded records are kept raw, in the merge's transaction.

Input: the unit's chunk files and places in the landed pages. Output: rows in ``sync_record_errors`` (with code,
rule and payload byte for byte) and ``sync_superseded_records``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from cmms.database import Cursor, execute, insert_many, query
from cmms.streams.unit import Unit
from cmms.sync.merge.merge_kind import kind_of, statement_of
from cmms.sync.merge.name_record import SUPERSEDED_BY, category, record_key
from cmms.sync.runs.run_context import Replayed
from cmms.sync.validate.resolve_duplicates import IDENTICAL, POINT_MISMATCH

_BATCH = 500


class Quarantine:
    """Writes the rejected records of one unit of one run."""

    def __init__(
        self,
        cursor: Cursor,
        unit: Unit,
        *,
        sync_log_id: int,
        replayed: Mapping[tuple[str, int], Replayed] | None = None,
    ) -> None:
        self._cursor = cursor
        self._replayed = replayed or {}
        self._rejected_again: set[bytes] = set()
        self._superseded: dict[bytes, tuple[str, str]] = {}
        self._base: dict[str, Any] = {"sync_log_id": sync_log_id, **unit.row}
        self._seen: Counter[bytes] = Counter()
        self._unit = unit

    def store_rejected(self, frames: Iterable[pl.DataFrame]) -> int:
        """Keep every row whose ``code`` is set; returns how many."""
        rows = [self._error_row(row) for frame in frames for row in _rejected(frame)]
        return self._insert(rows)

    def store_orphans(self, places: list[dict[str, Any]], raw: dict[tuple[int, int], bytes]) -> int:
        """Keep staged records whose equipment or plant was deleted before the merge, as orphans."""
        orphan = self._unit.definition.orphan
        rows = [
            self._error_row(
                {
                    "equipment_number": place["equipment_number"],
                    "date": self._unit.day,
                    "code": orphan.code,
                    "rule": orphan.rule,
                    "field": orphan.field,
                    "message": "equipment or plant was deleted while the sync ran",
                    "payload": raw[place["page"], place["position"]],
                    "page": place["page"],
                    "position": place["position"],
                }
            )
            for place in places
        ]
        return self._insert(rows)

    def store_superseded(self, superseded: Iterable[dict[str, Any]]) -> None:
        """Keep records that lost against another one; identical ones are the same record, not kept twice."""
        superseded = [row for row in superseded if row["code"] != IDENTICAL]
        for row in superseded:
            if original := self._replayed.get((self._unit.key, row["position"])):
                self._superseded[original.payload_hash] = (row["code"], row["equipment_number"])
        rows = [
            {
                **self._base,
                "record_key": record_key(self._unit.stream, row["equipment_number"], self._unit.day),
                "code": row["code"],
                "payload": row["payload"],
                "payload_hash": hashlib.sha256(row["payload"]).digest(),
            }
            for row in superseded
        ]
        for start in range(0, len(rows), _BATCH):
            insert_many(self._cursor, "sync/merge/insert_superseded", rows[start : start + _BATCH])

    def resolve_unseen(self, coverage: Mapping[str, Any]) -> None:
        """Close open rejects of the unit that a new input does not hold any more although it covers them."""
        execute(self._cursor, "sync/merge/resolve_unseen", {**self._base, **coverage})

    def resolve_replayed(self, user: str | None) -> None:
        """Close the replayed records of the unit that were not rejected again."""
        hashes = {record.payload_hash for (unit_key, _), record in self._replayed.items() if unit_key == self._unit.key}
        for digest in sorted(hashes - self._rejected_again):
            note = self._explain_superseded(*self._superseded[digest]) if digest in self._superseded else ""
            note = note or f"replayed by run {self._base['sync_log_id']}"
            row = {**self._base, "user": user, "payload_hash": digest, "note": note[:500]}
            execute(self._cursor, "sync/merge/resolve_replayed", row)

    def _explain_superseded(self, code: str, number: str) -> str:
        """By what: a newer record, or one of the machine's own measuring point, and which run has stored that."""
        known = {"equipment_number": number, "day": self._unit.key}
        stream = self._unit.definition
        found = query(self._cursor.connection, statement_of(kind_of(stream).stored, stream), known)
        run, newest = (found[0]["sync_log_id"], found[0]["newest_at"]) if found else (None, None)
        what = "the record of the machine's own measuring point" if code == POINT_MISMATCH else "a newer record"
        at = f" of {newest:%Y-%m-%d %H:%M:%S} UTC" if newest else ""
        return f"{SUPERSEDED_BY}{what}{at}{f', stored by run {run}' if run else ''}"

    def _insert(self, rows: list[dict[str, Any]]) -> int:
        for start in range(0, len(rows), _BATCH):
            insert_many(self._cursor, "sync/merge/insert_error", rows[start : start + _BATCH])
        return len(rows)

    def _identity(self, row: dict[str, Any]) -> tuple[bytes, bytes, int]:
        """Payload, hash and occurrence: which row of the quarantine the record is."""
        original = self._replayed.get((self._unit.key, row["position"]))
        if original is not None:  # edited or not, it stays the record that was first received
            self._rejected_again.add(original.payload_hash)
            return original.payload, original.payload_hash, original.occurrence
        payload: bytes = row["payload"]
        digest = hashlib.sha256(payload).digest()
        self._seen[digest] += 1
        return payload, digest, self._seen[digest] - 1

    def _error_row(self, row: dict[str, Any]) -> dict[str, Any]:
        payload, digest, occurrence = self._identity(row)
        number = row["equipment_number"]
        return {
            **self._base,
            "record_key": record_key(self._unit.stream, number, row.get("date")),
            "equipment_number": number if number and len(number) <= 50 else None,
            "reading_date": row.get("date"),
            "category": category(row["code"]),
            "code": row["code"],
            "rule": row["rule"],
            "field": row["field"],
            "message": row["message"][:500],
            "payload": payload,
            "payload_hash": digest,
            "occurrence": occurrence,
            "page": row["page"],
            "position": row["position"],
        }


def _rejected(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    names = ["equipment_number", "code", "rule", "field", "message", "payload", "page", "position"]
    names += ["date"] if "date" in frame.columns else []
    return frame.filter(pl.col("code").is_not_null()).select(names).iter_rows(named=True)
