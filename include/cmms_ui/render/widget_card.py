"""A widget on a page: title, its own refresh button and interval, and the body that ``refresh_widget`` fills."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms_ui.definition.schema import Field, Widget
from cmms_ui.render import text
from cmms_ui.render.follow_changes import follow_changes
from cmms_ui.render.marks import aria, icon

_FEW = 4


def widget_card(widget: Widget, page: str, key: str = "") -> Any:
    """An empty card; the body loads itself."""
    identity = {"page": page, "key": key, "name": widget.name}
    refresh = {
        "push": text.REFRESHES_ON_CHANGE,
        "poll": text.REFRESHES_EVERY,
        "manual": text.REFRESHES_MANUALLY,
    }[widget.updates].format(widget=widget.title, seconds=widget.refresh_seconds)
    return dmc.GridCol(
        dmc.Card(
            [
                html.Div(
                    [
                        dmc.Title(widget.title, order=3, className="cmms-widget-title"),
                        *(_option_input(widget, option, identity) for option in widget.options),
                        dmc.ActionIcon(
                            icon("refresh", 14),
                            id={"type": "widget-refresh", **identity},
                            variant="subtle",
                            color="gray",
                            size="sm",
                            **aria(label=refresh),
                        ),
                    ],
                    className="cmms-widget-head",
                ),
                html.Div(
                    dmc.Skeleton(height=80, radius="sm"),
                    id={"type": "widget", **identity},
                    className="cmms-widget-body",
                    **aria(live="off"),
                ),
                *follow_changes("widget", identity, widget.topics, widget.refresh_seconds, holdable=widget.holdable),
            ],
            withBorder=True,
            padding="sm",
            radius="md",
            className="cmms-widget",
        ),
        span={"base": 12, "sm": max(6, widget.span), "lg": widget.span},
    )


def _option_input(widget: Widget, option: Field, identity: dict[str, str]) -> Any:
    """A few choices as buttons, many as a list, anything else as a line to type in."""
    common: dict[str, Any] = {
        "id": {"type": "widget-option", **identity, "option": option.name},
        "size": "xs",
        **aria(label=text.OPTION.format(widget=widget.title, option=option.label)),
    }
    if option.kind != "choice":
        return dmc.TextInput(**common, placeholder=option.label, debounce=500, value="")
    data = [{"value": choice.value, "label": choice.label} for choice in option.find_choices()]
    if len(data) <= _FEW:
        return dmc.SegmentedControl(**common, data=data, value=str(option.default))
    return dmc.Select(
        **common,
        data=data,
        value=option.default,
        allowDeselect=False,
        searchable=len(data) > 8,
        className="cmms-widget-control",
    )
