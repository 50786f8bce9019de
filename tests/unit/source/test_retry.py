"""How long to wait, and for how long to try."""

from datetime import UTC, datetime

import pytest

from cmms.settings import Retries
from cmms.source.retry import retry_after_seconds, wait_seconds

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


@pytest.mark.feature("RTY-02")
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7),
        (" 86400 ", 86400),
        ("1.5", 1.5),
        ("-5", 0),
        ("Sat, 31 Jan 2026 12:00:30 GMT", 30),
        ("Sat, 31 Jan 2026 11:00:00 GMT", 0),
        ("Sat, 31 Jan 2026 14:00:30 +0200", 30),
        ("Sat, 31 Jan 2026 12:00:30 -0000", 30),
        ("soon", None),
        ("nan", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    assert retry_after_seconds(header, now=NOW) == seconds


@pytest.mark.feature("RTY-02")
def test_waits_grow_with_jitter_and_are_capped():
    retries = Retries(initial_seconds=1, max_seconds=8)
    for attempt, ceiling in [(1, 1), (2, 2), (3, 4), (4, 8), (9, 8)]:
        waits = {wait_seconds(retries, attempt, None) for _ in range(50)}
        assert all(ceiling / 2 <= wait <= ceiling for wait in waits)
        assert len(waits) > 10


@pytest.mark.feature("RTY-02")
def test_retry_after_is_a_lower_bound():
    assert wait_seconds(Retries(initial_seconds=1), 1, 7.0) >= 7
    assert wait_seconds(Retries(initial_seconds=20), 1, 7.0) >= 10
