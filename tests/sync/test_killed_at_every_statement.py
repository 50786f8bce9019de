"""Invariant 5: killed before any statement, or when the answer to a COMMIT is lost, a sync leaves old or new, never half.

Every kind of statement from staging on, and some before, where no table is touched; all of them with
CMMS_KILL_AT_EVERY_STATEMENT=1. Afterwards the watchdog closes the run that was left, and running again gives the tables of a run that nobody killed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from cmms.sync.records import Counts, Scope
from cmms.sync.run_sync import run_sync
from tests.sync.mortal_process import Death, Mortal, mortal
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

NUMBERS = [f"{number:05d}" for number in range(12)]
DOMAIN = ("equipment", "equipment_running_times", "equipment_running_time_revisions", "equipment_revisions")
REJECTS = ("sync_record_errors", "sync_superseded_records")
_OF_THE_RUN = ("created_at", "updated_at", "changed_at", "sync_log_id", "first_seen_at", "last_seen_at")
_COUNTS_RUNS = ("row_version", "attempts")
"""A record that two runs saw was seen twice, also when the first of them was killed."""
_NEVER_THE_SAME = (*_OF_THE_RUN, *_COUNTS_RUNS, "id", "last_sync_log_id", "missing_since")

pytestmark = pytest.mark.usefixtures("validated_once")

Sync = Callable[[], Any]


@pytest.fixture(scope="module")
def worlds() -> dict[str, Any]:
    """Copies of the tables, by name, for all tests of this module."""
    return {}


@pytest.fixture
def prepared(site: Site) -> Site:
    """Twelve machines and their readings of the day; the source has corrected, new, double and wrong records since."""
    site.raw["engine"] = {"lease_seconds": 60}
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.sync_day(
        DAY - timedelta(days=1), [reading(number, DAY - timedelta(days=1), counter="4000") for number in NUMBERS]
    )
    site.sync_day(DAY, [reading(number) for number in NUMBERS[:-2]])
    site.serve("running_time", DAY, [
        *(reading(number, hours="7.5") for number in NUMBERS[:3]), *(reading(number) for number in NUMBERS[3:]),
        reading(NUMBERS[4], hours="6", DATE_TIME=f"{DAY}T22:00:00Z"), reading("GHOST"), reading(NUMBERS[5], hours="x"),
    ])  # fmt: skip
    site.serve("equipment", None, [
        *(machine(number, EQKTU="RENAMED") for number in NUMBERS[:3]), *(machine(number) for number in NUMBERS[3:-1]),
        machine("00099"), machine("00099", EQKTU="TWICE"), machine("00098", SWERK="NOWHERE"),
    ])  # fmt: skip
    return site


def sync(site: Site, stream: Any) -> Any:
    """What a person or the scheduler would run again."""
    scope = Scope("equipment") if stream == "equipment" else Scope("running_time", DAY, DAY)
    return run_sync(scope, run_date=RUN_DATE, settings=site.settings())


def state(site: Site, *tables: str) -> dict[str, Any]:
    """Rows without what differs from run to run."""
    return {table: sorted(map(repr, rows)) for table, rows in site.dump(*tables, without=_NEVER_THE_SAME).items()}


def merged(site: Site, since: int) -> dict[str, Any]:
    """All that the merge of a run after ``since`` writes: tables, kept records, run marker, counts by code."""
    marker = ", ".join(Counts.__dataclass_fields__)
    units = f"SELECT unit_key, {marker} FROM sync_units WHERE merged_at IS NOT NULL AND sync_log_id > %s"
    codes = "SELECT code, context FROM sync_log_events WHERE category IN ('reject', 'warning') AND sync_log_id > %s"
    written = {"marker": units, "codes": f"{codes} ORDER BY id"}
    return {**state(site, *DOMAIN, *REJECTS), **{name: site.query(sql, since) for name, sql in written.items()}}


class Snapshot:
    """Copies of all tables on the server, to go back to."""

    def __init__(self, site: Site) -> None:
        self._site = site
        names = (
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_type = 'BASE TABLE'"
        )
        self._tables = [row["name"] for row in site.query(names) if "alembic" not in row["name"]]
        self._filled = [name for name in self._tables if site.value(f"SELECT EXISTS (SELECT 1 FROM {name})")]
        for name in self._filled:
            site.execute(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}")

    def restore(self) -> None:
        """Everything as it was; staging tables are gone."""
        site = self._site
        staged = site.query("SHOW TABLES LIKE 'stg%%'")
        with site.session() as connection:
            cursor = connection.cursor()
            cursor.execute("SET foreign_key_checks = 0")
            for row in staged:
                cursor.execute(f"DROP TABLE {next(iter(row.values()))}")
            for name in self._tables:
                cursor.execute(f"DELETE FROM {name}")
            for name in self._filled:
                cursor.execute(f"INSERT INTO {name} SELECT * FROM kept_{name}")

    def drop(self) -> None:
        """Remove the copies."""
        for name in self._filled:
            self._site.execute(f"DROP TABLE kept_{name}")


@pytest.fixture
def snapshot(prepared: Site) -> Iterator[Snapshot]:
    kept = Snapshot(prepared)
    yield kept
    kept.drop()


@pytest.mark.feature("SVC-03", "TEST-28", "SVC-04")
@pytest.mark.parametrize("stream", ["running_time", "equipment"])
def test_killed_at_any_statement_a_sync_leaves_old_or_new_and_the_next_one_ends_as_a_clean_one(
    prepared: Site, snapshot: Snapshot, stream: str
) -> None:
    site = prepared
    last_run = site.value("SELECT MAX(id) FROM api_sync_logs")
    old = merged(site, last_run)
    with mortal(Mortal()) as clean:
        assert sync(site, stream).status == "partial"
    new, tables = merged(site, last_run), state(site, *DOMAIN, *REJECTS)
    assert all(new[name] != old[name] for name in ("marker", "codes", "sync_record_errors"))
    operations = clean.operations
    assert len(operations) > 40
    staging = next(number for number, (kind, _) in enumerate(operations) if kind.startswith("CREATE TABLE `stg"))
    every = bool(os.environ.get("CMMS_KILL_AT_EVERY_STATEMENT"))
    before = [
        (kind, nth)
        for number, (kind, nth) in enumerate(operations)
        if every or (number >= staging and (kind, 0) not in operations[:number]) or number % 15 == 0
    ]
    commits = [at for number, at in enumerate(operations) if at[0] == "COMMIT" and (every or number >= staging)]
    kills = [(at, False) for at in before] + [(at, True) for at in commits]
    later = datetime.now(UTC) + timedelta(hours=1)
    seen, too_late = set(), 0
    for at, answer_lost in kills:
        snapshot.restore()
        process = Mortal(at, answer_lost=answer_lost)
        where = f"killed {'after' if answer_lost else 'before'} {at}"
        try:
            with mortal(process):
                sync(site, stream)
        except Death:
            pass
        if not process.is_dead:  # the clean run took longer, and renewed its leases once more
            assert at not in process.operations, where
            too_late += 1
            continue
        with site.session() as server:
            process.cut(server)
        left = merged(site, last_run)
        assert left in (old, new), where
        seen.add("old" if left == old else "new")
        assert watch(later).failures == (), where
        open_runs = site.value("SELECT COUNT(*) FROM api_sync_logs WHERE status IN ('running', 'queued', 'paused')")
        assert open_runs == 0, where
        assert site.query("SHOW TABLES LIKE 'stg%%'") == [], where
        assert sync(site, stream).status == "partial", where
        assert state(site, *DOMAIN, *REJECTS) == tables, where
        assert verify_tables() == [], where
    assert seen == {"old", "new"}
    assert too_late * 10 < len(kills)
