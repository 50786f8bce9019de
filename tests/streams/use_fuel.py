"""A program in which the stream of ``fuel_stream.py`` is registered; prints what it has seen, as JSON.

Run by ``test_toy_stream.py`` in a process of its own: settings, DAGs and commands are made of the streams that there are
when the package is imported. The environment names the connections, the settings file and a folder for a DAG file.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from cmms.streams import STREAMS
from tests.streams.fuel_stream import FUEL, TABLE

STREAMS[FUEL.name] = FUEL  # before anything else of the package is imported

DAY = date(2026, 1, 31)
DAG_FILE = '''"""### Fuel: the fillings of a day."""

from airflow.sdk import DAG

from cmms.dag_tasks.build_sync_dag import build_sync_dag
from cmms.dag_tasks.dag_defaults import read_site

schedule, zone = read_site()
dag: DAG = build_sync_dag(
    "fuel", dag_id="fuel_sync", description="Fuel, daily", doc_md=__doc__, cron=schedule.of("fuel"), zone=zone
)
'''


class Program:
    """The steps, in their order; the source answers what :attr:`served` holds."""

    def __init__(self, served: dict[str, list[Any]]) -> None:
        self.served = served

    def sync(self, stream: str, records: list[Any], **settings: Any) -> dict[str, Any]:
        """Sync the day, or the snapshot, of these records."""
        from cmms.settings import load_settings, parse_settings
        from cmms.sync.records import Scope
        from cmms.sync.run_sync import run_sync

        self.served[f"/{stream}"] = records
        days = (DAY, DAY) if STREAMS[stream].is_daily else (None, None)
        raw = {**load_settings().model_dump(), **settings}
        summary = run_sync(Scope(stream, *days), run_date=date(2026, 2, 1), settings=parse_settings(raw))
        return _told(summary)

    def replay(self, *, orphans: bool) -> list[dict[str, Any]]:
        """Validate again what waits in quarantine."""
        from cmms.sync.replay_rejects import replay_orphans, replay_rejects

        return [_told(summary) for summary in (replay_orphans() if orphans else replay_rejects(user="op"))]

    def check(self) -> list[str | None]:
        """What a request says of the open records at once: the code of the rule, or None of one that would pass."""
        from cmms.database import session
        from cmms.quarantine.check_rejects import check_rejects

        with session() as connection:
            found = check_rejects(
                connection, [row[0] for row in rows("SELECT id FROM sync_record_errors WHERE open_flag = 1")]
            )
        return [None if finding is None else finding.code for finding in found.values()]

    def command(self) -> int:
        """Exit code of ``cmms sync fuel``."""
        from cmms.cli import main

        return main(["sync", "fuel", "--start-date", str(DAY), "--plant-code", "P001"])

    def validate(self) -> dict[str, int]:
        """Validate what is stored."""
        from cmms.database import run_transaction, session
        from cmms.operations.validate_stored import write_report
        from cmms.operations.validation_reports import open_report

        with session() as connection:
            report = run_transaction(
                connection,
                lambda cursor: open_report(cursor, asked_by="op", equipment_ids=None, days=1),
                what="opening a report",
            )
        return vars(write_report(report, run_date=date(2026, 2, 1)))

    def reconcile(self) -> list[str]:
        """What differs between the source and what is stored."""
        from cmms.operations.reconcile import reconcile

        self.served["/running-time"] = []
        return list(map(str, reconcile(DAY, DAY, today=date(2026, 2, 1)).differences))

    def validated(self) -> list[tuple[str, str]]:
        """Stream and unit of the validation results that are stored, each once."""
        from cmms.operations.data_docs.list_validations import list_validations
        from cmms.settings import load_settings
        from cmms.storage import Storage

        found = list_validations(Storage(load_settings().storage))
        return sorted({(kept.stream, kept.unit_key) for kept in found})

    def figures(self) -> dict[str, Any]:
        """What the figures of all streams say of this one."""
        from cmms.figures.open_runs import last_runs
        from cmms.figures.rejects import orphans

        return {"last": sorted(last_runs()), "unknown": [one.equipment_number for one in orphans(10)]}

    def list(self) -> dict[str, Any]:
        """What the REST API answers for the list of the stream."""
        from fastapi import FastAPI
        from starlette.testclient import TestClient

        from cmms.access.actors import Actor, Capability
        from cmms_ui.api import rest
        from cmms_ui.asgi.policy import find_route
        from cmms_ui.resources import RESOURCES
        from tests.streams.fuel_list import FUEL_LIST

        RESOURCES[FUEL_LIST.name] = FUEL_LIST
        rest.current_actor = lambda: Actor("viewer", frozenset({Capability.VIEW}))
        server = FastAPI()
        rest.add_rest_api(server)
        client = TestClient(server)
        route = find_route("GET", "/api/v1/fuel")
        return {
            "needs": route and str(route.capability),
            "page": client.get("/api/v1/fuel?litres.at_least=1&order=-litres").json(),
            "meta": [column["name"] for column in client.get("/api/v1/meta/fuel").json()["columns"]],
        }

    def dag(self) -> dict[str, Any]:
        """The DAG of the stream as Airflow loads it."""
        from airflow.dag_processing.dagbag import DagBag

        from cmms.dag_ids import DAG_IDS

        folder = Path(os.environ["FUEL_DAGS"])
        (folder / "fuel_sync.py").write_text(DAG_FILE, encoding="utf-8")
        bag = DagBag(dag_folder=str(folder))
        dag = bag.dags["fuel_sync"]
        return {
            "errors": dict(bag.import_errors),
            "tasks": sorted(dag.task_ids),
            "params": list(dag.params),
            "cron": dag.timetable.expression,
            "asset": [asset.name for asset in dag.get_task("close_run").outlets],
            "needs": [asset.name for asset in dag.get_task("open_run").inlets],
            "is_watched": "fuel_sync" in DAG_IDS,
        }


def _told(summary: Any) -> dict[str, Any]:
    counts = {name: value for name, value in vars(summary.counts).items() if value}
    return {"status": summary.status, "codes": dict(summary.rejects_by_code), "error": summary.error_message, **counts}


def rows(statement: str) -> list[list[Any]]:
    """Rows of a SELECT, as text."""
    from cmms.database import session

    with session() as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        found = [[None if value is None else str(value) for value in row] for row in cursor.fetchall() or ()]
        connection.commit()
        return found


def machine(number: str) -> dict[str, Any]:
    """A machine as the source sends it."""
    return {"SWERK": "P001", "EQUNR": number, "CREATED_AT": "2026-01-01T00:00:00Z"}


def filling(number: str, litres: str, *, hour: int = 8, **more: Any) -> dict[str, Any]:
    """A filling of the day as the source sends it."""
    created = f"2026-02-01T{hour:02d}:00:00Z"
    return {"SWERK": "P001", "EQUNR": number, "DATE": str(DAY), "LITRES": litres, "CREATED_AT": created, **more}


STORED = (
    "SELECT e.equipment_number, f.litres, f.station, f.quality FROM equipment_fuel f"
    " JOIN equipment e ON e.id = f.equipment_id ORDER BY e.equipment_number"
)


CORRECT = """
UPDATE sync_record_errors SET edited_payload = REPLACE(payload, '"-3"', '"3"') WHERE code = 'NEGATIVE_LITRES'
"""


def run(program: Program) -> dict[str, Any]:
    """All steps, in the order in which a site would meet them."""
    from cmms.operations.verify.verify_tables import verify_tables

    rows(TABLE)
    seen: dict[str, Any] = {"machines": program.sync("equipment", [machine("A"), machine("B")])}
    day = [
        filling("A", "12.5", STATION="North"),
        filling("B", "-3", STATION="South"),
        filling("C", "7", STATION="North"),
    ]
    seen["first"] = program.sync("fuel", day)
    seen["rejected"] = rows("SELECT stream, unit_key, record_key, code, category FROM sync_record_errors ORDER BY id")
    seen["figures"] = program.figures()
    seen["again"] = program.sync("fuel", day)
    day[0] = filling("A", "13.25", hour=9, STATION="North")
    seen["changed"] = program.sync("fuel", day, engine={"load_data": "never"})
    seen["older"] = program.sync("fuel", [filling("A", "1", hour=7, STATION="North"), *day[1:]])
    renamed = [{name.replace("STATION", "TANK"): value for name, value in record.items()} for record in day]
    seen["renamed"] = program.sync("fuel", renamed)
    seen["new machine"] = program.sync("equipment", [machine("A"), machine("B"), machine("C")])
    seen["orphans"] = program.replay(orphans=True)
    seen["checked"] = program.check()
    rows(CORRECT)
    seen["checked again"] = program.check()
    seen["replayed"] = program.replay(orphans=False)
    seen["open"] = rows("SELECT code FROM sync_record_errors WHERE open_flag = 1")
    seen["stored"] = rows(STORED)
    seen["verified"] = verify_tables()
    rows("UPDATE equipment_fuel SET sync_log_id = -sync_log_id WHERE station = 'South'")
    seen["lost"] = verify_tables()
    rows("UPDATE equipment_fuel SET sync_log_id = -sync_log_id WHERE station = 'South'")
    program.served["/fuel"] = day
    seen["reconciled"] = program.reconcile()
    program.served["/fuel"] = day[:1]
    seen["differs"] = program.reconcile()
    seen["validated units"] = program.validated()
    rows("UPDATE equipment_fuel SET litres = -1 WHERE station = 'South'")
    seen["validated"] = program.validate()
    seen["findings"] = rows("SELECT stream, code FROM validation_findings")
    seen["command"] = program.command()
    seen["list"] = program.list()
    seen["dag"] = program.dag()
    return seen


if __name__ == "__main__":
    from tests.streams.loopback_source import serve

    with serve() as served:
        print(json.dumps(run(Program(served))), file=sys.stdout)
