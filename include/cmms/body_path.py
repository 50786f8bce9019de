r"""Where something is in a body: one small grammar for the paths of the settings ``pagination``.

``meta.total``
    keys, one inside the other, separated by dots;
``@odata.nextLink``
    what is left of a path is always tried as a whole key first, so a key that holds dots needs nothing special;
``d."odata.count"`` or ``d.odata\\.count``
    a key in quotes, or with escaped dots, is never split;
``links[rel=next].href``
    the element of a list of which the key ``rel`` is ``next`` (upper and lower case do not matter), also among others
    (``next nofollow``) or as the end of an address;
``pages[0].next``
    the element of a list with this number, from 0 on;
``$.meta.total``
    the same as ``meta.total``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple


class _Missing:
    """The type of :data:`MISSING`."""

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""What :func:`pick` returns where a path leads nowhere; a value ``null`` is None."""

_STEP = re.compile(
    r'(?:"(?P<quoted>[^"]+)"|(?P<plain>(?:\\.|[^."\[\]\\])+))'
    r'(?P<condition>\[(?:(?P<number>[0-9]{1,6})|(?P<key>[^\[\]="]+)=(?:"(?P<text>[^"]*)"|(?P<word>[^\[\]"]*)))\])?'
    r"(?:\.(?=.)|$)"
)


class _Step(NamedTuple):
    """The first step of a path, and what is left of it."""

    key: str
    number: int | None
    condition: tuple[str, str] | None
    rest: str


def check_path(path: str) -> str:
    """The path itself.

    Raises:
        ValueError: it is not written in the grammar above.
    """
    rest = _without_root(path)
    while rest:
        rest = _first_step(rest).rest
    return path


def pick(value: Any, path: str) -> Any:
    """The value at ``path``; :data:`MISSING` where there is none. "" is the value itself."""
    return _pick(value, _without_root(path))


def path_keys(path: str) -> set[str]:
    """The keys of a body's outermost object that ``path`` may begin with."""
    whole = _without_root(path)
    return {whole, _first_step(whole).key} if whole else set()


def last_key(path: str) -> str:
    """The key that a path ends with, as the source spells it; "" for the path of the body itself."""
    key, rest = "", _without_root(path)
    while rest:
        key, _, _, rest = _first_step(rest)
    return key


def _without_root(path: str) -> str:
    return path.removeprefix("$.")


def _pick(value: Any, path: str) -> Any:
    if not path:
        return value
    if not isinstance(value, dict):
        return MISSING
    if path in value:
        return value[path]
    step = _first_step(path)
    return _pick(_element(value.get(step.key, MISSING), step), step.rest)


def _element(value: Any, step: _Step) -> Any:
    if step.number is None and step.condition is None:
        return value
    elements = value if isinstance(value, list) else []
    if step.condition is None:
        return next(iter(elements[step.number : step.number + 1 if step.number is not None else None]), MISSING)
    key, wanted = step.condition
    return next((element for element in elements if _is_marked(element, key, wanted)), MISSING)


def _is_marked(element: Any, key: str, wanted: str) -> bool:
    """Whether an object has this value at ``key``, alone or in a list: ``rel`` may hold several."""
    found = element.get(key) if isinstance(element, dict) else None
    if "rel" in key.lower() and wanted.casefold() in relations_of(found):
        return True
    return any(str(one).casefold() == wanted.casefold() for one in (found if isinstance(found, list) else [found]))


@lru_cache(maxsize=256)
def _first_step(path: str) -> _Step:
    match = _STEP.match(path)
    if match is None:
        raise ValueError('a path such as meta.total, @odata.nextLink, d."odata.count" or links[rel=next].href')
    key = match["quoted"] or re.sub(r"\\(.)", r"\1", match["plain"])
    number = int(match["number"]) if match["number"] else None
    condition = (match["key"], match["text"] if match["text"] is not None else match["word"]) if match["key"] else None
    return _Step(key, number, condition, path[match.end() :])


def relations_of(rel: Any) -> frozenset[str]:
    """What a link is for: several words or a list of them, each a name or an address that ends with it."""
    words = " ".join(str(one) for one in (rel if isinstance(rel, list) else [rel])).lower().split()
    relations = frozenset(re.split(r"[/#:]", word)[-1] for word in words)
    return relations | {"next"} if relations & {"nextpage", "next-page", "next_page"} else relations
