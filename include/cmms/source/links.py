"""Links that the source gives us: how they are read, and that they are followed only on its own host.

Our credential goes along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from cmms.body_path import relations_of
from cmms.errors import ApiRefused

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LINK = re.compile(r'<([^<>]*)>((?:"(?:[^"\\]|\\.)*"|[^<"])*)')
_PARAMETER = re.compile(r';\s*([a-z*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))', re.IGNORECASE)


def header_links(header: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Address and relations of each link of a header ``Link``; a title in quotes may hold anything."""
    for target, parameters in _LINK.findall(header):
        found = {name.lower(): quoted or plain for name, quoted, plain in reversed(_PARAMETER.findall(parameters))}
        yield target.strip(), relations_of(found.get("rel", "").strip("'"))


def is_same_origin(one: str, other: str) -> bool:
    """Whether scheme, host and port are the same."""
    return _origin(one) == _origin(other) and _origin(one) is not None


def follow_link(base_url: str, current_url: str, link: str) -> str:
    """Absolute URL of a next link, which may be relative to the current page.

    Raises:
        ApiRefused: it leads to another scheme, host or port.
    """
    try:
        url = urljoin(current_url, link)
    except ValueError:
        raise ApiRefused("the next link is no address: nothing was sent there") from None
    if not is_same_origin(base_url, url):
        raise ApiRefused(
            f"the next link leads to {_shown(url)}, which is another host, port or scheme than"
            f" {_shown(base_url)} of the connection: nothing was sent there"
        )
    return url


def _shown(url: str) -> str:
    """Scheme, host and port, nothing of what may be secret."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme or '?'}://{(parts.hostname or '?')[:100]}{port}"


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what could be read in two ways."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not parts.hostname or "\\" in url or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port
