"""Which tests follow one another on one worker when `make test` runs all of them on two.

Input: the id of a test. Output: its lane, which one worker takes as a whole; the longest lanes begin first.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

FIRST_LANES = {
    # A browser, and a whole site with one: the longest of all, so it begins first.
    "programs": ("tests/browser/", "tests/stock/"),
    # Whole Airflows: no two of them side by side.
    "airflow": ("tests/airflow/",),
    # They share Airflow's API application and a seeded schema, which take long to make.
    "view": ("tests/plugins/",),
    # So do these, over the site of a released version.
    "promises": ("tests/promises/",),
    # Long ones that go to whoever is free.
    "demo": ("tests/tools/test_demo.py",),
    "memory": ("tests/sync/test_memory.py", "tests/faults/source/test_api_memory.py"),
}


def find_lane(nodeid: str) -> str:
    """Name of a test's lane: one of the first ones, or else its file."""
    for lane, beginnings in FIRST_LANES.items():
        if nodeid.startswith(beginnings):
            return lane
    return nodeid.partition("::")[0]


def sort_by_lane(items: list[pytest.Item]) -> None:
    """Put the long lanes first; apart from that the order stays."""
    order = list(FIRST_LANES)
    items.sort(key=lambda item: order.index(lane) if (lane := find_lane(item.nodeid)) in order else len(order))


class LaneScheduling(LoadScopeScheduling):
    """Hands whole lanes to workers, in the order of the tests."""

    def __init__(self, config: pytest.Config, log: object = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return find_lane(nodeid)
