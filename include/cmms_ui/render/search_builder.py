"""The form of a nested search: groups of conditions, each condition a field, what it is compared by, and values.

Input: a resource, who asks, and the search as JSON (see ``cmms.listing.search_tree``), which may be unfinished. Output:
components; what was put into them goes back into the JSON. Every part is named by its path, ``0.2`` is the third of the
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from cmms.access.actors import Actor
from cmms.listing.definition import OPERATORS_OF
from cmms.listing.search_tree import DEPTH_LIMIT, TERM_LIMIT, VALUE_LIMIT
from cmms_ui.definition.schema import Column, Relation, Resource
from cmms_ui.render import text
from cmms_ui.render.marks import aria, icon

_MARGIN = {"all": text.SEARCH_ALL, "any": text.SEARCH_ANY}

Draft = dict[str, Any]

PARTS_LIMIT = 2 * TERM_LIMIT
"""Groups and conditions of a search that may still be unfinished: each becomes a row of inputs."""


def new_condition() -> Draft:
    """One that is still to be filled."""
    return {"field": "", "is": "", "values": []}


def word_of(part: Mapping[str, Any]) -> str:
    """``all`` or ``any``."""
    return "any" if "any" in part else "all"


def columns_for(resource: Resource, actor: Actor, relation: str) -> dict[str, Column]:
    """What can be searched: columns of the list that the person may read, or those of a relation."""
    known = resource.relation(relation)
    columns = known.columns if known else resource.visible_columns(actor)
    return {column.name: column for column in columns if column.filterable}


def is_draft(resource: Resource, actor: Actor, part: Any) -> bool:
    """Whether what a page sends is a search of this resource, finished or not: groups, known fields, operators."""
    return _is_small(part) and _is_part(resource, actor, part)


def _is_small(part: Any) -> bool:
    """Whether it has no more parts than a form can show; looks at no more than that."""
    waiting, seen = [part], 0
    while waiting and seen <= PARTS_LIMIT:
        one = waiting.pop()
        inner = one.get(word_of(one)) if isinstance(one, dict) else None
        seen += 1
        waiting += inner[: PARTS_LIMIT + 1] if isinstance(inner, list) else []
    return not waiting and seen <= PARTS_LIMIT


def _is_part(resource: Resource, actor: Actor, part: Any, relation: str = "", depth: int = 1) -> bool:
    if not isinstance(part, dict) or depth > DEPTH_LIMIT + 1:
        return False
    if "field" in part:
        return _is_condition(columns_for(resource, actor, relation), part)
    about = part.get("some", part.get("none", ""))
    inner = part.get(word_of(part))
    if not isinstance(about, str) or not isinstance(inner, list) or (about and resource.relation(about) is None):
        return False
    return all(_is_part(resource, actor, one, about or relation, depth + 1) for one in inner)


def _is_condition(columns: Mapping[str, Column], part: Mapping[str, Any]) -> bool:
    name, operator, values = part["field"], part.get("is"), part.get("values", [])
    if not isinstance(name, str) or not isinstance(operator, str) or not isinstance(values, list):
        return False
    if len(values) > VALUE_LIMIT:
        return False
    if not all(isinstance(value, str | int | float) for value in values):
        return False
    return not name or (name in columns and operator in operators_for(columns[name]))


def operators_for(column: Column) -> list[str]:
    """The operators that make sense for the column."""
    return list(OPERATORS_OF.get(column.to_field().kind, OPERATORS_OF["text"]))


def operator_word(column: Column, operator: str) -> str:
    """The operator as people say it."""
    days = text.DAY_OPERATORS if column.kind in ("date", "instant") else {}
    return days.get(operator, text.OPERATORS[operator])


def search_form(resource: Resource, actor: Actor, draft: Draft) -> Any:
    """The whole form."""
    name = resource.name
    return html.Div(
        [
            _group(resource, actor, draft, path=(), relation=""),
            html.Div(id={"type": "search-error", "resource": name}, role="alert", className="cmms-form-error"),
            dmc.Group(
                [
                    _press(name, "clear", (), text.SEARCH_CLEAR, variant="default"),
                    _press(name, "apply", (), text.SEARCH, leftSection=icon("search")),
                ],
                justify="flex-end",
                mt="md",
            ),
        ]
    )


def _press(resource: str, do: str, path: Sequence[int], label: Any, **more: Any) -> Any:
    identity = {"type": "search-press", "resource": resource, "do": do, "path": _join(path)}
    return dmc.Button(label, id=identity, **({"size": "compact-sm"} | more))


def _group(resource: Resource, actor: Actor, group: Draft, *, path: tuple[int, ...], relation: str) -> Any:
    """A frame with its parts below each other."""
    word, name = word_of(group), resource.name
    about = resource.relation(group.get("some") or group.get("none") or "")
    inner = about.name if about else relation
    parts = [
        _condition(resource, actor, part, path=(*path, place), relation=inner)
        if "field" in part
        else _group(resource, actor, part, path=(*path, place), relation=inner)
        for place, part in enumerate(group[word])
    ]
    adding = [_press(name, "add", path, text.SEARCH_CONDITION, variant="light", leftSection=icon("plus"))]
    if len(path) + 1 < DEPTH_LIMIT:
        adding.append(_press(name, "group", path, text.SEARCH_GROUP, variant="light", leftSection=icon("plus")))
        if not inner:
            adding += [
                _press(name, f"relation:{known.name}", path, known.label, variant="light", leftSection=icon("plus"))
                for known in resource.relations
            ]
    return html.Fieldset(
        [
            html.Legend(_legend(about, group)),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id={"type": "search-word", "resource": name, "path": _join(path)},
                        data=[{"value": value, "label": label} for value, label in _MARGIN.items()],
                        value=word,
                        size="xs",
                    ),
                    _exists(name, path, group) if about else None,
                    _remove(name, path, text.SEARCH_REMOVE_GROUP) if path else None,
                ],
                className="cmms-search-head",
            ),
            *parts,
            html.Div(adding, className="cmms-search-add"),
        ],
        className="cmms-search-group",
    )


def _legend(about: Relation | None, group: Draft) -> str:
    return (
        text.SEARCH_RELATION.format(relation=about.label)
        if about and "some" in group
        else about.label
        if about
        else text.SEARCH_CONDITIONS
    )


def _exists(resource: str, path: Sequence[int], group: Draft) -> Any:
    return dmc.SegmentedControl(
        id={"type": "search-exists", "resource": resource, "path": _join(path)},
        data=[{"value": "some", "label": text.SEARCH_SOME}, {"value": "none", "label": text.SEARCH_NONE}],
        value="none" if "none" in group else "some",
        size="xs",
    )


def _remove(resource: str, path: Sequence[int], label: str) -> Any:
    return dmc.ActionIcon(
        icon("trash", 14),
        id={"type": "search-press", "resource": resource, "do": "remove", "path": _join(path)},
        variant="subtle",
        color="red",
        className="cmms-search-remove",
        **aria(label=label),
    )


def _condition(resource: Resource, actor: Actor, part: Draft, *, path: tuple[int, ...], relation: str) -> Any:
    columns = columns_for(resource, actor, relation)
    column = columns.get(part["field"])
    name, at = resource.name, _join(path)
    cells: list[Any] = [
        dmc.Select(
            id={"type": "search-field", "resource": name, "path": at},
            data=[{"value": known.name, "label": known.label} for known in columns.values()],
            value=part["field"] or None,
            placeholder=text.SEARCH_FIELD,
            searchable=True,
            className="cmms-search-field",
            **aria(label=text.SEARCH_FIELD),
        )
    ]
    if column is not None:
        cells.append(
            dmc.Select(
                id={"type": "search-is", "resource": name, "path": at},
                data=[{"value": how, "label": operator_word(column, how)} for how in operators_for(column)],
                value=part["is"],
                allowDeselect=False,
                className="cmms-search-is",
                **aria(label=text.SEARCH_OPERATOR),
            )
        )
        cells += _values(column, part, name, at)
    return html.Div([*cells, _remove(name, path, text.SEARCH_REMOVE_CONDITION)], className="cmms-search-row")


def _values(column: Column, part: Draft, resource: str, at: str) -> list[Any]:
    """As many inputs as the operator takes."""
    if part["is"] in ("blank", "not_blank"):
        return []
    values = [str(value) for value in part["values"]]

    def identity(place: int) -> dict[str, Any]:
        return {"type": "search-value", "resource": resource, "path": at, "place": place}

    choices = [{"value": choice.value, "label": choice.label} for choice in column.choices]
    if column.kind == "boolean":
        choices = [{"value": "true", "label": text.YES}, {"value": "false", "label": text.NO}]
    common: dict[str, Any] = {"className": "cmms-search-value", **aria(label=text.SEARCH_VALUE)}
    if part["is"] == "in":
        if choices:
            return [dmc.MultiSelect(id=identity(0), data=choices, value=values, **common)]
        hint = "" if values else text.SEARCH_VALUES_HINT
        return [dmc.TagsInput(id=identity(0), value=values, placeholder=hint, acceptValueOnBlur=True, **common)]
    places = range(2 if part["is"] == "between" else 1)
    given = [values[place] if place < len(values) else "" for place in places]
    if choices and not column.several and part["is"] in ("equals", "not_equals"):
        return [dmc.Select(id=identity(0), data=choices, value=given[0] or None, **common)]
    if column.kind in ("date", "instant"):
        return [
            dmc.DatePickerInput(
                id=identity(place), value=value or None, valueFormat="YYYY-MM-DD", placeholder=text.SEARCH_DAY, **common
            )
            for place, value in zip(places, given, strict=True)
        ]
    return [
        dmc.TextInput(id=identity(place), value=value, **common) for place, value in zip(places, given, strict=True)
    ]


def search_drawer(resource: Resource, where: Mapping[str, Any] | None) -> list[Any]:
    """The drawer of the form, the search that holds, and what it says in words."""
    name = resource.name
    return [
        dmc.Drawer(
            html.Div(id={"type": "search-form", "resource": name}),
            id={"type": "search-drawer", "resource": name},
            title=text.SEARCH_TITLE,
            position="right",
            size="lg",
            returnFocus=True,
            closeButtonProps={"aria-label": text.CLOSE},
        ),
        dcc.Store(id={"type": "search-draft", "resource": name}, data=None),
        dcc.Store(id={"type": "list-where", "resource": name}, data=dict(where) if where else None),
        html.Div(id={"type": "search-summary", "resource": name}, className="cmms-search-summary", role="status"),
    ]


def describe_search(resource: Resource, where: Mapping[str, Any] | None) -> str:
    """A search in words: ``Plant is one of P001, P002, and (a Reading for which Quality is Warning)``."""
    return _say_group(resource, where, "") if where else ""


def _say_group(resource: Resource, group: Mapping[str, Any], relation: str) -> str:
    about = resource.relation(str(group.get("some") or group.get("none") or ""))
    word = word_of(group)
    said = list(_say_parts(resource, group[word], about.name if about else relation))
    conditions = (text.IN_WORDS_AND if word == "all" else text.IN_WORDS_OR).join(said)
    if about is None:
        return conditions
    if not conditions:
        return (text.IN_WORDS_SOME if "some" in group else text.IN_WORDS_NONE).format(relation=about.label)
    sentence = text.IN_WORDS_SOME_WITH if "some" in group else text.IN_WORDS_NONE_WITH
    return sentence.format(relation=about.label, conditions=conditions)


def _say_parts(resource: Resource, parts: Sequence[Mapping[str, Any]], relation: str) -> Iterator[str]:
    known = resource.relation(relation)
    columns = {column.name: column for column in (known.columns if known else resource.columns)}
    for part in parts:
        if "field" not in part:
            yield f"({_say_group(resource, part, relation)})"
            continue
        column = columns[part["field"]]
        labels = {choice.value: choice.label for choice in column.choices}
        values = [labels.get(str(value), str(value)) for value in part.get("values", ())]
        joint = text.IN_WORDS_BETWEEN if part["is"] == "between" else ", "
        yield f"{column.label} {operator_word(column, part['is'])} {joint.join(values)}".strip()


def _join(path: Sequence[int]) -> str:
    return ".".join(str(place) for place in path)
