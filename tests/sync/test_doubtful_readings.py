"""One reading that cannot be right: it is stored and waits for a person, drives nothing and blocks no reading after it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest

from cmms.access.actors import Actor, Capability, Invalid, NotFound, Stale
from cmms.access.connections import engine
from cmms.maintenance.meters.change_meter import declare_change, withdraw_changes
from cmms.maintenance.meters.decide_readings import (
    accept_doubts,
    reopen_doubts,
    undo_voids,
    void_doubts,
    void_readings,
)
from cmms.operations.verify.verify_tables import verify_tables
from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_tables
from tests.sync.records import machine, reading
from tests.sync.site import PLANTS, RUN_DATE, Site

FIRST = date(2026, 1, 10)
PERSON = Actor("planner", frozenset({Capability.VIEW, Capability.EDIT}))
VIEWER = Actor("viewer", frozenset({Capability.VIEW}))


@pytest.fixture(autouse=True)
def _own_pool() -> None:
    """Sessions of the view go to the schema of this test."""
    engine().dispose()


def on(number: int) -> date:
    """A day, counted from the first one."""
    return FIRST + timedelta(days=number)


def sync(site: Site, number: int, counter: str, **changes: Any) -> Any:
    """The reading of a day of 8 hours."""
    rules = changes.pop("rules", {})
    fields = {"CREATED_AT": f"{RUN_DATE}T{10 + changes.pop('revision', 0):02}:00:00Z", **changes}
    return site.sync_day(on(number), [reading("A", on(number), counter=counter, **fields)], rules=rules)


def doubts(site: Site) -> dict[date, str]:
    """State of each row of the work list by day."""
    return {row["date"]: row["state"] for row in site.query("SELECT date, state FROM doubtful_readings ORDER BY date")}


def ids(site: Site, table: str, *days: int) -> list[int]:
    """Keys of the rows of these days."""
    found = {row["date"]: row["id"] for row in site.query(f"SELECT id, date FROM {table}")}
    return [found[on(day)] for day in days]


def marks(site: Site) -> dict[date, str | None]:
    """Codes of each reading by day."""
    return {
        row["date"]: row["quality_code"] for row in site.query("SELECT date, quality_code FROM equipment_running_times")
    }


@pytest.fixture
def spiked(site: Site) -> Site:
    """Eleven right readings after one of 90,000 hours too many."""
    site.sync_equipment([machine("A")])
    sync(site, 0, "100")
    summary = sync(site, 1, "90108")
    assert (summary.status, summary.counts.inserted) == ("success", 1)
    for day in range(2, 13):
        summary = sync(site, day, str(100 + 8 * day))
        assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("success", 1, 0)
    return site


@pytest.mark.feature("LIF-02", "DOM-06", "TEST-30")
def test_a_reading_of_90_000_hours_too_many_waits_and_the_next_eleven_are_stored(spiked: Site) -> None:
    (row,) = spiked.query("SELECT * FROM doubtful_readings")
    assert (row["date"], row["code"], row["state"], row["previous_date"]) == (on(1), "EXCEEDS_DAY", "open", on(0))
    assert (row["counter"], row["growth_hours"], row["allowed_hours"]) == (90108, 90008, Decimal("24.1"))
    assert spiked.value("SELECT COUNT(*) FROM sync_record_errors") == 0
    assert {day: code for day, code in marks(spiked).items() if code} == {on(1): "HOURS_MISMATCH"}
    assert spiked.query("SELECT date FROM life_readings ORDER BY date") == [
        {"date": on(day)} for day in (0, *range(2, 13))
    ]
    assert verify_tables() == []


@pytest.mark.feature("LIF-02", "SYNC-05")
def test_the_same_days_again_write_nothing(spiked: Site) -> None:
    before = spiked.dump("equipment_running_times", "doubtful_readings", "reading_voids")
    for day in (1, 5, 0, 12):
        assert spiked.sync_day(on(day)).counts.unchanged == 1
    assert spiked.dump("equipment_running_times", "doubtful_readings", "reading_voids") == before


@pytest.mark.feature("LIF-02")
def test_what_a_task_of_an_older_version_has_validated_is_judged_by_the_merge(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmms.sync.validate.validate_units.write_doubtful", lambda *_: None)
    site.sync_equipment([machine("A")])
    for day, counter in enumerate(("100", "90108", "116")):
        sync(site, day, counter)
    assert doubts(site) == {on(1): "open"}
    assert verify_tables() == []


@pytest.mark.feature("LIF-02", "DOM-05")
def test_a_correction_of_the_source_takes_the_reading_from_the_list(spiked: Site) -> None:
    sync(spiked, 1, "108", revision=1)
    assert doubts(spiked) == {}
    assert set(marks(spiked).values()) == {None}
    sync(spiked, 1, "50000", revision=2)
    assert doubts(spiked) == {on(1): "open"}
    assert verify_tables() == []


@pytest.mark.feature("LIF-02", "DOM-04")
def test_people_accept_void_and_undo(spiked: Site) -> None:
    (doubt,) = ids(spiked, "doubtful_readings", 1)
    decided = void_doubts(PERSON, [doubt], "display was broken")
    assert (decided.readings, decided.left) == (1, 0)
    assert doubts(spiked) == {on(1): "void"}
    assert spiked.value("SELECT COUNT(*) FROM reading_voids WHERE void_flag = 1") == 1
    assert (void_doubts(PERSON, [doubt], "again").readings, verify_tables()) == (0, [])
    assert reopen_doubts(PERSON, [doubt], "it was not").readings == 1
    assert doubts(spiked) == {on(1): "open"}
    assert spiked.value("SELECT undone_by FROM reading_voids") == "planner"
    assert accept_doubts(PERSON, [doubt], "the hours are real").readings == 1
    assert doubts(spiked) == {on(1): "accepted"}
    assert marks(spiked)[on(2)] == "COUNTER_DECREASED,HOURS_MISMATCH"  # beside the accepted one; it stays stored
    assert verify_tables() == []
    actions = spiked.query("SELECT action, entity FROM audit_log WHERE actor = 'planner' ORDER BY id")
    assert [row["action"] for row in actions] == ["void_reading", "reopen_reading", "accept_reading"]
    assert {row["entity"] for row in actions} == {"doubtful_readings"}


@pytest.mark.feature("LIF-02")
def test_an_acceptance_is_of_one_value(spiked: Site) -> None:
    (doubt,) = ids(spiked, "doubtful_readings", 1)
    accept_doubts(PERSON, [doubt], "the hours are real")
    sync(spiked, 1, "70000", revision=1)
    assert doubts(spiked) == {on(1): "open"}
    sync(spiked, 1, "107.5", revision=2)
    assert doubts(spiked) == {}
    assert verify_tables() == []


@pytest.mark.feature("DOM-04")
def test_any_stored_reading_can_be_void_and_is_out_of_what_later_ones_are_compared_with(site: Site) -> None:
    site.sync_equipment([machine("A")])
    for day, counter in enumerate(("100", "120", "122")):
        sync(site, day, counter)
    assert marks(site)[on(2)] == "HOURS_MISMATCH"
    (key,) = ids(site, "equipment_running_times", 1)
    assert void_readings(PERSON, [key], "typed wrong").readings == 1
    assert marks(site)[on(2)] is None  # two days since the trusted reading before
    assert sync(site, 3, "124").counts.inserted == 1
    assert doubts(site) == {}
    assert undo_voids(PERSON, [key], "was right").readings == 1
    assert marks(site)[on(2)] == "HOURS_MISMATCH"
    assert verify_tables() == []


@pytest.mark.feature("DOM-03", "DOM-04")
def test_after_a_void_first_reading_the_right_ones_are_no_decrease(site: Site) -> None:
    site.sync_equipment([machine("A")])
    sync(site, 0, "90000")
    summary = sync(site, 1, "108")
    assert summary.counts.rejected == 1
    assert site.value("SELECT code FROM sync_record_errors") == "COUNTER_DECREASED"
    void_readings(PERSON, ids(site, "equipment_running_times", 0), "typed wrong")
    assert site.sync_day(on(1)).counts.inserted == 1
    assert verify_tables() == []


@pytest.mark.feature("LIF-02", "LIF-01", "RT-08")
def test_every_order_of_arrival_ends_with_the_same_doubts_and_marks(site: Site) -> None:
    counters = {0: "100", 1: "500", 2: "116", 4: "520"}
    found = []
    for order in permutations(counters):
        site.clear()
        site.sync_equipment([machine("A")])
        for day in order:
            sync(site, day, counters[day])
        if site.value("SELECT COUNT(*) FROM sync_record_errors"):
            continue  # a decrease of what was there first is rejected; which one that is, the order says
        rows = site.query(
            "SELECT date, code, previous_date, growth_hours, allowed_hours, state FROM doubtful_readings ORDER BY date"
        )
        found.append((rows, marks(site)))
        assert verify_tables() == []
    assert len(found) > 8
    assert all(each == found[0] for each in found)
    assert [row["date"] for row in found[0][0]] == [on(1), on(4)]


@pytest.mark.feature("DOM-06")
def test_a_measuring_point_has_a_limit_of_its_own(site: Site) -> None:
    site.sync_equipment([machine("A")])
    site.execute("INSERT INTO measuring_points (equipment_id, max_hours_a_day) SELECT id, 7.5 FROM equipment")
    sync(site, 0, "100")
    sync(site, 1, "108")
    assert site.query("SELECT date, allowed_hours FROM doubtful_readings") == [
        {"date": on(1), "allowed_hours": Decimal("7.6")}
    ]
    sync(site, 3, "122.5")
    assert doubts(site) == {on(1): "open"}
    assert verify_tables() == []


@pytest.mark.feature("DOM-07")
def test_with_the_setting_a_spike_beside_the_own_history_waits_too(site: Site) -> None:
    site.raw = {"rules": {"spike_sigmas": 3}}
    site.sync_equipment([machine("A")])
    for day, counter in enumerate(("100", "108", "116.5", "124", "132")):
        sync(site, day, counter)
    sync(site, 5, "154")
    assert site.query("SELECT date, code FROM doubtful_readings") == [{"date": on(5), "code": "UNUSUAL_GROWTH"}]
    sync(site, 6, "148")
    assert doubts(site) == {on(5): "open"}


@pytest.mark.feature("LIF-02", "SVC-02")
def test_decisions_need_the_right_a_reason_and_the_version_that_was_seen(spiked: Site) -> None:
    from cmms.access.actors import Forbidden

    keys = ids(spiked, "doubtful_readings", 1)
    with pytest.raises(Forbidden):
        accept_doubts(VIEWER, keys, "x")
    for reason in ("", "  ", "x" * 256):
        with pytest.raises(Invalid):
            accept_doubts(PERSON, keys, reason)
    with pytest.raises(Invalid):
        void_readings(PERSON, [], "x")
    with pytest.raises(Invalid):
        void_readings(PERSON, list(range(1, 10_002)), "x")
    with pytest.raises(NotFound):
        void_doubts(PERSON, [4_000_000], "x")
    with pytest.raises(Stale):
        accept_doubts(PERSON, keys, "x", version=7)
    assert doubts(spiked) == {on(1): "open"}
    assert spiked.value("SELECT COUNT(*) FROM audit_log WHERE actor IN ('planner', 'viewer')") == 0


@pytest.mark.feature("LIF-02", "DOM-15")
def test_a_spike_opens_no_due_and_an_accepted_one_does_and_a_void_one_withdraws_it(spiked: Site) -> None:
    from cmms.maintenance.evaluate_maintenance import evaluate_all

    spiked.execute(
        "INSERT INTO maintenance_plans (name, scope, interval_hours, start_from) VALUES ('Oil', 'all', 5000, 'zero')"
    )
    evaluate_all(RUN_DATE)
    assert spiked.value("SELECT hours_to_go FROM equipment_maintenance") == 4804
    assert spiked.value("SELECT COUNT(*) FROM maintenance_dues") == 0
    spiked.execute("DELETE FROM equipment_running_times WHERE date > %s", values=[on(1)])
    (doubt,) = ids(spiked, "doubtful_readings", 1)
    accept_doubts(PERSON, [doubt], "the hours are real")
    assert [row["state"] for row in spiked.query("SELECT state FROM maintenance_dues")] == ["open"]
    void_doubts(PERSON, [doubt], "they are not")
    assert spiked.value("SELECT hours_to_go FROM equipment_maintenance") == 4900
    assert [row["state"] for row in spiked.query("SELECT state FROM maintenance_dues")] == ["withdrawn"]


@pytest.mark.feature("DOM-02", "LIF-02")
def test_a_declared_meter_change_answers_its_day_and_all_that_follow(site: Site) -> None:
    site.sync_equipment([machine("A")])
    for day, counter in enumerate(("100", "90108", "90116", "90124")):
        assert sync(site, day, counter).counts.inserted == 1
    assert doubts(site) == {on(day): "open" for day in (1, 2, 3)}
    machine_id = site.value("SELECT id FROM equipment")
    stated = {"old_final": "100", "new_initial": "90100", "reason": "new counter"}
    key = declare_change(PERSON, machine_id, {"kind": "replacement", "from_date": on(1).isoformat(), **stated})
    assert doubts(site) == {on(1): "meter_change"}
    assert set(marks(site).values()) == {None}
    assert site.value("SELECT life_hours FROM life_readings WHERE date = %s", on(3)) == 124
    assert verify_tables() == []
    assert withdraw_changes(PERSON, [key]) == 1
    assert doubts(site) == {on(day): "open" for day in (1, 2, 3)}
    assert verify_tables() == []


@pytest.mark.feature("TEST-30", "LIF-02")
@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("DELETE FROM doubtful_readings", "doubtful"),
        ("UPDATE doubtful_readings SET growth_hours = 3", "doubtful"),
        ("UPDATE doubtful_readings SET state = 'accepted', counter = 1", "does not hold"),
        ("UPDATE doubtful_readings SET state = 'void'", "does not hold"),
        (
            "INSERT INTO doubtful_readings (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours)"
            " SELECT equipment_id, '2026-01-13', code, 124, '2026-01-12', 99, 24.1 FROM doubtful_readings",
            "not doubtful",
        ),
        (
            "INSERT INTO reading_voids (equipment_id, date, reason, voided_by)"
            " SELECT equipment_id, date, 'x', 'x' FROM doubtful_readings",
            "void",
        ),
    ],
)
def test_verify_names_what_readings_and_decisions_do_not_give(spiked: Site, planted: str, named: str) -> None:
    spiked.execute(planted)
    found = verify_tables()
    assert found and named in " ".join(found)


@pytest.mark.feature("LIF-01", "LIF-02", "DOM-04", "DOM-05")
@pytest.mark.parametrize("seed", [1, 2])
def test_syncs_and_decisions_in_any_order_end_as_the_oracle_says(site: Site, seed: int) -> None:
    """Nasty feeds, days out of order and corrected, between them accepted, voided and undone readings."""
    rng = Random(seed)
    feed = RecordGenerator(seed + 20, 120, PLANTS[:2], defect_rate=0.2)
    oracle = Oracle(OracleRules(empty_payload_fails=False, missing_field_fails=False), plants=PLANTS)
    site.sync_equipment(feed.equipment())
    oracle.sync_equipment(feed.equipment(), RUN_DATE)
    assert sum(_decide_something(site, oracle, rng, feed) for _ in range(14)) > 10


def _decide_something(site: Site, oracle: Oracle, rng: Random, feed: RecordGenerator) -> int:
    """One sync and some decisions; returns how many readings were decided on."""
    day, revision = on(rng.randrange(5)), rng.randrange(3)
    records = feed.running_times(day, revision)
    site.sync_day(day, records)
    oracle.sync_running_time(day, records, RUN_DATE)
    assert_same_tables(site, oracle)
    decided = 0
    for what, table, where in (
        (accept_doubts, "doubtful_readings", "r.state = 'open'"),
        (void_doubts, "doubtful_readings", "r.state = 'open'"),
        (void_readings, "equipment_running_times", "TRUE"),
        (undo_voids, "equipment_running_times", "EXISTS (SELECT 1 FROM reading_voids v WHERE v.equipment_id = r.equipment_id AND v.date = r.date AND v.void_flag = 1)"),
    ):  # fmt: skip
        rows = site.query(
            f"SELECT r.id, r.date, e.equipment_number FROM {table} r JOIN equipment e ON e.id = r.equipment_id"
            f" WHERE {where} ORDER BY e.equipment_number, r.date"
        )
        chosen = rng.sample(rows, min(3, len(rows)))
        if not chosen:
            continue
        decided += what(PERSON, [row["id"] for row in chosen], "a test").readings
        for row in chosen:
            key = row["equipment_number"], row["date"]
            oracle.accept_doubt(*key) if what is accept_doubts else oracle.void(*key, undo=what is undo_voids)
        assert_same_tables(site, oracle)
    assert verify_tables() == []
    return decided
