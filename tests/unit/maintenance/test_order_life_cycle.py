"""The life of a work order: every pair of status and verb, and what may be said of a finished work."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from cmms.maintenance.orders.check_completion import Known, check_completion
from cmms.maintenance.orders.order_life_cycle import (
    HOLD_REASONS,
    STATUSES,
    TRANSITIONS,
    UNFINISHED,
    explain_refusal,
    may,
)

# Lines: what is done; columns: the order's status. The status after that, "-" where it is refused.
TABLE = """
             open         in_progress  on_hold      completed    closed       cancelled
    start    in_progress  -            in_progress  -            -            -
    hold     -            on_hold      -            -            -            -
    complete completed    completed    -            -            -            -
    close    -            -            -            closed       -            -
    cancel   cancelled    cancelled    cancelled    -            -            -
    reopen   -            -            -            in_progress  -            -
"""
_HEAD, *_LINES = (line.split() for line in TABLE.strip().splitlines())
PAIRS = [(verb, status, after) for verb, *cells in _LINES for status, after in zip(_HEAD, cells, strict=True)]


@pytest.mark.feature("DOM-24")
def test_the_table_has_every_pair() -> None:
    assert len(PAIRS) == len(STATUSES) * len(TRANSITIONS) == 36
    assert {pair[:2] for pair in PAIRS} == {(verb, status) for verb in TRANSITIONS for status in STATUSES}


@pytest.mark.feature("DOM-24")
@pytest.mark.parametrize(("verb", "status", "after"), PAIRS)
def test_each_pair_is_allowed_or_refused_with_a_reason(verb: str, status: str, after: str) -> None:
    assert may(verb, status) == (after != "-")
    if after != "-":
        assert TRANSITIONS[verb].target == after
        return
    reason = explain_refusal(verb, status)
    assert reason.startswith(f"it is {status.replace('_', ' ')} and cannot be ")
    for source in TRANSITIONS[verb].sources:
        assert source.replace("_", " ") in reason


def test_what_the_tables_may_hold_is_what_the_life_cycle_knows() -> None:
    from cmms.database import SQL_FOLDER

    schema = (SQL_FOLDER / "schema/0008_maintenance.sql").read_text(encoding="utf-8")
    for known in (STATUSES, HOLD_REASONS):
        assert ", ".join(f"'{name}'" for name in known) in schema
    assert set(UNFINISHED) == set(TRANSITIONS["cancel"].sources)


TODAY = date(2026, 3, 10)
KNOWN = Known(
    counter=Decimal("1200.000"),
    counter_date=TODAY - timedelta(days=1),
    floors=(Decimal("700"), Decimal("1150")),
    last_service=date(2026, 1, 2),
)


@pytest.mark.feature("DOM-21")
@pytest.mark.parametrize(
    ("reading", "day", "known", "wrong"),
    [
        ("1200", TODAY, KNOWN, set()),
        ("1150", TODAY, KNOWN, set()),  # as at the start
        ("1149.999", TODAY, KNOWN, {"completion_reading"}),
        ("1248", TODAY, KNOWN, set()),  # a day since the reading, and one to spare
        ("1248.001", TODAY, KNOWN, {"completion_reading"}),
        (None, TODAY, KNOWN, {"completion_reading"}),
        (None, TODAY, Known(None, None), set()),
        ("5", TODAY, Known(None, None), set()),
        ("1200", TODAY + timedelta(days=1), KNOWN, {"completion_date"}),
        ("1200", date(2026, 1, 2), KNOWN, set()),
        ("1200", date(2026, 1, 1), KNOWN, {"completion_date"}),
        ("1224", date(2026, 1, 2), KNOWN, set()),  # done before the newest reading
        ("1224.001", date(2026, 1, 2), KNOWN, {"completion_reading"}),
        ("12", TODAY, Known(Decimal(12), TODAY, (Decimal(1150),)), set()),  # the counter was replaced
        ("11", TODAY, Known(Decimal(12), TODAY, (Decimal(1150),)), {"completion_reading"}),
        ("-1", TODAY, Known(None, None), {"completion_reading"}),
        ("1e40", TODAY, Known(None, None), {"completion_reading"}),
        ("1", TODAY + timedelta(days=1), KNOWN, {"completion_reading", "completion_date"}),
    ],
)
def test_counter_and_day_of_a_completion_can_be_true(
    reading: str | None, day: date, known: Known, wrong: set[str]
) -> None:
    hours = None if reading is None else Decimal(reading)
    assert set(check_completion(hours, day, known, today=TODAY)) == wrong
