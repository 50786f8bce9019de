"""Read a page's body: the exact text of each record, and what the body says about totals and the next page.

Input: JSON as received. Output: :class:`PageContent`. Two readers give the same result:

- the fast one (msgspec) splits 5,000 records in a millisecond or two and is enough for proper JSON;
- the tolerant one (:mod:`cmms.api.scan_records`) takes over when the first refuses: NaN, lone surrogates or
  raw control characters inside one record must not cost the whole page.

A record is never interpreted here: one bad record is rejected alone, later, by the parser.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from cmms.api.scan_records import TOLERANT_JSON, RecordScanner, bad_text, dig
from cmms.errors import BadPayload
from cmms.settings import Pagination

_CHECK_BYTES = 64 * 1024
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NO_PAGING = Pagination(total_path=None, last_page_path=None)


@dataclass(frozen=True, slots=True)
class PageContent:
    """What is in one page.

    Attributes:
        records: raw JSON text of each record, byte for byte as received (bytes, or a buffer of bytes).
        total: how many records all pages hold together, if the body says so.
        last_page: number of the last page, if the body says so.
        next_value: the cursor or link that leads to the next page, if there is one.
    """

    records: Sequence[bytes | msgspec.Raw]
    total: int | None = None
    last_page: int | None = None
    next_value: str | None = None


def split_records(body: bytes, records_path: str, pagination: Pagination | None = None) -> PageContent:
    """Split a whole body into its records.

    Args:
        body: UTF-8 JSON.
        records_path: dotted path of the list of records; "" when the body itself is the list.
        pagination: where totals and the next page are; None: they are not wanted.

    Raises:
        BadPayload: not UTF-8, not JSON, or no list at ``records_path``.
        ApiUnavailable: the JSON ends too early: the body was cut short on its way.
    """
    paging = pagination or _NO_PAGING
    _check_encoding(body)
    try:
        document = _decoder(records_path, wanted_paths(paging)).decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return _scan(body, records_path, paging)
    records = _pick(document, records_path)
    if not isinstance(records, list):
        return _scan(body, records_path, paging)
    return page_content(records, {path: _pick(document, path) for path in wanted_paths(paging)}, paging)


def page_content(records: Sequence[bytes | msgspec.Raw], values: dict[str, Any], pagination: Pagination) -> PageContent:
    """Put records and the values found at the pagination's paths together.

    Raises:
        BadPayload: a total or last page that is no number.
    """
    following = values.get(_next_path(pagination) or "")
    return PageContent(
        records=records,
        total=_count(values, pagination.total_path),
        last_page=_count(values, pagination.last_page_path),
        next_value=str(following) if following not in (None, "", False) else None,
    )


def _check_encoding(body: bytes) -> None:
    if body.startswith(_BYTE_ORDER_MARKS):
        raise BadPayload("the body starts with a byte order mark")
    if not body or body.isspace():
        raise BadPayload("the body is empty")
    if body.isascii():
        return
    view, position, end = memoryview(body), 0, len(body)
    try:
        while position < end:  # in steps that stay in the processor's cache: eight times as fast as all at once
            stop = position + _CHECK_BYTES
            position += codecs.utf_8_decode(view[position:stop], "strict", stop >= end)[1]
    except UnicodeDecodeError as error:
        raise bad_text(error) from None


def wanted_paths(pagination: Pagination) -> tuple[str, ...]:
    """Dotted paths of everything that paging needs from a body."""
    paths = (pagination.total_path, pagination.last_page_path, _next_path(pagination))
    return tuple(path for path in paths if path)


def _next_path(pagination: Pagination) -> str | None:
    return {"cursor": pagination.cursor_path, "next_link": pagination.next_path}.get(pagination.style)


def _count(values: dict[str, Any], path: str | None) -> int | None:
    value = values.get(path) if path else None
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
        return int(value)
    raise BadPayload(f"{path!r} is no count")


# --- the fast reader ---


@lru_cache(maxsize=64)
def _decoder(records_path: str, wanted: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Decoder for just the wanted parts; everything beside them is skipped, not built."""
    paths = [path.split(".") for path in wanted]
    return msgspec.json.Decoder(_node(records_path.split(".") if records_path else [], paths))


def _node(records: list[str], paths: list[list[str]]) -> Any:
    """Type of one level: a struct with the next step towards the records, and raw text of wanted siblings."""
    if not records:
        return list[msgspec.Raw]
    names = dict.fromkeys([records[0], *(path[0] for path in paths if path)])
    deeper = _node(records[1:], [path[1:] for path in paths if path and path[0] == records[0]])
    fields = [
        (f"f{number}", deeper if name == records[0] else msgspec.Raw, msgspec.UNSET)
        for number, name in enumerate(names)
    ]
    rename = {f"f{number}": name for number, name in enumerate(names)}
    return msgspec.defstruct("Envelope", fields, rename=rename)


def _pick(value: Any, path: str) -> Any:
    """Value at a dotted path of a decoded envelope; None where there is none."""
    steps = path.split(".") if path else []
    while isinstance(value, msgspec.Struct):
        fields = {field.encode_name: field.name for field in msgspec.structs.fields(value)}
        value = getattr(value, fields[steps.pop(0)])
    if value is msgspec.UNSET:
        return None
    if isinstance(value, msgspec.Raw):
        value = TOLERANT_JSON.decode(bytes(value).decode("utf-8"))
    return dig(value, steps)


def _scan(body: bytes, records_path: str, pagination: Pagination) -> PageContent:
    scanner = RecordScanner(io.BytesIO(body), records_path, wanted_paths(pagination))
    records = list(scanner)
    return page_content(records, scanner.values, pagination)
