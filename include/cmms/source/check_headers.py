"""Whether every header of the settings and of the connection can be sent.

Input: the connection and a stream's settings. Output: nothing, or a ``SettingsError`` that names the header and not its
value, before anything is sent: the HTTP library would notice only while sending.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cmms.errors import SettingsError
from cmms.settings import StreamSettings
from cmms.source.connection import ApiConnection

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110, 5.6.2."""


def check_headers(connection: ApiConnection, stream: StreamSettings) -> None:
    """Refuse invalid header names, and values beyond Latin-1.

    Raises:
        SettingsError: a header cannot be sent.
    """
    for where, name, value in _headers(connection, stream):
        if not _NAME.fullmatch(name):
            raise SettingsError(f"{where}: {name!r:.60} is not a valid header name")
        if not _fits(value):
            raise SettingsError(f"{where}: the value of {name:.60} has characters that are not allowed in a header")


def _headers(connection: ApiConnection, stream: StreamSettings) -> Iterator[tuple[str, str, str]]:
    for name, value in stream.headers.items():
        yield "headers", name, value
    for name, value in connection.headers.items():
        yield f"the extra of the Airflow connection {connection.name}", name, value
    if stream.auth.scheme == "api_key":
        yield "auth.header", stream.auth.header, ""


def _fits(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
