"""Widget about the condition of a machine: in use or not, its health, and its next due plan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import NotFound
from cmms.figures.one_machine import AuditEntry, Condition, audit_entry, machine_condition
from cmms_ui.asgi.guard import current_actor
from cmms_ui.definition.schema import Widget
from cmms_ui.definition.status import find_status
from cmms_ui.render.action_marks import may, row_button
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import describe_seconds, link, note
from cmms_ui.resources.equipment import text
from cmms_ui.resources.equipment.statuses import HEALTH_STATES
from cmms_ui.resources.maintenance_plans.plan_words import describe_use, share_used

UNDO_SECONDS = 600


def load_condition(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The machine, and its last switch if this person has just made it."""
    row = machine_condition(parameters["key"])
    if row is None:
        raise NotFound(text.NO_SUCH_MACHINE)
    switch = audit_entry(row.switch_id) if row.switch_id else None
    mine = switch and switch.actor == current_actor().name and 0 <= switch.seconds_ago < UNDO_SECONDS
    return {"row": row, "undo": switch if mine else None}


def health_of(row: Condition) -> str:
    """A key of ``HEALTH_STATES``: the worst that is true of the machine."""
    if row.state in ("overdue", "due"):
        return row.state
    if row.open_errors:
        return "rejected"
    if row.state == "upcoming":
        return "upcoming"
    if row.missing_since is not None:
        return "missing"
    if row.reading_date is None or row.newest_date is None or row.reading_date < row.newest_date:
        return "no_reading"
    return "warning" if row.quality == "warning" else "fine"


def render_condition(data: Mapping[str, Any]) -> Any:
    """Switch, badge, bar, and the plan that the bar is of."""
    row: Condition = data["row"]
    return html.Div([_switch(row, data["undo"]), _health(row)], className="cmms-stack")


def _switch(row: Condition, undo: AuditEntry | None) -> Any:
    active = row.is_active
    identity = {"key": str(row.id), "version": str(row.row_version)}
    parts: list[Any] = [
        dmc.Switch(
            id={"type": "machine-switch", **identity},
            checked=active,
            disabled=not may("equipment.deactivate"),
            size="lg",
            onLabel=text.SWITCH_ON,
            offLabel=text.SWITCH_OFF,
            className="cmms-switch",
            **aria(label=text.ACTIVE),
        )
    ]
    if undo:
        done = (text.SWITCHED_ON if active else text.SWITCHED_OFF).format(age=describe_seconds(undo.seconds_ago))
        parts += [
            html.Span(done, role="status"),
            html.Button(text.UNDO, id={"type": "machine-undo", **identity}, className="cmms-chip", type="button"),
        ]
    elif row.inactive_reason:
        parts.append(html.Span(text.WHY_INACTIVE.format(reason=row.inactive_reason), className="cmms-dim"))
    return html.Div(parts, className="cmms-live-head")


def _health(row: Condition) -> Any:
    used, health = share_used(row), health_of(row)
    tone = {"overdue": "bad", "due": "bad", "upcoming": "warn"}.get(row.state or "", "good")
    used_text = describe_use(row)
    badge = dmc.Tooltip(
        html.Span(
            status_badge(health, HEALTH_STATES),
            tabIndex=0,
            **aria(label=text.HEALTH_LABEL.format(health=find_status(health, HEALTH_STATES).label, text=used_text)),
        ),
        label=used_text,
        events={"hover": True, "focus": True, "touch": True},
        withArrow=True,
    )
    parts: list[Any] = [html.Div([html.Span(text.HEALTH), badge], className="cmms-live-head"), note(used_text)]
    if used is not None:
        parts.append(
            dmc.Progress(
                value=float(min(used, Decimal(100))),
                size="lg",
                color=f"var(--cmms-{tone}-mark)",
                **aria(label=text.SHARE_OF_INTERVAL),
            )
        )
    if row.open_errors:
        path = f"/record-errors?tab=open&q={row.equipment_number}"
        parts.append(html.Div(link(text.open_rejects(row.open_errors), path)))
    if row.plan_id:
        button = row_button("maintenance-plans.edit", text.CHANGE_PLAN, "pencil", row.plan_id)
        head = [note(text.PLAN), link(row.plan_name, f"/maintenance-plans/{row.plan_id}"), button]
        parts.append(html.Div(head, className="cmms-live-head"))
        schedules = link(text.ITS_SCHEDULES, f"/schedules?tab=all&equipment_id={row.id}")
        day = text.EXPECTED_ON.format(day=row.predicted_date) if row.predicted_date else text.NO_DAY_EXPECTED
        parts.append(note([day, " ", schedules]))
    return html.Div(parts, className="cmms-stack cmms-stack-close")


CONDITION = Widget("condition", text.CONDITION, load_condition, render_condition, refresh_seconds=30, span=4)
