"""Every form that the view declares: it has an input for each field, and what is put in is judged field by field.

Pure: choices that come from the database are made up.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmms.access.actors import Invalid
from cmms_ui.api.describe import example_call
from cmms_ui.definition.schema import Action, Choice, Field, Outcome, Preview
from cmms_ui.pages.action_form import action_form
from cmms_ui.resources import RESOURCES
from cmms_ui.run_action import check_values

pytestmark = pytest.mark.feature("TEST-01")

KINDS = {"text", "long", "json", "choice", "choices", "boolean", "date", "number"}


def _offline(action: Action) -> Action:
    """The same action, with one choice where the database would be asked."""
    fields = tuple(
        replace(field, load_choices=lambda: (Choice("1", "One"),)) if field.load_choices else field
        for field in action.fields
    )
    return replace(action, fields=fields, scope_now=None)


FORMS = [_offline(action) for resource in RESOURCES.values() for action in resource.actions if action.fields]
FIELDS = [pytest.param(form, field, id=f"{form.name}.{field.name}") for form in FORMS for field in form.fields]
OPEN_FIELDS = [parameter for parameter in FIELDS if not parameter.values[1].read_only]


def _parts(component: Any) -> Iterator[Any]:
    if isinstance(component, list | tuple):
        for part in component:
            yield from _parts(part)
    elif hasattr(component, "to_plotly_json"):
        yield component
        yield from _parts(getattr(component, "children", None))


def _inputs(form: list[Any]) -> dict[str, Any]:
    """The inputs of a form by the name of their field."""
    named = [part for part in _parts(form) if isinstance(getattr(part, "id", None), dict)]
    found = [part for part in named if part.id["type"] in ("field", "flag")]
    names = [part.id["name"] for part in found]
    assert len(names) == len(set(names))
    return {part.id["name"]: part for part in found}


def _button(form: list[Any]) -> Any:
    return next(part for part in _parts(form) if getattr(part, "id", None) == "action-submit")


def _valid(field: Field) -> Any:
    """Something that the field accepts."""
    if field.kind in ("choice", "choices"):
        value = field.find_choices()[0].value
        return [value] if field.kind == "choices" else value
    return {"boolean": True, "date": "2026-01-31", "number": "12.5", "json": "{}"}.get(field.kind, "text")


def _filled(form: Action, **changes: Any) -> dict[str, Any]:
    """Every field that can be filled, those included without which what is changed would be hidden."""
    values = {field.name: _valid(field) for field in form.fields if not field.read_only}
    needed = dict(field.visible_when for field in form.fields if field.visible_when and field.name in changes)
    values |= needed | changes
    hidden = {field.name for field in form.fields if not field.is_visible(values)}
    return {name: value for name, value in values.items() if name not in hidden}


def _open_to(form: Action, values: dict[str, Any]) -> set[str]:
    """The fields that can be filled while the others have these values."""
    return {field.name for field in form.fields if not field.read_only and field.is_visible(values)}


def _refusal(form: Action, values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        check_values(form, values)
    return refused.value.fields


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_form_has_an_input_with_label_and_help_for_every_field(form: Action) -> None:
    inputs = _inputs(action_form(form, count=None, row=None))
    assert list(inputs) == [field.name for field in form.fields]
    for field in form.fields:
        assert field.kind in KINDS
        made = inputs[field.name]
        assert (made.label, made.description, made.disabled) == (field.label, field.help or None, field.read_only)
        assert made.id["type"] == ("flag" if field.kind == "boolean" else "field")
        if field.kind == "boolean":
            assert made.checked == bool(field.default)
        else:
            assert made.required == field.required


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_example_in_the_api_document_and_a_filled_form_are_accepted(form: Action) -> None:
    for values in (example_call(form)["values"], _filled(form)):
        assert set(check_values(form, values)) == _open_to(form, values)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_what_a_form_requires_is_named_and_nothing_else(form: Action) -> None:
    required = {field.name for field in form.fields if field.required and field.is_visible({})}
    if not required:
        assert check_values(form, {}) == {}
        return
    for empty in ({}, dict.fromkeys(required), dict.fromkeys(required, ""), dict.fromkeys(required, "  ")):
        refused = _refusal(form, empty)
        assert set(refused) == required
        if "  " not in empty.values():
            assert set(refused.values()) == {"is required"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_field_that_the_form_does_not_have_is_refused(form: Action) -> None:
    assert _refusal(form, _filled(form, cumulative_hours="1")) == {"cumulative_hours": "unknown field"}


@pytest.mark.parametrize(("form", "field"), FIELDS)
def test_what_may_only_be_read_is_not_taken(form: Action, field: Field) -> None:
    checked = check_values(form, _filled(form, **{field.name: _valid(field)}))
    assert (field.name in checked) == (not field.read_only)


@pytest.mark.parametrize(("form", "field"), OPEN_FIELDS)
def test_a_wrong_value_is_told_at_its_field_only(form: Action, field: Field) -> None:
    wrong: list[Any] = {
        "boolean": ["yes", 1, "true"],
        "choice": ["nowhere", ["1"], True],
        "choices": ["1", ["nowhere"], [["1"]]],
        "date": ["2026-02-30", "tomorrow", "31.01.2026"],
        "number": ["many", "NaN", "Infinity", "1,5", True],
    }.get(field.kind, ["x" * (field.max_length + 1), "a\x00b", ["text"], {"a": 1}, True])
    for value in wrong:
        assert list(_refusal(form, _filled(form, **{field.name: value}))) == [field.name], value


@pytest.mark.parametrize(("form", "field"), OPEN_FIELDS)
def test_an_empty_value_is_none_or_refused(form: Action, field: Field) -> None:
    for empty in (None, "", []):
        values = _filled(form, **{field.name: empty})
        if field.required:
            assert _refusal(form, values) == {field.name: "is required"}
        else:
            assert check_values(form, values)[field.name] is None


def _form(*fields: Field, **more: Any) -> Action:
    return Action("things.change", "Change", "pencil", lambda *_: Outcome("done"), fields=fields, **more)


@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_text_that_fits_is_kept_without_the_space_around_it(text: str) -> None:
    form = _form(Field("note", "Note", max_length=20))
    if len(text.strip()) > 20:
        assert _refusal(form, {"note": text}) == {"note": "at most 20 characters"}
    else:
        assert check_values(form, {"note": text}) == {"note": text.strip()}


@given(number=st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=6))
def test_a_number_of_usual_size_is_kept_as_it_was_written(number: Decimal) -> None:
    form = _form(Field("hours", "Hours", "number", max_length=5000))
    assert check_values(form, {"hours": str(number)}) == {"hours": str(number)}


@given(number=st.decimals(allow_nan=False, allow_infinity=False))
def test_any_finite_number_is_kept_as_it_was_written_or_refused_at_its_field(number: Decimal) -> None:
    form = _form(Field("hours", "Hours", "number", max_length=5000))
    refused: dict[str, str] = {}
    try:
        assert check_values(form, {"hours": str(number)}) == {"hours": str(number)}
    except Invalid as error:
        refused = dict(error.fields)
    if abs(number) >= Decimal(10) ** 15:
        assert set(refused) == {"hours"}
    else:
        assert set(refused) <= {"hours"}


@pytest.mark.parametrize("number", ["1e999999999", "-1E+999999999999999999", "9" * 16])
def test_a_number_that_would_fill_the_memory_as_an_integer_is_refused_at_every_form(number: str) -> None:
    asked = [(form, field) for form in FORMS for field in form.fields if field.kind == "number"]
    assert len(asked) > 5
    for form, field in asked:
        values = _filled(form, **{field.name: number})
        refused = _refusal(form, values)
        assert set(refused) == {field.name}, (form.name, field.name)
        assert refused[field.name] in ("is too large", "must be a number", "is too long"), (form.name, field.name)


@given(day=st.dates())
def test_a_day_is_kept_and_the_time_after_it_dropped(day: Any) -> None:
    form = _form(Field("day", "Day", "date"))
    assert check_values(form, {"day": f"{day}T10:00:00"}) == check_values(form, {"day": str(day)}) == {"day": str(day)}


def test_several_mistakes_are_told_at_once_each_at_its_field() -> None:
    form = _form(Field("a", "A", required=True), Field("b", "B", "number"), Field("c", "C", max_length=2))
    assert _refusal(form, {"b": "x", "c": "xyz", "d": 1}) == {
        "a": "is required", "b": "must be a number", "c": "at most 2 characters", "d": "unknown field",
    }  # fmt: skip


ROW = {"note": "as stored", "hours": Decimal("2.500"), "on": 1, "place": 3}
INPUTS = (
    Field("note", "Note"),
    Field("hours", "Hours", "number"),
    Field("on", "On", "boolean"),
    Field("place", "Place", "choice", choices=(Choice("3", "Three"),)),
    Field("days", "Days", "number", default=7),
)


@pytest.mark.parametrize(
    ("prefill", "shown"),
    [(True, ("as stored", 2.5, True, "3", 7)), (False, ("", "", False, None, 7))],
)
def test_a_form_begins_with_the_row_if_it_says_so_else_with_its_defaults(prefill: bool, shown: tuple[Any, ...]) -> None:
    inputs = _inputs(action_form(_form(*INPUTS, prefill=prefill), count=1, row=ROW))
    assert tuple(i.checked if i.id["type"] == "flag" else i.value for i in inputs.values()) == shown


def test_what_was_chosen_in_a_widget_goes_before_the_row() -> None:
    inputs = _inputs(action_form(_form(*INPUTS, prefill=True), count=1, row=ROW, chosen={"note": "from the widget"}))
    assert (inputs["note"].value, inputs["days"].value) == ("from the widget", 7)


def test_a_form_says_what_it_does_to_how_many_and_previews_first_if_it_can() -> None:
    plain = action_form(_form(*INPUTS, explain="Changes things.", confirm="Do it"), count=3, row=None)
    said = json.dumps([part.to_plotly_json()["props"].get("children") for part in _parts(plain)], default=str)
    assert "Changes things." in said and "Applies to 3 rows." in said
    assert (_button(plain).children, _button(plain).color) == ("Do it", None)
    form = _form(*INPUTS, confirm="Do it", preview=lambda *_: Preview("nothing"), dangerous=True)
    first = _button(action_form(form, count=1, row=None))
    assert (first.children, first.color) == ("Preview", "red")
    second = _button(action_form(form, count=1, row=None, previewed=(Preview("3 would change"), "mark")))
    assert second.children == "Do it"


@pytest.mark.feature("RES-03")
@pytest.mark.parametrize(
    ("form", "field"), [parameter for parameter in FIELDS if parameter.values[1].visible_when is not None]
)
def test_a_field_that_another_one_hides_is_neither_required_nor_taken(form: Action, field: Field) -> None:
    assert field.visible_when is not None
    other, wanted = field.visible_when
    shown = _filled(form, **{field.name: _valid(field)})
    assert shown[other] == wanted and check_values(form, shown)[field.name] == _valid(field)
    for hidden in ({**shown, other: None}, {name: value for name, value in shown.items() if name != other}):
        kept = [one for one in form.fields if one.name in (field.name, other)]
        loose = tuple(replace(one, required=one.name == field.name) for one in kept)
        chosen = {name: value for name, value in hidden.items() if name in (field.name, other)}
        assert field.name not in check_values(replace(form, fields=loose), chosen)
