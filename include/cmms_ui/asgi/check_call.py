"""Whether the body of a callback has the shape that its callback expects; what has not is refused before it runs. Pure.

Input: the body, and a :class:`CallShape` made of what Dash knows of the callback and of its function's annotations:
they say what each value is. ``None`` is possible where a part of a page stands, which may not be there, not in the
place of an object among others. Values
of parameters whose names begin with ``_`` are not looked at, by nobody. What a call says has changed must be an input
of the callback, and the parts of a call belong together: they agree on what stands for ``MATCH``.
"""

from __future__ import annotations

import inspect
import json
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cmms.parse_input import parse_json
from cmms_ui.asgi import text
from cmms_ui.asgi.refusals import Refused

ID_LENGTH = 20_000
"""Some ids carry the values that a dialog begins with."""
_BUNDLES = ("ALL", "ALLSMALLER")


@dataclass(frozen=True)
class Place:
    """An input or a state: the id that it has, what its value is; ``many``: a list of all that match."""

    id: str | Mapping[str, Any]
    property: str
    kind: Any
    many: bool


@dataclass(frozen=True)
class CallShape:
    """Inputs, states and outputs in their order; ``is_one``: a single output, which is no list.

    ``resources`` are the names that an id may hold under ``resource``.
    """

    inputs: tuple[Place, ...]
    states: tuple[Place, ...]
    outputs: tuple[Place, ...]
    is_one: bool
    resources: Collection[str]


def make_shape(
    output: str, spec: Mapping[str, Any], function: Callable[..., Any], resources: Collection[str]
) -> CallShape:
    """From Dash's description of a callback and the function that it calls."""
    hints = typing.get_type_hints(function)
    parameters = inspect.signature(function).parameters
    is_variadic = any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in parameters.values())
    kinds = [Any if name.startswith("_") else hints.get(name, Any) for name in parameters]
    described = [*spec["inputs"], *spec["state"]]
    if is_variadic:
        kinds = [Any] * len(described)
    places = [_make_place(item, kind) for item, kind in zip(described, kinds, strict=True)]
    count = len(spec["inputs"])
    is_one = not output.startswith("..")
    outputs = tuple(_make_output(part) for part in ([output] if is_one else output[2:-2].split("...")))
    return CallShape(tuple(places[:count]), tuple(places[count:]), outputs, is_one, resources)


def _make_output(output: str) -> Place:
    identity, _, name = output.rpartition(".")
    return _make_place({"id": identity, "property": name.partition("@")[0]}, Any)


def _make_place(item: Mapping[str, str], kind: Any) -> Place:
    if not item["id"].startswith("{"):
        return Place(item["id"], item["property"], kind, many=False)
    identity = json.loads(item["id"])
    wildcards = [value[0] for value in identity.values() if isinstance(value, list)]
    return Place(identity, item["property"], kind, any(value in _BUNDLES for value in wildcards))


def check_call(call: Mapping[str, Any], shape: CallShape) -> None:
    """Raise :class:`Refused` for another shape."""
    try:
        _check_parts(call.get("inputs", []), shape.inputs, shape)
        _check_parts(call.get("state", []), shape.states, shape)
        outputs: Any = [call.get("outputs")] if shape.is_one else call.get("outputs")
        _check_parts(outputs, shape.outputs, shape)
        given = [*call.get("inputs", []), *call.get("state", [])]
        _check_matched([*given, *outputs], [*shape.inputs, *shape.states, *shape.outputs])
        _check_siblings(given, [*shape.inputs, *shape.states])
        _check_changed(call.get("changedPropIds", []), shape)
    except ValueError as error:
        raise Refused(422, text.WRONG_SHAPE.format(reason=error)) from None


def _check_parts(given: Any, places: Sequence[Place], shape: CallShape) -> None:
    if not isinstance(given, list) or len(given) != len(places):
        raise ValueError(text.WRONG_COUNT.format(count=len(places)))
    for item, place in zip(given, places, strict=True):
        if not place.many:
            _check_leaf(item, place.id, place.property, shape)
            _check_value(item.get("value"), place.kind, place.property)
            continue
        if not isinstance(item, list):
            raise ValueError(text.NO_LIST.format(name=place.property))
        for leaf in item:
            _check_leaf(leaf, place.id, place.property, shape)
        _check_value([leaf.get("value") for leaf in item], place.kind, place.property)


def _check_matched(given: Sequence[Any], places: Sequence[Place]) -> None:
    """The parts belong together: one list, one machine."""
    known: dict[str, Any] = {}
    for item, place in zip(given, places, strict=True):
        for leaf in item if place.many else [item]:
            for name in _matched(place):
                if known.setdefault(name, leaf["id"][name]) != leaf["id"][name]:
                    raise ValueError(text.PARTS_DISAGREE.format(name=name))


def _matched(place: Place) -> list[str]:
    """The names of an id whose values are the same in all parts of a call."""
    return [] if isinstance(place.id, str) else [name for name, value in place.id.items() if value == ["MATCH"]]


def _check_siblings(given: Sequence[Any], places: Sequence[Place]) -> None:
    """Several properties of all of a kind are those of the same components, in the same order."""
    known: list[tuple[Any, list[Any]]] = []
    for item, place in zip(given, places, strict=True):
        if place.many:
            ids = [leaf["id"] for leaf in item]
            if any(one == place.id and other != ids for one, other in known):
                raise ValueError(text.SIBLINGS_DIFFER)
            known.append((place.id, ids))


def _check_changed(changed: Any, shape: CallShape) -> None:
    if not isinstance(changed, list) or not all(isinstance(one, str) for one in changed):
        raise ValueError(text.CHANGED_NO_LIST)
    for changed_id in set(changed):
        identity, _, name = changed_id.rpartition(".")
        given = parse_json(identity, length=ID_LENGTH) if identity.startswith("{") else identity
        leaf = {"id": given, "property": name}
        for place in shape.inputs:
            if place.property == name and _is_of(given, place.id):
                _check_leaf(leaf, place.id, name, shape)
                break
        else:
            raise ValueError(text.CHANGED_NO_INPUT)


def _check_leaf(leaf: Any, identity: str | Mapping[str, Any], name: str, shape: CallShape) -> None:
    if not isinstance(leaf, dict) or str(leaf.get("property")).partition("@")[0] != name:
        raise ValueError(text.NO_ID.format(name=name))
    given = leaf.get("id")
    if isinstance(given, dict):
        if not all(isinstance(v, str | int | float) and len(str(v)) <= ID_LENGTH for v in given.values()):
            raise ValueError(text.BAD_ID)
        if "resource" in given and given["resource"] not in shape.resources:
            raise ValueError(text.NO_SUCH_RESOURCE)
    elif not isinstance(given, str):
        raise ValueError(text.ID_OF_WRONG_TYPE)
    if not _is_of(given, identity):
        raise ValueError(text.OTHER_ID.format(name=name))


def _is_of(given: str | dict[str, Any], identity: str | Mapping[str, Any]) -> bool:
    """Whether an id is the expected one, or matches its wildcards."""
    if isinstance(identity, str) or isinstance(given, str):
        return given == identity
    return given.keys() == identity.keys() and all(
        isinstance(wanted, list) or given[name] == wanted for name, wanted in identity.items()
    )


def _check_value(value: Any, kind: Any, name: str) -> None:
    if not is_of_kind(value, kind):
        raise ValueError(text.WRONG_TYPE.format(name=name))


def is_of_kind(value: Any, kind: Any) -> bool:
    """Whether what was JSON is what an annotation says."""
    if value is None or kind is Any or kind is None:
        return True
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return any(is_of_kind(value, one) for one in arguments if one is not type(None))
    if typing.is_typeddict(kind):
        # Asked with the extras: of postponed annotations, the class itself takes every key as required.
        marked = typing.get_type_hints(kind, include_extras=True)
        optional = {name for name, hint in marked.items() if typing.get_origin(hint) is typing.NotRequired}
        return isinstance(value, dict) and all(
            (name in optional or value.get(name) is not None) and is_of_kind(value.get(name), hint)
            for name, hint in typing.get_type_hints(kind).items()
        )
    if origin is list:
        is_whole = typing.is_typeddict(arguments[0]) or typing.get_origin(arguments[0]) is dict
        return isinstance(value, list) and all(
            is_of_kind(one, arguments[0]) and not (is_whole and one is None) for one in value
        )
    if origin is dict:
        is_whole = typing.get_origin(arguments[1]) is dict
        return isinstance(value, dict) and all(
            is_of_kind(one, arguments[1]) and not (is_whole and one is None) for one in value.values()
        )
    if kind is int:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) if isinstance(kind, type) else True
