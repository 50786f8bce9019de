"""Who did what, when, and what happened in a run: all of it is in the database, by run."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from cmms import cli
from cmms.log_file import log_to_file
from cmms.simulator import Fault
from cmms.sync.accept_counters import accept_counters
from cmms.sync.records import Scope
from cmms.sync.replay_rejects import replay_rejects
from cmms.sync.run_sync import run_sync
from cmms.sync.runs.open_run import Trigger
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

BEFORE = DAY - timedelta(days=1)

_EVENTS = (
    "SELECT v.level, v.category, v.code, v.message FROM sync_log_events v"
    " JOIN api_sync_logs l ON l.id = v.sync_log_id WHERE l.run_id = %s ORDER BY v.id"
)


def sync_as(site: Site, run_id: str, **changes: Any) -> Any:
    """A run as Airflow would start it."""
    trigger = Trigger("schedule", dag_id="running_time_sync", run_id=run_id, user="ann")
    return run_sync(
        Scope("running_time", DAY, DAY), run_date=RUN_DATE, trigger=trigger, settings=site.settings(**changes)
    )


@pytest.mark.feature("LOG-06", "LOG-02", "LOG-03")
def test_everything_that_a_run_logs_is_found_by_its_run_id(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    site.serve("running_time", DAY, [reading("A", POINT="x"), reading("B", hours="?"), reading("A", NEW_FIELD="y")])
    site.simulator.inject(Fault("status", status=503, times=1))
    assert sync_as(site, "first").status == "partial"
    found = site.query(_EVENTS, "first")
    assert {(event["level"], event["code"]) for event in found} == {
        ("warning", "LOG_LINE"),
        ("warning", "UNKNOWN_FIELD"),
        ("error", "NOT_NUMERIC"),
        ("warning", "POINT_MISMATCH"),
        ("info", "COMPLETED"),
    }
    [line] = [event["message"] for event in found if event["code"] == "LOG_LINE"]
    assert "503" in line
    assert "attempt 1 of 2" in line

    site.simulator.inject(Fault("status", status=401))
    assert sync_as(site, "second").status == "failed"
    found = site.query(_EVENTS, "second")
    assert [(event["level"], event["category"], event["code"]) for event in found][-1] == (
        "critical",
        "api",
        "ApiRefused",
    )
    assert site.simulator.config.token not in str(found)


@pytest.mark.feature("LOG-07")
def test_the_log_file_holds_what_the_tables_hold(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMMS_LOG_FILE", str(tmp_path / "cmms.log"))
    loggers = [logging.getLogger(name) for name in ("cmms", "cmms.events")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    log_to_file.__wrapped__()
    try:
        site.sync_equipment([machine("A")])
        site.serve("running_time", DAY, [reading("A", POINT="x"), reading("B", hours="?")])
        site.simulator.inject(Fault("status", status=503, times=1))
        sync_as(site, "first")
    finally:
        for logger, level, handlers in before:
            logger.setLevel(level)
            for handler in set(logger.handlers) - set(handlers):
                logger.removeHandler(handler)
                handler.close()
    lines = [json.loads(line) for line in (tmp_path / "cmms.log").read_text().splitlines()]
    [sync_log_id] = {row["id"] for row in site.query("SELECT id FROM api_sync_logs WHERE run_id = 'first'")}
    told = [line["event"] for line in lines if line["sync_log_id"] == sync_log_id]
    for event in site.query(_EVENTS, "first"):
        text = event["message"] if event["code"] == "LOG_LINE" else f"{event['code']}: {event['message']}"
        assert told.count(text) == 1, text


@pytest.mark.feature("OBJ-05")
def test_runs_corrections_acceptances_and_settings_say_who_when_before_and_after(site: Site) -> None:
    site.sync_equipment([machine("A")])
    site.serve("running_time", DAY, [reading("A")])
    started = site.value("SELECT NOW(3)")
    run = sync_as(site, "first")
    log = _row(site, "api_sync_logs", run.sync_log_id)
    assert (log["triggered_by"], log["trigger_kind"], log["config_version_id"]) == ("ann", "schedule", None)
    assert started <= log["sync_started_at"] <= log["sync_completed_at"]

    # The source corrects a record: what it was stays, with the run that changed it.
    site.serve("running_time", DAY, [reading("A", hours="9", CREATED_AT="2026-02-01T10:00:00Z")])
    run = sync_as(site, "second")
    [revision] = site.query("SELECT * FROM equipment_running_time_revisions")
    assert json.loads(revision["before_json"])["running_hours"] in ("8.000", 8.0)
    assert (revision["sync_log_id"], revision["changed_by"]) == (run.sync_log_id, "running_time sync")
    assert revision["changed_at"] >= started

    # A person accepts a decrease of the counter, and replays.
    later = DAY + timedelta(days=1)
    site.sync_day(later, [reading("A", later, counter="100")], run_date=later + timedelta(days=1))
    number = site.value("SELECT id FROM sync_record_errors")
    accept_counters([number], reason="new counter", user="bob")
    [audit] = site.query("SELECT * FROM audit_log")
    assert (audit["actor"], audit["action"]) == ("bob", "accept_counter")
    assert (audit["entity"], audit["entity_id"]) == ("sync_record_errors", str(number))
    assert json.loads(audit["before_json"]) == {"code": "COUNTER_DECREASED", "counter_before": "5000.000"}
    assert json.loads(audit["after_json"]) == {"reason": "new counter", "accepted_from": later.isoformat()}
    assert audit["at"] >= started
    [replayed] = replay_rejects(ids=[number], user="bob", settings=site.settings())
    log = _row(site, "api_sync_logs", replayed.sync_log_id)
    assert (log["sync_type"], log["triggered_by"], log["trigger_kind"]) == ("replay", "bob", "replay")
    reject = _row(site, "sync_record_errors", number)
    assert (reject["status"], reject["resolved_by"]) == ("resolved", "bob")
    assert json.loads(reject["payload"])["CNTRR"] == "100"


@pytest.mark.feature("OBJ-05")
def test_a_run_names_the_settings_it_used_and_both_versions_stay(site: Site) -> None:
    site.sync_equipment([machine("A")])
    site.serve("running_time", DAY, [reading("A")])
    for version, days in ((1, 5), (2, 6)):
        body = json.loads(site.settings(rules={"old_after_years": days}).model_dump_json())
        site.execute(
            "INSERT INTO config_versions (version, body, created_by) VALUES (%s, %s, 'carl')",
            values=(version, json.dumps(body)),
        )
        run = run_sync(Scope("running_time", DAY, DAY), run_date=RUN_DATE)
        log = _row(site, "api_sync_logs", run.sync_log_id)
        stored = _row(site, "config_versions", log["config_version_id"])
        assert (stored["version"], stored["created_by"]) == (version, "carl")
        assert json.loads(log["settings_json"])["rules"]["old_after_years"] == days
    bodies = [json.loads(row["body"]) for row in site.query("SELECT body FROM config_versions ORDER BY version")]
    assert [body["rules"]["old_after_years"] for body in bodies] == [5, 6]


@pytest.mark.feature("Q-03", "SYNC-08")
def test_records_of_an_unknown_plant_wait_for_it_and_are_stored_by_seed_and_replay_without_a_request(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dict(site.sync_equipment([machine("A", SWERK="P777"), machine("B")]).rejects_by_code) == {"PLANT_UNKNOWN": 1}
    asked = site.simulator.request_count
    settings = tmp_path / "cmms.yaml"
    settings.write_text(yaml.safe_dump({"storage": {"base_path": str(tmp_path / "storage")}}))
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(settings))
    plants = tmp_path / "plants.csv"
    plants.write_text("plant_code,name\nP777,Harbour\n")
    assert cli.main(["seed", "--plants", str(plants)]) == 0
    assert cli.main(["replay", "--code", "PLANT_UNKNOWN"]) == 0
    assert "replay" in capsys.readouterr().out
    [row] = site.query(
        "SELECT p.plant_code, p.name FROM equipment e JOIN plants p ON p.id = e.plant_id WHERE e.equipment_number = 'A'"
    )
    assert row == {"plant_code": "P777", "name": "Harbour"}
    assert site.value("SELECT status FROM sync_record_errors") == "resolved"
    assert site.simulator.request_count == asked


@pytest.mark.feature("SYNC-05", "DLQ-02")
@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["sync", "equipment", "--plant-code", "P0O1"], 2, "plant_codes: no such plant: P0O1; the plants are P001"),
        (["replay", "--id", "999999"], 1, "no such record: 999999; nothing was replayed"),
    ],
)
def test_what_there_is_not_is_refused_by_the_command_before_anything_starts(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    words: list[str], code: int, sentence: str,
) -> None:  # fmt: skip
    site.sync_equipment([machine("A", SWERK="P777"), machine("B")])
    before = site.value("SELECT COUNT(*) FROM api_sync_logs"), site.simulator.request_count
    settings = tmp_path / "cmms.yaml"
    settings.write_text(yaml.safe_dump({"storage": {"base_path": str(tmp_path / "storage")}}))
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(settings))
    assert cli.main(words) == code
    assert sentence in capsys.readouterr().err
    assert (site.value("SELECT COUNT(*) FROM api_sync_logs"), site.simulator.request_count) == before
    known = str(site.value("SELECT id FROM sync_record_errors"))
    if words[0] == "replay":
        assert cli.main(["replay", "--id", known, "--id", "999999"]) == 1
        assert site.value("SELECT COUNT(*) FROM api_sync_logs") == before[0]
        assert cli.main(["replay", "--id", known]) == 0


def _row(site: Site, table: str, number: Any) -> dict[str, Any]:
    [row] = site.query(f"SELECT * FROM {table} WHERE id = %s", number)
    return row
