"""The peers of the benchmark: what they take for a row, what they are pinned to, and what happens without an index."""

from __future__ import annotations

import argparse
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peer_environments import PEERS_FOLDER
from benchmarks.peer_runs import PEERS, add_ratios, choose_peers, prepare_peers
from benchmarks.peers.convert_record import convert_record

RECORD = {
    "SWERK": "P001",
    "EQUNR": " 000000000010000000 ",
    "BUKRS": "1000",
    "EQKTU": "CENTRIFUGAL PUMP 1",
    "OBJNR": "IE000000000010000000",
    "POINT": "000000500000",
    "CREATED_AT": "20260302000720",
    "DATE": "20260301",
    "DATE_TIME": "2026-03-01T23:10:00+01:00",
    "RECDV": "11.50",
    "CNTRR": "27529.05",
    "MDTXT": "",
}


def test_a_record_becomes_values_of_the_column_types() -> None:
    row = convert_record(RECORD)
    assert row is not None
    assert row["equipment_number"] == "000000000010000000"
    assert row["date"] == date(2026, 3, 1)
    assert row["date_time"] == datetime(2026, 3, 1, 22, 10)
    assert row["api_created_at"] == datetime(2026, 3, 2, 0, 7, 20)
    assert row["running_hours"] == Decimal("11.5")
    assert row["description"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"EQUNR": None},
        {"SWERK": "  "},
        {"EQUNR": "9" * 51},
        {"RECDV": "abc"},
        {"RECDV": "NaN"},
        {"RECDV": None},
        {"CNTRR": "99999999999999.00"},
        {"RECDV": "-1"},
        {"DATE": "2026-02-30"},
        {"DATE_TIME": "2026-03-01T24:00:00"},
        {"CREATED_AT": "n/a"},
    ],
    ids=str,
)
def test_what_a_column_cannot_hold_is_no_row(change: dict[str, Any]) -> None:
    assert convert_record({**RECORD, **change}) is None


@pytest.mark.parametrize("name", PEERS)
def test_every_package_of_a_peer_is_pinned_exactly(name: str) -> None:
    lines = (PEERS_FOLDER / f"requirements-{name}.txt").read_text(encoding="utf-8").splitlines()
    packages = [line.partition("#")[0].strip() for line in lines if not line.startswith("#")]
    assert packages
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", package) for package in packages)
    assert (PEERS_FOLDER / PEERS[name].program).exists()


@pytest.mark.slow
def test_without_a_package_index_a_peer_is_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMMS_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    prepared = prepare_peers(["orm"])
    assert prepared == {"orm": "its packages could not be installed (may pip reach its index?)"}
    assert not (tmp_path / "peers/orm/requirements.sha256").exists(), "the next call tries again"


def test_the_median_of_a_sample_is_scaled_and_a_peer_that_read_too_little_does_not_count() -> None:
    engine = {"first": 2.0, "again": 1.0}
    result = {"seconds": {"first": 10.0, "again": 5.0}, "records": 50}
    slower = {"seconds": {"first": 12.0, "again": 5.0}, "records": 50}
    slowest = {"seconds": {"first": 30.0, "again": 6.0}, "records": 50}
    scaled = add_ratios("orm", [slower, result, slowest], engine, records=1000, rows=50)
    assert scaled["seconds"] == {"first": 240.0, "again": 100.0}
    assert scaled["ratios"]["first"] == {"measured": 120.0, "target": 60}
    assert add_ratios("dlt", [result], engine, records=1000, rows=50)["left_out"] == "it read 50 records, not 1,000"


def test_an_unknown_peer_is_refused() -> None:
    assert choose_peers("dlt, orm") == ["dlt", "orm"]
    with pytest.raises(argparse.ArgumentTypeError, match="sling"):
        choose_peers("dlt,sling")
