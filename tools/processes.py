"""Start processes that cannot be forgotten, and end exactly those: by process id, never by name.

Input: commands. Output: processes in a group of their own, told to end when their parent dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def start_process(
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own, its output appended to `log`.

    The group keeps a Ctrl-C in the terminal from the process, so that its parent stops everything in
    order. Should the parent be killed, the kernel sends it SIGTERM (`setpriv`, part of every Debian).
    The signal follows the *thread* that started it: start from the main thread.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
        )


def stop_processes(processes: Sequence[subprocess.Popen[bytes]], *, timeout_seconds: float = 10) -> None:
    """End processes and their groups, ever more firmly: SIGTERM to each, to its group, then SIGKILL.

    The process comes first because it knows how to end its children: executor workers that get the signal
    too die with the lock of their queue, and Airflow's scheduler then waits for ever.
    """
    for process in processes:
        process.terminate()
    _wait_for_all(processes, timeout_seconds)
    for process in processes:
        if process.poll() is None:
            signal_group(process.pid, signal.SIGTERM)
    _wait_for_all(processes, timeout_seconds / 2)
    for process in processes:
        signal_group(process.pid, signal.SIGKILL)  # a leader that has ended may have left children
        process.wait()


def _wait_for_all(processes: Sequence[subprocess.Popen[bytes]], timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; a group that is gone already is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def read_start_time(pid: int) -> str | None:
    """Return the kernel's start time of a process (in clock ticks since boot), None when it is gone.

    Process ids are reused; the pair of id and start time is not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name in parentheses may hold spaces
    return None if fields[0] == "Z" else fields[19]


def is_alive(pid: int, start_time: str | None) -> bool:
    """Say whether the very process that was seen with this id and start time still runs."""
    return start_time is not None and read_start_time(pid) == start_time


def find_marked(mark: Mapping[str, str]) -> list[int]:
    """Return the ids of all other processes that have this variable in their environment.

    Every child inherits it: whatever a program of ours has started is found, also after the program itself has ended.
    """
    wanted = {f"{name}={value}".encode() for name, value in mark.items()}
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # gone meanwhile, or another user's
            if wanted <= set((folder / "environ").read_bytes().split(b"\0")) and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def stop_marked(mark: Mapping[str, str], *, timeout_seconds: float = 10) -> int:
    """End every process that has the variable: SIGTERM, then SIGKILL; return how many there were."""
    first = found = find_marked(mark)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + timeout_seconds
        while (found := find_marked(mark)) and time.monotonic() < deadline:
            time.sleep(0.1)
    return len(first)


class ProcessRecord:
    """A file with the processes that one program started, so that its next start can end leftovers."""

    def __init__(self, path: Path) -> None:
        """Use `path` for the record; nothing is read or written yet."""
        self.path = path

    def add(self, name: str, pid: int) -> None:
        """Remember a process that was just started."""
        entries = {**self._read(), name: {"pid": pid, "start_time": read_start_time(pid)}}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = self.path.with_suffix(".new")
        whole.write_text(json.dumps(entries, indent=1))
        whole.replace(self.path)  # a reader never sees half of it

    def find_alive(self) -> dict[str, int]:
        """Return name and process id of every remembered process that still runs."""
        return {
            name: int(str(entry["pid"]))
            for name, entry in self._read().items()
            if is_alive(int(str(entry["pid"])), entry["start_time"])
        }

    def stop_all(self, *, timeout_seconds: float = 15) -> list[str]:
        """End every remembered process that still runs, with its group; return their names."""
        alive = self.find_alive()
        for pid in alive.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + timeout_seconds
        while self.find_alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in alive.values():
            signal_group(pid, signal.SIGKILL)  # a leader that has ended may have left children
        self.path.unlink(missing_ok=True)
        return list(alive)

    def clear(self) -> None:
        """Forget everything."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, dict[str, str | None]]:
        try:
            entries: dict[str, dict[str, str | None]] = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return entries


def stop_leftovers(record: ProcessRecord, mark: Mapping[str, str]) -> list[str]:
    """End what the record names, then whatever else carries the mark; return what to call them."""
    left = record.stop_all()
    others = stop_marked(mark)
    return [*left, f"other processes ({others})"] if others else left
