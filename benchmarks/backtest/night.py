"""A night of 100,000 machines: rates, bands and back-test of all of them, with the time and the memory it takes.

Input: nothing. Output: machines, seconds, processor_seconds, peak_mib, of a process of its own, so that its peak memory
is its own too.
The machines are made up in that process, chunk by chunk; making them does not count in the time.
"""

from __future__ import annotations

import multiprocessing
import re
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

MACHINES = 100_000
_EACH = 715


def measure_night(machines: int = MACHINES) -> dict[str, Any]:
    """Measure a night.

    Raises:
        RuntimeError: the process ended without a result.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, machines))
    process.start()
    sender.close()
    try:
        result: dict[str, Any] = receiver.recv()
    except EOFError:
        raise RuntimeError("the night ended without a result") from None
    finally:
        process.join()
    return result


def _run(sender: Connection, machines: int) -> None:
    import numpy as np

    from benchmarks.backtest.synthetic import KINDS, make_fleet
    from cmms.maintenance.forecast.forecast_night import Night
    from cmms.maintenance.forecast.histories import Histories
    from cmms.maintenance.forecast.rate_rules import STALE_DAYS
    from cmms.maintenance.forecast.rates import RateSettings

    night, seconds, processor, done = Night(), 0.0, 0.0, 0
    size = _EACH * len(KINDS)
    while done < machines:
        life = make_fleet(_EACH, seed=done).read
        started, busy = time.perf_counter(), time.process_time()
        night.add(
            Histories(life),
            RateSettings.usual(size, stale_days=STALE_DAYS),
            np.full(size, np.nan),
            machine=np.arange(done, done + size),
        )
        seconds, processor = seconds + time.perf_counter() - started, processor + time.process_time() - busy
        done += size
    started, busy = time.perf_counter(), time.process_time()
    night.finish()
    seconds, processor = seconds + time.perf_counter() - started, processor + time.process_time() - busy
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    sender.send(
        {
            "machines": done,
            "seconds": round(seconds, 1),
            "processor_seconds": round(processor, 1),
            "peak_mib": int(found[1]) // 1024,
        }
    )
