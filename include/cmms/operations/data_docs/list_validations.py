"""Find the validation results that syncs have kept in the storage, newest run first.

Input: ``runs/<run>/units/<unit>/<attempt>/validation.json``, as step validate writes them. Output:
:class:`StoredValidation`, one per run and unit: that of the newest attempt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cmms.storage import RUNS, Storage
from cmms.streams import StreamName, stream_noted_by_key

RESULTS_FILE = "validation.json"


@dataclass(frozen=True)
class StoredValidation:
    """Great Expectations' results of one unit of one run.

    Attributes:
        stream: whose suite it was.
        results: per expectation type, kwargs, severity, meta, element_count and unexpected_count.
        written_at: when the attempt ended.
    """

    sync_log_id: int
    stream: StreamName
    unit_key: str
    written_at: datetime
    results: tuple[dict[str, Any], ...]

    @property
    def records(self) -> int:
        """How many records were validated."""
        return max((int(result["element_count"]) for result in self.results), default=0)

    @property
    def broken(self) -> int:
        """How many expectations were not met by every record."""
        return sum(int(result["unexpected_count"]) > 0 for result in self.results)


def list_validations(storage: Storage) -> Iterator[StoredValidation]:
    """Newest run first, within a run newest day first; units without records are left out."""
    if not storage.exists(RUNS):
        return
    base = storage.base / RUNS
    runs = sorted((int(folder.name) for folder in base.iterdir() if folder.name.isdigit()), reverse=True)
    for number in runs:
        units = base / str(number) / "units"
        if not units.exists():
            continue
        for unit in sorted(units.iterdir(), key=lambda folder: str(folder.name), reverse=True):
            kept = _newest_attempt(number, unit)
            if kept is not None and kept.results:
                yield kept


def _newest_attempt(number: int, unit: Any) -> StoredValidation | None:
    found = [
        (float(file.stat().st_mtime), file)
        for file in (folder / RESULTS_FILE for folder in unit.iterdir())
        if file.exists()
    ]
    if not found:
        return None
    written, file = max(found, key=lambda pair: pair[0])
    key = str(unit.name)
    stored = json.loads(file.read_bytes())
    if isinstance(stored, list):  # written by an older version
        stored = {"stream": stream_noted_by_key(key).name, "results": stored}
    return StoredValidation(
        sync_log_id=number,
        stream=stored["stream"],
        unit_key=key,
        written_at=datetime.fromtimestamp(written, UTC),
        results=tuple(stored["results"]),
    )
