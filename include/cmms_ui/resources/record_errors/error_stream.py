"""Errors as they come: rejected records and events of runs, the newest first, at most :data:`LINES`.

It stands still while it is paused, and while somebody has scrolled down to read (``browser/error_stream.js``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from cmms.figures.failures import ErrorLine, newest_errors
from cmms_ui.definition.schema import Choice, Field, Widget
from cmms_ui.definition.status import LEVELS
from cmms_ui.render.marks import aria, empty_state, status_badge
from cmms_ui.render.parts import link, note
from cmms_ui.resources.record_errors import text
from cmms_ui.resources.record_errors.error_codes import category_label, code_label

LINES = 100
CATEGORIES = ("api", "validation", "reject", "database", "business", "orphan", "log")
_LEVELS = {"error": "high", "warning": "medium"}


def load_stream(parameters: Mapping[str, Any]) -> tuple[ErrorLine, ...]:
    """The newest lines, of one category if one is chosen."""
    chosen = parameters["category"]
    return newest_errors("" if chosen == "all" else chosen, LINES)


def render_stream(rows: Sequence[ErrorLine]) -> Any:
    """Time, category, class, what it says, and the run; above them the button that stops the stream."""
    if not rows:
        return empty_state(text.STREAM_EMPTY, name="check")
    words: dict[str, Any] = {"data-pause": text.STREAM_PAUSE, "data-resume": text.STREAM_RESUME}
    pause = html.Button(
        text.STREAM_PAUSE,
        type="button",
        className="cmms-stream-pause cmms-link-button",
        **words,
        **aria(pressed="false"),
    )
    return html.Div(
        [
            html.Div([pause, note(text.STREAM_NOTE.format(count=LINES))],
                     className="cmms-live-head"),
            html.Div(
                html.Ol([_line(row) for row in rows]),
                className="cmms-stream",
                tabIndex=0,
                role="log",
                **aria(label=text.WIDGET_STREAM, live="off"),
            ),
        ]
    )  # fmt: skip


def _line(row: ErrorLine) -> Any:
    name: dict[str, Any] = {"data-line": f"{row.kind}-{row.id}"}
    what = [link(f"{row.record_key}", f"/record-errors/{row.id}"), ": "] if row.kind == "record" else []
    return html.Li(
        [
            html.Time(
                f"{row.at:%Y-%m-%d %H:%M:%S} UTC",
                dateTime=f"{row.at.isoformat()}Z",
                className="cmms-dim cmms-local",
            ),
            status_badge(_LEVELS.get(row.level, row.level), LEVELS, size="xs"),
            html.Strong(category_label(row.category)),
            html.Span(code_label(row.code), title=row.code, className="cmms-stream-code"),
            html.Span([*what, row.message], className="cmms-stream-text"),
            link(f"#{row.sync_log_id}", f"/syncs/{row.sync_log_id}"),
        ],
        **name,
    )


ERROR_STREAM = Widget(
    "stream",
    text.WIDGET_STREAM,
    load_stream,
    render_stream,
    refresh_seconds=5,
    span=12,
    topics=("errors",),
    holdable=True,
    options=(
        Field(
            "category",
            text.FIELD_CATEGORY,
            "choice",
            choices=(Choice("all", text.CHOICE_ALL), *(Choice(name, category_label(name)) for name in CATEGORIES)),
            default="all",
        ),
    ),
)
