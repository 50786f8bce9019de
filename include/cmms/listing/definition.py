"""What a list can show, and the selects that follow from it. Pure: makes SQLAlchemy selects, runs none.

Input: a :class:`Listing` (tables and fields: code, never input) and a :class:`ListQuery` (what a person asks). Output:
selects whose columns come from the listing's fields and whose values are bound. A field that is not in the listing
cannot be asked for.

A page is selected in two steps: the keys of the page with the joins that filter and order need, then the columns of
those rows only. So costly columns (the newest reading) are computed for one page, not for the table. Two statements,
for of one with a subquery MariaDB takes 90,000 rows to be concerned when 90,000 are skipped, and reads them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, text

from cmms.access.actors import Invalid
from cmms.listing.search_tree import Condition, Group, conditions_of
from cmms.parse_input import check_text, parse_day, parse_number

PAGE_SIZE_LIMIT = 200
OFFSET_LIMIT = 10_000_000
CONDITION_LIMIT = 30
VALUE_LIMIT = 200
TEXT_LIMIT = 200


@dataclass(frozen=True)
class Join:
    """A further table of a list: the SQL of its JOIN, and the aliases of joins before it that its condition names."""

    sql: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """One thing a list knows of a row. ``source`` is SQL; ``kind`` says which conditions make sense.

    ``joins`` are the aliases that ``source`` names; a plain ``alias.column`` need not say its own.
    A ``set`` holds words joined by commas: ``in`` finds those that hold one of the words. ``then`` is the unique field
    that puts rows of equal value in order, the field itself if no two are equal; the key if it is empty.
    """

    name: str
    source: str
    kind: str = "text"
    sortable: bool = True
    filterable: bool = True
    searchable: bool = False
    then: str = ""
    joins: tuple[str, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """The tables that it is read from."""
        return self.joins or (self.source.partition(".")[0],)


@dataclass(frozen=True)
class Relation:
    """Rows of another table that belong to a row of the list.

    ``table`` is SQL with its alias, ``on`` the SQL that says which rows belong. Its fields are found by searches only.
    """

    name: str
    table: str
    on: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Listing:
    """Tables and fields of a list.

    ``table`` is SQL with its alias, ``key`` the column that identifies a row, ``joins`` further tables by their alias,
    of which only those are joined that the wanted fields need. ``scopes`` are fixed conditions by name, ``chips``
    further ones of which several can be asked for at once; they and relations name ``table`` alone.
    Rows are counted up to ``count_limit``, all of them if it is 0.
    """

    table: str
    key: str
    fields: tuple[Field, ...]
    joins: Mapping[str, Join] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)
    chips: Mapping[str, str] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    count_limit: int = 0

    def field_named(self, name: str) -> Field:
        """The field of that name; raises :class:`Invalid` for any other."""
        for known in self.fields:
            if known.name == name:
                return known
        raise Invalid(f"there is no field {name[:40]!r}", **{name[:40]: "unknown field"})

    def relation_named(self, name: str) -> Relation:
        """The relation of that name; raises :class:`Invalid` for any other."""
        for known in self.relations:
            if known.name == name:
                return known
        raise Invalid(f"unknown relation {name[:40]!r}", where="unknown relation")

    def field_of(self, relation: str, name: str) -> Field:
        """A field of the list, or of a relation of it."""
        if not relation:
            return self.field_named(name)
        for known in self.relation_named(relation).fields:
            if known.name == name:
                return known
        raise Invalid(f"{relation} has no field {name[:40]!r}", where="unknown field")


@dataclass(frozen=True)
class Day:
    """A local day as stored instants, which are UTC: those from ``begin`` on and before ``end``."""

    begin: datetime
    end: datetime

    @classmethod
    def of(cls, day: date, zone: tzinfo) -> Day:
        """The day in a zone; where clocks change it has 23 or 25 hours."""
        bounds = (datetime.combine(one, datetime.min.time(), zone) for one in (day, day + timedelta(days=1)))
        return cls(*(bound.astimezone(UTC).replace(tzinfo=None) for bound in bounds))


@dataclass(frozen=True)
class ListQuery:
    """What a person wants to see. ``order`` holds (field, descending) pairs; ``tree`` nested conditions.

    A day in a condition on an instant is a day in ``zone``.
    """

    scope: str = ""
    search: str = ""
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    offset: int = 0
    limit: int = 50
    chips: tuple[str, ...] = ()
    tree: Group | None = None
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= PAGE_SIZE_LIMIT:
            raise Invalid(f"a page has 1 to {PAGE_SIZE_LIMIT} rows", limit="out of bounds")
        if not 0 <= self.offset <= OFFSET_LIMIT:
            raise Invalid("the offset is out of bounds", offset="out of bounds")
        if len(self.conditions) > CONDITION_LIMIT or len(self.order) > CONDITION_LIMIT:
            raise Invalid(f"at most {CONDITION_LIMIT} conditions", conditions="too many")
        if len(self.search) > TEXT_LIMIT or any(len(c.values) > VALUE_LIMIT for c in self.conditions):
            raise Invalid("the search is too long", search="too long")
        try:
            check_text(self.search)
        except ValueError as error:
            raise Invalid(f"the search {error}", search=str(error)) from None


def select_page_keys(listing: Listing, query: ListQuery) -> Select[Any]:
    """The keys of one page's rows, in the list's order."""
    used = [listing.field_named(name) for name, _ in _order_of(listing, query)]
    return (
        select(literal_column(listing.key))
        .select_from(_from(listing, [*used, *_where_fields(listing, query)]))
        .where(build_where(listing, query))
        .order_by(*_order_terms(listing, query))
        .limit(query.limit)
        .offset(query.offset)
    )


def select_rows(listing: Listing, keys: Sequence[int]) -> Select[Any]:
    """Every field of these rows, in no order, and last the key of each as ``_key``."""
    key: Any = literal_column(listing.key)
    return select_many(listing).add_columns(key.label("_key")).where(key.in_(keys))


def select_many(listing: Listing) -> Select[Any]:
    """Every field of every row; the caller says which rows."""
    columns: list[Any] = [literal_column(known.source).label(known.name) for known in listing.fields]
    return select(*columns).select_from(_from(listing, listing.fields))


def select_row(listing: Listing, key: int) -> Select[Any]:
    """One row by its key."""
    return select_many(listing).where(literal_column(listing.key) == key)


def select_count(listing: Listing, query: ListQuery) -> Select[Any]:
    """How many rows match."""
    return _count(listing, _from(listing, _where_fields(listing, query)), build_where(listing, query))


def _count(listing: Listing, tables: Any, condition: Any) -> Select[Any]:
    """A bounded count reads that many rows of an index and stops."""
    if not listing.count_limit:
        return select(func.count()).select_from(tables).where(condition)
    rows: Select[Any] = select(literal_column("1")).select_from(tables).where(condition).limit(listing.count_limit)
    return select(func.count()).select_from(rows.subquery("counted"))


def select_keys(listing: Listing, query: ListQuery, limit: int) -> Select[Any]:
    """The keys of all matching rows, for an action on everything that a filter finds."""
    return (
        select(literal_column(listing.key))
        .select_from(_from(listing, _where_fields(listing, query)))
        .where(build_where(listing, query))
        .order_by(literal_column(listing.key))
        .limit(limit)
    )


def select_badges(listing: Listing) -> Select[Any]:
    """The number of rows of every scope, in one statement."""
    counts = [
        _count(listing, text(listing.table), text(condition) if condition else text("1 = 1"))
        .scalar_subquery()
        .label(name)
        for name, condition in listing.scopes.items()
    ]
    return select(*counts)


def select_chips(listing: Listing, scope: str) -> Select[Any]:
    """The number of rows of every chip within a scope, in one statement."""
    counts = []
    for name in listing.chips:
        query = ListQuery(scope, chips=(name,))
        found = _count(listing, _from(listing, _where_fields(listing, query)), build_where(listing, query))
        counts.append(found.scalar_subquery().label(name))
    return select(*counts)


def build_where(listing: Listing, query: ListQuery) -> ColumnElement[bool]:
    """Scope, search and conditions as one expression with bound values."""
    parts: list[Any] = [text("1 = 1")]
    if query.scope:
        if query.scope not in listing.scopes:
            raise Invalid(f"there is no tab {query.scope[:40]!r}", scope="unknown")
        if condition := listing.scopes[query.scope]:
            parts.append(text(condition))
    for chip in query.chips:
        if chip not in listing.chips:
            raise Invalid(f"there is no chip {chip[:40]!r}", chip="unknown")
        parts.append(text(listing.chips[chip]))
    for word in query.search.split()[:5]:
        pattern = f"%{escape_like(word)}%"
        parts.append(or_(*(_folded(f.source).like(pattern, escape="!") for f in listing.fields if f.searchable)))
    parts.extend(_express(listing.field_named(item.field), item, query.zone) for item in query.conditions)
    if query.tree is not None:
        parts.append(_express_group(listing, query.tree, query.tree.relation, query.zone))
    return and_(*parts)


def _express_group(listing: Listing, group: Group, relation: str, zone: tzinfo) -> ColumnElement[bool]:
    """Nested conditions; what is about related rows becomes an EXISTS, so that no row of the list is doubled."""
    parts: list[Any] = [
        _express_group(listing, part, part.relation or relation, zone)
        if isinstance(part, Group)
        else _express(listing.field_of(relation, part.field), part, zone)
        for part in group.parts
    ]
    expression: Any = (and_ if group.every else or_)(*parts) if parts else text("1 = 1")
    if not group.relation:
        return cast("ColumnElement[bool]", expression)
    known = listing.relation_named(group.relation)
    related: ColumnElement[bool] = (
        select(literal_column("1")).select_from(text(known.table)).where(text(known.on), expression).exists()
    )
    return related if group.exists else ~related


def _folded(source: str) -> Any:
    """A text without regard to case and accents: identifiers are kept byte by byte, people do not type them so."""
    return literal_column(f"CONVERT({source} USING utf8mb4) COLLATE utf8mb4_unicode_ci")


def escape_like(value: str) -> str:
    """So that ``%`` and ``_`` mean themselves in a pattern with ``ESCAPE '!'``."""
    return value.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _order_of(listing: Listing, query: ListQuery) -> list[tuple[str, bool]]:
    asked = query.order or listing.order
    for name, _ in asked:
        if not listing.field_named(name).sortable:
            raise Invalid(f"the list cannot be sorted by {name}", order=name)
    return list(asked)


def _order_terms(listing: Listing, query: ListQuery) -> list[Any]:
    fields = [(listing.field_named(name), descending) for name, descending in _order_of(listing, query)]
    asked = [(known.source, descending) for known, descending in fields]
    then = fields[-1][0].then if fields else ""
    last = listing.field_named(then).source if then else listing.key
    if last not in [source for source, _ in asked]:
        # Equal rows keep their places from page to page; in the same direction, so that an index can give the order.
        asked.append((last, bool(asked) and asked[-1][1]))
    columns: list[tuple[Any, bool]] = [(literal_column(source), descending) for source, descending in asked]
    return [column.desc() if descending else column.asc() for column, descending in columns]


def _where_fields(listing: Listing, query: ListQuery) -> list[Field]:
    """The fields that decide which rows match."""
    fields = [listing.field_named(condition.field) for condition in query.conditions]
    fields += [listing.field_named(c.field) for relation, c in conditions_of(query.tree) if not relation]
    if query.search:
        fields += [known for known in listing.fields if known.searchable]
    return fields


def _from(listing: Listing, fields: Iterable[Field]) -> Any:
    """The table, and the joins that the fields, or further joins, need."""
    needed = {alias for known in fields for alias in known.aliases}
    clauses: list[str] = []
    for alias, join in reversed(tuple(listing.joins.items())):
        if alias in needed:
            clauses.insert(0, join.sql)
            needed.update(join.after)
    return text(" ".join([listing.table, *clauses]))


def _express(known: Field, condition: Condition, zone: tzinfo) -> ColumnElement[bool]:
    if not known.filterable:
        raise Invalid(f"the list cannot be filtered by {known.name}", **{known.name: "cannot be filtered"})
    allowed = OPERATORS_OF.get(known.kind, OPERATORS_OF["text"])
    if condition.operator not in allowed:
        raise Invalid(f"{known.name} has no operator {condition.operator[:20]!r}", **{known.name: "unknown operator"})
    is_part = condition.operator in ("contains", "starts")
    column: Any = _folded(known.source) if is_part else literal_column(known.source)
    values = [_convert(known, value, zone) for value in condition.values]
    arity = 0 if condition.operator in ("blank", "not_blank") else 2 if condition.operator == "between" else 1
    if (arity and len(values) < arity) or (condition.operator != "in" and len(values) > arity):
        raise Invalid(f"{known.name}: wrong number of values", **{known.name: "wrong number of values"})
    expression: ColumnElement[bool] = OPERATORS[condition.operator](column, values, known)
    return expression


def _convert(known: Field, value: str, zone: tzinfo) -> Any:
    try:
        if known.kind in ("number", "hours", "integer"):
            return parse_number(value)
        if known.kind == "boolean":
            return {"true": 1, "false": 0, "1": 1, "0": 0}[value.lower()]
        if known.kind in ("date", "instant"):
            day = parse_day(value)
            return day if known.kind == "date" else Day.of(day, zone)
        return check_text(value, TEXT_LIMIT)
    except (ValueError, KeyError, OverflowError) as error:
        why = str(error) if known.kind not in ("boolean", "instant") else f"is no {known.kind}"
        raise Invalid(f"{known.name}: {value[:40]!r} {why}", **{known.name: why}) from None


def _begin(value: Any) -> Any:
    return value.begin if isinstance(value, Day) else value


def _between(column: Any, values: Sequence[Any], known: Field) -> Any:
    low, high = values[0], values[1]
    if known.kind == "instant":  # whole days, the last one included
        return and_(column >= low.begin, column < high.end)
    return column.between(low, high)


def _equals(column: Any, values: Sequence[Any], known: Field) -> Any:
    return _between(column, [values[0], values[0]], known) if known.kind == "instant" else column == values[0]


OPERATORS: Mapping[str, Callable[[Any, Sequence[Any], Field], Any]] = {
    "contains": lambda c, v, _: c.like(f"%{escape_like(v[0])}%", escape="!"),
    "starts": lambda c, v, _: c.like(f"{escape_like(v[0])}%", escape="!"),
    "equals": _equals,
    "not_equals": lambda c, v, k: or_(c.is_(None), ~_equals(c, v, k)),
    "in": lambda c, v, k: or_(*(func.find_in_set(one, c) > 0 for one in v)) if k.kind == "set" else c.in_(v),
    "less": lambda c, v, _: c < _begin(v[0]),
    "at_most": lambda c, v, k: c < v[0].end if k.kind == "instant" else c <= v[0],
    "greater": lambda c, v, k: c >= v[0].end if k.kind == "instant" else c > v[0],
    "at_least": lambda c, v, _: c >= _begin(v[0]),
    "between": _between,
    "blank": lambda c, _v, k: or_(c.is_(None), c == "") if k.kind == "text" else c.is_(None),
    "not_blank": lambda c, _v, k: and_(c.is_not(None), c != "") if k.kind == "text" else c.is_not(None),
}

_COMPARE = ("equals", "not_equals", "in", "less", "at_most", "greater", "at_least", "between", "blank", "not_blank")
OPERATORS_OF: Mapping[str, tuple[str, ...]] = {
    "text": ("contains", "starts", "equals", "not_equals", "in", "blank", "not_blank"),
    "set": ("contains", "in", "blank", "not_blank"),
    "choice": ("equals", "not_equals", "in", "blank", "not_blank"),
    "boolean": ("equals",),
    "date": _COMPARE,
    "instant": tuple(name for name in _COMPARE if name != "in"),
    "number": _COMPARE,
    "hours": _COMPARE,
    "integer": _COMPARE,
}
