"""Receivers of alerts on loopback, on real sockets: an SMTP server and a Slack webhook that can fail.

with SmtpSink() as smtp, SlackSink() as slack:
    slack.mode = "500"
    ...
    smtp.messages, slack.bodies
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from aiosmtpd.controller import Controller

SlackMode = Literal["ok", "500", "429", "hang", "drip"]
SmtpMode = Literal["ok", "refuse"]


class SlackSink:
    """A Slack incoming webhook: answers 200 ``ok``, or as ``mode`` says; refuses connections when stopped."""

    def __init__(self) -> None:
        self.mode: SlackMode = "ok"
        self.retry_after = "30"
        self.bodies: list[dict[str, Any]] = []
        self.arrived_at: list[float] = []
        self.attempts = 0
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/T000/B000/slack-canary-secret"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(sink: SlackSink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.attempts += 1
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if sink.mode == "hang":
                sink.released.wait(30)
            elif sink.mode == "drip":
                self._drip()
            elif sink.mode == "500":
                self._answer(500, b"server_error")
            elif sink.mode == "429":
                self._answer(429, b"rate_limited", {"Retry-After": sink.retry_after})
            else:
                sink.bodies.append(json.loads(raw))
                sink.arrived_at.append(time.monotonic())
                self._answer(200, b"ok")

        def _drip(self) -> None:
            """A header byte now and then: no read ever times out."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not sink.released.wait(0.1):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class SmtpSink:
    """An SMTP server that keeps what it receives, or answers 554 to every message."""

    def __init__(self) -> None:
        self.mode: SmtpMode = "ok"
        self.messages: list[EmailMessage] = []
        self.attempts = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=_free_port())
        self.port: int = self._controller.port

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.attempts += 1
        if self.mode == "refuse":
            return "554 refused by policy"
        self.messages.append(BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.content))
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


class SilentServer:
    """Accepts connections and never says a word: what a hung SMTP server looks like."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


class HangsUp:
    """Takes calls and ends each at once with a reset; ``calls`` counts them."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._hang_up, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _hang_up(self) -> None:
        while True:
            try:
                call, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            call.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            call.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
