"""Read the records of a JSON stream one by one, tolerantly and with bounded memory.

Input: a binary stream of UTF-8 JSON. Output: the exact text of each record, and the values at the wanted
paths. NaN, lone surrogates, raw control characters, duplicate keys and endless digits pass: the parser checks
values. :mod:`cmms.source.body` reads proper JSON faster; this is for what it refuses, and for giant bodies.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from cmms.body_path import MISSING, path_keys, pick
from cmms.errors import ApiUnavailable, BadPayload

_READ_BYTES = 1024 * 1024
_MAX_VALUE_CHARACTERS = 32 * 1024 * 1024
"""No single value of a streamed body may be larger: it would have to be held in memory as a whole."""
_SMALL_CHARACTERS = 64 * 1024
"""Of what is larger beside the records only the beginning stays in memory."""
_MAX_CHARACTERS = 200
_MAX_ELEMENTS = 100
_MAX_VALUES = 2_000
"""Of a text, of a list, and of everything in one of them."""
_LONGEST_TOKEN = 16
_WHITE_SPACE = re.compile(r"[ \t\n\r]*")
_HALF_A_TOKEN = re.compile(r"(\\(u[0-9a-fA-F]{0,4})?|[0-9]\.|[0-9][eE][+-]?|-)\Z")

TOLERANT_JSON = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
"""Numbers stay text: 5,000 digits are no int, and NaN is no reason to give up."""


class RecordScanner:
    """Iterates over the raw records of a JSON stream; afterwards ``envelope`` holds what is beside them.

    Memory is bounded by the largest single value, not by the body: of the envelope small values are retained, those
    that a wanted path leads into, and the beginning of the others: they may be an error, or further records.
    ``whole_envelope``: all of it, as the fast reader does, for a body that is in memory anyway.
    """

    def __init__(
        self,
        stream: IO[bytes],
        records_path: str,
        wanted: Sequence[str] = (),
        *,
        null_is_empty: bool = False,
        whole_envelope: bool = False,
    ) -> None:
        self._text = _Window(stream)
        self._records_path = records_path
        self._route = records_path.split(".") if records_path else []
        self._wanted = wanted
        self._wanted_keys = set[str]().union(*map(path_keys, wanted))
        self._null_is_empty = null_is_empty
        self._whole_envelope = whole_envelope
        self.envelope: dict[str, Any] = {}

    @property
    def values(self) -> dict[str, Any]:
        """What the wanted paths lead to; None where there is nothing."""
        found = {path: pick(self.envelope, path) for path in self._wanted}
        return {path: None if value is MISSING else value for path, value in found.items()}

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._enter(0)
            if self._text.peek():
                raise BadPayload("the body is not valid JSON: there is something after its end")
        except UnicodeDecodeError as error:
            raise bad_text(error) from None
        except RecursionError:
            raise BadPayload("the body is nested too deeply") from None

    def _enter(self, depth: int) -> Iterator[bytes]:
        """Walk one level down; what is beside the route to the records is only remembered if wanted."""
        if depth == len(self._route):
            if not (self._null_is_empty and self._text.take_null()):
                yield from self._list(depth)
            return
        self._expect_shape("{", depth, "an object")
        keys: list[str] = []
        found = False
        while (key := self._next_key(first=not keys)) is not None:
            keys.append(key)
            if key == self._route[depth]:
                if found:
                    raise BadPayload(f"the key {key!r:.60} is duplicated: it is unclear which one holds the records")
                found = True
                yield from self._enter(depth + 1)
            else:
                self._remember([*self._route[:depth], key], *self._text.value())
        if not found:
            there = ", ".join(repr(key[:40]) for key in keys[:20]) or "none"
            raise BadPayload(f"there are no records at {self._records_path!r}; the keys there are: {there}")

    def _list(self, depth: int) -> Iterator[bytes]:
        self._expect_shape("[", depth, "a list")
        if self._text.peek() == "]":
            self._text.skip()
            return
        while True:
            yield self._text.value()[0].encode("utf-8")
            if self._text.take(",]") == "]":
                return

    def _next_key(self, *, first: bool) -> str | None:
        if first and self._text.peek() == "}":
            self._text.skip()
            return None
        if not first and self._text.take(",}") == "}":
            return None
        if self._text.peek() not in ('"', ""):
            raise BadPayload("the body is not valid JSON: a key is expected")
        key = str(self._text.value()[1])
        self._text.take(":")
        return key

    def _expect_shape(self, opening: str, depth: int, what: str) -> None:
        if self._text.peek() not in (opening, ""):
            start = self._text.preview()
            if not depth and start[:1] not in '{["-0123456789tfnNI':
                raise BadPayload("the body is not JSON" + _likeness(start))
            place = ".".join(self._route[:depth])
            raise BadPayload(f"{place!r} is not {what}" if place else f"the body is not {what}")
        self._text.take(opening)

    def _remember(self, place: list[str], text: str, value: Any) -> None:
        is_kept = self._whole_envelope or place[0] in self._wanted_keys
        if len(text) > _SMALL_CHARACTERS and not is_kept:
            value = _beginning(value, iter(range(_MAX_VALUES)))
        inside = self.envelope
        for step in place[:-1]:
            inside = inside.setdefault(step, {})
        inside[place[-1]] = value


class _Window:
    """The part of the stream that is being looked at, as text."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._position = 0
        self._at_end = False

    def peek(self) -> str:
        """Next character that is no white space; "" at the end."""
        while True:
            match = _WHITE_SPACE.match(self._text, self._position)
            self._position = match.end() if match else self._position
            if self._position < len(self._text):
                return self._text[self._position]
            if not self._more():
                return ""

    def preview(self) -> str:
        """The next few characters, to say what this is instead of JSON."""
        return self._text[self._position : self._position + 20]

    def skip(self) -> None:
        """Step over the character that :meth:`peek` returned."""
        self._position += 1

    def take(self, allowed: str) -> str:
        """Step over the next character, which must be one of ``allowed``."""
        character = self.peek()
        if not character:
            raise cut_short()
        if character not in allowed:
            raise BadPayload(f"the body is not valid JSON: {' or '.join(allowed)} is expected")
        self._position += 1
        return character

    def take_null(self) -> bool:
        """Step over the next value if it is ``null``."""
        if self.peek() != "n":
            return False
        return self.value()[1] is None

    def value(self) -> tuple[str, Any]:
        """The next value: its exact text and, numbers as text, its content."""
        if not self.peek():
            raise cut_short()
        while True:
            window, start = self._text, self._position
            try:
                content, end = TOLERANT_JSON.raw_decode(window, start)
            except json.JSONDecodeError as error:
                if not _may_go_on(error, window):
                    raise BadPayload("the body is not valid JSON", problem=error.msg) from None
                if not self._more():
                    raise _why(error, window) from None
                continue
            if end < len(window) or not self._more():
                self._position += end - start
                return window[start:end], content

    def _more(self) -> bool:
        """Read on, twice as much each time that the same value needs it; False at the end of the stream."""
        if self._at_end:
            return False
        waiting = len(self._text) - self._position
        if waiting > _MAX_VALUE_CHARACTERS:
            raise BadPayload("the body is not valid JSON, or one of its values is too large")
        data = self._stream.read(max(_READ_BYTES, waiting))
        self._at_end = not data
        self._text = self._text[self._position :] + self._decoder.decode(data, final=self._at_end)
        self._position = 0
        return not self._at_end


def _beginning(value: Any, left: Iterator[int]) -> Any:
    """A value with less in it; ``left`` counts down what may still be kept."""
    if isinstance(value, str):
        return value[:_MAX_CHARACTERS]
    if isinstance(value, list):
        return [_beginning(element, left) for element, _ in zip(value[:_MAX_ELEMENTS], left, strict=False)]
    if isinstance(value, dict):
        flags_first = sorted(value.items(), key=lambda item: isinstance(item[1], dict | list))
        return {
            key[:_MAX_CHARACTERS]: _beginning(inner, left) for (key, inner), _ in zip(flags_first, left, strict=False)
        }
    return value


def _may_go_on(error: json.JSONDecodeError, text: str) -> bool:
    """Whether more text could mend it: the value may only be cut off by the window's edge."""
    return error.pos >= len(text) - _LONGEST_TOKEN or error.msg.startswith("Unterminated string")


def _why(error: json.JSONDecodeError, text: str) -> BadPayload | ApiUnavailable:
    """Nothing follows: was the value cut off, or is it wrong?"""
    rest = text[error.pos :]
    cut_off = any(word.startswith(rest) for word in ("true", "false", "null", "NaN", "Infinity", "-Infinity"))
    cut_off = cut_off or (len(rest) < _LONGEST_TOKEN and _HALF_A_TOKEN.search(text) is not None)
    if cut_off or error.msg.startswith("Unterminated string"):
        return cut_short()
    return BadPayload("the body is not valid JSON", problem=error.msg)


def _likeness(start: str) -> str:
    """What a body that begins so looks like."""
    if start[:1] != "<":
        return ""
    return (
        ", it looks like HTML"
        if re.match(r"<(!doctype\s+html|html|head|body)", start, re.IGNORECASE)
        else ", it is XML"
    )


def cut_short() -> ApiUnavailable:
    """A body that ends too early is asked for again."""
    return ApiUnavailable("the body ends too early")


def bad_text(error: UnicodeDecodeError) -> BadPayload | ApiUnavailable:
    """A character that only lacks its end was cut off; anything else is another character set."""
    if error.reason == "unexpected end of data":
        return cut_short()
    return BadPayload("the body is not UTF-8")
