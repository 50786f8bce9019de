"""Get a page of the source: authenticate, exchange, unpack, try again, and account for every request.

Input: a :class:`~cmms.source.exchange.Target`. Output: what ``read`` makes of the answer, or one of the errors
that say what to do next:

- ``ApiUnavailable`` and ``RateLimited``: tried as often as the settings allow, may pass later;
- ``ApiRefused``: a status that a repetition will not change, or a redirect;
- ``BadPayload``: an answer came, but it is not what was agreed.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from requests.auth import AuthBase
from tenacity import RetryCallState

from cmms.errors import ApiRefused, ApiUnavailable, BadPayload, CmmsError, RateLimited
from cmms.settings import StreamSettings
from cmms.source.answer_head import answer_head
from cmms.source.auth import HeaderAuth, Token, TokenKeeper, bearer_auth, fixed_auth, read_token, token_request
from cmms.source.call_log import ApiCall, CallLog
from cmms.source.check_headers import check_headers
from cmms.source.connection import ApiConnection
from cmms.source.exchange import Answer, Exchange, Target, milliseconds_since
from cmms.source.links import is_same_origin
from cmms.source.plain_http import refuse_exposed_secret, secrets_in
from cmms.source.receive_body import Body, unpack_body
from cmms.source.redact import redact
from cmms.source.retry import Transient, retrying, seconds_left

T = TypeVar("T")
Reader = Callable[[Answer, Body], T]
log = logging.getLogger(__name__)


class ApiClient:
    """Asks one stream of the source. Threads may share it.

    Args:
        connection: address and credential.
        stream: settings of the stream.
        call_log: told of every request, in the thread that made it.
        sleep: how to wait; may raise to stop the fetch.
        store_bad_payload: gets the first kilobyte of a bad body, returns where it is kept.
    """

    def __init__(
        self,
        connection: ApiConnection,
        stream: StreamSettings,
        *,
        call_log: CallLog,
        sleep: Callable[[float], None] = time.sleep,
        store_bad_payload: Callable[[bytes], str | None] = lambda head: None,
    ) -> None:
        check_headers(connection, stream)
        refuse_exposed_secret(connection, stream)
        self._connection = connection
        self._stream = stream
        self._call_log = call_log
        self._sleep = sleep
        self._store_bad_payload = store_bad_payload
        self._auth = fixed_auth(stream.auth, connection)
        self._tokens = TokenKeeper(self._request_token) if stream.auth.scheme == "oauth2" else None
        self._exchange = Exchange(connection, stream, sleep=sleep)

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def fetch(self, target: Target, read: Reader[T]) -> T:
        """Ask for ``target`` until ``read`` has made sense of an answer, as often as the settings allow.

        ``read`` runs within the attempt: when it finds the body cut short, the page is asked for again.

        Raises:
            ApiUnavailable: no good answer after all attempts.
            RateLimited: the source wants a longer pause than the cap, or limits us to the last.
            ApiRefused: refused for good.
            BadPayload: the answer is not what was agreed.
        """
        started, number = time.monotonic(), 0
        attempts = retrying(
            self._stream.retries, sleep=self._sleep, before_sleep=lambda state: self._tell(target, state)
        )
        try:
            for attempt in attempts:
                with attempt:
                    number = attempt.retry_state.attempt_number
                    seconds = min(self._stream.timeouts.page, seconds_left(self._stream.retries, started))
                    try:
                        return self._authorised(target, number, seconds, read)
                    except Transient as error:
                        target = replace(target, on_new_connection=not error.is_status)
                        raise
        except Transient as error:
            raise self._give_up(target, error, number, started) from None
        raise AssertionError("unreachable: tenacity returns or raises")

    def _authorised(self, target: Target, number: int, seconds: float, read: Reader[T]) -> T:
        """One attempt; with OAuth2 a 401 is answered by one new token and one repetition."""
        if self._tokens is None:
            return self._attempt(target, number, self._auth, seconds, read)
        token = self._tokens.current()
        try:
            return self._attempt(target, number, bearer_auth(token), seconds, read)
        except ApiRefused as error:
            if error.context.get("status") != 401:
                raise
        self._tokens.refused(token)
        return self._attempt(target, number, bearer_auth(self._tokens.current()), seconds, read)

    def _attempt(self, target: Target, number: int, auth: AuthBase, seconds: float, read: Reader[T]) -> T:
        """One request, entered into the call log whatever comes of it."""
        answer, body = Answer(), Body()
        error_class: str | None = None
        try:
            self._exchange.send(target, answer, auth, seconds=seconds)
            unpack_body(answer.wire, body, max_bytes=self._stream.max_body_bytes)
            return read(answer, body)
        except ApiUnavailable as error:  # from read: cut short; from send: a pause beyond the cap
            error_class = f"HTTP {answer.status}" if "wait_seconds" in error.context else "TruncatedBody"
            if "wait_seconds" in error.context:
                raise
            raise Transient(error_class, status=answer.status) from None
        except BadPayload as error:
            error_class = "BadPayload"
            raise self._described(target, answer, body, auth, error) from None
        except Transient as error:
            error_class = error.reason
            raise
        except CmmsError as error:
            error_class = f"HTTP {answer.status}" if error.context.get("status") else type(error).__name__
            raise
        finally:
            self._call_log(
                ApiCall(
                    endpoint=self._exchange.endpoint(target)[:200],
                    unit_key=target.unit_key,
                    page=target.page,
                    status=answer.status,
                    attempt=number,
                    latency_ms=answer.latency_ms or 0,
                    bytes_wire=answer.wire.size,
                    bytes_body=body.size,
                    error_class=error_class,
                    called_at=answer.called_at or datetime.now(UTC),
                    answer_head=self._head(target, answer, body, auth) if error_class else None,
                )
            )
            answer.wire.buffer.close()
            body.buffer.close()

    def _head(self, target: Target, answer: Answer, body: Body, auth: AuthBase) -> str | None:
        """What the source said instead of a page."""
        if _may_hold_token(target, answer):
            return None

        encoding = str(answer.headers.get("Content-Encoding", ""))
        return answer_head(answer.wire, body, encoding, lambda text: self._redacted(text, auth))

    def _redacted(self, text: str, auth: AuthBase) -> str:
        """The beginning of an answer without what is secret."""
        own = (auth.secret,) if isinstance(auth, HeaderAuth) else ()
        return redact(text, (*own, *self._connection.secrets, *secrets_in(self._stream)), is_cut=True)

    def _described(self, target: Target, answer: Answer, body: Body, auth: AuthBase, error: BadPayload) -> BadPayload:
        """Say where, and keep the beginning for the operator: the message never shows it."""
        head = body.head or next(answer.wire.buffer.chunks(), b"")[:1024]
        head = self._redacted(head.decode("utf-8", "surrogateescape"), auth).encode("utf-8", "surrogateescape")
        kept = self._store_bad_payload(head) if head and not _may_hold_token(target, answer) else None
        facts = self._exchange.facts(target)
        return BadPayload(error.message, **error.context, status=answer.status, first_kilobyte=kept, **facts)

    # --- OAuth2 ---

    def _request_token(self) -> Token:
        """Exchange the client credentials for a token.

        Raises:
            ApiRefused: the credentials are refused, or the answer holds no token.
            Transient: may pass; counts as a failed attempt at the page that needs the token.
        """
        auth, form = token_request(self._stream.auth, self._connection)
        target = Target(self._token_url(), form=form)
        seconds = self._stream.timeouts.page
        try:
            return self._attempt(target, 1, auth, seconds, self._read_token)
        except (ApiRefused, BadPayload) as error:
            # Its status must not look like the 401 of a page, which a new token may cure.
            facts = {**error.context, "token_status": error.context.get("status"), "status": None}
            raise ApiRefused("the token endpoint returned no token", **facts) from None

    @staticmethod
    def _read_token(answer: Answer, body: Body) -> Token:
        try:
            token = read_token(json.loads(body.data), time.monotonic())
        except (ValueError, RecursionError):
            token = None
        if token is None:
            raise ApiRefused("there is no token in the answer", status=answer.status)
        return token

    def _token_url(self) -> str:
        """``token_path`` below the base URL, or a full URL of the same origin."""
        path = self._stream.auth.token_path
        url = path if "://" in path else self._connection.url(path)
        if not is_same_origin(self._connection.base_url, url):
            raise ApiRefused("auth.token_path leads to another host: the credential is not sent there")
        return url

    # --- telling ---

    def _tell(self, target: Target, state: RetryCallState) -> None:
        log.warning(
            "GET %s unit=%s page=%s: %s, attempt %d of %d, next one in %.1f s",
            self._exchange.endpoint(target),
            target.unit_key,
            target.page,
            state.outcome.exception() if state.outcome else None,
            state.attempt_number,
            self._stream.retries.attempts,
            state.next_action.sleep if state.next_action else 0,
        )

    def _give_up(self, target: Target, error: Transient, attempts: int, started: float) -> CmmsError:
        facts = {**self._exchange.facts(target), "status": error.status, "attempts": attempts}
        facts["latency_ms"] = milliseconds_since(started)
        if error.status == 429:
            return RateLimited("the source limits our request rate", wait_seconds=error.retry_after, **facts)
        return ApiUnavailable(f"GET fails: {error.reason}", **facts)


def _may_hold_token(target: Target, answer: Answer) -> bool:
    """Whether this is a token endpoint's good answer: under whatever key, and cut short or not, none of it is kept."""
    return target.form is not None and 200 <= (answer.status or 0) < 300
