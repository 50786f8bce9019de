"""Widgets about maintenance plans: those of a group, and what the machines of one plan are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from cmms.figures.maintenance import GroupPlan, plan_states, plans_of_group
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import figure, link, note, small_table
from cmms_ui.resources.maintenance_plans import text
from cmms_ui.resources.maintenance_plans.plan_words import interval_text


def load_group_plans(parameters: Mapping[str, Any]) -> tuple[GroupPlan, ...]:
    """The plans of a group."""
    return plans_of_group(parameters["key"])


def render_group_plans(rows: Sequence[GroupPlan]) -> Any:
    """Each plan with its interval and its machines, and where plans are made."""
    where = note(link(text.ADD_PLAN, "/maintenance-plans"))
    if not rows:
        return html.Div([empty_state(text.NO_PLAN_OF_GROUP, name="tool"), where])
    cells = [
        [
            link(
                row.name if row.is_active else text.INACTIVE_PLAN.format(name=row.name), f"/maintenance-plans/{row.id}"
            ),
            interval_text(row),
            *(f"{number:,}" for number in (row.machines, row.overdue, row.due, row.upcoming)),
        ]
        for row in rows
    ]
    heads = (text.PLAN, text.INTERVAL, text.MACHINES, text.OVERDUE, text.DUE, text.UPCOMING)
    return html.Div([small_table(heads, cells, text.PLANS_OF_GROUP), where])


def load_plan_machines(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """How many machines of the plan are in which state."""
    return {"key": parameters["key"], "counts": plan_states(parameters["key"])}


_FIGURES = (
    ("overdue", text.FIGURE_OVERDUE, "bad"),
    ("due", text.FIGURE_DUE, "bad"),
    ("upcoming", text.FIGURE_UPCOMING, "warn"),
    ("ok", text.FIGURE_OK, "good"),
    ("no_reading", text.FIGURE_NO_READING, "idle"),
    ("suspended", text.FIGURE_SUSPENDED, "idle"),
)


def render_plan_machines(data: Mapping[str, Any]) -> Any:
    """A figure for each state; it leads to the schedules."""
    counts: Mapping[str, int] = data["counts"]
    if not counts:
        return empty_state(text.NO_MACHINES, name="tool")
    path = f"/schedules?tab=all&plan_id={data['key']}"
    shown = [
        figure(label, counts.get(state, 0), f"{path}&state={state}", tone if counts.get(state) else "good")
        for state, label, tone in _FIGURES
        if counts.get(state) or state in ("overdue", "due", "upcoming")
    ]
    return html.Div(
        [
            html.Div(shown, className="cmms-figures"),
            note([link(text.VIEW_SCHEDULES, path), " · ", text.SCHEDULES_NOTE]),
        ]
    )


GROUP_PLANS = Widget(
    "group_plans", text.PLANS, load_group_plans, render_group_plans, 300, span=12, topics=("records", "edits")
)
PLAN_MACHINES = Widget(
    "plan_machines", text.MACHINES, load_plan_machines, render_plan_machines, 300, span=12, topics=("records", "edits")
)
