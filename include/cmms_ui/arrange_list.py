"""How a list is arranged when it opens: by its address, by a saved view, by what the person has done to the columns.

Input: resource, person, the address's parameters. Output: an :class:`Arrangement` of things that exist; what a saved
view names and the resource no longer has is left out, and told. Pure but for reading what was saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from cmms.access.actors import Actor, Invalid
from cmms.listing.saved_views import SavedView, find_views, read_columns
from cmms.listing.search_tree import parse_tree, write_tree
from cmms.parse_input import parse_number
from cmms_ui.definition.schema import Column, Resource, Tab
from cmms_ui.list_query import from_state

WIDTHS = (40, 1200)
_NO_FILTERS = ("tab", "q", "view", "chip", "where")


@dataclass(frozen=True)
class ColumnPlace:
    """Where a column stands: in the order of the list, how wide (pixels), hidden, sorted (``asc``, ``desc``)."""

    name: str
    width: int
    hidden: bool
    sort: str | None = None
    sort_rank: int | None = None


@dataclass(frozen=True)
class Arrangement:
    """A list as it opens. ``header_filters`` is the grid's own filter model; ``missing``: what is gone."""

    tab: Tab
    search: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    header_filters: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[ColumnPlace, ...] = ()
    chips: tuple[str, ...] = ()
    where: Mapping[str, Any] | None = None
    view: SavedView | None = None
    views: tuple[SavedView, ...] = ()
    missing: tuple[str, ...] = ()


def arrange_list(resource: Resource, actor: Actor, search: str) -> Arrangement:
    """``?tab=...&q=...&<column>=<value>``, or ``?view=<id>``; nothing asked for: the person's default view."""
    asked = parse_qs(search.lstrip("?"))
    views = tuple(find_views(actor, resource.name))
    if not asked:
        view = next((view for view in views if view.is_default), None)
    else:
        view = next((view for view in views if str(view.id) == asked.get("view", [""])[0]), None)
    missing = (
        ("the view itself: it is not shared with you or has been deleted",) if "view" in asked and view is None else ()
    )
    if view is None:
        body: Mapping[str, Any] = {
            "tab": asked.get("tab", [""])[0],
            "search": asked.get("q", [""])[0],
            "filters": {name: values for name, values in asked.items() if name not in _NO_FILTERS},
            "chips": asked.get("chip", []),
            "where": _parse(asked.get("where", [""])[0]),
            "columns": read_columns(actor, resource.name),
        }
    else:
        body = view.body
    return _read_body(resource, actor, body, view, views, missing)


def describe_columns(state: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The grid's state of its columns, as it is kept: only what is ours to keep."""
    return [
        {
            "name": str(item.get("colId")),
            "width": _bound_width(item.get("width") or 0),
            "hidden": bool(item.get("hide")),
            "sort": item.get("sort"),
            "sort_rank": item.get("sortIndex"),
        }
        for item in state
        if not str(item.get("colId")).startswith("ag-Grid")  # the boxes to choose rows by
    ]


def _bound_width(width: object) -> int:
    """A width that a column can have; what is no number is the least one."""
    try:
        return min(max(int(parse_number(width)), WIDTHS[0]), WIDTHS[1])
    except ValueError:
        return WIDTHS[0]


def varying_columns(resource: Resource) -> set[str]:
    """Columns that some tabs show and others do not."""
    by_tab = {name for tab in resource.tabs for name in tab.columns}
    return {column.name for column in resource.columns if column.hidden and column.name in by_tab}


def _read_body(
    resource: Resource,
    actor: Actor,
    body: Mapping[str, Any],
    view: SavedView | None,
    views: tuple[SavedView, ...],
    missing: tuple[str, ...],
) -> Arrangement:
    tabs = resource.visible_tabs(actor)
    tab = next((tab for tab in tabs if tab.name == body.get("tab")), tabs[0])
    known = {column.name: column for column in resource.visible_columns(actor)}
    filters, headers = body.get("filters") or {}, body.get("header_filters") or {}
    if view is not None:
        gone = [name for name in (*filters, *headers) if name not in known]
        gone += [item["name"] for item in body.get("columns") or () if item["name"] not in known]
        missing += tuple(f"the column {name}" for name in dict.fromkeys(gone))
        missing += (f"the tab {body['tab']}",) if body.get("tab") and body["tab"] != tab.name else ()
    where, wrong = _check_search(resource, actor, body.get("where"))
    missing += (f"the search by conditions ({wrong})",) if wrong else ()
    chips = {chip.name for chip in resource.chips}
    if view is not None:
        missing += tuple(f"the quick filter {name}" for name in body.get("chips") or () if name not in chips)
    return Arrangement(
        tab=tab,
        chips=tuple(name for name in body.get("chips") or () if name in chips),
        where=where,
        search=str(body.get("search") or ""),
        filters={name: list(values or ()) for name, values in filters.items() if name in known},
        header_filters={name: model for name, model in headers.items() if name in known},
        columns=_place(resource, tab, known, body.get("columns") or ()),
        view=view,
        views=views,
        missing=missing,
    )


def _parse(text: str) -> Any:
    """What an address says; text that is no search is judged with the rest."""
    try:
        return write_tree(parse_tree(text))
    except Invalid:
        return text


def _check_search(resource: Resource, actor: Actor, where: Any) -> tuple[Mapping[str, Any] | None, str]:
    """The search if everything that it names is there, else why not."""
    try:
        return write_tree(from_state(resource, actor, {"where": where}).tree), ""
    except Invalid as error:
        return None, error.message


def _place(
    resource: Resource, tab: Tab, known: Mapping[str, Column], kept: Sequence[Mapping[str, Any]]
) -> tuple[ColumnPlace, ...]:
    """Kept columns first, in their order; those that came later at the end. What a tab shows is the tab's to say."""
    places: list[ColumnPlace] = []
    varying = varying_columns(resource)
    for item in kept:
        column = known.get(str(item.get("name")))
        if column is not None and column.name not in [place.name for place in places]:
            hidden = column.name not in tab.columns if column.name in varying else bool(item.get("hidden"))
            width = _bound_width(item.get("width") or column.width)
            sort = item.get("sort") if item.get("sort") in ("asc", "desc") else None
            places.append(ColumnPlace(column.name, width, hidden, sort, item.get("sort_rank")))
    placed = {place.name for place in places}
    for column in known.values():
        if column.name not in placed:
            hidden = column.hidden and column.name not in tab.columns
            places.append(ColumnPlace(column.name, column.width, hidden))
    return tuple(places)
