"""Run the demo's programs together: start, watch, wait for, and stop them in reverse order.

Input: an environment and a folder for logs. Output: running programs; if one fails that should not, it is started
again where that was allowed, as a service manager would, else there is a sentence with the end of its log.
"""

from __future__ import annotations

import dataclasses
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


@dataclasses.dataclass
class _Program:
    process: subprocess.Popen[bytes]
    command: Sequence[str]
    environment: Mapping[str, str]
    restarts_left: int
    may_finish: bool


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
        self._programs: dict[str, _Program] = {}

    def __enter__(self) -> Programs:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ask all to end at once, then wait for each; another Ctrl-C or `make stop` must not cut this short."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self._programs:
            self._screen.say("Stopping ...")
        stop_processes([program.process for program in reversed(self._programs.values())])

    def start(self, name: str, command: Sequence[str], *, restarts: int = 0, **environment: str) -> None:
        """Start a program that shall run until the end.

        Args:
            name: Names the log, the record's entry and what is said of it.
            command: The program and its arguments.
            restarts: How often it is started again when it ends; with none, only a failure counts as an end.
            environment: What it gets beside what every program gets.
        """
        self._log_of(name).unlink(missing_ok=True)
        own = {**self._environment, **environment}
        self._programs[name] = _Program(self._launch(name, command, own), command, own, restarts, not restarts)

    def _launch(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        process = start_process(command, log=self._log_of(name), environment=environment, folder=REPOSITORY)
        self._record.add(name, process.pid)
        return process

    def finish(self, name: str) -> None:
        """Wait for a program that ends by itself.

        Raises:
            BootstrapError: when it fails; carries the end of its log.
        """
        if self._programs[name].process.wait() != 0:
            raise BootstrapError(self._describe_end(name))
        del self._programs[name]

    def check(self) -> None:
        """Start again what has failed; raise a sentence when that was not allowed or did not help.

        Raises:
            BootstrapError: names the program; carries the end of its log.
        """
        for name, program in self._programs.items():
            code = program.process.poll()
            if code is None or (code == 0 and program.may_finish):
                continue
            if not program.restarts_left:
                raise BootstrapError(self._describe_end(name))
            self._screen.say(f"{name} ended with code {code}; starting it again. Why: {self._log_of(name)}")
            stop_processes([program.process])  # its children
            program.restarts_left -= 1
            program.process = self._launch(name, program.command, program.environment)

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
        log = self._log_of(name)
        lines = log.read_text(errors="replace").splitlines()[-15:]
        code = self._programs[name].process.returncode
        return f"{name} ended with code {code}. The end of {log}:\n" + "\n".join(lines)

    def _log_of(self, name: str) -> Path:
        return self._logs / f"{name}.log"


def program_of_venv(name: str) -> str:
    """Return the path of a program beside the Python that runs this."""
    return str(Path(sys.executable).parent / name)
