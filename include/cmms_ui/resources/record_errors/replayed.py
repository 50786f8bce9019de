"""What has become of replayed records, in words: in all, and of each. Input: rows of record errors. Output: text."""

from __future__ import annotations

from collections.abc import Sequence

from cmms.quarantine.replay_records import Replayed
from cmms_ui.resources.record_errors import text
from cmms_ui.resources.record_errors.error_codes import code_label

DETAIL_LIMIT = 100


def describe_end(replayed: Sequence[Replayed]) -> str:
    """How many were stored, superseded, rejected again."""
    superseded = sum(bool(record.superseded) for record in replayed)
    stored = sum(record.status == "resolved" for record in replayed) - superseded
    return text.describe_replay(stored, superseded, len(replayed) - stored - superseded)


def describe_replayed(replayed: Sequence[Replayed]) -> tuple[str, ...]:
    """A line for each record, those that were rejected again first, then those that were not stored."""
    ordered = sorted(replayed, key=lambda record: (record.status == "resolved", not record.superseded))
    signs = ["=" if record.superseded else "✓" if record.status == "resolved" else "✕" for record in ordered]
    lines = [
        text.REPLAYED_LINE.format(sign=sign, record=record.record_key, result=_ended(record))
        for sign, record in zip(signs, ordered[:DETAIL_LIMIT], strict=False)
    ]
    more = len(ordered) - DETAIL_LIMIT
    return (*lines, text.REPLAYED_MORE.format(count=more)) if more > 0 else tuple(lines)


def _ended(record: Replayed) -> str:
    if record.superseded:
        return record.superseded
    if record.status == "resolved":
        return text.REPLAYED_LINE_STORED
    return text.REPLAYED_LINE_REJECTED.format(reason=code_label(record.code), message=record.message)
