"""Whether a body with status 200 is an error all the same.

Input: a page's envelope. Output: the name of what says so. Pure. Records beside an error may be some of them only, and
an empty list beside one is no empty day, so both are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ERRORS = frozenset(("error", "errors", "fault", "exception", "odata.error"))
_SUCCESS = frozenset(("success", "ok", "issuccess", "succeeded"))
_BAD_STATUS = frozenset(("error", "fail", "failed", "failure"))
_NOTHING = frozenset(("", "0", "none", "null", "no", "false", "ok", "success"))


def find_error(envelope: Mapping[str, Any]) -> str | None:
    """The key that holds an error; None when none does."""
    for key, value in envelope.items():
        name = key.lower().replace("_", "")
        if name in _ERRORS and _is_something(value):
            return key
        if name in _SUCCESS and value is False:
            return key
        if name == "status" and isinstance(value, str) and value.strip().lower() in _BAD_STATUS:
            return key
    return None


def _is_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_something(inner) for inner in value.values())
    if isinstance(value, str):
        return value.strip().lower() not in _NOTHING
    return bool(value)
