"""Turn fault hits into a spoiled answer.

Input: the hits of a request. Output: how its page is edited before rendering (`plan_edit`), and the answer
with another body, status or transport (`spoil_answer`).
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from cmms.simulator.answers import Answer
from cmms.simulator.faults import Fault, Hit
from cmms.simulator.queries import NO_EDIT, PageEdit, Query

_HTML = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please sign in</h1></body></html>"


def plan_edit(hits: list[Hit], query: Query) -> PageEdit:
    """Return how the faults change the page of a query."""
    edit = NO_EDIT
    for hit in hits:
        fault = hit.fault
        match fault.kind:
            case "repeated_page":
                edit = replace(edit, serve_page=fault.serve_page or max(query.page - 1, 1))
            case "cursor_loop":
                edit = replace(edit, next_offset=max(query.offset - (fault.length - 1) * query.limit, 0))
            case "total_mismatch":
                edit = replace(edit, total_delta=edit.total_delta + (7 if fault.delta is None else fault.delta))
            case "rows_shift":
                # Rows move while a client pages: its first request sees the old list, unless a page is named.
                steps = hit.number if fault.page is not None else hit.number - 1
                shift = steps * (1 if fault.delta is None else fault.delta)
                edit = replace(edit, rows_shift=shift, total_delta=edit.total_delta + shift)
            case "foreign_next_link":
                edit = replace(edit, next_origin=fault.location)
            case "no_meta":
                edit = replace(edit, without_meta=True)
            case "rename_field" | "remove_field" | "extra_field":
                edit = replace(edit, change_record=(*edit.change_record, _record_change(fault)))
    return edit


def spoil_answer(answer: Answer, hits: list[Hit]) -> Answer:
    """Return the answer as the faults leave it."""
    for hit in hits:
        spoil = _SPOILERS.get(hit.fault.kind)
        if spoil is not None:
            answer = spoil(answer, hit.fault)
    return answer


def _record_change(fault: Fault) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        if fault.kind == "extra_field":
            record[fault.field] = fault.value
        elif fault.field in record:
            value = record.pop(fault.field)
            if fault.kind == "rename_field":
                record[fault.new_name] = value

    return change


def _status(answer: Answer, fault: Fault) -> Answer:
    status = 500 if fault.status is None else fault.status
    body = (f'{{"error":"injected {status}"}}' if fault.body is None else fault.body).encode()
    headers = {"Content-Type": fault.content_type, **fault.headers}
    if fault.retry_after is not None:
        headers["Retry-After"] = _retry_after(str(fault.retry_after))
    return replace(answer, status=status, body=body, headers=headers)


def _retry_after(text: str) -> str:
    if not text.startswith("http-date:"):
        return text
    moment = datetime.now(UTC) + timedelta(seconds=float(text.removeprefix("http-date:")))
    return format_datetime(moment, usegmt=True)


def _redirect(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, status=fault.status or 302, body=b"", headers={"Location": fault.location, **fault.headers})


def _literal(body: bytes, content_type: str = "application/json") -> Callable[[Answer, Fault], Answer]:
    def spoil(answer: Answer, fault: Fault) -> Answer:
        return replace(answer, status=200, body=body, headers={"Content-Type": content_type, **fault.headers})

    return spoil


def _literal_body(answer: Answer, fault: Fault) -> Answer:
    headers = {"Content-Type": fault.content_type, **fault.headers}
    return replace(answer, status=fault.status or 200, body=(fault.body or "").encode(), headers=headers)


def _plain(answer: Answer) -> Answer:
    """Return the answer without compression, to change its text."""
    if answer.headers.get("Content-Encoding") != "gzip":
        return answer
    headers = {name: value for name, value in answer.headers.items() if name not in ("Content-Encoding", "ETag")}
    return replace(answer, body=gzip.decompress(answer.body), headers=headers)


def _invalid_json(answer: Answer, fault: Fault) -> Answer:
    plain = _plain(answer)
    return replace(plain, body=plain.body[: max(len(plain.body) - 2, 1)] + b",,")


def _bom(answer: Answer, fault: Fault) -> Answer:
    plain = _plain(answer)
    return replace(plain, body=b"\xef\xbb\xbf" + plain.body)


def _wrong_charset(answer: Answer, fault: Fault) -> Answer:
    plain = _plain(answer)
    body = plain.body.decode("utf-8", "replace").encode("utf-16")
    return replace(plain, body=body, headers={**plain.headers, "Content-Type": "application/json; charset=utf-8"})


def _gzip_bomb(answer: Answer, fault: Fault) -> Answer:
    wire = io.BytesIO()
    with gzip.GzipFile(fileobj=wire, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(b'{"data":[')
        for _ in range(fault.megabytes):
            stream.write(b" " * 1_000_000)
        stream.write(b"]}")
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return replace(answer, status=200, body=wire.getvalue(), headers=headers)


def _oversize(answer: Answer, fault: Fault) -> Answer:
    plain = _plain(answer)
    return replace(plain, body=plain.body + b" " * (fault.megabytes * 1_000_000))


def _truncated_gzip(answer: Answer, fault: Fault) -> Answer:
    body = answer.body if answer.headers.get("Content-Encoding") == "gzip" else gzip.compress(answer.body)
    cut = body[: int(len(body) * fault.keep)]
    return replace(answer, body=cut, headers={**answer.headers, "Content-Encoding": "gzip"})


def _travel(**changes: Any) -> Callable[[Answer, Fault], Answer]:
    def spoil(answer: Answer, fault: Fault) -> Answer:
        return replace(answer, transport=replace(answer.transport, **changes))

    return spoil


def _latency(answer: Answer, fault: Fault) -> Answer:
    return _travel(latency_seconds=answer.transport.latency_seconds + fault.seconds)(answer, fault)


def _drip(answer: Answer, fault: Fault) -> Answer:
    return _travel(bytes_per_second=fault.bytes_per_second)(answer, fault)


def _truncated_body(answer: Answer, fault: Fault) -> Answer:
    return _travel(keep=fault.keep)(answer, fault)


def _reset(answer: Answer, fault: Fault) -> Answer:
    return _travel(keep=fault.keep, reset=True, answerless=fault.keep == 0)(answer, fault)


def _wrong_length(answer: Answer, fault: Fault) -> Answer:
    return _travel(length_delta=-10 if fault.delta is None else fault.delta, close_after=True)(answer, fault)


_SPOILERS: dict[str, Callable[[Answer, Fault], Answer]] = {
    "status": _status,
    "redirect": _redirect,
    "html": _literal(_HTML, "text/html; charset=utf-8"),
    "invalid_json": _invalid_json,
    "empty_body": _literal(b""),
    "bom": _bom,
    "wrong_charset": _wrong_charset,
    "gzip_bomb": _gzip_bomb,
    "oversize": _oversize,
    "literal_body": _literal_body,
    "latency": _latency,
    "drip": _drip,
    "truncated_body": _truncated_body,
    "truncated_gzip": _truncated_gzip,
    "wrong_length": _wrong_length,
    "reset": _reset,
    "close": _travel(answerless=True),
    "close_after": _travel(close_after=True),
}
