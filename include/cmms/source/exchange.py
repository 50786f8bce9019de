"""One exchange with the source: send a request, receive the whole answer, check its status.

Input: a :class:`Target`. Output: :class:`Answer`, or an error that says what to do next. Errors and messages
hold neither a query string nor a body nor a credential.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import LifoQueue
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from cmms.errors import ApiRefused, ApiUnavailable, CmmsError, RateLimited
from cmms.settings import StreamSettings
from cmms.source.connection import ApiConnection, ApiSession
from cmms.source.deadline import DeadlineWatch
from cmms.source.rate_limit import RateLimiter
from cmms.source.receive_body import WireBody, read_raw, receive_body
from cmms.source.retry import Transient, retry_after_seconds

_MAX_ERROR_BODY_BYTES = 64 * 1024
_NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_SPLIT = "plant_parameter.mode: per_plant asks for one plant at a time"
_REMEDIES = {
    413: f": the request or its answer is too large; {_SPLIT}, pagination.size makes pages smaller",
    414: f": the address is too long; {_SPLIT}",
    431: f": the address or the headers are too long; {_SPLIT}",
}
"""What a status means for the settings."""
BEYOND = frozenset((400, 404, 410, 416, 422))
"""What sources say of a page behind the last one."""
_ACCEPTED = 202
_HOPELESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
)


def _is_without_address(record: logging.LogRecord) -> bool:
    """urllib3 warns of malformed headers with the whole address, whose query may hold a secret. We say it ourselves."""
    return not str(record.msg).startswith("Failed to parse headers")


for _name in ("urllib3.connection", "urllib3.connectionpool"):  # of version 2, of version 1
    logging.getLogger(_name).addFilter(_is_without_address)


@dataclass(frozen=True)
class Target:
    """What is asked for, and what call log and messages may say about it.

    ``form`` makes it a POST. ``on_new_connection``: the last answer broke off, so the source may be closing the
    kept-alive connection it came over; using that once more would cost an attempt. ``may_be_beyond``: there may be no
    such page, and a status that says so is an answer.
    """

    url: str
    unit_key: str | None = None
    page: int | None = None
    etag: str | None = None
    form: Mapping[str, str] | None = None
    on_new_connection: bool = False
    may_be_beyond: bool = False

    @property
    def method(self) -> str:
        """HTTP method."""
        return "GET" if self.form is None else "POST"


@dataclass
class Answer:
    """An answer on its way: what is known of it even when it fails is in here."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: WireBody = field(default_factory=WireBody)
    called_at: datetime | None = None
    latency_ms: int | None = None


class Exchange:
    """Sends requests over at most ``parallel_requests`` kept-alive connections; threads may share it."""

    def __init__(self, connection: ApiConnection, stream: StreamSettings, *, sleep: Callable[[float], None]) -> None:
        self._connection = connection
        self._stream = stream
        self._sleep = sleep
        self._limiter = RateLimiter(stream.requests_per_second)
        self._watch = DeadlineWatch()
        self._sessions: LifoQueue[ApiSession] = LifoQueue()
        for _ in range(stream.parallel_requests):
            self._sessions.put(connection.open_session())

    def close(self) -> None:
        """Close all connections that are not in use."""
        while not self._sessions.empty():
            self._sessions.get().close()
        self._watch.close()

    def send(self, target: Target, answer: Answer, auth: AuthBase, *, seconds: float) -> None:
        """Fill ``answer``, all of it received. ``seconds`` end it wherever it is.

        Raises:
            Transient: may pass.
            ApiRefused: will not pass.
            RateLimited, ApiUnavailable: the source asks for a pause that is longer than the cap.
            BadPayload: too large, or in an encoding that was not asked for.
        """
        with self._borrowed_session() as session:
            if target.on_new_connection:
                session.close()  # it opens another when it is used
            self._limiter.wait(self._sleep)
            started, answer.called_at = time.monotonic(), datetime.now(UTC)
            try:
                with self._watch.limit(seconds, session.cut) as deadline:
                    try:
                        self._transfer(session, target, answer, auth, seconds)
                    except (Transient, ValueError, *_NETWORK_ERRORS) as error:
                        raise self._translated(target, answer, error, is_late=deadline.is_over) from None
                    if deadline.is_over:
                        raise Transient("PageDeadline", status=answer.status)
            finally:
                answer.latency_ms = milliseconds_since(started)

    @contextmanager
    def _borrowed_session(self) -> Iterator[ApiSession]:
        session = self._sessions.get()
        try:
            yield session
        finally:
            self._sessions.put(session)

    def _transfer(self, session: ApiSession, target: Target, answer: Answer, auth: AuthBase, seconds: float) -> None:
        timeouts = self._stream.timeouts
        session.ask_for(target.url)
        response = session.request(
            target.method,
            target.url,
            data=target.form,
            headers=self._headers(target),
            auth=auth,
            timeout=(min(timeouts.connect, seconds), min(timeouts.read, seconds)),
            allow_redirects=False,
            stream=True,
        )
        answer.status, answer.headers = response.status_code, response.headers
        try:
            self._check_status(target, answer, response)
            receive_body(response, answer.wire, max_bytes=self._stream.max_body_bytes)
        except BaseException:
            response.close()  # what is left of this answer must not be taken for the next one
            raise
        if response.headers.get("Connection", "").lower() == "close":
            response.close()

    def _headers(self, target: Target) -> dict[str, str]:
        return {
            "Accept": "application/json",
            "Accept-Encoding": "gzip" if self._stream.gzip else "identity",
            **self._stream.headers,
            **({"If-None-Match": target.etag} if target.etag else {}),
        }

    def _check_status(self, target: Target, answer: Answer, response: requests.Response) -> None:
        """Raise for every status but a good one."""
        status = response.status_code
        if (200 <= status < 300 and status != _ACCEPTED) or (status == 304 and target.etag):
            return
        if status == 404 and target.form is None and "not_found" in self._stream.empty_answers:
            return  # the source's way to say that there is nothing
        if status in BEYOND and target.may_be_beyond:
            return
        if status == _ACCEPTED:
            raise Transient("HTTP 202: the answer is not ready yet", status=status)
        if status in self._stream.retries.statuses:
            # A short body is read, so that the connection can be used again.
            answer.wire.buffer.write(read_raw(response, _MAX_ERROR_BODY_BYTES))
            wait = retry_after_seconds(response.headers.get("Retry-After"))
            if wait is not None and wait > self._stream.retries.retry_after_cap:
                raise self._too_long(target, status, wait)
            if wait:
                self._limiter.pause(wait)
            raise Transient(f"HTTP {status}", status=status, retry_after=wait)
        # What it says is for the operator; without it the refusal is one all the same.
        with suppress(Transient, *_NETWORK_ERRORS):
            answer.wire.buffer.write(read_raw(response, _MAX_ERROR_BODY_BYTES))
        what = "redirects, which is not followed" if 300 <= status < 400 else "refuses the request"
        what += _REMEDIES.get(status, "")
        raise ApiRefused(f"{target.method}: the source {what}", status=status, **self.facts(target))

    def _too_long(self, target: Target, status: int, wait: float) -> CmmsError:
        kind = RateLimited if status == 429 else ApiUnavailable
        message = f"the source asks to wait {wait:.0f} s, longer than retries.retry_after_cap"
        return kind(message, status=status, wait_seconds=wait, **self.facts(target))

    def _translated(self, target: Target, answer: Answer, error: BaseException, *, is_late: bool) -> Exception:
        """The library's error as ours. Its text is not used: it may hold the URL with its query."""
        if isinstance(error, _HOPELESS) or (isinstance(error, ValueError) and not isinstance(error, _NETWORK_ERRORS)):
            return ApiRefused("the request cannot be sent", reason=type(error).__name__, **self.facts(target))
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
            return ApiRefused("the TLS certificate of the source is not trusted", **self.facts(target))
        if is_late:
            return Transient("PageDeadline", status=answer.status)
        if isinstance(error, Transient):
            return error
        return Transient(type(_causes(error)[-1]).__name__, status=answer.status)

    def endpoint(self, target: Target) -> str:
        """Path of the target, for call log and messages."""
        return self._connection.redact(urlsplit(target.url).path or "/")

    def facts(self, target: Target) -> dict[str, object]:
        """Context of every error: enough to find the request, nothing secret."""
        parts = urlsplit(target.url)
        origin = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        return {"url": origin + self.endpoint(target), "unit": target.unit_key, "page": target.page}


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what is inside it: ``ReadTimeoutError`` says more than ``ConnectionError``."""
    causes = [error]
    while True:
        inner = [getattr(causes[-1], "reason", None), *causes[-1].args]
        following = next((part for part in inner if isinstance(part, BaseException)), None)
        if following is None or following in causes:
            return causes
        causes.append(following)


def milliseconds_since(started: float) -> int:
    """Whole milliseconds since a monotonic instant."""
    return round((time.monotonic() - started) * 1000)
