"""The address of the source, as the Airflow connection ``cmms_api`` names it.

Input: type, host, schema and port of the connection. Output: a URL. Pure. ``https`` in any of them means TLS, always;
what contradicts itself is refused, because the wrong guess would send the credential in the clear.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cmms.errors import SettingsError
from cmms.settings import API_CONNECTION

_SCHEMES = ("http", "https")
_LAST_PORT = 65535


class _Unusable(ValueError):
    """What is wrong with a connection."""


def build_base_url(
    *,
    conn_type: str | None,
    host: str | None,
    schema: str | None,
    port: int | None,
    connection: str = API_CONNECTION,
) -> str:
    """Scheme, host, port and path before every stream's path; ``connection`` is named in errors.

    Raises:
        SettingsError: no usable host, a credential in it, or two parts that contradict each other.
    """
    try:
        return _build(conn_type, host, schema, port)
    except _Unusable as wrong:
        raise SettingsError(
            f"the Airflow connection {connection} {wrong}; http(s)://host[:port][/path] is expected as its host"
        ) from None


def _build(conn_type: str | None, host: str | None, schema: str | None, port: int | None) -> str:
    text = (host or "").strip()
    parts = _split(text if "://" in text else f"//{_bracketed(text)}")
    scheme = _scheme(parts.scheme.lower(), (schema or "").strip().lower(), (conn_type or "").strip().lower())
    if parts.port is not None and port is not None and parts.port != port:
        raise _Unusable(f"names two ports, {parts.port} in its host and {port} in its port")
    chosen = parts.port if parts.port is not None else port
    if chosen is not None and not 0 < chosen <= _LAST_PORT:
        raise _Unusable(f"has the port {chosen}; 1 to {_LAST_PORT} is expected")
    name = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return f"{scheme}://{name}{f':{chosen}' if chosen is not None else ''}{parts.path.rstrip('/')}"


def is_loopback(url: str) -> bool:
    """Whether what is sent there never leaves this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise _Unusable("has no usable host") from None
    if not parts.hostname or "\\" in text or " " in text or parts.query or parts.fragment:
        raise _Unusable("has no usable host")
    if parts.username is not None or "@" in parts.netloc:
        raise _Unusable("has no usable host: it holds a credential, which belongs into login and password")
    return parts


def _bracketed(host: str) -> str:
    try:
        return f"[{host}]" if ip_address(host).version == 6 else host
    except ValueError:
        return host


def _scheme(of_host: str, schema: str, conn_type: str) -> str:
    if schema and schema not in _SCHEMES:
        raise _Unusable(
            f"has the schema {schema[:40]!r}; http or https is expected (in a connection URI that is what follows the"
            " host; a path belongs into the host of a connection that is written as JSON)"
        )
    if of_host and of_host not in _SCHEMES:
        raise _Unusable(f"has no usable host: its scheme is {of_host[:20]}")
    means_tls = "https" in (schema, conn_type)
    if of_host == "http" and means_tls:
        raise _Unusable("says http:// in its host and https in its type or schema")
    return of_host or ("https" if means_tls else "http")
