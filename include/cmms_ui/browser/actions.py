"""The dialog of an action: opened by a button, sent, and closed when the action is done."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any, NotRequired, TypedDict

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, no_update, set_props

from cmms.access.action_progress import read_progress
from cmms.access.actors import Forbidden, Invalid, NotFound, Stale, ViewError
from cmms.listing.read_list import read_keys, read_row
from cmms.parse_input import parse_json, parse_key
from cmms_ui.asgi.guard import current_actor
from cmms_ui.asgi.note_refusal import note_refusal
from cmms_ui.browser import text
from cmms_ui.browser.registry import go_to, notify, on
from cmms_ui.definition.schema import Action, Outcome, Preview, Target
from cmms_ui.list_query import ListState, from_state
from cmms_ui.pages.action_form import (
    action_form,
    action_result,
    follow_runs,
    show_preview,
    show_progress,
    show_refusal,
)
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import find_action, may_run, preview_action, run_action

PREFILLED_LENGTH = 20_000
CHOSEN_LIMIT = 10_000
"""More are chosen by what they have in common, as with the REST API."""


class Pressed(TypedDict):
    """The button that opens a dialog; ``key``: of a row, or the values of the form as JSON."""

    resource: str
    verb: str
    place: str
    key: NotRequired[str | int]


class Matching(ListState):
    """The state of a list whose rows are all meant."""

    header_filters: NotRequired[dict[str, dict[str, Any]]]


class Context(TypedDict):
    """What an open dialog is about: chosen rows, or a list's state if all that it finds are meant."""

    resource: str
    verb: str
    request: NotRequired[str]
    keys: NotRequired[list[int]]
    version: NotRequired[int]
    matching: NotRequired[Matching]
    found: NotRequired[str]


class FieldId(TypedDict):
    """The id of a field of a form."""

    name: str


@on(
    "open_action",
    Output("action-modal", "opened"),
    Output("action-modal", "title"),
    Output("action-modal", "children"),
    Output("action-context", "data"),
    Input("action-pressed", "data"),
    State({"type": "grid", "resource": ALL}, "selectedRows"),
    State({"type": "selection-matching", "resource": ALL}, "data"),
    State({"type": "list-state", "resource": ALL}, "data"),
    State({"type": "grid", "resource": ALL}, "filterModel"),
    prevent_initial_call=True,
)
def open_action(
    pressed: Pressed | None,
    selected: list[list[dict[str, Any]] | None],
    everything: list[bool],
    states: list[ListState | None],
    header_filters: list[dict[str, dict[str, Any]] | None],
) -> Any:
    """Show what the action will do, to how many rows, and its form."""
    if not pressed:
        return no_update, no_update, no_update, no_update
    actor = current_actor()
    action = find_action(pressed["resource"], pressed["verb"])
    resource = RESOURCES[pressed["resource"]]
    if not may_run(actor, action):
        raise Forbidden(text.FORBIDDEN.format(action=action.label))
    request = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}_{token_hex(4)}"
    context: dict[str, Any] = {"resource": resource.name, "verb": action.verb, "request": request}
    count, row, chosen = None, None, None
    if pressed["place"] in ("record", "banner"):
        key = _key_of(pressed.get("key"))
        row = read_row(resource.listing, key)
        context |= {"keys": [key], "version": row.get("row_version")}
        count = 1
    elif pressed["place"] in ("rows", "launcher"):
        if everything and everything[0]:
            if not states or not header_filters:
                raise Invalid(text.NO_SUCH_LIST)
            context["matching"] = {**(states[0] or {}), "header_filters": header_filters[0] or {}}
            keys = _read_matching(context)
            context["found"] = _mark(keys, {})
        else:
            keys = _keys_of((item or {}).get("id") for item in (selected[0] if selected else None) or ())
            context["keys"] = list(keys)
        if not keys:
            raise Invalid(text.SELECT_FIRST)
        count = len(keys)
    elif pressed["place"] == "prefilled":
        chosen = _read_prefilled(action, pressed.get("key"))
    if row is not None and action.suggest and chosen is None:
        chosen = dict(action.suggest(row))
    title = (
        action.label if row is None else text.ACTION_TITLE.format(action=action.label, record=resource.title_of(row))
    )
    previewed = _preview_at_once(action, context) if action.preview and not action.fields else None
    return True, title, action_form(action, count=count, row=row, chosen=chosen, previewed=previewed), context


def _key_of(value: object) -> int:
    try:
        return parse_key(value)
    except ValueError:
        raise NotFound(text.NO_SUCH_RECORD) from None


def _keys_of(values: Iterable[object]) -> tuple[int, ...]:
    """Each row once; raises :class:`Invalid` where there are too many to be chosen one by one."""
    keys = tuple(dict.fromkeys(map(_key_of, values)))
    if len(keys) > CHOSEN_LIMIT:
        raise Invalid(text.TOO_MANY_ROWS.format(limit=CHOSEN_LIMIT))
    return keys


def _read_prefilled(action: Action, given: object) -> dict[str, Any]:
    """The values that a button puts into the form."""
    try:
        found = parse_json(str(given), length=PREFILLED_LENGTH)
    except ValueError as error:
        raise Invalid(text.BUTTON_PROBLEM.format(problem=error)) from None
    if not isinstance(found, dict):
        raise Invalid(text.BUTTON_NO_OBJECT)
    for field in action.fields:
        value = found.get(field.name)
        parts = value if field.kind == "choices" and isinstance(value, list) else [value]
        if not all(part is None or isinstance(part, str | int | float) for part in parts):
            raise Invalid(text.BUTTON_WRONG_KIND.format(field=field.name))
        if field.kind == "choices" and not isinstance(value, list | None):
            raise Invalid(text.BUTTON_LIST.format(field=field.name))
    return found


def _preview_at_once(action: Action, context: dict[str, Any]) -> tuple[Preview, str] | None:
    """Of an action that has no form to fill first."""
    keys = _find_keys(context)
    target = Target(keys, context.get("version"))
    preview = preview_action(current_actor(), context["resource"], action.verb, target, {})
    return (preview, _mark(keys, {})) if preview else None


def _mark(keys: tuple[int, ...], filled: dict[str, Any]) -> str:
    """What a preview was made for; anything else has to be previewed again."""
    return sha256(json.dumps([keys, filled], sort_keys=True).encode()).hexdigest()


@on(
    "submit_action",
    Output("refresh-token", "data"),
    Output("action-modal", "opened", allow_duplicate=True),
    Output({"type": "field", "name": ALL}, "error"),
    Input("action-submit", "n_clicks"),
    State("action-context", "data"),
    State({"type": "field", "name": ALL}, "value"),
    State({"type": "field", "name": ALL}, "id"),
    State({"type": "flag", "name": ALL}, "checked"),
    State({"type": "flag", "name": ALL}, "id"),
    State("action-previewed", "data"),
    prevent_initial_call=True,
    running=[
        (Output("action-submit", "loading"), True, False),
        (Output("action-working", "hidden"), False, True),
        (Output("action-tick", "disabled"), False, True),
    ],
)
def submit_action(
    clicks: int | None,
    context: Context | None,
    values: list[Any],
    fields: list[FieldId],
    flags: list[bool],
    flag_fields: list[FieldId],
    previewed: str | None,
) -> Any:
    """Show what the action would do if it has a preview of that, else run it; what is wrong is said at its field."""
    nothing = [no_update] * len(fields)
    if not clicks or not context:
        return no_update, no_update, nothing
    actor = current_actor()
    action = find_action(context["resource"], context["verb"])
    resource = RESOURCES[context["resource"]]
    filled = {field["name"]: value for field, value in zip(fields, values, strict=True)}
    filled |= {field["name"]: bool(value) for field, value in zip(flag_fields, flags, strict=True)}
    for field in action.fields:
        if field.read_only:
            filled.pop(field.name, None)
    try:
        keys = _find_keys(context)
        target = Target(keys, context.get("version"), str(context.get("request") or ""))
        asked = _mark(keys, filled)
        if action.preview and previewed != asked:
            _show_preview(preview_action(actor, resource.name, context["verb"], target, filled), action, asked)
            return no_update, no_update, [None] * len(fields)
        outcome = run_action(actor, resource.name, context["verb"], target, filled)
    except Invalid as error:
        left = {name: text for name, text in error.fields.items() if name not in filled}
        text = error.message if left or not error.fields else ""
        if action.preview and action.fields:
            _show_form()
        set_props("action-error", {"children": text})
        return no_update, no_update, [_sentence(error.fields.get(field["name"])) for field in fields]
    except ViewError as error:
        if isinstance(error, Forbidden):
            note_refusal(actor, "CALLBACK", f"submit_action {action.name}", error.message)
        set_props("action-error", {"children": show_refusal(error.message, getattr(error, "path", ""))})
        return no_update, no_update, nothing
    _tell(outcome)
    return time.time_ns() // 1_000_000, bool(outcome.details or outcome.runs), [None] * len(fields)


@on(
    "show_progress",
    Output({"type": "action-progress", "of": ALL}, "children"),
    Input("action-tick", "n_intervals"),
    State("action-context", "data"),
    State({"type": "action-progress", "of": ALL}, "id"),
    prevent_initial_call=True,
)
def tell_progress(_ticks: int | None, context: dict[str, Any] | None, places: list[dict[str, str]]) -> Any:
    """How far the action has come that this dialog has started; nothing for one that is quick."""
    progress = read_progress(current_actor(), str((context or {}).get("request") or ""))
    return [show_progress(*progress) if progress else no_update for _ in places]


def _find_keys(context: Context | dict[str, Any]) -> tuple[int, ...]:
    """The rows that were chosen, or all that matched when the dialog was opened; raises :class:`Stale`."""
    if "matching" not in context:
        return _keys_of(context.get("keys") or ())
    keys = _read_matching(context)
    if _mark(keys, {}) != context.get("found"):
        raise Stale(text.list_has_changed(len(keys)))
    return keys


def _read_matching(context: Context | dict[str, Any]) -> tuple[int, ...]:
    """All that match what the list shows."""
    resource = RESOURCES[context["resource"]]
    return tuple(read_keys(resource.listing, from_state(resource, current_actor(), context["matching"])))


def _tell(outcome: Outcome) -> None:
    """How it ended: a notification, a page to go to, results row by row."""
    notify(outcome.message, outcome.level)
    if outcome.path and not outcome.runs:
        go_to(outcome.path)
    if outcome.runs:
        set_props("action-modal", {"children": follow_runs(outcome), "title": text.STARTED})
    elif outcome.details:
        set_props("action-modal", {"children": action_result(outcome)})


def _show_preview(preview: Preview | None, action: Action, asked: str) -> None:
    """The second step: what would be done, with the way back to the form, which keeps what was put in."""
    if preview is not None:
        set_props("action-preview", {"children": show_preview(preview), "hidden": False})
    set_props("action-fields", {"hidden": True})
    set_props("action-back", {"style": {} if action.fields else {"display": "none"}})
    set_props("action-submit", {"children": action.confirm})
    set_props("action-error", {"children": ""})
    set_props("action-previewed", {"data": asked})


def _show_form() -> None:
    """The first step again."""
    set_props("action-fields", {"hidden": False})
    set_props("action-preview", {"hidden": True})
    set_props("action-back", {"style": {"display": "none"}})
    set_props("action-submit", {"children": text.PREVIEW})


@on("open_action", Output("action-previewed", "data"), Input("action-back", "n_clicks"), prevent_initial_call=True)
def go_back(clicks: int | None) -> Any:
    """From the preview back to the form."""
    if not clicks:
        return no_update
    _show_form()
    return None


def _sentence(text: str | None) -> str | None:
    return f"{text[0].upper()}{text[1:]}." if text else None


@on(
    "open_action",
    Output("action-modal", "opened", allow_duplicate=True),
    Input("action-close", "n_clicks"),
    prevent_initial_call=True,
)
def close_dialog(clicks: int | None) -> Any:
    """Close without doing anything; Escape does the same."""
    return False if clicks else no_update


@on(
    "open_action",
    Output("action-modal", "opened", allow_duplicate=True),
    Input("url", "pathname"),
    prevent_initial_call=True,
)
def leave_dialog(_path: str) -> Any:
    """A link of the dialog leads to another page."""
    return False


def attach_browser_part(app: dash.Dash) -> None:
    """Which button was pressed: a widget that draws buttons of its own meanwhile must not take the question back."""
    app.clientside_callback(
        ClientsideFunction("cmms", "pressed"),
        Output("action-pressed", "data"),
        Input({"type": "action", "resource": ALL, "verb": ALL, "place": ALL, "key": ALL, "spot": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("cmms", "showFields"),
        Output({"type": "field-when", "on": ALL, "is": ALL}, "hidden"),
        Input({"type": "field", "name": ALL}, "value"),
        Input({"type": "flag", "name": ALL}, "checked"),
        State({"type": "field", "name": ALL}, "id"),
        State({"type": "flag", "name": ALL}, "id"),
        State({"type": "field-when", "on": ALL, "is": ALL}, "id"),
        prevent_initial_call=True,
    )
