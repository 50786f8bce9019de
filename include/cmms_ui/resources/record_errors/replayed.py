"""What has become of replayed records, in words: in all, and of each. Input: rows of record errors. Output: text."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.quarantine.replay_records import Replayed

DETAIL_LIMIT = 100


def describe_end(replayed: Sequence[Replayed]) -> str:
    """How many were stored, superseded, rejected again."""
    superseded = sum(bool(record.superseded) for record in replayed)
    stored = sum(record.status == "resolved" for record in replayed) - superseded
    left = len(replayed) - stored - superseded
    parts = [f"{stored} stored"]
    if superseded:
        parts.append(f"{superseded} superseded by newer records and not stored")
    if left:
        parts.append(f"{left} rejected again: their reason may be a new one")
    return f"{', '.join(parts)}."


def describe_replayed(replayed: Sequence[Replayed]) -> tuple[str, ...]:
    """A line for each record, those that were rejected again first, then those that were not stored."""
    ordered = sorted(replayed, key=lambda record: (record.status == "resolved", not record.superseded))
    lines = [f"{record.record_key}: {_ended(record)}" for record in ordered[:DETAIL_LIMIT]]
    signs = ["=" if record.superseded else "✓" if record.status == "resolved" else "✕" for record in ordered]
    told = [f"{sign} {line}" for sign, line in zip(signs, lines, strict=False)]
    return (*told, f"and {len(ordered) - DETAIL_LIMIT} more") if len(ordered) > DETAIL_LIMIT else tuple(told)


def _ended(record: Replayed) -> str:
    if record.superseded:
        return record.superseded
    return "stored" if record.status == "resolved" else f"{record.code}, {record.message}"
