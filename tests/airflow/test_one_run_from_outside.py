"""One run as its surroundings see it: asked for by Airflow's API, watched, its log lines read, and no secret anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cmms.simulator import Fault
from tests.airflow.airflow_site import AirflowSite
from tools.state_folder import REPOSITORY

DAG = "equipment_sync"


@pytest.mark.slow
@pytest.mark.feature("JOB-01")
def test_a_run_asked_for_by_the_api_goes_from_queued_over_running_to_success_and_is_shown(site: AirflowSite) -> None:
    site.pause(DAG)
    run_id = site.trigger(DAG)
    assert run_id
    assert site.run_state(DAG, run_id) == "queued"
    assert site.logs() == []
    with site.hold("fetch"):
        site.unpause(DAG)
        site.wait_until_held("fetch")
        assert site.run_state(DAG, run_id) == "running"
        [log] = site.logs()
        assert (log["dag_id"], log["run_id"], log["status"], log["trigger_kind"]) == (DAG, run_id, "running", "manual")
        assert log["triggered_by"] == "admin"
    assert site.wait_for_run(DAG, run_id) == "success", site.describe(DAG, run_id)
    [log] = site.logs()
    assert (log["run_id"], log["status"]) == (run_id, "partial")  # some records of this source are defective
    assert log["queue_ms"] is not None


@pytest.mark.slow
@pytest.mark.feature("LOG-05")
def test_every_line_that_the_engine_logs_is_json_that_names_run_task_try_and_log_row(site: AirflowSite) -> None:
    site.simulator.inject(Fault("status", status=503, times=1))
    run_id = site.run(DAG)
    lines = [
        json.loads(line)
        for file in _files(_task_logs(site), run_id)
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    ours = [line for line in lines if line.get("logger", "").startswith("cmms")]
    assert any("503" in line["event"] for line in ours)
    [log] = site.logs()
    for line in ours:
        assert line["timestamp"]
        assert line["level"]
        assert (line["dag_id"], line["run_id"], line["sync_log_id"]) == (DAG, run_id, log["id"])
        assert (line["task_id"], line["try_number"]) == ("fetch", 1)


@pytest.mark.slow
@pytest.mark.feature("STK-07")
def test_the_sources_credential_is_in_no_dag_file_no_log_no_rendered_field_and_no_answer(site: AirflowSite) -> None:
    runs = [(DAG, site.run(DAG))]
    site.simulator.inject(Fault("status", status=401, times=1))  # what fails says most
    runs.append(("running_time_sync", site.trigger("running_time_sync")))
    assert site.wait_for_run(*runs[-1]) == "failed"
    secret = site.simulator.config.token
    assert any(f"Bearer {secret}" in str(request.headers) for request in site.simulator.requests)

    answers = [json.dumps(site.call("GET", path)) for dag_id, run_id in runs for path in _paths(site, dag_id, run_id)]
    assert any("rendered_fields" in answer for answer in answers)
    assert any("records_fetched" in answer or "verdict" in answer for answer in answers)
    logs = {file: file.read_text(encoding="utf-8", errors="replace") for file in _files(site.folder)}
    assert any("ApiRefused" in text for text in logs.values())
    sources = {
        file: file.read_text(encoding="utf-8")
        for folder in ("dags", "include", "plugins")
        for file in (REPOSITORY / folder).rglob("*.py")
        if "simulator" not in file.parts  # the source itself knows what it lets in
    }
    assert [file for file, text in {**logs, **sources}.items() if secret in text] == []
    assert [answer[:200] for answer in answers if secret in answer] == []
    assert secret not in json.dumps(site.dump("api_sync_logs", "sync_log_events", "api_call_logs"), default=str)


def _paths(site: AirflowSite, dag_id: str, run_id: str) -> list[str]:
    """What Airflow's API tells about a run."""
    run = f"/dags/{dag_id}/dagRuns/{run_id}"
    paths = [
        f"/dags/{dag_id}",
        f"/dags/{dag_id}/details",
        run,
        f"{run}/taskInstances?limit=500",
        f"/dagSources/{dag_id}",
    ]
    tasks: list[dict[str, Any]] = site.call("GET", f"{run}/taskInstances?limit=500")["task_instances"]
    for task in tasks:
        one = f"{run}/taskInstances/{task['task_id']}"
        values = f"{one}/xcomEntries?map_index={task['map_index']}&limit=100"
        paths.append(values)
        entries = site.call("GET", values)["xcom_entries"]
        paths += [f"{one}/xcomEntries/{entry['key']}?map_index={task['map_index']}" for entry in entries]
        if task["try_number"]:
            paths.append(f"{one}/logs/{task['try_number']}?map_index={task['map_index']}")
    return paths


def _task_logs(site: AirflowSite) -> Path:
    return Path(site.environment["AIRFLOW_HOME"]) / "logs"


def _files(folder: Path, part: str = "") -> list[Path]:
    """Log files below a folder whose path holds ``part``."""
    return [file for file in folder.rglob("*.log") if part in str(file)]
