"""A cluster refuses once: at COMMIT, because another node was quicker, or while it chooses a primary. Nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import MySQLdb
import pytest

from cmms import database
from cmms.operations.verify.verify_tables import verify_tables
from tests.sync.mortal_process import mortal
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site

NUMBERS = [f"{number:04d}" for number in range(20)]
TABLES = (
    "equipment_running_times",
    "equipment_running_time_revisions",
    "sync_record_errors",
    "sync_superseded_records",
)
_OF_THE_RUN = ("id", "created_at", "updated_at", "changed_at", "sync_log_id", "first_seen_at", "last_seen_at", "attempts",
               "row_version")  # fmt: skip

pytestmark = [pytest.mark.feature("RTY-01", "SVC-03", "SRC-10"), pytest.mark.usefixtures("validated_once")]


class Refusal:
    """Refuses the first ``times`` statements that begin so, once rows were written; ``after``: they were done all the same."""

    def __init__(self, number: int, statement: str, *, times: int = 1, after: bool = False) -> None:
        self._number, self._statement, self._times, self._after = number, statement, times, after
        self._is_writing = False
        self.refused = 0

    def live(self) -> None:
        """The engine itself lives on."""

    def born(self, connection: Any) -> None:
        """Connections may come and go."""

    def run(self, name: str, operation: Callable[[], Any]) -> Any:
        """Do it, or refuse as the server would."""
        self._is_writing = self._is_writing or name.startswith("INSERT INTO equipment_running_times")
        if self._is_writing and self.refused < self._times and name.startswith(self._statement):
            self.refused += 1
            if self._after:
                operation()
            raise MySQLdb.OperationalError(self._number, "as a cluster says")
        return operation()


def begin(site: Site) -> None:
    """Machines, the readings of some, and what the source has changed since."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.sync_day(DAY, [reading(number) for number in NUMBERS[:12]])
    changed = [*(reading(number, hours="7.5") for number in NUMBERS), reading("GHOST"), reading(NUMBERS[3])]
    site.serve("running_time", DAY, changed)


def state(site: Site) -> dict[str, Any]:
    return {table: sorted(map(repr, rows)) for table, rows in site.dump(*TABLES, without=_OF_THE_RUN).items()}


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """What a run leaves that nobody refuses, for all tests of this module."""
    return {}


@pytest.mark.parametrize(
    ("number", "statement", "after"),
    [
        (3101, "COMMIT", False),
        (1213, "COMMIT", False),
        (1180, "COMMIT", False),
        (1180, "COMMIT", True),
        (1047, "UPDATE sync_units", False),
        (1290, "INSERT INTO equipment_running_times", False),
        (1836, "COMMIT", False),
    ],
)
def test_one_refusal_is_repeated_and_the_run_ends_as_without_it(
    site: Site, undisturbed: dict[str, Any], number: int, statement: str, after: bool
) -> None:
    begin(site)
    if not undisturbed:
        undisturbed["counts"] = site.sync_day(DAY).counts
        undisturbed["state"] = state(site)
        site.clear()
        begin(site)
    with mortal(Refusal(number, statement, after=after)) as cluster:
        summary = site.sync_day(DAY)
    assert cluster.refused == 1
    assert (summary.status, summary.counts) == ("partial", undisturbed["counts"]), summary.error_message
    assert state(site) == undisturbed["state"]
    assert verify_tables() == []


def test_a_server_that_stays_read_only_is_asked_three_times_and_named(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    begin(site)
    before = state(site)
    monkeypatch.setattr(database.time, "sleep", waits.append)
    with mortal(Refusal(1290, "INSERT INTO equipment_running_times", times=99)) as cluster:
        summary = site.sync_day(DAY)
    assert cluster.refused == database.LOCK_ATTEMPTS
    assert len([seconds for seconds in waits if seconds >= 0.4]) == database.LOCK_ATTEMPTS - 1
    assert (summary.status, summary.level, summary.error_class) == ("failed", "critical", "DatabaseUnavailable")
    assert "cmms_mysql must name the primary" in (summary.error_message or "")
    assert state(site) == before
