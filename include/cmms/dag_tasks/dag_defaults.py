"""What all DAGs have in common: schedule and zone of the site, retries, priorities, assets.

Input: the settings file. Output: values for ``DAG(...)``. Read docs/decisions/0007-schedule-from-settings.md
before changing where the schedule comes from.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import Asset, CronDataIntervalTimetable, CronTriggerTimetable, Param

from cmms.alerts.notifier import CmmsNotifier
from cmms.errors import SettingsError
from cmms.settings import POOL, Schedule, Settings, load_settings
from cmms.streams import STREAMS

log = logging.getLogger(__name__)

PRIORITY_HIGH = 100
PRIORITY_LOW = 1

SYNC_ARGUMENTS: dict[str, Any] = {
    "owner": "cmms",
    "retries": 3,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=5),
    "priority_weight": PRIORITY_HIGH,
    "weight_rule": "absolute",
}
"""Of the syncs' tasks: all waits together are shorter than a run's lease, so the watchdog stays calm."""

HOUSEKEEPING_ARGUMENTS: dict[str, Any] = {
    "owner": "cmms",
    "retries": 1,
    "retry_delay": timedelta(minutes=1),
    "priority_weight": PRIORITY_LOW,
    "weight_rule": "absolute",
    "pool": POOL,
}
"""Of tasks that can wait until the syncs are done."""


REQUEST_ARGUMENTS: dict[str, Any] = {**SYNC_ARGUMENTS, "pool": POOL}
"""Of work that a person waits for."""


def notified(*, is_logged: bool) -> dict[str, Any]:
    """Callbacks of a task that is a DAG's only one: people are told of its failure, and when it works again.

    Args:
        is_logged: its runs have a row in ``api_sync_logs``.
    """
    return {
        "on_failure_callback": CmmsNotifier(on="failure", is_logged=is_logged),
        "on_success_callback": CmmsNotifier(on="success", is_logged=is_logged),
    }


_ALL_BUT_BACKFILL = ("scheduled", "manual", "operator_triggered", "asset_triggered", "asset_materialization")
"""What a DAG allows whose work belongs to no interval: a backfill of it would do the same again and again."""

_OURS: dict[str, Any] = {"catchup": False, "max_active_runs": 1, "rerun_with_latest_version": True}
"""Of all DAGs. A cleared run takes the newest DAG file: `include/` has no versions, so old and new would meet."""

_FIRST_DAY = (2020, 1, 1)
"""Airflow backfills from here on; older days by the dates in the trigger form."""


def read_site() -> tuple[Schedule, ZoneInfo]:
    """Cron expressions and time zone of the settings file; built-in ones when that is broken.

    A DAG that cannot be parsed would silently not run; one that runs fails with the reason, and alerts.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        log.error("The schedule is the built-in one, and every run will fail: %s", error)
        settings = Settings()
    return settings.schedule, settings.zone


def daily_arguments(cron: str, zone: ZoneInfo, *, may_backfill: bool) -> dict[str, Any]:
    """Arguments of a DAG whose runs cover the interval that ends when they start."""
    return {
        "schedule": CronDataIntervalTimetable(cron, timezone=zone.key),
        "start_date": datetime(*_FIRST_DAY, tzinfo=zone),
        "allowed_run_types": None if may_backfill else _ALL_BUT_BACKFILL,
        **_OURS,
    }


def housekeeping_arguments(cron: str, zone: ZoneInfo) -> dict[str, Any]:
    """Arguments of a DAG that looks after the others: what it does depends on no interval."""
    return {
        "schedule": CronTriggerTimetable(cron, timezone=zone.key),
        "start_date": datetime(*_FIRST_DAY, tzinfo=zone),
        "allowed_run_types": _ALL_BUT_BACKFILL,
        **_OURS,
    }


def manual_arguments(zone: ZoneInfo) -> dict[str, Any]:
    """Arguments of a DAG that only people start."""
    return {
        "schedule": None,
        "start_date": datetime(*_FIRST_DAY, tzinfo=zone),
        **_OURS,
    }


def following_arguments(asset: Asset, zone: ZoneInfo) -> dict[str, Any]:
    """Arguments of a DAG that runs when an asset was updated; several updates meanwhile are one run."""
    return {
        "schedule": [asset],
        "start_date": datetime(*_FIRST_DAY, tzinfo=zone),
        "allowed_run_types": _ALL_BUT_BACKFILL,
        **_OURS,
    }


def scope_params() -> dict[str, Param]:
    """Fields of the trigger form that both syncs have."""
    numbers = "Numbers (EQUNR) exactly as the source has them, one a line. Empty: all equipment."
    return {"plant_codes": plants_param(), "equipment_numbers": _texts_param("Equipment", numbers)}


def plants_param() -> Param:
    """A list of plants that may stay empty."""
    return _texts_param("Plants", "Plant codes (SWERK), one a line. Empty: all plants.")


def request_params() -> dict[str, Param]:
    """What a run of ``cmms_on_request`` is asked for; the view fills it in."""
    numbers: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "integer", "minimum": 1}}
    return {
        "work": Param("replay", enum=["replay", "validate", "change"], title="Work", description="What is to be done."),
        "stream": Param(
            next(iter(STREAMS)), enum=list(STREAMS), title="Replay: stream", description="Whose rejected records."
        ),
        "ids": Param(
            [], title="Replay: records", description="Ids of rejected records, one a line. Empty: all.", **numbers
        ),
        "codes": _texts_param("Replay: codes", "Only records rejected with these codes, one a line. Empty: all."),
        "report": Param(
            None,
            type=["null", "integer"],
            title="Validate: report",
            description="The number of an open report. The view opens one: Equipment > Validate.",
        ),
        "change": Param(
            None,
            type=["null", "integer"],
            title="Change: request",
            description="The number of a stored request. The view stores one for a change of many rows.",
        ),
        "asked_by": Param(None, type=["null", "string"], title="Asked by", description="Empty: who triggers the run."),
    }


def _texts_param(title: str, description: str) -> Param:
    texts: dict[str, Any] = {"type": ["array", "null"], "items": {"type": "string", "minLength": 1}}
    return Param([], title=title, description=description, **texts)


def date_param(title: str, description: str) -> Param:
    """A date picker that may stay empty."""
    return Param(None, type=["null", "string"], format="date", title=title, description=description)


__all__ = [
    "HOUSEKEEPING_ARGUMENTS",
    "POOL",
    "PRIORITY_HIGH",
    "PRIORITY_LOW",
    "REQUEST_ARGUMENTS",
    "SYNC_ARGUMENTS",
    "daily_arguments",
    "date_param",
    "following_arguments",
    "housekeeping_arguments",
    "notified",
    "plants_param",
    "read_site",
    "request_params",
    "scope_params",
]
