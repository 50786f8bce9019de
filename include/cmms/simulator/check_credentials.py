"""Decide who may ask, for every auth kind, and hand out OAuth2 tokens.

Input: request headers, or the form of a token request. Output: allowed or not; for tokens the JSON answer.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import time
from collections.abc import Mapping
from threading import Lock
from urllib.parse import parse_qs

from cmms.simulator.config import SimulatorConfig


class CredentialCheck:
    """The gate of one deployment. Header names are expected in lower case."""

    def __init__(self, config: SimulatorConfig) -> None:
        self._config = config
        self._lock = Lock()
        self._expiry_of: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self.token_requests = 0

    def allows(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a request carries the right credentials."""
        config = self._config
        given = headers.get("authorization", "")
        match config.auth:
            case "none":
                return True
            case "basic":
                return _same(given, _basic(config.username, config.password))
            case "bearer":
                return _same(given, f"Bearer {config.token}")
            case "raw_token":
                return _same(given, config.token)
            case "api_key":
                return _same(headers.get(config.api_key_header.lower(), ""), config.token)
            case "oauth2":
                with self._lock:
                    return self._expiry_of.get(given.removeprefix("Bearer "), 0.0) > time.monotonic()

    def challenge(self) -> str | None:
        """Return the WWW-Authenticate header of a refusal, where the scheme has one."""
        return {
            "basic": 'Basic realm="cmms"',
            "bearer": "Bearer",
            "oauth2": 'Bearer error="invalid_token"',
        }.get(self._config.auth)

    def issue_token(self, headers: Mapping[str, str], form: bytes) -> tuple[int, dict[str, str | float]]:
        """Answer a client-credentials request: (status, JSON).

        The secret may be in the form or in a Basic header: both are usual.
        """
        config = self._config
        with self._lock:
            self.token_requests += 1
        fields = {name: values[0] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        if fields.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        in_header = _same(headers.get("authorization", ""), _basic(config.client_id, config.client_secret))
        in_form = _same(fields.get("client_id", ""), config.client_id) and _same(
            fields.get("client_secret", ""), config.client_secret
        )
        if not (in_header or in_form):
            return 401, {"error": "invalid_client"}
        token = f"token-{config.seed}-{next(self._numbers)}"
        with self._lock:
            self._expiry_of[token] = time.monotonic() + config.token_lifetime_seconds
        return 200, {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": config.token_lifetime_seconds,
        }

    def expire_tokens(self) -> None:
        """Make every issued token invalid at once."""
        with self._lock:
            self._expiry_of.clear()


def _basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())
