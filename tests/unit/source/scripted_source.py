"""A source on a real socket that answers request after request as a test says."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Scripted:
    """One answer: a body (JSON is written from anything but bytes), status and headers."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class ScriptedSource:
    """``targets`` are the request targets as they came over the wire, ``sent`` the headers of each."""

    def __init__(self, answers: Iterable[Scripted]) -> None:
        self.answers = list(answers)
        self.targets: list[str] = []
        self.sent: list[dict[str, str]] = []
        self.port = 0
        self.scheme = "http"

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


@contextmanager
def scripted(*answers: Scripted | Any, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedSource]:
    """Serve these answers in turn; the last one answers everything after it."""
    source = ScriptedSource(answer if isinstance(answer, Scripted) else Scripted(answer) for answer in answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            source.targets.append(self.path)
            source.sent.append(dict(self.headers.items()))
            answer = source.answers[min(len(source.targets), len(source.answers)) - 1]
            content = answer.content.replace(b"{base_url}", source.base_url.encode())
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value.replace("{base_url}", source.base_url))
            if answer.status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if answer.status != 204:
                self.wfile.write(content)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        source.scheme = "https"
    source.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield source
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
