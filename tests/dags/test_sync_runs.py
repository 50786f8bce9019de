"""The sync DAGs from trigger to closed log: `dag.test()` on the simulator and a real MySQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dags.dag_site import DagSite

pytestmark = pytest.mark.usefixtures("airflow_metadata")


@pytest.mark.feature("TEST-20", "OBJ-01", "STK-01")
def test_equipment_sync_brings_the_snapshot_and_closes_its_log(site: DagSite, dags: dict[str, Any]) -> None:
    run = site.run(dags["equipment_sync"])
    print(run)
    assert run.state == "success"
    log = site.log()
    assert (log["status"], log["records_inserted"], log["sync_type"]) == ("success", 40, "equipment")
