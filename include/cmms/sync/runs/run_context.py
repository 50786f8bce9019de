"""What every step of one run shares: its settings, scope, log row and storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cmms.settings import Settings
from cmms.storage import Storage
from cmms.sync.records import Scope

RECONCILE = "reconcile"
"""``sync_type`` of a comparison, which has no log row and writes nothing."""


@dataclass(frozen=True)
class Replayed:
    """A quarantined record under replay, as it was first received."""

    payload: bytes
    payload_hash: bytes
    occurrence: int


@dataclass(frozen=True)
class RunContext:
    """One run. ``settings`` are those pinned in its log row when it was opened.

    Attributes:
        replayed: (unit key, position) -> the quarantined record that stands there; only in a replay.
        replayed_by: who asked for the replay.
        waits_for_units: in this process, for another run's unit; a task gives its place to others and comes again.
    """

    sync_log_id: int
    sync_type: str
    settings: Settings
    scope: Scope
    replayed: Mapping[tuple[str, int], Replayed] = field(default_factory=dict)
    replayed_by: str | None = None
    waits_for_units: bool = True

    @property
    def has_batch_rules(self) -> bool:
        """Whether its input can be wrong as a whole: a replay has some records only, a reconciliation compares any."""
        return self.sync_type not in ("replay", RECONCILE)

    @cached_property
    def storage(self) -> Storage:
        """Where the steps hand files to each other."""
        return Storage(self.settings.storage)

    def unit_folder(self, unit_key: str) -> str:
        """Relative folder of what was made of one unit."""
        return f"{self.storage.run_folder(self.sync_log_id)}/units/{unit_key}"
