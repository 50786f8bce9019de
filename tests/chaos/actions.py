"""What happens to the site: syncs are started, the source changes and fails, processes are killed and started again.

Input: a site, a source, a random generator. Output: lines in the journal. A shuffled deck of cards is dealt again and
again, so every kind of action comes in every round; when, and to whom, is drawn by lot. Everything runs in the caller's
thread: the kernel ends the programs that a thread has started together with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import MySQLdb
import psutil

from cmms.simulator import Fault
from tests.airflow.airflow_site import AirflowSite
from tests.airflow.dag_files import DUE
from tests.airflow.hold_steps import BARRIERS, Barrier, locked
from tests.airflow.worker_processes import Worker, find_busy_workers, send
from tests.chaos.changing_source import ChangingSource
from tests.chaos.journal import Journal
from tests.chaos.people import AWAY
from tests.sync.site import Site
from tools.database_server import PrivateServer
from tools.processes import start_process
from tools.state_folder import REPOSITORY

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
_DECK = {
    "sync_equipment": 3,
    "sync_day": 4,
    "sync_range": 2,
    "backfill": 1,
    "command_line_sync": 4,
    "watchdog": 1,
    "revise_day": 4,
    "revise_equipment": 2,
    "shrink_equipment": 1,
    "break_source": 3,
    "break_slack": 1,
    "kill_worker": 3,
    "kill_in_step": 4,
    "kill_scheduler": 1,
    "kill_database": 1,
    "kill_airflow_api": 1,
    "kill_source": 1,
}
_FAULTS = (
    Fault("status", status=500, times=6),
    Fault("status", status=503, retry_after=1, times=2),
    Fault("latency", seconds=3.0, times=3),
    Fault("drip", bytes_per_second=4000, times=2),
    Fault("truncated_body", times=2),
    Fault("truncated_gzip", times=2),
    Fault("reset", times=2),
    Fault("invalid_json", times=1),
    Fault("html", times=1),
    Fault("total_mismatch", times=3),
    Fault("repeated_page", page=2, times=2),
    Fault("rows_shift", times=4),
    Fault("remove_field", field="EQUNR", times=3),
)
_STEPS = ("merge", "merge", "open_run", "plan_requests", "close_run")
_HOLD_SECONDS = 60.0
"""The command line alone needs half of it on a busy machine."""
_MERGE_BEGINS = Barrier(
    "SELECT version FROM sync_reference_version WHERE id = 1 FOR UPDATE", "FROM sync_reference_version WHERE id = 1 FOR"
)
_MARKER = Barrier("SELECT id FROM sync_units WHERE merged_at IS NULL FOR UPDATE", "merged_at = UTC_TIMESTAMP")
"""The marker is a merge's last statement but for events: all rows are written, nothing is committed."""
_MARKER_SECONDS = 4.0
_MOST_COMMANDS = 2


class Chaos:
    """Deals the cards. ``repair_all`` ends it."""

    def __init__(
        self, site: AirflowSite, source: ChangingSource, server: PrivateServer, journal: Journal, rng: Random
    ) -> None:
        self.site, self.source, self.journal, self.rng = site, source, journal, rng
        self._server = server
        self._repairs: list[tuple[float, str, Callable[[], None]]] = []
        self._commands: list[subprocess.Popen[bytes]] = []
        self._cards = self._deal()

    def _deal(self) -> Iterator[str]:
        while True:
            deck = [name for name, times in _DECK.items() for _ in range(times)]
            self.rng.shuffle(deck)
            yield from deck

    def act(self) -> None:
        """Repair what is due, then play a card."""
        self.repair()
        card = next(self._cards)
        try:
            getattr(self, card)()
        except (*AWAY, httpx.HTTPError, AssertionError, psutil.Error) as error:
            self.journal.say(f"{card} could not be done: {type(error).__name__}: {str(error)[:160]}")

    def repair(self, *, everything: bool = False) -> None:
        """Start again, wake up or mend what is due (or all)."""
        for repair in sorted(self._repairs, key=lambda repair: repair[0]):
            if everything or repair[0] <= time.monotonic():
                self._repairs.remove(repair)
                repair[2]()
                self.journal.say(f"repaired: {repair[1]}")

    def _repair_later(self, what: str, seconds: tuple[float, float], mend: Callable[[], None]) -> None:
        self._repairs.append((time.monotonic() + self.rng.uniform(*seconds), what, mend))

    def _is_broken(self, what: str) -> bool:
        return any(repair[1] == what for repair in self._repairs)

    # ---- syncs

    def sync_equipment(self) -> None:
        """By hand, the snapshot."""
        self._trigger("equipment_sync")

    def sync_day(self) -> None:
        """By hand, one day."""
        self._trigger("running_time_sync", start_date=self.rng.choice(self.source.days).isoformat())

    def sync_range(self) -> None:
        """By hand, some days."""
        first, last = sorted(self.rng.choices(self.source.days, k=2))
        self._trigger("running_time_sync", start_date=first.isoformat(), end_date=last.isoformat())

    def _trigger(self, dag_id: str, **conf: Any) -> None:
        waiting = self.site.call("GET", f"/dags/{dag_id}/dagRuns", params={"state": ["queued", "running"]})
        if waiting["total_entries"]:
            self.journal.say(f"{dag_id}: one run is enough")
            return
        self.journal.done(f"{dag_id} by hand", f"{self.site.trigger(dag_id, **conf)} {conf}")

    def backfill(self) -> None:
        """Airflow's own, of two days, also when it has done them before."""
        first = self.rng.choice(self.source.days[:-1])
        body = {
            "dag_id": DUE,
            "from_date": f"{first}T00:00:00Z",
            "to_date": f"{first + timedelta(days=1)}T23:00:00Z",
            "max_active_runs": 1,
            "dag_run_conf": {},
            "reprocess_behavior": "completed",
        }
        self.site.call("POST", "/backfills", json=body)
        self.journal.done("Airflow backfill", f"{first} and the day after")

    def command_line_sync(self) -> None:
        """By the command line, beside Airflow's runs: a sync, or a replay of everything that is rejected."""
        if len(self.commands) >= _MOST_COMMANDS:
            return
        days = _sync_days(*sorted(self.rng.choices(self.source.days, k=2)))
        self._start_command(self.rng.choice((["sync", "equipment"], days, ["replay"])))

    def _start_command(self, chosen: list[str]) -> None:
        command = start_process(
            [sys.executable, "-m", "cmms", *chosen],
            log=self.site.folder / "programs" / "command-line.log",
            environment=self.site.environment,
            folder=REPOSITORY,
        )
        self._commands.append(command)
        self.site.sessions.add(command.pid)
        self.journal.done(f"command line: {chosen[0]}", f"{command.pid} {chosen}")

    @property
    def commands(self) -> list[int]:
        """Process ids of command-line syncs at work."""
        return [command.pid for command in self._commands if command.poll() is None]

    def watchdog(self) -> None:
        """Sooner than it is due."""
        self._trigger("sync_watchdog")

    # ---- the source

    def revise_day(self) -> None:
        """Corrections."""
        self._revise(self.rng.choice(self.source.days))

    def _revise(self, day: date) -> None:
        self.journal.done("source: readings of a day corrected", self.source.revise_day(day, self.rng))

    def revise_equipment(self) -> None:
        """Renames and moves."""
        self.journal.done("source: machines renamed and moved", self.source.revise_equipment(self.rng))

    def shrink_equipment(self) -> None:
        """For a while most machines are not delivered."""
        if self._is_broken("snapshot"):
            return
        whole = self.source.shrink_equipment()
        self._repair_later("snapshot", (5, 12), lambda: self.source.publish(None, whole))
        self.journal.done("source: snapshot shrunk to a fifth")

    def break_source(self) -> None:
        """The next answers are wrong."""
        fault = self.rng.choice(_FAULTS)
        self.source.simulator.inject(fault)
        self.journal.done("source: fault injected", fault.kind)

    def break_slack(self) -> None:
        """Alerts are not taken, or late."""
        self.site.slack.mode = self.rng.choice(("500", "429", "hang"))
        self._repair_later("slack", (5, 20), lambda: setattr(self.site.slack, "mode", "ok"))
        self.journal.done("Slack out of order", self.site.slack.mode)

    def kill_source(self) -> None:
        """Every connection is cut; refused until it is started again."""
        if not self._is_broken("source"):
            self.source.simulator.stop()
            self._repair_later("source", (1, 8), lambda: self.source.simulator.start() and None)
            self.journal.done("source API killed")

    # ---- kills

    def kill_worker(self) -> None:
        """Some task that is at work just now."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            if pids := self._at_work():
                time.sleep(self.rng.uniform(0, 2))
                self._strike(self.rng.choice(pids), "")
                return
            time.sleep(0.1)
        self.journal.say("kill_worker: nobody is at work")

    def kill_in_step(self) -> None:
        """A step in the middle of its work: a lock keeps it there. Its worker is killed, or the database under it."""
        step = self.rng.choice(_STEPS)
        if self._is_broken("database"):
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
        self._revise(day)
        self._start_command(_sync_days(day, day))

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
        kind = self.rng.choice(("both", "both", "task", "task", "supervisor", "sleep"))
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
            self._repair_later("asleep", (12, 25), lambda: asleep.__exit__(None, None, None))
            self.journal.done("worker put to sleep past its heartbeat, then awake again", name + where)

    def _name_of(self, pid: int) -> str:
        """Of a task process: which task it works on."""
        attempt = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode(errors="replace").split()[-1]
        metadata = Site(self.source.simulator, self.site.metadata, self.site.folder)
        rows = metadata.query(
            "SELECT dag_id, task_id, try_number FROM task_instance WHERE REPLACE(id, '-', '') = %s",
            attempt.replace("-", ""),
        )
        return " ".join(str(value) for value in rows[0].values()) if rows else "a task of before"

    def kill_scheduler(self) -> None:
        """Its main process; workers go on."""
        if not self._is_broken("scheduler"):
            self.site.kill_scheduler()
            self._repair_later("scheduler", (1, 6), self.site.start_scheduler)
            self.journal.done("scheduler killed")

    def kill_database(self, where: str = "") -> None:
        """The CMMS's; Airflow's own metadata lies elsewhere."""
        if not self._is_broken("database"):
            self._server.kill()
            self._repair_later("database", (0.5, 6), self._server.start)
            self.journal.done("database server killed", where)
            if where:
                self.journal.count(f"... {where.strip()}")

    def kill_airflow_api(self) -> None:
        """Workers talk to it: they have to wait until it is back."""
        if not self._is_broken("Airflow's API"):
            program = self.site.programs["api-server"]
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
            self._repair_later("Airflow's API", (0.5, 3), lambda: self.site.start("api-server", "--workers", "1"))
            self.journal.done("Airflow's API server killed")

    def end(self) -> None:
        """No more faults: everything is started again, awake and whole."""
        self.repair(everything=True)
        self.source.simulator.clear_faults()
        self.source.complete()


def _sync_days(first: date, last: date) -> list[str]:
    return ["sync", "running-time", "--start-date", first.isoformat(), "--end-date", last.isoformat()]


def _local_ports(pid: int) -> set[int]:
    with suppress(psutil.Error):
        return {socket.laddr.port for socket in psutil.Process(pid).net_connections("tcp")}
    return set()
