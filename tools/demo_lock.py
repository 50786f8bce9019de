"""One demo at a time: a lock that says who holds it, so that `make stop` can ask that demo to end.

Input: the state folder. Output: the lock, held; or the demo that held it, ended whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from io import TextIOWrapper

from tools.processes import is_alive, read_start_time
from tools.state_folder import BootstrapError, find_state_folder

_LOCK = "demo.lock"
_STOP_SECONDS = 120.0  # a database with much to write takes up to a minute


@contextlib.contextmanager
def hold_only_demo() -> Iterator[None]:
    """Refuse to run beside another demo of this repository: they would share folders and ports.

    Raises:
        BootstrapError: another demo runs.
    """
    with (find_state_folder() / _LOCK).open("a+") as handle:
        if not _take(handle):
            raise BootstrapError(
                "A demo of this repository is running already; Ctrl-C in its terminal, or `make stop` here, ends it."
            )
        handle.truncate(0)
        handle.write(f"{os.getpid()} {read_start_time(os.getpid())}")
        handle.flush()
        yield


def stop_running_demo() -> bool:
    """Ask the demo that holds the lock to end, and wait until it has; return whether there was one.

    Raises:
        BootstrapError: it does not end.
    """
    with (find_state_folder() / _LOCK).open("a+") as handle:
        if _take(handle):
            return False
        deadline = time.monotonic() + _STOP_SECONDS
        asked: tuple[int, str] | None = None
        while time.monotonic() < deadline:
            holder = _read_holder(handle)
            if holder and holder != asked and is_alive(*holder):
                os.kill(holder[0], signal.SIGTERM)
                asked = holder
            if _take(handle):
                return True
            time.sleep(0.1)
    who = f" (process {asked[0]})" if asked else ""
    raise BootstrapError(f"The running demo{who} has not ended after {_STOP_SECONDS:.0f} s.")


def _take(handle: TextIOWrapper) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _read_holder(handle: TextIOWrapper) -> tuple[int, str] | None:
    """Process id and start time; None in the moment before the holder has written them."""
    handle.seek(0)
    pid, _, start_time = handle.read().partition(" ")
    return (int(pid), start_time) if pid.isdigit() and start_time else None
