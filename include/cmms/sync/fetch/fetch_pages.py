"""Step fetch: a batch of planned requests -> raw pages and a manifest in the storage.

Input: a :class:`~cmms.sync.records.Batch`. Output: ``runs/<run>/<first unit>/r0001-page-00001.json.gz`` and
so on, as received, and last ``manifest.json``: complete or nothing. A repetition of the step starts clean.

Complete means: every page came, totals match where the source tells them, no page came twice unnoticed, and
the first page is still the same at the end (otherwise rows have moved while we paged; then all is fetched
again).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from queue import SimpleQueue

from cmms.errors import AnswerIncomplete, IncompleteFetch, RunCancelled
from cmms.settings import Settings, StreamSettings
from cmms.source.call_log import ApiCall, CallLog
from cmms.source.connection import ApiConnection, read_connection
from cmms.source.pagination import PageAddress, PageTrail
from cmms.source.plain_http import exposed_secret
from cmms.storage import Storage
from cmms.streams import StreamName
from cmms.sync.fetch.fetch_page import FetchedPage, PageFetcher
from cmms.sync.fetch.land_pages import (
    batch_folder,
    count_shared,
    marks_in_any_order,
    same_records,
    same_subjects,
    write_manifest,
)
from cmms.sync.records import AnsweredRequest, Batch, LandedPage, Manifest, PlannedRequest

log = logging.getLogger(__name__)

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
    """Fetch all pages of ``batch`` and land them. All callbacks are called in the caller's thread.

    Args:
        settings: the site's settings.
        stream: which stream of them.
        batch: what to ask for.
        sync_log_id: the run; names the folder.
        storage: where pages go.
        call_log: told of every HTTP request.
        on_progress: after every page: records so far and, if known, of all requests together.
        should_stop: raises ``RunCancelled`` to end the fetch; called between pages and during waits.
        connection: the source; default: the Airflow connection ``cmms_api``.

    Raises:
        ApiUnavailable, RateLimited, IncompleteFetch: may pass; nothing was completed.
        ApiRefused, BadPayload, AnswerIncomplete, SettingsError: will not pass by itself.
    """
    started_at, started = datetime.now(UTC), time.monotonic()
    folder = batch_folder(storage, sync_log_id, batch.first)
    storage.delete_folder(folder)
    source = connection or read_connection(settings.connection)
    fetch = _BatchFetch(settings.stream(stream), batch, folder, storage, source)
    fetch.run(call_log, on_progress, should_stop)
    manifest = Manifest(
        sync_log_id=sync_log_id,
        units=batch.units,
        pages=tuple(fetch.landed_pages()),
        records=fetch.records,
        repeated_pages=fetch.repeated_pages,
        started_at=started_at,
        api_ms=round((time.monotonic() - started) * 1000),
        not_modified=fetch.is_unchanged,
        answers=tuple(fetch.answers()),
        exposed=exposed_secret(source, settings.stream(stream)),
    )
    write_manifest(storage, folder, manifest)
    return manifest


@dataclass(eq=False)
class _RequestState:
    """One planned request on its way."""

    number: int
    request: PlannedRequest
    trail: PageTrail
    fetch_number: int = 1
    pages: dict[int, FetchedPage] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Job:
    """A page to fetch. ``is_recheck``: the first page again, at the end."""

    state: _RequestState
    address: PageAddress
    is_recheck: bool = False


class _BatchFetch:
    """Fetches a batch. Threads work on pages; all decisions are taken in the caller's thread."""

    def __init__(
        self, stream: StreamSettings, batch: Batch, folder: str, storage: Storage, connection: ApiConnection
    ) -> None:
        self._stream = stream
        self._storage = storage
        self._connection = connection
        self._calls: SimpleQueue[ApiCall] = SimpleQueue()
        self._stopped = threading.Event()
        self._caller = threading.current_thread()
        self._should_stop: StopCheck = lambda: None
        self._fetcher = PageFetcher(
            stream, connection, storage, folder=folder, call_log=self._calls.put, sleep=self._sleep
        )
        self._states = [
            _RequestState(number, request, self._trail(request))
            for number, request in enumerate(batch.requests, start=1)
        ]

    @property
    def records(self) -> int:
        """Records landed, repeated pages not counted."""
        return sum(state.trail.records for state in self._states)

    @property
    def repeated_pages(self) -> int:
        """Pages that came twice and were dropped."""
        return sum(state.trail.repeated_pages for state in self._states)

    @property
    def is_unchanged(self) -> bool:
        """True when the source answered every page with 304."""
        pages = [page for state in self._states for page in state.pages.values()]
        return bool(pages) and all(page.not_modified for page in pages)

    def answers(self) -> Iterator[AnsweredRequest]:
        """What came of each request."""
        for state in self._states:
            request, trail = state.request, state.trail
            yield AnsweredRequest(request.units, self._plants_asked(request), trail.records, trail.total, state.doubts)

    def _plants_asked(self, request: PlannedRequest) -> tuple[str, ...]:
        if request.plant_code is not None:
            return (request.plant_code,)
        parameter = self._stream.plant_parameter
        if parameter.mode != "repeated":
            return ()
        return tuple(value for name, value in request.parameters if name == parameter.name)

    def landed_pages(self) -> Iterator[LandedPage]:
        """All files in the order of requests and pages, whatever the order of arrival."""
        number = 0
        for state in self._states:
            for _, page in sorted(state.pages.items()):
                for file in () if page.facts.repeated else page.landed.files:
                    number += 1
                    request = state.request
                    yield LandedPage(number, file.file, file.records, file.sha256, request.units, request.plant_code)

    def run(self, call_log: CallLog, on_progress: Progress, should_stop: StopCheck) -> None:
        """Work until nothing is left to ask for."""
        self._should_stop = should_stop
        jobs = deque(_Job(state, state.trail.first()) for state in self._states)
        crew = ThreadPoolExecutor(self._stream.parallel_requests, thread_name_prefix="cmms-fetch")
        try:
            for job, page in self._fetched(jobs, crew, call_log):
                jobs.extend(self._accept(job, page))
                on_progress(self.records, self._total())
        finally:
            self._stopped.set()
            crew.shutdown(wait=True, cancel_futures=True)
            self._fetcher.close()
            self._report(call_log)

    def _fetched(
        self, jobs: deque[_Job], crew: ThreadPoolExecutor, call_log: CallLog
    ) -> Iterator[tuple[_Job, FetchedPage]]:
        """Pages in the order in which they get ready; ``jobs`` may grow meanwhile."""
        pending: dict[Future[FetchedPage], _Job] = {}
        while jobs or pending:
            self._should_stop()
            if not pending and (len(jobs) == 1 or self._stream.parallel_requests == 1):
                job = jobs.popleft()  # nothing to do beside it: no thread is needed
                page = self._work(job)
                self._report(call_log)
                yield job, page
                continue
            while jobs and len(pending) < self._stream.parallel_requests:
                job = jobs.popleft()
                pending[crew.submit(self._work, job)] = job
            done, _ = wait(pending, timeout=_STOP_CHECK_SECONDS, return_when=FIRST_COMPLETED)
            self._report(call_log)
            for future in done:
                yield pending.pop(future), future.result()

    def _work(self, job: _Job) -> FetchedPage:
        """Fetch one page; runs in any thread."""
        if self._stopped.is_set():
            raise RunCancelled("the fetch has ended")
        name = f"r{job.state.number:04d}-page-{job.address.number:05d}" + ("-again" if job.is_recheck else "")
        unit_key = job.state.request.units[0].key
        return self._fetcher.fetch(job.address, name=name, unit_key=unit_key)

    def _accept(self, job: _Job, page: FetchedPage) -> list[_Job]:
        """Take a page in; what to do next."""
        state = job.state
        if job.is_recheck:
            return self._finish(state, self._moved(state, page))
        if self._is_repeated(state, page):
            page = replace(page, facts=replace(page.facts, repeated=True))
            log.warning("%s: page %d repeats an earlier page", self._endpoint(state), job.address.number)
        if job.address.number == 2:
            self._check_second(state, page)
        state.pages[job.address.number] = page
        addresses = state.trail.accept(job.address, page.facts)
        if not state.trail.is_complete:
            return [_Job(state, address) for address in addresses]
        problem = state.trail.check()
        if state.trail.total is None or state.trail.pages == 1:
            return self._finish(state, problem)
        if shared := count_shared(page.landed for page in state.pages.values() if not page.facts.repeated):
            # A total that was reached with the same records twice may not have been reached.
            problem = problem or state.trail.gap()
            if problem is None and (beyond := state.trail.beyond()):
                return [_Job(state, beyond)]
            problem = problem and f"{problem}; records on two pages: {shared}"
        if problem is None:
            return [_Job(state, self._trail(state.request).first(), is_recheck=True)]
        return self._finish(state, problem)

    def _finish(self, state: _RequestState, problem: str | None) -> list[_Job]:
        """Done, or everything of this request once more, or given up."""
        if problem is None:
            state.doubts = self._doubts(state)
            return []
        if state.fetch_number >= _FETCHES:
            unit = state.request.units[0].key
            raise IncompleteFetch(problem, endpoint=self._endpoint(state), unit=unit)
        log.warning("%s: %s; fetching it once more", self._endpoint(state), problem)
        for page in state.pages.values():
            self._delete(page)
        state.fetch_number += 1
        state.pages.clear()
        state.marks.clear()
        state.trail = self._trail(state.request)
        return [_Job(state, state.trail.first())]

    def _endpoint(self, state: _RequestState) -> str:
        """Path of the request, for messages: its own query may hold a secret."""
        return self._connection.redact(state.request.path.partition("?")[0])

    def _doubts(self, state: _RequestState) -> tuple[str, ...]:
        """Why more may exist than came, as far as the settings only warn of it.

        Raises:
            AnswerIncomplete: the settings refuse it.
        """
        endpoint = self._endpoint(state)
        warned: list[str] = []
        for doubt in state.trail.doubts():
            action = self._stream.action_on(doubt.kind)
            if action == "fail":
                raise AnswerIncomplete(
                    doubt.sentence, hint=doubt.kind, endpoint=endpoint, unit=state.request.units[0].key
                )
            if action == "warn":
                log.warning("%s: %s", endpoint, doubt.sentence)
                warned.append(doubt.sentence)
        return tuple(warned)

    def _is_repeated(self, state: _RequestState, page: FetchedPage) -> bool:
        marks = marks_in_any_order(page.landed)
        is_repeated = page.landed.records > 0 and marks in state.marks
        state.marks.add(marks)
        return is_repeated

    def _check_second(self, state: _RequestState, page: FetchedPage) -> None:
        """Nothing is counted, and the second page is about the machines of the first one: a time stamp has changed.

        Raises:
            IncompleteFetch: the source would go on like that for ever.
        """
        stream, first = self._stream, state.pages[1]
        is_counted = state.trail.total is not None or first.facts.last_page is not None
        if page.facts.repeated or is_counted:
            return
        if same_subjects(self._storage, first.landed, page.landed, stream):
            raise IncompleteFetch(
                "the second page holds the machines of the first page with other values: does the source know the"
                " page parameter? Set pagination.style: none if it does not page",
                endpoint=self._endpoint(state),
                unit=state.request.units[0].key,
            )

    def _moved(self, state: _RequestState, again: FetchedPage) -> str | None:
        """What is wrong if the first page is another one by now."""
        first = state.pages[1]
        is_same = first.facts.total == again.facts.total and self._is_same_page(first, again)
        self._delete(again)
        return None if is_same else "records moved between pages during the fetch"

    def _is_same_page(self, one: FetchedPage, other: FetchedPage) -> bool:
        """Whether it holds the same records; a counter that goes on, or the time of the answer, moves none of them."""
        if same_records(one.landed, other.landed):
            return True
        return same_subjects(self._storage, one.landed, other.landed, self._stream)

    def _delete(self, page: FetchedPage) -> None:
        for file in page.landed.files:
            self._storage.delete_file(file.file)

    def _total(self) -> int | None:
        totals = [state.trail.total for state in self._states]
        return sum(total or 0 for total in totals) if None not in totals else None

    def _trail(self, request: PlannedRequest) -> PageTrail:
        return PageTrail(
            self._stream.pagination,
            base_url=self._connection.base_url,
            url=self._connection.url(request.path),
            parameters=request.parameters,
            is_strict=self._stream.strict,
        )

    def _report(self, call_log: CallLog) -> None:
        while not self._calls.empty():
            call_log(self._calls.get())

    def _sleep(self, seconds: float) -> None:
        """Wait in steps, so that a cancelled run or a failed sibling does not wait to the end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._stopped.wait(min(left, _STOP_CHECK_SECONDS)):
                raise RunCancelled("the fetch has ended")
            if left > _STOP_CHECK_SECONDS and threading.current_thread() is self._caller:
                self._should_stop()
