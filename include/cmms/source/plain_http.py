"""What of the settings is secret, and whether it would leave this machine in the clear.

Input: the connection and a stream's settings. Output: a sentence, or None. Pure. What is secret: the credential of
every ``auth`` scheme, and headers and parameters (those in the path, too) whose name says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from cmms.errors import SettingsError
from cmms.settings import StreamSettings
from cmms.source.base_url import is_loopback
from cmms.source.connection import ApiConnection

_SECRET_NAME = re.compile(
    r"auth|token|key|secret|cookie|passw|userpass|session|credential|signature|bearer|jwt|ticket|hmac|\bpwd|pwd\b"
    r"|\b(?:pass|pw|pin|otp|sid|sig|sas)\b|^code$",  # code: of Azure Functions, and not that of a plant
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"(?:bearer|basic|token|apikey|negotiate|digest) \S+|eyJ[\w-]+\.[\w-]+\.[\w-]+", re.IGNORECASE
)
"""What is a credential whatever its name is: an authorisation, a signed token."""


def exposed_secret(connection: ApiConnection, stream: StreamSettings) -> str | None:
    """Why a request of this stream would show a secret; None when it does not, or the settings allow it."""
    if stream.allow_plain_http or not connection.base_url.startswith("http://") or is_loopback(connection.base_url):
        return None
    what = _secret_of(connection, stream)
    if what is None:
        return None
    return (
        f"{what} goes over plain HTTP to another machine, readable by everybody on the way: use https in the"
        " connection cmms_api, or set api.allow_plain_http: true if the way is safe"
    )


def refuse_exposed_secret(connection: ApiConnection, stream: StreamSettings) -> None:
    """Nothing is sent if the stream is strict.

    Raises:
        SettingsError: a secret would be sent in the clear.
    """
    if stream.strict and (sentence := exposed_secret(connection, stream)):
        raise SettingsError(sentence)


def secrets_in(stream: StreamSettings) -> tuple[str, ...]:
    """Secrets in the settings of a stream: a source that refuses a request may repeat them."""
    sent = (*stream.headers.items(), *_parameters(stream), *stream.auth.token_parameters.items())
    return tuple(part for _, value in _secrets(sent) for part in {value, value.rpartition(" ")[2]})


def _parameters(stream: StreamSettings) -> list[tuple[str, str | tuple[str, ...]]]:
    return [*stream.static_parameters.items(), *parse_qsl(stream.path.partition("?")[2])]


def _secret_of(connection: ApiConnection, stream: StreamSettings) -> str | None:
    if stream.auth.scheme != "none":
        return f"the credential (auth scheme {stream.auth.scheme})"
    headers = (*connection.headers.items(), *stream.headers.items())
    for what, sent in (("header", headers), ("parameter", _parameters(stream))):
        if name := next((name for name, _ in _secrets(sent)), None):
            return f"the {what} {name[:60]}"
    return None


def _secrets(sent: Iterable[tuple[str, str | tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    for name, value in sent:
        is_named = _SECRET_NAME.search(name.replace("_", "-"))
        for text in (value,) if isinstance(value, str) else value:
            if is_named or _SECRET_VALUE.match(text):
                yield name, text
