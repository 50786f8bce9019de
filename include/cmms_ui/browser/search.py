"""The form of a nested search: opened, changed part by part, applied; and what the search that holds says in words."""

from __future__ import annotations

import copy
import re
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, html, no_update

from cmms.access.actors import Actor, Invalid
from cmms.listing.search_tree import DEPTH_LIMIT, read_tree, write_tree
from cmms_ui.asgi.guard import current_actor
from cmms_ui.browser import text
from cmms_ui.browser.registry import on
from cmms_ui.definition.schema import Resource
from cmms_ui.list_query import from_state
from cmms_ui.render.search_builder import (
    Draft,
    columns_for,
    describe_search,
    is_draft,
    new_condition,
    operators_for,
    search_form,
    word_of,
)
from cmms_ui.resources import RESOURCES


def _at(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "resource": MATCH, **more}


@on(
    "build_search",
    Output(_at("search-form"), "children"),
    Output(_at("search-draft"), "data"),
    Output(_at("search-drawer"), "opened"),
    Output(_at("list-where"), "data"),
    Input(_at("search-open", place=ALL), "n_clicks"),
    Input(_at("search-press", do=ALL, path=ALL), "n_clicks"),
    Input(_at("search-word", path=ALL), "value"),
    Input(_at("search-exists", path=ALL), "value"),
    Input(_at("search-field", path=ALL), "value"),
    Input(_at("search-is", path=ALL), "value"),
    State(_at("search-value", path=ALL, place=ALL), "value"),
    State(_at("search-draft"), "data"),
    State(_at("list-where"), "data"),
    prevent_initial_call=True,
)
def build_search(*_given: Any) -> Any:
    """One step: a part added or taken away, a field chosen, the search applied or dropped."""
    nothing = (no_update, no_update, no_update, no_update)
    pressed = ctx.triggered_id
    if not pressed:
        return nothing
    actor, resource = current_actor(), RESOURCES[pressed["resource"]]
    draft, where = _given[-2], _given[-1]
    if not all(one is None or is_draft(resource, actor, one) for one in (draft, where or None)):
        raise Invalid(text.RELOAD)
    clicked = ctx.triggered[0]["value"]
    if pressed["type"] == "search-open":
        draft = copy.deepcopy(where) or {"all": [new_condition()]}
        return (search_form(resource, actor, draft), draft, True, no_update) if clicked else nothing
    if draft is None or (pressed["type"] == "search-press" and not clicked):
        return nothing
    before = copy.deepcopy(draft)
    _take_inputs(draft, resource, actor)
    do = pressed.get("do", "")
    if do == "clear":
        return no_update, None, False, None
    if do == "apply":
        return _apply(draft, resource, actor)
    if do:
        _change(draft, do, _read_path(pressed["path"]))
    elif draft == before:
        return nothing  # inputs that have only just appeared
    return search_form(resource, actor, draft), draft, no_update, no_update


def _apply(draft: Draft, resource: Resource, actor: Actor) -> Any:
    """The search holds from now on, or the form says what is wrong with it."""
    try:
        where = write_tree(read_tree(_without_empty(draft)))
        from_state(resource, actor, {"where": where})
    except Invalid as error:
        form = search_form(resource, actor, draft)
        form.children[1].children = f"{error.message[:1].upper()}{error.message[1:]}."
        return form, draft, no_update, no_update
    return no_update, None, False, where


def _without_empty(part: Draft) -> Draft:
    """Without conditions for which no field was chosen."""
    if "field" in part:
        return part
    word = word_of(part)
    kept = [_without_empty(inner) for inner in part[word] if inner.get("field", True)]
    return {**part, word: kept}


def _take_inputs(draft: Draft, resource: Resource, actor: Actor) -> None:
    """Put what the inputs hold into the draft."""
    inputs = {kind: ctx.inputs_list[place] for place, kind in ((2, "word"), (3, "exists"), (4, "field"), (5, "is"))}
    given: dict[str, dict[str, Any]] = {}
    for kind, items in inputs.items():
        for item in items:
            given.setdefault(item["id"]["path"], {})[kind] = item.get("value")
    for item in ctx.states_list[0]:
        values = given.setdefault(item["id"]["path"], {}).setdefault("values", {})
        values[str(item["id"]["place"])] = item.get("value")
    for path, values in given.items():
        part, relation = _find(draft, _read_path(path))
        if "field" in part:
            _take_condition(part, values, resource, actor, relation)
            continue
        if values.get("word") in ("all", "any") and values["word"] != word_of(part):
            part[values["word"]] = part.pop(word_of(part))
        is_about = not part.keys().isdisjoint({"some", "none"})
        if is_about and values.get("exists") in ("some", "none") and values["exists"] not in part:
            part[values["exists"]] = part.pop("none" if "none" in part else "some")


def _take_condition(part: Draft, given: dict[str, Any], resource: Resource, actor: Actor, relation: str) -> None:
    column = columns_for(resource, actor, relation).get(str(given.get("field") or ""))
    if column is None:
        part.update(new_condition())
        return
    if column.name != part["field"]:
        part.update(field=column.name, values=[], **{"is": operators_for(column)[0]})
        return
    part["is"] = given["is"] if given.get("is") in operators_for(column) else part["is"]
    places = given.get("values", {})
    values = [
        value
        for place in sorted(places)
        for value in (places[place] if isinstance(places[place], list) else [places[place]])
    ]
    part["values"] = [] if part["is"] in ("blank", "not_blank") else [str(v) for v in values if v not in (None, "")]
    if part["is"] not in ("in", "between"):
        part["values"] = part["values"][:1]


def _find(draft: Draft, path: list[int]) -> tuple[Draft, str]:
    """The part at a path, and the relation that it is about."""
    part, relation = draft, ""
    for place in path:
        relation = part.get("some") or part.get("none") or relation
        parts = part.get(word_of(part), ())
        if place >= len(parts):
            raise Invalid(text.RELOAD)
        part = parts[place]
    return part, relation


def _read_path(joined: object) -> list[int]:
    """``0.2`` as numbers."""
    places = [place for place in str(joined).split(".") if place]
    if len(places) > DEPTH_LIMIT + 1 or not all(re.fullmatch("[0-9]{1,3}", place) for place in places):
        raise Invalid(text.RELOAD)
    return [int(place) for place in places]


def _change(draft: Draft, do: str, path: list[int]) -> None:
    if do == "remove":
        if not path:
            raise Invalid(text.RELOAD)
        parent, _ = _find(draft, path[:-1])
        _find(draft, path)
        del parent[word_of(parent)][path[-1]]
        return
    group, _ = _find(draft, path)
    if "field" in group:
        raise Invalid(text.RELOAD)
    new = new_condition() if do == "add" else {"any": [new_condition()]}
    if do.startswith("relation:"):
        new = {"some": do.partition(":")[2], "all": [new_condition()]}
    group[word_of(group)].append(new)


@on(
    "build_search",
    Output(_at("search-summary"), "children"),
    Input(_at("list-where"), "data"),
)
def describe(where: Draft | None) -> Any:
    """What the search that holds says in words."""
    resource = RESOURCES[ctx.outputs_list["id"]["resource"]]
    if not where or not is_draft(resource, current_actor(), where):
        return None
    return [html.Strong(text.SEARCH_SUMMARY), describe_search(resource, where)]
