"""Invariant 6: an input that is incomplete or wrong as a whole fails the run, says why, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from cmms.alerts.evaluate_run import evaluate_run
from cmms.alerts.records import RunHistory
from cmms.operations.verify.verify_tables import verify_tables
from cmms.simulator import Fault
from cmms.sync.merge import stage_rows
from cmms.sync.records import Scope
from cmms.sync.run_sync import run_sync
from cmms.sync.runs.levels import CHANNELS
from tests.sync.records import ABSENT, machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

NUMBERS = [f"{number:06d}" for number in range(40)]
PAGED = {"api": {"pagination": {"size": 10}}}
READINGS = [reading(number) for number in NUMBERS]
CORRECTED = [reading(number, hours="9", CREATED_AT="2026-02-01T09:00:00Z") for number in NUMBERS]


@pytest.fixture
def filled(site: Site) -> Site:
    """Forty machines with a reading each; the source now has corrections of all of them."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.sync_day(DAY, READINGS)
    site.serve("running_time", DAY, CORRECTED)
    return site


def assert_untouched(site: Site, sync: Callable[[], Any], error_class: str, *words: str) -> None:
    """The sync fails with that error, of which people hear by Slack and e-mail; data, quarantine and superseded records are
    as before; no staging table is left."""
    tables = ("plants", "equipment", "equipment_running_times", "sync_record_errors", "sync_superseded_records")
    before = site.dump(*tables)
    summary = sync()
    assert (summary.status, summary.error_class, summary.level) == ("failed", error_class, "critical")
    for word in words:
        assert word in summary.error_message
    [alert] = evaluate_run(summary, site.settings(), RunHistory())
    assert (alert.rule_key, CHANNELS[alert.level]) == ("run_failed", ("slack", "email"))
    assert error_class in alert.title and alert.advice
    assert summary.counts.fetched == 0
    assert site.dump(*tables) == before
    log = site.query("SELECT * FROM api_sync_logs ORDER BY id DESC LIMIT 1")[0]
    assert (log["status"], log["error_class"]) == ("failed", error_class)
    assert log["sync_completed_at"] is not None
    assert "Traceback" in log["stack_trace"]
    assert site.query("SELECT * FROM sync_leases WHERE sync_log_id IS NOT NULL") == []
    assert site.query("SHOW TABLES LIKE 'stg%'") == []


@pytest.mark.feature("SYNC-03", "VAL-12", "TEST-18", "TEST-23", "TEST-28")
@pytest.mark.parametrize(
    ("fault", "error_class"),
    [
        (Fault("status", page=3, status=503), "ApiUnavailable"),
        (Fault("status", page=3, status=403), "ApiRefused"),
        (Fault("status", page=3, status=404), "ApiRefused"),
        (Fault("repeated_page", page=3), "IncompleteFetch"),
        (Fault("total_mismatch"), "IncompleteFetch"),
        (Fault("truncated_body", page=4), "ApiUnavailable"),
        (Fault("truncated_gzip", page=4), "ApiUnavailable"),
        (Fault("invalid_json", page=2), "BadPayload"),
        (Fault("html", page=2), "BadPayload"),
        (Fault("empty_body", page=2), "BadPayload"),
        (Fault("rename_field", field="CNTRR", new_name="COUNTER"), "ContractBroken"),
        (Fault("remove_field", field="CREATED_AT"), "ContractBroken"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.kind} {value.status or value.field or ''}".strip(),
)
def test_a_fault_on_any_page_leaves_everything_as_it_was(filled: Site, fault: Fault, error_class: str) -> None:
    filled.simulator.inject(fault)
    assert_untouched(filled, lambda: filled.sync_day(DAY, **PAGED), error_class)
    filled.simulator.clear_faults()
    summary = filled.sync_day(DAY, **PAGED)
    assert (summary.status, summary.counts.updated) == ("success", 40)


@pytest.mark.feature("VAL-12", "VAL-07")
def test_a_field_that_no_record_carries_is_named(filled: Site) -> None:
    filled.serve("running_time", DAY, [reading(number, counter=ABSENT) for number in NUMBERS])
    assert_untouched(filled, lambda: filled.sync_day(DAY), "ContractBroken", "cumulative_hours", "CNTRR")


@pytest.mark.feature("VAL-12")
def test_an_optional_field_that_would_be_erased_everywhere_is_a_broken_contract(filled: Site) -> None:
    snapshot = [machine(number, EQKTU=ABSENT, CREATED_AT="2026-02-01") for number in NUMBERS]
    assert_untouched(filled, lambda: filled.sync_equipment(snapshot), "ContractBroken", "equipment_description")
    fields = {"streams": {"equipment": {"fields": {"equipment_description": []}}}}
    assert filled.sync_equipment(snapshot, **fields).status == "success"


@pytest.mark.feature("VAL-12", "SYNC-12")
def test_an_empty_answer_fails_unless_it_is_declared_normal(filled: Site) -> None:
    assert_untouched(filled, lambda: filled.sync_day(DAY, []), "BatchRuleBroken", "no record", "allow_empty")
    assert_untouched(filled, lambda: filled.sync_equipment([]), "BatchRuleBroken", "no record")
    before = filled.dump()
    summary = filled.sync_day(DAY, [], streams={"running_time": {"allow_empty": True}})
    assert (summary.status, summary.counts.fetched) == ("success", 0)
    assert filled.dump() == before


@pytest.mark.feature("VAL-12")
def test_too_many_rejects_fail_the_run_with_the_counts_by_code(filled: Site) -> None:
    limits = {"rules": {"max_rejected_percent": 50, "max_rejected_floor": 10}}
    records = [reading(number, hours="x" if index < 21 else "8") for index, number in enumerate(NUMBERS)]
    assert_untouched(
        filled, lambda: filled.sync_day(DAY, records, **limits), "BatchRuleBroken", "21 of 40", "NOT_NUMERIC: 21"
    )
    records[0] = reading(NUMBERS[0])  # exactly at the limit
    assert filled.sync_day(DAY, records, **limits).counts.rejected == 20


@pytest.mark.feature("SYNC-12", "Q-05")
def test_a_snapshot_that_shrank_too_much_marks_nobody_missing(filled: Site) -> None:
    few = [machine(number) for number in NUMBERS[:19]]
    assert_untouched(filled, lambda: filled.sync_equipment(few), "BatchRuleBroken", "shrank from 40 to 19")
    assert_untouched(filled, lambda: filled.sync_equipment(few * 2), "BatchRuleBroken", "shrank from 40 to 19")
    summary = filled.sync_equipment([machine(number) for number in NUMBERS[:20]])
    assert summary.status == "success"
    assert filled.value("SELECT COUNT(*) FROM equipment WHERE missing_since IS NOT NULL AND is_active = 1") == 20


@pytest.mark.feature("SYNC-06", "STK-08")
def test_a_value_that_the_server_would_cut_as_it_loads_the_stage_fails_the_run(
    filled: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = stage_rows._write_rows

    def write(rows: pl.DataFrame, file: Any) -> None:
        real(rows.with_columns(company_code=pl.lit("1" * 50)), file)  # the rules let no such value through

    monkeypatch.setattr(stage_rows, "_write_rows", write)
    snapshot = [machine(number, CREATED_AT="2026-02-01T09:00:00Z") for number in NUMBERS]
    before = filled.dump("equipment")
    summary = filled.sync_equipment(snapshot)
    assert (summary.status, summary.error_class) == ("failed", "DatabaseRefused")
    assert "rows unchanged: Data truncated" in str(summary.error_message)
    assert filled.dump("equipment") == before  # the staging table is left to the watchdog


@pytest.mark.feature("VAL-12", "RT-08")
def test_days_merged_before_the_failing_one_stay_and_are_counted(filled: Site) -> None:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    filled.serve("running_time", before, [reading(number, before, counter="4000") for number in NUMBERS])
    filled.simulator.inject(Fault("status", day=DAY, status=500))
    summary = filled.sync_days(before, after, engine={"days_per_batch": 1})
    assert (summary.status, summary.counts.inserted, summary.counts.fetched) == ("failed", 40, 40)
    assert filled.value("SELECT COUNT(*) FROM equipment_running_times") == 80


@pytest.mark.feature("RT-13", "Q-07")
def test_readings_without_a_fresh_equipment_sync_are_flagged_or_refused(site: Site) -> None:
    site.sync_equipment([machine()])
    site.execute("UPDATE api_sync_logs SET status = 'failed'")
    summary = site.sync_day(DAY, [reading()])
    assert (summary.status, summary.stale_master, summary.level) == ("success", True, "low")
    assert site.value("SELECT COUNT(*) FROM sync_log_events WHERE code = 'STALE_MASTER'") == 1
    blocked = site.sync_day(DAY, rules={"stale_master": "block"})
    assert (blocked.status, blocked.error_class) == ("failed", "StaleMaster")
    site.sync_equipment(run_date=DAY)  # of the day before
    assert site.sync_day(DAY).stale_master is True
    assert site.sync_equipment([machine(), machine("B", BUKRS=5)]).status == "partial"
    assert site.sync_day(DAY).stale_master is False


@pytest.mark.feature("LOG-03")
@pytest.mark.usefixtures("validated_once")
@pytest.mark.parametrize(
    "scope",
    [
        Scope("equipment"),
        Scope("equipment", plant_codes=("P001",)),
        Scope("equipment", equipment_numbers=("000123",)),
        Scope("running_time", DAY, DAY),
        Scope("running_time", DAY, DAY, plant_codes=("P001",), equipment_numbers=("000123",)),
    ],
)
def test_an_input_of_which_every_record_is_rejected_has_failed_however_small_it_is(site: Site, scope: Scope) -> None:
    day = None if scope.stream == "equipment" else DAY
    bad = machine(EQKTU="x" * 501) if day is None else reading(hours="none")
    good = machine("000123", POINT="78") if day is None else reading("000123")
    site.sync_equipment([machine(), machine("B")])
    site.serve(scope.stream, day, [bad])
    settings = site.settings(rules={"max_shrink_percent": 100})
    failed = run_sync(scope, run_date=RUN_DATE, settings=settings)
    assert (failed.status, failed.level, failed.counts.rejected) == ("failed", "critical", 1)
    assert "the only record of this run was rejected: nothing was stored" in (failed.error_message or "")
    assert site.value("SELECT COUNT(*) FROM sync_record_errors WHERE status = 'open'") == 1  # it can be replayed
    assert site.value("SELECT COUNT(*) FROM equipment WHERE equipment_number = '000123' AND missing_since IS NULL") == 1
    assert verify_tables() == []
    site.serve(scope.stream, day, [good, bad])
    assert run_sync(scope, run_date=RUN_DATE, settings=settings).status == "partial"
