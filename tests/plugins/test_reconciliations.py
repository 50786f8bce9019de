"""Reconciling with the source from the view: the button starts the DAG, and people can read what it found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import hrefs, refresh_widget, texts

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
DAG = "cmms_reconcile_sources"

pytestmark = pytest.mark.feature("SRC-08")


def reconcile(client: Any, **body: Any) -> Any:
    return client.post(f"{API}/syncs/actions/reconcile", json=body)


@pytest.fixture
def result(tables: Tables) -> Any:
    """Writes the row of a reconciliation, as the DAG does; removes it afterwards."""
    keys = []

    def write(status: str, **values: Any) -> int:
        row = {"dag_id": DAG, "run_id": f"run-{status}", "asked_by": "op", "first_day": "2026-01-30",
               "last_day": "2026-01-31", "status": status, **values}  # fmt: skip
        tables(f"INSERT INTO reconciliations ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())
        keys.append(tables("SELECT MAX(id) AS id FROM reconciliations")[0]["id"])
        return int(keys[-1])

    yield write
    for key in keys:
        tables("DELETE FROM reconciliations WHERE id = %s", key)


def test_the_button_starts_one_run_with_the_chosen_days_and_plants(client_for: ClientFor, tables: Tables) -> None:
    user = client_for("user")
    values = {"start_date": "2026-01-30", "end_date": "2026-01-31", "plant_codes": ["P001"]}
    answers = [reconcile(user, request="compare-once", values=values) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    conf = user.get(f"/api/v2/dags/{DAG}/dagRuns/manual__compare-once").json()["conf"]
    assert conf == values
    assert len(tables("SELECT id FROM audit_log WHERE action = 'trigger' AND entity_id = 'manual__compare-once'")) == 1
    usual = reconcile(user, request="compare-week").json()
    assert "manual__compare-week" in usual["message"]
    conf = user.get(f"/api/v2/dags/{DAG}/dagRuns/manual__compare-week").json()["conf"]
    assert conf == {"start_date": None, "end_date": None, "plant_codes": []}


def test_a_viewer_may_not_and_wrong_days_are_refused_before_a_run_starts(client_for: ClientFor) -> None:
    assert reconcile(client_for("viewer")).status_code == 403
    user = client_for("user")
    for values, field in (
        ({"start_date": "2999-01-01"}, "start_date"),
        ({"end_date": "2026-01-31"}, "start_date"),
        ({"start_date": "2026-01-31", "end_date": "2026-01-30"}, "end_date"),
        ({"plant_codes": ["NONE"]}, "plant_codes"),
    ):
        answer = reconcile(user, request="compare-wrong", values=values)
        assert (answer.status_code, field in answer.text) == (422, True), answer.text
    assert user.get(f"/api/v2/dags/{DAG}/dagRuns/manual__compare-wrong").status_code == 404


def test_differences_are_listed_one_by_one_with_their_machines(client_for: ClientFor, result: Any) -> None:
    found = {
        "differences": [
            {"unit_key": "2026-01-31", "kind": "hours", "plant_code": "P001", "equipment_number": "0047",
             "message": "running hours 8.000 at the source, 9.000 in the CMMS"},
            {"unit_key": "equipment", "kind": "not_compared", "plant_code": None, "equipment_number": None,
             "message": "not compared: IncompleteFetch: a page is missing"},
        ],
        "figures": [
            {"unit_key": "2026-01-31", "plant_code": "P001", "source": 2, "waiting": 1, "stored": 2,
             "source_hours": "1016.000", "stored_hours": "17.000", "differences": 1}
        ],
    }  # fmt: skip
    key = result("differs", differences=3, source_records=4, stored_records=5, report=json.dumps(found))
    viewer = client_for("viewer")
    row = viewer.get(f"{API}/reconciliations/{key}").json()
    assert (row["status"], row["differences"], row["asked_by"]) == ("differs", 3, "op")
    widget = refresh_widget(viewer, "reconciliations", "result", key=str(key))
    shown = " ".join(texts(widget))
    for part in ("2026-01-30 to 2026-01-31, all plants.", "3 differences", "1,016.000", "17.000", "Equipment",
                 "running hours 8.000 at the source, 9.000 in the CMMS", "a page is missing",
                 "Only the first 2 of 3 are listed."):  # fmt: skip
        assert part in shown, part
    assert any("/equipment?q=0047" in href for href in hrefs(widget))
    newest = refresh_widget(viewer, "syncs", "reconciled")
    assert f"/cmms/reconciliations/{key}" in hrefs(newest) and "2026-01-30 to 2026-01-31, all plants" in texts(newest)


@pytest.mark.parametrize(
    ("status", "values", "said"),
    [
        ("running", {"steps": 8, "steps_done": 2}, "2 of 8 requests compared"),
        ("running", {}, "Planning the requests."),
        ("equal", {"source_records": 40, "stored_records": 40}, "✓ The CMMS matches the source."),
        ("failed", {"error_message": "ApiUnavailable: no answer"}, "✕ ApiUnavailable: no answer"),
    ],
)
def test_whoever_started_it_sees_how_far_it_is_and_how_it_ended(
    client_for: ClientFor, result: Any, status: str, values: dict[str, Any], said: str
) -> None:
    key = result(status, **values)
    shown = client_for("user").get(f"{API}/reconciliations/{key}").json()["differences"]
    assert shown == (0 if status == "equal" else None)  # none was counted otherwise
    widget = refresh_widget(client_for("user"), "follow", "run", key=f"{DAG}/run-{status}")
    assert said in " ".join(texts(widget))
    assert f"/cmms/reconciliations/{key}" in hrefs(widget)


def test_without_any_result_the_page_says_so(client_for: ClientFor, tables: Tables) -> None:
    assert tables("SELECT COUNT(*) AS n FROM reconciliations")[0]["n"] == 0
    shown = texts(refresh_widget(client_for("viewer"), "syncs", "reconciled"))
    assert shown == ["The CMMS has not been reconciled with the source yet."]
    gone = texts(refresh_widget(client_for("viewer"), "reconciliations", "result", key="77"))
    assert gone == ["This result does not exist any more."]
