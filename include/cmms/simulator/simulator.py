"""The simulator itself: routes requests, applies credentials, limits and faults, and keeps the log.

Input: `SimulatorConfig`. Output: a running HTTP API at `base_url`.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import TracebackType

from cmms.simulator.answers import Answer, Transport, json_answer
from cmms.simulator.build_pages import Page, PageBuilder
from cmms.simulator.check_credentials import CredentialCheck
from cmms.simulator.config import SimulatorConfig, Stream
from cmms.simulator.control import CONTROL_PREFIX, Control
from cmms.simulator.faults import Fault, FaultBook, Hit
from cmms.simulator.queries import NO_EDIT, Query
from cmms.simulator.read_query import BadRequestError, read_query
from cmms.simulator.serve_http import HttpServer, Request
from cmms.simulator.source_data import SourceData
from cmms.simulator.spoil_answers import plan_edit, spoil_answer

_LOGGED_REQUESTS = 100_000


@dataclass(frozen=True)
class LoggedRequest:
    """A request to a stream or the token endpoint, in order of arrival; control requests are not logged."""

    number: int
    connection: int
    method: str
    path: str
    parameters: Mapping[str, list[str]]
    headers: Mapping[str, str]
    stream: str | None
    page: int | None
    first_day: date | None
    last_day: date | None
    status: int
    body_bytes: int
    faults: tuple[str, ...]
    at: float  # time.monotonic()


@dataclass(frozen=True)
class _LiteralBody:
    stream: Stream
    day: date | None
    page: int | None
    answer: Answer

    def matches(self, query: Query) -> bool:
        in_days = self.day is None or (
            query.first_day is not None and query.last_day is not None and query.first_day <= self.day <= query.last_day
        )
        return self.stream == query.stream and self.page in (None, query.page) and in_days


class Simulator:
    """The source API on a real socket.

    Use it as a context manager, or call `start` and `stop`. All methods may be called while it serves.
    """

    def __init__(self, config: SimulatorConfig | None = None, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.config = config or SimulatorConfig()
        self.data = SourceData(self.config)
        self._credentials = CredentialCheck(self.config)
        self._faults = FaultBook()
        self._builder = PageBuilder(self.config, self.data)
        self._control = Control(self)
        self._literal_bodies: list[_LiteralBody] = []
        self._log: deque[LoggedRequest] = deque(maxlen=_LOGGED_REQUESTS)
        self._log_lock = threading.Lock()
        self._arrivals: deque[float] = deque()
        self._request_count = 0
        self._connections_before = 0
        self._address = (host, port)
        self._server: HttpServer | None = None
        self._thread: threading.Thread | None = None

    # --- life ---

    def start(self) -> Simulator:
        """Listen and serve in the background.

        Raises:
            OSError: the port is taken.
        """
        self._server = HttpServer(*self._address, self.answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="simulator", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection."""
        if self._server is not None and self._thread is not None:
            self._address = (self._address[0], self.port)  # a restart keeps the port: clients find it again
            self._connections_before += self._server.connections
            self._server.stop()
            self._thread.join(timeout=5)
            self._server = self._thread = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # --- what tests read ---

    @property
    def host(self) -> str:
        """Return the address that it listens on."""
        return self._address[0]

    @property
    def port(self) -> int:
        """Return the real port, also when 0 was asked for."""
        return self._server.server_address[1] if self._server is not None else self._address[1]

    @property
    def base_url(self) -> str:
        """Return http://host:port, without a slash at the end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "") else self.host  # noqa: S104  compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def requests(self) -> list[LoggedRequest]:
        """Return the latest requests (up to 100,000)."""
        with self._log_lock:
            return list(self._log)

    @property
    def request_count(self) -> int:
        """Return how many requests came, token requests included, control requests not."""
        return self._request_count

    @property
    def connections(self) -> int:
        """Return how many TCP connections were opened."""
        return self._connections_before + (self._server.connections if self._server is not None else 0)

    @property
    def token_requests(self) -> int:
        """Return how many OAuth2 tokens were asked for."""
        return self._credentials.token_requests

    # --- what tests change ---

    def inject(self, *faults: Fault) -> None:
        """Add faults."""
        for fault in faults:
            self._faults.add(fault)

    @property
    def faults(self) -> list[Fault]:
        """Return the injected faults."""
        return self._faults.faults()

    def clear_faults(self) -> None:
        """Remove all faults; what was set by `set_records` and `set_body` stays."""
        self._faults.clear()

    def clear_requests(self) -> None:
        """Empty the request log and set the counts to 0."""
        with self._log_lock:
            self._log.clear()
            self._request_count = 0
        self._connections_before = -(self._server.connections if self._server is not None else 0)
        self._credentials.token_requests = 0

    def expire_tokens(self) -> None:
        """Make every OAuth2 token invalid at once."""
        self._credentials.expire_tokens()

    def set_records(
        self, stream: Stream, day: date | None, records: Iterable[Mapping[str, object] | str] | None
    ) -> None:
        """Serve these records for a stream and day (None for equipment) instead of generated ones.

        A text goes into the body as it stands, so it may be what no JSON writer produces: bare NaN,
        duplicate keys. None gives the generated records back.
        """
        texts = None
        if records is not None:
            texts = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False, default=str) for r in records]
        self._builder.set_records(stream, day, texts)

    def set_body(
        self,
        stream: Stream,
        body: bytes,
        *,
        day: date | None = None,
        page: int | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serve these bytes for a stream, and only for a day or page if named; the latest match wins."""
        answer = Answer(status, body, {"Content-Type": "application/json", **(headers or {})})
        self._literal_bodies.insert(0, _LiteralBody(stream, day, page, answer))

    def reset(self) -> None:
        """Forget faults, explicit records and bodies, and the log."""
        self.clear_faults()
        self._builder.clear()
        self._literal_bodies.clear()
        self.clear_requests()

    def prepare(self, *days: date) -> None:
        """Render the equipment snapshot and the readings of these days: default page size, no filters.

        Afterwards only the pages are in memory.
        """
        for day in (None, *days):
            stream: Stream = "equipment" if day is None else "running_time"
            query = Query(stream, day, day, (), None, 0, self.config.page_size)
            step = query.limit if self.config.pagination != "none" else max(self._builder.count(query), 1)
            for offset in range(0, max(self._builder.count(query), 1), step):
                self._builder.page(replace(query, offset=offset))
        self._builder.forget_rows()

    # --- answering ---

    def answer(self, request: Request) -> Answer:
        """Answer one request; called by the server's threads."""
        if request.path.startswith(CONTROL_PREFIX):
            return self._control.answer(request)
        if self.config.auth == "oauth2" and request.path == self.config.token_path:
            return self._answer_token(request)
        stream = self._stream_of(request.path)
        query, hits, answer = self._answer_stream(request, stream)
        self._log_request(request, stream, query, hits, answer)
        return answer

    def _stream_of(self, path: str) -> Stream | None:
        if path == self.config.equipment_path:
            return "equipment"
        return "running_time" if path == self.config.running_time_path else None

    def _answer_stream(self, request: Request, stream: Stream | None) -> tuple[Query | None, list[Hit], Answer]:
        if stream is None:
            return None, [], json_answer(404, {"error": f"no such path: {request.path}"})
        if request.method != "GET":
            return None, [], json_answer(405, {"error": "only GET"}, {"Allow": "GET"})
        if not self._credentials.allows(request.headers):
            challenge = self._credentials.challenge()
            headers = {"WWW-Authenticate": challenge} if challenge else {}
            return None, [], json_answer(401, {"error": "missing or wrong credentials"}, headers)
        if (refusal := self._over_limit()) is not None:
            return None, [], refusal
        try:
            origin = f"http://{request.headers.get('host', f'{self.host}:{self.port}')}"
            query = read_query(self.config, stream, request.parameters, request.headers, origin)
        except BadRequestError as error:
            return None, [], json_answer(400, {"error": str(error)})
        hits = self._faults.hits(stream, query.page, query.first_day, query.last_day)
        return query, hits, spoil_answer(self._healthy_answer(request, query, hits), hits)

    def _healthy_answer(self, request: Request, query: Query, hits: list[Hit]) -> Answer:
        transport = Transport(latency_seconds=self.config.latency_seconds)
        for literal in self._literal_bodies:
            if literal.matches(query):
                return replace(literal.answer, transport=transport)
        edit = plan_edit(hits, query) if hits else NO_EDIT
        return replace(self._page_answer(request, self._builder.page(query, edit)), transport=transport)

    def _page_answer(self, request: Request, page: Page) -> Answer:
        headers = {"Content-Type": "application/json; charset=utf-8", **page.headers}
        compress = self.config.gzip and "gzip" in request.headers.get("accept-encoding", "")
        if self.config.gzip:
            headers["Vary"] = "Accept-Encoding"
        if self.config.etag:
            # A strong ETag names bytes, so each encoding has its own.
            headers["ETag"] = f'{page.etag[:-1]}-gzip"' if compress else page.etag
            if headers["ETag"] in request.headers.get("if-none-match", ""):
                return Answer(304, b"", headers)
        if not compress:
            return Answer(200, page.body, headers)
        headers["Content-Encoding"] = "gzip"
        return Answer(200, page.compressed(self.config.gzip_level), headers)

    def _answer_token(self, request: Request) -> Answer:
        if request.method == "POST":
            status, content = self._credentials.issue_token(request.headers, request.body)
            answer = json_answer(status, content, {"Cache-Control": "no-store"})
        else:
            answer = json_answer(405, {"error": "only POST"}, {"Allow": "POST"})
        hits = self._faults.hits("token")
        answer = spoil_answer(answer, hits)
        self._log_request(request, "token", None, hits, answer)
        return answer

    def _over_limit(self) -> Answer | None:
        limit = self.config.rate_limit
        if limit is None:
            return None
        with self._log_lock:
            now = time.monotonic()
            while self._arrivals and self._arrivals[0] <= now - limit.per_seconds:
                self._arrivals.popleft()
            if len(self._arrivals) < limit.requests:
                self._arrivals.append(now)
                return None
        headers = {} if limit.retry_after is None else {"Retry-After": limit.retry_after}
        return json_answer(429, {"error": "too many requests"}, headers)

    def _log_request(
        self, request: Request, stream: str | None, query: Query | None, hits: list[Hit], answer: Answer
    ) -> None:
        with self._log_lock:
            self._request_count += 1
            self._log.append(
                LoggedRequest(
                    number=self._request_count,
                    connection=request.connection,
                    method=request.method,
                    path=request.path,
                    parameters=request.parameters,
                    headers=request.headers,
                    stream=stream,
                    page=query.page if query else None,
                    first_day=query.first_day if query else None,
                    last_day=query.last_day if query else None,
                    status=answer.status,
                    body_bytes=len(answer.body),
                    faults=tuple(hit.fault.kind for hit in hits),
                    at=time.monotonic(),
                )
            )
