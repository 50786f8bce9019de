"""Where a write comes from. Input: a request's headers, Airflow's public address. Output: nothing, or a refusal.

A browser names the origin of a write. Accepted are the host that the request was sent to, and the origin of Airflow's
setting ``[api] base_url``: behind a proxy that rewrites ``Host`` only the latter is what the browser shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from airflow.configuration import conf

from cmms_ui.asgi import text
from cmms_ui.asgi.refusals import Refused

_DEFAULT_PORTS = {"http": 80, "https": 443}


def check_origin(headers: Mapping[str, str], *, by_header: bool) -> None:
    """Raise :class:`Refused` unless the write comes from this site; programs with a token send no origin.

    Args:
        headers: of the request.
        by_header: whether the request is authenticated by a token in a header, which no browser adds by itself.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused(403, text.THIS_SITE_ONLY)
    origin = headers.get("origin")
    if origin is None:
        if by_header:
            return
        raise Refused(403, text.NEEDS_ORIGIN)
    named = read_origin(origin)
    if named is None or named not in _own_origins(named[0], headers.get("host", "")):
        raise Refused(403, text.THIS_SITE_ONLY)


def read_origin(address: str) -> tuple[str, str, int] | None:
    """(scheme, host, port) of an address; None for ``null`` and for anything that is no http address."""
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        return None
    if scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc:
        return None
    return scheme, host.lower(), port or _DEFAULT_PORTS[scheme]


def _own_origins(scheme: str, host: str) -> set[tuple[str, str, int] | None]:
    """Behind a proxy that ends TLS the request's own scheme is not the browser's, so the host counts with either."""
    return {read_origin(f"{scheme}://{host}"), read_origin(conf.get("api", "base_url", fallback="") or "")} - {None}
