"""Which of several records of one key counts, and which marks a following reading gets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from cmms.settings import parse_settings
from cmms.sync.merge.chain_marks import chain_codes
from cmms.sync.validate.resolve_duplicates import resolve_duplicates

DAY = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12)
TYPES: dict[str, Any] = {
    "equipment_number": pl.String, "own_point_matches": pl.Boolean, "date_time": pl.Datetime("ms"),
    "api_created_at": pl.Datetime("ms"), "description": pl.String, "raw": pl.String,
}  # fmt: skip


def row(
    raw: str,
    *,
    own: bool = False,
    at: datetime | None = NOON,
    created: datetime = NOON,
    text: str = "x",
    number: str = "A",
) -> tuple[Any, ...]:
    return number, own, at, created, text, raw


def losers(rows: Sequence[tuple[Any, ...]]) -> dict[str, str]:
    """Raw text of each loser -> why it lost."""
    frame = pl.DataFrame(list(rows), schema=TYPES, orient="row").with_columns(
        page=pl.lit(1, pl.UInt32), position=pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    texts = frame["raw"].to_list()
    lost = resolve_duplicates(frame.drop("raw"), lambda places: {place: texts[place[1]].encode() for place in places})
    return {bytes(item["payload"]).decode(): item["code"] for item in lost.iter_rows(named=True)}


HOUR = timedelta(hours=1)


@pytest.mark.feature("SYNC-10", "RT-09", "MAP-06", "VAL-11")
@pytest.mark.parametrize(
    ("winner", "loser", "code"),
    [
        (row("a", own=True, at=NOON - HOUR), row("b"), "POINT_MISMATCH"),
        (row("a", at=NOON + HOUR, created=NOON - HOUR), row("b"), "DUPLICATE_SUPERSEDED"),
        (row("a"), row("b", at=None, created=NOON + HOUR), "DUPLICATE_SUPERSEDED"),
        (row("a", created=NOON + HOUR), row("b"), "DUPLICATE_SUPERSEDED"),
        (row("b", text="y"), row("a"), "DUPLICATE_SUPERSEDED"),
        (row("b"), row("a"), "DUPLICATE_IDENTICAL"),
    ],
    ids=["own point", "newest document", "any time before none", "newest record", "greatest bytes", "same values"],
)
def test_the_winner_does_not_depend_on_the_order(winner: tuple[Any, ...], loser: tuple[Any, ...], code: str) -> None:
    other = row("zz", number="B")
    for order in permutations([winner, loser, other]):
        assert losers(order) == {loser[-1]: code}


@pytest.mark.feature("SYNC-10", "VAL-11")
@pytest.mark.parametrize("name", ["point", "object_number", "company_code", "running_hours", "plant_id"])
def test_a_record_that_differs_in_any_value_is_kept(name: str) -> None:
    frame = pl.DataFrame(
        {"equipment_number": "A", "api_created_at": NOON, "page": 1, "position": [0, 1], name: ["x", "y"]},
        schema_overrides={"api_created_at": pl.Datetime("ms")},
    )
    lost = resolve_duplicates(frame, lambda places: {place: bytes([place[1]]) for place in places})
    assert lost["code"].to_list() == ["DUPLICATE_SUPERSEDED"]


def test_single_records_lose_nothing() -> None:
    assert losers([row("a"), row("b", number="B")]) == {}


@pytest.mark.feature("DOM-05", "RT-07")
@pytest.mark.parametrize(
    ("growth", "hours", "later", "marks"),
    [
        (8000, 8000, 1, None),
        (8100, 8000, 1, None),
        (8101, 8000, 1, "HOURS_MISMATCH"),
        (0, 0, 1, None),
        (0, 8000, 2, "COUNTER_NOT_ADVANCED"),
        (-1, 0, 1, "COUNTER_DECREASED"),
        (-8000, 8000, 1, "COUNTER_DECREASED,HOURS_MISMATCH"),
        (99_000, 8000, 2, None),  # not the next day: growth has had time
    ],
)
def test_marks_follow_from_the_reading_before_alone(growth: int, hours: int, later: int, marks: str | None) -> None:
    stored = {
        "date": DAY + timedelta(days=later), "running_hours": hours, "growth": growth, "is_accepted": 0,
        "quality_code": "COUNTER_DECREASED,HOURS_MISMATCH",
    }  # fmt: skip
    rules = parse_settings({}).rules
    assert chain_codes(stored, day=DAY, rules=rules) == marks
    assert chain_codes({**stored, "is_accepted": 1}, day=DAY, rules=rules) is None


@pytest.mark.feature("DOM-05")
def test_marks_of_the_record_itself_stay() -> None:
    stored = {
        "date": DAY + timedelta(days=1),
        "running_hours": 0,
        "growth": 0,
        "is_accepted": 0,
        "quality_code": "EXCEEDS_DAY,HOURS_MISMATCH",
    }
    assert chain_codes(stored, day=DAY, rules=parse_settings({}).rules) == "EXCEEDS_DAY"
    strict = parse_settings({"rules": {"strict_progression": True}}).rules
    assert chain_codes(stored, day=DAY, rules=strict) == "COUNTER_NOT_ADVANCED,EXCEEDS_DAY"
