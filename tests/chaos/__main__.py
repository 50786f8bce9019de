"""``make chaos``: syncs, backfills, readers, editors, a changing and failing source, and kills, for some minutes.

Output: counts of what was done, and whether invariants 1 to 13 of the design hold afterwards; exit code 1 if one does
not. A real Airflow (LocalExecutor) and two private MySQL servers: Airflow's own metadata, which stays up, and the CMMS.

    make chaos                                  5 minutes, a new seed
    make chaos ARGS="--minutes 10 --seed 7"     the same order of actions again (not the same instants)
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from tools.database_server import PrivateServer, obtain_server
from tools.state_folder import find_state_folder

if TYPE_CHECKING:
    from tests.airflow.airflow_site import AirflowSite
    from tests.chaos.checks import Check
    from tests.chaos.journal import Journal
    from tests.chaos.kills import Chaos

DAYS = 8
TOKEN = "chaos-canary-token"
_ENGINE = {"lease_seconds": 60, "unit_wait_seconds": 60, "lock_wait_seconds": 20, "days_per_batch": 2}
_RETRIES = {"attempts": 3, "initial_seconds": 0.2, "max_seconds": 1}
_OPTIONS = ("--innodb-flush-log-at-trx-commit=2", "--skip-log-bin", "--innodb-buffer-pool-size=128M")
_KILLED_OPTIONS = ("--skip-log-bin", "--innodb-buffer-pool-size=128M", "--innodb-lock-wait-timeout=5")
"""Of the server that is killed: its commits are kept. Engine and view wait for locks as long as they say themselves."""
_RECOVERY_SECONDS = 400.0
_SHOWN = 5

console = Console()


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5, help="how long there is chaos (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000), help="of every choice")
    args = parser.parse_args()
    folder = find_state_folder() / "chaos" / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}-{args.seed}"
    folder.mkdir(parents=True)
    _leave_the_users_airflow_alone(folder)
    from tests.chaos.journal import Journal

    journal = Journal(folder / "journal.log")
    console.print(f"seed {args.seed}, {args.minutes:g} minutes; every action: {journal.file}")
    with _site(folder, args.seed) as (site, server, source):
        checks = _run(args, journal, site, server, source)
    _print_actions(journal)
    _print_checks(checks)
    if any(check.differences for check in checks):
        console.print(f"[red]FAILED[/] with seed {args.seed}; logs of every program: {folder}")
        return 1
    for left in folder.iterdir():
        if left != journal.file:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    console.print(f"[green]every check passed[/] (seed {args.seed})")
    return 0


def _leave_the_users_airflow_alone(folder: Path) -> None:
    """Before anything imports Airflow."""
    for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
        del os.environ[name]
    os.environ.update(AIRFLOW_HOME=str(folder / "own"), GX_ANALYTICS_ENABLED="false")
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "ERROR"
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = os.environ["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] = "False"


@contextmanager
def _site(folder: Path, seed: int) -> Iterator[tuple[AirflowSite, PrivateServer, Any]]:
    """Two servers, a source, Airflow; nothing is synced yet."""
    import yaml

    from cmms.migrations import upgrade
    from cmms.simulator import SimulatorConfig
    from tests.airflow.airflow_site import running_site
    from tests.airflow.hold_steps import GatedSimulator
    from tests.chaos.changing_source import PAGE, PLANTS, ChangingSource
    from tests.sinks import SlackSink

    with ExitStack() as stack:
        servers = [
            PrivateServer(obtain_server("mysql"), folder / name, extra_options=options)
            for name, options in (("metadata", _OPTIONS), ("cmms", _KILLED_OPTIONS))
        ]
        for server in servers:
            stack.callback(server.stop)
            server.start()
        metadata, cmms = (_make_schema(server) for server in servers)
        os.environ["AIRFLOW_CONN_CMMS_MYSQL"] = "mysql://{user}:{password}@{host}:{port}/{database}".format(**cmms)
        upgrade()
        config = SimulatorConfig(equipment=0, max_page_size=PAGE, token=TOKEN)
        simulator, slack = stack.enter_context(GatedSimulator(config)), stack.enter_context(SlackSink())
        yesterday = date.today() - timedelta(days=1)
        days = [yesterday - timedelta(days=number) for number in reversed(range(DAYS))]
        source = ChangingSource(simulator, seed, days)
        source.begin()
        (folder / "site").mkdir()
        with running_site(folder / "site", metadata, cmms, simulator, slack) as site:
            file = Path(site.environment["CMMS_CONFIG_FILE"])
            settings = yaml.safe_load(file.read_text())
            file.write_text(yaml.safe_dump({**settings, "engine": _ENGINE, "api": {"retries": _RETRIES}}))
            for name in (
                "AIRFLOW_CONN_CMMS_MYSQL",
                "AIRFLOW_CONN_CMMS_API",
                "AIRFLOW_CONN_CMMS_SLACK",
                "CMMS_CONFIG_FILE",
            ):
                os.environ[name] = site.environment[name]
            for plant in PLANTS:
                site.add_plant(plant)
            site.execute(
                "INSERT INTO equipment_groups (name) VALUES ('Big'), ('Small'), ('By rule')",
                "INSERT INTO equipment_group_rules (equipment_group_id, priority, field, pattern)"
                " SELECT id, 1, 'plant_code', 'P001' FROM equipment_groups WHERE name = 'By rule'",
            )
            yield site, servers[1], source


def _make_schema(server: PrivateServer) -> dict[str, Any]:
    import MySQLdb

    account = server.account
    with closing(MySQLdb.connect(host=account.host, port=account.port, user=account.user)) as connection:
        connection.cursor().execute("CREATE DATABASE chaos CHARACTER SET utf8mb4")
    return {"host": account.host, "port": account.port, "user": account.user, "password": "", "database": "chaos"}


def _run(
    args: argparse.Namespace, journal: Journal, site: AirflowSite, server: PrivateServer, source: Any
) -> list[Check]:
    """Chaos, recovery, checks."""
    from cmms.sync.records import Scope
    from cmms.sync.run_sync import run_sync
    from tests.airflow.dag_files import DUE
    from tests.chaos.checks import GOOD, Checker
    from tests.chaos.kills import Chaos
    from tests.chaos.people import Editor, SnapshotReader, ViewReader

    rng = random.Random(args.seed)
    for scope in (Scope("equipment"), Scope("running_time", start_date=source.days[0], end_date=source.days[-1])):
        assert run_sync(scope, run_date=date.today()).status in GOOD  # now there is something to read
    for dag_id in (DUE, "sync_watchdog"):
        site.unpause(dag_id)
    groups = [row["id"] for row in site.query("SELECT id FROM equipment_groups")]
    editors = [Editor(name, journal, random.Random(f"{args.seed} {name}"), groups) for name in ("Ada", "Bob")]
    readers = [
        SnapshotReader(site, journal, random.Random(f"{args.seed} snapshot")),
        ViewReader(journal, random.Random(f"{args.seed} view")),
    ]
    chaos = Chaos(site, source, server, journal, rng)
    for person in (*editors, *readers):
        person.start()
    _let_loose(args.minutes * 60, chaos, journal, rng)
    recovery = _recover(chaos, site, journal)
    for person in (*editors, *readers):
        person.go_home()
    return [recovery, *Checker(site, source, journal, editors, rng).check()]


def _let_loose(seconds: float, chaos: Chaos, journal: Journal, rng: random.Random) -> None:
    end, said = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        chaos.act()
        pause = time.monotonic() + rng.uniform(0.5, 4)
        while time.monotonic() < pause:
            time.sleep(0.2)
            chaos.repair()
        if time.monotonic() - said > 15:
            said = time.monotonic()
            counts = journal.counts
            console.print(
                f"{end - said:5.0f} s left: {sum(counts[kind] for kind in _kills())} kills,"
                f" {counts['snapshots checked for half a merge']} snapshots, {counts['edits saved']} edits,"
                f" {len(journal.failures)} failures"
            )


def _kills() -> tuple[str, ...]:
    from tests.chaos.kills import KILLS

    return KILLS


def _recover(chaos: Chaos, site: AirflowSite, journal: Journal) -> Check:
    """All faults off and everything up: runs end by themselves, the watchdog closes the rest."""
    from cmms.operations.watch_runs import watch
    from tests.airflow.airflow_site import log_in
    from tests.airflow.worker_processes import find_busy_workers
    from tests.chaos.checks import Check
    from tests.chaos.kills import BACKFILL_THROUGH

    console.print("no more faults; waiting for the runs to end")
    chaos.end()
    check = Check("recovered", "every DAG run and every process ended by itself; the watchdog's two rounds succeeded")
    site.wait_until("Airflow's API", lambda: log_in(site.client))
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while (left := [*_unfinished(site), *map(str, chaos.commands)]) and time.monotonic() < deadline:
        time.sleep(1)
    check.differences += [f"{run} has not ended" for run in left]
    for _ in range(_backfills_through(site)):
        journal.count(BACKFILL_THROUGH)
    site.end_left_runs()
    site.wait_until("the workers to be idle", lambda: not find_busy_workers(site.sessions))
    for seconds in (0, 120):  # what is closed in the first round is told in it, others a minute after their end
        report = watch(datetime.now(UTC) + timedelta(seconds=3600 + seconds))
        journal.say(f"watchdog: {report}")
        check.differences += report.failures
    return check


def _unfinished(site: AirflowSite) -> list[str]:
    runs = site.call("GET", "/dags/~/dagRuns", params={"state": ["queued", "running"], "limit": 100})["dag_runs"]
    return [f"{run['dag_id']} {run['dag_run_id']} {run['state']}" for run in runs]


def _backfills_through(site: AirflowSite) -> int:
    wanted = {"run_type": ["backfill"], "state": ["success"], "limit": 1}
    return int(site.call("GET", "/dags/~/dagRuns", params=wanted)["total_entries"])


def _print_actions(journal: Journal) -> None:
    table = Table("done", "times", title="What happened")
    from tests.chaos.kills import BACKFILL_THROUGH

    for kind in (*_kills(), BACKFILL_THROUGH):
        times = journal.counts.pop(kind, 0)
        table.add_row(kind, str(times) if times else "[red]never: this run says nothing about it[/]")
    for kind, times in sorted(journal.counts.items()):
        table.add_row(kind, str(times))
    console.print(table)


def _print_checks(checks: list[Check]) -> None:
    table = Table("check", "", "how", title="What holds")
    for check in checks:
        table.add_row(check.name, "[red]FAILED[/]" if check.differences else "[green]ok[/]", check.how)
    console.print(table)
    for check in checks:
        for difference in check.differences[:_SHOWN]:
            console.print(f"{check.name}: {difference}", style="red", markup=False, highlight=False)
        if len(check.differences) > _SHOWN:
            console.print(f"{check.name}: {len(check.differences) - _SHOWN} more", style="red")


if __name__ == "__main__":
    sys.exit(main())
