"""Whether a body with status 200 is an error all the same.

Input: a page's envelope, and where its records are. Output: the name of what says so. Pure. Records beside an error may
be some of them only, and an empty list beside one is no empty day, so both are refused. An error may stand at the top,
on the way to the records, in an object that describes the outcome, or be a message among others (``RETURN`` of a BAPI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ERRORS = frozenset(
    [
        *("error", "errors", "errorlist", "fault", "exception", "exceptions", "exceptionlist", "odataerror"),
        *("haserror", "haserrors", "iserror"),
    ]
)
_TEXTS = frozenset(("message", "messages", "msg", "detail", "details", "description", "text"))
"""Beside one of these, ``code`` is the code of an error."""
_DETAILS = _TEXTS | {"code"}
"""What follows one of :data:`_ERRORS` in a name: ``errorMessage``."""
_MESSAGES = re.compile(r".*(?:message|bapiret).*|.*return")
"""Names of messages of which each has a type: ``messages``, ``RETURN``, ``ET_RETURN``."""
_MESSAGE_TYPES = ("type", "msgtype", "messagetype", "severity", "level")
_BAD_TYPES = frozenset(("e", "a", "x", "error", "abort", "fatal", "critical"))
"""As SAP has them: error, termination, exit; S, W and I are no errors."""
_SUCCESS = frozenset(("success", "ok", "issuccess", "succeeded", "issuccessful", "successful"))
_STATUSES = frozenset(
    [
        *("status", "state", "result", "outcome", "statuscode", "code", "httpstatus", "httpcode"),
        *("responsecode", "returncode", "resultcode"),
    ]
)
_BAD_STATUS = frozenset(("error", "fail", "failed", "failure", "nok", "ko"))
_BAD_CODE = re.compile(r"[45][0-9][0-9]")
_OUTCOMES = ("status", "response", "result")
_SHARDS = "shards"
_FAILED = frozenset(("failed", "failures"))
"""Parts of a search that brought nothing (Elasticsearch); elsewhere the failures of machines."""
_BESIDE = (*_OUTCOMES, "meta", "header", "info", _SHARDS)
"""Objects at the top that may say it too: their names hold one of these words."""
_NOTHING = frozenset(("", "0", "200", "none", "null", "no", "false", "ok", "success"))
_NO_ERROR = re.compile("0+|no(?:error|fault|exception)s?(?:found|occurred)?")
"""Codes and sentences that say the same."""
_FALSE = frozenset(("false", "no", "0"))


def find_error(envelope: Mapping[str, Any], records_path: str = "") -> str | None:
    """The key that holds an error; None when none does.

    Args:
        envelope: the body without its records.
        records_path: dotted path of the records: the objects on the way to them report errors too.
    """
    return next(_errors(envelope, records_path.split(".")), None)


def _errors(envelope: Mapping[str, Any], route: Sequence[str], within: str = "") -> Iterator[str]:
    """``route``: the keys from here to the records; none beside their way."""
    names = {key: _plain(key) for key in envelope}
    is_outcome = any(word in within for word in _OUTCOMES) or not within
    has_text = any(name in _TEXTS and _is_something(envelope[key]) for key, name in names.items())
    for key, value in envelope.items():
        name = names[key]
        if name == "code" and not is_outcome and not has_text:  # of a company or a plant
            continue
        if _says_error(name, value) or (within.endswith(_SHARDS) and name in _FAILED and _is_something(value)):
            yield key
        is_on_the_way = key in route[:1]
        if isinstance(value, dict) and (is_on_the_way or (route and any(word in name for word in _BESIDE))):
            further = route[1:] if is_on_the_way else ()
            yield from (f"{key}.{inner}" for inner in _errors(value, further, name))


def _says_error(name: str, value: Any) -> bool:
    is_error = name in _ERRORS or any(name.removeprefix(word) in _DETAILS for word in _ERRORS if name.startswith(word))
    if is_error and _is_something(value):
        return True
    if _MESSAGES.fullmatch(name) and _holds_bad_message(value):
        return True
    text = value.strip().lower() if isinstance(value, str) else None
    if name in _SUCCESS:
        return value is False or text in _FALSE
    return name in _STATUSES and text is not None and (text in _BAD_STATUS or bool(_BAD_CODE.fullmatch(text)))


def _holds_bad_message(value: Any) -> bool:
    """Whether one of these messages is an error, by its type."""
    if isinstance(value, list):
        return any(_holds_bad_message(one) for one in value)
    if not isinstance(value, dict):
        return False
    types = [inner for key, inner in value.items() if _plain(key) in _MESSAGE_TYPES]
    is_bad = any(isinstance(one, str) and one.strip().lower() in _BAD_TYPES for one in types)
    return is_bad or any(_holds_bad_message(inner) for inner in value.values())


def _is_something(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(_is_something(inner) for inner in (value.values() if isinstance(value, dict) else value))
    if not isinstance(value, str):
        return bool(value)
    return _plain(value) not in _NOTHING and not _NO_ERROR.fullmatch(_plain(value))


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())
