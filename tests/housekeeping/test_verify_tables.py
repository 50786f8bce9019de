"""Verify: silent on a healthy database, one clear sentence for every kind of damage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from cmms.operations.verify import verify_tables as module
from cmms.operations.verify.stream_rows import stream_rows as read_rows
from cmms.operations.verify.verify_chains import verify_chains
from cmms.operations.verify.verify_tables import verify_tables
from cmms.settings import Rules, Settings, load_settings
from tests.housekeeping.rows import (
    NOW,
    add_log,
    add_machine,
    add_plant,
    add_reading,
    add_reject,
    add_unit,
    ago,
    insert,
    run_sql,
)

pytestmark = pytest.mark.feature("TEST-30")

Damage = Callable[[Any], None]


def healthy(connection: Any) -> None:
    """A day that was synced twice, with one reject and a chain of three readings."""
    plant = add_plant(connection)
    machine = add_machine(connection, "E1", plant)
    first = add_log(connection, "success", records_processed=1, records_success=1, records_inserted=1)
    add_unit(connection, first, fetched=1, inserted=1)
    newest = add_log(
        connection, "partial", level="medium", records_processed=2, records_success=1, records_failed=1, records_updated=1,
        settings_json=load_settings().model_dump_json(),
    )  # fmt: skip
    add_unit(connection, newest, fetched=2, updated=1, rejected=1)
    add_reject(connection, newest, b'{"EQUNR": "E2"}')
    add_reading(connection, machine, plant, "2026-02-26", "8", "100", "DATE_OLD")
    add_reading(connection, machine, plant, "2026-02-27", "8", "108")
    add_reading(connection, machine, plant, "2026-02-28", "8", "120", "HOURS_MISMATCH", sync_log_id=newest)
    add_log(connection, "running")
    add_log(connection, "failed", level="critical")


def test_a_healthy_database_has_no_differences(connection: Any) -> None:
    assert verify_tables(NOW) == []  # nothing at all
    healthy(connection)
    assert verify_tables(NOW) == []


def test_what_a_sync_commits_meanwhile_is_not_looked_at(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy(connection)
    looked_at: list[str] = []

    def stream_rows(reader: Any, statement: str, parameters: Any = None) -> Iterator[dict[str, Any]]:
        looked_at.append(statement)
        if len(looked_at) == 2:
            run_sql(connection, "UPDATE sync_units SET fetched = fetched + 1, unchanged = unchanged + 1")
        return read_rows(reader, statement, parameters)

    monkeypatch.setattr(module, "stream_rows", stream_rows)
    assert verify_tables(NOW) == []
    assert verify_tables(NOW) != []


NEWEST = "(SELECT MAX(id) FROM (SELECT id FROM api_sync_logs WHERE status = 'partial') x)"


def damage(*statements: str) -> Damage:
    return lambda connection: run_sql(
        connection, "SET foreign_key_checks = 0", *statements, "SET foreign_key_checks = 1"
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damage("UPDATE api_sync_logs SET records_updated = 0, records_unchanged = 1 WHERE status = 'partial'"),
         ["failed, warnings) are 2, 0, 0, 1, 0, 1, 0, its units add up to 2, 0, 1, 0, 0, 1, 0."]),
        (damage("UPDATE api_sync_logs SET records_inserted = 5 WHERE status = 'partial'"),
         ["the outcomes of those that succeeded add up to 6", "its units add up to"]),
        (damage("UPDATE sync_units SET merged_at = NULL ORDER BY id DESC LIMIT 1"),
         ["closed as partial", "1 unit not merged"]),
        (damage("UPDATE api_sync_logs SET sync_completed_at = NULL WHERE status = 'success'"), ["end: never"]),
        (damage("DELETE FROM sync_record_errors"), ["1 record was rejected, 0 are kept in quarantine."]),
        (damage("DELETE FROM equipment_running_times WHERE date = '2026-02-28'"),
         ["1 reading was written, 0 are stored."]),
        (damage(f"INSERT INTO sync_leases VALUES ('running_time', '2026-02-28', 1, {NEWEST}, NOW())"),
         ["running_time 2026-02-28 is still held by run", "which is partial."]),
        (damage("INSERT INTO sync_leases VALUES ('equipment', 'equipment', 1, 99999999, NOW())"), ["which is deleted."]),
        (damage("UPDATE api_sync_logs SET heartbeat_at = '2026-03-01 11:00:00' WHERE status = 'running'"),
         ["is running, but sent no heartbeat since 2026-03-01 11:00:00 UTC"]),
        (damage("UPDATE sync_record_errors SET payload = 'x'"), ["(E1|2026-02-28): the payload is not the one"]),
        (damage("DELETE FROM plants"), ["equipment_running_times refers to", "in plants, which does not exist."]),
        (damage("UPDATE sync_units SET sync_log_id = 77777777 ORDER BY id LIMIT 1"),
         ["sync_units refers to 77777777 in api_sync_logs"]),
        (damage("UPDATE equipment_running_times SET quality = 'ok', quality_code = NULL"),
         ["its codes are none, the reading before gives HOURS_MISMATCH."]),
        (damage("UPDATE equipment_running_times SET quality = 'warning' WHERE date = '2026-02-27'"),
         ["quality is warning, its codes are none."]),
        (damage("UPDATE equipment_running_times SET cumulative_hours = 7 WHERE date = '2026-02-26'"),
         ["the counter is lower than the running hours of its own day."]),
    ],
)  # fmt: skip
def test_each_damage_is_told(connection: Any, spoil: Damage, said: list[str]) -> None:
    healthy(connection)
    spoil(connection)
    told = " ".join(verify_tables(NOW))
    assert all(sentence in told for sentence in said), told


def snapshot(connection: Any) -> None:
    """Three machines by a snapshot, one reject of an unknown machine that was stored later."""
    plant = add_plant(connection)
    for number in ("E1", "E2", "E3"):
        add_machine(connection, number, plant)
    add_machine(connection, "LATE", plant, created_at=ago() + timedelta(hours=1))
    run_sql(connection, f"UPDATE equipment SET created_at = '{ago(days=2):%Y-%m-%d}' WHERE equipment_number <> 'LATE'")
    older = add_log(connection, sync_type="equipment", records_processed=9, records_success=9, records_inserted=9)
    add_unit(connection, older, "equipment", fetched=9, inserted=9)
    newest = add_log(connection, sync_type="equipment", records_processed=3, records_success=3, records_unchanged=3)
    add_unit(connection, newest, "equipment", fetched=3, unchanged=3)
    partial = add_log(
        connection, "partial", level="medium", records_processed=2, records_success=1, records_failed=1, records_superseded=1
    )  # fmt: skip
    add_unit(connection, partial, fetched=2, superseded=1, rejected=1)
    add_reject(connection, partial, b"1", code="EQUIPMENT_UNKNOWN", equipment_number="LATE")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE equipment SET missing_since = '2026-02-28' WHERE equipment_number IN ('E2', 'LATE')",
         "3 machines were stored or known, only 2 are there and not marked as missing"),
        ("DELETE FROM equipment WHERE equipment_number <> 'E1'", "3 machines were stored or known, only 1 are there"),
        ("UPDATE sync_record_errors SET equipment_number = 'E3'", "machine E3 was called unknown, but was stored before"),
    ],
)  # fmt: skip
def test_what_a_cut_result_leaves_behind_is_named(connection: Any, statement: str, said: str) -> None:
    snapshot(connection)
    assert verify_tables(NOW) == []
    run_sql(connection, statement)
    [told] = verify_tables(NOW)
    assert said in told


def test_a_unit_that_does_not_add_up_is_told(connection: Any) -> None:
    healthy(connection)
    run_sql(connection, "ALTER TABLE sync_units DROP CONSTRAINT ck_sync_units_conserved")
    try:
        run_sql(connection, "UPDATE sync_units SET fetched = 9, unchanged = 5 ORDER BY id DESC LIMIT 1")
        told = " ".join(verify_tables(NOW))
    finally:
        run_sql(
            connection,
            "DELETE FROM sync_units",
            "ALTER TABLE sync_units ADD CONSTRAINT ck_sync_units_conserved CHECK (merged_at IS NULL OR"
            " fetched = inserted + updated + unchanged + superseded + rejected)",
        )
    assert "9 records were fetched, but its outcomes add up to 7." in told


def test_a_dropped_unique_key_hides_no_duplicate(connection: Any) -> None:
    healthy(connection)
    run_sql(connection, "ALTER TABLE plants DROP KEY uk_plants_code")
    try:
        add_plant(connection)
        told = verify_tables(NOW)
    finally:
        run_sql(
            connection,
            "DELETE FROM plants ORDER BY id DESC LIMIT 1",
            "ALTER TABLE plants ADD UNIQUE KEY uk_plants_code (plant_code)",
        )
    assert told == ["plants: P001 is there 2 times."]


def test_a_staging_table_of_a_closed_run_is_told(connection: Any) -> None:
    number = add_log(connection, "failed", level="critical")
    run_sql(connection, f"CREATE TABLE stg_equipment_{number}_equipment_1 (id INT)")
    try:
        told = verify_tables(NOW)
    finally:
        run_sql(connection, f"DROP TABLE stg_equipment_{number}_equipment_1")
    assert told == [f"Staging table stg_equipment_{number}_equipment_1 was left behind by run {number}."]


CHAINS: list[tuple[str, list[tuple[int, str, str, str | None]], dict[str, Any]]] = [
    ("growth equal to hours", [(1, "8", "100", None), (2, "8", "108", None)], {}),
    ("within the tolerance", [(1, "8", "100", None), (2, "8", "108.1", None)], {}),
    ("beyond the tolerance", [(1, "8", "100", None), (2, "8", "108.101", "HOURS_MISMATCH")], {}),
    ("a gap of days", [(1, "8", "100", None), (3, "8", "140", None)], {}),
    ("not advanced", [(1, "8", "100", None), (2, "8", "100", "COUNTER_NOT_ADVANCED,HOURS_MISMATCH")], {}),
    ("an idle day", [(1, "8", "100", None), (2, "0", "100", None)], {}),
    ("an idle day, strict", [(1, "8", "100", None), (2, "0", "100", "COUNTER_NOT_ADVANCED")], {"strict_progression": True}),
    ("decreased", [(1, "8", "100", None), (2, "8", "99", "COUNTER_DECREASED,HOURS_MISMATCH")], {}),
    ("decreased after a gap", [(1, "8", "100", None), (5, "8", "99", "COUNTER_DECREASED")], {}),
    ("own codes stay", [(1, "30", "100", "EXCEEDS_DAY"), (2, "30", "99", "COUNTER_DECREASED,EXCEEDS_DAY,HOURS_MISMATCH")], {}),
]  # fmt: skip


def under(rules: Rules) -> Settings:
    """The settings of the site with these rules."""
    return load_settings().model_copy(update={"rules": rules})


@pytest.mark.parametrize(("readings", "rules"), [pytest.param(*case[1:], id=case[0]) for case in CHAINS])
def test_marks_are_what_the_merge_gives(connection: Any, readings: Any, rules: dict[str, Any]) -> None:
    plant = add_plant(connection)
    machine = add_machine(connection, "E1", plant)
    for day, hours, cumulative, code in readings:
        add_reading(connection, machine, plant, date(2026, 1, day), hours, cumulative, code)
    assert list(verify_chains(connection, under(Rules(**rules)))) == []
    connection.rollback()
    run_sql(
        connection,
        "UPDATE equipment_running_times SET quality = 'warning', quality_code = 'HOURS_MISMATCH' WHERE date = '2026-01-01'",
    )
    [told] = verify_chains(connection, under(Rules(**rules)))
    assert "(machine" in told and "2026-01-01" in told


def test_an_accepted_decrease_starts_a_new_chain(connection: Any) -> None:
    plant = add_plant(connection)
    machine = add_machine(connection, "E1", plant)
    add_reading(connection, machine, plant, "2026-01-01", "8", "100")
    add_reading(connection, machine, plant, "2026-01-02", "8", "9")
    assert len(list(verify_chains(connection, under(Rules())))) == 1
    point = insert(connection, "measuring_points", equipment_id=machine)
    insert(connection, "meter_segments", point_id=point, from_date="2026-01-02", kind="reset", created_by="test")
    assert list(verify_chains(connection, under(Rules()))) == []


def test_marks_given_under_the_limits_of_an_earlier_run_are_right(connection: Any) -> None:
    plant = add_plant(connection)
    machine = add_machine(connection, "E1", plant)
    add_reading(connection, machine, plant, "2026-01-01", "8", "100")
    add_reading(connection, machine, plant, "2026-01-02", "8", "109")
    wider = Rules.model_validate({"hours_mismatch_tolerance": "2"})
    assert len(list(verify_chains(connection, under(Rules())))) == 1
    settings = load_settings().model_copy(update={"rules": wider})
    add_log(connection, "success", settings_json=settings.model_dump_json())
    assert list(verify_chains(connection, under(Rules()))) == []


def test_every_machine_is_looked_at_and_long_lists_are_cut(connection: Any) -> None:
    plant = add_plant(connection)
    for number in range(7):
        machine = add_machine(connection, f"E{number}", plant)
        for day in range(20):
            add_reading(connection, machine, plant, date(2026, 1, 1) + timedelta(days=day), "8", str(100 + 9 * day))
    assert len(list(verify_chains(connection, under(Rules())))) == 7 * 19
    told = verify_tables(NOW)
    assert len(told) == 101
    assert told[-1] == "33 more differences like the last one."


def test_an_older_run_keeps_what_was_not_rejected_again(connection: Any) -> None:
    older = add_log(connection, "partial", records_processed=2, records_failed=2, at=ago(days=1))
    add_unit(connection, older, fetched=2, rejected=2)
    newer = add_log(connection, "partial", records_processed=1, records_failed=1)
    add_unit(connection, newer, fetched=1, rejected=1)
    add_reject(connection, newer, b"1")
    add_reject(connection, older, b"2", status="resolved")
    assert verify_tables(NOW) == []
    add_reject(connection, older, b"3")
    add_reject(connection, older, b"4")
    assert "2 records were rejected, 3 are kept" in verify_tables(NOW)[0]
