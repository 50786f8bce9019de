"""The errors: the tree drawn in the module's docstring is the tree of classes, and they survive a process change."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator

import pytest

from cmms import errors


def _classes(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _classes(child)


ALL = list(_classes(errors.CmmsError))


def _drawn() -> dict[str, str | None]:
    """Name -> parent, as drawn."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)([A-Z]\w+)", line)
        if not found:
            continue
        depth = len(found[1]) // 4
        path[depth:] = [found[2]]
        parents[found[2]] = path[depth - 1] if depth else None
    return parents


def test_the_tree_in_the_docstring_is_the_tree_of_classes() -> None:
    assert _drawn() == {kind.__name__: None if kind is errors.CmmsError else kind.__mro__[1].__name__ for kind in ALL}


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling_with_its_facts(kind: type[errors.CmmsError]) -> None:
    error = pickle.loads(pickle.dumps(kind("it broke", page=3, endpoint=None)))
    assert type(error) is kind
    assert error.context == {"page": 3, "endpoint": None}
    assert str(error) == "it broke (page=3)"


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_means_and_what_kind_it_is(kind: type[errors.CmmsError]) -> None:
    assert kind.__doc__
    assert kind.category in ("api", "database", "validation", "business")
