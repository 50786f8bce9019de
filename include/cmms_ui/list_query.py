"""What a person asks of a list, from the view's state, the grid's request or an address. Output: a :class:`ListQuery`.

In an address: ``tab``, ``q``, ``order`` (a name, ``-name`` descending, several by comma), ``offset``, ``limit``,
``chip`` (repeated: all of them), ``where`` (nested conditions as JSON, see ``search_tree``), and for every other name a
condition ``<field>=<value>`` (repeated: any of them) or ``<field>.<operator>=<value>``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NotRequired, TypedDict

from cmms.access.actors import Actor, Forbidden, Invalid
from cmms.access.view_settings import read_zone
from cmms.listing.definition import PAGE_SIZE_LIMIT, ListQuery, build_where
from cmms.listing.search_tree import Condition, conditions_of, parse_tree, read_tree, relations_of
from cmms.parse_input import parse_whole
from cmms_ui.definition.schema import Resource

_GRID_OPERATORS = {
    "contains": "contains",
    "equals": "equals",
    "notEqual": "not_equals",
    "startsWith": "starts",
    "blank": "blank",
    "notBlank": "not_blank",
    "lessThan": "less",
    "lessThanOrEqual": "at_most",
    "greaterThan": "greater",
    "greaterThanOrEqual": "at_least",
    "inRange": "between",
}
PARAMETER_LIMIT = 500
RESERVED = ("tab", "q", "order", "offset", "limit", "format", "chip", "where")


class SortedBy(TypedDict):
    """A column that the grid is sorted by."""

    colId: str
    sort: str


class GridRequest(TypedDict):
    """A block of rows that the grid asks for."""

    startRow: NotRequired[int]
    endRow: NotRequired[int]
    sortModel: NotRequired[list[SortedBy]]
    filterModel: NotRequired[dict[str, dict[str, Any]]]


class ListState(TypedDict):
    """What the toolbar of a list holds."""

    tab: NotRequired[str]
    search: NotRequired[str]
    filters: NotRequired[dict[str, list[Any]]]
    chips: NotRequired[list[str]]
    where: NotRequired[dict[str, Any]]


def from_state(resource: Resource, actor: Actor, state: Mapping[str, Any], **page: Any) -> ListQuery:
    """From the store of an open list: tab, search, filters, and those of the grid's headers."""
    tab = _check_tab(resource, actor, str(state.get("tab") or resource.tabs[0].name))
    conditions = []
    kinds = {item.column: item.kind for item in resource.filters}
    for name, values in (state.get("filters") or {}).items():
        chosen = tuple(str(value) for value in values or () if value)
        if kinds.get(name) == "days":
            if len(chosen) == 2:
                conditions.append(Condition(name, "between", chosen))
        elif chosen:
            conditions.append(Condition(name, "in", chosen))
    conditions += [_grid_condition(name, model) for name, model in (state.get("header_filters") or {}).items()]
    more = {"chips": tuple(state.get("chips") or ()), "tree": read_tree(state.get("where")), **page}
    return check_query(resource, actor, ListQuery(tab, str(state.get("search") or ""), tuple(conditions), **more))


def from_grid(resource: Resource, actor: Actor, state: Mapping[str, Any], request: Mapping[str, Any]) -> ListQuery:
    """From the store and what the grid wants: a block of rows, sorted and filtered by its headers."""
    plain = {name: request.get(name) or 0 for name in ("startRow", "endRow")}
    start = _whole(plain, "startRow", 0)
    limit = min(max(_whole(plain, "endRow", 0) - start, 1), PAGE_SIZE_LIMIT)
    order = tuple((str(item["colId"]), item["sort"] == "desc") for item in request.get("sortModel") or ())
    asked = {**state, "header_filters": request.get("filterModel")}
    return from_state(resource, actor, asked, offset=start, limit=limit, order=order)


def from_address(resource: Resource, actor: Actor, items: Sequence[tuple[str, str]]) -> ListQuery:
    """From the parameters of an address."""
    if len(items) > PARAMETER_LIMIT:
        raise Invalid(f"at most {PARAMETER_LIMIT} parameters")
    plain = dict(items)
    values: dict[str, list[str]] = {}
    for name, value in items:
        if name not in RESERVED:
            values.setdefault(name, []).append(value)
    order = tuple(
        (part.strip().lstrip("-"), part.strip().startswith("-"))
        for part in plain.get("order", "").split(",")
        if part.strip()
    )
    query = ListQuery(
        _check_tab(resource, actor, plain.get("tab", "")) if plain.get("tab") else "",
        plain.get("q", ""),
        tuple(_address_condition(resource, name, chosen) for name, chosen in values.items()),
        order,
        _whole(plain, "offset", 0),
        _whole(plain, "limit", 50),
        tuple(dict.fromkeys(value for name, value in items if name == "chip")),
        parse_tree(plain.get("where", "")),
    )
    return check_query(resource, actor, query)


def _whole(plain: Mapping[str, Any], name: str, default: int) -> int:
    try:
        return parse_whole(plain.get(name, default), 0)
    except ValueError as error:
        raise Invalid(f"{name} {error}", **{name: str(error)}) from None


def _address_condition(resource: Resource, name: str, values: Iterable[str]) -> Condition:
    field, _, operator = name.partition(".")
    chosen = tuple(values)
    if operator:
        return Condition(field, operator, () if operator in ("blank", "not_blank") else chosen)
    if any(item.column == field and item.kind == "days" for item in resource.filters) and len(chosen) == 2:
        return Condition(field, "between", chosen)
    kind = next((column.to_field().kind for column in resource.columns if column.name == field), "text")
    return Condition(field, "equals" if kind in ("boolean", "instant") else "in", chosen)


def _grid_condition(name: str, model: Mapping[str, Any]) -> Condition:
    operator = _GRID_OPERATORS.get(str(model.get("type")))
    if operator is None:
        raise Invalid("this filter is not known")
    first, last = ("dateFrom", "dateTo") if model.get("filterType") == "date" else ("filter", "filterTo")
    values = [model.get(first), model.get(last)] if operator == "between" else [model.get(first)]
    return Condition(name, operator, tuple(str(value) for value in values if value is not None))


def _check_tab(resource: Resource, actor: Actor, name: str) -> str:
    for tab in resource.tabs:
        if tab.name == name:
            if not actor.can(tab.capability):
                raise Forbidden("you do not have permission to open this tab")
            return name
    raise Invalid(f"there is no tab {name[:40]!r}", tab="unknown")


def check_query(resource: Resource, actor: Actor, query: ListQuery) -> ListQuery:
    """A column that the person may not read can neither be filtered nor sorted by: that would tell its values."""
    readable = {column.name for column in resource.visible_columns(actor)}
    searched = [condition.field for relation, condition in conditions_of(query.tree) if not relation]
    for name in [*searched, *(condition.field for condition in query.conditions), *(name for name, _ in query.order)]:
        if name not in readable:
            raise Invalid(f"there is no field {name[:40]!r}", **{name[:40]: "unknown field"})
    for name in relations_of(query.tree):
        resource.listing.relation_named(name)
    build_where(resource.listing, query)  # whatever is wrong with it is said before anything is asked
    asked = [*conditions_of(query.tree), *(("", condition) for condition in query.conditions)]
    kinds = {resource.listing.field_of(relation, condition.field).kind for relation, condition in asked}
    return replace(query, zone=read_zone()) if "instant" in kinds else query
