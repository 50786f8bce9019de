"""Rejected records that one decision of a person makes storable: their plant is created, their counter accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cmms.figures.rejects import RejectReason
from cmms_ui.resources.record_errors.error_codes import ERROR_CODES
from cmms_ui.resources.record_errors.failures import render_meaning
from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import refresh_widget, texts
from tests.plugins.requested_work import finish_run, finish_work
from tools.state_folder import REPOSITORY

Tables = Callable[..., list[dict[str, Any]]]
EXPECTATIONS = REPOSITORY / "include/expectations"
ACTIONS = "/cmms/api/v1/record-errors/actions"


def _open(tables: Tables, code: str) -> list[dict[str, Any]]:
    rows = tables(
        "SELECT id, payload, reading_date FROM sync_record_errors WHERE code = %s AND open_flag = 1 ORDER BY id", code
    )
    assert rows, f"the seeded database has no open {code}"
    return rows


@pytest.mark.feature("DLQ-03", "Q-03")
def test_one_click_creates_the_plant_and_stores_every_record_that_waits_for_it(
    client_for: ClientFor, tables: Tables
) -> None:
    waiting = _open(tables, "PLANT_UNKNOWN")
    code = json.loads(waiting[0]["payload"])["SWERK"]
    of_plant = [row["id"] for row in waiting if json.loads(row["payload"])["SWERK"] == code]
    chosen = {"keys": of_plant[:1]}
    assert client_for("op").post(f"{ACTIONS}/create_plants", json=chosen).status_code == 403
    admin = client_for("admin")
    preview = admin.post(f"{ACTIONS}/create_plants/preview", json=chosen).json()
    assert preview["rows"] == [[code, str(len(of_plant))]]
    assert not tables("SELECT id FROM plants WHERE plant_code = %s", code)  # a preview changes nothing
    answer = admin.post(f"{ACTIONS}/create_plants", json=chosen)
    assert answer.json()["message"].startswith(f"Created: {code}. ")
    finish_work(answer)
    assert [row["name"] for row in tables("SELECT name FROM plants WHERE plant_code = %s", code)] == [code]
    left = tables("SELECT status, code FROM sync_record_errors WHERE id IN %s", tuple(of_plant))
    assert len(left) == len(of_plant) and all(
        row["code"] != "PLANT_UNKNOWN" or row["status"] == "resolved" for row in left
    )
    assert any(row["status"] == "resolved" for row in left)
    # Other tests count readings by plant and machines by plant: let the stored ones stand where their machines do.
    tables("UPDATE equipment_running_times r JOIN equipment e ON e.id = r.equipment_id SET r.plant_id = e.plant_id")
    again = admin.post(f"{ACTIONS}/create_plants", json=chosen)
    assert again.status_code == 404 and "PLANT_UNKNOWN" in again.json()["detail"]


@pytest.mark.feature("DOM-02", "DOM-03", "DLQ-03")
def test_a_counter_that_was_replaced_is_accepted_with_a_reason_and_its_reading_stored(
    client_for: ClientFor, tables: Tables
) -> None:
    rejected = _open(tables, "COUNTER_DECREASED")[0]
    op, keys = client_for("op"), {"keys": [rejected["id"]]}
    refused = op.post(f"{ACTIONS}/accept_counter", json={**keys, "values": {"kind": "replacement"}})
    assert (refused.status_code, refused.json()["fields"]) == (422, {"reason": "is required"})
    values = {"kind": "replacement", "reason": "--id 1; new meter fitted"}
    assert client_for("user").post(f"{ACTIONS}/accept_counter", json={**keys, "values": values}).status_code == 403
    other = _open(tables, "NEGATIVE_HOURS")[0]["id"]
    mixed = op.post(f"{ACTIONS}/accept_counter", json={"keys": [rejected["id"], other], "values": values})
    assert mixed.status_code == 409  # all or none
    assert not tables("SELECT id FROM counter_events")
    finish_work(op.post(f"{ACTIONS}/accept_counter", json={**keys, "values": values}))
    status = tables("SELECT status FROM sync_record_errors WHERE id = %s", rejected["id"])[0]["status"]
    event = tables("SELECT kind, reason, created_by, date FROM counter_events")[0]
    assert (status, event) == (
        "resolved", {**{name: values[name] for name in ("kind", "reason")}, "created_by": "op", "date": rejected["reading_date"]},
    )  # fmt: skip


@pytest.mark.feature("DLQ-03", "UIF-07")
def test_every_code_that_can_reject_a_record_is_explained_with_what_helps() -> None:
    suites = (json.loads((EXPECTATIONS / f"{stream}.json").read_text()) for stream in ("equipment", "running_time"))
    rejecting = {
        rule["meta"]["code"] for suite in suites for rule in suite["expectations"] if rule["severity"] == "critical"
    }
    assert set(ERROR_CODES) == rejecting and len(rejecting) > 15
    for code, explained in ERROR_CODES.items():
        for status, helps in (("open", True), ("discarded", False)):
            shown = str(
                render_meaning(RejectReason(code=code, message="the rule's own words", status=status)).to_plotly_json()
            )
            assert explained.meaning in shown and "the rule's own words" in shown
            assert (explained.remedy in shown) is helps


@pytest.mark.feature("DOM-03")
def test_the_form_the_command_line_and_the_engine_know_the_same_kinds_of_counter_events() -> None:
    from cmms.cli import _parser
    from cmms.sync.accept_counters import COUNTER_EVENTS
    from cmms_ui.run_action import find_action

    asked = next(field for field in find_action("record-errors", "accept_counter").fields if field.name == "kind")
    assert {choice.value for choice in asked.choices} == set(COUNTER_EVENTS)
    for kind in COUNTER_EVENTS:
        command = ["replay", "--id", "1", "--accept-counter", "new meter", "--counter-kind", kind]
        assert _parser().parse_args(command).counter_kind == kind


@pytest.mark.feature("DLQ-03", "UIF-07")
def test_what_is_saved_while_airflow_starts_no_run_is_said_to_be_saved(
    client_for: ClientFor, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.run_control import airflow_runs

    op = client_for("op")
    row = tables(
        "SELECT id, row_version, payload, edited_payload, equipment_number, record_key, code, message, attempts FROM sync_record_errors"
        " WHERE open_flag = 1 AND stream = 'running_time' AND code = 'NOT_NUMERIC' ORDER BY id LIMIT 1"
    )[0]
    record = {**json.loads(row["payload"]), "RECDV": "0", "CNTRR": "99999999", "POINT": None}
    call = {
        "keys": [row["id"]], "version": row["row_version"], "values": {"edited": json.dumps(record), "replay_now": True},
    }  # fmt: skip
    monkeypatch.setattr(airflow_runs, "_senders", [lambda *_: (503, {"detail": "The scheduler is being replaced."})])
    answer = op.post(f"{ACTIONS}/correct", json=call)
    assert (answer.status_code, answer.json()["level"]) == (200, "warning"), answer.text
    assert "saved, but not replayed yet: The scheduler is being replaced." in answer.json()["message"]
    changed = tables("SELECT edited_payload, code FROM sync_record_errors WHERE id = %s", row["id"])[0]
    assert (json.loads(changed["edited_payload"]), changed["code"]) == (record, row["code"])
    tables(
        "UPDATE sync_record_errors SET edited_payload = %s, row_version = %s WHERE id = %s",
        row["edited_payload"], row["row_version"], row["id"],
    )  # fmt: skip


@pytest.mark.feature("DLQ-03", "SVC-06")
def test_a_request_that_is_sent_twice_and_a_task_that_is_done_twice_are_one_run(
    client_for: ClientFor, tables: Tables
) -> None:
    """One log row by Airflow's ids, with the person in it."""
    row = tables(
        "SELECT x.id, x.row_version, x.payload, MAX(t.cumulative_hours) AS counter FROM sync_record_errors x"
        " JOIN equipment e ON e.equipment_number = x.equipment_number"
        " JOIN equipment_running_times t ON t.equipment_id = e.id AND t.date < x.reading_date"
        " WHERE x.open_flag = 1 AND x.code IN ('NEGATIVE_HOURS', 'REQUIRED') GROUP BY x.id ORDER BY x.id DESC LIMIT 1"
    )[0]
    record = {**json.loads(row["payload"]), "RECDV": "0", "CNTRR": str(row["counter"])}
    values = {"edited": json.dumps(record), "replay_now": False}
    op, chosen = client_for("op"), {"keys": [row["id"]]}
    corrected = op.post(f"{ACTIONS}/correct", json={**chosen, "version": row["row_version"], "values": values})
    assert corrected.status_code == 200, corrected.text
    first, second = (op.post(f"{ACTIONS}/replay", json={**chosen, "request": "one-replay"}) for _ in range(2))
    assert (first.status_code, first.json()) == (202, second.json())
    (run,) = first.json()["runs"]
    assert run == {"dag_id": "cmms_on_request", "run_id": "manual__one-replay_running_time"}
    assert finish_run(run["run_id"])["stored"] == 1
    assert finish_run(run["run_id"], is_repeated=True) == {"logs": [], "stored": 0, "rejected": 0}
    logs = tables("SELECT * FROM api_sync_logs WHERE run_id = %s", run["run_id"])
    said = [(log["sync_type"], log["trigger_kind"], log["triggered_by"], log["status"]) for log in logs]
    assert said == [("replay", "replay", "op", "success")]
    assert tables("SELECT status FROM sync_record_errors WHERE id = %s", row["id"]) == [{"status": "resolved"}]
    followed = texts(refresh_widget(op, "follow", "run", key=f"cmms_on_request/{run['run_id']}"))
    assert "1 record was stored." in followed, followed
