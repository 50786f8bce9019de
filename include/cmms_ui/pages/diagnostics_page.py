"""The page *Diagnostics*: a button that runs all checks, and their lines by group, each fault with its remedy."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms.access.actors import Actor
from cmms.operations.diagnosis.lines import Line, Report
from cmms_ui.asgi.policy import CALLBACKS
from cmms_ui.definition.status import COLOURS, Status, Statuses
from cmms_ui.pages import text
from cmms_ui.pages.shell import trail
from cmms_ui.render.marks import aria, empty_state, icon

_STATUSES: Statuses = {
    "pass": Status("Passed", "good", "✓"),
    "warn": Status("Warning", "warn", "▲"),
    "fail": Status("Failed", "bad", "✕"),
    "skip": Status("Not checked", "idle", "–"),
}


def diagnostics_page(actor: Actor, report: Report | None) -> Any:
    """The button and the last report, for administrators; others are told who may."""
    head = [
        trail(("/", text.PRODUCT), ("/diagnostics", text.DIAGNOSTICS)),
        dmc.Title(text.DIAGNOSTICS, order=1, className="cmms-title"),
    ]
    if not actor.can(CALLBACKS["run_diagnostics"]):
        return html.Div([*head, empty_state(text.DIAGNOSTICS_FORBIDDEN, name="check")])
    button = dmc.Button(
        text.DIAGNOSTICS_RUN, id="diagnostics-run", leftSection=icon("play", 14), size="sm", my="sm", loaderProps={}
    )
    return html.Div(
        [
            *head,
            dmc.Text(text.DIAGNOSTICS_INTRODUCTION, className="cmms-dim", size="sm"),
            button,
            html.Div(
                show_report(report) if report else empty_state(text.DIAGNOSTICS_EMPTY, name="check"),
                id="diagnostics-report",
                **aria(live="polite"),
            ),
        ]
    )


def show_report(report: Report) -> Any:
    """Counts, then a card for each group; groups with a fault come as they are checked, none is hidden."""
    counts = [_badge(status, f"{report.count(status)}", "md") for status in ("fail", "warn", "pass", "skip")]
    cards = [_card(group, list(lines)) for group, lines in groupby(report.lines, key=lambda line: line.group)]
    return html.Div([html.Div(counts, className="cmms-live-facts"), *cards], className="cmms-diagnosis")


def _card(group: str, lines: list[Line]) -> Any:
    return dmc.Card(
        [
            dmc.Title(group.capitalize(), order=2, className="cmms-widget-title", mb=6),
            html.Ul([_item(line) for line in lines]),
        ],
        withBorder=True,
        padding="sm",
        radius="md",
        mt="sm",
    )


def _item(line: Line) -> Any:
    return html.Li(
        [
            _badge(line.status, "", "sm"),
            html.Div(
                [
                    html.Strong(line.name),
                    html.Span(f" {line.found}"),
                    html.Div(line.remedy, className="cmms-diagnosis-remedy") if line.remedy else None,
                ]
            ),
        ]
    )


def _badge(status: str, count: str, size: str) -> Any:
    shown = _STATUSES[status]
    return dmc.Badge(
        f"{shown.sign} {count} {shown.label}".replace("  ", " "),
        color=COLOURS[shown.tone],
        variant="light",
        size=size,
        className=f"cmms-tone cmms-tone-{shown.tone}",
        tt="none",
    )
