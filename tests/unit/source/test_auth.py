"""OAuth2 tokens that several threads share."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cmms.source.auth import Token, TokenKeeper, read_token


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_late_refusal_of_an_old_token_does_not_throw_the_new_one_away():
    tokens = iter(["first", "second", "third"])
    keeper = TokenKeeper(lambda: Token(next(tokens), float("inf")))
    assert keeper.current() == "first"
    keeper.refused("first")
    assert keeper.current() == "second"
    keeper.refused("first")  # of another thread, whose request was still on its way
    assert keeper.current() == "second"


@pytest.mark.feature("SVC-01", "TEST-24")
def test_threads_that_need_a_token_at_the_same_time_ask_for_one():
    asked = []

    def request_token():
        asked.append(1)
        time.sleep(0.05)
        return Token("first", float("inf"))

    keeper = TokenKeeper(request_token)
    with ThreadPoolExecutor(4) as threads:
        assert {future.result() for future in [threads.submit(keeper.current) for _ in range(4)]} == {"first"}
    assert len(asked) == 1


@pytest.mark.feature("SVC-01", "TEST-24")
@pytest.mark.parametrize(
    ("expires_in", "usable_until"),
    [
        (3600, 1000 + 3570),
        ("3600", 1000 + 3570),
        (20, 1010),
        (None, float("inf")),
        ("soon", float("inf")),
        (10**400, float("inf")),
    ],
)
def test_a_token_is_used_until_shortly_before_its_end_and_a_short_one_for_half_of_its_life(expires_in, usable_until):
    token = read_token({"access_token": "x", "expires_in": expires_in}, 1000)
    assert token is not None and token.usable_until == usable_until
