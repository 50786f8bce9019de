"""Widget about the condition of a machine: in use or not, its health, and what its foremost maintenance plan asks."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import NotFound
from cmms.figures.one_machine import AuditEntry, Condition, audit_entry, machine_condition
from cmms.words import count_of
from cmms_ui.asgi.guard import current_actor
from cmms_ui.definition.schema import Widget
from cmms_ui.render.action_marks import may, row_button
from cmms_ui.render.marks import aria, status_badge
from cmms_ui.render.parts import describe_seconds, link, note
from cmms_ui.resources.equipment.statuses import HEALTH_STATES
from cmms_ui.resources.maintenance_plans.plan_words import describe_use, share_used

UNDO_SECONDS = 600


def load_condition(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The machine, and its last switch if this person has just made it."""
    row = machine_condition(parameters["key"])
    if row is None:
        raise NotFound("there is no such machine")
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
            onLabel="✓ Active",
            offLabel="– Inactive",
            className="cmms-switch",
            **aria(label="In use"),
        )
    ]
    if undo:
        done = "on" if active else "off"
        parts += [
            html.Span(f"Switched {done} {describe_seconds(undo.seconds_ago)} ago.", role="status"),
            html.Button("Undo", id={"type": "machine-undo", **identity}, className="cmms-chip", type="button"),
        ]
    elif row.inactive_reason:
        parts.append(html.Span(f"Why: {row.inactive_reason}", className="cmms-dim"))
    return html.Div(parts, className="cmms-live-head")


def _health(row: Condition) -> Any:
    used = share_used(row)
    tone = {"overdue": "bad", "due": "bad", "upcoming": "warn"}.get(row.state or "", "good")
    text = describe_use(row)
    badge = dmc.Tooltip(
        html.Span(
            status_badge(health_of(row), HEALTH_STATES), tabIndex=0, **aria(label=f"Health: {health_of(row)}. {text}")
        ),
        label=text,
        events={"hover": True, "focus": True, "touch": True},
        withArrow=True,
    )
    parts: list[Any] = [html.Div([html.Span("Health"), badge], className="cmms-live-head"), note(text)]
    if used is not None:
        parts.append(
            dmc.Progress(
                value=float(min(used, Decimal(100))),
                size="lg",
                color=f"var(--cmms-{tone}-mark)",
                **aria(label="Share of the maintenance interval"),
            )
        )
    if row.open_errors:
        path = f"/record-errors?tab=open&q={row.equipment_number}"
        parts.append(html.Div(link(count_of(row.open_errors, "open rejected record"), path)))
    if row.plan_id:
        button = row_button("maintenance-plans.edit", "Change plan", "pencil", row.plan_id)
        head = [note("Plan"), link(row.plan_name, f"/maintenance-plans/{row.plan_id}"), button]
        parts.append(html.Div(head, className="cmms-live-head"))
        schedules = link("Its schedules", f"/schedules?tab=all&equipment_id={row.id}")
        day = f"Expected due on {row.predicted_date}. " if row.predicted_date else "No forecast of the day. "
        parts.append(note([day, schedules]))
    return html.Div(parts, className="cmms-stack cmms-stack-close")


CONDITION = Widget("condition", "Condition", load_condition, render_condition, refresh_seconds=30, span=4)
