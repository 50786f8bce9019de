"""Small marks: icons (drawn in ``assets/icons.css``) and statuses (colour, sign and word together)."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import html

from cmms_ui.definition.status import COLOURS, Statuses, find_status


def aria(**values: str) -> dict[str, Any]:
    """Attributes for screen readers: ``aria(label="Menu")``."""
    return {f"aria-{name}": value for name, value in values.items()}


def icon(name: str, size: int = 16) -> Any:
    """A drawing in the colour of the text around it; decoration only, so hidden from screen readers."""
    style = {"width": size, "height": size}
    return html.Span(className=f"cmms-icon cmms-icon-{name}", style=style, **aria(hidden="true"))


def status_badge(value: object, statuses: Statuses, *, size: str = "md") -> Any:
    """A stored value as a badge, in the words of its resource."""
    status = find_status(value, statuses)
    return dmc.Badge(
        f"{status.sign} {status.label}",
        color=COLOURS[status.tone],
        variant="light",
        size=size,
        className=f"cmms-tone cmms-tone-{status.tone}",
        tt="none",
    )


def empty_state(text: str, *, name: str = "list") -> Any:
    """What stands where nothing is."""
    return html.Div([icon(name, 36), html.Div(text)], className="cmms-empty", role="status")
