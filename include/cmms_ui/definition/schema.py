"""The vocabulary of which the view is made: what a page, a list, a form or an action is, as frozen values.

A resource (``resources/<name>/resource.py``) is defined once with these; list, filters, forms, actions, export, REST
API, its metadata and the permission checks follow from the definition. Pure: knows neither Dash nor the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cmms.access.actors import Actor, Capability
from cmms.listing.definition import Field as ListField
from cmms.listing.definition import Join, Listing
from cmms.listing.definition import Relation as ListRelation
from cmms.run_control.start_syncs import StartedRun
from cmms_ui.definition.status import Statuses

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """A value and what people call it."""

    value: str
    label: str


def choices_of(statuses: Statuses) -> tuple[Choice, ...]:
    """A choice for each status, in their order."""
    return tuple(Choice(name, status.label) for name, status in statuses.items())


@dataclass(frozen=True)
class Column:
    """One thing of a row: how it is read, shown, sorted, filtered, edited and exported.

    ``leads_to`` (resource, column that holds its key) makes it a link to a record of another resource.
    ``source`` is SQL; an expression says in ``joins`` which of the list's joins it names. ``then``: the field that
    orders rows of equal value (see ``Listing``). ``kind``: text, integer, hours, date, instant, boolean, status (a key
    of ``statuses``).
    ``several``: a text of several values with commas between them, each with its label among ``choices``.
    ``phone`` is its place where a row is a card: ``title``, ``side`` (right of it), ``line`` (below), ``fact`` (with
    its label). A column without one is not there, unless it is a hidden one that somebody or a tab shows: then a fact.
    """

    name: str
    label: str
    source: str
    kind: str = "text"
    width: int = 140
    sortable: bool = True
    filterable: bool = True
    searchable: bool = False
    hidden: bool = False
    link: bool = False
    editable: bool = False
    choices: tuple[Choice, ...] = ()
    capability: Capability = Capability.VIEW
    help: str = ""
    leads_to: tuple[str, str] | None = None
    then: str = ""
    phone: str = ""
    joins: tuple[str, ...] = ()
    statuses: Statuses = field(default_factory=dict)
    several: bool = False

    def label_of(self, value: object) -> str:
        """A value as its choices call it; one that none of them names is shown as it is."""
        labels = {choice.value: choice.label for choice in self.choices}
        if self.several and isinstance(value, str):
            return ", ".join(labels.get(part, part) for part in value.split(","))
        return labels.get(str(value), str(value))

    @property
    def place_in_card(self) -> str:
        """``title``, ``side``, ``line``, ``fact`` or ``none``."""
        return self.phone or ("fact" if self.hidden else "none")

    def to_field(self) -> ListField:
        """What the service layer needs to know of it."""
        kind = {"status": "choice"}.get(self.kind, self.kind)
        return ListField(
            self.name, self.source, kind, self.sortable, self.filterable, self.searchable, self.then, self.joins
        )


@dataclass(frozen=True)
class Relation:
    """Rows of another table that a search can ask for: "has a reading for which ...". ``table`` and ``on`` are SQL."""

    name: str
    label: str
    table: str
    on: str
    columns: tuple[Column, ...]

    def to_relation(self) -> ListRelation:
        """What the service layer needs to know of it."""
        return ListRelation(self.name, self.table, self.on, tuple(column.to_field() for column in self.columns))


@dataclass(frozen=True)
class Chip:
    """A condition that one click puts on and takes off; ``condition`` is SQL."""

    name: str
    label: str
    condition: str


@dataclass(frozen=True)
class Filter:
    """A filter above the list: a choice among values of a column, or a range of days.

    A ``quiet`` one is there only while it filters: a widget or an address sets it.
    """

    column: str
    label: str
    kind: str = "choice"
    load_choices: Callable[[], Sequence[Choice]] | None = None
    choices: tuple[Choice, ...] = ()
    quiet: bool = False


@dataclass(frozen=True)
class Widget:
    """A part of a page. ``load`` reads the data, ``render`` makes the component.

    ``options`` are chosen in its head; ``load`` gets their values by name, and ``key`` of the record if there is one.
    It is read again when one of its ``topics`` has changed (``cmms.figures.read_changes``), every ``refresh_seconds``,
    or, without either, by hand only. Where no push arrives, one with topics is asked for every ``refresh_seconds``.
    A ``holdable`` one stands still while somebody reads in it.
    """

    name: str
    title: str
    load: Callable[[Mapping[str, Any]], Any]
    render: Callable[[Any], Any]
    refresh_seconds: int = 0
    span: int = 4
    options: tuple[Field, ...] = ()
    topics: tuple[str, ...] = ()
    holdable: bool = False

    @property
    def updates(self) -> str:
        """How it follows what changes: push, poll or manual."""
        return find_updates(self.topics, self.refresh_seconds)

    def choose(self, wanted: Mapping[str, Any]) -> dict[str, str]:
        """The value of each option: one of its choices or a text that is not too long, else the default."""
        chosen = {}
        for option in self.options:
            text = str(wanted.get(option.name) or "").strip()[: option.max_length]
            if option.kind == "choice" and text not in {choice.value for choice in option.find_choices()}:
                text = str(option.default or "")
            chosen[option.name] = text
        return chosen


def find_updates(topics: Sequence[str], refresh_seconds: int) -> str:
    """``push``, ``poll`` or ``manual``; push needs an interval too, for where no push arrives."""
    return "push" if topics else "poll" if refresh_seconds else "manual"


@dataclass(frozen=True)
class Tab:
    """A fixed condition with a name; ``condition`` is SQL. ``columns`` are shown besides the usual ones.

    ``widgets`` stand above the list while the tab is open.
    """

    name: str
    label: str
    icon: str
    condition: str = ""
    empty: str = "Nothing here."
    capability: Capability = Capability.VIEW
    columns: tuple[str, ...] = ()
    alarming: bool = False
    hint: str = ""
    widgets: tuple[Widget, ...] = ()


@dataclass(frozen=True)
class Field:
    """One input of a form.

    ``visible_when`` is (other field, its value): else the field is hidden, neither required nor taken.
    ``example``: a value for the API's documentation, where one of its kind would not do.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    max_length: int = 255
    choices: tuple[Choice, ...] = ()
    load_choices: Callable[[], Sequence[Choice]] | None = None
    default: Any = None
    help: str = ""
    read_only: bool = False
    visible_when: tuple[str, Any] | None = None
    example: Any = None

    def is_visible(self, values: Mapping[str, Any]) -> bool:
        """Whether the form shows it when the others have these values."""
        if self.visible_when is None:
            return True
        other, wanted = self.visible_when
        return bool(values.get(other) == wanted)

    def find_choices(self) -> Sequence[Choice]:
        """The choices, asked for when they are needed."""
        return self.load_choices() if self.load_choices else self.choices


@dataclass(frozen=True)
class Target:
    """What an action works on: chosen rows, with the version the person saw; none for an action without rows.

    ``request`` names one opening of the dialog: pressed twice, it is still the same request.
    """

    keys: tuple[int, ...] = ()
    version: int | None = None
    request: str = ""


@dataclass(frozen=True)
class Detail:
    """What became of one row, in a line; ``path`` leads to it."""

    text: str
    path: str = ""


@dataclass(frozen=True)
class Outcome:
    """How an action ended, in a sentence for the person; ``path`` leads to the result.

    ``details`` says it row by row, a plain text leads nowhere; ``runs`` were started. The dialog stays open to show
    either.
    """

    message: str
    level: str = "success"
    path: str = ""
    details: tuple[str | Detail, ...] = ()
    runs: tuple[StartedRun, ...] = ()

    @property
    def lines(self) -> tuple[Detail, ...]:
        """The details, all of one kind."""
        return tuple(line if isinstance(line, Detail) else Detail(line) for line in self.details)


@dataclass(frozen=True)
class Preview:
    """What an action would do: a sentence, and a table of what would become of what."""

    text: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Action:
    """Something that a person can do. ``name`` is the row of the policy, ``resource.verb``.

    ``on``: ``list`` needs no row, ``rows`` works on chosen ones, ``record`` on exactly one; ``widget`` needs no row and
    is offered by a widget only. With ``preview``, the dialog shows what would be done before it can be confirmed: after
    the form, or as it opens if there is none. A preview changes nothing. ``scope_now`` says what the form left as it is
    would concern, given the values that it is opened with. ``prefill``: the form begins with the values of the row;
    ``suggest`` makes such values of the row.
    """

    name: str
    label: str
    icon: str
    run: Callable[[Actor, Target, Mapping[str, Any]], Outcome]
    on: str = "rows"
    fields: tuple[Field, ...] = ()
    explain: str = ""
    confirm: str = "Confirm"
    dangerous: bool = False
    visible_when: Callable[[Row], bool] = lambda _row: True
    prefill: bool = False
    suggest: Callable[[Row], Mapping[str, Any]] | None = None
    preview: Callable[[Actor, Target, Mapping[str, Any]], Preview] | None = None
    scope_now: Callable[[Mapping[str, Any]], str] | None = None

    @property
    def verb(self) -> str:
        """The part after the dot."""
        return self.name.partition(".")[2]


@dataclass(frozen=True)
class Section:
    """A titled group of columns on the page of a record."""

    title: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """Something that the view lists, shows and changes.

    A list follows its ``topics`` and ``refresh_seconds`` as a widget does. One with a ``parent`` has no entry in the
    menu: the page of that resource leads to it. ``count_limit``: a list that can hold millions of rows is counted up
    to there only. ``details`` open beside the list, from a button in each row.
    """

    name: str
    label: str
    singular: str
    icon: str
    table: str
    key: str
    columns: tuple[Column, ...]
    joins: Mapping[str, Join] = field(default_factory=dict)
    order: tuple[tuple[str, bool], ...] = ()
    tabs: tuple[Tab, ...] = ()
    filters: tuple[Filter, ...] = ()
    chips: tuple[Chip, ...] = ()
    relations: tuple[Relation, ...] = ()
    details: tuple[Widget, ...] = ()
    actions: tuple[Action, ...] = ()
    infolist: tuple[Section, ...] = ()
    title: str = "id"
    widgets: tuple[Widget, ...] = ()
    record_widgets: tuple[Widget, ...] = ()
    refresh_seconds: int = 0
    topics: tuple[str, ...] = ()
    search_hint: str = "Search"
    inline_edit: str = ""
    parent: str = ""
    count_limit: int = 0

    @cached_property
    def listing(self) -> Listing:
        """What the service layer needs to read it."""
        return Listing(
            table=self.table,
            key=self.key,
            fields=tuple(column.to_field() for column in self.columns),
            joins=self.joins,
            scopes={tab.name: tab.condition for tab in self.tabs},
            chips={chip.name: chip.condition for chip in self.chips},
            relations=tuple(relation.to_relation() for relation in self.relations),
            order=self.order,
            count_limit=self.count_limit,
        )

    def title_of(self, row: Row) -> str:
        """What people call a record."""
        return self.column(self.title).label_of(row[self.title])

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def relation(self, name: str) -> Relation | None:
        """The relation of that name."""
        return next((relation for relation in self.relations if relation.name == name), None)

    def tab(self, name: str | None) -> Tab:
        """The tab of that name; the first one if there is none."""
        return next((tab for tab in self.tabs if tab.name == name), self.tabs[0])

    def action(self, verb: str) -> Action | None:
        """The action of that verb."""
        return next((action for action in self.actions if action.verb == verb), None)

    def visible_columns(self, actor: Actor) -> tuple[Column, ...]:
        """The columns that the person may read."""
        return tuple(column for column in self.columns if actor.can(column.capability))

    def visible_tabs(self, actor: Actor) -> tuple[Tab, ...]:
        """The tabs that the person may open."""
        return tuple(tab for tab in self.tabs if actor.can(tab.capability))

    def derive(self, *, columns: Mapping[str, Mapping[str, Any]] | None = None, **changes: Any) -> Resource:
        """A resource that inherits everything from this one but the given parts, single columns included."""
        changed = tuple(replace(column, **(columns or {}).get(column.name, {})) for column in self.columns)
        return replace(self, columns=changed, **changes)
