"""Fetch from a simulator the way the engine does, without Airflow: what the tests of the client share."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date

from cmms.settings import Settings, parse_settings
from cmms.source.body import split_records
from cmms.source.call_log import ApiCall
from cmms.source.connection import ApiConnection
from cmms.storage import Storage
from cmms.sync.fetch.fetch_pages import fetch_batch
from cmms.sync.fetch.landed_records import read_page
from cmms.sync.fetch.plan_requests import plan_batches
from cmms.sync.records import Manifest, Scope

DAY = date(2026, 1, 31)
SECRET = "demo-token"
FAST_RETRIES = {"initial_seconds": 0, "max_seconds": 0, "attempts": 3}


@dataclass
class Fetched:
    manifest: Manifest
    calls: list[ApiCall]
    storage: Storage
    records: list[bytes]
    progress: list[tuple[int, int | None]]


def settings_for(folder, **api) -> Settings:
    api.setdefault("retries", FAST_RETRIES)
    return parse_settings({"storage": {"base_path": str(folder)}, "api": api})


def connect(simulator, **changes) -> ApiConnection:
    return ApiConnection(**{"base_url": simulator.base_url, "login": None, "password": SECRET, **changes})


def fetch(simulator, folder, *, scope=None, connection=None, calls=None, plants=(), watermark=None, should_stop=lambda: None,
          batch=None, **api) -> Fetched:  # fmt: skip
    """Fetch the first batch of ``scope`` (default: equipment); ``calls`` survives an error."""
    settings = settings_for(folder, **api)
    storage = Storage(settings.storage)
    scope = scope or Scope("equipment")
    calls = [] if calls is None else calls
    progress: list[tuple[int, int | None]] = []
    manifest = fetch_batch(
        settings,
        scope.stream,
        batch or plan_batches(settings, scope, plants, watermark=watermark)[0],
        sync_log_id=7,
        storage=storage,
        call_log=calls.append,
        on_progress=lambda done, total: progress.append((done, total)),
        should_stop=should_stop,
        connection=connection or connect(simulator),
    )
    path = settings.stream(scope.stream).records_path
    records = [
        bytes(record) for page in manifest.pages for record in split_records(read_page(storage, page), path).records
    ]
    return Fetched(manifest, calls, storage, records, progress)


def everything_below(folder) -> bytes:
    """All that was written to disk, unpacked, to look for a secret in it."""
    parts = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return b"\n".join(gzip.decompress(part) if part[:2] == b"\x1f\x8b" else part for part in parts)
