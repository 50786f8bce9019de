"""What people state of a machine's counter: meter changes and the settings of its measuring point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor, NotFound
from cmms.maintenance.meters.change_availability import begin_period
from cmms.maintenance.meters.change_installations import install_component, remove_component
from cmms.maintenance.meters.change_meter import declare_change
from cmms.maintenance.meters.change_point import edit_point, read_point
from cmms.quarantine.replay_records import find_open_rejects
from cmms_ui.definition.schema import Action, Choice, Field, Outcome, Row, Target
from cmms_ui.resources.equipment import meter_text as text
from cmms_ui.resources.meter_changes import text as change_text
from cmms_ui.resources.meter_changes.counter_values import COUNTER_VALUES, KINDS

AVAILABILITY = (
    Choice("in_service", text.IN_SERVICE),
    Choice("standby", text.STANDBY),
    Choice("laid_up", text.LAID_UP),
    Choice("scrapped", text.SCRAPPED),
)
_RATE_METHODS = (
    Choice("windows", text.RATE_WINDOWS),
    Choice("all", text.RATE_ALL),
    Choice("sliding_days", text.RATE_SLIDING_DAYS),
    Choice("sliding_readings", text.RATE_SLIDING_READINGS),
    Choice("static", text.RATE_STATIC),
)


def _declare(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = declare_change(actor, target.keys[0], values)
    try:
        find_open_rejects(target.keys)
    except NotFound:
        return Outcome(change_text.DECLARED, path=f"/meter-changes/{key}")
    return Outcome(change_text.DECLARED_OPEN, "warning")


def _edit_point(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    edit_point(actor, target.keys[0], values)
    return Outcome(text.POINT_SAVED)


def _suggest_point(row: Row) -> Mapping[str, Any]:
    return read_point(int(row["id"]))


def _install(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = install_component(actor, target.keys[0], values)
    return Outcome(text.INSTALLED, path=f"/installations/{key}")


def _uninstall(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    remove_component(actor, target.keys[0], values)
    return Outcome(text.REMOVED)


def _availability(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    key = begin_period(actor, target.keys[0], values)
    return Outcome(text.AVAILABILITY_SAVED, path=f"/availability/{key}")


METER_ACTIONS = (
    Action(
        "equipment.meter_change",
        change_text.DECLARE,
        "gauge",
        _declare,
        on="record",
        confirm=change_text.DECLARE_CONFIRM,
        explain=change_text.DECLARE_EXPLAIN,
        fields=(
            Field("kind", change_text.KIND, "choice", required=True, choices=KINDS, default="replacement"),
            Field(
                "from_date",
                change_text.FROM_DATE,
                "date",
                required=True,
                help=change_text.FROM_DATE_HELP,
                example="2026-01-31",
            ),
            *COUNTER_VALUES,
            Field("reason", change_text.REASON, required=True, help=change_text.REASON_HELP),
        ),
    ),
    Action(
        "equipment.meter_settings",
        text.POINT_SETTINGS,
        "gauge",
        _edit_point,
        on="record",
        confirm=text.SAVE,
        explain=text.POINT_EXPLAIN,
        suggest=_suggest_point,
        fields=(
            Field("overflow_value", text.OVERFLOW, "number", help=text.OVERFLOW_HELP, example="99999"),
            Field("overflow_counts", text.OVERFLOW_COUNTS, "boolean", help=text.OVERFLOW_COUNTS_HELP),
            Field("max_hours_a_day", text.MOST_A_DAY, "number", required=True, default=24, help=text.MOST_A_DAY_HELP),
            Field("annual_estimate", text.ANNUAL_ESTIMATE, "number", help=text.ANNUAL_ESTIMATE_HELP, example="2000"),
            Field("stale_days", text.STALE_DAYS, "number", required=True, default=14, help=text.STALE_DAYS_HELP),
            Field("rate_method", text.RATE, "choice", required=True, choices=_RATE_METHODS, default="windows"),
            Field("rate_window", text.RATE_WINDOW, "number", help=text.RATE_WINDOW_HELP, example="30"),
            Field("static_rate", text.STATIC_RATE, "number", help=text.STATIC_RATE_HELP, example="8"),
        ),
    ),
    Action(
        "equipment.install",
        text.INSTALL,
        "plus",
        _install,
        on="record",
        confirm=text.INSTALL,
        explain=text.INSTALL_EXPLAIN,
        fields=(
            Field("parent_number", text.PARENT, required=True, max_length=50, help=text.PARENT_HELP),
            Field("from_date", text.FIRST_DAY, "date", required=True, example="2026-01-31"),
        ),
    ),
    Action(
        "equipment.uninstall",
        text.UNINSTALL,
        "stop",
        _uninstall,
        on="record",
        confirm=text.UNINSTALL,
        explain=text.UNINSTALL_EXPLAIN,
        fields=(Field("to_date", text.LAST_DAY, "date", required=True, example="2026-01-31"),),
    ),
    Action(
        "equipment.availability",
        text.AVAILABILITY,
        "clock",
        _availability,
        on="record",
        confirm=text.SAVE,
        explain=text.AVAILABILITY_EXPLAIN,
        fields=(
            Field("kind", text.STATE, "choice", required=True, choices=AVAILABILITY, default="standby"),
            Field("from_date", text.FIRST_DAY, "date", required=True, example="2026-01-31"),
            Field("to_date", text.LAST_DAY, "date", help=text.LAST_DAY_HELP, example="2026-02-28"),
            Field("reason", text.REASON),
        ),
    ),
)
