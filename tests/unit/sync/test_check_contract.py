"""When an input as a whole is refused: the exact limits."""

import pytest

from cmms.errors import BatchRuleBroken
from cmms.settings import Rules
from cmms.sync.validate.check_contract import check_reject_rate

RULES = Rules(max_rejected_percent=90, max_rejected_floor=100)


@pytest.mark.feature("VAL-12")
def test_exactly_the_limit_is_merged_and_one_record_more_is_not() -> None:
    check_reject_rate(RULES, unit_key="2026-01-31", fetched=200, rejected={"REQUIRED": 180})
    with pytest.raises(BatchRuleBroken, match="181 of 200"):
        check_reject_rate(RULES, unit_key="2026-01-31", fetched=200, rejected={"REQUIRED": 100, "NOT_TEXT": 81})


@pytest.mark.feature("VAL-12")
def test_the_limit_counts_from_the_floor_on() -> None:
    check_reject_rate(RULES, unit_key="2026-01-31", fetched=99, rejected={"REQUIRED": 99})
    with pytest.raises(BatchRuleBroken):
        check_reject_rate(RULES, unit_key="2026-01-31", fetched=100, rejected={"REQUIRED": 100})
