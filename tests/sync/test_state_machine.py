"""Whatever happens, in whatever order, the tables equal an independent model's after every step.

The source corrects, renames and moves; snapshots, days and ranges are synced in any order; a run is killed at any
statement, cleaned up by the watchdog and started again; a person edits equipment, adds a plant, replays what was
rejected, and decides on readings. Longer: ``CMMS_STATE_EXAMPLES=200 make test ARGS=tests/sync/test_state_machine.py``.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cmms.access.actors import Actor, Capability
from cmms.access.connections import engine
from cmms.maintenance.meters.decide_readings import accept_doubts, undo_voids, void_doubts, void_readings
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from cmms.sync.replay_rejects import replay_rejects
from tests.oracle import Oracle, OracleRules
from tests.oracle.generate import RecordGenerator
from tests.sync.compare import assert_same_tables
from tests.sync.mortal_process import Death, Mortal, mortal
from tests.sync.site import PLANTS, RUN_DATE, Site

FIRST_DAY = date(2026, 1, 28)
DAYS = st.integers(0, 3).map(lambda number: FIRST_DAY + timedelta(days=number))
REVISIONS = st.integers(0, 2)
PERSON = Actor("tester", frozenset({Capability.EDIT}))
DECISIONS: dict[str, tuple[Any, str]] = {
    "accept": (accept_doubts, "doubtful_readings"),
    "void": (void_doubts, "doubtful_readings"),
    "void any": (void_readings, "equipment_running_times"),
    "undo": (undo_voids, "equipment_running_times"),
}
EXAMPLES = int(os.environ.get("CMMS_STATE_EXAMPLES", "8"))


class Syncs(RuleBasedStateMachine):
    """The engine on one side, the oracle on the other."""

    site: ClassVar[Site]

    def __init__(self) -> None:
        super().__init__()
        self.site.clear()
        self.oracle = Oracle(OracleRules(empty_payload_fails=False, missing_field_fails=False), plants=PLANTS)
        self.inactive: set[str] = set()

    @initialize(seed=st.integers(1, 1000), revision=REVISIONS)
    def begin(self, seed: int, revision: int) -> None:
        self.feed = RecordGenerator(seed, 40, PLANTS[:2], defect_rate=0.1, duplicate_rate=0.1)
        self.sync_equipment(revision)

    @rule(revision=REVISIONS)
    def sync_equipment(self, revision: int) -> None:
        records = self.feed.equipment(revision)
        assert self.site.sync_equipment(records).status in ("success", "partial")
        self.oracle.sync_equipment(records, RUN_DATE)

    @rule(day=DAYS, revision=REVISIONS, arrived=st.sampled_from([0.4, 1.0]))
    def sync_day(self, day: date, revision: int, arrived: float = 1.0) -> None:
        """A source that is late has only some of the day's records yet."""
        records = self.feed.running_times(day, revision)
        records = records[: int(len(records) * arrived)]
        assert self.site.sync_day(day, records, run_date=RUN_DATE).status in ("success", "partial")
        self.oracle.sync_running_time(day, records, RUN_DATE)

    @rule(days=st.tuples(DAYS, DAYS).map(sorted), revision=REVISIONS)
    def sync_range(self, days: list[date], revision: int) -> None:
        first, last = days
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            records = self.feed.running_times(day, revision)
            self.site.serve("running_time", day, records)
            self.oracle.sync_running_time(day, records, RUN_DATE)
        assert self.site.sync_days(first, last).status in ("success", "partial")

    @rule(day=DAYS, revision=REVISIONS, at=st.integers(0, 160), answer_lost=st.booleans())
    def crash_and_start_again(self, day: date, revision: int, at: int, answer_lost: bool) -> None:
        self.site.serve("running_time", day, self.feed.running_times(day, revision))
        process = Mortal(at, answer_lost=answer_lost)
        try:
            with mortal(process):
                self.site.sync_day(day)
        except Death:
            with self.site.session() as server:
                process.cut(server)
            assert watch(datetime.now(UTC) + timedelta(hours=1)).failures == ()
        self.sync_day(day, revision)

    @rule(pick=st.integers(0, 1000))
    def edit_in_the_view(self, pick: int) -> None:
        """A person deactivates a machine, or activates it again: what the person owns, no sync changes."""
        numbers = sorted(self.oracle.equipment)
        if not numbers:
            return
        number = numbers[pick % len(numbers)]
        self.inactive ^= {number}
        statement = "UPDATE equipment SET is_active = %s, row_version = row_version + 1 WHERE equipment_number = %s"
        self.site.execute(statement, values=(number not in self.inactive, number))

    @rule(pick=st.integers(0, 1000), decision=st.sampled_from(["accept", "void", "void any", "undo"]))
    def decide_on_a_reading(self, pick: int, decision: str) -> None:
        """A person accepts a doubtful reading, or declares it or any other void, or takes that back."""
        doubtful = sorted(self.oracle.find_doubts())
        void = self.site.query(
            "SELECT e.equipment_number, v.date FROM reading_voids v JOIN equipment e ON e.id = v.equipment_id"
            " WHERE v.void_flag = 1"
        )
        choices = {
            "accept": doubtful,
            "void": doubtful,
            "void any": sorted(self.oracle.running_times),
            "undo": sorted((row["equipment_number"], row["date"]) for row in void),
        }[decision]
        if not choices:
            return
        number, day = choices[pick % len(choices)]
        decide, table = DECISIONS[decision]
        (row,) = self.site.query(
            f"SELECT r.id FROM {table} r JOIN equipment e ON e.id = r.equipment_id"
            " WHERE e.equipment_number = %s AND r.date = %s",
            number,
            day,
        )
        engine().dispose()  # sessions of the view go to the schema of this test
        decide(PERSON, [row["id"]], "as a test says")
        if decision == "accept":
            self.oracle.accept_doubt(number, day)
        else:
            self.oracle.void(number, day, undo=decision == "undo")

    @rule()
    def replay_everything(self) -> None:
        payloads = {
            bytes(row["payload"])
            for row in self.site.query("SELECT payload FROM sync_record_errors WHERE status = 'open'")
        }
        found = {}
        for reject in self.oracle.rejects:
            raw = (
                reject.payload if isinstance(reject.payload, bytes) else reject.payload.encode("utf-8", "surrogatepass")
            )
            if raw in payloads:
                found[raw, reject.day, reject.stream] = reject
        summaries = replay_rejects(user="tester", settings=self.site.settings())
        assert all(summary.status != "failed" for summary in summaries), summaries
        self.oracle.replay(found.values())

    @invariant()
    def tables_equal_the_model(self) -> None:
        assert_same_tables(self.site, self.oracle)
        found = self.site.query("SELECT equipment_number FROM equipment WHERE is_active = 0")
        assert {row["equipment_number"] for row in found} == self.inactive

    def teardown(self) -> None:
        assert verify_tables() == []


@pytest.mark.slow
@pytest.mark.usefixtures("validated_once")
@pytest.mark.feature("TEST-17", "TEST-28", "SVC-03")
def test_after_any_sequence_of_events_the_tables_equal_the_model(site: Site) -> None:
    Syncs.site = site
    run_state_machine_as_test(
        Syncs,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
