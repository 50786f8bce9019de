"""A stock site from its first sync to the uninstallation, by the lines of docs/operations.md; it leaves no site behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stock.environment import freeze
from tests.stock.stock_site import PREFIX, StockSite
from tools.processes import stop_processes

pytestmark = [pytest.mark.slow, pytest.mark.feature("PKG-01")]

OURS = {"equipment_sync", "running_time_sync", "maintenance_evaluation", "sync_log_cleanup", "sync_watchdog",
        "cmms_reconcile_sources", "cmms_setup"}  # fmt: skip
_SHOW_DAGS = "from airflow.dag_processing.dagbag import DagBag; b = DagBag(bundle_path=None); print(sorted(b.dags), b.import_errors)"


@pytest.fixture(scope="module")
def working(stock_site: StockSite) -> StockSite:
    """With scheduler and DAG processor."""
    for name in ("scheduler", "dag-processor"):
        stock_site.start(name, name)
    services = ("scheduler", "dag_processor")
    client = stock_site.client("admin", stock_site.servers[0])

    def are_up() -> bool:
        health = client.get(f"{PREFIX}/api/v2/monitor/health").json()
        return all(health[name]["status"] == "healthy" for name in services)

    stock_site.wait_until("scheduler and DAG processor", are_up)
    return stock_site


def _run_dag(site: StockSite, dag_id: str) -> Any:
    """Unpause a DAG, start it, and wait for its end; returns the run's state."""
    client = site.client("admin", site.servers[0])
    dag = f"{PREFIX}/api/v2/dags/{dag_id}"
    assert client.patch(dag, json={"is_paused": False}).status_code == 200
    run = client.post(f"{dag}/dagRuns", json={"logical_date": None, "conf": {}}).json()["dag_run_id"]

    def state() -> str | None:
        found = client.get(f"{dag}/dagRuns/{run}").json()["state"]
        return str(found) if found in ("success", "failed") else None

    return site.wait_until(f"{dag_id} {run}", state)


def test_the_documents_check_passes_and_syncs(working: StockSite) -> None:
    shown = working.run_document("check")
    assert "FAIL" not in shown, shown
    assert working.query("SELECT sync_type, status FROM api_sync_logs ORDER BY id") == [
        {"sync_type": "equipment", "status": "success"},
        {"sync_type": "running_time", "status": "success"},
    ]


def test_the_scheduler_runs_the_setup_and_a_sync_of_the_wheel(working: StockSite) -> None:
    assert _run_dag(working, "cmms_setup") == "success", working.tail()
    assert _run_dag(working, "equipment_sync") == "success", working.tail()
    assert working.query("SELECT COUNT(*) AS n FROM equipment") == [{"n": 40}]
    working.run("cmms", "verify")


def test_the_loader_file_brings_the_same_dags_as_the_bundle(working: StockSite) -> None:
    folder = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([
        {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}}
    ])}  # fmt: skip
    working.run_document("loader")
    try:
        shown = working.run("python", "-c", _SHOW_DAGS, **folder).splitlines()[-1]
    finally:
        (working.folder / "dags/cmms_dags.py").unlink()
    assert shown == f"{sorted({*OURS, 'their_own'})} {{}}"


def test_an_upgrade_keeps_what_is_the_sites_and_changes_no_package_of_it(working: StockSite) -> None:
    settings = working.folder / "cmms/cmms.yaml"
    settings.write_text("timezone: Europe/Berlin\n")
    before = working.query("SELECT id, equipment_number, updated_at FROM equipment")
    working.run_document("upgrade")
    assert settings.read_text() == "timezone: Europe/Berlin\n"
    assert working.query("SELECT id, equipment_number, updated_at FROM equipment") == before
    sites_own = set((working.venv / "before.txt").read_text().splitlines())
    assert sites_own <= set(freeze(working.venv))


def test_after_the_uninstallation_the_data_are_there_and_nothing_else_of_ours(working: StockSite) -> None:
    stop_processes([working.programs.pop("dag-processor")])  # the bundle is taken out of the configuration
    assert "pool cmms_sync: deleted" in working.run_document("uninstall", answer="uninstall\n")
    client = working.client("admin", working.servers[0])
    dags = {dag["dag_id"] for dag in client.get(f"{PREFIX}/api/v2/dags").json()["dags"]}
    assert dags & OURS == set() and "their_own" in dags
    assert client.get(f"{PREFIX}/api/v2/pools/cmms_sync").status_code == 404
    assert [line for line in freeze(working.venv) if line.startswith("cmms")] == []
    assert working.query("SELECT COUNT(*) AS n FROM equipment") == [{"n": 40}]
