"""Why does a server not answer? Input: host and port. Output: the first step that fails, in plain words.

Asked after a connection has failed: name, port, and what the server says first are tried one by one.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

CONNECT_SECONDS = 5.0
"""For each address of a host."""
LISTEN_SECONDS = 3.0
"""How long a server that speaks first may be silent."""


@dataclass(frozen=True)
class Obstacle:
    """What is in the way, and what to do about it."""

    found: str
    remedy: str


def find_obstacle(host: str, port: int) -> Obstacle | None:
    """Resolve the name and connect; None when both work."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return Obstacle(
            f"the name {host} cannot be resolved", "Correct the host in the connection, or add the name to the DNS."
        )
    try:
        socket.create_connection((host, port), timeout=CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        return Obstacle(
            f"{host} refuses connections on port {port}",
            "Start the server, or correct the port in the connection.",
        )
    except TimeoutError:
        return Obstacle(
            f"{host} does not answer on port {port}",
            "Open the port in the firewalls between this machine and the server, or correct the host.",
        )
    except OSError as error:
        return Obstacle(
            f"{host}, port {port}: {error.strerror or type(error).__name__}",
            "Correct host and port in the connection, and look at the network of this machine.",
        )
    return None


def read_greeting(host: str, port: int) -> bytes | None:
    """What a server says before it is asked, at most 200 bytes; None when it stays silent."""
    try:
        with socket.create_connection((host, port), timeout=CONNECT_SECONDS) as connection:
            connection.settimeout(LISTEN_SECONDS)
            return connection.recv(200)
    except OSError:
        return None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself, so that nobody listens on the way."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
