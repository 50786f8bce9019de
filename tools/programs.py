"""Run the demo's programs together: start, watch, wait for, and stop them in reverse order.

Input: an environment and a folder for logs. Output: running programs; if one ends that should not, a sentence
with the end of its log.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx
from rich.console import Console

from tools.processes import ProcessRecord, start_process, stop_processes
from tools.state_folder import REPOSITORY, BootstrapError

_READY_TIMEOUT_SECONDS = 180.0


class Screen:
    """What the person at the terminal sees: a line an event, with the seconds since the start."""

    def __init__(self) -> None:
        """Start counting."""
        self.console = Console(highlight=False, soft_wrap=True)
        self._started_at = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(f"[{time.monotonic() - self._started_at:5.1f} s] {text}", markup=False)


class Programs:
    """A context that owns programs; leaving it stops every one of them."""

    def __init__(self, environment: Mapping[str, str], logs: Path, record: ProcessRecord, screen: Screen) -> None:
        """Describe the set; `start` adds to it.

        Args:
            environment: What every program gets.
            logs: Folder with a log file per program, new at each start.
            record: Where process ids are noted for the case that we are killed.
            screen: Shows what is waited for.
        """
        self._environment = environment
        self._logs = logs
        self._record = record
        self._screen = screen
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Programs:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ask all to end at once, then wait for each; another Ctrl-C must not cut this short."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self._processes:
            self._screen.say("Stopping ...")
        stop_processes(list(reversed(self._processes.values())))

    def start(self, name: str, command: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
        """Start a program that shall run until the end."""
        log = self._logs / f"{name}.log"
        log.unlink(missing_ok=True)
        process = start_process(command, log=log, environment={**self._environment, **environment}, folder=REPOSITORY)
        self._processes[name] = process
        self._record.add(name, process.pid)
        return process

    def finish(self, name: str) -> None:
        """Wait for a program that ends by itself.

        Raises:
            BootstrapError: when it fails; carries the end of its log.
        """
        process = self._processes[name]
        if process.wait() != 0:
            raise BootstrapError(self._describe_end(name))
        del self._processes[name]

    def check(self) -> None:
        """Raise a sentence when a program has failed that should run."""
        for name, process in self._processes.items():
            if process.poll():
                raise BootstrapError(self._describe_end(name))

    def wait(self, what: str, is_ready: Callable[[], bool]) -> None:
        """Ask `is_ready` until it says so; a refused or failed HTTP call means not yet.

        Raises:
            BootstrapError: when a program fails meanwhile, or after three minutes.
        """
        deadline = time.monotonic() + _READY_TIMEOUT_SECONDS
        with self._screen.console.status(f"Waiting for {what} ..."):
            while time.monotonic() < deadline:
                self.check()
                try:
                    if is_ready():
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.3)
        raise BootstrapError(f"Waited {_READY_TIMEOUT_SECONDS:.0f} s for {what}; see the logs in {self._logs}")

    def _describe_end(self, name: str) -> str:
        log = self._logs / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-15:]
        code = self._processes[name].returncode
        return f"{name} ended with code {code}. The end of {log}:\n" + "\n".join(lines)


def program_of_venv(name: str) -> str:
    """Return the path of a program beside the Python that runs this."""
    return str(Path(sys.executable).parent / name)
