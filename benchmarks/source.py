"""The simulator in a process of its own, its pages rendered beforehand: the API costs the engine only the download."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

TOKEN = "bench-token"


@contextmanager
def start_source(
    machines: int, defect_rate: float, first_day: date, days: int, *, plants: int | None = None
) -> Iterator[str]:
    """Run ``python -m cmms simulate``; yields its URL."""
    command = [sys.executable, "-m", "cmms", "simulate", "--port", "0", "--equipment", str(machines)]
    command += ["--defect-rate", str(defect_rate), "--days", str(days), "--first-day", first_day.isoformat()]
    if plants is not None:
        command += ["--plants", str(plants)]
    for number in range(days):
        command += ["--prepare", (first_day + timedelta(days=number)).isoformat()]
    environment = {**os.environ, "CMMS_SIMULATOR_TOKEN": TOKEN}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if " at http://" not in line:
            raise RuntimeError(f"the simulator did not start: {line!r}")
        yield line.split(" at ")[1].split()[0]
    finally:
        process.terminate()
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()
