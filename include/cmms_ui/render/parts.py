"""What several widgets are drawn with: figures, small tables, times in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms.alerts.messages import run_link
from cmms.settings import View
from cmms.streams import STREAMS
from cmms_ui.render import text
from cmms_ui.render.marks import aria

_WIDE_TABLE = 5
"""So many columns do not fit beside each other on a phone."""
KEYBOARD = {"accessibilityLayer": True}
"""A chart that takes the focus; the arrow keys show the figures of one point after the other."""
GROUPED = {"function": "cmmsGrouped"}
"""Formats a chart's values as ``20,873`` (``browser/cells.js``)."""
_FIGURE = re.compile(r"–|(! )?-?(0|[1-9]\d{0,2}(,\d{3})*)(\.\d+)?( ?(%|ms|s|h|days?)( over| to go)?)?")
"""A figure is written with commas and without leading zeros: the number of a machine is none."""
TONE_SIGNS = {"good": "✓", "info": "i", "warn": "▲", "bad": "✕", "idle": "·"}
TONE_WORDS = {"good": text.FRESH, "warn": text.LATE, "bad": text.OVERDUE}
"""What the tone of an age means."""


def link(label: Any, path: str) -> Any:
    """A link within the view."""
    return dcc.Link(label, href=get_relative_path(path))


def figure(label: str, value: int, path: str, tone: str = "") -> Any:
    """A number that leads to the list which it counts."""
    return dcc.Link(
        [html.Span(f"{value:,}", className="cmms-figure-value"), html.Span(label, className="cmms-figure-label")],
        href=get_relative_path(path),
        className=f"cmms-figure cmms-text-{tone}" if tone else "cmms-figure",
    )


def small_table(heads: Sequence[str], rows: Sequence[Sequence[Any]], caption: str) -> Any:
    """A plain table; wide ones scroll in themselves, on a phone rows are cards. Columns of figures stand right."""
    sides = ["cmms-right" if _are_figures([row[place] for row in rows]) else None for place in range(len(heads))]
    heads_of: list[dict[str, Any]] = [
        {"data-head": head, "className": side} for head, side in zip(heads, sides, strict=True)
    ]
    cells = [[html.Td(cell, **head) for head, cell in zip(heads_of, row, strict=True)] for row in rows]
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="cmms-hidden"),
                html.Thead(
                    html.Tr(
                        [html.Th(head, scope="col", className=side) for head, side in zip(heads, sides, strict=True)]
                    )
                ),
                html.Tbody([html.Tr(row) for row in cells]),
            ],
            className="cmms-table cmms-table-wide" if len(heads) >= _WIDE_TABLE else "cmms-table",
        ),
        className="cmms-table-box",
        tabIndex=0,
        role="region",
        **aria(label=caption),
    )


def _are_figures(cells: Sequence[Any]) -> bool:
    """Numbers, with a unit or without; dashes between them. What a link or an emphasis holds counts as itself."""
    texts = [str(getattr(cell, "children", cell)) for cell in cells]
    return all(_FIGURE.fullmatch(text) for text in texts) and any(text != "–" for text in texts)


def describe_age(minutes: float | None) -> str:
    """``3 h ago``."""
    if minutes is None:
        return text.NEVER
    if minutes < 2:
        return text.JUST_NOW
    if minutes < 120:
        return text.MINUTES_AGO.format(minutes=minutes)
    if minutes < 48 * 60:
        return text.HOURS_AGO.format(hours=minutes / 60)
    return text.DAYS_AGO.format(days=minutes / 1440)


def tone_of_age(minutes: float | None, limits: View) -> str:
    """By the settings: usually a good sync older than a day and two hours is a warning, one of two days is bad."""
    if minutes is None or minutes > limits.old_minutes:
        return "bad"
    return "warn" if minutes > limits.fresh_minutes else "good"


def describe_seconds(seconds: float | None) -> str:
    """``2 min 5 s``."""
    if seconds is None:
        return text.UNKNOWN
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def describe_milliseconds(milliseconds: int) -> str:
    """``340 ms`` or ``2 min 5 s``."""
    return f"{milliseconds} ms" if milliseconds < 1000 else describe_seconds(milliseconds / 1000)


def at(value: datetime | None) -> str:
    """An instant, in UTC."""
    return f"{value:%Y-%m-%d %H:%M} UTC" if value else "–"


def moment(value: datetime | None) -> Any:
    """An instant as a component: ``browser/redraws.js`` says it in the person's own time zone, as lists do."""
    return html.Time(at(value), dateTime=f"{value.isoformat()}Z", className="cmms-local") if value else "–"


def note(content: Any) -> Any:
    """A dim line: a text, or a list of texts and components."""
    return dmc.Text(content, size="sm", c="dimmed", className="cmms-note")


def stat(label: str, value: str, tone: str = "") -> Any:
    """A figure that leads nowhere."""
    return html.Div(
        [html.Span(value, className="cmms-figure-value"), html.Span(label, className="cmms-figure-label")],
        className=f"cmms-figure cmms-text-{tone}" if tone else "cmms-figure",
    )


def choose(label: Any, resource: str, column: str, value: str) -> Any:
    """A button that filters the list of the page by a value; pressed again, it takes the filter away."""
    identity = {"type": "list-choose", "resource": resource, "column": column, "value": value}
    return html.Button(label, id=identity, className="cmms-choose", title=text.FILTER_BY.format(value=value))


def share_bars(rows: Sequence[tuple[Any, int]]) -> Any:
    """A bar for each (name, count), as long as its part of the largest."""
    most = max((count for _, count in rows), default=1)
    return html.Div(
        [
            html.Div(
                [
                    name,
                    html.Div(style={"width": f"{100 * count / most:.0f}%"}, className="cmms-bar cmms-bar-plain"),
                    html.Span(f"{count:,}", className="cmms-count"),
                ],
                className="cmms-bar-row",
            )
            for name, count in rows
        ],
        className="cmms-bars cmms-bars-short",
    )


def drill(resource: str, column: str) -> dict[str, str]:
    """The id of a chart: a click on a point opens the list of a resource, filtered by the point's value of a column."""
    return {"type": "drill", "resource": resource, "column": column}


def sync_label(sync_type: str) -> str:
    """What people call a type of sync."""
    own = STREAMS[sync_type].label if sync_type in STREAMS else sync_type
    return text.SYNCS.get(sync_type, own)


def trend_mark(
    now: float | None, before: float | None, than: str, *, good: str = "up", unit: str = "", relative: bool = False
) -> Any:
    """An arrow and how much it changed, for example ``▲ 3.4 points`` than the week before.

    ``good`` is the better direction (``up``, ``down``, or nothing: neither); ``relative`` says it in per cent.
    """
    if now is None or before is None or (relative and not before):
        return html.Span(
            text.NOTHING_TO_COMPARE, className="cmms-dim", title=text.NOTHING_TO_COMPARE_TITLE.format(than=than)
        )
    change = now - before
    if relative:
        change, unit = 100 * change / before, " %"
    if abs(change) < 0.05:
        return html.Span(text.UNCHANGED, className="cmms-dim", title=text.UNCHANGED_TITLE.format(than=than))
    arrow, way = ("▲", "up") if change > 0 else ("▼", "down")
    title = text.UP_TITLE if change > 0 else text.DOWN_TITLE
    tone = "good" if way == good else "bad" if good else "info"
    return html.Span(f"{arrow} {abs(change):,.1f}{unit}", className=f"cmms-text-{tone}", title=title.format(than=than))


def airflow_link(label: str, path: str) -> Any:
    """A page of Airflow itself, in a tab of its own."""
    above = get_relative_path("/").rstrip("/").rpartition("/")[0]
    return html.A(label, href=above + path, target="_blank")


def airflow_links(dag_id: str | None, run_id: str | None, tasks: Sequence[Mapping[str, Any]]) -> list[Any]:
    """To the logs of tasks, and to the run in Airflow, where every task's log is."""
    path = run_link("", dag_id, run_id)
    if path is None:
        return []
    links: list[Any] = []
    for task in tasks:
        mapped = f"/mapped/{task['map_index']}" if task["map_index"] >= 0 else ""
        sentence = text.MAPPED_TASK_LOG if mapped else text.TASK_LOG
        label = sentence.format(task=task["task_id"], number=task["map_index"])
        address = f"{path}/tasks/{task['task_id']}{mapped}?try_number={task['try_number']}"
        links.append(airflow_link(label, address))
    return [*links, airflow_link(text.RUN_IN_AIRFLOW, path)]


def percent_text(percent: float | None) -> str:
    """``98.2 %``; an honest dash where nothing finished."""
    return "–" if percent is None else f"{percent:.1f} %".replace(".0 %", " %")
