"""A stream that is defined in these tests alone works everywhere, without a changed line in the product."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from tests.sync.conftest import connection_uri, migrate
from tools.state_folder import REPOSITORY

pytestmark = pytest.mark.feature("ARC-01")

SETTINGS = """
storage: {base_path: %s}
api: {retries: {attempts: 1}}
rules: {max_rejected_percent: 100}
"""


@pytest.fixture(scope="module")
def seen(database: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a program has seen that registers the stream and uses it."""
    migrate(database)
    folder = tmp_path_factory.mktemp("fuel")
    (folder / "dags").mkdir()
    (folder / "cmms.yaml").write_text(SETTINGS % (folder / "storage"), encoding="utf-8")
    _add_plant(database)
    environment = {
        **os.environ,
        "PYTHONPATH": f"{REPOSITORY / 'include'}{os.pathsep}{REPOSITORY}",
        "AIRFLOW_CONN_CMMS_MYSQL": connection_uri(database),
        "CMMS_CONFIG_FILE": str(folder / "cmms.yaml"),
        "FUEL_DAGS": str(folder / "dags"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.streams.use_fuel"],
        capture_output=True, text=True, timeout=600, cwd=REPOSITORY, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-5000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _add_plant(database: dict[str, Any]) -> None:
    import MySQLdb

    account = {name: database[name] for name in ("host", "port", "user", "password", "database")}
    connection = MySQLdb.connect(**account, autocommit=True)
    connection.cursor().execute("INSERT INTO plants (plant_code, name) VALUES ('P001', 'Plant')")
    connection.close()


def test_a_day_is_synced_and_what_is_wrong_waits_in_quarantine(seen: dict[str, Any]) -> None:
    assert seen["machines"]["inserted"] == 2
    codes = {"EQUIPMENT_UNKNOWN": 1, "NEGATIVE_LITRES": 1}
    first = {"status": "partial", "codes": codes, "error": None, "fetched": 3, "inserted": 1, "rejected": 2}
    assert seen["first"] == first
    assert seen["rejected"] == [
        ["fuel", "2026-01-31", "B|2026-01-31", "NEGATIVE_LITRES", "validation"],
        ["fuel", "2026-01-31", "C|2026-01-31", "EQUIPMENT_UNKNOWN", "orphan"],
    ]


def test_the_same_day_again_changes_nothing_and_a_newer_record_does(seen: dict[str, Any]) -> None:
    def outcome(step: str) -> dict[str, Any]:
        return {name: seen[step][name] for name in ("unchanged", "updated", "superseded") if name in seen[step]}

    assert (outcome("again"), outcome("changed"), outcome("older")) == (
        {"unchanged": 1},
        {"updated": 1},
        {"superseded": 1},
    )


def test_a_field_that_was_renamed_at_the_source_stops_the_sync(seen: dict[str, Any]) -> None:
    assert seen["renamed"]["status"] == "failed"
    assert "no record carries station" in seen["renamed"]["error"]


def test_rejected_records_are_replayed(seen: dict[str, Any]) -> None:
    (orphans,), (replayed,) = seen["orphans"], seen["replayed"]
    assert (orphans["status"], orphans["inserted"], replayed["status"], replayed["inserted"]) == (
        *("success", 1),
        *("success", 1),
    )
    assert seen["open"] == []
    assert seen["stored"] == [
        ["A", "13.250", "North", "ok"],
        ["B", "3.000", "South", "ok"],
        ["C", "7.000", "North", "ok"],
    ]
    assert (seen["verified"], seen["reconciled"]) == ([], [])


def test_verify_recounts_its_records(seen: dict[str, Any]) -> None:
    (found,) = seen["lost"]
    assert re.fullmatch(r"Day 2026-01-31 of run \d+: 1 filling was written, 0 are stored\.", found)


def test_its_days_are_not_taken_for_those_of_another_stream(seen: dict[str, Any]) -> None:
    assert seen["differs"] == ["2026-01-31 (Fuel) P001 C: in the CMMS, not at the source"]
    assert seen["validated units"] == [["equipment", "equipment"], ["fuel", "2026-01-31"]]


def test_the_figures_of_all_streams_count_it(seen: dict[str, Any]) -> None:
    assert seen["figures"] == {"last": ["equipment", "fuel"], "unknown": ["C"]}


def test_a_corrected_record_is_validated_in_the_request(seen: dict[str, Any]) -> None:
    assert (seen["checked"], seen["checked again"]) == (["NEGATIVE_LITRES"], [None])


def test_what_is_stored_is_validated_by_the_rules_of_the_stream(seen: dict[str, Any]) -> None:
    assert seen["findings"] == [["fuel", "NEGATIVE_LITRES"]]


def test_the_command_line_syncs_it(seen: dict[str, Any]) -> None:
    assert seen["command"] == 0


def test_its_list_is_answered(seen: dict[str, Any]) -> None:
    page = seen["list"]["page"]
    assert [(row["equipment_number"], float(row["litres"]), row["station"]) for row in page["rows"]] == [
        ("A", 13.25, "North"),
        ("C", 7.0, "North"),
    ]
    assert seen["list"]["needs"] == "view"
    assert seen["list"]["meta"] == ["id", "date", "equipment_number", "litres", "station", "api_created_at"]


def test_its_dag_is_loaded_with_all_steps(seen: dict[str, Any]) -> None:
    steps = ["close_run", "fetch", "merge", "open_run", "plan_requests", "replay_orphans", "stage", "validate"]
    assert seen["dag"] == {
        "errors": {},
        "tasks": steps,
        "params": ["start_date", "end_date", "plant_codes", "equipment_numbers"],
        "cron": "0 2 * * *",
        "asset": ["cmms_fuel"],
        "needs": ["cmms_equipment"],
        "is_watched": True,
    }
