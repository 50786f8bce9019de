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
from itertools import pairwise
from urllib.parse import quote, urlencode

from cmms.body_path import last_key
from cmms.errors import IncompleteFetch
from cmms.settings import Pagination
from cmms.source.completeness import Doubt, Hint, describe, header_totals, is_no_page, strongest
from cmms.source.completeness_names import PAGES_ANYWHERE, plain_name
from cmms.source.links import follow_link, header_links
from cmms.words import count_of

Parameters = tuple[tuple[str, str], ...]

_ROUND = 50
"""A first page of a multiple of so many records may be one that the source has capped."""
_EMPTY_PAGES = 1000
"""So many pages in a row that bring nothing, each with a way to another one, are a source that never ends."""


@dataclass(frozen=True)
class PageAddress:
    """Where a page is; ``number`` counts from 1 within the request, whatever the source calls it.

    ``is_probe``: it is asked for only to be sure that there is none, so that a refusal is an answer too.
    """

    number: int
    url: str
    is_probe: bool = False


@dataclass(frozen=True)
class PageFacts:
    """What a page said about itself.

    Attributes:
        repeated: its records are those of an earlier page.
        has_more: whether a further page exists, if ``has_more_path`` is set and led to a flag.
        hints: everything it says of other pages, used or not.
        missing_paths: settings that the site has set and that led nowhere.
        is_absent: the source said by its status that there is no such page, or nothing on it.
        lacks_cursor: of the style ``cursor``: there is nothing where it should be, not even null.
        is_refused: that status (400, 422) may as well mean that we ask for too much.
    """

    records: int
    total: int | None = None
    last_page: int | None = None
    next_value: str | None = None
    repeated: bool = False
    has_more: bool | None = None
    hints: tuple[Hint, ...] = ()
    missing_paths: tuple[str, ...] = ()
    is_absent: bool = False
    is_refused: bool = False
    lacks_cursor: bool = False


class PageTrail:
    """Follows the pages of one logical request.

    Args:
        pagination: how the stream pages.
        base_url: of the connection: links may not leave its origin.
        url: of the request, without parameters.
        parameters: of the request, without those of paging.
        is_strict: nothing but a page without new records is the end where the source says nothing of it.
    """

    def __init__(
        self, pagination: Pagination, *, base_url: str, url: str, parameters: Parameters, is_strict: bool = False
    ) -> None:
        self._pagination = pagination
        self._base_url = base_url
        self._url = url
        self._parameters = parameters
        self._numbered = pagination.style in ("page", "offset")
        self._is_strict = is_strict
        self._facts: dict[int, PageFacts] = {}
        self._waiting: set[int] = set()
        self._seen: set[str] = set()
        self._offsets: dict[int, int] = {}
        self._has_stayed = False  # the trail has ended although its last page leads on
        self._in_vain = 0  # pages in a row without new records
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
        return self._ask_number(1, 0)

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

    def beyond(self) -> PageAddress | None:
        """The page after the last one, to see that there is none; None: it was asked for, or pages have no numbers."""
        number = len(self._facts)
        last = self._facts[number]
        if not self._numbered or not last.records or last.repeated:
            return None
        return self._ask_number(number + 1, self._received, is_probe=True)

    def check(self) -> str | None:
        """What is wrong with the fetch as a whole, now that it is complete; None: nothing."""
        if self.total is not None and self.records != self.total:
            return f"the source promised {count_of(self.total, 'record')} and sent {self.records:,}"
        return self.gap() if self.total is None else None

    def gap(self) -> str | None:
        """Where a page was shorter than the step to the next offset; a total that was reached makes up for it."""
        pages = sorted((offset, self._facts[number].records) for number, offset in self._offsets.items())
        last = max((offset for offset, records in pages if records), default=0)
        for (offset, records), (following, _) in pairwise(pages):
            if offset + records < following <= last:
                held = count_of(records, "record")
                return f"the page at offset {offset} holds {held}, and the next one begins at {following}"
        return None

    def doubts(self) -> list[Doubt]:
        """Why more may exist than came, now that the fetch is complete: what no setting has used."""
        last = self._facts[max(self._facts)]
        return [
            *self._missing_paths(),
            *self._uncounted(),
            *self._unfollowed(last),
            *self._promised_in_vain(),
            *self._same_again(),
            *self._refused(),
            *self._full(),
            *self._elsewhere(),
        ]

    def _missing_paths(self) -> list[Doubt]:
        """A total that was reached, or no records at all, need no path besides."""
        first = self._facts[1]
        if self.total is not None or not first.records:
            return []
        sentence = (
            "{} does not exist on the first page: correct it, or set hints.missing_path: ignore if it may be absent"
        )
        return [Doubt("missing_path", sentence.format(path)) for path in first.missing_paths]

    def _uncounted(self) -> list[Doubt]:
        """Numbers of records and of pages that are larger than what came."""
        hints = [hint for facts in self._facts.values() for hint in facts.hints]
        found = strongest(hint for hint in hints if hint.kind == "total" and hint.value > self.records)
        doubts = [Doubt("total", describe(found, f"{self.records:,} came"))] if found else []
        if self._numbered and (last_page := self._last_page()):
            hints.append(Hint("pages", str(self._pagination.last_page_path), last_page))
        is_counted = self.total is None and self._promised_pages() is not None
        came = self.pages - (self.pages > 1 and not is_counted and not self._facts[self.pages].records)
        sizes = {hint.value for hint in hints if hint.kind == "size" and hint.value}
        # All of them at once, although the source would also send them in pages of this size.
        explained = {math.ceil(self.total / size) for size in sizes} if self.total is not None else set()
        larger = (hint for hint in hints if hint.kind == "pages" and hint.value > came)
        found = strongest(hint for hint in larger if hint.value not in explained)
        return [*doubts, *([Doubt("pages", describe(found, f"{came} came"))] if found else [])]

    def _unfollowed(self, last: PageFacts) -> list[Doubt]:
        """What the last page says of a page behind it."""
        if self._said_end(last):
            return []
        flags = [hint for hint in last.hints if hint.kind == "has_more" and hint.is_end]
        more = next((hint for hint in last.hints if hint.kind == "has_more" and hint.value), None)
        if more is None and last.has_more:
            more = Hint("has_more", str(self._pagination.has_more_path), 1)
        if more is not None:
            return [Doubt("has_more", describe(more, "none came"))]
        # A flag that says no counts more than a cursor, which many sources send on the last page too.
        is_end, is_reached = flags or self._has_stayed, self._has_stayed and self.total is not None
        following = [hint for hint in last.hints if hint.kind == "next_page"]
        following = [hint for hint in following if not is_end or (hint.is_link and not is_reached)]
        is_unread = self._pagination.style in ("none", "page", "offset") or last.lacks_cursor
        if self._is_known_to_be_whole() or self.pages > 1 or not is_unread:
            following = [hint for hint in following if not hint.is_echo]
        return [Doubt("next_page", describe(following[0], "none came"))] if following else []

    def _promised_in_vain(self) -> list[Doubt]:
        """Pages that the source has promised, and of which it then says that they are not there."""
        absent = [number for number, facts in self._facts.items() if number > 1 and facts.is_absent]
        return [doubt for number in absent[:1] for doubt in self._absent(number, self._facts.get(number - 1))]

    def _absent(self, number: int, before: PageFacts | None) -> list[Doubt]:
        if before is None or (self.total is not None and self.records >= self.total):
            return []
        if self._pagination.style == "cursor":  # many sources send one always: nothing behind the last is their end
            return [doubt for doubt in self._unfollowed(before) if doubt.kind == "has_more"]
        is_counted = number <= self._sure_pages()
        if is_counted or before.has_more or (not self._numbered and before.next_value):
            sentence = (
                f"page {number} was promised, but the source answers that it does not exist: have the source"
                " corrected, or"
                " set hints.next_page: ignore if its pages end like that"
            )
            return [Doubt("next_page", sentence)]
        return self._unfollowed(before)

    def _is_known_to_be_whole(self, *, is_full: bool = False) -> bool:
        """Whether a number of records or pages, or a flag, says that everything came.

        ``is_full``: the page is as long as it may be; a number that may be that of its own records says nothing.
        """
        hints = [hint for facts in self._facts.values() for hint in facts.hints]
        hints = [hint for hint in hints if not (is_full and hint.kind == "total" and hint.is_echo)]
        if self.total is not None or any(hint.kind == "total" and hint.value == self.records for hint in hints):
            return True
        if any(hint.kind == "pages" and 0 < hint.value <= self.pages for hint in hints):
            return True
        return any(hint.kind == "has_more" and hint.is_end and not hint.value for hint in hints)

    def _same_again(self) -> list[Doubt]:
        """The first page over and over, and it is full: the source may not know how we ask for the next one."""
        paging, first = self._pagination, self._facts[1]
        if not self._numbered or self.total is not None or not self.repeated_pages or self.records > first.records:
            return []
        if not first.records or first.records != self._page_size() or self._said_end(first):
            return []
        name = paging.page_parameter if paging.style == "page" else paging.offset_parameter
        return [
            Doubt(
                "next_page",
                f"a page arrived twice, and it has the maximum length ({count_of(first.records, 'record')}): does"
                " the source know"
                f" the parameter {name}? Correct pagination.{paging.style}_parameter, or hints.next_page: ignore if the"
                " source does not page",
            )
        ]

    def _refused(self) -> list[Doubt]:
        """A page that is refused behind full ones: many sources let nobody ask beyond the first 10,000 records."""
        number = len(self._facts)
        if number <= 2 or not self._facts[number].is_refused or self._is_known_to_be_whole():
            return []
        before = self._facts[number - 1]
        if before.repeated or before.records != self._facts[1].records:
            return []
        return [
            Doubt(
                "next_page",
                f"page {number} is refused, and the page before it is as long as the first one"
                f" ({count_of(before.records, 'record')}):"
                " does the source limit the number of records it returns? Split the request (plant_parameter.mode:"
                " per_plant), or"
                " hints.next_page: ignore if its pages end like that",
            )
        ]

    def _elsewhere(self) -> list[Doubt]:
        """Records in another list than the one that is read."""
        hints = [hint for facts in self._facts.values() for hint in facts.hints if hint.kind == "list"]
        return [Doubt("has_more", describe(hints[0], "those of one list came"))] if hints else []

    def _full(self) -> list[Doubt]:
        """One page, exactly as long as the source says that a page may be, and nothing says that it is the only one."""
        first = self._facts[1]
        size = next(
            (hint for hint in first.hints if hint.kind == "size" and hint.value == first.records and not hint.is_echo),
            None,
        )
        if size is None or not first.records or self.pages > 1 or self._is_known_to_be_whole(is_full=True):
            return []
        if self._pagination.style != "none" or any(hint.kind in ("next_page", "has_more") for hint in first.hints):
            return []
        return [Doubt("next_page", describe(size, f"{first.records} came"))]

    def _said_end(self, last: PageFacts) -> bool:
        """Whether the source says in words that the settings name that this was the end."""
        return last.has_more is False

    # --- page and offset ---

    def _all_known(self, first: PageFacts) -> list[PageAddress]:
        """All further pages at once, when the first one tells how many there are."""
        pages = 1
        if first.total is not None and first.records:
            pages = math.ceil(first.total / first.records)
        elif first.records:
            pages = self._promised_pages() or 1
        self._check_limit(pages)
        sure = pages if first.total is not None else self._sure_pages()
        return [
            self._ask_number(number, (number - 1) * first.records, is_probe=number > sure)
            for number in range(2, pages + 1)
        ]

    def _one_more(self) -> list[PageAddress]:
        """The page after the last one, unless that was the end."""
        number = len(self._facts)
        last = self._facts[number]
        if self._is_end(number, last):
            return []
        is_probe = last.has_more is None and (last.records != self._pagination.size or self.total is not None)
        return [self._ask_number(number + 1, self._received, is_probe=is_probe)]

    def _is_end(self, number: int, last: PageFacts) -> bool:
        paging, promised = self._pagination, self._promised_pages()
        if last.records == 0:
            return paging.style == "offset" or self.total is not None or number >= (promised or 0)
        if self.total is not None:
            before = self._facts.get(number - 1)
            stuck = last.repeated and before is not None and before.repeated
            return (self.records >= self.total and not self._may_count_one_page(number, last)) or stuck
        if promised is not None:
            return number >= promised
        if last.has_more is not None and not last.repeated:
            return not last.has_more
        if last.repeated:
            return True  # the source ignores the page number: its first answer held everything
        is_lenient = paging.ends_with == "short_page" and not self._is_strict
        if number == 1 and last.records > paging.size:
            return is_lenient and not self._may_be_full(last)  # all of them, or a size that is the source's own
        return is_lenient and paging.size_parameter is not None and not self._may_be_full(last)

    def _may_be_full(self, page: PageFacts) -> bool:
        """Whether a page is as long as we asked for, as the source says, or as a first page of a round number.

        Sources that cap their pages do so at 100, 500 or 1,000 records.
        """
        first = self._facts[1].records
        cap = first if first % _ROUND == 0 else None
        return page.records in (self._page_size(), cap)

    def _last_page(self) -> int | None:
        """The largest number that a page has named; one before the first page says nothing."""
        named = [facts.last_page for facts in self._facts.values() if facts.last_page is not None]
        last = max(named, default=None)
        return last if last is not None and last >= self._pagination.first_page else None

    def _promised_pages(self) -> int | None:
        """How many pages there are by the number of the last one."""
        last = self._last_page() if self._numbered else None
        return None if last is None else last - self._pagination.first_page + 1

    def _sure_pages(self) -> int:
        """How many of them exist for certain: where the first one is 0, ``totalPages`` is beyond the last one."""
        paging = self._pagination
        is_count = plain_name(last_key(paging.last_page_path or "")) in PAGES_ANYWHERE
        return (self._promised_pages() or 0) - (is_count and paging.first_page == 0)

    def _may_count_one_page(self, number: int, page: PageFacts) -> bool:
        """A total that is just the size of a page may be a count of that page: one more request tells."""
        return number == 1 and page.records == self.total and self._may_be_full(page)

    def _page_size(self) -> int:
        """How long a full page is: as we ask for it, or less where the first page says that it is full at that."""
        first = self._facts[1]
        said = any(hint.kind == "size" and hint.value == first.records for hint in first.hints)
        return first.records if said else self._pagination.size

    def _ask_number(self, number: int, offset: int, *, is_probe: bool = False) -> PageAddress:
        if self._pagination.style == "offset":
            self._offsets[number] = offset
        return self._ask(number, self._numbered_url(number, offset), is_probe=is_probe)

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
        query = urlencode([*self._parameters, *own], quote_via=quote)  # %20, not +: strict servers refuse that
        between = "&" if "?" in self._url else "?"  # the site's path may have a query of its own
        return f"{self._url}{between}{query}" if query else self._url

    # --- cursor and links ---

    def _linked(self, address: PageAddress, facts: PageFacts) -> list[PageAddress]:
        self._in_vain = 0 if facts.records and not facts.repeated else self._in_vain + 1
        if not facts.next_value or self._ends_here(facts):
            return []
        if self.total is not None and self._is_enough():
            self._has_stayed = True
            return []
        if self._in_vain >= _EMPTY_PAGES:
            raise IncompleteFetch(f"{_EMPTY_PAGES} pages in a row had no new records", page=address.number)
        if facts.repeated and self.total is None:
            raise IncompleteFetch("a page arrived twice and no total shows whether one is missing", page=address.number)
        paging = self._pagination
        if paging.style == "cursor":
            size = [(paging.size_parameter, str(paging.size))] if paging.size_parameter else []
            url = self._with_parameters([(paging.cursor_parameter, facts.next_value), *size])
        else:
            url = follow_link(self._base_url, address.url, facts.next_value)
        if paging.style == "cursor" and url == address.url and self._may_stay(facts):
            self._has_stayed = True
            return []
        if url in self._seen:
            raise IncompleteFetch("the pages form a loop", page=address.number)
        return [self._ask(address.number + 1, url)]

    def _is_enough(self) -> bool:
        """Whether going on is in vain: the total is there and nothing more comes, or two pages bring nothing."""
        beyond = self.records - (self.total or 0)
        return beyond > 0 or self._in_vain > (0 if beyond == 0 else 1)

    def _may_stay(self, facts: PageFacts) -> bool:
        """Whether the cursor that led to a page may also be its way to say that it is the last one.

        A page as long as the first one may as well come from a source that does not know our cursor.
        """
        return self.total is not None or facts.records < self._facts[1].records

    def _ends_here(self, facts: PageFacts) -> bool:
        """Whether a flag says that this was the last page, although a cursor comes along."""
        if facts.has_more is not None or self._pagination.style != "cursor":
            return facts.has_more is False
        flags = [hint for hint in facts.hints if hint.kind == "has_more" and (hint.is_end or hint.value)]
        return bool(flags) and not any(flag.value for flag in flags)

    def _ask(self, number: int, url: str, *, is_probe: bool = False) -> PageAddress:
        self._check_limit(number)
        self._seen.add(url)
        self._waiting.add(number)
        return PageAddress(number, url, is_probe)

    def _check_limit(self, pages: int) -> None:
        if pages > self._pagination.max_pages:
            raise IncompleteFetch(f"more pages than pagination.max_pages = {self._pagination.max_pages}")


def next_of(pagination: Pagination, body_value: str | None, headers: Mapping[str, str]) -> str | None:
    """Cursor or link to the next page: from the body, else from the headers."""
    if pagination.style == "link_header":
        links = header_links(_header(headers, "Link"))
        return next((target for target, relations in links if "next" in relations), None)
    if pagination.style == "cursor":
        cursor = body_value or _header(headers, pagination.cursor_header)
        return None if is_no_page(cursor) else cursor
    return body_value if pagination.style == "next_link" else None


def total_of(pagination: Pagination, body_value: int | None, headers: Mapping[str, str]) -> int | None:
    """Total: from the body, else from the headers; one that is sent several times counts where all are equal."""
    totals = header_totals(headers, pagination.total_header) if body_value is None else set()
    return totals.pop() if len(totals) == 1 else body_value


def _header(headers: Mapping[str, str], wanted: str) -> str:
    return next((text for name, text in headers.items() if name.lower() == wanted.lower()), "").strip()
