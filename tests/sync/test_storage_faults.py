"""The storage between the steps: full, read-only, damaged files. Nothing is merged, the error says what to look at."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cmms.errors import HandoverMissing
from cmms.operations.verify.verify_tables import verify_tables
from cmms.operations.watch_runs import watch
from cmms.sync import pipeline, run_sync
from tests.sync.records import machine, reading
from tests.sync.site import DAY, Site

NUMBERS = [f"{number:06d}" for number in range(400)]


@pytest.fixture
def filled(site: Site) -> Site:
    """Machines; readings of a day that the source has and the site has not."""
    site.sync_equipment([machine(number) for number in NUMBERS])
    site.serve("running_time", DAY, [*(reading(number) for number in NUMBERS), reading("GHOST")])
    return site


@contextmanager
def small_disk(folder: Path, *, size: str) -> Iterator[Path]:
    """A real file system that is soon full."""
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def assert_failed_and_repeatable(site: Site, summary: object, error_class: str, *words: str) -> None:
    """Nothing merged, nothing held, the row closed; the next run stores everything."""
    assert (summary.status, summary.error_class) == ("failed", error_class), summary  # type: ignore[attr-defined]
    for word in words:
        assert word in summary.error_message  # type: ignore[attr-defined]
    assert site.value("SELECT COUNT(*) FROM equipment_running_times") == 0
    assert site.value("SELECT COUNT(*) FROM sync_leases WHERE sync_log_id IS NOT NULL") == 0
    assert site.value("SELECT COUNT(*) FROM api_sync_logs WHERE sync_completed_at IS NULL") == 0
    assert not watch(datetime.now(UTC) + timedelta(hours=1)).failures  # drops what was staged
    assert site.sync_day(DAY).counts.inserted == len(NUMBERS)
    assert verify_tables() == []


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize("size", ["4k", "16k", "48k"], ids=["while fetching", "a page later", "while validating"])
def test_a_storage_that_is_full_fails_the_run_and_says_which_folder(filled: Site, tmp_path: Path, size: str) -> None:
    with small_disk(tmp_path / "small", size=size) as disk:
        summary = filled.sync_day(DAY, storage={"base_path": str(disk)}, api={"pagination": {"size": 50}})
    assert_failed_and_repeatable(filled, summary, "StorageUnavailable", "No space left", str(disk))


@pytest.mark.feature("LOG-03")
def test_a_storage_that_is_read_only_fails_the_run_before_anything_is_asked(filled: Site, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", size="4k") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        summary = filled.sync_day(DAY, storage={"base_path": str(disk)})
    assert_failed_and_repeatable(filled, summary, "StorageUnavailable", "Read-only file system", str(disk))


@pytest.mark.feature("LOG-03")
def test_a_folder_for_temporary_files_that_is_full_fails_staging(
    filled: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "small", size="4k") as disk, monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(disk))
        summary = filled.sync_equipment([machine(number) for number in [*NUMBERS, "NEW"]])
    assert_failed_and_repeatable(filled, summary, "StorageUnavailable", "No space left", str(disk))


@pytest.mark.feature("LOG-03")
def test_a_folder_for_temporary_files_that_is_gone_fails_staging(
    filled: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
        summary = filled.sync_equipment([machine(number) for number in [*NUMBERS, "NEW"]])
    assert_failed_and_repeatable(filled, summary, "StorageUnavailable", "No such file", "gone")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file: Path) -> None:
    """One bit, in the middle: where the values are."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.feature("LOG-03")
@pytest.mark.parametrize(
    ("before", "file", "damage"),
    [
        ("store_batch", "**/*page*.json.gz", cut),
        ("stage_unit", "**/rows-1.arrow", flip),
        ("stage_unit", "**/lost.arrow", cut),
        ("merge_unit", "**/rejected-1.arrow", flip),
    ],
)
def test_a_file_that_was_damaged_between_two_steps_is_noticed(
    filled: Site, monkeypatch: pytest.MonkeyPatch, before: str, file: str, damage: Callable[[Path], None]
) -> None:
    room = run_sync if before == "store_batch" else pipeline
    real = getattr(room, before)

    def damaged(*arguments: object) -> object:
        for found in (filled.folder / "storage").glob(file):
            damage(found)
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(room, before, damaged)
        summary = filled.sync_day(DAY)
    assert_failed_and_repeatable(filled, summary, HandoverMissing.__name__, "damaged", "clear")
