"""A giant body is received, unpacked and landed with little memory."""

import subprocess
import sys

import pytest

from cmms.simulator.config import SimulatorConfig
from cmms.simulator.faults import Fault
from cmms.simulator.simulator import Simulator

# In a process of its own: the simulator holds the body that the client must not hold.
PROGRAM = """
import resource, sys
from cmms.api.connection import ApiConnection
from cmms.settings import parse_settings
from cmms.storage import Storage
from cmms.sync.fetch_pages import fetch_batch
from cmms.sync.plan_requests import plan_batches
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
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
manifest = fetch()
print(manifest.records, calls[-1].bytes_body, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
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
