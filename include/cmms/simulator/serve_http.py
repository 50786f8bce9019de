"""The HTTP server under the simulator: real sockets, HTTP/1.1 keep-alive, and broken transport on demand.

Input: a function from `Request` to `Answer`. Output: bytes on sockets; counts of connections.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cmms.simulator.answers import Answer

_LARGEST_REQUEST = 64_000_000
_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are in lower case."""

    method: str
    path: str
    parameters: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    connection: int


class HttpServer(TCPServer):
    """A thread per connection; `stop` ends all of them, also those that are asleep in a fault."""

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, host: str, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.stopping = threading.Event()
        self.connections = 0
        self._open: dict[int, socket.socket] = {}
        self._threads: dict[int, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__((host, port), BaseHTTPRequestHandler)  # handlers are made in _handle

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in its own thread."""
        with self._lock:
            self.connections += 1
            number = self.connections
            self._open[number] = request
            thread = threading.Thread(
                target=self._handle,
                args=(number, request, client_address),
                name=f"simulator-{number}",
                daemon=True,
            )
            self._threads[number] = thread
        thread.start()

    def stop(self) -> None:
        """End serving, close every connection, wait for the threads."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            sockets, threads = list(self._open.values()), list(self._threads.values())
        for open_socket in sockets:
            with contextlib.suppress(OSError):  # closed in the meantime
                open_socket.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=5)

    def _handle(self, number: int, request: socket.socket, client_address: Any) -> None:
        try:
            _Handler(request, client_address, self, number)
        except (ConnectionError, TimeoutError):
            pass  # the client went away: that is its right
        except Exception as error:  # a bug of the simulator must be seen, but must not end it
            print(f"simulator: {type(error).__name__}: {error}", file=sys.stderr)
        finally:
            with self._lock:
                self._open.pop(number, None)
                self._threads.pop(number, None)
            if not _is_closed(request):
                self.shutdown_request(request)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "cmms-simulator"
    disable_nagle_algorithm = True
    server: HttpServer

    def __init__(self, request: socket.socket, client_address: Any, server: HttpServer, number: int) -> None:
        self._number = number
        super().__init__(request, client_address, server)

    def _respond(self) -> None:
        if (length := self._body_length()) is None:
            self.close_connection = True
            self._send(Answer(413, b'{"error":"body too large or without length"}'))
            return
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            parameters=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            connection=self._number,
        )
        self._send(self.server.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _respond  # noqa: N815

    def _body_length(self) -> int | None:
        text = self.headers.get("Content-Length", "0")
        if not text.isdigit() or int(text) > _LARGEST_REQUEST or "Transfer-Encoding" in self.headers:
            return None
        return int(text)

    def _send(self, answer: Answer) -> None:
        transport = answer.transport
        if transport.latency_seconds:
            self.server.stopping.wait(transport.latency_seconds)
        if self.server.stopping.is_set() or transport.answerless:
            self._end(reset=transport.reset)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body) + transport.length_delta))
        self.end_headers()
        if self.command == "HEAD" or answer.status == 304:
            return
        body = answer.body if transport.keep is None else answer.body[: int(len(answer.body) * transport.keep)]
        if transport.bytes_per_second is None:
            self.wfile.write(body)
        else:
            self._drip(body, transport.bytes_per_second)
        if transport.keep is not None:
            self._end(reset=transport.reset)
        elif transport.close_after:
            self.close_connection = True

    def _drip(self, body: bytes, bytes_per_second: int) -> None:
        step = max(1, int(bytes_per_second * _DRIP_SECONDS))
        pause = step / bytes_per_second
        for start in range(0, len(body), step):
            self.wfile.write(body[start : start + step])
            if self.server.stopping.wait(pause):
                return

    def _end(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            # The bytes already sent need a moment to arrive: RST would overtake them.
            # Then linger 0 makes the close an RST, not a FIN.
            time.sleep(0.02)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def finish(self) -> None:
        """Close the streams; the socket may already be gone."""
        with contextlib.suppress(OSError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class calls it so
        """Keep quiet: the request log of the simulator has it all."""


def _is_closed(connection: socket.socket) -> bool:
    return connection.fileno() == -1
