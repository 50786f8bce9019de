"""A reverse proxy on loopback that rewrites ``Host``, as many in front of real sites do. Answers stream through unchanged."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65_536


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    upstream = 0


class _Exchange(socketserver.StreamRequestHandler):
    """One request and its answer on a connection of their own."""

    server: _Server

    def handle(self) -> None:
        """Pass the request on with another Host, then whatever comes back."""
        head = [self.rfile.readline()]
        while (line := self.rfile.readline()).strip():
            if not line.lower().startswith((b"host:", b"connection:")):
                head.append(line)
        if not head[0]:
            return
        sizes = [int(line.partition(b":")[2]) for line in head if line.lower().startswith(b"content-length:")]
        head += [b"Host: 127.0.0.1:%d\r\n" % self.server.upstream, b"Connection: close\r\n", b"\r\n"]
        inner = b"//127.0.0.1:%d/" % self.server.upstream
        outer = b"//localhost:%d/" % self.server.server_address[1]  # as nginx's proxy_redirect does by itself
        with socket.create_connection(("127.0.0.1", self.server.upstream)) as upstream:
            upstream.sendall(b"".join(head) + self.rfile.read(sum(sizes)))
            answer = upstream.makefile("rb")
            while (line := answer.readline()) not in (b"\r\n", b""):
                self.wfile.write(line.replace(inner, outer) if line.lower().startswith(b"location:") else line)
            self.wfile.write(line)
            while chunk := answer.read1(_CHUNK):
                self.wfile.write(chunk)

    def finish(self) -> None:
        """A browser that has gone away is no error."""
        try:
            super().finish()
        except OSError:
            return


def _ignore_broken_connection(*_: object) -> None:
    return


@contextmanager
def rewriting_proxy(upstream: int, port: int) -> Iterator[None]:
    """Serve on ``localhost`` until the end of the block."""
    with _Server(("127.0.0.1", port), _Exchange) as server:
        server.upstream = upstream
        server.handle_error = _ignore_broken_connection  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
