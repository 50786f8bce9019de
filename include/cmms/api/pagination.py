"""Which page comes next, and when all of them are there.

Pure: :class:`PageTrail` follows one logical request; it is given what each page said about itself and answers
with the addresses to ask for. Sample body of the default style ``page``::

    {"data": [...], "meta": {"total": 12000, "page": 1, "per_page": 5000, "last_page": 3}}

Everything that would leave a gap or never end is an :class:`~cmms.errors.IncompleteFetch`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cmms.api.links import follow_link
from cmms.errors import IncompleteFetch
from cmms.settings import Pagination

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageAddress:
    """Where a page is; ``number`` counts from 1 within the request, whatever the source calls it."""

    number: int
    url: str


@dataclass(frozen=True)
class PageFacts:
    """What a page said about itself. ``repeated``: its records are those of an earlier page."""

    records: int
    total: int | None = None
    last_page: int | None = None
    next_value: str | None = None
    repeated: bool = False


class PageTrail:
    """Follows the pages of one logical request.

    Args:
        pagination: how the stream pages.
        base_url: of the connection: links may not leave its origin.
        url: of the request, without parameters.
        parameters: of the request, without those of paging.
    """

    def __init__(self, pagination: Pagination, *, base_url: str, url: str, parameters: Parameters) -> None:
        self._pagination = pagination
        self._base_url = base_url
        self._url = url
        self._parameters = parameters
        self._numbered = pagination.style in ("page", "offset")
        self._facts: dict[int, PageFacts] = {}
        self._waiting: set[int] = set()
        self._seen: set[str] = set()
        self._received = 0
        self.records = 0
        """Records of all pages so far, repeated ones not counted."""
        self.repeated_pages = 0
        """Pages that came twice."""

    @property
    def total(self) -> int | None:
        """Records that the source promised on the first page."""
        return self._facts[1].total if 1 in self._facts else None

    @property
    def pages(self) -> int:
        """Pages that arrived."""
        return len(self._facts)

    @property
    def is_complete(self) -> bool:
        """True when nothing is left to ask for."""
        return bool(self._facts) and not self._waiting

    def first(self) -> PageAddress:
        """Address of the first page."""
        return self._ask(1, self._numbered_url(1, 0))

    def accept(self, address: PageAddress, facts: PageFacts) -> list[PageAddress]:
        """Take note of a page; what to ask for next, in any order.

        Raises:
            IncompleteFetch: a loop, a repetition that cannot be told from a gap, or too many pages.
            ApiRefused: the next link leads to another host.
        """
        self._facts[address.number] = facts
        self._received += facts.records
        self.records += 0 if facts.repeated else facts.records
        self.repeated_pages += facts.repeated
        self._waiting.discard(address.number)
        if self._pagination.style == "none":
            return []
        if not self._numbered:
            return self._linked(address, facts)
        if address.number == 1:
            return self._all_known(facts) or self._one_more()
        return [] if self._waiting else self._one_more()

    def check(self) -> str | None:
        """What is wrong with the fetch as a whole, now that it is complete; None: nothing."""
        if self.total is not None and self.records != self.total:
            return f"the source promised {self.total} records and sent {self.records}"
        return None

    # --- page and offset ---

    def _all_known(self, first: PageFacts) -> list[PageAddress]:
        """All further pages at once, when the first one tells how many there are."""
        pages = 1
        if first.total is not None and first.records:
            pages = math.ceil(first.total / first.records)
        elif first.last_page is not None and first.records:
            pages = first.last_page - self._pagination.first_page + 1
        self._check_limit(pages)
        return [
            self._ask(number, self._numbered_url(number, (number - 1) * first.records))
            for number in range(2, pages + 1)
        ]

    def _one_more(self) -> list[PageAddress]:
        """The page after the last one, unless that was the end."""
        number = len(self._facts)
        if self._is_end(number, self._facts[number]):
            return []
        return [self._ask(number + 1, self._numbered_url(number + 1, self._received))]

    def _is_end(self, number: int, last: PageFacts) -> bool:
        paging = self._pagination
        if last.records == 0:
            return True
        if self.total is not None:
            before = self._facts.get(number - 1)
            stuck = last.repeated and before is not None and before.repeated
            return self.records >= self.total or stuck
        last_page = self._facts[1].last_page
        if last_page is not None:
            return number >= last_page - paging.first_page + 1
        if last.repeated:
            return True  # the source ignores the page number: its first answer held everything
        is_asked_for = paging.size_parameter is not None and paging.ends_with == "short_page"
        return is_asked_for and last.records != paging.size

    def _numbered_url(self, number: int, offset: int) -> str:
        paging = self._pagination
        size = [(paging.size_parameter, str(paging.size))] if paging.size_parameter else []
        own: list[tuple[str, str]] = []
        if paging.style == "page":
            own = [(paging.page_parameter, str(paging.first_page + number - 1)), *size]
        elif paging.style == "offset":
            own = [(paging.offset_parameter, str(offset)), *size]
        elif paging.style != "none":
            own = size
        return self._with_parameters(own)

    def _with_parameters(self, own: list[tuple[str, str]]) -> str:
        query = urlencode([*self._parameters, *own])
        return f"{self._url}?{query}" if query else self._url

    # --- cursor and links ---

    def _linked(self, address: PageAddress, facts: PageFacts) -> list[PageAddress]:
        if not facts.next_value:
            return []
        if facts.repeated and self.total is None:
            raise IncompleteFetch("a page came twice and no total tells whether one is missing", page=address.number)
        paging = self._pagination
        if paging.style == "cursor":
            size = [(paging.size_parameter, str(paging.size))] if paging.size_parameter else []
            url = self._with_parameters([(paging.cursor_parameter, facts.next_value), *size])
        else:
            url = follow_link(self._base_url, address.url, facts.next_value)
        if url in self._seen:
            raise IncompleteFetch("the pages go round in a circle", page=address.number)
        return [self._ask(address.number + 1, url)]

    def _ask(self, number: int, url: str) -> PageAddress:
        self._check_limit(number)
        self._seen.add(url)
        self._waiting.add(number)
        return PageAddress(number, url)

    def _check_limit(self, pages: int) -> None:
        if pages > self._pagination.max_pages:
            raise IncompleteFetch(f"more pages than pagination.max_pages = {self._pagination.max_pages}")


def next_of(
    pagination: Pagination,
    body_value: str | None,
    headers: Mapping[str, str],
    links: Mapping[str, Mapping[str, str]],
) -> str | None:
    """Cursor or link to the next page: from the body, else from the headers."""
    if pagination.style == "link_header":
        return links.get("next", {}).get("url")
    if pagination.style == "cursor":
        return body_value or headers.get(pagination.cursor_header) or None
    return body_value if pagination.style == "next_link" else None


def total_of(pagination: Pagination, body_value: int | None, headers: Mapping[str, str]) -> int | None:
    """Total: from the body, else from the headers."""
    text = headers.get(pagination.total_header, "")
    return int(text) if body_value is None and text.isdigit() else body_value
