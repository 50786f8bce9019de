"""Meter changes through the real sync: a day on which the counter rolled over or was replaced is stored, and life goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from cmms.access.actors import Actor, Capability
from cmms.database import run_transaction, session
from cmms.maintenance.evaluate_maintenance import evaluate_all
from cmms.maintenance.meters.change_meter import check_for_machine, declare_change
from cmms.maintenance.meters.check_change import MeterChange
from cmms.maintenance.verify_maintenance import verify_maintenance
from cmms.operations.verify.verify_tables import verify_tables
from cmms.quarantine.suggest_counter import suggest_counter
from cmms.sync.accept_counters import write_acceptance
from cmms.sync.replay_rejects import replay_rejects
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

OP = Actor("op", frozenset(Capability))
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
LIFE = "SELECT life_hours FROM life_readings ORDER BY date"


@pytest.fixture(autouse=True)
def own_pool(site: Site) -> Iterator[None]:
    """Sessions of people go to this test's schema."""
    from cmms.access.connections import engine

    engine.cache_clear()
    yield
    engine().dispose()
    engine.cache_clear()


def lives(site: Site) -> list[int]:
    """Life hours day by day, after an evaluation."""
    evaluate_all(RUN_DATE)
    return [int(row["life_hours"]) for row in site.query(LIFE)]


@pytest.mark.feature("DOM-01", "DOM-03")
def test_the_day_of_a_rollover_is_proposed_accepted_and_stored_although_its_counter_is_below_its_hours(
    site: Site,
) -> None:
    site.sync_equipment([machine("A")])
    site.sync_day(BEFORE, [reading("A", BEFORE, hours="8", counter="99990")])
    summary = site.sync_day(DAY, [reading("A", hours="20", counter="10")])
    assert dict(summary.rejects_by_code) == {"CUMULATIVE_BELOW_DAILY": 1}
    (row,) = site.query("SELECT id FROM sync_record_errors")
    proposed = suggest_counter(row["id"])
    assert proposed == {"kind": "rollover", "old_final": 99_999}

    with session() as connection:

        def accept(cursor: object) -> None:
            change = MeterChange(from_date=DAY, reason="five digits", **proposed)
            key = site.value("SELECT id FROM equipment")
            checked = check_for_machine(cursor, OP, key, change)  # type: ignore[arg-type]
            write_acceptance(
                cursor,
                [row["id"]],
                reason="five digits",
                user="op",
                kind=checked.kind,
                old_final=checked.old_final,  # type: ignore[arg-type]
            )

        run_transaction(connection, accept, what="accepting a rollover")
    (summary,) = replay_rejects(ids=[row["id"]], user="op", settings=site.settings())
    assert (summary.status, summary.counts.inserted) == ("success", 1)
    assert site.value("SELECT overflow_value FROM measuring_points") == 99_999
    assert lives(site) == [99_990, 100_009]
    site.sync_day(AFTER, [reading("A", AFTER, hours="8", counter="18")], run_date=AFTER)
    assert lives(site) == [99_990, 100_009, 100_017]
    assert verify_tables() == [] and verify_maintenance() == []


@pytest.mark.feature("DOM-02", "LIF-01")
def test_a_change_that_is_declared_before_its_reading_comes_rejects_nothing_and_a_late_reading_counts(
    site: Site,
) -> None:
    site.sync_equipment([machine("A")])
    site.sync_day(DAY - timedelta(days=3), [reading("A", DAY - timedelta(days=3), counter="5000")])
    change = {"from_date": str(DAY), "kind": "replacement", "reason": "new"}
    declare_change(OP, site.value("SELECT id FROM equipment"), change)
    assert site.sync_day(DAY, [reading("A", hours="8", counter="5")]).status == "success"
    assert lives(site) == [5_000, 5_008]
    assert site.sync_day(BEFORE, [reading("A", BEFORE, hours="8", counter="5016")]).status == "success"
    assert lives(site) == [5_000, 5_016, 5_024]
    assert site.value("SELECT COUNT(*) FROM equipment_running_times WHERE quality_code LIKE '%%COUNTER%%'") == 0
    assert verify_tables() == [] and verify_maintenance() == []


@pytest.mark.feature("DOM-01")
@pytest.mark.parametrize(
    ("before", "counter", "code"),
    [
        ("5000", "8", "COUNTER_DECREASED"),
        ("99990", "20000", "COUNTER_DECREASED"),
        ("99990", "99990", "COUNTER_NOT_ADVANCED"),
    ],
)
def test_nothing_is_proposed_where_the_counter_has_not_rolled_over(
    site: Site, before: str, counter: str, code: str
) -> None:
    site.sync_equipment([machine("A")])
    site.sync_day(BEFORE, [reading("A", BEFORE, hours="8", counter=before)])
    assert dict(site.sync_day(DAY, [reading("A", hours="8", counter=counter)]).rejects_by_code) == {code: 1}
    assert suggest_counter(site.value("SELECT id FROM sync_record_errors")) == {}
