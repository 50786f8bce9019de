"""OAuth2 tokens that several threads share."""

import pytest

from cmms.api.auth import Token, TokenKeeper


@pytest.mark.feature("SVC-01", "TEST-24")
def test_a_late_refusal_of_an_old_token_does_not_throw_the_new_one_away():
    tokens = iter(["first", "second", "third"])
    keeper = TokenKeeper(lambda: Token(next(tokens), float("inf")))
    assert keeper.current() == "first"
    keeper.refused("first")
    assert keeper.current() == "second"
    keeper.refused("first")  # of another thread, whose request was still on its way
    assert keeper.current() == "second"
