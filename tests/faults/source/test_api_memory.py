"""A giant body, and a source that never ends, are received, unpacked and landed with little memory."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cmms.simulator.config import SimulatorConfig
from cmms.simulator.faults import Fault
from cmms.simulator.simulator import Simulator

# In a process of its own: the simulator holds the body that the client must not hold.
PROGRAM = """
import sys
from cmms.source.connection import ApiConnection
from cmms.settings import parse_settings
from cmms.storage import Storage
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Scope

settings = parse_settings({"storage": {"base_path": sys.argv[2]}})
[batch] = plan_batches(settings, Scope("equipment"))
calls = []

def fetch():
    return fetch_batch(
        settings, "equipment", batch, sync_log_id=1, storage=Storage(settings.storage), call_log=calls.append,
        connection=ApiConnection(sys.argv[1], password="demo-token"),
    )

fetch()
before = int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])
manifest = fetch()
print(manifest.records, calls[-1].bytes_body, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) - before)
"""


@pytest.mark.feature("MEM-02")
@pytest.mark.parametrize(
    ("fault", "records"),
    [(Fault("oversize", megabytes=200, nth=2), 23), (Fault("gzip_bomb", megabytes=200, nth=2), 0)],
    ids=["plain", "compressed"],
)
def test_200_megabytes_are_never_in_memory_as_a_whole(tmp_path, fault, records):
    with Simulator(SimulatorConfig(equipment=23, defect_rate=0)) as simulator:
        simulator.inject(fault)
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM, simulator.base_url, str(tmp_path)],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert result.returncode == 0, result.stderr
    landed, body_bytes, growth_kib = map(int, result.stdout.split())
    assert landed == records
    assert body_bytes > 200_000_000
    assert growth_kib < 64 * 1024


class _Endless(BaseHTTPRequestHandler):
    """Pages that never end: each has a cursor to the next, and other records than the one before."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        number = int(parse_qs(urlsplit(self.path).query).get("cursor", ["0"])[0])
        records = [{"EQUNR": f"{number}-{row}", "EQKTU": "x" * 200} for row in range(1000)]
        body = json.dumps({"data": records, "meta": {"next_cursor": str(number + 1)}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ENDLESS_PROGRAM = """
import sys
from cmms.source.connection import ApiConnection
from cmms.errors import IncompleteFetch
from cmms.settings import parse_settings
from cmms.storage import Storage
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Scope

def fetch(pages):
    api = {"gzip": False, "pagination": {"style": "cursor", "total_path": None, "last_page_path": None, "max_pages": pages}}
    settings = parse_settings({"storage": {"base_path": sys.argv[2]}, "api": api})
    [batch] = plan_batches(settings, Scope("equipment"))
    calls = []
    try:
        fetch_batch(
            settings, "equipment", batch, sync_log_id=1, storage=Storage(settings.storage), call_log=calls.append,
            connection=ApiConnection(sys.argv[1], password="demo-token"),
        )
    except IncompleteFetch as error:
        print(error)
    return sum(call.bytes_body for call in calls)

fetch(10)
before = int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])
fetched = fetch(300)
print(fetched, int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0]) - before)
"""


@pytest.mark.feature("MEM-03")
def test_a_source_that_never_ends_is_left_at_the_page_limit_with_no_more_memory_than_a_few_pages(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        result = subprocess.run(
            [sys.executable, "-c", ENDLESS_PROGRAM, f"http://127.0.0.1:{server.server_port}", str(tmp_path)],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
    assert result.returncode == 0, result.stderr
    first, second, last = result.stdout.splitlines()
    assert "max_pages = 10" in first
    assert "max_pages = 300" in second
    fetched_bytes, growth_kib = map(int, last.split())
    assert fetched_bytes > 60_000_000
    assert growth_kib < 12 * 1024
