"""The page of one record: its sections, its widgets, and the actions that its state allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.access.actors import Actor
from cmms_ui.definition.schema import Column, Resource, Section
from cmms_ui.pages import text
from cmms_ui.pages.list_page import action_button
from cmms_ui.pages.shell import trail_of
from cmms_ui.present_rows import NOTHING, to_text
from cmms_ui.render.marks import status_badge
from cmms_ui.render.widget_card import widget_card
from cmms_ui.run_action import may_run


def record_page(resource: Resource, actor: Actor, row: Mapping[str, Any]) -> Any:
    """The page of a row that has been read."""
    key = str(row["id"])
    title = text.RECORD_TITLE.format(kind=resource.singular, record=resource.title_of(row))
    actions = [
        action
        for action in resource.actions
        if action.on in ("rows", "record") and may_run(actor, action) and action.visible_when(row)
    ]
    allowed = {column.name for column in resource.visible_columns(actor)}
    return html.Div(
        [
            trail_of(resource, (f"/{resource.name}/{key}", resource.title_of(row))),
            html.Div(
                [
                    html.Div(
                        [
                            dmc.Title(title, order=1, className="cmms-title"),
                            status_badge(row["status"], resource.column("status").statuses, size="lg")
                            if "status" in row
                            else None,
                        ],
                        className="cmms-title-row",
                    ),
                    html.Div(
                        [action_button(resource, action, "record", key=key) for action in actions],
                        className="cmms-actions",
                    ),
                ],
                className="cmms-page-head",
            ),
            dmc.Grid([widget_card(widget, resource.name, key) for widget in resource.record_widgets], gutter="sm")
            if resource.record_widgets
            else None,
            html.Div(
                [_section(resource, section, row, allowed) for section in resource.infolist], className="cmms-sections"
            ),
            dcc.Store(id="record", data={"resource": resource.name, "key": key}),
        ]
    )


def _section(resource: Resource, section: Section, row: Mapping[str, Any], allowed: set[str]) -> Any:
    facts: list[Any] = []
    for name in section.columns:
        if name in allowed:
            column = resource.column(name)
            value = _value(row[name], column)
            if column.leads_to and row[column.leads_to[1]] is not None:
                other, key = column.leads_to
                value = dcc.Link(value, href=get_relative_path(f"/{other}/{row[key]}"))
            facts += [html.Dt(column.label), html.Dd(value)]
    wide = " cmms-section-wide" if any(resource.column(name).kind == "long" for name in section.columns) else ""
    return dmc.Card(
        [dmc.Title(section.title, order=2, className="cmms-section-title"), html.Dl(facts, className="cmms-facts")],
        withBorder=True,
        padding="md",
        className=f"cmms-section{wide}",
    )


def _value(value: Any, column: Column) -> Any:
    if value in (None, ""):
        return html.Span(NOTHING, className="cmms-nothing")
    if column.kind == "status":
        return status_badge(value, column.statuses)
    if column.kind == "long":
        return html.Pre(str(value), className="cmms-raw", tabIndex=0)
    if column.kind == "instant":
        return html.Time(to_text(value, column), dateTime=value.isoformat() + "Z", className="cmms-time cmms-local")
    return to_text(value, column)
