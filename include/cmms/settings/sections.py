"""The sections of the settings that are about no source: rules, storage, engine, retention, alerts, schedule, view."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, create_model, model_validator

from cmms.settings.section import Frozen
from cmms.streams import STREAMS, StreamName


class Rules(Frozen):
    """Limits that the expectations and batch rules use (docs/decisions/0006, 0008).

    A run fails before anything is merged when more than ``max_rejected_percent`` of at least
    ``max_rejected_floor`` records are rejected, or when a full snapshot shrinks by more than
    ``max_shrink_percent``. With ``plant_code_case: upper`` plant codes are compared and created in capital letters;
    equipment numbers are opaque and never changed. A reading waits as doubtful when the counter has grown by more than
    is possible, or, with ``spike_sigmas``, by more than that many standard deviations above what is usual for its
    machine (docs/decisions/0039).
    """

    unknown_plant: Literal["reject", "create"] = "reject"
    plant_code_case: Literal["exact", "upper"] = "exact"
    strict_progression: bool = False
    hours_mismatch_tolerance: Decimal = Field(Decimal("0.1"), ge=0, le=1_000_000)
    spike_sigmas: Decimal | None = Field(None, gt=0, le=1000)
    future_days: int = Field(1, ge=0)
    old_after_years: int = Field(5, ge=1)
    max_rejected_percent: float = Field(90, ge=0, le=100)
    max_rejected_floor: int = Field(100, ge=1)
    max_shrink_percent: float = Field(50, ge=0, le=100)
    stale_master: Literal["flag", "block"] = "flag"
    look_back_days: int = Field(0, ge=0, le=31)


class Storage(Frozen):
    """Where pages and chunks are handed from task to task.

    ``base_path``: a folder or an object-storage URL (``s3://bucket/prefix``); empty: ``cmms_storage`` below
    ``AIRFLOW_HOME``. Must be shared by all workers. ``keep_days``: how long raw pages stay.
    """

    base_path: str = ""
    connection_id: str | None = None
    keep_days: int = Field(14, ge=1)


class Engine(Frozen):
    """Sizes and patience of the sync engine."""

    chunk_records: int = Field(125_000, ge=100, le=1_000_000)
    days_per_batch: int = Field(5, ge=1, le=366)
    max_days: int = Field(1100, ge=1)
    lease_seconds: int = Field(900, ge=5)
    unit_wait_seconds: float = Field(300, ge=0)
    load_data: Literal["auto", "never"] = "auto"
    insert_batch_bytes: int = Field(512 * 1024, ge=16 * 1024)
    lock_wait_seconds: int = Field(300, ge=1)


class Retention(Frozen):
    """What ``sync_log_cleanup`` keeps, in days, and how many rows it deletes at a time."""

    log_days: int = Field(90, ge=1)
    call_log_days: int = Field(30, ge=1)
    refusal_days: int = Field(90, ge=1)
    batch_rows: int = Field(5_000, ge=100)


class Alerts(Frozen):
    """Thresholds and receivers; the channels' credentials are the connections cmms_slack and cmms_smtp."""

    email_to: tuple[str, ...] = ()
    email_from: str = "cmms-sync@localhost"
    slack: bool = True
    base_url: str = "http://127.0.0.1:8080"
    high_failed_percent: float = Field(10, ge=0, le=100)
    consecutive_failures: int = Field(3, ge=1)
    api_failures: int = Field(2, ge=1)
    queued_minutes: int = Field(30, ge=1)
    spike_factor: float = Field(3, gt=1)
    spike_window: int = Field(14, ge=3)
    timeout_seconds: float = Field(10, gt=0)
    max_attempts: int = Field(10, ge=1)


class Schedule(Frozen):
    """Cron expressions of the DAGs, in the site's zone."""

    cleanup: str = "0 3 * * 0"
    reconcile: str = "0 4 * * 0"
    forecasts: str = "0 5 * * *"
    watchdog: str = "*/5 * * * *"

    def of(self, stream: StreamName) -> str:
        """The cron expression of a stream's DAG."""
        found: str = getattr(self, stream)
        return found


_CRON: dict[str, Any] = {name: (str, stream.cron) for name, stream in STREAMS.items()}
Schedules: Any = create_model("Schedule", __base__=Schedule, **_CRON)


class View(Frozen):
    """What the view in Airflow calls fresh, old, slow, and how it looks. Files are those of the API server."""

    fresh_minutes: int = Field(26 * 60, ge=1)
    old_minutes: int = Field(50 * 60, ge=1)
    slow_ms: int = Field(2_000, ge=1)
    very_slow_ms: int = Field(5_000, ge=1)
    brand_colour: str = Field("#4451c4", pattern="^#[0-9a-fA-F]{6}$")
    font: str = Field("", pattern="^[\\w \"',-]*$")
    logo: str = Field("", pattern=r"^$|\.(svg|png)$")
    stylesheet: str = Field("", pattern=r"^$|\.css$")

    @model_validator(mode="after")
    def _later_is_more(self) -> View:
        if self.old_minutes <= self.fresh_minutes:
            raise ValueError("old_minutes must be more than fresh_minutes")
        if self.very_slow_ms <= self.slow_ms:
            raise ValueError("very_slow_ms must be more than slow_ms")
        return self
