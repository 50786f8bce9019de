"""What the checks know of the site: its settings, its connections, its secrets, and what earlier checks found.

Input: Airflow's connections and the settings. Output: :class:`Site`, shared by all checks of one diagnosis.
"""

from __future__ import annotations

import re
from typing import Any

from cmms.settings import API_CONNECTION, MYSQL_CONNECTION, SLACK_CONNECTION, SMTP_CONNECTION, Settings

CONNECTIONS = (API_CONNECTION, MYSQL_CONNECTION, SLACK_CONNECTION, SMTP_CONNECTION)
_OPEN_EXTRAS = frozenset(
    {"verify", "cert", "proxies", "timeout", "allow_redirects", "max_redirects", "stream", "trust_env", "charset",
     "cursor", "disable_ssl", "disable_tls", "from_email", "retry_limit", "ssl_context", "auth_type", "proxy",
     "read_timeout", "local_infile", "ssl_mode", "unix_socket", "headers"}
)  # fmt: skip
"""Extras of the connections that hold nothing secret as such; any other may be a header with a key in it."""
_SHORTEST_SECRET = 4
_USER_IN_URL = re.compile(r"(?<=://)[^/\s@:]+:[^/\s@]+@")


class Site:
    """The site as the diagnosis sees it. ``settings`` are the defaults until the settings have been read."""

    def __init__(self, *, sends_test: bool = False) -> None:
        self.sends_test = sends_test
        self.settings = Settings()
        self.pages: dict[str, Any] = {}
        """Result of each stream's first request."""
        self._connections: dict[str, Any] = {}

    def connection(self, connection_id: str) -> Any:
        """The Airflow connection, or None when it is not defined.

        Raises:
            Exception: of the secrets backend.
        """
        if connection_id not in self._connections:
            from airflow.sdk import BaseHook
            from airflow.sdk.exceptions import AirflowNotFoundException

            try:
                self._connections[connection_id] = BaseHook.get_connection(connection_id)
            except AirflowNotFoundException:
                self._connections[connection_id] = None
        return self._connections[connection_id]

    def redact(self, text: str) -> str:
        """The text without any secret of the connections that have been read."""
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        return _USER_IN_URL.sub("***@", text)

    def _secrets(self) -> set[str]:
        found: set[str] = set()
        for connection in self._connections.values():
            if connection is None:
                continue
            found.add(str(connection.password or ""))
            extras = connection.extra_dejson
            if not isinstance(extras, dict):
                continue
            found.update(str(value) for name, value in extras.items() if name not in _OPEN_EXTRAS)
            headers = extras.get("headers")
            found.update(str(value) for value in headers.values()) if isinstance(headers, dict) else None
        return {secret for secret in found if len(secret) >= _SHORTEST_SECRET and secret not in ("true", "True")}
