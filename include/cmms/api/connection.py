"""Where the source API is and who we are there: the Airflow connection ``cmms_api``, read once per task.

Output: :class:`ApiConnection`, from which every thread opens its own kept-alive session.
"""

from __future__ import annotations

import socket
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from cmms.airflow_connections import undefined_connection
from cmms.errors import SettingsError
from cmms.settings import API_CONNECTION

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
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

    def url(self, path: str) -> str:
        """Absolute URL of a path of the settings."""
        return f"{self.base_url.rstrip('/')}/{path.lstrip('/')}"

    def open_session(self) -> ApiSession:
        """A new session; it keeps one TCP connection open between requests."""
        return ApiSession(self)

    def redact(self, text: str) -> str:
        """The text without our credential, should the source or a link repeat it."""
        for secret in (self.password, self.login):
            if secret and len(secret) > 3:
                text = text.replace(secret, "***")
        return text


def read_connection() -> ApiConnection:
    """Read ``cmms_api`` through Airflow's HTTP hook (also outside a task, from ``AIRFLOW_CONN_CMMS_API``).

    Raises:
        SettingsError: no such connection, or no usable address in it.
    """
    from airflow.providers.common.compat.sdk import AirflowNotFoundException
    from airflow.providers.http.hooks.http import HttpHook

    hook = HttpHook(method="GET", http_conn_id=API_CONNECTION)
    try:
        session = hook.get_conn()
        credential = hook.get_connection(API_CONNECTION)
    except AirflowNotFoundException:
        raise undefined_connection(API_CONNECTION) from None
    except ValueError:
        raise SettingsError(f"the Airflow connection {API_CONNECTION} has no usable host") from None
    host = urlsplit(hook.base_url)
    if host.scheme not in ("http", "https") or not host.hostname or host.username is not None:
        raise SettingsError(
            f"the Airflow connection {API_CONNECTION} has no usable host:"
            " http(s)://host[:port][/path] is expected, without a credential in it"
        )
    extra = {name: str(value) for name, value in session.headers.items() if name not in requests.Session().headers}
    with session:
        return ApiConnection(
            base_url=hook.base_url,
            login=credential.login or None,
            password=credential.password or None,
            headers=extra,
            verify=session.verify if session.verify is not None else True,
            cert=session.cert,
            proxies=dict(session.proxies or {}),
        )


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
        is_loopback = urlsplit(connection.base_url).hostname in _LOOPBACK
        self.proxies = {} if is_loopback else dict(environment["proxies"])
        self.verify, self.cert = environment["verify"], environment["cert"]
        self.trust_env = False
        self.headers.update(connection.headers)
        self._adapter = _CuttableAdapter()
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)

    def cut(self) -> None:
        """End whatever the session is doing, from another thread: who reads from it gets an error at once."""
        self._adapter.cut()


class _CuttableAdapter(HTTPAdapter):
    """Knows the sockets it opened, so that another thread can shut them down."""

    def __init__(self) -> None:
        self._connections: weakref.WeakSet[Any] = weakref.WeakSet()
        super().__init__(pool_connections=2, pool_maxsize=1)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Open sockets without delay and with keep-alive probes."""
        super().init_poolmanager(*arguments, **options, socket_options=_KEEP_ALIVE)

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        """A pool whose connections report themselves when they connect."""
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        known = self._connections
        plain: Any = pool.ConnectionCls
        if not hasattr(plain, "reports_to_adapter"):

            class Reporting(plain):  # type: ignore[misc]
                reports_to_adapter = True

                def connect(self) -> None:
                    super().connect()
                    known.add(self)

            pool.ConnectionCls = Reporting
        return pool

    def cut(self) -> None:
        """Shut down all sockets."""
        for connection in list(self._connections):
            if connection.sock is not None:
                with suppress(OSError):
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
