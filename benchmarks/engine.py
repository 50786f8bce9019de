"""The engine in a fresh process: HTTP to committed, with time per step and peak memory. Imports are not counted."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.source import TOKEN
from tools.database_server import Account

CHANGED_SHARE = 10
"""One row in ten is changed in the database before the third run, so that the sync has to correct it."""


def run_engine(
    account: Account, schema: str, source: str, folder: Path, *, days: int, first_day: date
) -> dict[str, Any]:
    """Sync equipment, then the days: first, the same again, and with 10 % changed.

    Returns:
        ``first``, ``again`` and ``changed`` (seconds and steps_ms), and ``peak_mib`` of the process.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    last_day = first_day + timedelta(days=days - 1)
    arguments = (sender, account.to_uri(schema), account, schema, source, str(folder), first_day, last_day)
    process = context.Process(target=_child, args=arguments)
    process.start()
    sender.close()
    try:
        result: dict[str, Any] = json.loads(receiver.recv())
    except EOFError:
        process.join()
        raise RuntimeError(f"the engine's process ended with exit code {process.exitcode}") from None
    process.join()
    return result


def _child(
    sender: Any, uri: str, account: Account, schema: str, source: str, folder: str, first_day: date, last_day: date
) -> None:
    os.environ["AIRFLOW_HOME"] = f"{folder}/airflow"
    os.environ["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "WARNING"
    os.environ["AIRFLOW_CONN_CMMS_MYSQL"] = uri
    os.environ["AIRFLOW_CONN_CMMS_API"] = json.dumps({"conn_type": "http", "host": source, "password": TOKEN})
    import MySQLdb

    connection = MySQLdb.connect(
        host=account.host, port=account.port, user=account.user, passwd=account.password, autocommit=True
    )
    cursor = connection.cursor()
    cursor.execute(f"CREATE DATABASE `{schema}`")

    from cmms import migrations
    from cmms.seed_plants import seed_plants
    from cmms.settings import parse_settings
    from cmms.settings.settings_file import DEFAULT_FILE, PLANTS_NAME
    from cmms.sync.records import Scope
    from cmms.sync.run_sync import run_sync
    from cmms.sync.validate.apply_rules import _great_expectations

    migrations.upgrade()
    seed_plants(DEFAULT_FILE.parent / PLANTS_NAME)
    settings = parse_settings({"storage": {"base_path": f"{folder}/storage-{schema}"}})
    _great_expectations()  # the import takes seconds and is not what is measured
    run_date = last_day + timedelta(days=1)
    equipment = run_sync(Scope("equipment"), run_date=run_date, settings=settings)
    if equipment.status not in ("success", "partial"):
        raise RuntimeError(equipment.error_message)
    result: dict[str, Any] = {}
    for name in ("first", "again", "changed"):
        if name == "changed":
            cursor.execute(
                f"UPDATE `{schema}`.equipment_running_times SET running_hours = running_hours + 0.001 "
                f"WHERE id %% {CHANGED_SHARE} = 0",
                (),
            )
        started = time.perf_counter()
        summary = run_sync(Scope("running_time", first_day, last_day), run_date=run_date, settings=settings)
        seconds = time.perf_counter() - started
        if summary.status not in ("success", "partial"):
            raise RuntimeError(summary.error_message)
        cursor.execute(
            f"SELECT SUM(api_ms), SUM(validate_ms), SUM(stage_ms), SUM(merge_ms) FROM `{schema}`.sync_units "
            "WHERE sync_log_id = %s",
            (summary.sync_log_id,),
        )
        steps = dict(zip(("fetch", "validate", "stage", "merge"), map(int, cursor.fetchone()), strict=True))
        counts = {
            key: getattr(summary.counts, key) for key in ("fetched", "inserted", "updated", "unchanged", "rejected")
        }
        result[name] = {"seconds": seconds, "steps_ms": steps, "counts": counts}
    result["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sender.send(json.dumps(result))
