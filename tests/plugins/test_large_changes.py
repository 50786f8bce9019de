"""A change of more than 10,000 rows is a run: asked for by REST, done in batches, repeatable, followed in the view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from cmms.access.actors import Forbidden
from cmms.equipment import do_requested_change
from cmms.equipment.change_equipment import change_batch
from cmms.run_control import ask_for_work
from cmms_ui.resources.equipment import actions
from cmms_ui.resources.schedules import resource
from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import refresh_widget, texts
from tests.plugins.requested_work import finish_run

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
MACHINES, SOME = 12_000, 600
FIRST = 5_000_000
"""Their ids begin here, far from those of the machines that other tests know."""
LAST = FIRST + MACHINES - 1
OURS = f"equipment_id BETWEEN {FIRST} AND {FIRST + MACHINES}"
REASON = {"inactive_reason": "sold with the site"}


@pytest.fixture(scope="module")
def all_machines(tables: Tables, airflow_app: Any) -> Iterator[list[int]]:
    """12,000 machines, gone again afterwards with all that refers to them."""
    count = tables("SELECT MAX(id) + 1 AS following FROM equipment")[0]["following"]
    tables(
        "INSERT INTO equipment (id, equipment_number, plant_id, is_active)"
        f" WITH d AS (SELECT 0 n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5"
        " UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9),"
        " i AS (SELECT a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n AS n FROM d a, d b, d c, d e, d f)"
        f" SELECT {FIRST} + n, CONCAT('LARGE-', n), (SELECT MIN(id) FROM plants), 1 FROM i WHERE n < {MACHINES}"
    )
    yield list(range(FIRST, FIRST + MACHINES))
    _forget_changes(tables)
    tables(f"DELETE FROM equipment WHERE id >= {FIRST}")
    tables(f"ALTER TABLE equipment AUTO_INCREMENT = {count}")


@pytest.fixture
def machines(all_machines: list[int], tables: Tables) -> Iterator[list[int]]:
    """The same, as they were in the beginning, but for one that a test has deleted."""
    yield all_machines
    _forget_changes(tables)
    tables(f"UPDATE equipment SET is_active = 1, inactive_reason = NULL, row_version = 1 WHERE id >= {FIRST}")


def _forget_changes(tables: Tables) -> None:
    own = f"SELECT id FROM equipment_maintenance WHERE {OURS}"
    tables(f"DELETE FROM maintenance_dues WHERE equipment_maintenance_id IN ({own})")
    tables(f"DELETE FROM equipment_maintenance WHERE {OURS}")
    tables(f"DELETE FROM audit_log WHERE entity = 'equipment' AND CAST(entity_id AS UNSIGNED) >= {FIRST}")
    tables("DELETE FROM requested_changes")


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _run_of(answer: Any) -> str:
    assert answer.status_code == 202, answer.text
    (run,) = answer.json()["runs"]
    assert run["dag_id"] == "cmms_on_request"
    return str(run["run_id"])


def _inactive(tables: Tables) -> int:
    rows = tables(f"SELECT COUNT(*) AS n FROM equipment WHERE id >= {FIRST} AND is_active = 0 AND row_version = 2")
    return int(rows[0]["n"])


def _audited(tables: Tables) -> tuple[int, int, str]:
    """Rows, different machines, and who did it."""
    row = tables(
        "SELECT COUNT(*) AS n, COUNT(DISTINCT entity_id) AS machines, MIN(actor) AS who, COUNT(DISTINCT batch_id) AS batches"
        f" FROM audit_log WHERE entity = 'equipment' AND CAST(entity_id AS UNSIGNED) >= {FIRST} AND action = 'deactivate'"
    )[0]
    assert row["batches"] == 1
    return int(row["n"]), int(row["machines"]), str(row["who"])


def _followed(client: Any, run: str) -> str:
    return " ".join(texts(refresh_widget(client, "follow", "run", key=f"cmms_on_request/{run}")))


class _Killed(BaseException):
    """What ends a process in the middle of its work."""


@pytest.mark.feature("ACT-01", "STK-03")
def test_twelve_thousand_machines_are_changed_once_by_a_run_that_is_killed_in_between(
    client_for: ClientFor, tables: Tables, machines: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    op = client_for("op")
    answer = _act(op, "equipment.deactivate", keys=machines, values=REASON, request="large-once")
    run = _run_of(answer)
    assert answer.json()["message"] == "A run in Airflow is changing 12,000 machines."
    assert _act(op, "equipment.deactivate", keys=machines, values=REASON, request="large-once").json() == answer.json()
    assert [row["total"] for row in tables("SELECT total FROM requested_changes")] == [MACHINES]
    assert _inactive(tables) == 0
    tables(f"DELETE FROM equipment WHERE id = {LAST}")  # between asking and doing
    batches = iter(range(100))

    def change_three_batches(*arguments: Any, **more: Any) -> Any:
        done = change_batch(*arguments, **more)
        if next(batches) == 3:
            raise _Killed  # its changes are made, and not committed
        return done

    with monkeypatch.context() as patch:
        patch.setattr(do_requested_change, "change_batch", change_three_batches)
        with pytest.raises(_Killed):
            finish_run(run)
    assert _inactive(tables) == 1_500
    assert "1,500 of 12,000 done" in _followed(op, run)
    result = finish_run(run, is_repeated=True)
    counts = {"total": MACHINES, "changed": MACHINES - 1, "unchanged": 0, "left_alone": 1}
    assert counts.items() <= result.items()
    assert (_inactive(tables), _audited(tables)) == (MACHINES - 1, (MACHINES - 1, MACHINES - 1, "op"))
    shown = _followed(op, run)
    assert "12,000 of 12,000 done" in shown and "11,999 changed" in shown and "1 skipped" in shown
    assert f"The machine with the ID {LAST} no longer exists." in shown
    assert finish_run(run, is_repeated=True) == result  # again: nothing is left to do
    assert (_inactive(tables), _audited(tables)[0]) == (MACHINES - 1, MACHINES - 1)


@pytest.mark.feature("ACT-01", "STK-03")
def test_nine_thousand_machines_are_changed_in_the_request(
    client_for: ClientFor, tables: Tables, machines: list[int]
) -> None:
    answer = _act(client_for("op"), "equipment.deactivate", keys=machines[:9_000], values=REASON)
    assert (answer.status_code, answer.json()["message"]) == (200, "9,000 machines deactivated.")
    assert (_inactive(tables), _audited(tables)) == (9_000, (9_000, 9_000, "op"))
    assert not tables("SELECT id FROM requested_changes")


@pytest.fixture
def some(machines: list[int], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """As many as are a large change where the limit is lower."""
    monkeypatch.setattr(actions, "REQUEST_LIMIT", SOME // 2)
    monkeypatch.setattr(resource, "REQUEST_LIMIT", SOME // 2)
    return machines[:SOME]


@pytest.mark.feature("ACT-01", "STK-03")
def test_maintenance_of_many_machines_is_scheduled_moved_and_removed_by_runs(
    client_for: ClientFor, tables: Tables, some: list[int]
) -> None:
    op = client_for("op")
    covered = f"SELECT plan_id FROM equipment_maintenance WHERE {OURS}"
    plan = tables(f"SELECT id FROM maintenance_plans WHERE is_active = 1 AND scope <> 'all' AND id NOT IN ({covered})")
    values: dict[str, Any] = {"plan_id": str(plan[0]["id"]), "first_due_date": str(date.today() + timedelta(days=30))}
    early = {**values, "first_due_date": str(date.today() - timedelta(days=3))}
    assert _act(op, "equipment.schedule", keys=some, values=early).status_code == 422  # said when it is asked for
    tables(f"UPDATE equipment SET is_active = 0 WHERE id = {FIRST + 3}")
    run = _run_of(_act(op, "equipment.schedule", keys=some, values=values))
    assert {"changed": SOME - 1, "left_alone": 1}.items() <= finish_run(run).items()
    assert "LARGE-3: is inactive" in _followed(op, run)
    own = tables(f"SELECT id FROM equipment_maintenance WHERE {OURS} AND plan_id = {plan[0]['id']}")
    keys = [row["id"] for row in own]
    later = {"first_due_date": str(date.today() + timedelta(days=60))}
    run = _run_of(_act(op, "schedules.reschedule", keys=keys, values=later))
    assert {"changed": SOME - 1, "left_alone": 0}.items() <= finish_run(run).items()
    days = tables(
        f"SELECT DISTINCT first_due_date AS day FROM equipment_maintenance WHERE {OURS} AND assigned_by = 'person'"
    )
    assert [str(row["day"]) for row in days] == [later["first_due_date"]]
    run = _run_of(_act(op, "schedules.remove", keys=keys))
    assert finish_run(run)["changed"] == SOME - 1


@pytest.mark.feature("ACT-01", "STK-03")
def test_a_change_whose_run_cannot_be_started_is_forgotten(
    client_for: ClientFor, tables: Tables, some: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Forbidden("Airflow refuses it")

    assert _act(client_for("viewer"), "equipment.activate", keys=some).status_code == 403
    monkeypatch.setattr(ask_for_work, "start_dag", refuse)
    assert _act(client_for("op"), "equipment.deactivate", keys=some, values=REASON).status_code == 403
    assert not tables("SELECT id FROM requested_changes") and _inactive(tables) == 0


@pytest.mark.feature("ACT-01", "STK-03")
def test_a_batch_that_cannot_be_stored_ends_the_change_and_is_said(
    client_for: ClientFor, tables: Tables, some: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cmms.errors import StopError

    op = client_for("op")
    run = _run_of(_act(op, "equipment.serviced", keys=some, values={"note": "all"}))

    def fail(*_: Any, **__: Any) -> None:
        raise StopError("the table is full")

    monkeypatch.setattr(do_requested_change, "serve_batch", fail)
    with pytest.raises(StopError, match="the table is full"):
        finish_run(run)
    assert "the table is full. 600 rows were not reached." in _followed(op, run)
