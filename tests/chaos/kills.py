"""What is killed: workers, programs and servers, at any moment or, by a lock that holds it there, in the middle of a step.

Input: the site and what happens in it (:class:`~tests.chaos.actions.Actions`). Output: lines in the journal, and repairs
that are due later.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import MySQLdb
import psutil

from tests.airflow.hold_steps import BARRIERS, Barrier, locked
from tests.airflow.worker_processes import Worker, find_busy_workers, send
from tests.chaos.actions import Actions, sync_days
from tests.sync.site import Site

KILLS = (
    "worker killed",
    "task process killed, supervisor not",
    "supervisor killed, task process not",
    "worker put to sleep past its heartbeat, then awake again",
    "scheduler killed",
    "database server killed",
    "Airflow's API server killed",
    "source API killed",
    "command-line sync or replay killed",
)
BACKFILL_THROUGH = "days of an Airflow backfill synced to the end"
_STEPS = ("merge", "merge", "open_run", "plan_requests", "close_run")
_HOLD_SECONDS = 60.0
"""The command line alone needs half of it on a busy machine."""
_MERGE_BEGINS = Barrier(
    "SELECT version FROM sync_reference_version WHERE id = 1 FOR UPDATE", "FROM sync_reference_version WHERE id = 1 FOR"
)
_MARKER = Barrier("SELECT id FROM sync_units WHERE merged_at IS NULL FOR UPDATE", "merged_at = UTC_TIMESTAMP")
"""The marker is a merge's last statement but for events: all rows are written, nothing is committed."""
_MARKER_SECONDS = 4.0
_STRIKES = ("both", "task", "supervisor", "sleep")


class Chaos(Actions):
    """All actions, kills among them. ``end`` ends it."""

    _strikes: tuple[str, ...] = ()

    def kill_worker(self) -> None:
        """Some task that is at work just now."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            if pids := find_busy_workers(self.site.sessions) or self._at_work():
                time.sleep(self.rng.uniform(0, 2))
                self._strike(self.rng.choice(pids), "")
                return
            time.sleep(0.1)
        self.journal.say("kill_worker: nobody is at work")

    def kill_in_step(self) -> None:
        """A step in the middle of its work: a lock keeps it there. Its worker is killed, or the database under it."""
        step = self.rng.choice(_STEPS)
        if self.is_broken("database"):
            return
        self._send_somebody_to(step)
        with suppress(MySQLdb.Error), self._held(step) as barrier:  # the lock is lost with the server
            time.sleep(self.rng.uniform(0, 1.5))  # readers look meanwhile
            pids = self._waiting(barrier)
            if not pids:
                self.journal.say(f"kill_in_step: nobody came to {step}")
                return
            if self.rng.random() < 0.3:
                self.kill_database(f" in the middle of {step}")
            else:
                self._strike(self.rng.choice(pids), f" in the middle of {step}")
            time.sleep(self.rng.uniform(0, 1.5))

    def _send_somebody_to(self, step: str) -> None:
        """A merge needs something to write: a day that has just been corrected."""
        if step != "merge":
            self.command_line_sync()
            return
        day = self.rng.choice(self.source.days)
        self.revise(day)
        self.start_command(sync_days(day, day))

    @contextmanager
    def _held(self, step: str) -> Iterator[Barrier]:
        """The step waits in here, if anybody came to it in time; the lock that it waits for.

        A merge is stopped at its first statement, when nothing of its run but itself writes to sync_units any more. Only
        then is the marker's row locked (with the rows before it, no gaps: others may plan), and the merge let go on.
        """
        with ExitStack() as stack:
            if step != "merge":
                self._lock(stack, BARRIERS[step])
                self._wait_for(BARRIERS[step], _HOLD_SECONDS)
                yield BARRIERS[step]
                return
            deadline = time.monotonic() + _HOLD_SECONDS
            while (left := deadline - time.monotonic()) > 0:
                stack.close()
                with ExitStack() as beginning:
                    self._lock(beginning, _MERGE_BEGINS)
                    if self._wait_for(_MERGE_BEGINS, left):
                        self._lock(stack, _MARKER)
                if self._wait_for(_MARKER, _MARKER_SECONDS):  # not if its verdict is stale: it is judged again first
                    break
            yield _MARKER

    def _lock(self, stack: ExitStack, barrier: Barrier) -> None:
        connection = stack.enter_context(self.site.session())
        if barrier is _MARKER:
            connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        stack.enter_context(locked(connection, barrier))

    def _wait_for(self, barrier: Barrier, seconds: float) -> list[int]:
        deadline = time.monotonic() + seconds
        while not (pids := self._waiting(barrier)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return pids

    def _waiting(self, barrier: Barrier) -> list[int]:
        """Processes that are alive and in the statement that the lock holds up, as the server's process list says."""
        rows = self.site.query("SELECT host, info FROM information_schema.processlist")
        ports = {int(row["host"].rpartition(":")[2]) for row in rows if barrier.waits in (row["info"] or "")}
        return [pid for pid in self._at_work() if ports & _local_ports(pid)] if ports else []

    def _at_work(self) -> list[int]:
        return [*find_busy_workers(self.site.sessions), *self.commands]

    def _strike(self, pid: int, where: str) -> None:
        if pid in self.commands:
            send(pid, signal.SIGKILL)
            self.journal.done("command-line sync or replay killed", f"{pid}{where}")
        else:
            self._strike_worker(pid, where)
        if where:
            self.journal.count(f"... {where.strip()}")

    def _strike_worker(self, pid: int, where: str) -> None:
        worker, name = Worker(psutil.Process(pid).ppid(), pid), self._name_of(pid)
        if not self._strikes:
            self._strikes = tuple(self.rng.sample(_STRIKES, len(_STRIKES)))  # each in turn: none is left out for long
        kind, *rest = self._strikes
        self._strikes = tuple(rest)
        if kind == "both":
            worker.kill()
            self.journal.done("worker killed", name + where)
        elif kind == "task":
            worker.kill_task()
            self.journal.done("task process killed, supervisor not", name + where)
        elif kind == "supervisor":
            worker.kill_supervisor()
            self.journal.done("supervisor killed, task process not", name + where)
        else:
            asleep = worker.stopped()
            asleep.__enter__()
            self.repair_later("asleep", (12, 25), lambda: asleep.__exit__(None, None, None))
            self.journal.done("worker put to sleep past its heartbeat, then awake again", name + where)

    def _name_of(self, pid: int) -> str:
        """Of a task process: which task it works on."""
        words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode(errors="replace").split()
        if not words:  # it has ended, and nobody has asked for its exit code yet
            raise psutil.NoSuchProcess(pid)
        attempt = words[-1]
        metadata = Site(self.source.simulator, self.site.metadata, self.site.folder)
        rows = metadata.query(
            "SELECT dag_id, task_id, try_number FROM task_instance WHERE REPLACE(id, '-', '') = %s",
            attempt.replace("-", ""),
        )
        return " ".join(str(value) for value in rows[0].values()) if rows else "a task of before"

    def kill_scheduler(self) -> None:
        """Its main process; workers go on."""
        if not self.is_broken("scheduler"):
            self.site.kill_scheduler()
            self.repair_later("scheduler", (1, 6), self.site.start_scheduler)
            self.journal.done("scheduler killed")

    def kill_database(self, where: str = "") -> None:
        """The CMMS's; Airflow's own metadata lies elsewhere."""
        if not self.is_broken("database"):
            self.server.kill()
            self.repair_later("database", (0.5, 6), self.server.start)
            self.journal.done("database server killed", where)
            if where:
                self.journal.count(f"... {where.strip()}")

    def kill_airflow_api(self) -> None:
        """Workers talk to it: they have to wait until it is back."""
        if not self.is_broken("Airflow's API"):
            program = self.site.programs["api-server"]
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            self.repair_later("Airflow's API", (0.5, 3), lambda: self.site.start("api-server", "--workers", "1"))
            self.journal.done("Airflow's API server killed")

    def end(self) -> None:
        """No more faults: everything is started again, awake and whole."""
        self.repair(everything=True)
        self.source.simulator.clear_faults()
        self.source.complete()


def _local_ports(pid: int) -> set[int]:
    with suppress(psutil.Error):
        return {socket.laddr.port for socket in psutil.Process(pid).net_connections("tcp")}
    return set()
