"""Who hears of what: the table of docs/features.md, ERR-01 to 05."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cmms.settings import parse_settings
from cmms.sync.records import Counts, Level, Status
from cmms.sync.runs.levels import CHANNELS, level_of, respond_by
from tests.alerts.runs import MIDNIGHT, make_settings


@pytest.mark.feature("ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "Q-06")
@pytest.mark.parametrize(
    ("status", "rejected", "warnings", "level"),
    [
        ("failed", 0, 0, "critical"),
        ("failed", 9_000, 5, "critical"),
        ("partial", 1_001, 0, "high"),
        ("partial", 1_000, 7, "medium"),
        ("partial", 1, 0, "medium"),
        ("success", 0, 1, "low"),
        ("success", 0, 0, "info"),
        ("cancelled", 0, 0, "info"),
    ],
)
def test_level_follows_status_and_share_of_failed_records(
    status: Status, rejected: int, warnings: int, level: Level
) -> None:
    counts = Counts(fetched=10_000, inserted=10_000 - rejected, rejected=rejected)
    assert level_of(status, counts, warnings, make_settings()) == level


@pytest.mark.feature("ERR-02")
def test_a_decimal_limit_is_compared_exactly() -> None:
    settings = parse_settings({"alerts": {"high_failed_percent": 0.1}})
    assert level_of("partial", Counts(fetched=1_000, inserted=999, rejected=1), 0, settings) == "medium"
    assert level_of("partial", Counts(fetched=999, inserted=998, rejected=1), 0, settings) == "high"


@pytest.mark.feature("ERR-05")
def test_an_empty_day_is_no_failure() -> None:
    assert level_of("success", Counts(), 0, make_settings()) == "info"


@pytest.mark.feature("ERR-01", "ERR-02", "ERR-03")
def test_channels_and_time_to_react_per_level() -> None:
    assert CHANNELS["critical"] == ("slack", "email")
    assert CHANNELS["high"] == ("email",)
    assert CHANNELS["medium"] == CHANNELS["low"] == CHANNELS["info"] == ()
    assert respond_by("high", MIDNIGHT) == MIDNIGHT + timedelta(hours=2)
    assert respond_by("medium", MIDNIGHT) == MIDNIGHT + timedelta(hours=24)
    assert respond_by("critical", MIDNIGHT) is None
