"""What an answer says of its own completeness, whether or not a setting uses it.

Input: a page's envelope (its body without the records) and its headers. Output: :class:`Hint`. Of the pages of one
request follow the :class:`Doubt` s: hints that say that more exists than came, and that no setting has used.

Names count in every spelling: upper and lower case, ``_``, ``-``, ``@`` and dots make no difference, so ``hasMore``,
``has_more`` and ``HasMore`` are one name. Nothing inside a record is ever looked at. docs/operations.md lists the
names ("What an answer says of its own completeness"); a test holds both equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

HintKind = Literal["next_page", "has_more", "total", "pages"]

NEXT_ANYWHERE = frozenset(
    [
        "odatanextlink",
        "nextlink",
        "nexturl",
        "nexturi",
        "nexthref",
        "nextpageurl",
        "nextpageuri",
        "nextpagelink",
        "nextpagetoken",
        "nexttoken",
        "nextcursor",
        "nextpagecursor",
        "continuationtoken",
        "nextcontinuationtoken",
        "nextmarker",
        "nextrecordsurl",
        "nextskiptoken",
        "nextoffset",
        "nextpage",
    ]
)
"""The next page, in any object of the envelope."""
NEXT_IN_CONTAINERS = frozenset(("next", "skiptoken", "continuation", "lastevaluatedkey"))
"""The next page, at the top of the body, beside the records, or in an object that tells of pages."""
MORE_ANYWHERE = frozenset(
    [
        "hasmore",
        "hasnext",
        "hasnextpage",
        "hasmorepages",
        "hasmoreitems",
        "hasmoreresults",
        "hasmorerecords",
        "hasmoredata",
        "morerecords",
        "moreresults",
        "moreitems",
        "morepages",
        "moredata",
        "moreavailable",
        "moredataavailable",
        "moreresultsavailable",
        "istruncated",
        "incompleteresults",
    ]
)
"""True: there is more."""
MORE_IN_CONTAINERS = frozenset(("more", "truncated", "incomplete"))
"""True: there is more; in the same objects as :data:`NEXT_IN_CONTAINERS`."""
LAST_IN_CONTAINERS = frozenset(
    ["last", "islast", "lastpage", "islastpage", "done", "isdone", "complete", "iscomplete", "finished"]
)
"""False: there is more; in the same objects."""
TOTAL_ANYWHERE = frozenset(
    ["odatacount", "inlinecount", "totalcount", "totalrecords", "totalresults", "totalitems", "totalelements"]
)
"""Number of records in all pages, in any object of the envelope."""
TOTAL_IN_CONTAINERS = frozenset(
    [
        "total",
        "totalrows",
        "totalhits",
        "totalentries",
        "totalsize",
        "totalnumber",
        "totalnumberofrecords",
        "numberofrecords",
        "count",
        "recordcount",
        "recordscount",
        "recordstotal",
        "resultcount",
        "resultscount",
        "itemcount",
        "itemscount",
        "rowcount",
        "numfound",
        "numrecords",
        "numresults",
        "numitems",
        "records",
    ]
)
"""Number of records in all pages; in the same objects as :data:`NEXT_IN_CONTAINERS`."""
PAGES_ANYWHERE = frozenset(["totalpages", "pagestotal", "numberofpages", "numpages", "pagecount"])
"""Number of pages, in any object of the envelope."""
PAGES_IN_CONTAINERS = frozenset(("lastpage", "pages", "pagetotal"))
"""Number of pages; in the same objects as :data:`NEXT_IN_CONTAINERS`."""
CONTAINER_NAMES = frozenset(
    ["links", "link", "result", "results", "response", "envelope", "header", "navigation", "nav", "info", "listinfo"]
)
"""Objects that tell of pages, besides those whose name holds one of :data:`CONTAINER_PARTS`."""
CONTAINER_PARTS = ("meta", "pag", "cursor")
TOTAL_HEADERS = frozenset(
    [
        "xtotalcount",
        "xtotal",
        "totalcount",
        "xcount",
        "xtotalrecords",
        "xtotalresults",
        "xtotalitems",
        "xrecordcount",
        "xpaginationtotalcount",
        "xpaginationtotal",
        "xwptotal",
        "xresultcount",
    ]
)
PAGES_HEADERS = frozenset(
    ["xtotalpages", "xpagecount", "xpaginationpagecount", "xpaginationtotalpages", "xwptotalpages", "xlastpage"]
)
NEXT_HEADERS = frozenset(
    ["xnextpage", "xnextcursor", "xnextlink", "xnexttoken", "xcontinuationtoken", "xmscontinuation", "nextrange"]
)
MORE_HEADERS = frozenset(("xhasmore", "xhasnext", "xhasnextpage", "xmore"))
JSON_HEADERS = frozenset(("xpagination", "pagination"))
"""Headers that hold an object of the names above."""

_TRUE = frozenset(("true", "1", "yes", "y", "x"))
_FALSE = frozenset(("false", "0", "no", "n", ""))
_NO_PAGE = frozenset(("", "0", "null", "none", "false"))
_DEPTH = 6
_NAME_LENGTH = 80
_PARTIAL_CONTENT = 206
_RANGE_TOTAL = re.compile(r"\s*(?!bytes)[a-z]*\s*(?:[0-9]+-[0-9]+|\*)/([0-9]{1,18})\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Hint:
    """Something that a page says of what else there is.

    Attributes:
        kind: ``next_page`` (a link, cursor or number of one), ``has_more`` (a flag), ``total`` (records of all pages),
            ``pages`` (how many there are).
        name: where it is, as the source spells it: a path into the body, or the name of a header.
        value: the number; of ``has_more`` 1 or 0; of ``next_page`` 1.
        is_header: it is no path into the body.
        is_link: the next page is named by an address, not by a token or number.
    """

    kind: HintKind
    name: str
    value: int
    is_header: bool = False
    is_link: bool = False


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
        records_path: dotted path of the records: the objects on the way to them tell of pages too.
        headers: of the answer.
        status: of the answer.
    """
    route = records_path.split(".") if records_path else []
    hints = [*_body_hints(envelope, (), route), *_header_hints(headers)]
    if status == _PARTIAL_CONTENT and not any(hint.kind == "total" and hint.is_header for hint in hints):
        hints.append(Hint("has_more", "status 206", 1, is_header=True))
    return tuple(hints)


def hint_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that may hold hints: what a kept answer has to remember of them."""
    known = TOTAL_HEADERS | PAGES_HEADERS | NEXT_HEADERS | MORE_HEADERS | JSON_HEADERS | {"contentrange", "link"}
    return {name: value for name, value in headers.items() if plain_name(name) in known}


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name without what spellings differ in."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


# --- the body ---


def _body_hints(value: Any, place: tuple[str, ...], route: Sequence[str]) -> Iterator[Hint]:
    """Hints of an object and of those inside it; of lists only links are looked at."""
    if not isinstance(value, dict) or len(place) > _DEPTH:
        return
    tells_of_pages = list(place) == list(route[: len(place)]) or _is_container(place[-1])
    for key, inner in value.items():
        here, name = (*place, key), plain_name(key)
        found = _hint(name, inner, _path(here), tells_of_pages)
        if found is not None:
            yield found
        if isinstance(inner, list) and name in ("links", "link"):
            yield from _listed_links(inner, _path(here))
        else:
            yield from _body_hints(inner, here, route)


def _is_container(key: str) -> bool:
    name = plain_name(key)
    return name in CONTAINER_NAMES or any(part in name for part in CONTAINER_PARTS)


def _path(place: Sequence[str]) -> str:
    """As :mod:`cmms.api.body_path` reads it."""
    keys = [f'"{key}"' if re.search(r"[.\[\]\\]", key) and len(place) > 1 else key for key in place]
    return ".".join(keys)[:_NAME_LENGTH]


def _hint(name: str, value: Any, path: str, tells_of_pages: bool) -> Hint | None:
    if name in NEXT_ANYWHERE or (tells_of_pages and name in NEXT_IN_CONTAINERS):
        return _next_hint(value, path)
    if name in MORE_ANYWHERE or (tells_of_pages and name in MORE_IN_CONTAINERS):
        return _flag_hint(value, path, more_when=True)
    if tells_of_pages and name in LAST_IN_CONTAINERS and isinstance(value, bool):
        return _flag_hint(value, path, more_when=False)
    count = _count(value)
    if count is None:
        return None
    if name in TOTAL_ANYWHERE or (tells_of_pages and name in TOTAL_IN_CONTAINERS):
        return Hint("total", path, count)
    if name in PAGES_ANYWHERE or (tells_of_pages and name in PAGES_IN_CONTAINERS):
        return Hint("pages", path, count)
    return None


def _next_hint(value: Any, path: str) -> Hint | None:
    """A link, token or number of a next page; an object with one of them (``{"href": ...}``) too."""
    if value is True:
        return Hint("has_more", path, 1)
    if isinstance(value, dict):
        inner = next(
            (key for key in value if plain_name(key) in ("href", "url", "uri", "link", "after", "cursor")), None
        )
        return _next_hint(value[inner], f"{path}.{inner}"[:_NAME_LENGTH]) if inner is not None else None
    text = str(value).strip() if isinstance(value, str) else ""
    if text.lower() in _NO_PAGE or text.startswith("-"):
        return None
    return Hint("next_page", path, 1, is_link=_is_link(text))


def _is_link(text: str) -> bool:
    return "://" in text or "?" in text or text.startswith("/")


def _listed_links(links: Sequence[Any], path: str) -> Iterator[Hint]:
    for link in links:
        if not isinstance(link, dict):
            continue
        names = {plain_name(key): key for key in link}
        rel, target = names.get("rel"), names.get("href") or names.get("url") or names.get("uri")
        kinds = link[rel] if rel and isinstance(link[rel], list) else [link.get(rel)] if rel else []
        if target and link[target] and any(str(kind).lower() == "next" for kind in kinds):
            yield Hint("next_page", f"{path}[{rel}=next].{target}", 1, is_link=True)


def _flag_hint(value: Any, path: str, *, more_when: bool, is_header: bool = False) -> Hint | None:
    text = str(value).strip().lower() if isinstance(value, bool | str) else None
    if text in _TRUE:
        return Hint("has_more", path, int(more_when), is_header)
    return Hint("has_more", path, int(not more_when), is_header) if text in _FALSE and text != "" else None


def read_flag(value: Any) -> bool | None:
    """What a value at ``pagination.has_more_path`` says; None when it is neither yes nor no."""
    hint = _flag_hint(value, "", more_when=True)
    return None if hint is None else bool(hint.value)


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else None


# --- the headers ---


def _header_hints(headers: Mapping[str, str]) -> Iterator[Hint]:
    for name, text in headers.items():
        plain, value = plain_name(name), text.strip()
        count = _count(value)
        if plain in TOTAL_HEADERS and count is not None:
            yield Hint("total", name, count, is_header=True)
        elif plain in PAGES_HEADERS and count is not None:
            yield Hint("pages", name, count, is_header=True)
        elif plain in NEXT_HEADERS and value.lower() not in _NO_PAGE:
            yield Hint("next_page", name, 1, is_header=True, is_link=_is_link(value))
        elif plain in MORE_HEADERS and (flag := _flag_hint(value, name, more_when=True, is_header=True)):
            yield flag
        elif plain == "contentrange" and (match := _RANGE_TOTAL.fullmatch(value)):
            yield Hint("total", name, int(match[1]), is_header=True)
        elif plain == "link" and _has_next_link(value):
            yield Hint("next_page", name, 1, is_header=True, is_link=True)
        elif plain in JSON_HEADERS and value.startswith("{"):
            yield from _json_header_hints(name, value)


def _has_next_link(header: str) -> bool:
    return re.search(r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)', header, re.IGNORECASE) is not None


def _json_header_hints(name: str, text: str) -> Iterator[Hint]:
    try:
        inside = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return
    for hint in _body_hints({"pagination": inside}, (), ()):
        yield Hint(
            hint.kind, f"{name} ({hint.name.partition('.')[2]})", hint.value, is_header=True, is_link=hint.is_link
        )


# --- what follows from the hints of all pages ---


def strongest(hints: Iterable[Hint]) -> Hint | None:
    """The hint that promises most."""
    return max(hints, key=lambda hint: hint.value, default=None)


def describe(hint: Hint, came: str) -> str:
    """What a hint says, and which setting would use it."""
    where = "its header" if hint.is_header else "its body"
    says = {
        "total": f"{hint.value} records",
        "pages": f"{hint.value} pages",
        "has_more": "more records",
        "next_page": "a next page",
    }[hint.kind]
    return (
        f"the answer promises {says} ({hint.name} in {where}), {came}, and no setting uses it:"
        f" set {_remedy(hint)}, or hints.{hint.kind}: ignore if it means something else"
    )


def _remedy(hint: Hint) -> str:
    if hint.kind == "total":
        setting = "total_header" if hint.is_header else "total_path"
        return f"pagination.{setting}: {hint.name}, and the pagination.style of the source"
    if hint.kind == "pages":
        return "pagination.style: page" + ("" if hint.is_header else f" with last_page_path: {hint.name}")
    if hint.kind == "has_more":
        return f"the pagination.style of the source{'' if hint.is_header else f' with has_more_path: {hint.name}'}"
    if hint.is_header:
        style = "link_header" if hint.name.lower() == "link" else "cursor" if not hint.is_link else "link_header"
        return f"pagination.style: {style}" + (f" with cursor_header: {hint.name}" if style == "cursor" else "")
    if hint.is_link:
        return f"pagination.style: next_link with next_path: {hint.name}"
    return f"pagination.style: cursor with cursor_path: {hint.name}"
