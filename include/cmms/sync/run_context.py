"""What every step of one run shares: its settings, scope, log row and storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from cmms.settings import Settings
from cmms.storage import Storage
from cmms.sync.records import Scope


@dataclass(frozen=True)
class RunContext:
    """One run. ``settings`` are those pinned in its log row when it was opened.

    Attributes:
        fences: unit key -> fence of this attempt, filled when a step claims its units.
    """

    sync_log_id: int
    sync_type: str
    settings: Settings
    scope: Scope
    fences: dict[str, int] = field(default_factory=dict)

    @cached_property
    def storage(self) -> Storage:
        """Where the steps hand files to each other."""
        return Storage(self.settings.storage)

    def unit_folder(self, unit_key: str) -> str:
        """Relative folder of what was made of one unit."""
        return f"{self.storage.run_folder(self.sync_log_id)}/units/{unit_key}"
