"""The hand-over folder: private, atomic, and never outside its base."""

import os
import stat
import time
from datetime import UTC, datetime, timedelta

import pytest

from cmms.errors import HandoverMissing
from cmms.settings import Storage as StorageSettings
from cmms.storage import Storage


@pytest.fixture
def storage(tmp_path):
    return Storage(StorageSettings(base_path=str(tmp_path / "base")))


def test_files_and_folders_are_for_their_owner_only(storage):
    previous = os.umask(0)
    try:
        storage.write_bytes("runs/1/equipment/a.json", b"a")
    finally:
        os.umask(previous)
    for path in [storage.base, *storage.base.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_file_is_replaced_as_a_whole_and_nothing_else_is_left(storage, monkeypatch):
    storage.write_bytes("runs/1/a", b"old")
    storage.write_bytes("runs/1/a", b"new")
    assert storage.read_bytes("runs/1/a") == b"new"
    with pytest.raises(TypeError):
        storage.write_bytes("runs/1/a", "no bytes")
    assert [path.name for path in (storage.base / "runs/1").iterdir()] == ["a"]
    assert storage.read_bytes("runs/1/a") == b"new"


def test_what_is_missing_is_said_by_name(storage):
    with pytest.raises(HandoverMissing, match="runs/9/x"):
        storage.read_bytes("runs/9/x")
    with pytest.raises(HandoverMissing), storage.local_copy("runs/9/x"):
        pass
    assert not storage.exists("runs/9")


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "runs/../../x"])
def test_nothing_outside_the_base_can_be_named(storage, path):
    with pytest.raises(ValueError, match="inside"):
        storage.read_bytes(path)


def test_a_run_is_deleted_with_all_its_files(storage):
    storage.write_bytes(storage.run_folder(1) + "/x/y", b"1")
    storage.write_bytes(storage.run_folder(2) + "/x/y", b"2")
    storage.delete_run(1)
    storage.delete_run(1)
    assert not storage.exists("runs/1")
    assert storage.exists("runs/2/x/y")


def test_runs_that_nobody_wrote_to_for_long_are_removed(storage):
    for name in ("runs/1/x/y", "runs/2/x/y", "cache/a.json", "cache/b.json"):
        storage.write_bytes(name, b"1")
    old = time.time() - 15 * 86400
    for name in ("runs/1/x/y", "runs/1/x", "runs/1", "cache/a.json", "runs/2"):
        os.utime(storage.base / name, (old, old))
    assert storage.delete_older_than(datetime.now(UTC) - timedelta(days=14)) == 2
    left = sorted(str(path.relative_to(storage.base)) for path in storage.base.rglob("*") if path.is_file())
    assert left == ["cache/b.json", "runs/2/x/y"]


def test_a_run_is_as_new_as_the_newest_file_however_deep_it_lies(storage):
    storage.write_bytes("runs/1/units/2026-01-31/attempt/rows-1.arrow", b"1")
    old = time.time() - 15 * 86400
    for folder in (path for path in storage.base.rglob("*") if path.is_dir()):
        os.utime(folder, (old, old))
    assert storage.delete_older_than(datetime.now(UTC) - timedelta(days=14)) == 0


def test_the_default_base_is_below_the_airflow_home(tmp_path, monkeypatch):
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    assert Storage(StorageSettings()).base == tmp_path / "cmms_storage"


def test_a_local_file_is_used_where_it_is(storage):
    storage.write_bytes("runs/1/a", b"content")
    with storage.local_copy("runs/1/a") as path:
        assert path == storage.base / "runs/1/a"


@pytest.mark.slow
def test_object_storage_behaves_the_same(tmp_path):
    storage = Storage(StorageSettings(base_path=f"file://{tmp_path}/bucket"))
    assert not storage.is_local
    named = StorageSettings(base_path="s3://bucket/prefix", connection_id="cmms_storage")
    assert Storage(named).base.conn_id == "cmms_storage"
    storage.write_bytes("runs/1/x/a", b"content")
    storage.write_bytes("cache/a.json", b"{}")
    assert storage.exists("runs/1/x/a")
    assert storage.read_bytes("runs/1/x/a") == b"content"
    with storage.local_copy("runs/1/x/a") as path:
        assert path.read_bytes() == b"content"
    assert not path.exists()
    with pytest.raises(HandoverMissing):
        storage.read_bytes("runs/1/x/b")
    now = datetime.now(UTC)
    assert storage.delete_older_than(now - timedelta(days=1)) == 0
    assert storage.delete_older_than(now + timedelta(days=1)) == 2
    storage.delete_file("runs/9/none")
    storage.delete_run(9)
    assert not storage.exists("runs/1")
