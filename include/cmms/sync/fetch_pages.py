"""Step fetch: a batch of planned requests -> raw pages and a manifest in the storage.

Input: a :class:`~cmms.sync.records.Batch`. Output: ``runs/<run>/<first unit>/r0001-page-00001.json.gz`` and so on,
as received, and last ``manifest.json``: complete or nothing. A repetition of the step starts clean.

Complete means: every page came, totals match where the source tells them, no page came twice unnoticed, and the
first page is still the same at the end (otherwise rows have moved while we paged; then all is fetched once more).
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import SimpleQueue
from threading import Event

from cmms.api.answer_cache import AnswerCache, CachedAnswer
from cmms.api.body import PageContent, split_records
from cmms.api.call_log import ApiCall, CallLog
from cmms.api.client import Answer, ApiClient, Target
from cmms.api.connection import ApiConnection, read_connection
from cmms.api.pagination import PageAddress, PageFacts, PageTrail, next_of, total_of
from cmms.api.receive_body import Body, inflate_all
from cmms.errors import IncompleteFetch, RunCancelled
from cmms.settings import Settings, Stream, StreamName
from cmms.storage import Storage
from cmms.sync.land_pages import (
    LandedContent,
    LandedFile,
    batch_folder,
    land_large,
    land_small,
    same_records,
    write_manifest,
)
from cmms.sync.records import Batch, LandedPage, Manifest, PlannedRequest

log = logging.getLogger(__name__)

BAD_PAYLOAD = "bad-payload.bin"
_FETCHES = 2
"""A request whose pages do not fit together is fetched once more from the start."""
_STOP_CHECK_SECONDS = 2.0

Progress = Callable[[int, int | None], None]
StopCheck = Callable[[], None]


def fetch_batch(
    settings: Settings,
    stream: StreamName,
    batch: Batch,
    *,
    sync_log_id: int,
    storage: Storage,
    call_log: CallLog,
    on_progress: Progress = lambda done, total: None,
    should_stop: StopCheck = lambda: None,
    connection: ApiConnection | None = None,
) -> Manifest:
    """Fetch all pages of ``batch`` and land them.

    Args:
        settings: the site's settings.
        stream: which stream of them.
        batch: what to ask for.
        sync_log_id: the run; names the folder.
        storage: where pages go.
        call_log: told of every HTTP request, in this thread.
        on_progress: records so far and, if known, of all requests together; after every page, in this thread.
        should_stop: raises ``RunCancelled`` to end the fetch; called between pages and during waits, in this thread.
        connection: the source; default: the Airflow connection ``cmms_api``.

    Raises:
        ApiUnavailable, RateLimited, IncompleteFetch: may pass, nothing was completed.
        ApiRefused, BadPayload, SettingsError: will not pass by itself.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    folder = batch_folder(storage, sync_log_id, batch.unit_keys[0])
    storage.delete_folder(folder)
    fetch = _Fetch(settings.stream(stream), batch, folder, storage, connection or read_connection())
    fetch.run(call_log, on_progress, should_stop)
    manifest = Manifest(
        sync_log_id=sync_log_id,
        unit_keys=batch.unit_keys,
        pages=fetch.landed_pages(),
        records=fetch.records,
        repeated_pages=sum(state.trail.repeated_pages for state in fetch.states),
        started_at=started_at,
        api_ms=round((time.monotonic() - started) * 1000),
        not_modified=fetch.is_unchanged,
    )
    write_manifest(storage, folder, manifest)
    return manifest


@dataclass(frozen=True)
class _Job:
    """A page to fetch. ``is_recheck``: the first page again, at the end."""

    state: _RequestState
    address: PageAddress
    is_recheck: bool = False


@dataclass(frozen=True)
class _Page:
    """A page that was fetched and landed."""

    landed: LandedContent
    facts: PageFacts
    not_modified: bool


@dataclass
class _RequestState:
    """One planned request on its way."""

    index: int
    request: PlannedRequest
    trail: PageTrail
    fetch_number: int = 1
    pages: dict[int, _Page] = field(default_factory=dict)


class _Fetch:
    """The fetch of one batch. Pages are worked on by threads; all decisions are taken in the caller's thread."""

    def __init__(
        self, stream: Stream, batch: Batch, folder: str, storage: Storage, connection: ApiConnection
    ) -> None:
        self._stream = stream
        self._folder = folder
        self._storage = storage
        self._connection = connection
        self._cache = AnswerCache(storage) if stream.conditional_requests else None
        self._calls: SimpleQueue[ApiCall] = SimpleQueue()
        self._stopped = Event()
        self._should_stop: StopCheck = lambda: None
        self._client = ApiClient(
            connection,
            stream,
            call_log=self._calls.put,
            sleep=self._sleep,
            keep_bad_payload=self._keep_bad_payload,
        )
        self.states = [
            _RequestState(index, request, self._trail(request))
            for index, request in enumerate(batch.requests)
        ]

    @property
    def records(self) -> int:
        """Records landed, repeated pages not counted."""
        return sum(state.trail.records for state in self.states)

    @property
    def is_unchanged(self) -> bool:
        """True when the source answered every page with 304."""
        pages = [page for state in self.states for page in state.pages.values()]
        return bool(pages) and all(page.not_modified for page in pages)

    def landed_pages(self) -> tuple[LandedPage, ...]:
        """All files in the order of requests and pages, whatever the order of arrival."""
        return tuple(
            LandedPage(
                number,
                file.file,
                file.records,
                file.sha256,
                state.request.unit_keys,
                state.request.plant_code,
            )
            for number, (state, file) in enumerate(self._files(), start=1)
        )

    def _files(self) -> Iterator[tuple[_RequestState, LandedFile]]:
        for state in self.states:
            for _, page in sorted(state.pages.items()):
                if not page.facts.repeated:
                    yield from ((state, file) for file in page.landed.files)

    # --- in the caller's thread ---

    def run(self, call_log: CallLog, on_progress: Progress, should_stop: StopCheck) -> None:
        """Work until nothing is left to ask for."""
        self._should_stop = should_stop
        jobs = deque(_Job(state, state.trail.first()) for state in self.states)
        try:
            for job, page in self._worked(jobs, call_log):
                jobs.extend(self._accept(job, page))
                on_progress(self.records, self._total())
        finally:
            self._client.close()
            self._report(call_log)

    def _worked(self, jobs: deque[_Job], call_log: CallLog) -> Iterator[tuple[_Job, _Page]]:
        """Pages in the order in which they get ready; ``jobs`` may grow meanwhile."""
        threads = self._stream.parallel_requests
        if threads == 1:
            while jobs:
                self._should_stop()
                job = jobs.popleft()
                page = self._work(job)
                self._report(call_log)
                yield job, page
            return
        with self._crew(threads) as crew:
            pending: dict[Future[_Page], _Job] = {}
            while jobs or pending:
                self._should_stop()
                while jobs and len(pending) < threads:
                    job = jobs.popleft()
                    pending[crew.submit(self._work, job)] = job
                done, _ = wait(pending, timeout=_STOP_CHECK_SECONDS, return_when=FIRST_COMPLETED)
                self._report(call_log)
                for future in done:
                    yield pending.pop(future), future.result()

    @contextmanager
    def _crew(self, threads: int) -> Iterator[ThreadPoolExecutor]:
        """Threads that do not outlive an error: what has not begun is dropped, waits end."""
        crew = ThreadPoolExecutor(threads, thread_name_prefix="cmms-fetch")
        try:
            yield crew
        finally:
            self._stopped.set()
            crew.shutdown(wait=True, cancel_futures=True)

    def _accept(self, job: _Job, page: _Page) -> list[_Job]:
        """Take a page in; what to do next."""
        state = job.state
        if job.is_recheck:
            return self._finish(state, self._moved(state, page))
        if self._is_repeated(state, page):
            page = _Page(
                page.landed, PageFacts(**{**_fields(page.facts), "repeated": True}), page.not_modified
            )
            log.warning(
                "page %d of %s has the records of an earlier page", job.address.number, state.request.path
            )
        state.pages[job.address.number] = page
        addresses = state.trail.accept(job.address, page.facts)
        if addresses or not state.trail.is_complete:
            return [_Job(state, address) for address in addresses]
        problem = state.trail.check()
        if problem is None and state.trail.total is not None and state.trail.pages > 1:
            return [_Job(state, PageAddress(1, self._trail(state.request).first().url), is_recheck=True)]
        return self._finish(state, problem)

    def _finish(self, state: _RequestState, problem: str | None) -> list[_Job]:
        """Done, or everything of this request once more, or given up."""
        if problem is None:
            return []
        if state.fetch_number >= _FETCHES:
            raise IncompleteFetch(
                problem, endpoint=state.request.path, units=",".join(state.request.unit_keys[:3])
            )
        log.warning("%s: %s; fetching it once more", state.request.path, problem)
        for page in state.pages.values():
            for file in page.landed.files:
                self._storage.delete_file(file.file)
        state.fetch_number += 1
        state.pages.clear()
        state.trail = self._trail(state.request)
        return [_Job(state, state.trail.first())]

    def _is_repeated(self, state: _RequestState, page: _Page) -> bool:
        return bool(page.facts.records) and any(
            same_records(self._storage, earlier.landed, page.landed, self._stream.records_path)
            for earlier in state.pages.values()
        )

    def _moved(self, state: _RequestState, again: _Page) -> str | None:
        """Whether the first page is another one by now."""
        first = state.pages[1]
        same = first.facts.total == again.facts.total and same_records(
            self._storage, first.landed, again.landed, self._stream.records_path
        )
        for file in again.landed.files:
            self._storage.delete_file(file.file)
        return None if same else "rows moved while the pages were fetched"

    def _total(self) -> int | None:
        totals = [state.trail.total for state in self.states]
        return None if None in totals else sum(total for total in totals if total is not None)

    def _report(self, call_log: CallLog) -> None:
        while not self._calls.empty():
            call_log(self._calls.get())

    def _trail(self, request: PlannedRequest) -> PageTrail:
        return PageTrail(
            self._stream.pagination,
            base_url=self._connection.base_url,
            url=self._connection.url(request.path),
            parameters=request.parameters,
        )

    # --- in the working thread ---

    def _work(self, job: _Job) -> _Page:
        """Fetch one page and land it."""
        if self._stopped.is_set():
            raise RunCancelled("the fetch has ended")
        name = f"{self._folder}/r{job.state.index + 1:04d}-page-{job.address.number:05d}"
        name += "-recheck" if job.is_recheck else ""
        cached = self._cache.load(job.address.url) if self._cache else None
        units = job.state.request.unit_keys
        target = Target(
            job.address.url, unit_key=units[0], page=job.address.number, etag=cached.etag if cached else None
        )
        return self._client.fetch(target, lambda answer: self._read(target, answer, name, cached))

    def _read(self, target: Target, answer: Answer, name: str, cached: CachedAnswer | None) -> _Page:
        """Split and land an answer; within the attempt, so that a body cut short is asked for again."""
        body, headers, links = answer.body, dict(answer.headers), answer.links
        if answer.status == 304 and cached is not None:
            body, headers = (
                Body(data=inflate_all(cached.compressed), gzip_bytes=cached.compressed),
                cached.headers,
            )
        if body.spooled is not None:
            landed, content = land_large(self._storage, name, body, self._stream)
        else:
            content = split_records(body.data, self._stream.records_path, self._stream.pagination)
            landed = land_small(self._storage, name, body, content)
            self._remember(target, answer, body)
        return _Page(landed, self._facts(content, landed, headers, links), answer.status == 304)

    def _facts(self, content: PageContent, landed: LandedContent, headers, links) -> PageFacts:  # type: ignore[no-untyped-def]
        paging = self._stream.pagination
        return PageFacts(
            records=landed.records,
            total=total_of(paging, content.total, headers),
            last_page=content.last_page,
            next_value=next_of(paging, content.next_value, headers, links),
        )

    def _remember(self, target: Target, answer: Answer, body: Body) -> None:
        etag = answer.headers.get("ETag")
        if self._cache is not None and answer.status == 200 and etag:
            paging = self._stream.pagination
            kept = (paging.total_header, paging.cursor_header, "Link")
            headers = {name: answer.headers[name] for name in kept if name in answer.headers}
            self._cache.save(target.url, CachedAnswer(etag, body.as_gzip(), headers))

    def _sleep(self, seconds: float) -> None:
        """Wait in steps, so that a cancelled run or a failed sibling does not wait to the end."""
        until = time.monotonic() + seconds
        alone = self._stream.parallel_requests == 1
        while (left := until - time.monotonic()) > 0:
            if self._stopped.wait(min(left, _STOP_CHECK_SECONDS)):
                raise RunCancelled("the fetch has ended")
            if alone and left > _STOP_CHECK_SECONDS:
                self._should_stop()

    def _keep_bad_payload(self, head: bytes) -> str:
        file = f"{self._folder}/{BAD_PAYLOAD}"
        self._storage.write_bytes(file, head)
        return file


def _fields(facts: PageFacts) -> dict[str, object]:
    return {
        "records": facts.records,
        "total": facts.total,
        "last_page": facts.last_page,
        "next_value": facts.next_value,
    }
