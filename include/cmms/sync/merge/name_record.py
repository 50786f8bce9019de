"""What people call a record. Pure, and free of the libraries of the rules: the view names records too."""

from __future__ import annotations

import hashlib
from datetime import date

from cmms.streams import STREAMS

SUPERSEDED_BY = "superseded by "
"""So begins the note of a replayed record that is resolved and not stored: a newer one is."""
_KEY_LENGTH = 120
_CATEGORIES = {"EQUIPMENT_UNKNOWN": "orphan", "PLANT_UNKNOWN": "orphan"}
_BUSINESS = ("COUNTER_", "CUMULATIVE_", "DATE_IN_", "DATE_OUTSIDE")


def record_key(stream: str, equipment_number: str | None, day: date | None) -> str:
    """What a person calls the record: ``EQUNR`` or ``EQUNR|2026-01-31``; ``?`` where it does not say."""
    number = equipment_number or "?"
    key = number if not STREAMS[stream].is_daily else f"{number}|{day.isoformat() if day else '?'}"
    if len(key) <= _KEY_LENGTH:
        return key
    return f"{key[:80]}…{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def category(code: str) -> str:
    """``orphan``, ``business`` or ``validation``: who would have to mend it."""
    if code in _CATEGORIES:
        return _CATEGORIES[code]
    return "business" if code.startswith(_BUSINESS) else "validation"
