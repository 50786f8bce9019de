"""What a run of the DAG ``cmms_reconcile_sources`` was asked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

SCHEDULE = "schedule"
"""Who asked for a run that nobody asked for."""


@dataclass(frozen=True)
class Asked:
    """The DAG run and what it is to compare; without dates the last seven days, without plants all."""

    dag_id: str
    run_id: str
    by: str = SCHEDULE
    start: date | None = None
    end: date | None = None
    plant_codes: Sequence[str] = ()

    @property
    def is_usual(self) -> bool:
        """Whether it compares what the weekly run compares."""
        return not (self.start or self.end or self.plant_codes)
