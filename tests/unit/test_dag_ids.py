"""The list of our DAGs is that of the files in ``dags/``, each of which spells its own id."""

from __future__ import annotations

import re

import pytest

from cmms.dag_ids import DAG_IDS
from tools.state_folder import REPOSITORY


@pytest.mark.feature("PKG-01")
def test_every_dag_of_ours_is_listed_once() -> None:
    spelled = {
        file.stem: re.findall(r'^    dag_id="(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)
        for file in (REPOSITORY / "dags").glob("*.py")
    }
    assert spelled == {dag_id: [dag_id] for dag_id in DAG_IDS}
