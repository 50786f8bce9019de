"""Ask a stream of the source for its first page, as a sync would. Input: site and stream. Output: :class:`Probe`.

The product's own client sends the request: same address, credential, parameters and reading of the answer, but one
attempt and short time-outs. A second page is asked for only to see whether the source pages as the settings say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from cmms.body_path import MISSING, pick
from cmms.errors import CmmsError
from cmms.operations.diagnosis.site import Site
from cmms.settings import Retries, StreamSettings, Timeouts
from cmms.source.body import PageContent, page_content, split_records, wanted_paths
from cmms.source.call_log import ApiCall
from cmms.source.client import ApiClient
from cmms.source.connection import ApiConnection, read_connection
from cmms.source.exchange import Answer, Target
from cmms.source.pagination import PageTrail
from cmms.source.plain_http import exposed_secret, secrets_in
from cmms.source.receive_body import Body
from cmms.source.redact import redact
from cmms.source.scan_records import TOLERANT_JSON, RecordScanner
from cmms.streams import StreamName
from cmms.sync.fetch.fetch_page import is_nothing, page_facts
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import PlannedRequest, Scope

LONGEST_ANSWER_SECONDS = 15.0
_LOOKED_AT = 500
"""Records of the first page that are searched for the mapped fields."""


@dataclass
class Probe:
    """What came of it: ``error`` when there is no page, with ``head``, the beginning of a body that was refused.

    ``absent``: target fields that no record carries. ``keys``: what the first record carries. ``repeats``: the second
    page is the first one again. ``doubts``: the answer says that more exists, and no setting uses it. ``exposed``: why
    a secret went over plain HTTP.
    """

    url: str = ""
    error: CmmsError | None = None
    head: bytes = b""
    status: int | None = None
    latency_ms: int = 0
    records: int = 0
    total: int | None = None
    absent: frozenset[str] = frozenset()
    keys: tuple[str, ...] = ()
    has_more_pages: bool = False
    repeats: bool = False
    doubts: tuple[str, ...] = ()
    exposed: str | None = None
    clock_difference: timedelta | None = None
    calls: list[ApiCall] = field(default_factory=list)


def probe_stream(site: Site, name: StreamName, *, plant_codes: Sequence[str]) -> Probe:
    """Ask for yesterday's records (or the snapshot) and look at the answer."""
    probe = Probe()
    try:
        _Prober(site, name, probe).run(plant_codes)
    except CmmsError as error:
        probe.error = error
    return probe


class _Prober:
    def __init__(self, site: Site, name: StreamName, probe: Probe) -> None:
        self._site = site
        self._name = name
        self._probe = probe
        self._stream = _hastened(site.settings.stream(name))

    def run(self, plant_codes: Sequence[str]) -> None:
        connection = read_connection(self._site.settings.connection)
        self._probe.exposed = exposed_secret(connection, self._stream)
        request = self._first_request(plant_codes)
        url = connection.url(request.path)
        self._probe.url = redact(url, (*connection.secrets, *secrets_in(self._stream)))
        client = ApiClient(
            connection, self._stream, call_log=self._probe.calls.append, store_bad_payload=self._remember_head
        )
        try:
            self._follow(client, connection, request, url)
        finally:
            client.close()

    def _first_request(self, plant_codes: Sequence[str]) -> PlannedRequest:
        yesterday = datetime.now(self._site.settings.zone).date() - timedelta(days=1)
        days = (yesterday, yesterday) if self._stream.definition.is_daily else (None, None)
        scope = Scope(self._name, *days)
        settings = self._site.settings
        return plan_batches(settings, scope, plant_codes)[0].requests[0]

    def _follow(self, client: ApiClient, connection: ApiConnection, request: PlannedRequest, url: str) -> None:
        trail = PageTrail(self._stream.pagination, base_url=connection.base_url, url=url, parameters=request.parameters)
        first = trail.first()
        content = client.fetch(Target(first.url, unit_key=request.units[0].key, page=1), self._read_first)
        following = trail.accept(first, self._facts)
        self._probe.has_more_pages = bool(following)
        if not following:
            self._probe.doubts = tuple(doubt.sentence for doubt in trail.doubts())
        if following and content.records:
            second = following[0]
            target = Target(second.url, unit_key=request.units[0].key, page=second.number)
            again = client.fetch(target, self._read)
            same = [bytes(record) for record in again.records] == [bytes(record) for record in content.records]
            self._probe.repeats = bool(again.records) and same

    def _read_first(self, answer: Answer, body: Body) -> PageContent:
        content = self._read(answer, body)
        probe = self._probe
        probe.status, probe.latency_ms = answer.status, answer.latency_ms or 0
        self._facts = page_facts(self._stream, content, answer, len(content.records))
        probe.records, probe.total = self._facts.records, self._facts.total
        probe.clock_difference = _clock_difference(answer.headers)
        self._look_for_fields(content)
        return content

    def _read(self, answer: Answer, body: Body) -> PageContent:
        if is_nothing(answer, body):
            return PageContent(records=())
        path, paging, null_is_empty = (
            self._stream.records_path,
            self._stream.pagination,
            "null" in self._stream.empty_answers,
        )
        if body.buffer.file is None:
            return split_records(body.data, path, paging, null_is_empty=null_is_empty)
        scanner = RecordScanner(body.buffer.open(), path, wanted_paths(paging), null_is_empty=null_is_empty)
        return page_content(list(scanner), scanner.envelope, paging)

    def _look_for_fields(self, content: PageContent) -> None:
        records = [TOLERANT_JSON.decode(bytes(raw).decode("utf-8", "replace")) for raw in content.records[:_LOOKED_AT]]
        wanted = self._site.settings.stream(self._name).fields.as_dict()
        self._probe.absent = frozenset(
            target
            for target, names in wanted.items()
            if names and not any(_carries(record, name) for record in records for name in names)
        )
        first = records[0] if records else None
        self._probe.keys = tuple(first) if isinstance(first, dict) else ()

    def _remember_head(self, head: bytes) -> None:
        self._probe.head = head


def _carries(record: Any, name: str) -> bool:
    return isinstance(record, dict) and (name in record or pick(record, name) not in (None, MISSING))


def _hastened(stream: StreamSettings) -> StreamSettings:
    """The same stream with one attempt and short time-outs."""
    limit = LONGEST_ANSWER_SECONDS
    times = stream.timeouts
    return stream.model_copy(
        update={
            "retries": Retries(attempts=1, statuses=stream.retries.statuses, deadline=limit),
            "timeouts": Timeouts(
                connect=min(times.connect, 5), read=min(times.read, limit), page=min(times.page, limit)
            ),
            "parallel_requests": 1,
        }
    )


def _clock_difference(headers: Mapping[str, str]) -> timedelta | None:
    """The source's clock against ours, by its header ``Date``; None when it sends none."""
    try:
        theirs = parsedate_to_datetime(headers["Date"])
    except (KeyError, ValueError, TypeError):
        return None
    return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - datetime.now(UTC)
