"""A day of which nothing is stored is loaded straight from a file; whatever speaks against that, it ends as always."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cmms import database
from cmms.sync.merge import merge_running_time
from cmms.sync.records import RunSummary, Scope
from cmms.sync.run_sync import run_sync
from tests.sync.records import machine, reading
from tests.sync.site import DAY, RUN_DATE, Site

NUMBERS = [f"N{number:03d}" for number in range(60)]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the statements that were run."""
    names: list[str] = []
    real = database.load_sql

    def note(name: str) -> str:
        names.append(name)
        return real(name)

    monkeypatch.setattr(database, "load_sql", note)
    return names


def sync_with(site: Site, act: Callable[[], None]) -> RunSummary:
    """Sync the day's 60 readings; ``act`` runs after staging, before the merge."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.serve("running_time", DAY, [reading(number) for number in NUMBERS])

    def listen(unit_key: str, step: str, done: int, total: int | None) -> None:
        if step == "merge":
            act()

    return run_sync(Scope("running_time", DAY, DAY), run_date=RUN_DATE, settings=site.settings(), listener=listen)


def load_files(site: Site) -> list[Path]:
    return sorted((site.folder / "storage").rglob("load-*.tsv"))


def test_a_new_day_needs_no_staging_table_and_leaves_no_file(site: Site, ran: list[str]) -> None:
    seen: list[Path] = []
    summary = sync_with(site, lambda: seen.extend(load_files(site)))
    assert (summary.status, summary.counts.inserted) == ("success", 60), summary.error_message
    assert len(seen) == 1
    assert load_files(site) == []
    assert ran.count("sync/merge/running_time_load_day") == 1
    assert "sync/merge/by_machine_create:running_time" not in ran


def test_where_files_are_not_to_be_loaded_none_is(site: Site, ran: list[str]) -> None:
    site.raw["engine"] = {"load_data": "never"}
    summary = sync_with(site, lambda: None)
    assert (summary.status, summary.counts.inserted) == ("success", 60), summary.error_message
    assert not {"sync/merge/running_time_load_day", "sync/merge/load"} & set(ran)


@pytest.mark.feature("RT-11")
def test_a_reading_that_appears_before_the_merge_is_updated_with_a_revision(site: Site, ran: list[str]) -> None:
    def insert() -> None:
        site.execute(
            "INSERT INTO equipment_running_times (equipment_id, plant_id, date, running_hours, cumulative_hours)"
            f" SELECT id, plant_id, '{DAY}', 1, 1 FROM equipment WHERE equipment_number = 'N007'"
        )

    summary = sync_with(site, insert)
    assert (summary.status, summary.counts.inserted, summary.counts.updated) == ("success", 59, 1)
    assert site.value("SELECT COUNT(*) FROM equipment_running_time_revisions") == 1
    assert "sync/merge/running_time_load_day" not in ran
    assert load_files(site) == []


@pytest.mark.feature("SYNC-08", "DAT-06")
def test_a_row_that_the_database_refuses_is_looked_at_in_a_staging_table(site: Site, ran: list[str]) -> None:
    summary = sync_with(site, lambda: site.execute("DELETE FROM equipment WHERE equipment_number = 'N007'"))
    assert (summary.status, summary.counts.inserted, summary.counts.rejected) == ("partial", 59, 1)
    assert site.value("SELECT code FROM sync_record_errors") == "EQUIPMENT_UNKNOWN"
    assert ran.count("sync/merge/running_time_load_day") == 1
    assert ran.count("sync/merge/running_time_insert_day") == 2  # refused, then without the row
    assert load_files(site) == []


@pytest.mark.parametrize("damage", ["gone", "cut short", "no date", "another number"])
def test_a_file_that_is_not_as_it_was_written_is_never_merged(site: Site, damage: str) -> None:
    def spoil() -> None:
        (file,) = load_files(site)
        content = file.read_bytes()
        if damage == "gone":
            file.unlink()
        elif damage == "cut short":
            file.write_bytes(content[: len(content) // 2])
        elif damage == "no date":
            file.write_bytes(content.replace(b"2026-", b"2026-99", 1))
        else:
            file.write_bytes(content.replace(b"8.000", b"9.000", 1))
            assert file.read_bytes() != content

    summary = sync_with(site, spoil)
    if damage == "gone":
        assert (summary.status, summary.error_class) == ("failed", "HandoverMissing")
        assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 0
    else:  # what was judged is staged anew
        assert (summary.status, summary.counts.inserted) == ("success", 60), summary.error_message
        assert site.value("SELECT COUNT(DISTINCT equipment_id) FROM equipment_running_times") == 60
        assert site.value("SELECT COUNT(DISTINCT running_hours) FROM equipment_running_times") == 1


@pytest.mark.feature("SYNC-06")
def test_a_file_of_which_fewer_rows_arrive_than_were_written_is_staged_anew(
    site: Site, ran: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = merge_running_time.execute

    def lose_one(cursor: Any, statement: str, *values: Any, **options: Any) -> int:
        return real(cursor, statement, *values, **options) - (statement == "sync/merge/running_time_load_day")

    monkeypatch.setattr(merge_running_time, "execute", lose_one)
    summary = sync_with(site, lambda: None)
    assert (summary.status, summary.counts.inserted) == ("success", 60), summary.error_message
    assert (ran.count("sync/merge/running_time_load_day"), ran.count("sync/merge/running_time_insert_day")) == (1, 1)
