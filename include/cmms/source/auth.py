"""Put the credential of the connection into each request, as the settings ``auth`` say.

OAuth2 client credentials are exchanged for a token when the first request needs one, before it expires, and
once more when the source answers 401. Threads share one token.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import requests
from requests.auth import AuthBase

from cmms.errors import SettingsError
from cmms.settings import Auth
from cmms.source.connection import ApiConnection

_RENEW_BEFORE_SECONDS = 30.0


@dataclass(frozen=True)
class Token:
    """An access token and the monotonic moment from which it should not be used any more."""

    text: str
    usable_until: float


def read_token(answer: object, now: float) -> Token | None:
    """Token of an RFC 6749 answer; None when there is none in it that a header can carry."""
    if not isinstance(answer, dict):
        return None
    text, lifetime = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(text, str) or not text or not _fits_header(text):
        return None
    try:
        seconds = float(lifetime) if lifetime is not None else float("inf")
    except (TypeError, ValueError, OverflowError):
        seconds = float("inf")
    return Token(text, now + max(seconds - _RENEW_BEFORE_SECONDS, seconds / 2))


class TokenKeeper:
    """The current OAuth2 token, fetched through ``request_token`` when there is none to use."""

    def __init__(self, request_token: Callable[[], Token]) -> None:
        self._request_token = request_token
        self._lock = threading.Lock()
        self._token: Token | None = None

    def current(self) -> str:
        """A token that should be good now."""
        with self._lock:
            if self._token is None or time.monotonic() >= self._token.usable_until:
                self._token = self._request_token()
            return self._token.text

    def refused(self, text: str) -> None:
        """The source did not accept ``text``: the next request gets a new one (unless another thread has)."""
        with self._lock:
            if self._token is not None and self._token.text == text:
                self._token = None


class HeaderAuth(AuthBase):
    """Sets one header. Being an ``AuthBase`` it also keeps ``requests`` from looking into ``.netrc``."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    @property
    def secret(self) -> str:
        """What must not be shown, should the source repeat it: the value without the name of its scheme."""
        return self._value.rpartition(" ")[2]

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header."""
        request.headers[self._name] = self._value
        return request


class NoAuth(AuthBase):
    """Leaves the request as it is."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Do nothing."""
        return request


def fixed_auth(auth: Auth, connection: ApiConnection) -> AuthBase:
    """How to authenticate with every scheme but OAuth2, whose header changes (:func:`bearer_auth`).

    Raises:
        SettingsError: the connection has no password (or login), or one that no header can carry.
    """
    if auth.scheme in ("none", "oauth2"):
        return NoAuth()
    password = _required(connection, "password", auth)
    if auth.scheme == "basic":
        return basic_auth(_required(connection, "login", auth), password)
    if auth.scheme == "bearer":
        return bearer_auth(password)
    return HeaderAuth("Authorization" if auth.scheme == "raw" else auth.header, password)


def basic_auth(login: str, password: str) -> HeaderAuth:
    """HTTP Basic (RFC 7617, UTF-8); also how an OAuth2 client may prove itself."""
    return HeaderAuth("Authorization", "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode("ascii"))


def bearer_auth(token: str) -> HeaderAuth:
    """``Authorization: Bearer <token>``."""
    return HeaderAuth("Authorization", f"Bearer {token}")


def token_request(auth: Auth, connection: ApiConnection) -> tuple[AuthBase, dict[str, str]]:
    """How an OAuth2 client asks the token endpoint for a token: authentication and fields of the form (RFC 6749, 4.4).

    Raises:
        SettingsError: the connection has no login or no password.
    """
    client = _required(connection, "login", auth), _required(connection, "password", auth)
    form = {
        "grant_type": "client_credentials",
        **auth.token_parameters,
        **({"scope": auth.scope} if auth.scope else {}),
    }
    if auth.client_credentials == "form":
        return NoAuth(), {**form, "client_id": client[0], "client_secret": client[1]}
    return basic_auth(*client), form


def _required(connection: ApiConnection, what: Literal["login", "password"], auth: Auth) -> str:
    value = connection.login if what == "login" else connection.password
    whose = f"the {what} of the Airflow connection {connection.name}"
    if not value:
        raise SettingsError(f"{whose} is missing; auth scheme {auth.scheme} needs it")
    is_header = auth.scheme in ("bearer", "raw", "api_key")
    if is_header and not (_fits_header(value) and value == value.strip()):
        raise SettingsError(f"{whose} has characters that are not allowed in a header")
    return value


def _fits_header(text: str) -> bool:
    return text.isascii() and text.isprintable()
