"""What a merge statement did with the staged rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """Counts of one merge.

    Attributes:
        orphans: page, position and equipment_number of rows whose parent was deleted since validation.
        older: the same of rows that are older than the stored ones.
        foreign: the same of rows of another measuring point, where the machine's own one is stored.
        changed: something was written that the validation of later units depends on.
    """

    inserted: int
    updated: int
    changed: bool
    orphans: list[dict[str, Any]] = field(default_factory=list)
    older: list[dict[str, Any]] = field(default_factory=list)
    foreign: list[dict[str, Any]] = field(default_factory=list)
