"""What a browser sends with a callback is accepted, with or without what may be absent; anything else is refused."""

from __future__ import annotations

from typing import Any

import pytest

from cmms_ui.asgi.check_call import is_of_kind
from cmms_ui.browser.actions import Context, FieldId, Pressed
from cmms_ui.list_query import GridRequest

_NAMED = {"resource": "syncs", "verb": "pause", "request": "2026-01-31T10:00:00_0a1b2c3d"}


@pytest.mark.feature("UIF-02")
@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        (_NAMED, Context, True),
        ([{"name": "a"}], list[FieldId], True),
        ([{"name": "a"}, None], list[FieldId], False),
        ([None], list[str], True),
        ([None], list[dict[str, Any]], False),
        ([None], list[dict[str, Any] | None], True),
        ({"id": None}, dict[str, dict[str, Any]], False),
        ({"plant_code": None}, dict[str, list[Any]], True),
        ({"filterModel": {"id": None}}, GridRequest, False),
        (1.5, str, False),
        ({"resource": "syncs", "verb": "pause", "place": "record", "key": 7}, Pressed, True),
        ({**_NAMED, "matching": {"filters": 1.5}}, Context, False),
        ({**_NAMED, "keys": [7], "version": None}, Context, True),
        ({**_NAMED, "keys": [7, 8]}, Context, True),
        ({**_NAMED, "matching": {"tab": "active", "header_filters": {}}, "found": "ab12"}, Context, True),
        ({"resource": "syncs", "verb": "pause", "place": "list", "type": "action", "spot": "page", "at": 1}, Pressed, True),
        ({"resource": "syncs", "keys": [7]}, Context, False),
        ({**_NAMED, "keys": "7"}, Context, False),
        ({**_NAMED, "matching": []}, Context, False),
        ({"resource": "syncs", "verb": "pause"}, Pressed, False),
    ],
)  # fmt: skip
def test_keys_that_may_be_absent_are_not_required(value: Any, kind: Any, fits: bool) -> None:
    assert is_of_kind(value, kind) is fits
