"""Where the source API is and who we are there: the Airflow connection ``cmms_api``, read once per task.

Output: :class:`ApiConnection`, from which every thread opens its own kept-alive session.
"""

from __future__ import annotations

import json
import re
import socket
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from cmms.airflow_connections import undefined_connection
from cmms.errors import SettingsError
from cmms.settings import API_CONNECTION
from cmms.source.base_url import build_base_url, is_loopback
from cmms.source.redact import redact

_SENDABLE = re.compile(r"[!-~]+")
_KEEP_ALIVE = [
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *([(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)] if hasattr(socket, "TCP_KEEPIDLE") else []),
]


@dataclass(frozen=True)
class ApiConnection:
    """Address and credential of the source; the path of ``base_url`` is kept before every stream's path."""

    base_url: str
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    verify: bool | str = True
    cert: Any = None
    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    name: str = API_CONNECTION

    def url(self, path: str) -> str:
        """Absolute URL of a path of the settings."""
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"

    def open_session(self) -> ApiSession:
        """A new session; it keeps one TCP connection open between requests."""
        return ApiSession(self)

    def redact(self, text: str) -> str:
        """The text without our credential, should the source or a link repeat it."""
        return redact(text, self.secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown."""
        return tuple(secret for secret in (self.password, self.login, *self.headers.values()) if secret)


def read_connection(name: str = API_CONNECTION) -> ApiConnection:
    """Read a source's connection through Airflow's HTTP hook (also outside a task, from ``AIRFLOW_CONN_CMMS_API``).

    Raises:
        SettingsError: no such connection, or no usable address in it.
    """
    from airflow.providers.common.compat.sdk import AirflowNotFoundException
    from airflow.providers.http.hooks.http import HttpHook

    hook = HttpHook(method="GET", http_conn_id=name)
    try:
        credential = hook.get_connection(name)
        _check_extra(credential.extra, name)
        session = hook.get_conn()
    except AirflowNotFoundException:
        raise undefined_connection(name) from None
    except ValueError:
        raise SettingsError(f"the Airflow connection {name} has no usable host") from None
    base_url = build_base_url(
        conn_type=credential.conn_type,
        host=credential.host,
        schema=credential.schema,
        port=credential.port,
        connection=name,
    )
    extra = {name: str(value) for name, value in session.headers.items() if name not in requests.Session().headers}
    with session:
        return ApiConnection(
            base_url=base_url,
            login=credential.login or None,
            password=credential.password or None,
            headers=extra,
            verify=_verify(session.verify),
            cert=_certificate(session.cert, name),
            proxies=_proxies(session.proxies, name),
            name=name,
        )


def _check_extra(text: str | None, connection: str) -> None:
    """Airflow takes an extra that it cannot read for none: certificate, proxies and headers would be left out."""
    try:
        is_object = not text or isinstance(json.loads(text), dict)
    except ValueError:
        is_object = False
    if not is_object:
        raise SettingsError(f"the extra of the Airflow connection {connection} is not a JSON object")


def _verify(value: Any) -> bool | str:
    """Whether to check the server's certificate, or by which CA bundle; a word is not taken for a file."""
    if value is None or value == "":
        return True
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(str(value).strip().lower(), str(value))


def _certificate(value: Any, connection: str) -> str | tuple[str, str] | None:
    """Our own certificate: one file, or certificate and key."""
    if not value:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and len(value) in (1, 2) and all(isinstance(part, str) for part in value):
        return value[0] if len(value) == 1 else (value[0], value[1])
    raise SettingsError(
        f"the extra cert of the Airflow connection {connection} is neither a file nor a pair [certificate, key]"
    )


def _proxies(value: Any, connection: str) -> dict[str, str]:
    """Proxy by scheme; one address alone serves both."""
    if isinstance(value, str) and value:
        return {"http": value, "https": value}
    if value and not isinstance(value, dict):
        raise SettingsError(f"the extra proxies of the Airflow connection {connection} is no object of addresses")
    return {str(scheme): str(address) for scheme, address in (value or {}).items()}


def _check_files(verify: bool | str | None, cert: Any, connection: str) -> None:
    """Name the file that is not there: the library's own error says less, and looks as if it might pass."""
    named = {
        "verify": [verify] if isinstance(verify, str) else [],
        "cert": [cert] if isinstance(cert, str) else cert or [],
    }
    for extra, files in named.items():
        for file in files:
            if not Path(file).exists():
                raise SettingsError(f"the file {file} ({extra} of the Airflow connection {connection}) is not there")


class ApiSession(requests.Session):
    """A session that looks at the environment once, never follows redirects, and can be cut off from outside.

    ``requests`` would otherwise read proxies and ``.netrc`` anew for every request, and a ``.netrc`` entry
    would replace our Authorization header.
    """

    def __init__(self, connection: ApiConnection) -> None:
        super().__init__()
        environment = self.merge_environment_settings(
            connection.base_url, dict(connection.proxies), None, connection.verify, connection.cert
        )
        self.proxies = {} if is_loopback(connection.base_url) else dict(environment["proxies"])
        self.verify, self.cert = environment["verify"], environment["cert"]
        if connection.base_url.startswith("https:"):
            _check_files(self.verify, self.cert, connection.name)
        self.trust_env = False
        self.headers.update(connection.headers)
        self._adapter = _CuttableAdapter()
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)

    def ask_for(self, url: str) -> None:
        """Send the next request to exactly this path and query: a source may have signed the link that it gave us."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._adapter.target = target if _SENDABLE.fullmatch(target) else None

    def cut(self) -> None:
        """End whatever the session is doing, from another thread: who reads from it gets an error at once."""
        self._adapter.cut()


class _CuttableAdapter(HTTPAdapter):
    """Knows the sockets it opened, so that another thread can shut them down."""

    target: str | None = None

    def __init__(self) -> None:
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        super().__init__(pool_connections=2, pool_maxsize=1)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Open sockets without delay and with keep-alive probes."""
        super().init_poolmanager(*arguments, **options, socket_options=_KEEP_ALIVE)

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        """A pool whose connections report themselves when they connect."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        adapter, known = self, self._connections
        plain: Any = pool.ConnectionCls
        if not hasattr(plain, "reports_to_adapter"):

            class Reporting(plain):  # type: ignore[misc]
                reports_to_adapter = True

                def connect(self) -> None:
                    super().connect()
                    known.add(self)

                def putrequest(self, method: str, url: str, *arguments: Any, **options: Any) -> Any:
                    """The library writes percent codes anew; what a link holds is not ours to change."""
                    if adapter.target is not None and url.startswith("/"):
                        url = adapter.target
                    return super().putrequest(method, url, *arguments, **options)

            pool.ConnectionCls = Reporting
        return pool

    def cut(self) -> None:
        """Shut down all sockets."""
        for connection in list(self._connections):
            if connection.sock is not None:
                with suppress(OSError):
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
