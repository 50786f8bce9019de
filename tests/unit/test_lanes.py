"""Lanes: what shares a worker when all tests run on two."""

from __future__ import annotations

import pytest

from tests.lanes import FIRST_LANES, find_lane
from tools.state_folder import REPOSITORY


@pytest.mark.parametrize("beginning", [beginning for lane in FIRST_LANES.values() for beginning in lane])
def test_what_a_lane_names_is_there(beginning: str) -> None:
    assert (REPOSITORY / beginning).exists()


def test_whole_programs_share_a_lane_and_others_go_by_their_file() -> None:
    assert find_lane("tests/airflow/test_zombies.py::test_a") == "airflow"
    assert find_lane("tests/tools/test_demo.py::test_b") == "demo"
    assert find_lane("tests/tools/test_setup.py::test_c[a::b]") == "tests/tools/test_setup.py"
