"""Notifications: the alerts that were raised, who takes care of them, and which are over."""

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
from cmms_ui.resources.notifications.statuses import ALERT_STATES
from cmms_ui.resources.notifications.widgets import TOLD

_IS_OVERDUE = "COALESCE(a.status = 'firing' AND a.respond_by < UTC_TIMESTAMP(3), 0)"
"""Nobody has taken care of it in the time that its level allows."""
_LEVELS = choices_of(LEVELS)


def _read(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    mark_read(actor, target.keys)
    return Outcome("Marked as read.")


def _acknowledge(actor: Actor, target: Target, values: Mapping[str, Any]) -> Outcome:
    done = acknowledge(actor, target.keys, str(values.get("note") or ""))
    return Outcome(f"{done} acknowledged.")


def _is_firing(row: Row) -> bool:
    return row.get("status") == "firing"


NOTIFICATIONS = Resource(
    name="notifications",
    label="Notifications",
    singular="Notification",
    icon="bell",
    table="alert_events a",
    key="a.id",
    order=(("last_at", True),),
    title="title",
    search_hint="Search title",
    refresh_seconds=10,
    topics=("alerts",),
    record_widgets=(TOLD,),
    columns=(
        Column("id", "Id", "a.id", "integer", width=90, link=True, phone="title"),
        Column("level", "Level", "a.level", "status", width=120, choices=_LEVELS, statuses=LEVELS, phone="fact"),
        Column("title", "What", "a.title", width=425, searchable=True, phone="line"),
        Column("status", "Status", "a.status", "status", width=140, statuses=ALERT_STATES, phone="side"),
        Column("occurrences", "Times", "a.occurrences", "integer", width=90, phone="fact"),
        Column("last_at", "Last", "a.last_at", "instant", width=178, phone="fact"),
        Column("first_at", "First", "a.first_at", "instant", width=178),
        Column("respond_by", "Respond by", "a.respond_by", "instant", width=178),
        Column("overdue", "Overdue", f"({_IS_OVERDUE})", "boolean", width=110, sortable=False),
        Column("rule_key", "Rule", "a.rule_key", width=170),
        Column("sync_log_id", "Run", "a.sync_log_id", "integer", width=90, leads_to=("syncs", "sync_log_id")),
        Column("ack_by", "Acknowledged by", "a.ack_by", width=150, phone="fact"),
        Column("ack_at", "Acknowledged", "a.ack_at", "instant", width=178, hidden=True),
        Column("resolved_at", "Over since", "a.resolved_at", "instant", width=178, hidden=True),
        Column("note", "Note", "a.note", width=220, hidden=True),
        Column("row_version", "Version", "a.row_version", "integer", hidden=True),
    ),
    tabs=(
        Tab("open", "Open", "alert", "a.open_flag = 1", "Nothing is wrong.", alarming=True),
        Tab(
            "resolved",
            "Over",
            "check",
            "a.status = 'resolved' AND a.rule_key <> 'run_succeeded'",
            "Nothing was wrong so far.",
        ),
        Tab(
            "noted",
            "Good runs",
            "refresh",
            "a.rule_key = 'run_succeeded'",
            "No run has gone well yet.",
            hint="Runs that went well. They are noted here only: nobody is sent them, and the bell stays as it is.",
        ),
        Tab("all", "All", "list", "", "Nothing has been told so far."),
    ),
    chips=(Chip("overdue", "Overdue", _IS_OVERDUE),),
    filters=(Filter("level", "Level", choices=_LEVELS), Filter("last_at", "Last", kind="days")),
    infolist=(
        Section("What", ("title", "level", "status", "rule_key", "sync_log_id", "occurrences")),
        Section("When", ("first_at", "last_at", "respond_by", "overdue", "resolved_at")),
        Section("Who", ("ack_by", "ack_at", "note")),
    ),
    actions=(
        Action("notifications.read", "Mark as read", "check", _read, confirm="Mark as read"),
        Action(
            "notifications.acknowledge",
            "Acknowledge",
            "check",
            _acknowledge,
            confirm="Acknowledge",
            explain="Says that you take care of it. The alert closes by itself when its cause is gone.",
            fields=(Field("note", "Note", max_length=500),),
            visible_when=_is_firing,
        ),
    ),
)
