"""Invariants 3 and 4: every record is accounted for, and every rejected one is kept as it came."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from cmms.errors import AskPerson
from cmms.sync.accept_counters import accept_counters
from cmms.sync.records import Scope
from cmms.sync.replay_rejects import replay_orphans, replay_rejects
from cmms.sync.run_sync import run_sync
from tests.oracle.generate import RecordGenerator
from tests.sync.records import ABSENT, machine, reading
from tests.sync.site import DAY, PLANTS, RUN_DATE, Site

DEFECTS = (
    {"hours": "abc"}, {"hours": "-1"}, {"counter": None}, {"SWERK": "NOWHERE"}, {"DATE": "2026-02-30"}, {"MDTXT": "a\0b"},
    {"CREATED_AT": "yesterday"}, {"BUKRS": "1" * 11},
)  # fmt: skip


@pytest.mark.feature("OBJ-02", "SYNC-06")
@pytest.mark.parametrize("stream", ["equipment", "running_time"])
def test_of_1000_records_with_37_defects_963_are_stored_and_just_those_37_are_kept_aside(
    site: Site, stream: str
) -> None:
    numbers = [f"{number:06d}" for number in range(1000)]
    spoilt = set(Random(37).sample(numbers, 37))
    if stream == "running_time":
        site.sync_equipment([machine(number) for number in numbers])
        defects = {number: DEFECTS[index % len(DEFECTS)] for index, number in enumerate(sorted(spoilt))}
        summary = site.sync_day(DAY, [reading(number, **defects.get(number, {})) for number in numbers])
        stored = "SELECT e.equipment_number FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
    else:
        defects = {number: DEFECTS[(3, 6, 7)[index % 3]] for index, number in enumerate(sorted(spoilt))}
        summary = site.sync_equipment([machine(number, **defects.get(number, {})) for number in numbers])
        stored = "SELECT equipment_number FROM equipment"
    assert [row["equipment_number"] for row in site.query(f"{stored} ORDER BY 1")] == sorted({*numbers} - spoilt)
    kept = site.query("SELECT equipment_number, status FROM sync_record_errors ORDER BY 1")
    assert [(row["equipment_number"], row["status"]) for row in kept] == [(number, "open") for number in sorted(spoilt)]
    log = site.query("SELECT * FROM api_sync_logs WHERE id = %s", summary.sync_log_id)[0]
    counts = (log["records_processed"], log["records_success"], log["records_failed"])
    assert (counts, log["status"], log["level"]) == ((1000, 963, 37), "partial", "medium")


@pytest.mark.feature("SYNC-07", "RT-06", "DAT-05", "OBJ-02")
def test_counts_of_the_log_row_equal_what_is_in_the_tables(site: Site) -> None:
    feed = RecordGenerator(21, 500, PLANTS[:2], defect_rate=0.2, duplicate_rate=0.1)
    site.sync_equipment(feed.equipment())
    for revision in (0, 1):
        records = feed.running_times(DAY, revision)
        before = {
            row["id"]: row["updated_at"] for row in site.query("SELECT id, updated_at FROM equipment_running_times")
        }
        summary = site.sync_day(DAY, records)
        log = site.query("SELECT * FROM api_sync_logs WHERE id = %s", summary.sync_log_id)[0]
        after = {
            row["id"]: row["updated_at"] for row in site.query("SELECT id, updated_at FROM equipment_running_times")
        }
        changed = [number for number in before if after[number] != before[number]]
        assert log["records_processed"] == len(records)
        assert log["records_processed"] == log["records_success"] + log["records_failed"]
        assert log["records_inserted"] == len(after) - len(before)
        assert log["records_updated"] == len(changed)
        assert log["records_failed"] == site.value(
            "SELECT COUNT(*) FROM sync_record_errors WHERE sync_log_id = %s", summary.sync_log_id
        )
        parts = ("inserted", "updated", "unchanged", "superseded", "failed")
        assert log["records_processed"] == sum(log[f"records_{part}"] for part in parts)
        assert log["status"] == "partial"
        assert log["sync_started_at"] <= log["sync_completed_at"]
        assert None not in (log["api_ms"], log["validate_ms"], log["db_ms"])
    revisions = site.value("SELECT COUNT(*) FROM equipment_running_time_revisions")
    assert revisions == len(changed) > 0


@pytest.mark.feature("SYNC-06", "SYNC-04", "LOG-02", "DLQ-01")
def test_a_rejected_record_is_kept_byte_for_byte_with_its_place_and_reason(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B")])
    good = reading("A")
    odd = '{ "SWERK":"P001",  "EQUNR": "B\\u00e9 \\ud83d\\ude00","RECDV" : 1.50e1, "CNTRR":"x", "CREATED_AT":"20260201"  , "DATE":20260131}'
    summary = site.sync_day(DAY, [good, good.replace("8.000", "abc"), odd], api={"pagination": {"size": 2}})
    assert summary.counts.rejected == 2
    rows = site.query("SELECT * FROM sync_record_errors ORDER BY page, position")
    assert [bytes(row["payload"]).decode() for row in rows] == [good.replace("8.000", "abc"), odd]
    assert [(row["page"], row["position"]) for row in rows] == [(1, 1), (2, 0)]
    first, second = rows
    assert first["sync_log_id"] == summary.sync_log_id
    assert (first["stream"], first["unit_key"], first["record_key"]) == ("running_time", "2026-01-31", "A|2026-01-31")
    assert (first["code"], first["rule"], first["field"]) == ("NOT_NUMERIC", "VAL-03", "running_hours")
    assert "running_hours" in first["message"]
    assert (first["status"], first["attempts"], first["category"]) == ("open", 1, "validation")
    assert (second["equipment_number"], second["reading_date"]) == ("Bé 😀", DAY)


@pytest.mark.feature("RT-12", "DLQ-01")
def test_the_same_reject_again_is_one_row_with_one_more_attempt(site: Site) -> None:
    site.sync_equipment([machine("A")])
    orphan = reading("GHOST")
    first = site.sync_day(DAY, [reading("A"), orphan, orphan])
    second = site.sync_day(DAY)
    assert (first.counts.rejected, second.counts.rejected) == (2, 2)
    rows = site.query("SELECT * FROM sync_record_errors ORDER BY id")
    assert [(row["code"], row["attempts"], row["occurrence"], row["category"]) for row in rows] == [
        ("EQUIPMENT_UNKNOWN", 2, 0, "orphan"),
        ("EQUIPMENT_UNKNOWN", 2, 1, "orphan"),
    ]
    assert all(row["first_seen_at"] < row["last_seen_at"] for row in rows)


@pytest.mark.feature("SYNC-06", "SCH-02")
def test_a_reject_that_the_source_has_mended_is_resolved_and_opens_again_when_it_comes_back(site: Site) -> None:
    site.sync_equipment([machine("A")])
    bad, good = reading("A", hours="x"), reading("A")

    def status() -> list[tuple[str, str | None]]:
        return [(row["status"], row["resolved_by"]) for row in site.query("SELECT * FROM sync_record_errors")]

    site.sync_day(DAY, [bad])
    site.sync_day(DAY, [good])
    assert status() == [("resolved", "sync")]
    site.sync_day(DAY, [bad, good])
    assert status() == [("open", None)]
    site.execute("UPDATE sync_record_errors SET status = 'discarded', resolved_by = 'ann', note = 'known'")
    site.sync_day(DAY)
    assert status() == [("discarded", "ann")]


@pytest.mark.feature("DLQ-01", "SYNC-06")
def test_a_record_that_fails_again_tells_why_and_where_it_failed_last(site: Site) -> None:
    orphan = reading("LATE", counter="10")
    site.sync_equipment([machine("A"), machine("B"), machine("C")])
    first = site.sync_day(DAY, [orphan])
    [before] = site.query("SELECT * FROM sync_record_errors")
    assert (before["code"], before["category"], before["page"], before["position"]) == (
        "EQUIPMENT_UNKNOWN",
        "orphan",
        1,
        0,
    )
    site.sync_equipment([machine("A"), machine("B"), machine("C"), machine("LATE")])
    site.sync_day(DAY - timedelta(days=1), [reading("LATE", DAY - timedelta(days=1), counter="5000")])
    others = [reading("A"), reading("B"), reading("C")]
    last = site.sync_day(DAY, [*others, orphan], api={"pagination": {"size": 2}})
    [row] = site.query("SELECT * FROM sync_record_errors")
    assert (before["sync_log_id"], row["sync_log_id"]) == (first.sync_log_id, last.sync_log_id)
    assert (row["code"], row["category"], row["field"]) == ("COUNTER_DECREASED", "business", "cumulative_hours")
    assert row["rule"] != before["rule"]
    assert "5000" in row["message"]
    assert (row["page"], row["position"]) == (2, 1)
    assert (row["attempts"], row["row_version"]) == (2, before["row_version"] + 1)


SAID = {
    "open": (None, None, "known to the plant"),
    "acknowledged": (None, None, "asked the plant"),
    "retrying": (None, None, "corrected"),
    "resolved": ("ann", DAY, "replayed by run 7"),
    "discarded": ("ann", DAY, "test machine"),
}
"""Status of a reject -> by whom it was settled, when, and the note."""


def rejects_by_status(site: Site) -> None:
    """One reject of the day for each status, of the machine of that name, each with what was said of it."""
    site.sync_equipment([machine(status) for status in SAID])
    site.sync_day(DAY, [reading(status, hours="x") for status in SAID])
    for status, said in SAID.items():
        site.execute(
            "UPDATE sync_record_errors SET status = %s, resolved_by = %s, resolved_at = %s, note = %s"
            " WHERE equipment_number = %s",
            values=(status, *said, status),
        )


def said_of(site: Site) -> dict[str, tuple[Any, ...]]:
    """Machine -> status, by whom, whether with an instant, note, row version."""
    rows = site.query("SELECT * FROM sync_record_errors WHERE unit_key = %s ORDER BY id", DAY.isoformat())
    return {
        row["equipment_number"]: (
            row["status"], row["resolved_by"], row["resolved_at"] is not None, row["note"], row["row_version"]
        )
        for row in rows
    }  # fmt: skip


@pytest.mark.feature("DLQ-01", "DLQ-02")
def test_a_record_that_fails_again_is_open_unless_discarded_and_keeps_what_a_person_said(site: Site) -> None:
    rejects_by_status(site)
    site.sync_day(DAY)
    assert said_of(site) == {
        "open": ("open", None, False, "known to the plant", 2),
        "acknowledged": ("acknowledged", None, False, "asked the plant", 2),
        "retrying": ("open", None, False, "corrected", 2),
        "resolved": ("open", None, False, None, 2),  # what was said then is not true any more
        "discarded": ("discarded", "ann", True, "test machine", 2),
    }


@pytest.mark.feature("SYNC-06", "DLQ-01")
def test_rejects_that_a_complete_input_does_not_hold_any_more_are_resolved_whoever_has_seen_them(site: Site) -> None:
    rejects_by_status(site)
    day_before = DAY - timedelta(days=1)
    site.sync_day(day_before, [reading("open", day_before, hours="x")])
    site.sync_equipment([*(machine(status) for status in SAID), machine("E", BUKRS=5)])
    settled = site.sync_day(DAY, [reading(status) for status in SAID])
    by_sync = ("resolved", "sync", True, f"no longer rejected: run {settled.sync_log_id}", 2)
    assert said_of(site) == {
        "open": by_sync,
        "acknowledged": by_sync,
        "retrying": by_sync,
        "resolved": ("resolved", "ann", True, "replayed by run 7", 1),
        "discarded": ("discarded", "ann", True, "test machine", 1),
    }
    others = site.query(
        "SELECT stream, status FROM sync_record_errors WHERE unit_key <> %s ORDER BY id", DAY.isoformat()
    )
    assert [tuple(row.values()) for row in others] == [("running_time", "open"), ("equipment", "open")]


@pytest.mark.feature("RT-09", "SYNC-10", "MAP-06")
def test_superseded_records_are_kept_with_the_reason_and_identical_ones_once(site: Site) -> None:
    site.sync_equipment([machine("A", POINT="77"), machine("A", POINT="77", CREATED_AT="2025-12-31"), machine("B")])
    kept = reading("A", POINT="77")
    earlier = reading("A", POINT="77", DATE_TIME=f"{DAY}T08:00:00Z", MDTXT="morning")
    foreign = reading("A", POINT="99", DATE_TIME=f"{DAY}T23:00:00Z")
    summary = site.sync_day(DAY, [earlier, kept, kept, foreign, reading("B")])
    assert (summary.counts.inserted, summary.counts.superseded) == (2, 3)
    assert (
        site.value(
            "SELECT t.description FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
            " WHERE e.equipment_number = 'A'"
        )
        == "as read"
    )
    rows = site.query("SELECT * FROM sync_superseded_records WHERE stream = 'running_time' ORDER BY id")
    assert {bytes(row["payload"]).decode(): row["code"] for row in rows} == {
        earlier: "DUPLICATE_SUPERSEDED",
        foreign: "POINT_MISMATCH",
    }
    assert site.value("SELECT COUNT(*) FROM sync_superseded_records WHERE stream = 'equipment'") == 1


@pytest.mark.feature("RT-09", "MAP-06", "Q-02")
@pytest.mark.parametrize("own_comes_first", [True, False])
def test_the_machines_own_measuring_point_is_stored_in_whichever_run_it_comes(
    site: Site, own_comes_first: bool
) -> None:
    site.sync_equipment([machine("A", POINT="77")])
    own = reading("A", POINT="77")
    foreign = reading("A", POINT="99", MDTXT="foreign", CREATED_AT="2026-02-01T23:00:00Z")
    for record in (own, foreign) if own_comes_first else (foreign, own):
        summary = site.sync_day(DAY, [record])
    assert (summary.counts.superseded, summary.counts.updated) == ((1, 0) if own_comes_first else (0, 1))
    rows = site.query("SELECT point, description, quality_code FROM equipment_running_times")
    assert [tuple(row.values()) for row in rows] == [("77", "as read", None)]
    kept = site.query("SELECT code, payload FROM sync_superseded_records WHERE stream = 'running_time'")
    assert [(row["code"], row["payload"].decode()) for row in kept] == (
        [("POINT_MISMATCH", foreign)] if own_comes_first else []
    )
    before = site.dump("equipment_running_times", "equipment_running_time_revisions", "sync_superseded_records")
    site.sync_day(DAY, [foreign])
    site.sync_day(DAY, [own])
    after = site.dump("equipment_running_times", "equipment_running_time_revisions", "sync_superseded_records")
    assert after["equipment_running_times"] == before["equipment_running_times"]


@pytest.mark.feature("RT-05", "SYNC-05")
def test_an_older_record_never_replaces_a_newer_one_and_is_kept(site: Site) -> None:
    site.sync_equipment([machine("A", EQKTU="NEW")])
    assert site.sync_equipment([machine("A", EQKTU="OLD", CREATED_AT="2025-12-31T00:00:00Z")]).counts.superseded == 1
    site.sync_day(DAY, [reading("A")])
    before = site.dump()
    older = reading("A", hours="1", CREATED_AT=f"{DAY}T22:00:00Z")
    summary = site.sync_day(DAY, [older])
    assert (summary.status, summary.counts.superseded, summary.counts.updated) == ("success", 1, 0)
    assert site.dump() == before
    assert site.value("SELECT equipment_description FROM equipment") == "NEW"
    kept = site.query("SELECT code, payload FROM sync_superseded_records ORDER BY id")
    assert [row["code"] for row in kept] == ["OLDER_THAN_STORED"] * 2
    assert bytes(kept[1]["payload"]).decode() == older


@pytest.mark.feature("RT-05", "MAP-06")
def test_of_a_day_that_brings_new_older_and_foreign_records_each_is_kept_for_its_own_reason(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("B"), machine("C")])
    site.sync_day(DAY, [reading("A"), reading("B")])
    older, foreign = reading("A", hours="1", CREATED_AT=f"{DAY}T22:00:00Z"), reading("B", POINT="99")
    summary = site.sync_day(DAY, [older, foreign, reading("C")])
    assert (summary.counts.superseded, summary.counts.inserted) == (2, 1)
    kept = site.query("SELECT code, payload FROM sync_superseded_records")
    assert {row["code"]: bytes(row["payload"]).decode() for row in kept} == {
        "OLDER_THAN_STORED": older,
        "POINT_MISMATCH": foreign,
    }
    assert len(kept) == 2


@pytest.mark.feature("RT-04", "DLQ-02", "DLQ-04", "SYNC-08")
def test_orphans_are_stored_without_a_new_request_once_their_equipment_and_plant_exist(site: Site) -> None:
    site.sync_equipment([machine("A"), machine("NEW", SWERK="P009")])
    site.sync_day(DAY, [reading("A"), reading("NEW", SWERK="P009"), reading("GHOST")])
    codes = Counter(row["code"] for row in site.query("SELECT code FROM sync_record_errors WHERE status = 'open'"))
    assert codes["PLANT_UNKNOWN"] >= 1
    assert replay_orphans(settings=site.settings()) == []
    site.add_plant("P009")
    asked = site.simulator.request_count
    for _ in range(2):  # the machine first, then its reading
        for summary in replay_orphans(settings=site.settings()):
            assert summary.status in ("success", "partial"), summary.error_message
    assert site.simulator.request_count == asked
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 2
    left = site.query("SELECT record_key, status FROM sync_record_errors WHERE status = 'open'")
    assert [row["record_key"] for row in left] == [f"GHOST|{DAY}"]


@pytest.mark.feature("DLQ-02", "DLQ-03", "DOM-03", "DOM-02")
def test_an_accepted_counter_is_stored_by_replay_and_later_days_follow_it(site: Site) -> None:
    site.sync_equipment([machine("A")])
    days = [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]
    site.sync_day(days[0], [reading("A", days[0], counter="5000")])
    assert dict(site.sync_day(days[1], [reading("A", days[1], counter="8")]).rejects_by_code) == {
        "COUNTER_DECREASED": 1
    }
    number = site.value("SELECT id FROM sync_record_errors")
    assert accept_counters([number], reason="new counter", user="ann") == 1
    (summary,) = replay_rejects(ids=[number], user="ann", settings=site.settings())
    assert (summary.status, summary.counts.inserted) == ("success", 1)
    assert site.value("SELECT status FROM sync_record_errors") == "resolved"
    with pytest.raises(AskPerson, match="no open rejected counter reading"):
        accept_counters([number], reason="again", user="bob")
    decreased = reading("A", days[2], hours="1", counter="7")  # what was accepted is one day, not the machine
    assert dict(site.sync_day(days[2], [decreased]).rejects_by_code) == {"COUNTER_DECREASED": 1}
    assert site.sync_day(days[2], [reading("A", days[2], counter="16")]).status == "success"
    corrected = reading("A", days[1], counter="20", CREATED_AT="2026-02-01T10:00:00Z")
    assert site.sync_day(days[1], [corrected]).counts.updated == 1
    marked = site.value("SELECT quality_code FROM equipment_running_times WHERE date = %s", days[2])
    assert marked == "COUNTER_DECREASED,HOURS_MISMATCH"
    assert dict(site.sync_day(days[2], [reading("A", days[2], counter="7")]).rejects_by_code) == {
        "CUMULATIVE_BELOW_DAILY": 1
    }
    assert site.value("SELECT COUNT(*) FROM audit_log") >= 1


@pytest.mark.feature("DLQ-02")
def test_a_replay_that_fails_again_keeps_its_row_with_one_more_attempt(site: Site) -> None:
    site.sync_equipment([machine("A")])
    site.sync_day(DAY, [reading("A", hours="x"), reading("A", hours="y")])
    summaries = replay_rejects(user="ann", settings=site.settings())
    assert [summary.counts.rejected for summary in summaries] == [2]
    rows = site.query("SELECT status, attempts, code FROM sync_record_errors")
    assert [tuple(row.values()) for row in rows] == [("open", 2, "NOT_NUMERIC")] * 2


@pytest.mark.feature("DLQ-02", "VAL-12")
def test_a_replay_of_bad_records_alone_is_not_refused_as_a_whole(site: Site) -> None:
    site.sync_equipment([machine("A")])
    bad = [reading("A", MDTXT=str(number), RECDV=ABSENT) for number in range(12)]
    site.sync_day(DAY, [reading("A"), *bad])
    limits = {"max_rejected_percent": 10, "max_rejected_floor": 1}
    [summary] = replay_rejects(user="ann", settings=site.settings(rules=limits))
    assert (summary.status, summary.counts.rejected) == ("partial", 12), summary.error_message


@pytest.mark.feature("DLQ-02", "DLQ-04")
def test_a_replay_stores_corrected_records_that_are_not_settled_whoever_has_seen_them(site: Site) -> None:
    rejects_by_status(site)
    site.execute("UPDATE sync_record_errors SET edited_payload = REPLACE(payload, '\"x\"', '\"8\"')")
    [summary] = replay_rejects(user="ann", settings=site.settings())
    assert (summary.status, summary.counts.inserted) == ("success", 3)
    by_ann = ("resolved", "ann", True, f"replayed by run {summary.sync_log_id}", 2)
    assert said_of(site) == {
        "open": by_ann,
        "acknowledged": by_ann,
        "retrying": by_ann,
        "resolved": ("resolved", "ann", True, "replayed by run 7", 1),
        "discarded": ("discarded", "ann", True, "test machine", 1),
    }


@pytest.mark.feature("DLQ-02", "SYNC-08")
def test_a_replayed_record_that_a_newer_one_supersedes_says_by_what(site: Site) -> None:
    older = {"CREATED_AT": f"{DAY}T10:00:00Z", "DATE_TIME": f"{DAY}T09:00:00Z"}
    machines = [
        machine("A", POINT="77"),
        machine("B"),
        machine("B", SWERK="NOWHERE", CREATED_AT="2025-12-01T06:00:00Z"),
    ]
    site.sync_equipment(machines)
    stored = site.sync_day(
        DAY,
        [reading("A"), reading("A", hours="x", **older), reading("A", hours="x", POINT="78"),
         reading("B", hours="x", MDTXT="one"), reading("B", hours="x", **older)],
    )  # fmt: skip
    assert (stored.counts.inserted, stored.counts.rejected) == (1, 4)
    site.execute(
        "UPDATE sync_record_errors SET edited_payload = REPLACE(REPLACE(payload, '\"x\"', '\"8\"'), 'NOWHERE', 'P001')"
    )
    replayed = {summary.scope.stream: summary for summary in replay_rejects(user="ann", settings=site.settings())}
    run = replayed["running_time"].sync_log_id
    assert [summary.counts.superseded for summary in replayed.values()] == [1, 3]
    rows = site.query("SELECT record_key, status, resolved_by, note FROM sync_record_errors ORDER BY id")
    assert {(row["status"], row["resolved_by"]) for row in rows} == {("resolved", "ann")}
    assert [(row["record_key"], row["note"]) for row in rows] == [
        ("B", "superseded by a newer record of 2026-01-01 06:00:00 UTC"),
        (f"A|{DAY}", f"superseded by a newer record of {DAY} 21:00:00 UTC, stored by run {stored.sync_log_id}"),
        (f"A|{DAY}", f"superseded by the record of the machine's own measuring point of {DAY} 21:00:00 UTC,"
                     f" stored by run {stored.sync_log_id}"),
        (f"B|{DAY}", f"replayed by run {run}"),
        (f"B|{DAY}", f"superseded by a newer record of {DAY} 21:00:00 UTC, stored by run {run}"),
    ]  # fmt: skip


@pytest.mark.feature("DLQ-01", "SYNC-08")
def test_more_rejected_and_superseded_records_than_go_in_one_statement_are_all_kept(site: Site) -> None:
    site.sync_equipment([machine("A")])
    bad = [reading("A", hours="x", MDTXT=str(number)) for number in range(1001)]
    earlier = [reading("A", CREATED_AT=f"{DAY}T21:00:00Z", MDTXT=str(number)) for number in range(1001)]
    counts = site.sync_day(DAY, [*bad, *earlier, reading("A")]).counts
    assert (counts.inserted, counts.rejected, counts.superseded) == (1, 1001, 1001)
    kept = site.query("SELECT payload FROM sync_record_errors ORDER BY id")
    assert [bytes(row["payload"]).decode() for row in kept] == bad
    assert site.value("SELECT COUNT(DISTINCT payload_hash) FROM sync_superseded_records") == 1001


@pytest.mark.feature("DLQ-01")
@pytest.mark.parametrize(("length", "is_kept"), [(50, True), (51, False)])
def test_a_rejected_records_machine_is_named_as_long_as_a_number_may_be(site: Site, length: int, is_kept: bool) -> None:
    number = "N" * length
    site.sync_equipment([machine("A"), machine(number, BUKRS=5)])
    [row] = site.query("SELECT record_key, equipment_number FROM sync_record_errors")
    assert row == {"record_key": number, "equipment_number": number if is_kept else None}


@pytest.mark.feature("DLQ-02", "DOM-03")
def test_a_counter_that_is_accepted_while_its_day_is_synced_is_stored_by_that_sync(site: Site) -> None:
    site.sync_equipment([machine("A")])
    before = DAY - timedelta(days=1)
    site.sync_day(before, [reading("A", before, counter="5000")])
    assert dict(site.sync_day(DAY, [reading("A", counter="8")]).rejects_by_code) == {"COUNTER_DECREASED": 1}
    [reject] = site.query("SELECT id FROM sync_record_errors")

    def accept(unit_key: str, step: str, done: int, total: int | None) -> None:
        if step == "merge":  # the day has been judged
            accept_counters([reject["id"]], reason="new counter", user="ann")

    summary = run_sync(Scope("running_time", DAY, DAY), run_date=RUN_DATE, settings=site.settings(), listener=accept)
    assert (summary.status, summary.counts.inserted) == ("success", 1), summary.error_message


@pytest.mark.feature("DLQ-02")
def test_a_record_of_a_day_after_today_can_be_replayed(site: Site) -> None:
    """Days are the site's: where the sun rises earlier than in Greenwich, today's is tomorrow's there."""
    day = datetime.now(UTC).date() + timedelta(days=3)
    site.sync_day(day, [reading("A", day)], run_date=day)
    site.sync_equipment([machine("A")])
    [summary] = replay_rejects(user="ann", settings=site.settings())
    assert (summary.status, summary.counts.inserted) == ("success", 1), summary.error_message


@pytest.mark.feature("DLQ-02", "DOM-03")
def test_who_accepts_a_counter_has_to_say_which_and_why(site: Site) -> None:
    for ids, reason, message in (([1], " ", "needs a reason"), ([], "new counter", "say which records: --id")):
        with pytest.raises(AskPerson, match=message):
            accept_counters(ids, reason=reason, user="ann")
    assert site.value("SELECT COUNT(*) FROM counter_events") == 0


@pytest.mark.feature("DLQ-02")
def test_a_replay_of_chosen_records_or_codes_leaves_all_others_alone(site: Site) -> None:
    site.sync_equipment([machine("A")])
    site.sync_day(DAY, [reading("A", hours="x"), reading("A", hours="y"), reading("GHOST")])
    attempts = "SELECT attempts FROM sync_record_errors ORDER BY record_key = %s, id"
    number = site.value("SELECT MAX(id) FROM sync_record_errors WHERE code = 'NOT_NUMERIC'")
    replay_rejects(ids=[number], user="ann", settings=site.settings())
    assert [row["attempts"] for row in site.query(attempts, f"GHOST|{DAY}")] == [1, 2, 1]
    replay_rejects(codes=["EQUIPMENT_UNKNOWN"], user="ann", settings=site.settings())
    assert [row["attempts"] for row in site.query(attempts, f"GHOST|{DAY}")] == [1, 2, 2]
