"""A private deployment for the tests of the sync engine: simulated source, real database, settings, in one process.

    site.sync_equipment([...raw JSON...])        # RunSummary
    site.sync_day(date(2026, 1, 31), [...])
    site.dump("equipment")                       # every column of every row, ORDER BY id

Records are raw JSON texts, served by the simulator as they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import MySQLdb

from cmms.settings import Settings, parse_settings
from cmms.simulator import Simulator
from cmms.sync.records import RunSummary, Scope
from cmms.sync.run_sync import run_sync

RUN_DATE = date(2026, 2, 1)
DAY = date(2026, 1, 31)
PLANTS = ("P001", "P002", "P003")

FAST = {"retries": {"attempts": 2, "initial_seconds": 0, "max_seconds": 0}}
"""Settings of ``api`` that every test has: nobody waits for a fault to pass."""

Record = str | bytes


def merge_settings(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` in it, section by section."""
    merged = dict(base)
    for name, value in changes.items():
        both_sections = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = merge_settings(merged[name], value) if both_sections else value
    return merged


@dataclass
class Site:
    """One simulator and one migrated schema.

    Attributes:
        raw: settings that differ from the defaults; tests change them.
    """

    simulator: Simulator
    database: dict[str, Any]
    folder: Path
    raw: dict[str, Any] = field(default_factory=dict)

    def settings(self, **changes: Any) -> Settings:
        """The site's settings, and ``changes`` by section."""
        base = {
            "storage": {"base_path": str(self.folder / "storage")},
            "api": FAST,
            "rules": {"max_rejected_percent": 100},
        }
        return parse_settings(merge_settings(merge_settings(base, self.raw), changes))

    # ---- syncs

    def sync_equipment(
        self,
        records: Iterable[Record] | None = None,
        *,
        run_date: date = RUN_DATE,
        scope: Scope | None = None,
        **changes: Any,
    ) -> RunSummary:
        """Sync a snapshot of these records (None: whatever the simulator has)."""
        if records is not None:
            self.serve("equipment", None, records)
        return run_sync(scope or Scope("equipment"), run_date=run_date, settings=self.settings(**changes))

    def sync_day(
        self, day: date, records: Iterable[Record] | None = None, *, run_date: date = RUN_DATE, **changes: Any
    ) -> RunSummary:
        """Sync one day of these records (None: whatever the simulator has)."""
        if records is not None:
            self.serve("running_time", day, records)
        return self.sync_days(day, day, run_date=run_date, **changes)

    def sync_days(self, first: date, last: date, *, run_date: date = RUN_DATE, **changes: Any) -> RunSummary:
        """Sync a range of days in one run."""
        scope = Scope("running_time", start_date=first, end_date=last)
        return run_sync(scope, run_date=run_date, settings=self.settings(**changes))

    def serve(self, stream: Any, day: date | None, records: Iterable[Record]) -> None:
        """What the source answers from now on."""
        texts = [record if isinstance(record, str) else record.decode("utf-8", "surrogatepass") for record in records]
        self.simulator.set_records(stream, day, texts)

    # ---- the database

    @contextmanager
    def session(self) -> Iterator[Any]:
        """A plain connection, not the engine's: what another client of the database sees."""
        account = {"user": self.database["user"], "password": self.database["password"]}
        with closing(
            MySQLdb.connect(
                host=self.database["host"],
                port=self.database["port"],
                database=self.database["database"],
                charset="utf8mb4",
                autocommit=True,
                init_command="SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                **account,
            )
        ) as connection:
            yield connection

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a SELECT."""
        with self.session() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(statement, values or None)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def execute(self, *statements: str, values: Sequence[Any] = ()) -> None:
        """Run statements, one after the other."""
        with self.session() as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement, values or None)

    def value(self, statement: str, *values: Any) -> Any:
        """The one value of a SELECT."""
        rows = self.query(statement, *values)
        assert len(rows) == 1, f"{len(rows)} rows: {statement}"
        return next(iter(rows[0].values()))

    def dump(self, *tables: str, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every column of every row, by table."""
        hidden = set(without)
        return {
            table: [
                tuple(value for name, value in row.items() if name not in hidden)
                for row in self.query(f"SELECT * FROM {table} ORDER BY id")
            ]
            for table in tables or ("equipment", "equipment_running_times")
        }

    def clear(self, plants: Iterable[str] = PLANTS) -> None:
        """Empty every table, start ids at 1 again, and add the plants."""
        with self.session() as connection, closing(connection.cursor()) as cursor:
            cursor.execute("SET foreign_key_checks = 0")
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                " AND table_type = 'BASE TABLE'"
            )
            tables = [row[0] for row in cursor.fetchall()]
            for table in tables:
                if table.startswith("stg_"):
                    cursor.execute(f"DROP TABLE {table}")
                elif not table.endswith("alembic_version") and cursor.execute(f"SELECT 1 FROM {table} LIMIT 1"):
                    cursor.execute(f"TRUNCATE {table}")
            cursor.execute("INSERT INTO sync_reference_version (id, version) VALUES (1, 1)")
        for plant in plants:
            self.add_plant(plant)

    def add_plant(self, code: str) -> None:
        """Add a plant as the user interface would."""
        self.execute("INSERT INTO plants (plant_code, name) VALUES (%s, %s)", values=(code, code))
        self.execute("UPDATE sync_reference_version SET version = version + 1")
