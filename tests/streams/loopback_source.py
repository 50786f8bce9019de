"""A source on this machine: each path answers with the list of records that is put there."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def serve() -> Iterator[dict[str, list[Any]]]:
    """Serve, and name the source by ``AIRFLOW_CONN_CMMS_API``; gives path -> records."""
    records: dict[str, list[Any]] = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            found = records[urlsplit(self.path).path]
            body = json.dumps({"data": found, "meta": {"total": len(found), "last_page": 1}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ["AIRFLOW_CONN_CMMS_API"] = json.dumps({"conn_type": "http", "host": host, "password": "t0ken"})
    try:
        yield records
    finally:
        server.shutdown()
        server.server_close()
