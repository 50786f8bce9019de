"""Notifications: the alerts that were raised, who is working on them, and which are resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cmms.access.actors import Actor
from cmms.alerts.handle_alerts import acknowledge, mark_read
from cmms_ui.definition.schema import (
    Action,
    Chip,
    Column,
    Field,
    Filter,
    Outcome,
    Resource,
    Row,
    Section,
    Tab,
    Target,
    choices_of,
)
from cmms_ui.definition.status import LEVELS
from cmms_ui.resources.notifications import text
from cmms_ui.resources.notifications.statuses import ALERT_STATES
from cmms_ui.resources.notifications.widgets import DETAILS

_IS_OVERDUE = "COALESCE(a.status = 'firing' AND a.respond_by < UTC_TIMESTAMP(3), 0)"
"""Nobody has acknowledged it in the time that its level allows."""
_LEVELS = choices_of(LEVELS)


def _read(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    mark_read(actor, target.keys)
    return Outcome(text.MARKED_AS_READ)


def _acknowledge(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    done = acknowledge(actor, target.keys, str(values.get("note") or ""))
    return Outcome(text.acknowledged(done))


def _is_firing(row: Row) -> bool:
    return row.get("status") == "firing"


NOTIFICATIONS = Resource(
    name="notifications",
    label=text.LABEL,
    singular=text.SINGULAR,
    icon="bell",
    table="alert_events a",
    key="a.id",
    order=(("last_at", True),),
    title="title",
    search_hint=text.SEARCH_HINT,
    refresh_seconds=10,
    topics=("alerts",),
    record_widgets=(DETAILS,),
    columns=(
        Column("id", text.COLUMN_ID, "a.id", "integer", width=90, link=True, phone="title"),
        Column(
            "level", text.COLUMN_LEVEL, "a.level", "status", width=120, choices=_LEVELS, statuses=LEVELS, phone="fact"
        ),
        Column("title", text.COLUMN_TITLE, "a.title", width=425, searchable=True, phone="line"),
        Column("status", text.COLUMN_STATUS, "a.status", "status", width=140, statuses=ALERT_STATES, phone="side"),
        Column("occurrences", text.COLUMN_OCCURRENCES, "a.occurrences", "integer", width=90, phone="fact"),
        Column("last_at", text.COLUMN_LAST_AT, "a.last_at", "instant", width=178, phone="fact"),
        Column("first_at", text.COLUMN_FIRST_AT, "a.first_at", "instant", width=178),
        Column("respond_by", text.COLUMN_RESPOND_BY, "a.respond_by", "instant", width=178),
        Column("overdue", text.COLUMN_OVERDUE, f"({_IS_OVERDUE})", "boolean", width=110, sortable=False),
        Column("rule_key", text.COLUMN_RULE_KEY, "a.rule_key", width=170),
        Column(
            "sync_log_id",
            text.COLUMN_SYNC_LOG_ID,
            "a.sync_log_id",
            "integer",
            width=90,
            leads_to=("syncs", "sync_log_id"),
        ),
        Column("ack_by", text.COLUMN_ACK_BY, "a.ack_by", width=150, phone="fact"),
        Column("ack_at", text.COLUMN_ACK_AT, "a.ack_at", "instant", width=178, hidden=True),
        Column("resolved_at", text.COLUMN_RESOLVED_AT, "a.resolved_at", "instant", width=178, hidden=True),
        Column("note", text.COLUMN_NOTE, "a.note", width=220, hidden=True),
        Column("row_version", text.COLUMN_ROW_VERSION, "a.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("open", text.TAB_OPEN, "alert", "a.open_flag = 1", text.TAB_OPEN_EMPTY, alarming=True),
        Tab(
            "resolved",
            text.TAB_RESOLVED,
            "check",
            "a.status = 'resolved' AND a.rule_key <> 'run_succeeded'",
            text.TAB_RESOLVED_EMPTY,
        ),
        Tab(
            "noted",
            text.TAB_SUCCESSFUL,
            "refresh",
            "a.rule_key = 'run_succeeded'",
            text.TAB_SUCCESSFUL_EMPTY,
            hint=text.TAB_SUCCESSFUL_HINT,
        ),
        Tab("all", text.TAB_ALL, "list", "", text.TAB_ALL_EMPTY),
    ),
    chips=(Chip("overdue", text.CHIP_OVERDUE, _IS_OVERDUE),),
    filters=(Filter("level", text.FILTER_LEVEL, choices=_LEVELS), Filter("last_at", text.FILTER_LAST_AT, kind="days")),
    infolist=(
        Section(text.SECTION_NOTIFICATION, ("title", "level", "status", "rule_key", "sync_log_id", "occurrences")),
        Section(text.SECTION_WHEN, ("first_at", "last_at", "respond_by", "overdue", "resolved_at")),
        Section(text.SECTION_WHO, ("ack_by", "ack_at", "note")),
    ),
    actions=(
        Action("notifications.read", text.READ, "check", _read, confirm=text.READ_CONFIRM),
        Action(
            "notifications.acknowledge",
            text.ACKNOWLEDGE,
            "check",
            _acknowledge,
            confirm=text.ACKNOWLEDGE_CONFIRM,
            explain=text.ACKNOWLEDGE_EXPLAIN,
            fields=(Field("note", text.FIELD_NOTE, max_length=500),),
            visible_when=_is_firing,
        ),
    ),
)
