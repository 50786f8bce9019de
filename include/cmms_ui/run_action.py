"""Run an action of a resource, asked for by the view or by the REST API. Input: names, chosen rows, values of its form.

Capability, form and rows are judged here once for both. Output: the action's outcome.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cmms.access.actors import Actor, Forbidden, Invalid, NotFound
from cmms.access.choices import forget_choices
from cmms.parse_input import check_text, parse_day, parse_number
from cmms_ui.asgi.policy import ACTIONS
from cmms_ui.definition.schema import Action, Field, Outcome, Preview, Target
from cmms_ui.resources import RESOURCES
from cmms_ui.run_once import run_once

REQUEST_NAME = re.compile(r"[A-Za-z0-9_:.-]{0,80}")
NUMBER_DIGITS = 15
"""A number of a form has at most so many digits before its decimal point."""


def find_action(resource_name: str, verb: str) -> Action:
    """The action; raises :class:`NotFound`."""
    resource = RESOURCES.get(resource_name)
    action = resource.action(verb) if resource else None
    if action is None:
        raise NotFound("there is no such action")
    return action


def may_run(actor: Actor, action: Action) -> bool:
    """Whether the policy lets the person run it; an action without a row is nobody's."""
    capability = ACTIONS.get(action.name)
    return capability is not None and actor.can(capability)


def run_action(actor: Actor, resource_name: str, verb: str, target: Target, values: Mapping[str, Any]) -> Outcome:
    """Check and run; a request with a name is carried out once.

    Raises:
        Forbidden, NotFound, Stale, Invalid: nothing was changed.
    """
    action, target = find_action(resource_name, verb), _each_once(target)
    checked = _admit(actor, action, target, values)
    return run_once(actor, action, target, checked, lambda: action.run(actor, target, checked))


def preview_action(
    actor: Actor, resource_name: str, verb: str, target: Target, values: Mapping[str, Any]
) -> Preview | None:
    """What the action would do, after the same checks; None if it has no preview. Nothing is changed."""
    action, target = find_action(resource_name, verb), _each_once(target)
    checked = _admit(actor, action, target, values)
    return action.preview(actor, target, checked) if action.preview else None


def _each_once(target: Target) -> Target:
    """A row that was named twice is one row."""
    return replace(target, keys=tuple(dict.fromkeys(target.keys)))


def _admit(actor: Actor, action: Action, target: Target, values: Mapping[str, Any]) -> dict[str, Any]:
    """The checked values, if the person may run it on these rows."""
    if not may_run(actor, action):
        raise Forbidden(f"{action.label}: this needs the capability '{ACTIONS.get(action.name, 'nobody has')}'")
    if not REQUEST_NAME.fullmatch(target.request):
        raise Invalid("This is no name for a request.", request="letters, digits and _:.-, at most 80")
    if action.on == "record" and len(target.keys) != 1:
        raise Invalid("choose exactly one row")
    if action.on == "rows" and not target.keys:
        raise Invalid("choose at least one row")
    return check_values(action, values)


def check_values(action: Action, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the form's fields; raises :class:`Invalid` with a reason per field."""
    known = {field.name: field for field in action.fields}
    wrong = {name: "unknown field" for name in values if name not in known}
    checked: dict[str, Any] = {}
    for name, field in known.items():
        if not field.is_visible(values):
            continue
        if field.read_only or name not in values:
            if field.required:
                wrong[name] = "is required"
            continue
        try:
            checked[name] = _check(field, values[name])
        except ValueError as error:
            wrong[name] = str(error)
    if wrong:
        raise Invalid("Some values cannot be accepted.", **wrong)
    return checked


def _check(field: Field, value: Any) -> Any:
    if value in (None, "", []):
        if field.required:
            raise ValueError("is required")
        return None
    if field.kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
    if field.kind == "choices":
        if not isinstance(value, list) or not _are_choices(field, [str(item) for item in value]):
            raise ValueError("is not one of the choices")
        return [str(item) for item in value]
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise ValueError("must be text")
    return _check_text(field, str(value).strip())


def _are_choices(field: Field, values: list[str]) -> bool:
    """Before a value is refused the database is asked anew: another API server process may have added it just now."""
    if {choice.value for choice in field.find_choices()}.issuperset(values):
        return True
    forget_choices()
    return field.load_choices is not None and {choice.value for choice in field.load_choices()}.issuperset(values)


def _check_text(field: Field, text: str) -> Any:
    if field.required and not text:
        raise ValueError("is required")
    check_text(text, field.max_length)
    if field.kind == "choice" and not _are_choices(field, [text]):
        raise ValueError("is not one of the choices")
    if field.kind == "date":
        return parse_day(text).isoformat()
    if field.kind == "number":
        parse_number(text, digits=NUMBER_DIGITS)
    return text
