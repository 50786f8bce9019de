"""Whether a body with status 200 is an error all the same.

Input: a page's envelope. Output: the name of what says so. Pure. Records beside an error may be some of them only, and
an empty list beside one is no empty day, so both are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ERRORS = frozenset(("error", "errors", "fault", "exception", "odataerror"))
_DETAILS = frozenset(("message", "msg", "code", "detail", "details", "description", "text"))
"""What follows one of :data:`_ERRORS` in a name: ``errorMessage``."""
_TEXTS = _DETAILS - {"code"}
"""Beside one of these, ``code`` is the code of an error."""
_SUCCESS = frozenset(("success", "ok", "issuccess", "succeeded", "issuccessful", "successful"))
_STATUSES = frozenset(("status", "state", "result", "outcome", "statuscode", "code", "httpstatus", "httpcode"))
_BAD_STATUS = frozenset(("error", "fail", "failed", "failure"))
_BAD_CODE = re.compile(r"[45][0-9][0-9]")
_OUTCOMES = ("status", "response", "result")
_BESIDE = (*_OUTCOMES, "meta", "header", "info")
"""Objects at the top that may say it too: their names hold one of these words."""
_NOTHING = frozenset(("", "0", "00", "000", "200", "none", "null", "no", "false", "ok", "success", "noerror"))
_FALSE = frozenset(("false", "no", "0"))


def find_error(envelope: Mapping[str, Any]) -> str | None:
    """The key that holds an error; None when none does."""
    return next(_errors(envelope), None)


def _errors(envelope: Mapping[str, Any], within: str = "") -> Iterator[str]:
    names = {key: re.sub("[^a-z0-9]", "", key.lower()) for key in envelope}
    is_outcome = any(word in within for word in _OUTCOMES) or not within
    has_text = any(name in _TEXTS and _is_something(envelope[key]) for key, name in names.items())
    for key, value in envelope.items():
        name = names[key]
        if name == "code" and not is_outcome and not has_text:  # of a company or a plant
            continue
        if _says_error(name, value):
            yield key
        if isinstance(value, dict) and not within and any(word in name for word in _BESIDE):
            yield from (f"{key}.{inner}" for inner in _errors(value, name))


def _says_error(name: str, value: Any) -> bool:
    is_error = name in _ERRORS or any(name.removeprefix(word) in _DETAILS for word in _ERRORS if name.startswith(word))
    if is_error and _is_something(value):
        return True
    text = value.strip().lower() if isinstance(value, str) else None
    if name in _SUCCESS:
        return value is False or text in _FALSE
    return name in _STATUSES and text is not None and (text in _BAD_STATUS or bool(_BAD_CODE.fullmatch(text)))


def _is_something(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_something(inner) for inner in value.values())
    if isinstance(value, str):
        return re.sub("[^a-z0-9]", "", value.lower()) not in _NOTHING
    return bool(value)
