"""From nothing to a synced database and an open Airflow, in one command: `make demo`.

Input: the repository and its `.venv`. Output: a private MySQL with yesterday's equipment and running times,
fetched by the two DAGs from a simulated source API under a real scheduler; it stays until Ctrl-C.
Steps: database server -> simulator -> tables -> Airflow -> both syncs -> report -> diagnosis.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import signal
import socket
import sys
import time
from types import FrameType

import httpx

from tools.database_server import find_given_server
from tools.demo_airflow import SYNC_DAGS, begin_airflow, follow_sync, start_sync, wait_for_airflow
from tools.demo_database import start_database, use_given_server
from tools.demo_diagnosis import show_diagnosis
from tools.demo_history import add_groups, start_earlier_days
from tools.demo_lock import hold_only_demo
from tools.demo_report import DemoReport
from tools.demo_settings import DemoSettings, build_environment, check_ports, read_demo_settings
from tools.processes import ProcessRecord, stop_leftovers
from tools.programs import Programs, Screen, program_of_venv
from tools.state_folder import BootstrapError, find_state_folder

OTHER_DAGS = (
    "sync_watchdog",
    "sync_log_cleanup",
    "maintenance_evaluation",
    "cmms_reconcile_sources",
    "cmms_forecast_backtest",
    "cmms_on_request",
)
MACHINES = 2_000  # enough for every kind of defect to show up among the rejects


def main() -> int:
    """Run the demo; return 0 when both syncs ended well."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--exit", action="store_true", help="stop after the syncs; 0 only if both succeeded")
    parser.add_argument(
        "--days",
        type=int,
        default=14,
        help="days of readings for the view's charts, fetched last (default: %(default)s)",
    )
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also when started in the background
        signal.signal(number, _raise_interrupt)
    screen = Screen()
    try:
        with hold_only_demo(), contextlib.ExitStack() as stack:
            days = None if arguments.exit else arguments.days
            return 0 if run_demo(stack, read_demo_settings(), screen, days) else 1
    except BootstrapError as error:
        screen.console.print(f"demo: {error}", style="red", markup=False)
        return 1
    except httpx.HTTPError as error:
        screen.console.print(f"demo: Airflow did not answer as it should: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130


def run_demo(stack: contextlib.ExitStack, settings: DemoSettings, screen: Screen, days: int | None) -> bool:
    """Start everything, sync, report, diagnose; then stay, or return at once when `days` is None.

    `stack` stops everything in reverse order; `days` is how many days of readings the view gets to show.

    Returns:
        Whether both syncs ended well, and the diagnosis found nothing that fails.
    """
    record = ProcessRecord(find_state_folder() / "demo-processes.json")
    if left := stop_leftovers(record, settings.mark):
        screen.say(f"Stopped what an earlier demo had left: {', '.join(left)}.")
    given = find_given_server()
    check_ports(settings, with_database=given is None)
    stack.callback(record.clear)
    database = use_given_server(given, screen) if given else start_database(stack, settings, record, screen)
    environment = build_environment(settings, database.cmms, database.metadata)
    programs = stack.enter_context(Programs(environment, settings.logs, record, screen))
    finish_airflow = begin_airflow(programs, settings.folder / "airflow", database.metadata, screen)
    start_simulator(programs, settings, screen)
    screen.say("Creating or migrating the CMMS tables, seeding plants.")
    programs.start("tables", [program_of_venv("python"), "-m", "tools.demo_tables"])
    programs.finish("tables")
    if given is None:
        add_groups(database.cmms)
    programs.wait("the simulated source API", lambda: _accepts(settings.simulator_port))
    finish_airflow()
    began_at = datetime.datetime.now(datetime.UTC)
    api = wait_for_airflow(programs, settings.airflow_url, settings.secrets.airflow_password)
    stack.callback(api.close)
    screen.say(f"Airflow is open: {settings.airflow_url}, user admin, password {settings.secrets.airflow_password}.")
    runs = {}
    for dag_id in SYNC_DAGS:
        runs[dag_id] = start_sync(api, programs, dag_id, began_at)
        follow_sync(api, programs, screen, dag_id, runs[dag_id])
    for dag_id in api.find_dags() & set(OTHER_DAGS) if days is not None else ():
        api.unpause(dag_id)
    report = DemoReport(database.cmms, runs)
    report.show(screen.console)
    is_sound = show_diagnosis(environment, screen)
    show_access(settings, screen)
    succeeded = report.is_good() and is_sound
    if days is not None:
        if given is None and start_earlier_days(api, database.cmms, days):
            screen.console.print(f"The {days - 1} days before are being synced too: the view's charts begin to fill.")
        screen.console.print("Press Ctrl-C to stop everything.")
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                programs.check()
                time.sleep(1)
    return succeeded


def start_simulator(programs: Programs, settings: DemoSettings, screen: Screen) -> None:
    """Start the source API's simulator; it makes its data while the tables are prepared."""
    screen.say("Starting the simulated source API.")
    options = ["--port", str(settings.simulator_port), "--equipment", str(MACHINES)]
    programs.start(
        "simulator",
        [program_of_venv("python"), "-m", "cmms", "simulate", *options],
        CMMS_SIMULATOR_TOKEN=settings.secrets.api_token,
    )


def show_access(settings: DemoSettings, screen: Screen) -> None:
    """Print where to look and how to log in."""
    screen.console.print(
        f"\nAirflow      {settings.airflow_url}   user admin, password {settings.secrets.airflow_password}\n"
        f"Source API   {settings.simulator_url}\n"
        f"Logs         {settings.logs}",
        markup=False,
    )


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
