"""Part of step fetch: one page -> asked for, checked, landed.

Input: the address of a page. Output: :class:`FetchedPage`, its records in the storage. Any thread may do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cmms.body_path import MISSING, pick
from cmms.errors import BadPayload
from cmms.settings import Pagination, StreamSettings
from cmms.source.answer_cache import AnswerCache, CachedAnswer
from cmms.source.body import PageContent, split_records
from cmms.source.call_log import CallLog
from cmms.source.client import ApiClient
from cmms.source.completeness import Hint, find_hints, find_lists, hint_headers
from cmms.source.connection import ApiConnection
from cmms.source.error_objects import find_error
from cmms.source.exchange import BEYOND, Answer, Target
from cmms.source.pagination import PageAddress, PageFacts, next_of, total_of
from cmms.source.receive_body import Body, WireBody, unpack_body
from cmms.storage import Storage
from cmms.sync.fetch.land_pages import LandedContent, land_large, land_small

BAD_PAYLOAD = "bad-payload.bin"
_NO_CONTENT = (204, 205)
_REFUSED = (400, 422)
_USED_BY = {
    "cursor_path": ("cursor",),
    "next_path": ("next_link",),
    "total_path": ("none", "page", "offset", "cursor", "next_link", "link_header"),
    "last_page_path": ("page", "offset"),
    "has_more_path": ("page", "offset", "cursor", "next_link"),
}
"""Paths of the settings, and the styles that use them."""
_LEFT_OUT_AT_THE_END = frozenset(
    ("@odata.nextLink", "odata.nextLink", "@nextLink", "__next", "d.__next", "nextPageToken")
)
"""Keys that their standards leave out on the last page: the first one may be the last."""


@dataclass(frozen=True)
class FetchedPage:
    """A page that lies in the storage, and what it said about itself."""

    landed: LandedContent
    facts: PageFacts
    not_modified: bool


class PageFetcher:
    """Fetches pages of one stream into one folder."""

    def __init__(
        self,
        stream: StreamSettings,
        connection: ApiConnection,
        storage: Storage,
        *,
        folder: str,
        call_log: CallLog,
        sleep: Callable[[float], None],
    ) -> None:
        self._stream = stream
        self._storage = storage
        self._folder = folder
        self._cache = AnswerCache(storage) if stream.conditional_requests else None
        self._client = ApiClient(
            connection, stream, call_log=call_log, sleep=sleep, store_bad_payload=self._store_bad_payload
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def fetch(self, address: PageAddress, *, name: str, unit_key: str) -> FetchedPage:
        """Fetch a page and land it as ``name`` (a file name without its ending)."""
        cached = self._cache.load(address.url) if self._cache else None
        etag = cached.etag if cached else None
        target = Target(address.url, unit_key, address.number, etag, may_be_beyond=address.is_probe)
        return self._client.fetch(target, lambda answer, body: self._read(target, answer, body, name, cached))

    def _read(self, target: Target, answer: Answer, body: Body, name: str, cached: CachedAnswer | None) -> FetchedPage:
        """Split and land an answer."""
        stream, headers = self._stream, dict(answer.headers)
        if answer.status == 304 and cached is not None:
            body, headers = _unpacked(cached, stream), self._renewed_headers(target, answer, cached)
        is_absent = is_nothing(answer, body) or (target.may_be_beyond and not body.size)
        if is_absent:
            landed, content = LandedContent((), 0), PageContent(records=())
        elif body.buffer.file is not None:
            landed, content = land_large(self._storage, f"{self._folder}/{name}", body, stream)
        else:
            null_is_empty = "null" in stream.empty_answers
            content = split_records(body.data, stream.records_path, stream.pagination, null_is_empty=null_is_empty)
            landed = LandedContent((), 0)
            if content.records or not null_is_empty or _is_list(content, stream.records_path):
                landed = land_small(self._storage, f"{self._folder}/{name}", body, content)
            self._remember(target, answer, body)
        try:
            name_of_error = find_error(content.envelope, stream.records_path)
            facts = page_facts(stream, content, replace(answer, headers=headers), landed.records)
        except RecursionError:  # the parser goes deeper than those who look at what it has found
            raise BadPayload("the body is nested too deeply") from None
        if name_of_error:
            raise BadPayload(f"the source answers with an error ({name_of_error!r:.60}) although its status is good")
        facts = replace(facts, is_absent=is_absent, is_refused=answer.status in _REFUSED)
        return FetchedPage(landed, facts, answer.status == 304)

    def _remember(self, target: Target, answer: Answer, body: Body) -> None:
        etag = answer.headers.get("ETag")
        if self._cache is not None and answer.status == 200 and etag:
            self._cache.save(target.url, CachedAnswer(etag, body.as_gzip(), self._kept_headers(answer)))

    def _renewed_headers(self, target: Target, answer: Answer, cached: CachedAnswer) -> dict[str, str]:
        """Headers of a former answer; those that a 304 sends take their place (RFC 9111, 4.3.4)."""
        sent = {name.lower() for name in answer.headers}
        still = {name: value for name, value in cached.headers.items() if name.lower() not in sent}
        headers = still | self._kept_headers(answer)
        if self._cache is not None and headers != cached.headers:
            self._cache.save(target.url, replace(cached, headers=headers))
        return headers

    def _kept_headers(self, answer: Answer) -> dict[str, str]:
        paging = self._stream.pagination
        names = (paging.total_header, paging.cursor_header)
        own = {name: answer.headers[name] for name in names if name in answer.headers}
        return hint_headers(answer.headers) | own

    def _store_bad_payload(self, head: bytes) -> str:
        file = f"{self._folder}/{BAD_PAYLOAD}"
        self._storage.write_bytes(file, head)
        return file


def page_facts(stream: StreamSettings, content: PageContent, answer: Answer, records: int) -> PageFacts:
    """What a page says about itself, in its body and in its headers."""
    paging, headers = stream.pagination, answer.headers
    return PageFacts(
        records=records,
        total=total_of(paging, content.total, headers),
        last_page=content.last_page,
        next_value=next_of(paging, content.next_value, headers),
        has_more=content.has_more,
        hints=(*find_hints(content.envelope, stream.records_path, headers, answer.status), *_lists(stream, content)),
        missing_paths=tuple(_missing_paths(stream, content)),
        lacks_cursor=paging.style == "cursor" and pick(content.envelope, paging.cursor_path) is MISSING,
    )


def _lists(stream: StreamSettings, content: PageContent) -> Iterator[Hint]:
    """Lists beside the records that hold records by the names of the settings, too."""
    yield from find_lists(content.envelope, tuple(stream.fields.of(field) for field in stream.definition.marks))


def is_nothing(answer: Answer, body: Body) -> bool:
    """An answer that says by its status that there are no records; an error only comes here if that is allowed."""
    return answer.status in BEYOND or (answer.status in _NO_CONTENT and not body.size)


def _is_list(content: PageContent, records_path: str) -> bool:
    """Whether a page without records has an empty list: ``null`` in its place is no page that could be read again."""
    return not records_path or pick(content.envelope, records_path) == []


def _missing_paths(stream: StreamSettings, content: PageContent) -> Iterator[str]:
    """Paths that the site has set, that the style uses, and that lead nowhere; a bare list has headers only."""
    paging = stream.pagination
    for name, styles in _USED_BY.items() if stream.records_path else ():
        path = getattr(paging, name)
        if path is None or path == Pagination.model_fields[name].default or paging.style not in styles:
            continue
        if path.removeprefix("$.") not in _LEFT_OUT_AT_THE_END and pick(content.envelope, path) is MISSING:
            yield f"pagination.{name}: {path}"


def _unpacked(cached: CachedAnswer, stream: StreamSettings) -> Body:
    wire, body = WireBody(encoding="gzip"), Body()
    wire.buffer.write(cached.compressed)
    unpack_body(wire, body, max_bytes=stream.max_body_bytes)
    return body
