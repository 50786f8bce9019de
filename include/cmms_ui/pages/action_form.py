"""The dialog of an action: what it will do, its form, and a button. Input: action and row. Output: components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, get_relative_path, html

from cmms_ui.definition.schema import Action, Detail, Field, Outcome, Preview
from cmms_ui.pages import text
from cmms_ui.render.marks import aria, icon
from cmms_ui.render.parts import small_table
from cmms_ui.render.widget_card import widget_card
from cmms_ui.resources.syncs.follow_run import FOLLOW

_MANY_ROWS = 100
"""From so many rows on the dialog shows at once that it is at work."""


def action_form(
    action: Action,
    *,
    count: int | None,
    row: Mapping[str, Any] | None,
    chosen: Mapping[str, Any] | None = None,
    previewed: tuple[Preview, str] | None = None,
) -> list[Any]:
    """The body of the dialog; ``count`` rows are concerned, ``row`` or what was ``chosen`` prefills the form.

    An action without a form shows its preview at once: ``previewed`` is that and the mark of what it was made for.
    """
    initial = chosen or (row if action.prefill else None) or {}
    parts: list[Any] = []
    if action.explain:
        parts.append(dmc.Text(action.explain, size="sm", c="dimmed"))
    if action.scope_now:
        parts.append(dmc.Text(action.scope_now(chosen or {}), size="sm", fw=600))
    if count is not None and action.on == "rows":
        parts.append(dmc.Text(text.describe_rows(count), size="sm", fw=600))
    inputs = [_place(field, initial, action.fields) for field in action.fields]
    parts.append(html.Div(dmc.Stack(inputs, gap="sm"), id="action-fields"))
    shown = show_preview(previewed[0]) if previewed else None
    parts.append(html.Div(shown, id="action-preview", hidden=shown is None, role="status"))
    parts.append(dcc.Store(id="action-previewed", data=previewed[1] if previewed else None))
    progress = html.Div(_show_work(count), id={"type": "action-progress", "of": action.name})
    parts.append(html.Div(progress, id="action-working", hidden=True))  # shown as soon as the button is pressed
    parts.append(html.Div(id="action-error", role="alert", className="cmms-form-error"))
    parts.append(
        dmc.Group(
            [
                dmc.Button(text.CLOSE, id="action-close", variant="default"),
                dmc.Button(text.BACK, id="action-back", variant="default", style={"display": "none"}),
                dmc.Button(
                    text.PREVIEW if action.preview and not previewed else action.confirm,
                    id="action-submit",
                    color="red" if action.dangerous else None,
                    leftSection=icon(action.icon),
                ),
            ],
            justify="flex-end",
        )
    )
    return [dmc.Stack(parts, gap="sm")]


def _place(field: Field, initial: Mapping[str, Any], fields: Sequence[Field]) -> Any:
    """The input; one that depends on another is hidden as that one says (``browser/actions.js``)."""
    made = make_input(field, initial.get(field.name))
    if field.visible_when is None:
        return made
    other, wanted = field.visible_when
    value = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    shown = {one.name: _initial(one, initial.get(one.name)) for one in fields}
    return html.Div(made, id={"type": "field-when", "on": other, "is": value}, hidden=not field.is_visible(shown))


def _initial(field: Field, value: Any) -> Any:
    chosen = value if value is not None else field.default
    return bool(chosen) if field.kind == "boolean" else chosen


def show_preview(preview: Preview) -> Any:
    """What the action would do."""
    cells = [dmc.Text(preview.text, size="sm")]
    if preview.rows:
        cells.append(small_table(preview.heads, preview.rows, text.PREVIEW_CAPTION))
    return dmc.Stack(cells, gap="sm")


def _show_work(count: int | None) -> Any:
    """What stands there until the first figures of the progress come; most changes have ended by then."""
    if count is None or count < _MANY_ROWS:
        return None
    bar = dmc.Progress(value=100, striped=True, animated=True, **aria(label=text.PROGRESS))
    working = dmc.Text(text.PROGRESS_STARTED.format(total=count), size="sm")
    return html.Div([bar, working], role="status", className="cmms-stack")


def show_progress(done: int, total: int) -> Any:
    """A bar, and rows done of all."""
    return html.Div(
        [
            dmc.Progress(value=100 * done / total if total else 0, **aria(label=text.PROGRESS)),
            dmc.Text(text.PROGRESS_DONE.format(done=done, total=total), size="sm"),
        ],
        role="status",
        className="cmms-stack",
    )


def action_result(outcome: Outcome) -> list[Any]:
    """The body of the dialog after an action that tells its result row by row."""
    return [
        dmc.Stack(
            [
                dmc.Text(outcome.message, fw=600, size="sm"),
                html.Ul([html.Li(_line(line)) for line in outcome.lines], className="cmms-details", tabIndex=0),
                dmc.Group([dmc.Button(text.CLOSE, id="action-close", variant="default")], justify="flex-end"),
            ],
            gap="sm",
        )
    ]


def _line(detail: Detail) -> Any:
    return dcc.Link(detail.text, href=get_relative_path(detail.path)) if detail.path else detail.text


def show_refusal(message: str, path: str = "") -> Any:
    """Why an action cannot be done, with the way to what stands against it."""
    return [message, " ", dcc.Link(text.SHOW_IT, href=get_relative_path(path))] if path else message


def follow_runs(outcome: Outcome) -> list[Any]:
    """The body of the dialog after runs were started: each one's progress, until it is over or the dialog is closed."""
    lines = [html.Li(_line(line)) for line in outcome.lines]
    told = [dmc.Text(outcome.message, fw=600, size="sm"), html.Ul(lines, className="cmms-details", tabIndex=0)]
    return [
        dmc.Stack(
            [
                *(told if lines else ()),
                dmc.Grid(
                    [widget_card(FOLLOW, "follow", f"{run.dag_id}/{run.run_id}") for run in outcome.runs], gutter="sm"
                ),
                dmc.Group([dmc.Button(text.CLOSE, id="action-close", variant="default")], justify="flex-end"),
            ],
            gap="sm",
        )
    ]


def make_input(field: Field, value: Any) -> Any:
    """The input of a field; its id carries name and where its value is."""
    place = "flag" if field.kind == "boolean" else "field"
    common: dict[str, Any] = {
        "id": {"type": place, "name": field.name},
        "label": field.label,
        "description": field.help or None,
        "disabled": field.read_only,
    }
    initial = value if value is not None else field.default
    if field.kind == "boolean":
        return dmc.Switch(**common, checked=bool(initial))
    common["required"] = field.required
    if field.kind in ("choice", "choices"):
        data = [{"value": choice.value, "label": choice.label} for choice in field.find_choices()]
        select = dmc.MultiSelect if field.kind == "choices" else dmc.Select
        chosen = initial if field.kind == "choices" else str(initial) if initial is not None else None
        return select(**common, data=data, value=chosen, searchable=True, clearable=True)
    if field.kind == "date":
        cross = {"aria-label": text.CLEAR_FIELD.format(field=field.label)}
        return dmc.DatePickerInput(
            **common, value=initial, valueFormat="YYYY-MM-DD", clearable=True, clearButtonProps=cross
        )
    if field.kind == "number":
        return dmc.NumberInput(**common, value=_number(initial), min=0, decimalScale=3, hideControls=True)
    if field.kind in ("long", "json"):
        rows = 4 if field.kind == "long" else 7
        style = {"input": {"fontFamily": "monospace", "fontSize": 13}} if field.kind == "json" else {}
        return dmc.Textarea(**common, value=_text(initial), minRows=rows, autosize=True, maxRows=14, styles=style)
    return dmc.TextInput(**common, value=_text(initial))


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value if value is not None else ""


def _text(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)
