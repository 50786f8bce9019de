"""Records go through the transforms chunk by chunk: a source that never ends is worked off, a chunk at a time."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from cmms.settings import parse_settings
from cmms.streams.unit import Unit
from cmms.sync.records import LandedPage, Scope
from cmms.sync.runs.run_context import RunContext
from cmms.sync.validate.parse_records import parse_records
from cmms.sync.validate.validate_units import _READERS, _chunks, _read_ahead

PAGE = 40
"""Records of one page."""


@pytest.mark.feature("MEM-03")
def test_chunks_of_an_endless_source_are_made_one_at_a_time_and_none_is_kept(tmp_path: Path) -> None:
    settings = parse_settings({"storage": {"base_path": str(tmp_path)}, "engine": {"chunk_records": 100}})
    run = RunContext(7, "running_time", settings, Scope("running_time"))
    records = [{"EQUNR": f"{number:03d}", "SWERK": "P1", "RECDV": "8", "CNTRR": "9"} for number in range(PAGE)]
    content = gzip.compress(json.dumps({"data": records}).encode())
    run.storage.write_bytes("page.json.gz", content)
    asked = 0

    def endless() -> Iterator[LandedPage]:
        nonlocal asked
        for number in itertools.count(1):
            asked = number
            yield LandedPage(
                number,
                "page.json.gz",
                PAGE,
                hashlib.sha256(content).hexdigest(),
                units=(Unit("default", "running_time", "2026-01-31"),),
            )

    fields = settings.streams.running_time.fields.as_dict()
    alive: list[weakref.ref[object]] = []
    seen = 0
    for chunk in itertools.islice(_chunks(run, _read_ahead(run, "data", fields, endless())), 50):
        frame = parse_records(chunk, stream="running_time", settings=settings)
        assert len(frame) <= 100
        assert asked <= chunk[-1][0] + 2 + _READERS  # some ahead, and one to see that the chunk is full
        alive += [weakref.ref(raw) for _, raw in chunk]
        seen += len(frame)
        chunk.clear()
        del frame
    assert seen == 50 * 2 * PAGE
    assert sum(reference() is not None for reference in alive) <= 4 + _READERS
