"""What a notification says, and where its run is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dash import html

from cmms.figures.alerts import AlertText, alert_text
from cmms_ui.definition.schema import Widget
from cmms_ui.render.marks import empty_state
from cmms_ui.render.parts import airflow_links, link
from cmms_ui.resources.notifications import text


def load_details(parameters: Mapping[str, Any]) -> AlertText | None:
    """The stored text of the alert; None when the clean-up has removed it."""
    return alert_text(parameters["key"])


def render_details(row: AlertText | None) -> Any:
    """Facts as they were sent, advice, and links to the run here and in Airflow."""
    if row is None:
        return empty_state(text.DETAILS_DELETED)
    body = json.loads(row.body or "{}")
    told = body.get("resolved") or body.get("firing") or body.get("noted")
    if not told:
        return empty_state(text.DETAILS_EMPTY)
    facts: list[Any] = []
    for label, value in told["facts"]:
        facts += [html.Dt(label), html.Dd(value)]
    links = airflow_links(row.dag_id, row.run_id, ())
    if row.sync_log_id:
        links.insert(0, link(text.RUN_LINK.format(run=row.sync_log_id), f"/syncs/{row.sync_log_id}"))
    return html.Div(
        [html.P(told["advice"]), html.Dl(facts, className="cmms-facts"), html.Div(links, className="cmms-live-facts")],
        className="cmms-stack",
    )


DETAILS = Widget(
    "told", text.WIDGET_DETAILS, load_details, render_details, refresh_seconds=10, span=12, topics=("alerts",)
)
