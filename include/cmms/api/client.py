"""One request of the source API, with everything that may happen to it.

Input: a URL. Output: the answer as ``read`` sees it, or one of the errors that say what to do next:

- ``ApiUnavailable`` and ``RateLimited``: tried as often as the settings allow, may pass later;
- ``ApiRefused``: a status that a repetition will not change, or a redirect;
- ``BadPayload``: an answer came, but it is not what was agreed.

Neither messages nor logs hold a query string, a body or a credential.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase
from tenacity import RetryCallState

from cmms.api.auth import Token, TokenKeeper, bearer_auth, client_auth, fixed_auth, read_token
from cmms.api.call_log import ApiCall, CallLog
from cmms.api.connection import ApiConnection, ApiSession
from cmms.api.rate_limit import RateLimiter
from cmms.api.receive_body import HEAD_BYTES, Body, receive_body
from cmms.api.retry import Transient, retry_after_seconds, retrying, seconds_left
from cmms.errors import ApiRefused, ApiUnavailable, BadPayload, CmmsError, RateLimited
from cmms.settings import Stream

T = TypeVar("T")
log = logging.getLogger(__name__)

_MAX_ERROR_BODY_BYTES = 64 * 1024
_NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
_HOPELESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
)


@dataclass(frozen=True)
class Target:
    """What is asked for: the URL, and what call log and messages may say about it."""

    url: str
    unit_key: str | None = None
    page: int | None = None
    etag: str | None = None


@dataclass
class Answer:
    """A good answer (2xx, or 304 after If-None-Match), its body received completely."""

    status: int
    headers: Mapping[str, str]
    links: Mapping[str, Mapping[str, str]]
    body: Body


@dataclass
class _Attempt:
    """Facts of one request, collected on the way for the call log."""

    number: int
    method: str = "GET"
    status: int | None = None
    body: Body = field(default_factory=Body)
    latency_ms: int = 0
    token: str | None = None


class ApiClient:
    """Sends requests to one stream of the source. Threads may share it: each gets a session of its own.

    Args:
        connection: address and credential.
        stream: settings of the stream.
        call_log: told of every request, from the thread that made it.
        sleep: how to wait; may raise to stop the fetch.
        keep_bad_payload: gets the first kilobyte of a bad body, returns where it is kept.
    """

    def __init__(
        self,
        connection: ApiConnection,
        stream: Stream,
        *,
        call_log: CallLog,
        sleep: Callable[[float], None] = time.sleep,
        keep_bad_payload: Callable[[bytes], str | None] = lambda head: None,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._call_log = call_log
        self._sleep = sleep
        self._keep_bad_payload = keep_bad_payload
        self._limiter = RateLimiter(stream.requests_per_second)
        self._auth = fixed_auth(stream.auth, connection)
        self._tokens = TokenKeeper(self._request_token) if stream.auth.scheme == "oauth2" else None
        self._local = threading.local()
        self._sessions: list[ApiSession] = []

    def close(self) -> None:
        """Close all sessions."""
        for session in self._sessions:
            session.close()

    def fetch(self, target: Target, read: Callable[[Answer], T]) -> T:
        """Request ``target`` until ``read`` has made sense of an answer, as often as the settings allow.

        ``read`` runs within the attempt: when it finds the body cut short, the page is requested again.

        Raises:
            ApiUnavailable: no good answer after all attempts.
            RateLimited: the source wants a longer pause than the cap, or 429 to the last.
            ApiRefused: refused for good.
            BadPayload: the answer is not what was agreed.
        """
        started = time.monotonic()
        attempts = retrying(
            self._stream.retries, sleep=self._sleep, before_sleep=lambda state: self._tell(target, state)
        )
        number = 0
        try:
            for attempt in attempts:
                with attempt:
                    number = attempt.retry_state.attempt_number
                    seconds = min(self._stream.timeouts.page, seconds_left(self._stream.retries, started))
                    result = self._authorised(target, number, seconds, read)
                    break
        except Transient as error:
            raise self._give_up(target, error, number, started) from None
        return result

    # --- one attempt ---

    def _authorised(self, target: Target, number: int, seconds: float, read: Callable[[Answer], T]) -> T:
        """One attempt; with OAuth2 a 401 is answered by one new token and one repetition."""
        if self._tokens is None:
            return self._attempt(target, _Attempt(number), self._auth, seconds, read)
        token = self._tokens.current()
        try:
            return self._attempt(target, _Attempt(number), bearer_auth(token), seconds, read)
        except ApiRefused as error:
            if error.context.get("status") != 401:
                raise
        self._tokens.refused(token)
        return self._attempt(target, _Attempt(number), bearer_auth(self._tokens.current()), seconds, read)

    def _attempt(
        self, target: Target, attempt: _Attempt, auth: AuthBase, seconds: float, read: Callable[[Answer], T]
    ) -> T:
        self._limiter.wait(self._sleep)
        called_at, started = datetime.now(UTC), time.monotonic()
        error_class: str | None = None
        try:
            answer = self._exchange(target, attempt, auth, seconds)
            attempt.latency_ms = _milliseconds_since(started)
            return read(answer)
        except BadPayload as error:
            error_class = "BadPayload"
            raise self._describe_bad_payload(target, attempt, error) from None
        except ApiUnavailable:
            error_class = "TruncatedBody"
            raise Transient("TruncatedBody", status=attempt.status) from None
        except Transient as error:
            error_class = error.reason
            raise
        except CmmsError as error:
            status = error.context.get("status")
            error_class = f"HTTP {status}" if status else type(error).__name__
            raise
        finally:
            attempt.body.close()
            self._call_log(
                ApiCall(
                    endpoint=self._endpoint(target.url)[:200],
                    unit_key=target.unit_key,
                    page=target.page,
                    status=attempt.status,
                    attempt=attempt.number,
                    latency_ms=attempt.latency_ms or _milliseconds_since(started),
                    bytes_wire=attempt.body.wire_bytes,
                    bytes_body=attempt.body.body_bytes,
                    error_class=error_class,
                    called_at=called_at,
                )
            )

    def _exchange(
        self,
        target: Target,
        attempt: _Attempt,
        auth: AuthBase,
        seconds: float,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send, receive all, judge the status. ``seconds`` end it wherever it is."""
        session, timeouts = self._session(), self._stream.timeouts
        with session.deadline(seconds) as expired:
            try:
                response = session.request(
                    attempt.method,
                    target.url,
                    data=form,
                    headers=self._headers(target),
                    auth=auth,
                    timeout=(min(timeouts.connect, seconds), min(timeouts.read, seconds)),
                    allow_redirects=False,
                    stream=True,
                )
                attempt.status = response.status_code
                try:
                    self._judge(target, attempt, response)
                    receive_body(response, attempt.body, max_bytes=self._stream.max_body_bytes)
                    if expired.is_set():
                        raise Transient("PageDeadline")  # what was cut off may look like a regular end
                except BaseException:
                    response.close()  # what is left on the connection belongs to this answer
                    raise
                if "close" in response.headers.get("Connection", "").lower():
                    response.close()
            except _HOPELESS as error:
                raise ApiRefused(
                    f"{attempt.method} cannot be sent", reason=type(error).__name__, **self._facts(target)
                ) from None
            except Transient as error:
                raise Transient("PageDeadline" if expired.is_set() else error.reason, status=attempt.status,
                                retry_after=error.retry_after) from None  # fmt: skip
            except _NETWORK_ERRORS as error:
                if _is_certificate_problem(error):
                    raise ApiRefused(
                        "the TLS certificate of the source is not trusted", **self._facts(target)
                    ) from None
                reason = "PageDeadline" if expired.is_set() else _root_name(error)
                raise Transient(reason, status=attempt.status) from None
        return Answer(response.status_code, response.headers, response.links, attempt.body)

    def _judge(self, target: Target, attempt: _Attempt, response: requests.Response) -> None:
        """Raise for every status but a good one."""
        status = response.status_code
        if 200 <= status < 300 or (status == 304 and target.etag):
            return
        if status in self._stream.retries.statuses:
            self._drain(response, attempt)
            wait = retry_after_seconds(response.headers.get("Retry-After"))
            if wait is not None and wait > self._stream.retries.retry_after_cap:
                raise self._too_long(target, status, wait)
            if wait:
                self._limiter.pause(wait)
            raise Transient(f"HTTP {status}", status=status, retry_after=wait)
        what = "redirects, which are not followed" if 300 <= status < 400 else "refuses the request"
        raise ApiRefused(f"{attempt.method}: the source {what}", status=status, **self._facts(target))

    def _drain(self, response: requests.Response, attempt: _Attempt) -> None:
        """Read a short error body, so that the connection can be used again."""
        content = response.raw.read(_MAX_ERROR_BODY_BYTES, decode_content=False) or b""
        attempt.body.wire_bytes = attempt.body.body_bytes = len(content)

    def _too_long(self, target: Target, status: int, wait: float) -> CmmsError:
        kind = RateLimited if status == 429 else ApiUnavailable
        return kind(
            f"the source asks to wait {wait:.0f} s, longer than retries.retry_after_cap",
            status=status, wait_seconds=wait, **self._facts(target),
        )  # fmt: skip

    # --- OAuth2 ---

    def _request_token(self) -> Token:
        """Exchange the client credentials for a token.

        Raises:
            ApiRefused: the credentials are refused, or the answer holds no token.
            Transient: may pass; counts as a failed attempt of the page that needs the token.
        """
        auth, attempt = self._stream.auth, _Attempt(1, method="POST")
        target = Target(self._token_url())
        form = {"grant_type": "client_credentials", **({"scope": auth.scope} if auth.scope else {})}
        called_at, started = datetime.now(UTC), time.monotonic()
        error_class: str | None = None
        self._limiter.wait(self._sleep)
        try:
            credential = client_auth(auth, self._connection)
            answer = self._exchange(target, attempt, credential, self._stream.timeouts.page, form)
            token = read_token(_json_or_none(answer.body.data), time.monotonic())
            if token is None:
                raise ApiRefused("the token endpoint answered without a token", **self._facts(target))
            return token
        except (Transient, CmmsError) as error:
            error_class = error.reason if isinstance(error, Transient) else type(error).__name__
            if isinstance(error, ApiRefused):
                # Not the 401 of a page: a new token would not help.
                raise ApiRefused(
                    "the token endpoint refuses us",
                    **{**error.context, "token_status": error.context.get("status"), "status": None},
                ) from None
            raise
        finally:
            attempt.body.close()
            self._call_log(
                ApiCall(self._endpoint(target.url)[:200], None, None, attempt.status, 1, _milliseconds_since(started),
                        attempt.body.wire_bytes, attempt.body.body_bytes, error_class, called_at)
            )  # fmt: skip

    def _token_url(self) -> str:
        """``token_path`` below the base URL, or a full URL of the same origin."""
        path = self._stream.auth.token_path
        url = path if "://" in path else self._connection.url(path)
        if not is_same_origin(self._connection.base_url, url):
            raise ApiRefused("auth.token_path leads to another host: the credential is not sent there")
        return url

    # --- telling ---

    def _headers(self, target: Target) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip" if self._stream.gzip else "identity",
            **self._stream.headers,
        }
        return {**headers, "If-None-Match": target.etag} if target.etag else headers

    def _session(self) -> ApiSession:
        session: ApiSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = self._connection.open_session()
            self._sessions.append(session)
        return session

    def _endpoint(self, url: str) -> str:
        return self._connection.redact(urlsplit(url).path or "/")

    def _facts(self, target: Target) -> dict[str, object]:
        """Context of every error: enough to find the request, nothing secret."""
        parts = urlsplit(target.url)
        origin = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        return {"url": origin + self._endpoint(target.url), "unit": target.unit_key, "page": target.page}

    def _tell(self, target: Target, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0
        log.warning(
            "GET %s unit=%s page=%s: %s, attempt %d of %d, next one in %.1f s",
            self._endpoint(target.url), target.unit_key, target.page, error,
            state.attempt_number, self._stream.retries.attempts, pause,
        )  # fmt: skip

    def _give_up(self, target: Target, error: Transient, attempts: int, started: float) -> CmmsError:
        facts = {**self._facts(target), "status": error.status, "latency_ms": _milliseconds_since(started)}
        if error.status == 429:
            return RateLimited(
                "the source limits our request rate",
                attempts=attempts,
                wait_seconds=error.retry_after,
                **facts,
            )
        return ApiUnavailable(f"GET fails: {error.reason}", attempts=attempts, **facts)

    def _describe_bad_payload(self, target: Target, attempt: _Attempt, error: BadPayload) -> BadPayload:
        kept = self._keep_bad_payload(attempt.body.head[:HEAD_BYTES]) if attempt.body.head else None
        return BadPayload(
            error.message, **error.context, status=attempt.status, first_kilobyte=kept, **self._facts(target)
        )


def is_same_origin(one: str, other: str) -> bool:
    """Whether scheme, host and port are the same, so that a credential may go along."""
    return _origin(one) == _origin(other) and _origin(one) is not None


def _origin(url: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return None
    if not parts.hostname or "\\" in url or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port


def follow_link(base: str, current: str, link: str) -> str:
    """Absolute URL of a next link.

    Raises:
        ApiRefused: it leads to another scheme, host or port, where our credential must not go.
    """
    url = urljoin(current, link)
    if not is_same_origin(base, url):
        raise ApiRefused(
            "the next link leads to another host: nothing was sent there", host=urlsplit(url).hostname
        )
    return url


def _json_or_none(data: bytes) -> object:
    try:
        value: object = json.loads(data)
    except ValueError:
        return None
    return value


def _milliseconds_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _root_name(error: BaseException) -> str:
    """Class name of the innermost cause: ``ReadTimeoutError`` says more than ``ConnectionError``."""
    while True:
        inner = getattr(error, "reason", None) or next(
            (part for part in error.args if isinstance(part, BaseException)), None
        )
        if not isinstance(inner, BaseException):
            return type(error).__name__
        error = inner


def _is_certificate_problem(error: BaseException) -> bool:
    while True:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        inner = getattr(error, "reason", None) or next(
            (part for part in error.args if isinstance(part, BaseException)), None
        )
        if not isinstance(inner, BaseException):
            return False
        error = inner
