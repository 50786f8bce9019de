"""Readers and editors: people who use the view while all this goes on, and a reader who looks for half a merge.

Each is a thread with a random generator of its own. That the database is away, or that somebody else was quicker
(``Stale``), is counted and no failure.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from random import Random
from typing import Any

import MySQLdb
import sqlalchemy.exc

from cmms.access.actors import Actor, Capability, Stale
from cmms.database import query
from cmms.equipment.change_equipment import edit_equipment
from cmms.equipment.read_equipment import read_running_times
from cmms.errors import CmmsError
from cmms.listing.definition import ListQuery
from cmms.listing.read_list import read_badges, read_page, read_row
from cmms_ui.resources import EQUIPMENT
from tests.airflow.airflow_site import AirflowSite
from tests.chaos.journal import Journal

AWAY = (MySQLdb.Error, CmmsError, sqlalchemy.exc.SQLAlchemyError)
"""What it looks like when the database is being killed."""

_WHOLE = {
    "operations/verify/stored": "a day holds other readings than its newest merge says that it wrote",
    "operations/verify/quarantined": "a unit holds other rejected records than its newest merge says",
    "operations/verify/unit_counts": "a merged unit's outcomes do not add up",
}
"""Statements that find nothing in any committed state, if a merge is one transaction."""

_UNMARKED = """
SELECT DISTINCT t.date, t.sync_log_id FROM equipment_running_times t
LEFT JOIN sync_units u ON u.sync_log_id = t.sync_log_id AND u.stream = 'running_time' AND u.unit_key = CAST(t.date AS CHAR)
WHERE COALESCE(u.merges, 0) = 0
"""
_AGES = "SELECT id, equipment_id, date, api_created_at, COALESCE(date_time, '1000-01-01') FROM equipment_running_times"


class Person(threading.Thread, ABC):
    """Does ``act`` again and again until told to go home."""

    def __init__(self, name: str, journal: Journal, rng: Random, pause_seconds: float) -> None:
        super().__init__(name=name, daemon=True)
        self.journal, self.rng = journal, rng
        self._pause_seconds = pause_seconds
        self._home = threading.Event()

    @abstractmethod
    def act(self) -> None:
        """One look or one change."""

    def run(self) -> None:
        """Go on, whatever the database does; anything else is a failure."""
        while not self._home.wait(self.rng.uniform(0.5, 1.5) * self._pause_seconds):
            try:
                self.act()
            except AWAY:
                self.journal.count(f"{self.name}: database away")
            except Exception as error:
                self.journal.fail(f"{self.name}: {type(error).__name__}: {error}")

    def go_home(self) -> None:
        """Finish what is at hand."""
        self._home.set()
        self.join(60)


class SnapshotReader(Person):
    """Looks at one snapshot of all tables: nothing of a merge without the rest of it, and nothing gets older."""

    def __init__(self, site: AirflowSite, journal: Journal, rng: Random) -> None:
        super().__init__("snapshot reader", journal, rng, 0.4)
        self._site = site
        self._ages: dict[tuple[int, Any], tuple[Any, ...]] = {}

    def act(self) -> None:
        """One snapshot."""
        with self._site.session() as connection, closing(connection.cursor()) as cursor:
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            for statement, meaning in _WHOLE.items():
                self._expect_nothing(meaning, query(connection, statement))
            cursor.execute(_UNMARKED)
            self._expect_nothing("readings are there that no merge of their run wrote", cursor.fetchall())
            cursor.execute(_AGES)
            found = {(row[1], row[2]): (row[3], row[4], row[0]) for row in cursor.fetchall()}
        self._expect_nothing("a reading is gone", sorted(self._ages.keys() - found.keys()))
        older = [key for key, age in self._ages.items() if key in found and found[key][:2] < age[:2]]
        self._expect_nothing("a reading was overwritten by an older one", older)
        other = [key for key, age in self._ages.items() if key in found and found[key][2] != age[2]]
        self._expect_nothing("a reading was deleted and made anew", other)
        self._ages = {**self._ages, **found}
        self.journal.count("snapshots checked for half a merge")

    def _expect_nothing(self, meaning: str, found: Any) -> None:
        if found:
            self.journal.fail(f"{self.name}: {meaning}: {len(found)}, such as {found[0]}")


class ViewReader(Person):
    """Opens lists and machines, by the view's own queries."""

    def __init__(self, journal: Journal, rng: Random) -> None:
        super().__init__("view reader", journal, rng, 0.3)
        self._total = 0

    def act(self) -> None:
        """A page of the list, its badges, and one machine with its readings."""
        listing = EQUIPMENT.listing
        order = ((self.rng.choice(("equipment_number", "plant_code", "status")), self.rng.random() < 0.5),)
        page = read_page(listing, ListQuery(order=order, offset=self.rng.choice((0, 50, 100)), limit=50))
        keys = [row["id"] for row in page.rows]
        if len(set(keys)) != len(keys):
            self.journal.fail(f"{self.name}: a machine is twice on one page")
        if page.total < self._total:
            self.journal.fail(f"{self.name}: {self._total} machines became {page.total}")
        self._total = page.total
        read_badges(listing)
        if keys:
            key = self.rng.choice(keys)
            read_row(listing, key)
            days = [row["date"] for row in read_running_times(key, 60)]
            if days != sorted(set(days)):
                self.journal.fail(f"{self.name}: readings of machine {key} are not one a day, in order: {days}")
        self.journal.count("pages read in the view")


class Editor(Person):
    """Changes what people own of a machine, with the version that was seen.

    Attributes:
        saved: machine -> how many of this person's changes were confirmed.
        unsure: how many got no answer: the server was killed meanwhile.
    """

    def __init__(self, name: str, journal: Journal, rng: Random, groups: list[int]) -> None:
        super().__init__(name, journal, rng, 0.6)
        self.saved: defaultdict[int, int] = defaultdict(int)
        self.unsure = 0
        self._changes = 0
        self._actor = Actor(name, frozenset(Capability))
        self._groups = groups

    def act(self) -> None:
        """Look at a machine, think, change it."""
        page = read_page(EQUIPMENT.listing, ListQuery(offset=self.rng.choice((0, 50)), limit=50))
        if not page.rows:
            return
        key = int(self.rng.choice(page.rows)["id"])
        version = int(read_row(EQUIPMENT.listing, key)["row_version"])
        time.sleep(self.rng.uniform(0, 0.5))
        values = self._change()
        try:
            edit_equipment(self._actor, key, version, values)
        except Stale:
            self.journal.count("edits refused as stale")
            return
        except AWAY:
            self.unsure += 1
            raise
        self.saved[key] += 1
        self.journal.done("edits saved", f"{self.name}: machine {key} {values}")

    def _change(self) -> dict[str, Any]:
        self._changes += 1
        text = f"{self.name} {self._changes}"  # never the same again: every saved change changes something
        choices: tuple[Callable[[], dict[str, Any]], ...] = (
            lambda: {"is_active": False, "inactive_reason": f"out of order: {text}"},
            lambda: {"is_active": True, "notes": f"mended: {text}"},
            lambda: {"notes": f"seen: {text}"},
            lambda: {"equipment_group_id": self.rng.choice(self._groups), "notes": f"moved: {text}"},
        )
        return self.rng.choice(choices)()
