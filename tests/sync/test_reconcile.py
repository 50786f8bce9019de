"""Reconcile: silent when source and CMMS hold the same, one line for each planted difference, and it writes nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cmms.cli import main
from cmms.errors import AskPerson, SettingsError
from cmms.operations import reconcile as module
from cmms.operations.reconcile import Report, choose_days, reconcile
from cmms.operations.reconciliation.report import LISTED
from cmms.simulator import SimulatorConfig
from cmms.simulator.faults import Fault
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

pytestmark = pytest.mark.feature("SRC-08")

BEFORE = DAY - timedelta(days=1)
NUMBERS = ("10", "11", "12", "13")
PLANT_OF = {"10": "P001", "11": "P001", "12": "P002", "13": "P002"}


def machines(*numbers: str) -> list[str]:
    return [machine(number, SWERK=PLANT_OF[number]) for number in numbers or NUMBERS]


def readings(day: Any = DAY, *numbers: str, **fields: Any) -> list[str]:
    counter = "5000.000" if day == BEFORE else "5008.000"
    return [
        reading(number, day, **{"counter": counter, "SWERK": PLANT_OF[number], **fields})
        for number in numbers or NUMBERS
    ]


@pytest.fixture
def synced(site: Site) -> Site:
    """Four machines of two plants and two days, as the source has them."""
    assert site.sync_equipment(machines()).status == "success"
    for day in (BEFORE, DAY):
        assert site.sync_day(day, readings(day)).status == "success"
    return site


def compare(site: Site, *plant_codes: str, **changes: Any) -> Report:
    return reconcile(BEFORE, DAY, today=RUN_DATE, plant_codes=plant_codes, settings=site.settings(**changes))


def said(report: Report) -> list[str]:
    assert report.total == len(report.differences)
    return [str(difference) for difference in report.differences]


def everything(site: Site) -> dict[str, Any]:
    """Every row of every table, and what the next row would be numbered."""
    with site.session() as connection, closing(connection.cursor()) as cursor:
        cursor.execute("SET SESSION information_schema_stats_expiry = 0")
        cursor.execute(
            "SELECT table_name, auto_increment FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_type = 'BASE TABLE'"
        )
        found: dict[str, Any] = {}
        for table, following in cursor.fetchall():
            cursor.execute(f"SELECT * FROM `{table}`")
            found[table] = (following, sorted(map(repr, cursor.fetchall())))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """``python -m cmms reconcile`` with the site's settings in a file."""
    config = tmp_path / "cmms.yaml"
    config.write_text(f"storage: {{base_path: {tmp_path / 'storage'}}}\nrules: {{max_rejected_percent: 100}}\n")
    monkeypatch.setenv("CMMS_CONFIG_FILE", str(config))
    return lambda *options: main(["reconcile", "--start-date", str(BEFORE), "--end-date", str(DAY), *options])


def test_after_a_clean_sync_both_sides_are_equal_and_nothing_is_written(
    synced: Site, command: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = synced.folder / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before, stored = everything(synced), files(synced.folder / "storage")
    assert command() == 0
    assert capsys.readouterr().out == (
        "2026-01-30 to 2026-01-31 and the equipment snapshot: 12 records at the source, 0 more in quarantine,"
        " 12 in the CMMS; 0 differences\n"
    )
    assert everything(synced) == before
    assert files(synced.folder / "storage") == stored and list(scratch.iterdir()) == []


def test_every_planted_difference_is_named_and_nothing_is_written(
    synced: Site, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    synced.execute(
        f"DELETE FROM equipment_running_times WHERE date = '{DAY}' AND equipment_id ="
        " (SELECT id FROM equipment WHERE equipment_number = '10')",
        f"UPDATE equipment_running_times SET running_hours = 9, cumulative_hours = 5009 WHERE date = '{DAY}'"
        " AND equipment_id = (SELECT id FROM equipment WHERE equipment_number = '11')",
        "UPDATE equipment_running_times SET plant_id = (SELECT id FROM plants WHERE plant_code = 'P003')"
        f" WHERE date = '{DAY}' AND equipment_id = (SELECT id FROM equipment WHERE equipment_number = '12')",
    )
    synced.serve("running_time", DAY, readings(DAY, "10", "11", "12"))  # 13 is stored, and gone at the source
    synced.simulator.inject(Fault("total_mismatch", stream="running_time", day=BEFORE))
    before = everything(synced)
    assert command("--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert everything(synced) == before
    found = {(one["kind"], one["plant_code"], one["equipment_number"]): one for one in report["differences"]}
    assert report["total"] == len(report["differences"]) == len(found) == 5
    assert found["missing", "P001", "10"]["message"] == "at the source (8.000 hours), missing in the CMMS"
    assert found["extra", "P002", "13"]["message"] == "in the CMMS (8.000 hours), not at the source"
    assert found["hours", "P001", "11"]["message"] == (
        "running hours 8.000 at the source, 9.000 in the CMMS; counter 5008.000 at the source, 5009.000 in the CMMS"
    )
    assert found["plant", "P002", "12"]["message"] == "plant P002 at the source, P003 in the CMMS"
    cut = found["not_compared", None, None]
    assert (cut["stream"], cut["unit_key"]) == ("running_time", str(BEFORE)) and "IncompleteFetch" in cut["message"]
    figures = {
        row["plant_code"]: row
        for row in report["figures"]
        if (row["stream"], row["unit_key"]) == ("running_time", str(DAY))
    }
    assert (figures["P001"]["source_hours"], figures["P001"]["stored_hours"]) == ("16.000", "9.000")
    assert [figures["P002"][name] for name in ("source", "stored", "differences")] == [1, 1, 2]
    assert figures["P003"]["stored"] == 1


def test_differences_are_printed_by_plant_and_day(
    synced: Site, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    synced.execute(f"UPDATE equipment_running_times SET running_hours = 7 WHERE date = '{DAY}' LIMIT 1")
    assert command() == 1
    table, rest = capsys.readouterr().out.split("\n\n")
    line, result = rest.splitlines()
    assert table.splitlines()[1].split() == ["2026-01-31", "P001", "2", "0", "2", "16.000", "15.000", "1"]
    assert line == "2026-01-31 P001 10: running hours 8.000 at the source, 7.000 in the CMMS"
    assert result.endswith("; 1 difference")


def test_machines_are_compared_too(synced: Site) -> None:
    synced.execute("UPDATE equipment SET missing_since = '2026-01-31' WHERE equipment_number = '10'")
    synced.execute("UPDATE equipment SET plant_id = 3 WHERE equipment_number = '11'")
    synced.execute("INSERT INTO equipment (equipment_number, plant_id) VALUES ('99', 1), ('98', 1)")
    synced.execute("UPDATE equipment SET missing_since = '2026-01-31' WHERE equipment_number = '98'")
    synced.serve("equipment", None, [*machines(), machine("14")])
    assert said(compare(synced)) == [
        "Equipment P001 14: at the source, missing in the CMMS",
        "Equipment P001 10: at the source, marked as missing in the CMMS",
        "Equipment P001 99: in the CMMS, not at the source",
        "Equipment P001 11: plant P001 at the source, P003 in the CMMS",
    ]


def test_what_waits_in_quarantine_or_was_discarded_is_no_difference(synced: Site) -> None:
    bad = [*readings(DAY, "10", "11"), *readings(DAY, "12", RECDV="many"), reading("77", DAY)]
    synced.sync_day(DAY, [*bad, reading("78", DAY), *readings(DAY, "13", RECDV="-1")])
    synced.execute("UPDATE sync_record_errors SET status = 'discarded' WHERE equipment_number = '78'")
    report = compare(synced)
    assert said(report) == []
    assert {row.plant_code: row.waiting for row in report.figures if row.unit.day == DAY} == {"P001": 2, "P002": 2}
    synced.sync_equipment([*machines(), machine("77")])
    synced.execute("UPDATE sync_record_errors SET status = 'open' WHERE equipment_number = '77'")
    synced.execute(
        "DELETE FROM equipment_running_times WHERE equipment_id ="
        " (SELECT id FROM equipment WHERE equipment_number = '77')"
    )
    assert said(compare(synced)) == []  # right by now, and waits for its replay


def test_a_record_that_a_person_corrected_to_another_machine_is_no_difference(synced: Site) -> None:
    synced.sync_day(DAY, [*readings(DAY, "10", "11", "12"), reading("77", DAY)])
    synced.execute("UPDATE sync_record_errors SET status = 'resolved'")
    assert [one.kind for one in compare(synced).differences] == ["extra", "rejected"]
    synced.execute("UPDATE sync_record_errors SET edited_payload = payload, equipment_number = '13'")
    assert said(compare(synced)) == []


def test_a_newer_version_in_quarantine_hides_no_other_change(synced: Site) -> None:
    twice = [*readings(DAY), *readings(DAY, "10", RECDV="many")]
    synced.sync_day(DAY, twice)
    assert said(compare(synced)) == []
    synced.execute(f"UPDATE equipment_running_times SET running_hours = 7 WHERE date = '{DAY}' LIMIT 1")
    assert said(compare(synced)) == ["2026-01-31 P001 10: running hours 8.000 at the source, 7.000 in the CMMS"]


def test_a_rejected_record_that_is_nowhere_is_a_difference(synced: Site) -> None:
    synced.serve("running_time", DAY, [*readings(DAY), reading("77", DAY)])
    assert said(compare(synced)) == [
        "2026-01-31 P001 77: at the source, breaks a rule (EQUIPMENT_UNKNOWN), neither stored nor in quarantine"
    ]


def test_of_several_records_the_one_that_the_sync_stores_is_compared(site: Site) -> None:
    site.sync_equipment(machines("10"))
    older = reading("10", hours="3.000", DATE_TIME=f"{DAY}T01:00:00Z")
    foreign = reading("10", hours="2.000", POINT="88", DATE_TIME=f"{DAY}T23:00:00Z")
    site.sync_day(DAY, [older, reading("10"), reading("10"), foreign])
    site.serve("running_time", BEFORE, [])
    assert said(compare(site)) == []


def test_an_answer_that_promises_more_is_never_equal(synced: Site) -> None:
    synced.simulator.inject(Fault("literal_body", stream="equipment", body=json.dumps({"data": [], "hasMore": True})))
    assert [one.kind for one in compare(synced).differences] == [*["extra"] * 4, "incomplete"]
    [strict] = compare(synced, api={"strict": True}).differences
    assert strict.kind == "not_compared" and "hasMore" in strict.message


def test_only_the_plants_that_are_asked_for_are_compared(synced: Site) -> None:
    synced.execute(f"DELETE FROM equipment_running_times WHERE date = '{DAY}'")
    assert {one.plant_code for one in compare(synced, "P002").differences} == {"P002"}
    with pytest.raises(AskPerson, match="no such plant: P009"):
        compare(synced, "P009")


def test_plants_that_the_source_is_not_asked_for_are_not_called_extra(
    make_site: Callable[..., Site], migrated: dict[str, Any]
) -> None:
    site = make_site(migrated, SimulatorConfig(equipment=0, plant_filter="single", plant_required=True))
    per_plant = {"plant_parameter": {"mode": "per_plant"}}
    site.sync_equipment(machines(), api=per_plant)
    site.sync_day(DAY, readings(), api=per_plant)
    site.execute("UPDATE plants SET is_active = 0 WHERE plant_code = 'P002'")
    assert said(compare(site, api=per_plant)) == []
    site.execute("DELETE FROM equipment_running_times")
    assert [one.equipment_number for one in compare(site, api=per_plant).differences] == ["10", "11"]


def test_what_a_sync_changes_meanwhile_is_compared_once_more(synced: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    synced.serve("running_time", DAY, readings(DAY, RECDV="7.000", CNTRR="5007.000"))
    real, done = module.read_stored, []

    def read_stored(connection: Any, unit: Any) -> Any:
        found = real(connection, unit)
        if unit.day == DAY and not done:
            done.append(synced.sync_day(DAY).status)
        return found

    monkeypatch.setattr(module, "read_stored", read_stored)
    assert said(compare(synced)) == [] and done == ["success"]


def test_a_day_that_an_open_run_has_not_merged_yet_is_neither_equal_nor_sure(synced: Site) -> None:
    synced.execute(
        f"DELETE FROM equipment_running_times WHERE date = '{DAY}'",
        "INSERT INTO api_sync_logs (sync_type, status) VALUES ('running_time', 'running')",
        "INSERT INTO sync_units (sync_log_id, stream, unit_key)"
        f" SELECT MAX(id), 'running_time', '{DAY}' FROM api_sync_logs",
    )
    report = compare(synced)
    assert [one.kind for one in report.differences] == ["moved"]
    assert (report.is_equal, report.is_sure) == (False, False)


def test_a_source_that_refuses_says_nothing_about_either_side(
    synced: Site, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    synced.simulator.inject(Fault("status", stream="running_time", day=DAY, status=403))
    assert command() == 2
    out, error = capsys.readouterr()
    assert out == "" and error.startswith("ApiRefused: ")


def test_long_lists_are_cut_and_counted(site: Site, command: Callable[..., int], capsys: Any) -> None:
    site.serve("equipment", None, [machine(str(number)) for number in range(LISTED + 7)])
    assert command() == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum("missing in the CMMS" in line for line in lines) == LISTED
    assert lines[-2] == "and 7 more differences"


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({}, ("2026-01-25", "2026-01-31")),
        ({"days": 2}, ("2026-01-30", "2026-01-31")),
        ({"start": BEFORE}, ("2026-01-30", "2026-01-30")),
        ({"start": BEFORE, "end": DAY}, ("2026-01-30", "2026-01-31")),
    ],
    ids=str,
)
def test_the_days_are_those_before_today_or_those_that_are_named(asked: Any, days: tuple[str, str]) -> None:
    assert tuple(map(str, choose_days(RUN_DATE, **asked))) == days


@pytest.mark.parametrize(
    "asked",
    [{"days": 0}, {"days": 1, "start": DAY}, {"start": DAY, "end": BEFORE}, {"end": RUN_DATE + timedelta(days=1)}],
    ids=str,
)
def test_days_that_make_no_sense_are_refused(asked: Any) -> None:
    with pytest.raises(SettingsError):
        choose_days(RUN_DATE, **asked)
