"""Whether two pages are the same: by all of their records, whatever is beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cmms.errors import HandoverMissing
from cmms.settings import Storage as StorageSettings
from cmms.source.body import split_records
from cmms.source.receive_body import Body
from cmms.storage import Storage
from cmms.sync.fetch.land_pages import LandedContent, batch_folder, land_small, read_manifest, same_records
from cmms.sync.records import Scope

RECORDS = [{"EQUNR": str(number)} for number in range(10)]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(StorageSettings(base_path=str(tmp_path)))


def land(storage: Storage, name: str, records: list[dict[str, str]], **beside: object) -> LandedContent:
    body = Body()
    body.buffer.write(json.dumps({**beside, "data": records}).encode())
    return land_small(storage, name, body, split_records(body.data, "data"))


@pytest.mark.feature("SYNC-03")
def test_pages_are_the_same_only_if_every_record_is(storage: Storage) -> None:
    first = land(storage, "first", RECORDS, page=1)
    assert same_records(first, land(storage, "again", RECORDS, page=2))
    for changed in range(len(RECORDS)):
        other = [*RECORDS[:changed], {"EQUNR": "moved"}, *RECORDS[changed + 1 :]]
        assert not same_records(first, land(storage, f"other-{changed}", other, page=1))
    assert not same_records(first, land(storage, "shorter", RECORDS[:-1]))


def test_the_manifest_of_another_run_is_no_hand_over(storage: Storage) -> None:
    unit = Scope("equipment").units[0]
    manifest = {"sync_log_id": 7, "unit_keys": ["equipment"], "pages": [], "records": 0, "repeated_pages": 0,
                "started_at": "2026-01-31T00:00:00+00:00", "api_ms": 0}  # fmt: skip
    for run in (7, 8):
        file = f"{batch_folder(storage, run, unit)}/manifest.json"
        storage.write_bytes(file, json.dumps(manifest).encode())
    assert read_manifest(storage, 7, unit).sync_log_id == 7
    with pytest.raises(HandoverMissing, match="another run"):
        read_manifest(storage, 8, unit)
