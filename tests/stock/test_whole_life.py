"""A stock site from its first sync to the uninstallation, by the lines of docs/operations.md; it leaves no site behind."""

from __future__ import annotations

import json

import pytest

from tests.stock.environment import freeze
from tests.stock.site import OUR_DAGS, PREFIX, SHOW_DAGS, Site
from tools.processes import stop_processes

pytestmark = [pytest.mark.slow, pytest.mark.feature("PKG-01")]


@pytest.fixture(scope="module")
def working(stock_site: Site) -> Site:
    """With scheduler and DAG processor."""
    for name in ("scheduler", "dag-processor"):
        stock_site.start(name, name)
    stock_site.wait_for_services("scheduler", "dag_processor")
    return stock_site


def test_the_documents_check_passes_and_syncs(working: Site) -> None:
    shown = working.run_document("check")
    assert "FAIL" not in shown, shown
    assert working.query("SELECT sync_type, status FROM api_sync_logs ORDER BY id") == [
        {"sync_type": "equipment", "status": "success"},
        {"sync_type": "running_time", "status": "success"},
    ]


def test_the_scheduler_runs_the_setup_and_a_sync_of_the_wheel(working: Site) -> None:
    assert working.run_dag("cmms_setup") == "success", working.tail()
    assert working.run_dag("equipment_sync") == "success", working.tail()
    assert working.query("SELECT COUNT(*) AS n FROM equipment") == [{"n": 40}]
    working.run("cmms", "verify")


def test_the_loader_file_brings_the_same_dags_as_the_bundle(working: Site) -> None:
    folder = {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([
        {"name": "dags-folder", "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {}}
    ])}  # fmt: skip
    working.run_document("loader")
    try:
        shown = working.run("python", "-c", SHOW_DAGS, **folder).splitlines()[-1]
    finally:
        (working.folder / "dags/cmms_dags.py").unlink()
    assert shown == f"{sorted({*OUR_DAGS, 'their_own'})} {{}}"


def test_an_upgrade_keeps_what_is_the_sites_and_changes_no_package_of_it(working: Site) -> None:
    settings = working.folder / "cmms/cmms.yaml"
    settings.write_text("timezone: Europe/Berlin\n")
    before = working.query("SELECT id, equipment_number, updated_at FROM equipment")
    working.run_document("upgrade")
    assert settings.read_text() == "timezone: Europe/Berlin\n"
    assert working.query("SELECT id, equipment_number, updated_at FROM equipment") == before
    sites_own = set((working.venv / "before.txt").read_text().splitlines())
    assert sites_own <= set(freeze(working.venv))


def test_after_the_uninstallation_the_data_are_there_and_nothing_else_of_ours(working: Site) -> None:
    stop_processes([working.programs.pop("dag-processor")])  # the bundle is taken out of the configuration
    assert "pool cmms_sync: deleted" in working.run_document("uninstall", answer="uninstall\n")
    client = working.client("admin", working.servers[0])
    dags = {dag["dag_id"] for dag in client.get(f"{PREFIX}/api/v2/dags").json()["dags"]}
    assert dags & OUR_DAGS == set() and "their_own" in dags
    assert client.get(f"{PREFIX}/api/v2/pools/cmms_sync").status_code == 404
    assert [line for line in freeze(working.venv) if line.startswith("cmms")] == []
    assert working.query("SELECT COUNT(*) AS n FROM equipment") == [{"n": 40}]
