"""``python -m cmms``: the engine without a scheduler.

The exit code is 0 only on success. It is not 0 when a sync ends ``failed`` or ``cancelled``, when ``verify`` or
``reconcile`` finds a difference, when ``replay`` is asked for a record that there is not, or when a setting is wrong.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from cmms.airflow_connections import look_into_metadata_database
from cmms.errors import CmmsError, Failure
from cmms.log_file import log_to_file
from cmms.mysql_types import Connection
from cmms.streams import STREAMS
from cmms.words import count_of

_WITH_TABLES = frozenset(
    {"seed", "replay", "validate", "verify", "reconcile", "evaluate", "backtest", "cleanup", "docs"}
)
"""Commands that need all tables and do not check for them themselves."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run the command; returns the exit code."""
    os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
    look_into_metadata_database()
    parser = _parser()
    args = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    _print_anything()
    log_to_file()
    try:
        if args.command in _WITH_TABLES:
            _check_tables()
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except CmmsError as error:
        failure = Failure.of(error)
        logging.getLogger(__name__).info("%s", failure)
        print(failure, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # nobody reads the output; without this, Python reports the error again on exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _print_anything() -> None:
    """Print a question mark for each character that the terminal's encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _check_tables() -> None:
    """Stop with advice if tables are missing or of another version, before a statement fails halfway."""
    from cmms.database import session
    from cmms.schema_version import check_schema_version

    with session() as connection:
        check_schema_version(connection)


def _interrupt(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    from cmms.simulator import cli as simulator_cli

    name = "cmms" if Path(sys.argv[0]).name == "cmms" else "python -m cmms"
    parser = argparse.ArgumentParser(prog=name, description="CMMS Sync: the engine without a scheduler.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    init = commands.add_parser(
        "init", help="set up a site (settings, pool, storage, tables, plants), then run the diagnosis"
    )
    init.add_argument(
        "--plants", type=Path, help="the site's list of plants (CSV: plant_code,name); copied the first time"
    )
    init.set_defaults(run=_init)

    uninstall = commands.add_parser(
        "uninstall", help="remove the DAGs and the pool of CMMS Sync from Airflow; asks first"
    )
    uninstall.add_argument(
        "--drop-data", action="store_true", help="also drop the tables and stored files of CMMS Sync"
    )
    uninstall.add_argument("--yes", action="store_true", help="do not ask")
    uninstall.set_defaults(run=_uninstall)

    migrate = commands.add_parser("migrate", help="create or migrate the tables of connection cmms_mysql")
    migrate.add_argument("--revision", default="head", help="target revision (default: the newest)")
    migrate.add_argument("--down", action="store_true", help="downgrade to the revision")
    migrate.set_defaults(run=_migrate)

    seed = commands.add_parser("seed", help="add plants from a CSV file (plant_code,name)")
    seed.add_argument("--plants", type=Path, help="CSV file (default: plants.csv beside the settings file)")
    seed.set_defaults(run=_seed)

    sync = commands.add_parser("sync", help="run a sync now")
    words = {stream.name.replace("_", "-"): stream for stream in STREAMS.values()}
    streams = sync.add_subparsers(dest="stream", required=True, metavar="|".join(words))
    for word, stream in words.items():
        command = streams.add_parser(word, help=stream.help)
        if stream.is_daily:
            command.add_argument("--start-date", type=date.fromisoformat, help="YYYY-MM-DD (default: yesterday)")
            command.add_argument("--end-date", type=date.fromisoformat, help="last day (default: the start date)")
        else:
            command.add_argument("--full-refresh", action="store_true", help="ignore the change cursor")
        command.add_argument("--plant-code", action="append", default=[], help="only this plant (repeatable)")
        command.add_argument("--equipment-number", action="append", default=[], help="only this machine (repeatable)")
        command.set_defaults(run=_sync, stream_name=stream.name)

    replay = commands.add_parser("replay", help="validate quarantined records again and store those that pass now")
    replay.add_argument("--code", action="append", default=[], help="only this code (repeatable; default: all)")
    replay.add_argument("--id", type=int, action="append", default=[], help="only this record (repeatable)")
    replay.add_argument(
        "--accept-counter",
        metavar="REASON",
        help="accept the counter decrease of the records given by --id, for this reason",
    )
    replay.add_argument(
        "--counter-kind",
        choices=("reset", "replacement", "rollover", "accepted"),
        default="accepted",
        help="what happened to the counter (default: %(default)s)",
    )
    replay.set_defaults(run=_replay)

    validate = commands.add_parser("validate", help="validate stored machines and readings again")
    validate.add_argument("--equipment-number", action="append", default=[], help="only this machine (repeatable)")
    validate.add_argument("--days", type=int, default=7, help="how many days of readings (default: %(default)s)")
    validate.add_argument("--report", type=int, help="fill this report, which the view has opened")
    validate.set_defaults(run=_validate)

    verify = commands.add_parser(
        "verify", help="recompute counts, markers and counter chains from the stored data; report every difference"
    )
    verify.set_defaults(run=_verify)

    reconcile = commands.add_parser("reconcile", help="fetch from the source again and compare; writes nothing")
    reconcile.add_argument("--days", type=int, help="how many days before today (default: 7)")
    reconcile.add_argument("--start-date", type=date.fromisoformat, help="YYYY-MM-DD (default: the end date)")
    reconcile.add_argument("--end-date", type=date.fromisoformat, help="last day (default: the start date)")
    reconcile.add_argument("--plant-code", action="append", default=[], help="only this plant (repeatable)")
    reconcile.add_argument("--json", action="store_true", help="print the report as JSON")
    reconcile.set_defaults(run=_reconcile)

    evaluate = commands.add_parser("evaluate", help="evaluate the maintenance plans of all machines")
    evaluate.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD (default: today at the site)")
    evaluate.add_argument("--equipment-number", action="append", default=[], help="only this machine (repeatable)")
    evaluate.set_defaults(run=_evaluate)

    backtest = commands.add_parser(
        "backtest", help="compute the forecasts of all machines, and how good those of the past have been"
    )
    backtest.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD (default: today at the site)")
    backtest.add_argument(
        "--machines", type=int, help="at most about so many machines get a new band, by turns (default: 10,000)"
    )
    backtest.set_defaults(run=_backtest)

    cleanup = commands.add_parser("cleanup", help="delete logs and files older than the retention settings")
    cleanup.set_defaults(run=_cleanup)

    docs = commands.add_parser("docs", help="build Great Expectations' Data Docs from the stored validation results")
    docs.add_argument("--output", type=Path, default=Path("data_docs"), help="folder (default: %(default)s)")
    docs.set_defaults(run=_docs)

    sql = commands.add_parser(
        "sql", help="print a SQL statement of the package with the columns of its stream filled in"
    )
    sql.add_argument("statement", help="file below include/sql, for example sync/merge/running_time_changes")
    sql.add_argument(
        "--stream", choices=STREAMS, help="for a statement that all streams share: the stream whose columns to fill in"
    )
    sql.set_defaults(run=_sql)

    diagnose = commands.add_parser("diagnose", help="check everything that the syncs need; prints one line per check")
    diagnose.add_argument("--json", action="store_true", help="print the report as JSON")
    diagnose.add_argument("--send-test", action="store_true", help="send a test message to every receiver of alerts")
    diagnose.add_argument("--group", action="append", default=[], help="only this group (repeatable)")
    diagnose.set_defaults(run=_diagnose)

    simulate = commands.add_parser("simulate", help="run the simulator of the source API")
    simulator_cli.add_arguments(simulate)
    simulate.set_defaults(run=simulator_cli.run)
    return parser


def _init(args: argparse.Namespace) -> int:
    from cmms.operations.installation.init_site import init_site

    return 0 if init_site(plants=args.plants) else 1


def _uninstall(args: argparse.Namespace) -> int:
    from cmms.operations.installation.uninstall_site import uninstall_site

    data = "and drops ALL its tables and stored files" if args.drop_data else "and keeps its tables and stored files"
    if not args.yes:
        print(f"This deletes the DAGs of CMMS Sync with their runs and its pool from Airflow {data}.")
        try:
            answer = input('Type "uninstall" to continue: ')
        except EOFError:
            answer = ""
        if answer.strip() != "uninstall":
            print("nothing was changed")
            return 1
    uninstall_site(drops_data=args.drop_data)
    return 0


def _migrate(args: argparse.Namespace) -> int:
    from cmms import migrations
    from cmms.errors import AskPerson

    if args.down:
        if args.revision in ("head", "base"):
            raise AskPerson("--down needs a --revision to go back to (to drop all tables: cmms uninstall --drop-data)")
        migrations.downgrade(args.revision)
        print(f"the tables are at revision {args.revision}")
        return 0
    migrations.upgrade(args.revision)
    print("the tables are up to date")
    return 0


def _seed(args: argparse.Namespace) -> int:
    from cmms.seed_plants import seed_plants
    from cmms.settings.settings_file import find_plants_file

    file = args.plants or find_plants_file()
    print(f"{count_of(seed_plants(file), 'plant')} from {file}")
    return 0


def _sync(args: argparse.Namespace) -> int:
    from cmms.print_summary import ProgressBar, print_summary
    from cmms.settings import load_settings
    from cmms.sync.records import GOOD_STATUSES, Scope
    from cmms.sync.run_sync import run_sync
    from cmms.sync.runs.open_run import Trigger

    today = datetime.now(load_settings().zone).date()
    start = getattr(args, "start_date", None)
    if STREAMS[args.stream_name].is_daily and start is None:
        start = getattr(args, "end_date", None) or today - timedelta(days=1)
    scope = Scope(
        stream=args.stream_name,
        start_date=start,
        end_date=getattr(args, "end_date", None),
        plant_codes=tuple(args.plant_code),
        equipment_numbers=tuple(args.equipment_number),
        full_refresh=getattr(args, "full_refresh", False),
    )
    trigger = Trigger(kind="manual", user=os.environ.get("USER") or "command line")
    with ProgressBar() as bar:
        summary = run_sync(scope, run_date=today, trigger=trigger, listener=bar.update)
    print_summary(summary)
    return 0 if summary.status in GOOD_STATUSES else 1


def _replay(args: argparse.Namespace) -> int:
    from cmms.print_summary import print_summary
    from cmms.sync.accept_counters import accept_counters
    from cmms.sync.records import GOOD_STATUSES
    from cmms.sync.replay_rejects import find_unknown_ids, replay_rejects

    if unknown := find_unknown_ids(args.id):
        print(f"no such record: {', '.join(map(str, unknown))}; nothing was replayed", file=sys.stderr)
        return 1
    user = os.environ.get("USER") or "command line"
    if args.accept_counter is not None:
        accept_counters(args.id, reason=args.accept_counter, user=user, kind=args.counter_kind)
    summaries = replay_rejects(codes=tuple(args.code), ids=tuple(args.id), user=user)
    for summary in summaries:
        print_summary(summary)
    if not summaries:
        print("nothing to replay")
    return 0 if all(summary.status in GOOD_STATUSES for summary in summaries) else 1


def _validate(args: argparse.Namespace) -> int:
    from cmms.database import query, run_transaction, session
    from cmms.operations.validate_stored import write_report
    from cmms.operations.validation_reports import open_report
    from cmms.settings import load_settings

    report_id = args.report
    if report_id is None:
        with session() as connection:
            ids = None
            if args.equipment_number:
                ids = _find_machines(connection, args.equipment_number)
            user = os.environ.get("USER") or "command line"
            report_id = run_transaction(
                connection,
                lambda cursor: open_report(cursor, asked_by=user, equipment_ids=ids, days=max(0, args.days)),
                what="opening a validation report",
            )
    counts = write_report(report_id, run_date=datetime.now(load_settings().zone).date())
    print(
        f"report {report_id}: {count_of(counts.machines, 'machine')}, {count_of(counts.readings, 'reading')},"
        f" {count_of(counts.findings, 'finding')}"
    )
    with session() as connection:
        for row in query(connection, "operations/validation/findings_by_rule", {"id": report_id}):
            print(
                f"{row['severity']} {row['code']} ({row['rule']}): {row['findings']} in {row['stream']},"
                f" {count_of(row['machines'], 'machine')}"
            )
    return 0


def _verify(args: argparse.Namespace) -> int:
    from cmms.maintenance.verify_maintenance import verify_maintenance
    from cmms.operations.verify.verify_tables import verify_tables

    differences = [*verify_tables(), *verify_maintenance()]
    for difference in differences:
        print(difference)
    print(count_of(len(differences), "difference"))
    return 1 if differences else 0


def _reconcile(args: argparse.Namespace) -> int:
    import json

    from cmms.maintenance.site_today import site_today
    from cmms.operations.reconcile import choose_days, print_report, reconcile

    today = site_today()
    first, last = choose_days(today, days=args.days, start=args.start_date, end=args.end_date)
    report = reconcile(first, last, today=today, plant_codes=args.plant_code)
    if args.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        print_report(report)
    return 0 if report.is_equal else 1


def _evaluate(args: argparse.Namespace) -> int:
    from cmms.database import run_transaction, session
    from cmms.maintenance.evaluate_maintenance import evaluate, evaluate_all
    from cmms.maintenance.site_today import site_today

    today = args.date or site_today()
    if args.equipment_number:
        with session() as connection:
            ids = _find_machines(connection, args.equipment_number)
            done = run_transaction(
                connection,
                lambda cursor: evaluate(cursor, today=today, equipment_ids=ids),
                what="evaluating maintenance",
            )
    else:
        done = evaluate_all(today)
    print(f"{today}: {done.evaluated} evaluated, {done.due} became due, {done.withdrawn} withdrawn")
    return 0


def _backtest(args: argparse.Namespace) -> int:
    from cmms.maintenance.forecast.print_backtest import describe_night
    from cmms.maintenance.forecast.store_forecasts import MOST_MACHINES, store_forecasts
    from cmms.maintenance.site_today import site_today

    night = store_forecasts(args.date or site_today(), most_machines=max(1, args.machines or MOST_MACHINES))
    for line in describe_night(night):
        print(line)
    return 0


def _find_machines(connection: Connection, numbers: Sequence[str]) -> list[int]:
    """Ids of the machines; an unknown number is an error."""
    from cmms.database import query
    from cmms.errors import AskPerson

    found = query(connection, "operations/validation/numbers_to_ids", {"numbers": tuple(numbers)})
    connection.commit()  # later reads see the current state
    if missing := set(numbers) - {row["equipment_number"] for row in found}:
        raise AskPerson(f"no such machine: {', '.join(sorted(missing))}")
    return [row["id"] for row in found]


def _cleanup(args: argparse.Namespace) -> int:
    from cmms.operations.clean_up_logs import clean_up_logs

    for table, rows in clean_up_logs().items():
        print(f"{table}: {rows} removed")
    return 0


def _docs(args: argparse.Namespace) -> int:
    from cmms.operations.data_docs.build_data_docs import build_data_docs

    print(f"open {build_data_docs(args.output)}")
    return 0


def _sql(args: argparse.Namespace) -> int:
    from cmms.database import load_sql

    name = args.statement.removeprefix("include/sql/").removesuffix(".sql")
    print(load_sql(f"{name}:{args.stream}" if args.stream else name))
    return 0


def _diagnose(args: argparse.Namespace) -> int:
    import json

    from cmms.errors import SettingsError
    from cmms.operations.diagnose import GROUPS, ReportPrinter, run_diagnosis

    if unknown := set(args.group) - set(GROUPS):
        raise SettingsError(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if args.json:
        report = run_diagnosis(args.group, sends_test=args.send_test)
        print(json.dumps(report.to_dict(), indent=2))
    else:
        printer = ReportPrinter()
        report = run_diagnosis(args.group, sends_test=args.send_test, on_line=printer.add)
        printer.finish(report)
    return 1 if report.failed else 0
