"""The errors: the tree drawn in the module's docstring is the tree of classes, and they survive a process change."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmms import errors


def _classes(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _classes(child)


INCLUDE = Path(__file__).parents[2] / "include"
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
def test_an_error_as_a_value_is_the_same_after_its_way_through_json(kind: type[errors.CmmsError]) -> None:
    failure = errors.Failure.of(kind("it broke", page=3))
    assert errors.Failure.from_dict(json.loads(json.dumps(failure.to_dict()))) == failure
    assert (failure.name, failure.category, str(failure)) == (
        kind.__name__,
        kind.category,
        f"{kind.__name__}: it broke (page=3)",
    )


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_what_a_task_of_an_older_version_has_left_is_read(kind: type[errors.CmmsError]) -> None:
    left = {"error": f"{kind.__name__}: it broke", "stack_trace": "here"}
    assert errors.Failure.from_dict(left) == errors.Failure("it broke", kind.__name__, kind.category, "here")


def test_errors_that_end_runs_are_defined_in_one_module_and_written_as_values_only() -> None:
    """``ViewError`` and its kinds answer a request: they end no run and are never stored. The simulator is a program."""
    names = {kind.__name__ for kind in ALL}
    elsewhere, by_hand = [], []
    for file in INCLUDE.rglob("*.py"):
        if file == Path(errors.__file__) or "simulator" in file.parts:
            continue
        text = file.read_text(encoding="utf-8")
        classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
        elsewhere += [one.name for one in classes if names & {getattr(base, "id", "") for base in one.bases}]
        by_hand += [file.name] if "{type(error).__name__}: {error}" in text else []
    assert (elsewhere, by_hand) == (["ViewError"], [])


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_says_what_it_means_and_what_kind_it_is(kind: type[errors.CmmsError]) -> None:
    assert kind.__doc__
    assert kind.category in ("api", "database", "validation", "business")
