"""A replay that is asked for in the view, done by a real Airflow."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.airflow.airflow_site import AirflowSite


@pytest.mark.slow
@pytest.mark.feature("DLQ-03", "SVC-06")
def test_a_replay_asked_for_in_the_view_is_a_run_that_stores_the_record(site: AirflowSite) -> None:
    day = datetime.now(UTC).date() - timedelta(days=1)
    site.run("equipment_sync")
    site.run("running_time_sync", start_date=day.isoformat(), end_date=day.isoformat())
    reject = site.query(
        "SELECT id, row_version FROM sync_record_errors WHERE stream = 'running_time' ORDER BY id LIMIT 1"
    )[0]
    machine = site.query(
        "SELECT e.equipment_number, p.plant_code FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
        " JOIN plants p ON p.id = t.plant_id WHERE t.date = %s ORDER BY t.id LIMIT 1",
        day,
    )[0]
    record = {
        "SWERK": machine["plant_code"], "EQUNR": machine["equipment_number"], "CREATED_AT": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "DATE": day.isoformat(), "RECDV": "1.25", "CNTRR": "9999999",
    }  # fmt: skip
    values = {"edited": json.dumps(record), "replay_now": True, "other_key": True}
    answer = site.client.post(
        "/cmms/api/v1/record-errors/actions/correct",
        json={"keys": [reject["id"]], "version": reject["row_version"], "values": values},
        headers={"Origin": site.environment["AIRFLOW__API__BASE_URL"]},
    )
    assert answer.status_code == 202, answer.text
    (run,) = answer.json()["runs"]
    assert site.wait_for_run(run["dag_id"], run["run_id"]) == "success", site.describe(run["dag_id"], run["run_id"])
    row = site.query("SELECT status, resolved_by FROM sync_record_errors WHERE id = %s", reject["id"])[0]
    assert row["status"] == "resolved"
    log = site.logs()[-1]
    assert (log["sync_type"], log["run_id"], log["triggered_by"]) == ("replay", run["run_id"], row["resolved_by"])
    stored = site.value(
        "SELECT t.running_hours FROM equipment_running_times t JOIN equipment e ON e.id = t.equipment_id"
        " WHERE t.date = %s AND e.equipment_number = %s",
        day, machine["equipment_number"],
    )  # fmt: skip
    assert str(stored) == "1.250"
