"""What happens to the site: syncs are started, the source changes and fails, processes are killed and started again.

Input: a site, a source, a random generator. Output: lines in the journal. A shuffled deck of cards is dealt again and
again, so every kind of action comes in every round; when, and to whom, is drawn by lot. Everything runs in the caller's
thread: the kernel ends the programs that a thread has started together with it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import httpx
import psutil

from cmms.simulator import Fault
from tests.airflow.airflow_site import AirflowSite
from tests.airflow.dag_files import DUE
from tests.chaos.changing_source import ChangingSource
from tests.chaos.journal import Journal
from tests.chaos.people import AWAY
from tools.database_server import PrivateServer
from tools.processes import start_process
from tools.state_folder import REPOSITORY

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
_MOST_COMMANDS = 2


class Actions:
    """Deals the cards; what is killed is in :mod:`tests.chaos.kills`."""

    def __init__(
        self, site: AirflowSite, source: ChangingSource, server: PrivateServer, journal: Journal, rng: Random
    ) -> None:
        self.site, self.source, self.journal, self.rng = site, source, journal, rng
        self.server = server
        self._repairs: list[tuple[float, str, Callable[[], None]]] = []
        self._commands: list[subprocess.Popen[bytes]] = []
        self._cards = self._deal()

    def _deal(self) -> Iterator[str]:
        while True:
            one_of_each, rest = list(_DECK), [name for name, times in _DECK.items() for _ in range(times - 1)]
            self.rng.shuffle(one_of_each)
            self.rng.shuffle(rest)
            yield from (*one_of_each, *rest)  # so that a short run has every kind, too

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

    def repair_later(self, what: str, seconds: tuple[float, float], mend: Callable[[], None]) -> None:
        self._repairs.append((time.monotonic() + self.rng.uniform(*seconds), what, mend))

    def is_broken(self, what: str) -> bool:
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
        days = sync_days(*sorted(self.rng.choices(self.source.days, k=2)))
        self.start_command(self.rng.choice((["sync", "equipment"], days, ["replay"])))

    def start_command(self, chosen: list[str]) -> None:
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
        self.revise(self.rng.choice(self.source.days))

    def revise(self, day: date) -> None:
        self.journal.done("source: readings of a day corrected", self.source.revise_day(day, self.rng))

    def revise_equipment(self) -> None:
        """Renames and moves."""
        self.journal.done("source: machines renamed and moved", self.source.revise_equipment(self.rng))

    def shrink_equipment(self) -> None:
        """For a while most machines are not delivered."""
        if self.is_broken("snapshot"):
            return
        whole = self.source.shrink_equipment()
        self.repair_later("snapshot", (5, 12), lambda: self.source.publish(None, whole))
        self.journal.done("source: snapshot shrunk to a fifth")

    def break_source(self) -> None:
        """The next answers are wrong."""
        fault = self.rng.choice(_FAULTS)
        self.source.simulator.inject(fault)
        self.journal.done("source: fault injected", fault.kind)

    def break_slack(self) -> None:
        """Alerts are not taken, or late."""
        self.site.slack.mode = self.rng.choice(("500", "429", "hang"))
        self.repair_later("slack", (5, 20), lambda: setattr(self.site.slack, "mode", "ok"))
        self.journal.done("Slack out of order", self.site.slack.mode)

    def kill_source(self) -> None:
        """Every connection is cut; refused until it is started again."""
        if not self.is_broken("source"):
            self.source.simulator.stop()
            self.repair_later("source", (1, 8), lambda: self.source.simulator.start() and None)
            self.journal.done("source API killed")


def sync_days(first: date, last: date) -> list[str]:
    return ["sync", "running-time", "--start-date", first.isoformat(), "--end-date", last.isoformat()]
