"""From nothing to a synced database and an open Airflow, in one command: `make demo`.

Input: the repository and its `.venv`. Output: a private MySQL with yesterday's equipment and running times,
fetched by the two DAGs from a simulated source API under a real scheduler; it stays until Ctrl-C.
Steps: database server -> migrate -> seed -> simulator -> Airflow -> both syncs -> report.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import fcntl
import importlib.metadata
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType

from tools.airflow_api import AirflowApi
from tools.database_server import Account, GivenServer, PrivateServer, find_given_server, obtain_server
from tools.demo_report import DemoReport, connect
from tools.demo_settings import (
    DATABASE,
    DATABASE_USER,
    DemoSettings,
    build_environment,
    check_ports,
    read_demo_settings,
)
from tools.processes import ProcessRecord
from tools.programs import Programs, Screen
from tools.state_folder import BootstrapError, find_state_folder

SYNC_DAGS = ("equipment_sync", "running_time_sync")  # in this order: hours need their equipment
OTHER_DAGS = ("sync_watchdog", "sync_log_cleanup")
AIRFLOW_PARTS: Mapping[str, tuple[str, ...]] = {
    "api-server": (),
    "scheduler": ("--skip-serve-logs",),  # logs are read from the disk: no port open to other machines
    "dag-processor": (),
    "triggerer": ("--skip-serve-logs",),
}
_SYNC_TIMEOUT_SECONDS = 900.0


def main() -> int:
    """Run the demo; return 0 when both syncs ended well, or the user ended a running demo."""
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--exit", action="store_true", help="stop after the syncs; 0 only if both succeeded")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_interrupt)
    screen = Screen()
    try:
        with hold_only_demo(), contextlib.ExitStack() as stack:
            return 0 if run_demo(stack, read_demo_settings(), screen, stay=not arguments.exit) else 1
    except BootstrapError as error:
        screen.console.print(f"demo: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 0


def run_demo(stack: contextlib.ExitStack, settings: DemoSettings, screen: Screen, *, stay: bool) -> bool:
    """Start everything, sync, report; `stack` stops it all in reverse order.

    Returns:
        Whether both syncs ended well.
    """
    record = ProcessRecord(find_state_folder() / "demo-processes.json")
    if left := record.stop_all():
        screen.say(f"Stopped what an earlier demo had left: {', '.join(left)}.")
    given = find_given_server()
    check_ports(settings, with_database=given is None)
    stack.callback(record.clear)
    if given is None:
        account = start_database(stack, settings, record, screen)
    else:
        account = prepare_given_server(given, screen)
    programs = stack.enter_context(
        Programs(build_environment(settings, account), settings.logs, record, screen)
    )
    prepare_metadata_and_tables(programs, settings, screen)
    report = DemoReport(account)
    start_simulator(programs, settings, screen)
    api = start_airflow(programs, settings, screen)
    stack.callback(api.close)
    for dag_id, conf in choose_runs().items():
        follow_sync(api, programs, screen, dag_id, conf)
    for dag_id in api.find_dags() & set(OTHER_DAGS):
        api.unpause(dag_id)
    report.show(screen.console)
    show_access(settings, screen)
    if stay:
        screen.console.print("Press Ctrl-C to stop everything.")
        while True:
            programs.check()
            time.sleep(1)
    return report.is_good()


def start_database(
    stack: contextlib.ExitStack, settings: DemoSettings, record: ProcessRecord, screen: Screen
) -> Account:
    """Start the private server; return the account that owns the demo's schema, and only that."""
    binaries = obtain_server("mysql", allow_mariadb=True, say=screen.say)
    screen.say(f"Starting {binaries.kind} {binaries.version} ({binaries.origin}).")
    password = settings.secrets.database_password
    user = f"'{DATABASE_USER}'@'127.0.0.1'"
    server = PrivateServer(
        binaries,
        settings.folder / binaries.kind,
        port=settings.database_port,
        extra_sql=(
            f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;\n"
            f"CREATE USER IF NOT EXISTS {user} IDENTIFIED BY '{password}';\n"
            f"ALTER USER {user} IDENTIFIED BY '{password}';\n"
            f"GRANT ALL PRIVILEGES ON {DATABASE}.* TO {user};\n"
        ),
    )
    stack.callback(server.stop)
    server.start()
    if server.pid is not None:
        record.add("database", server.pid)
    return Account("127.0.0.1", server.port, DATABASE_USER, password)


def prepare_given_server(given: GivenServer, screen: Screen) -> Account:
    """Create the demo's schema, if missing, on a server that somebody else runs."""
    account = given.account
    screen.say(f"Using the given server {account.host}:{account.port}, schema {DATABASE}.")
    import MySQLdb

    try:
        with connect(account) as connection, contextlib.closing(connection.cursor()) as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4")
    except MySQLdb.Error as error:
        raise BootstrapError(
            f"The server of CMMS_MYSQL_SERVER_URI cannot be used: {error.args[-1]}"
        ) from error
    return account


def prepare_metadata_and_tables(programs: Programs, settings: DemoSettings, screen: Screen) -> None:
    """Bring Airflow's metadata and our own tables up to date, side by side, and seed the plants."""
    version = importlib.metadata.version("apache-airflow-core")
    stamp = settings.folder / "airflow" / f"migrated-{version}"
    stamp.parent.mkdir(exist_ok=True)
    if not stamp.exists():
        screen.say("Creating Airflow's metadata database.")
        programs.start("airflow-migrate", [_program("airflow"), "db", "migrate"])
    for command, what in (("migrate", "Creating or migrating the CMMS tables."), ("seed", "Seeding plants.")):
        screen.say(what)
        programs.start(command, [_program("python"), "-m", "cmms", command])
        programs.finish(command)
    if not stamp.exists():
        programs.finish("airflow-migrate")
        stamp.touch()


def start_simulator(programs: Programs, settings: DemoSettings, screen: Screen) -> None:
    """Start the source API's simulator and wait until it answers."""
    screen.say("Starting the simulated source API.")
    port = settings.simulator_port
    programs.start(
        "simulator",
        [_program("python"), "-m", "cmms", "simulate", "--port", str(port)],
        CMMS_SIMULATOR_TOKEN=settings.secrets.api_token,
    )
    programs.wait("the simulated source API", lambda: _accepts(port))


def start_airflow(programs: Programs, settings: DemoSettings, screen: Screen) -> AirflowApi:
    """Start Airflow's four parts; return a session once the syncs' DAGs can be triggered."""
    screen.say("Starting Airflow (API server, scheduler, DAG processor, triggerer).")
    for part, options in AIRFLOW_PARTS.items():
        programs.start(part, [_program("airflow"), part, *options])
    api = AirflowApi(settings.airflow_url, "admin", settings.secrets.airflow_password)

    def has_dags() -> bool:
        if errors := api.find_import_errors():
            raise BootstrapError("These DAG files cannot be imported:\n" + "\n".join(errors))
        return api.find_dags() >= set(SYNC_DAGS)

    programs.wait("Airflow's API server", api.log_in)
    programs.wait("Airflow's scheduler", lambda: not api.find_unhealthy())
    programs.wait(f"the DAGs {' and '.join(SYNC_DAGS)}", has_dags)
    return api


def choose_runs() -> dict[str, dict[str, object]]:
    """Return the configuration of each sync's run: running times for yesterday."""
    yesterday = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=1)
    return {"equipment_sync": {}, "running_time_sync": {"start_date": yesterday.isoformat()}}


def follow_sync(
    api: AirflowApi, programs: Programs, screen: Screen, dag_id: str, conf: Mapping[str, object]
) -> None:
    """Unpause and trigger a DAG, and show its progress until the run is over."""
    api.unpause(dag_id)
    run_id = api.trigger(dag_id, conf)
    deadline = time.monotonic() + _SYNC_TIMEOUT_SECONDS
    shown = ""
    with screen.console.status(f"{dag_id} ...") as status:
        while time.monotonic() < deadline:
            programs.check()
            progress = api.read_progress(dag_id, run_id)
            line = f"{dag_id}: {progress.describe()}"
            status.update(line)
            if line != shown and (progress.is_over or not screen.console.is_terminal):
                screen.say(line)
            shown = line
            if progress.is_over:
                return
            time.sleep(0.5)
    raise BootstrapError(f"{dag_id} was not over after {_SYNC_TIMEOUT_SECONDS:.0f} s ({shown}).")


def show_access(settings: DemoSettings, screen: Screen) -> None:
    """Print where to look and how to log in."""
    screen.console.print(
        f"\nAirflow      {settings.airflow_url}   user admin, password {settings.secrets.airflow_password}\n"
        f"Source API   {settings.simulator_url}\n"
        f"Logs         {settings.logs}",
        markup=False,
    )


@contextlib.contextmanager
def hold_only_demo() -> Iterator[None]:
    """Refuse to run beside another demo of this repository: they would share folders and ports."""
    with (find_state_folder() / "demo.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BootstrapError(
                "A demo of this repository is running already; Ctrl-C there ends it."
            ) from error
        yield


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _raise_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
