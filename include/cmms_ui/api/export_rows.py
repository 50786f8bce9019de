"""Export of a list: CSV, Excel, JSON or a page to print. Input: resource, query. Output: a file, streamed.

Text that a spreadsheet would take for a formula gets an apostrophe in front, also behind what another program takes for
the end of a cell; numbers and dates stay what they are. A few exports at a time, fewer of one person: each reads a lot.
An export's place ends with its answer, also when nobody reads it any more; an answer has a time limit.
"""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Event
from typing import Any

import anyio
from fastapi.responses import StreamingResponse

from cmms.access.actors import Actor, Busy, ViewError
from cmms.access.person_slots import Slot, Slots
from cmms.listing.definition import ListQuery
from cmms.listing.read_list import Row, stream_rows
from cmms.words import count_of
from cmms_ui.api import text
from cmms_ui.asgi.types import Receive, Scope, Send
from cmms_ui.definition.schema import Column, Resource
from cmms_ui.present_rows import to_json, to_text

EXPORTS_EACH, EXPORTS_TOTAL = 2, 6
EXPORT_SECONDS = 600.0
CUT_OFF, BROKEN_OFF = (f"\r\n{line}\r\n".encode() for line in (text.CUT_OFF, text.BROKEN_OFF))
FIRST_PART_BYTES, PART_BYTES = 4_000, 64_000
PRINTED_ROWS = 5_000
_FORMULA_STARTS = "=+-@\t\r\n\x00|%"
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "print": "text/html; charset=utf-8",
}
_SEPARATORS = re.compile(r"([;\t\r\n|]|,(?!\s))")
_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp"})
_slots = Slots(each=EXPORTS_EACH, total=EXPORTS_TOTAL)


def export(resource: Resource, actor: Actor, query: ListQuery, kind: str) -> StreamingResponse:
    """The answer with the file; its name is made here."""
    columns = resource.visible_columns(actor)
    name = f"{resource.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{kind}"
    slot = _slots.take(actor.name)
    if slot is None:
        raise Busy(text.TOO_MANY_EXPORTS)
    ended = Event()
    try:
        rows = _until(ended, stream_rows(resource.listing, query))
        if kind == "print":
            shown = [column for column in columns if not column.hidden]
            body = write_page(rows, shown, title=resource.label, who=actor.name)
        else:
            body = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}[kind](rows, columns)
    except BaseException:
        slot.leave()
        raise
    headers = {} if kind == "print" else {"Content-Disposition": f'attachment; filename="{name}"'}
    return ExportResponse(body, ended, slot, media_type=KINDS[kind], headers=headers)


class TookTooLong(ViewError):
    """An export's time is over."""

    status = 504


class ExportResponse(StreamingResponse):
    """Holds a place from when it is made until it is sent, the client is gone, or its time is over."""

    def __init__(self, body: Iterator[bytes], ended: Event, slot: Slot, **more: Any) -> None:
        super().__init__(body, **more)
        self._ended = ended
        self._slot = slot
        self._is_begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; one that is cut off or fails says so in its last line, so that nobody takes it for whole.

        That line waits for a client that reads slowly, without a place: behind middleware an error alone looks like
        the end. What fails before anything was sent is answered like any other fault.
        """
        failure: Exception | None = None
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._cancel_when_gone, receive, tasks.cancel_scope)
                try:
                    with anyio.move_on_after(EXPORT_SECONDS) as limit:
                        await self.stream_response(send)
                    if limit.cancelled_caught:
                        failure = TookTooLong(text.EXPORT_TOO_LONG.format(seconds=EXPORT_SECONDS))
                except Exception as error:
                    failure = error
                self._end()
                if failure is not None and self._is_begun:
                    line = CUT_OFF if limit.cancelled_caught else BROKEN_OFF
                    await send({"type": "http.response.body", "body": line, "more_body": True})
                tasks.cancel_scope.cancel()
        finally:
            self._end()
        if failure is not None:
            raise failure

    async def stream_response(self, send: Send) -> None:
        """Begin only when there is something to send."""
        parts = aiter(self.body_iterator)
        part: Any = await anext(parts, b"")
        self._is_begun = True
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while part:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await anext(parts, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _end(self) -> None:
        self._ended.set()
        self._slot.leave()

    async def _cancel_when_gone(self, receive: Receive, scope: anyio.CancelScope) -> None:
        await self.listen_for_disconnect(receive)
        self._ended.set()  # before the thread that makes the next part has ended
        scope.cancel()


def _until(ended: Event, rows: Iterator[Row]) -> Iterator[Row]:
    """The rows for as long as somebody waits for them."""
    for row in rows:
        if ended.is_set():
            return
        yield row


def neutralise(value: str) -> str:
    """Text that no spreadsheet takes for a formula, whatever it takes for the end of a cell.

    A program whose separator is a semicolon sees a cell begin behind each one, and behind each line's end.
    """
    first, *others = _SEPARATORS.split(value)
    parts = [f"'{part}" if position % 2 and _is_formula(part) else part for position, part in enumerate(others)]
    start = "'" if _is_formula(value) else ""
    return "".join((start, first, *parts))


def _is_formula(value: str) -> bool:
    """Also with full-width signs, and with signs behind quotes and what cannot be seen."""
    if value[:1] and value[0] in _FORMULA_STARTS:
        return True
    for sign in unicodedata.normalize("NFKC", value):
        if sign != '"' and unicodedata.category(sign) not in _INVISIBLE:
            return sign in _FORMULA_STARTS
    return False


def write_csv(rows: Iterable[Row], columns: Iterable[Column]) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark, so that Excel reads umlauts."""
    columns = tuple(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    size = FIRST_PART_BYTES
    writer.writerow([column.label for column in columns])
    for row in rows:
        writer.writerow([_csv_value(row[column.name], column) for column in columns])
        if buffer.tell() > size:
            size = PART_BYTES
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _csv_value(value: Any, column: Column) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str | bytes):
        return neutralise(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    return value


def write_json(rows: Iterable[Row], columns: Iterable[Column]) -> Iterator[bytes]:
    """A JSON list, one record a line."""
    columns = tuple(columns)
    separator = b"[\n"
    for row in rows:
        yield separator + json.dumps(to_json(row, columns), ensure_ascii=False).encode()
        separator = b",\n"
    yield b"\n]\n" if separator == b",\n" else b"[]\n"


def write_page(rows: Iterator[Row], columns: Iterable[Column], *, title: str, who: str) -> Iterator[bytes]:
    """A page to print: a table whose head stands on every sheet, when and by whom it was made; no more than that."""
    columns = tuple(columns)
    head = "".join(f"<th>{html.escape(column.label)}</th>" for column in columns)
    yield (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<link rel="stylesheet" href="../../../assets/print.css"></head><body><h1>{html.escape(title)}</h1>'
        f"<table><thead><tr>{head}</tr></thead><tbody>"
    ).encode()
    printed = 0
    for row in itertools.islice(rows, PRINTED_ROWS):
        printed += 1
        cells = "".join(f"<td>{html.escape(to_text(row[column.name], column))}</td>" for column in columns)
        yield f"<tr>{cells}</tr>\n".encode()
    left = text.LONGER if next(rows, None) is not None else ""
    made = text.PRINTED.format(rows=count_of(printed, "row"), left=left, made=datetime.now(UTC), who=html.escape(who))
    yield f"</tbody></table><footer>{made}</footer></body></html>".encode()


def write_xlsx(rows: Iterable[Row], columns: Iterable[Column]) -> Iterator[bytes]:
    """An Excel file with typed numbers and dates; text is written as text, never as formula."""
    import xlsxwriter

    columns = tuple(columns)
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet(text.SHEET)
        bold = book.add_format({"bold": True})
        formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "hours": book.add_format({"num_format": "#,##0.000"}),
        }
        for position, column in enumerate(columns):
            sheet.write_string(0, position, column.label, bold)
            sheet.set_column(position, position, max(10, column.width // 8))
        sheet.freeze_panes(1, 0)
        try:
            for number, row in enumerate(rows, start=1):
                for position, column in enumerate(columns):
                    _write_cell(sheet, number, position, row[column.name], formats.get(column.kind))
        finally:
            book.close()  # it holds files of its own
        file.seek(0)
        while chunk := file.read(64_000):
            yield chunk


def _write_cell(sheet: Any, row: int, position: int, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, position, value)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, position, value, style)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, position, value, style)
    else:
        sheet.write_string(row, position, neutralise(str(value))[:32_767])
