"""The processes of a running task: found by the id of the attempt that Airflow puts into their titles.

Input: the id of a task instance's attempt. Output: its supervisor and its task process, to be killed or stopped.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Worker:
    """Supervisor (the executor's worker process) and the process that it forked for the task."""

    supervisor: int
    task: int

    def kill(self) -> None:
        """Both at once: the machine or pod is gone. Nobody tells Airflow."""
        for pid in (self.supervisor, self.task):
            send(pid, signal.SIGKILL)

    def kill_task(self) -> None:
        """The task process only, as the kernel's out-of-memory killer does: the supervisor tells Airflow."""
        send(self.task, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """The supervisor only: the task goes on with nobody who watches it."""
        send(self.supervisor, signal.SIGKILL)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The machine sleeps, and goes on afterwards."""
        pids = (self.supervisor, self.task)
        for pid in pids:
            send(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                send(pid, signal.SIGCONT)

    @property
    def is_alive(self) -> bool:
        """Whether the task process is there."""
        return is_running(self.task)


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; a process that has ended meanwhile is no error."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie in the kernel's sense."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def find_worker(attempt_id: str) -> Worker | None:
    """The processes of an attempt; None until both are there."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            title = (entry / "cmdline").read_bytes().rstrip(b"\0").decode(errors="replace")
            if title.startswith("airflow worker -- ") and title.endswith(attempt_id):
                found["supervisor" if "LocalExecutor" in title else "task"] = int(entry.name)
    return Worker(**found) if len(found) == 2 else None


def find_processes(sessions: Collection[int]) -> list[int]:
    """Every process of these sessions: a program, and all that it started, also when it is gone itself.

    Airflow's workers write their title over their environment, and their tasks lead groups of their own: the session is
    what they keep.
    """
    pids = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
                if session in sessions and is_running(int(entry.name)):
                    pids.append(int(entry.name))
    return pids


def find_busy_workers(sessions: Collection[int]) -> list[int]:
    """Task processes among them."""
    busy = []
    for pid in find_processes(sessions):
        with suppress(OSError):
            title = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            if title.startswith("airflow worker -- ") and "LocalExecutor" not in title:
                busy.append(pid)
    return busy
