"""What a request asks for, and how a fault changes the page that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cmms.simulator.config import Stream


@dataclass(frozen=True)
class Query:
    """What a request asks for; `parameters` are those that a next link has to repeat."""

    stream: Stream
    first_day: date | None
    last_day: date | None
    plants: tuple[str, ...]
    created_after: datetime | None
    offset: int
    limit: int
    origin: str = ""  # scheme and host that the client used: next links go there
    parameters: tuple[tuple[str, str], ...] = ()

    @property
    def page(self) -> int:
        """Return the number of the page, counted from 1, whatever the pagination kind."""
        return self.offset // self.limit + 1


@dataclass(frozen=True)
class PageEdit:
    """How a fault changes a page before it is written."""

    rows_shift: int = 0
    total_delta: int = 0
    serve_page: int | None = None
    next_offset: int | None = None
    next_origin: str | None = None
    without_meta: bool = False
    change_record: tuple[Callable[[dict[str, Any]], None], ...] = ()


NO_EDIT = PageEdit()
