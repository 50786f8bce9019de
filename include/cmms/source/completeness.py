"""What an answer says of its own completeness, whether or not a setting uses it.

Input: a page's envelope (its body without the records) and its headers. Output: :class:`Hint`. Of the pages of one
request follow the :class:`Doubt` s: hints that say that more exists than came, and that no setting has used.

Names count in every spelling (:mod:`cmms.source.completeness_names`): upper and lower case, ``_``, ``-``, ``@`` and
dots make no difference: ``hasMore``, ``has_more`` and ``HasMore`` are one name. Nothing inside a record is ever looked
at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from cmms.body_path import last_key, relations_of
from cmms.source import completeness_names as names
from cmms.source.completeness_names import plain_name
from cmms.source.links import header_links
from cmms.storable_text import storable
from cmms.words import count_of

HintKind = Literal["next_page", "has_more", "total", "pages", "size", "list"]

_TRUE = frozenset(("true", "1", "yes", "y", "x", "t"))
_FALSE = frozenset(("false", "0", "no", "n", "f"))
_REMAINING = names.REMAINING_COMPOSED | names.REMAINING_IN_CONTAINERS
_NO_PAGE = frozenset(("", "0", "null", "none", "false", "no"))
_DEPTH = 6
_NAME_LENGTH = 80
_INCOMPLETE_STATUSES = frozenset((206, 207))
_RANGE_TOTAL = re.compile(r"\s*(?!bytes)[a-z]*[\s=]*(?:[0-9]+-[0-9]+|\*)/([0-9]{1,18})\s*", re.IGNORECASE)
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,30}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{0,30})?(?:e[+-]?[0-9]{1,2})?", re.IGNORECASE
)
_MOST = 10**18
_PAGE_OF_LINK = re.compile(
    r"[?&](?:page|p|pageno|page_no|pagenumber|page_number|page(?:\[|%5B)number(?:\]|%5D))=([0-9]{1,9})\b", re.IGNORECASE
)
_NUMBERS = ("value", "count", "records")
"""Keys of an object that is a total."""
_ADDRESSES = ("href", "url", "uri", "link")
_TARGETS = (*_ADDRESSES, "after", "cursor", "page", "number", "token", "offset", "start", "skip")
"""Keys of an object that is a next page."""
_Place = tuple[str | int, ...]
"""Keys, and numbers of elements of lists."""


@dataclass(frozen=True)
class Hint:
    """Something that a page says of what else there is.

    Attributes:
        kind: ``next_page`` (a link, cursor or number of one), ``has_more`` (a flag), ``total`` (records of all pages),
            ``pages`` (how many there are), ``size`` (records of a full page; promises nothing),
            ``list`` (a list beside the records that holds such, too).
        name: where it is, as the source spells it: a path into the body, or the name of a header.
        value: the number; of ``has_more`` 1 or 0; of ``next_page`` 1.
        is_header: it is no path into the body.
        is_link: the next page is named by an address, not by a token or number.
        is_end: a flag that says, when it is 0, that this was the last page.
        is_echo: it may as well be about this page: its own cursor, its number of records.
        is_readable: a setting that names it can read it; an object in place of a cursor, or a word, it can not.
    """

    kind: HintKind
    name: str
    value: int
    is_header: bool = False
    is_link: bool = False
    is_end: bool = False
    is_echo: bool = False
    is_readable: bool = True


@dataclass(frozen=True)
class Doubt:
    """Why more may exist than came: ``kind`` is the setting below ``hints`` that decides what follows."""

    kind: Literal["next_page", "has_more", "total", "pages", "missing_path"]
    sentence: str


def find_hints(
    envelope: Any, records_path: str, headers: Mapping[str, str], status: int | None = None
) -> tuple[Hint, ...]:
    """Every hint of one page; none of it is a fault by itself.

    Args:
        envelope: the body without its records, numbers as text.
        records_path: dotted path of the records: the objects on the way to them describe pages too.
        headers: of the answer.
        status: of the answer.
    """
    route = records_path.split(".") if records_path else []
    hints = [*_body_hints(envelope, (), route), *_header_hints(headers)]
    if status in _INCOMPLETE_STATUSES and not any(hint.kind == "total" and hint.is_header for hint in hints):
        hints.append(Hint("has_more", f"status {status}", 1, is_header=True))
    return tuple(hints)


def hint_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that hold hints, or the end of one: what a kept answer has to remember of them."""
    return {
        name: value
        for name, value in headers.items()
        if plain_name(name) == "link" or any(_header_hints({name: value}))
    }


def find_lists(envelope: Any, keys: Sequence[Sequence[str]], place: tuple[str, ...] = ()) -> Iterator[Hint]:
    """Lists beside the records, of objects that have one of each of these ``keys``: records too, as it seems."""
    if not isinstance(envelope, dict) or len(place) > _DEPTH:
        return
    for key, inner in envelope.items():
        yield from find_lists(inner, keys, (*place, key))
        if not isinstance(inner, list):
            continue
        first: Any = inner
        while isinstance(first, list):  # of chunks of records, too
            first = next(iter(first), None)
        if isinstance(first, dict) and all(any(_holds(first, name) for name in group) for group in keys):
            yield Hint("list", _path((*place, key)), len(inner))


def _holds(record: Any, name: str) -> bool:
    """Whether a record has the key ``meter.value``, or the key ``value`` of an object ``meter``."""
    if not isinstance(record, dict):
        return False
    root, _, rest = name.partition(".")
    return name in record or (bool(rest) and _holds(record.get(root), rest))


# --- the body ---


def _body_hints(value: Any, place: _Place, route: Sequence[str]) -> Iterator[Hint]:
    """Hints of an object and of those inside it; of lists only those of links, and those that describe pages."""
    if not isinstance(value, dict) or len(place) > _DEPTH:
        return
    describes_pages = list(place) == list(route[: len(place)]) or _is_container(place)
    for key, inner in value.items():
        here, name = (*place, key), plain_name(key)
        yield from _hints_of(name, inner, _path(here), describes_pages)
        if isinstance(inner, list) and (_is_link_list(here) or _is_container(here)):
            yield from _list_hints(inner, here, route)
        elif isinstance(inner, str) and _is_link_list(here):  # written as the header Link is
            if any("next" in relations for _, relations in header_links(inner)):
                yield Hint("next_page", _path(here), 1, is_link=True, is_readable=False)
        elif isinstance(inner, dict) and _is_link_list(here) and (link := _link_hint(inner, _path(here), "")):
            yield link
        else:
            yield from _body_hints(inner, here, route)


def _list_hints(elements: Sequence[Any], place: _Place, route: Sequence[str]) -> Iterator[Hint]:
    """A list that describes pages: links, or one object that is wrapped in a list; more of them may be anything."""
    for number, element in enumerate(elements):
        if not isinstance(element, dict):
            continue
        if link := _link_hint(element, _path(place), "next"):
            yield link
            continue
        for hint in _body_hints(element, (*place, number), route):
            if len(elements) == 1 or hint.kind == "next_page":
                yield hint


def _is_link_list(place: _Place) -> bool:
    return plain_name(str(place[-1])).endswith(("links", "link"))


def _is_container(place: _Place) -> bool:
    """Whether an object describes pages, by its name or that of the list that it is in."""
    name = next((plain_name(key) for key in reversed(place) if isinstance(key, str)), "")
    return name in names.CONTAINER_NAMES or any(part in name for part in names.CONTAINER_PARTS)


def _path(place: _Place) -> str:
    """As :mod:`cmms.body_path` reads it."""
    path = ""
    for key in place:
        if isinstance(key, int):
            path += f"[{key}]"
        else:
            shown = f'"{key}"' if re.search(r"[.\[\]\\]", key) and len(place) > 1 else key
            path += f".{shown}" if path else shown
    return path[:_NAME_LENGTH]


def _hints_of(name: str, value: Any, path: str, describes_pages: bool) -> Iterator[Hint]:
    """What one key says. ``describes_pages``: names that also mean other things count too."""
    for hint in (
        _next_hint_of(name, value, path, describes_pages),
        _flag_hint_of(name, value, path, describes_pages),
        _number_hint_of(name, value, path, describes_pages),
    ):
        if hint is not None:
            yield hint


def _next_hint_of(name: str, value: Any, path: str, describes_pages: bool) -> Hint | None:
    part = name.removeprefix("next") if name.startswith("next") else ""
    is_next = name in names.NEXT_ANYWHERE or part in names.NEXT_PARTS
    if describes_pages:
        is_next = is_next or name in names.NEXT_IN_CONTAINERS or part in names.NEXT_PARTS_IN_CONTAINERS
    if is_next and name.endswith("key") and isinstance(value, dict):  # a key of several parts, as LastEvaluatedKey is
        return Hint("next_page", path, 1, is_readable=False) if value else None
    if is_next:
        return _next_hint(value, path)
    if not describes_pages:
        return None
    is_token = name == "offset" and isinstance(value, str) and len(value) > 3 and any(map(str.isalpha, value))
    if is_token or (name in names.ECHOES_IN_CONTAINERS and isinstance(value, str)):
        hint = _next_hint(value, path)
        return hint and replace(hint, is_echo=True)
    return _last_link(value, path) if name in ("last", "lastlink", "lastpage", "lastpagelink", "lastpageurl") else None


def _flag_hint_of(name: str, value: Any, path: str, describes_pages: bool) -> Hint | None:
    if name in names.MORE_ANYWHERE | names.MORE_COMPOSED or (describes_pages and name in names.MORE_IN_CONTAINERS):
        hint = _flag_hint(value, path, more_when=True)
        return hint and replace(hint, is_end=describes_pages)
    if name in names.CUT_ANYWHERE | names.CUT_COMPOSED or (describes_pages and name in names.CUT_IN_CONTAINERS):
        return _flag_hint(value, path, more_when=True)
    if not describes_pages:
        return None
    if name in names.LAST_IN_CONTAINERS | names.DONE_IN_CONTAINERS and _is_word(name, value):
        hint = _flag_hint(_spelled_out(name, value), path, more_when=False)
        return hint and replace(hint, is_end=name in names.LAST_IN_CONTAINERS)
    is_status = name in names.STATUS_NAMES and isinstance(value, str)
    is_partial = is_status and plain_name(value) in names.PARTIAL_STATUSES
    return Hint("has_more", path, 1, is_readable=False) if is_partial else None


def _is_word(name: str, value: Any) -> bool:
    """Whether a value is a flag: ``last: 0`` may be the number of a page, ``isLast: 0`` is not."""
    return isinstance(value, bool) or (
        isinstance(value, str) and (name.startswith("is") or not value.strip().isdigit())
    )


def _number_hint_of(name: str, value: Any, path: str, describes_pages: bool) -> Hint | None:
    if name in ("range", "contentrange", "itemsrange") and isinstance(value, str):
        match = _RANGE_TOTAL.fullmatch(value)
        return Hint("total", path, int(match[1]), is_readable=False) if match else None
    is_total = name in names.TOTAL_ANYWHERE | names.TOTALS_COMPOSED
    if is_total or (describes_pages and name in names.TOTAL_IN_CONTAINERS | names.COUNTS_COMPOSED):
        if isinstance(value, dict) and (inner := next((key for key in value if plain_name(key) in _NUMBERS), None)):
            value, path = value[inner], f"{path}.{inner}"[:_NAME_LENGTH]
        count = read_count(value)
        return None if count is None else Hint("total", path, count, is_echo=not is_total and "total" not in name)
    count = read_count(value)
    if count is None:
        return None
    if name in names.PAGES_ANYWHERE or (describes_pages and name in names.PAGES_IN_CONTAINERS):
        return Hint("pages", path, count)
    if name in names.REMAINING_COMPOSED or (describes_pages and name in names.REMAINING_IN_CONTAINERS):
        return Hint("has_more", path, 1) if count else None
    if describes_pages and name in names.SIZE_IN_CONTAINERS | names.SIZE_COMPOSED:
        return Hint("size", path, count, is_echo=name == "size")
    return None


def _next_hint(value: Any, path: str) -> Hint | None:
    """A link, token or number of a next page; an object (``{"href": ...}``) or a list with one of them too."""
    if value is True:
        return Hint("has_more", path, 1)
    if isinstance(value, list):
        hints = (_next_hint(one, f"{path}[{number}]"[:_NAME_LENGTH]) for number, one in enumerate(value))
        return next((hint for hint in hints if hint), None)
    if isinstance(value, dict):
        keys = [key for key in value if plain_name(key) in _TARGETS]
        hints = (_next_hint(value[key], f"{path}.{key}"[:_NAME_LENGTH]) for key in keys)
        unknown = Hint("next_page", path, 1, is_readable=False) if value and not keys else None
        return next((hint for hint in hints if hint), unknown)
    if not isinstance(value, str) or is_no_page(value):
        return None
    return Hint("next_page", path, 1, is_link=_is_link(value.strip()))


def is_no_page(text: str) -> bool:
    """Whether a cursor or the number of a next page says that there is none: empty, 0, -1."""
    return text.strip().lower() in _NO_PAGE or _number(text) in (0, -1)


def _is_link(text: str) -> bool:
    return "://" in text or "?" in text or text.startswith("/")


def _last_link(value: Any, path: str) -> Hint | None:
    """The number of the last page, where its address holds one."""
    if isinstance(value, dict):
        inner = next((key for key in value if plain_name(key) in ("href", "url", "uri")), None)
        return _last_link(value[inner], f"{path}.{inner}"[:_NAME_LENGTH]) if inner else None
    match = _PAGE_OF_LINK.search(value) if isinstance(value, str) else None
    return Hint("pages", path, int(match[1]), is_link=True) if match else None


def _link_hint(link: Mapping[str, Any], path: str, wanted: str) -> Hint | None:
    """What an object with an address says by its relation; ``wanted``: the relation that finds it in its list."""
    keys = {plain_name(key): key for key in link}
    rel = next((keys[name] for name in ("rel", "relation", "rels", "name", "type") if name in keys), None)
    target = next((keys[name] for name in _ADDRESSES if name in keys), None)
    if rel is None or target is None or not link[target]:
        return None
    relations = relations_of(link[rel])
    marked = wanted if "rel" in rel.lower() else link[rel]
    where = f"{path}[{rel}={marked}].{target}" if wanted else f"{path}.{target}"
    if "next" in relations:
        return Hint("next_page", where[:_NAME_LENGTH], 1, is_link=True)
    return _last_link(link[target], where) if "last" in relations else None


def _flag_hint(value: Any, path: str, *, more_when: bool, is_header: bool = False) -> Hint | None:
    text = str(value).strip().lower() if isinstance(value, bool | str) else None
    if text in _TRUE:
        return Hint("has_more", path, int(more_when), is_header)
    return Hint("has_more", path, int(not more_when), is_header) if text in _FALSE else None


def read_flag(value: Any, path: str) -> bool | None:
    """Whether a further page exists, as a value at ``pagination.has_more_path`` says; None when it says neither.

    By the name at the end of the path: ``last: false`` and ``remaining: 3`` say that there is one.
    """
    name = plain_name(last_key(path))
    if name in _REMAINING and (count := read_count(value)) is not None:
        return count > 0
    is_last = name in names.LAST_IN_CONTAINERS | names.DONE_IN_CONTAINERS
    hint = _flag_hint(_spelled_out(name, value) if is_last else value, path, more_when=not is_last)
    return None if hint is None else bool(hint.value)


def _spelled_out(name: str, value: Any) -> Any:
    """A flag of ABAP is a blank where it is false."""
    return "no" if value == "" and name.startswith("is") else value


def read_count(value: Any) -> int | None:
    """A whole number in any writing: ``5``, ``5.0``, ``5E+00``, ``1,005``."""
    number = _number(value) if isinstance(value, str) else None
    if number is None or not 0 <= number < _MOST or number != number.to_integral_value():
        return None
    return int(number)


def _number(text: str) -> Decimal | None:
    match = _NUMBER.fullmatch(text.strip())
    return Decimal(match[0].replace(",", "")) if match else None


# --- the headers ---


def _header_hints(headers: Mapping[str, str]) -> Iterator[Hint]:
    for name, text in headers.items():
        plain, value = plain_name(name), text.strip()
        if plain == "link":
            found: Iterable[Hint] = _link_header_hints(value, name)
        elif value.startswith("{") and "pag" in plain:
            found = _json_header_hints(name, value)
        else:
            found = (hint for part in _parts(value) for hint in _named_header_hints(plain, part, name))
        yield from (replace(hint, is_header=True) for hint in found)


def _parts(value: str) -> list[str]:
    """The values of a header that is sent several times, each once; ``1,005`` is one."""
    parts = [value] if _number(value) is not None else [part.strip() for part in value.split(",")]
    return list(dict.fromkeys(parts))


def header_totals(headers: Mapping[str, str], wanted: str) -> set[int]:
    """The numbers of records in a header with a number, or one as a hint names it (``X-Pagination (Total)``)."""
    found = {
        hint.value for hint in _header_hints(headers) if hint.kind == "total" and hint.name.lower() == wanted.lower()
    }
    values = [value for name, value in headers.items() if name.lower() == wanted.lower()]
    counts = (read_count(part) for value in values for part in _parts(value))
    return found | {count for count in counts if count is not None}


def _named_header_hints(plain: str, value: str, name: str) -> Iterator[Hint]:
    """What a header says whose name is one of the names of the body behind a usual prefix."""
    if plain.endswith("contentrange"):
        yield from _hints_of("contentrange", value, name, describes_pages=True)
        return
    if plain in names.HEADER_NAMES:
        yield from _hints_of(plain, value, name, describes_pages=True)
        return
    rest, before = plain, None
    while rest != before:
        before = rest
        prefix = next((one for one in names.HEADER_PREFIXES if rest.startswith(one) and len(rest) > len(one)), "")
        rest = rest.removeprefix(prefix)
        if rest in names.REMAINING_IN_CONTAINERS:
            return  # of requests, in a header
        if prefix and (found := tuple(_hints_of(rest, value, name, describes_pages=True))):
            yield from found
            return


def _link_header_hints(header: str, name: str) -> Iterator[Hint]:
    for target, relations in header_links(header):
        if "next" in relations:
            yield Hint("next_page", name, 1, is_link=True)
        elif "last" in relations and (last := _last_link(target, name)):
            yield last


def _json_header_hints(name: str, text: str) -> Iterator[Hint]:
    try:
        several = json.loads(f"[{text}]", parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return
    for hint in (hint for inside in several for hint in _body_hints({"pagination": inside}, (), ())):
        yield replace(hint, name=f"{name} ({hint.name.partition('.')[2]})")


# --- what follows from the hints of all pages ---


def strongest(hints: Iterable[Hint]) -> Hint | None:
    """The hint that promises most."""
    return max(hints, key=lambda hint: hint.value, default=None)


def describe(hint: Hint, came: str) -> str:
    """What a hint says, and which setting would use it."""
    where = "its header" if hint.is_header else "its body"
    says = {
        "total": count_of(hint.value, "record"),
        "pages": count_of(hint.value, "page"),
        "has_more": "more records",
        "next_page": "a next page",
        "size": f"pages of {count_of(hint.value, 'record')}",
        "list": count_of(hint.value, "further record"),
    }[hint.kind]
    kind = {"size": "next_page", "list": "has_more"}.get(hint.kind, hint.kind)
    return storable(
        f"the answer promises {says} ({hint.name} in {where}), {came}, and no setting uses it:"
        f" set {_remedy(hint)}, or hints.{kind}: ignore if it means something else"
    )


def _remedy(hint: Hint) -> str:
    """What would use a hint; by name only what can be read as it is."""
    if not hint.is_readable and not (hint.is_header and hint.kind == "total"):  # Content-Range is read as a header
        return "the pagination.style of the source"
    if hint.kind == "total":
        setting = "total_header" if hint.is_header else "total_path"
        return f"pagination.{setting}: {hint.name}, and the pagination.style of the source"
    if hint.kind == "pages":
        return "pagination.style: page" + (
            "" if hint.is_header or hint.is_link else f" with last_page_path: {hint.name}"
        )
    if hint.kind == "list":
        return "records_path to the list that holds all records"
    if hint.kind == "has_more" and not hint.is_header:
        return f"the pagination.style of the source with has_more_path: {hint.name}"
    if hint.is_header and hint.name.lower() == "link":
        return "pagination.style: link_header"
    if hint.kind != "next_page" or (hint.is_header and (hint.is_link or "(" in hint.name)):
        return "the pagination.style of the source"
    if hint.is_header:
        return f"pagination.style: cursor with cursor_header: {hint.name}"
    if hint.is_link:
        return f"pagination.style: next_link with next_path: {hint.name}"
    return f"pagination.style: cursor with cursor_path: {hint.name}"
