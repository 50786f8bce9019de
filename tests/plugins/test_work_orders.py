"""Maintenance due and work orders through the API: one order for each due, their life, and what a completion resets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor
from tests.plugins.dash_calls import buttons, hrefs, refresh_widget, texts
from tests.plugins.due_site import find_due_machines, kept_maintenance

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


def _preview(client: Any, action: str, **body: Any) -> dict[str, Any]:
    resource, verb = action.split(".")
    answer = client.post(f"{API}/{resource}/actions/{verb}/preview", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def due_machines(airflow_app: Any, tables: Tables) -> Iterator[list[dict[str, Any]]]:
    """Five machines with one due each."""
    with kept_maintenance(tables):
        yield find_due_machines(tables, 5)


def _order(client: Any, tables: Tables, due: dict[str, Any]) -> dict[str, Any]:
    """The order of a due, made by the action."""
    answer = _act(client, "dues.order", keys=[due["due"]])
    assert answer.status_code == 200, answer.text
    key = tables("SELECT work_order_id AS k FROM maintenance_dues WHERE id = %s", due["due"])[0]["k"]
    return _row(tables, "work_orders", key)


def _row(tables: Tables, table: str, key: int) -> dict[str, Any]:
    return tables(f"SELECT * FROM {table} WHERE id = %s", key)[0]


def _move(client: Any, tables: Tables, key: int, verb: str, **values: Any) -> Any:
    version = _row(tables, "work_orders", key)["row_version"]
    return _act(client, f"work-orders.{verb}", keys=[key], version=version, values=values)


def _counter(tables: Tables, machine: int) -> dict[str, Any]:
    return tables(
        "SELECT cumulative_hours AS hours, date FROM equipment_running_times WHERE equipment_id = %s ORDER BY date DESC LIMIT 1",
        machine,
    )[0]


@pytest.mark.feature("TAB-04A", "DOM-19", "ACT-13", "OBJ-05")
def test_five_dues_become_five_orders_and_a_second_click_none_but_links(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    user = client_for("user")
    machines = [due["machine"] for due in due_machines]
    idle = tables(
        "SELECT e.id, e.equipment_number AS number FROM equipment e WHERE NOT EXISTS (SELECT 1 FROM equipment_maintenance m"
        " JOIN maintenance_dues d ON d.equipment_maintenance_id = m.id WHERE m.equipment_id = e.id) LIMIT 1"
    )[0]
    keys = [*machines, idle["id"]]
    said = _preview(user, "equipment.order", keys=keys)
    assert said["text"] == "5 work orders would be created. Nothing is due at 1 machine."
    assert sorted(row[0] for row in said["rows"]) == sorted([*(due["number"] for due in due_machines), idle["number"]])
    assert tables("SELECT COUNT(*) AS n FROM maintenance_dues WHERE state = 'ordered'")[0]["n"] == 0
    values = {"planned_date": "2026-12-24", "note": "before the holidays"}
    first = _act(user, "equipment.order", keys=keys, values=values).json()
    assert first["message"] == "5 work orders created. Nothing is due at 1 machine."
    orders = tables("SELECT * FROM work_orders WHERE source = 'due' ORDER BY id")
    assert [order["equipment_id"] for order in orders] == sorted(machines, key=_number_of(due_machines))
    by_machine = {due["machine"]: due for due in due_machines}
    for order in orders:
        due = by_machine[order["equipment_id"]]
        assert order["title"] == f"{due['plan']}: {due['number']}"
        assert (order["type"], order["status"], order["priority"]) == ("preventive", "open", due["priority"])
        assert (order["due_hours"], str(order["planned_date"]), order["created_by"]) == (
            due["due_hours"],
            "2026-12-24",
            "user",
        )
        stored = _row(tables, "maintenance_dues", due["due"])
        assert (stored["state"], stored["work_order_id"], stored["decided_by"]) == ("ordered", order["id"], "user")
        history = tables("SELECT * FROM work_order_history WHERE work_order_id = %s", order["id"])
        assert [(row["from_status"], row["to_status"], row["note"]) for row in history] == [
            (None, "open", "before the holidays")
        ]
    paths = [f"/work-orders/{order['id']}" for order in orders]
    assert first["paths"] == [*paths, f"/equipment/{idle['id']}"]
    audited = tables(
        "SELECT batch_id, actor FROM audit_log WHERE entity = 'work_orders' AND action = 'create' ORDER BY id DESC LIMIT 5"
    )
    assert len({row["batch_id"] for row in audited}) == 1 and {row["actor"] for row in audited} == {"user"}

    second = _act(user, "equipment.order", keys=machines).json()
    assert (second["message"], second["level"]) == ("0 work orders created. 5 already have a work order.", "info")
    assert second["paths"] == paths
    assert all("already open" in line for line in second["details"])
    third = _act(user, "dues.order", keys=[due["due"] for due in due_machines]).json()
    assert (third["message"], third["paths"]) == (second["message"], paths)
    assert tables("SELECT COUNT(*) AS n FROM work_orders WHERE source = 'due'")[0]["n"] == 5
    assert user.get(f"{API}/dues?tab=ordered").json()["total"] == 5


def _number_of(due_machines: list[dict[str, Any]]) -> Callable[[int], str]:
    numbers = {due["machine"]: due["number"] for due in due_machines}
    return lambda machine: str(numbers[machine])


@pytest.mark.feature("DOM-19")
def test_twenty_clicks_at_once_make_one_order(tables: Tables, due_machines: list[dict[str, Any]]) -> None:
    from cmms.access.actors import Actor, Capability
    from cmms.maintenance.orders.create_orders import create_orders_for_dues, create_orders_for_machines

    actor = Actor("op", frozenset(Capability))
    due = due_machines[0]

    def click(number: int) -> Any:
        if number % 2:
            return create_orders_for_dues(actor, [due["due"]])
        return create_orders_for_machines(actor, [due["machine"]])

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(click, range(20)))
    assert sorted(len(result.created) for result in results) == [0] * 19 + [1]
    assert sum(len(result.already) for result in results) == 19
    orders = tables("SELECT id FROM work_orders WHERE equipment_id = %s", due["machine"])
    assert len(orders) == 1
    assert {line.order_id for result in results for line in (*result.created, *result.already)} == {orders[0]["id"]}


CALLS = {
    "equipment.order": (lambda due, _: {"keys": [due["machine"]]}, "trigger"),
    "dues.order": (lambda due, _: {"keys": [due["due"]]}, "trigger"),
    "equipment.new_order": (
        lambda due, _: {"keys": [due["machine"]], "values": {"type": "corrective", "title": "x", "priority": "1"}},
        "trigger",
    ),
    "work-orders.start": (lambda _, order: {"keys": [order["id"]], "version": order["row_version"]}, "edit"),
    "work-orders.edit": (
        lambda _, order: {"keys": [order["id"]], "version": order["row_version"] + 1,
                          "values": {"title": "y", "priority": "2"}},
        "edit",
    ),
    "work-orders.cancel": (
        lambda _, order: {"keys": [order["id"]], "version": order["row_version"] + 2, "values": {"cancel_reason": "x"}},
        "edit",
    ),
}  # fmt: skip


@pytest.mark.feature("NAV-03", "TBL-06")
@pytest.mark.parametrize(
    ("role", "capabilities"), [("viewer", ()), ("user", ("trigger",)), ("op", ("trigger", "edit"))]
)
def test_who_may_order_and_who_may_work(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]], role: str, capabilities: tuple[str, ...]
) -> None:
    order = _order(client_for("op"), tables, due_machines[1])
    for action, (make, capability) in CALLS.items():
        answer = _act(client_for(role), action, **make(due_machines[0], order))
        assert answer.status_code == (200 if capability in capabilities else 403), (action, answer.text)
    assert client_for(role).get(f"{API}/work-orders/{order['id']}").status_code == 200


VALUES = {
    "hold": {"hold_reason": "parts"},
    "cancel": {"cancel_reason": "not needed"},
    "start": {},
    "complete": {},
    "close": {},
    "reopen": {},
}


@pytest.mark.feature("DOM-24", "TBL-06")
def test_every_illegal_transition_is_refused_and_changes_nothing(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    from cmms.maintenance.orders.order_life_cycle import STATUSES, may
    from cmms_ui.resources import RESOURCES

    op = client_for("op")
    key = _order(op, tables, due_machines[0])["id"]
    refused = 0
    for status in STATUSES:
        tables("UPDATE work_orders SET status = %s WHERE id = %s", status, key)
        before = _row(tables, "work_orders", key)
        for verb, values in VALUES.items():
            action = RESOURCES["work-orders"].action(verb)
            assert action is not None and action.visible_when(before) == may(verb, status), (status, verb)
            if may(verb, status):
                continue
            answer = _move(op, tables, key, verb, **values)
            assert answer.status_code == 409, (status, verb, answer.text)
            assert f"WO-{key:06d}: it is {status.replace('_', ' ')} and cannot be " in answer.json()["detail"]
            refused += 1
        assert _row(tables, "work_orders", key) == before
    assert refused == 36 - 10
    assert len(tables("SELECT id FROM work_order_history WHERE work_order_id = %s", key)) == 1


@pytest.mark.feature("TBL-05", "DOM-24")
def test_a_stale_version_is_refused_and_one_is_needed(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op = client_for("op")
    order = _order(op, tables, due_machines[0])
    call = {"keys": [order["id"]], "values": {"title": "first", "priority": "2"}}
    assert _act(op, "work-orders.edit", **call, version=order["row_version"]).status_code == 200
    assert _act(op, "work-orders.edit", **call, version=order["row_version"]).status_code == 409
    assert _act(op, "work-orders.start", keys=[order["id"]], version=order["row_version"]).status_code == 409
    assert _act(op, "work-orders.start", keys=[order["id"]]).status_code == 422
    assert _act(op, "work-orders.start", keys=[999_999], version=1).status_code == 404
    row = _row(tables, "work_orders", order["id"])
    assert (row["title"], row["priority"], row["status"], row["row_version"]) == (
        "first",
        2,
        "open",
        order["row_version"] + 1,
    )


@pytest.mark.feature("DOM-21", "DOM-17", "CUS-03")
def test_completing_resets_the_baseline_and_the_machine_is_not_due_any_more(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    key = _order(op, tables, due)["id"]
    needing = op.get(f"{API}/equipment?tab=needs_maintenance").json()["total"]
    assert _move(op, tables, key, "start").status_code == 200
    counter = _counter(tables, due["machine"])
    started = _row(tables, "work_orders", key)
    assert (started["status"], started["start_reading"]) == ("in_progress", counter["hours"])
    assert _move(op, tables, key, "hold", hold_reason="parts", note="bearing").status_code == 200
    assert _row(tables, "work_orders", key)["hold_reason"] == "parts"
    assert _move(op, tables, key, "complete", completion_reading=str(counter["hours"])).status_code == 409
    assert _move(op, tables, key, "start").status_code == 200
    assert _row(tables, "work_orders", key)["started_at"] == started["started_at"]

    too_low = _move(op, tables, key, "complete", completion_reading=str(counter["hours"] - 1))
    assert (too_low.status_code, set(too_low.json()["fields"])) == (422, {"completion_reading"})
    none = _move(op, tables, key, "complete")
    assert (none.status_code, none.json()["fields"]) == (422, {"completion_reading": "is required"})
    tomorrow = str(counter["date"] + timedelta(days=5))
    early = _move(op, tables, key, "complete", completion_reading=str(counter["hours"]), completion_date=tomorrow)
    assert (early.status_code, set(early.json()["fields"])) == (422, {"completion_date"})
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "ordered"

    reading, day = counter["hours"] + Decimal("2.5"), counter["date"]
    done = _move(
        op, tables, key, "complete", completion_reading=str(reading), completion_date=str(day), note="oil changed"
    )
    assert done.status_code == 200, done.text
    order = _row(tables, "work_orders", key)
    assert (order["status"], order["completion_reading"], order["completion_date"]) == ("completed", reading, day)
    assert (order["completion_note"], order["hold_reason"]) == ("oil changed", None)
    schedule = _row(tables, "equipment_maintenance", due["schedule"])
    assert (schedule["baseline_hours"], schedule["baseline_date"], schedule["first_due_date"]) == (reading, day, None)
    assert schedule["next_due_hours"] == reading + due["interval_hours"]
    assert schedule["state"] == "ok"
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "done"
    assert _row(tables, "equipment", due["machine"])["serviced_at_hours"] == reading
    assert op.get(f"{API}/equipment?tab=needs_maintenance").json()["total"] == needing - 1
    history = tables(
        "SELECT from_status, to_status, actor, note FROM work_order_history WHERE work_order_id = %s ORDER BY id", key
    )
    assert [(row["from_status"], row["to_status"]) for row in history] == [
        (None, "open"),
        ("open", "in_progress"),
        ("in_progress", "on_hold"),
        ("on_hold", "in_progress"),
        ("in_progress", "completed"),
    ]
    assert history[2]["note"] == "parts: bearing"
    audited = tables(
        "SELECT action FROM audit_log WHERE entity = 'work_orders' AND entity_id = %s ORDER BY id", str(key)
    )
    assert [row["action"] for row in audited][-5:] == ["create", "start", "hold", "start", "complete"]
    assert _move(op, tables, key, "close").status_code == 200
    assert _move(op, tables, key, "reopen").status_code == 409


@pytest.mark.feature("DOM-22")
def test_cancelling_gives_the_due_back_and_it_may_get_another_order(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    first = _order(op, tables, due)
    assert _move(op, tables, first["id"], "cancel").status_code == 422
    assert _move(op, tables, first["id"], "cancel", cancel_reason=" ").status_code == 422
    assert _move(op, tables, first["id"], "cancel", cancel_reason="wrong machine").status_code == 200
    stored = _row(tables, "maintenance_dues", due["due"])
    assert (stored["state"], stored["work_order_id"]) == ("open", None)
    assert _row(tables, "work_orders", first["id"])["cancel_reason"] == "wrong machine"
    second = _order(op, tables, due)
    assert second["id"] != first["id"]


@pytest.mark.feature("DOM-22")
def test_a_due_that_is_given_back_and_is_not_due_any_more_is_withdrawn(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    order = _order(op, tables, due)
    counter = _counter(tables, due["machine"])["hours"]
    tables("UPDATE equipment_maintenance SET baseline_hours = %s WHERE id = %s", counter, due["schedule"])
    assert _move(op, tables, order["id"], "cancel", cancel_reason="done by others").status_code == 200
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "withdrawn"


@pytest.mark.feature("DOM-23")
def test_reopening_rolls_the_baseline_back_unless_something_has_happened_since(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    order = _order(op, tables, due)
    names = ("baseline_hours", "baseline_date", "first_due_date", "next_due_hours", "state", "cause", "hours_to_go")
    before = _row(tables, "equipment_maintenance", due["schedule"])
    serviced = _row(tables, "equipment", due["machine"])["serviced_at_hours"]
    reading = str(_counter(tables, due["machine"])["hours"])
    assert _move(op, tables, order["id"], "complete", completion_reading=reading).status_code == 200
    assert _row(tables, "equipment_maintenance", due["schedule"])["state"] == "ok"
    assert _move(op, tables, order["id"], "reopen", note="not tight").status_code == 200
    after = _row(tables, "equipment_maintenance", due["schedule"])
    assert {name: after[name] for name in names} == {name: before[name] for name in names}
    assert _row(tables, "equipment", due["machine"])["serviced_at_hours"] == serviced
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "ordered"
    row = _row(tables, "work_orders", order["id"])
    assert (row["status"], row["completion_reading"], row["completed_at"]) == ("in_progress", None, None)

    assert _move(op, tables, order["id"], "complete", completion_reading=reading).status_code == 200
    assert _act(op, "equipment.serviced", keys=[due["machine"]]).status_code == 200
    tables("UPDATE equipment_maintenance SET baseline_hours = baseline_hours + 1 WHERE id = %s", due["schedule"])
    refused = _move(op, tables, order["id"], "reopen")
    assert refused.status_code == 409 and "serviced since" in refused.json()["detail"]
    assert _row(tables, "work_orders", order["id"])["status"] == "completed"


@pytest.mark.feature("DOM-23")
def test_an_order_whose_plan_is_due_again_is_not_reopened(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    order = _order(op, tables, due)
    reading = str(_counter(tables, due["machine"])["hours"])
    assert _move(op, tables, order["id"], "complete", completion_reading=reading).status_code == 200
    tables(
        "INSERT INTO maintenance_dues (equipment_maintenance_id, occurrence_no, cause, detected_on)"
        " VALUES (%s, 9, 'hours', UTC_DATE())",
        due["schedule"],
    )
    refused = _move(op, tables, order["id"], "reopen")
    assert refused.status_code == 409 and refused.json()["path"].startswith("/dues/")


@pytest.mark.feature("ACT-13", "RES-05")
def test_an_order_by_hand_is_for_what_no_plan_asks(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    user, due = client_for("user"), due_machines[0]
    values = {"type": "corrective", "title": "Leaks at the flange", "priority": "1", "planned_date": "2026-12-01"}
    made = _act(user, "equipment.new_order", keys=[due["machine"]], values=values)
    assert made.status_code == 200, made.text
    row = tables("SELECT * FROM work_orders WHERE source = 'manual' ORDER BY id DESC LIMIT 1")[0]
    assert made.json()["paths"] == [f"/work-orders/{row['id']}"]
    assert (row["title"], row["type"], row["priority"], str(row["planned_date"]), row["status"]) == (
        *("Leaks at the flange", "corrective", 1, "2026-12-01", "open"),
    )
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "open"
    preventive = {**values, "type": "preventive"}
    refused = _act(user, "equipment.new_order", keys=[due["machine"]], values=preventive)
    assert refused.status_code == 409 and "'Create work orders'" in refused.json()["detail"]
    order = _order(user, tables, due)
    refused = _act(user, "equipment.new_order", keys=[due["machine"]], values=preventive).json()
    assert f"WO-{order['id']:06d}" in refused["detail"] and refused["path"] == f"/work-orders/{order['id']}"
    assert _act(user, "equipment.new_order", keys=[999_999], values=values).status_code == 404
    assert len(tables("SELECT id FROM work_orders WHERE equipment_id = %s", due["machine"])) == 2

    op = client_for("op")
    assert (
        _move(
            op, tables, row["id"], "complete", completion_reading=str(_counter(tables, due["machine"])["hours"])
        ).status_code
        == 200
    )
    assert _row(tables, "maintenance_dues", due["due"])["state"] == "ordered"  # a repair is no service
    assert _row(tables, "equipment", due["machine"])["serviced_at_hours"] is None


@pytest.mark.feature("UIF-03", "CUS-03")
def test_dues_and_work_orders_are_lists_like_all_others(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    viewer = client_for("viewer")
    order = _order(client_for("user"), tables, due_machines[0])
    for name, label in (("dues", "Maintenance due"), ("work-orders", "Work orders")):
        meta = viewer.get(f"{API}/meta/{name}").json()
        assert meta["label"] == label
        rows = viewer.get(f"{API}/{name}?tab=all&limit=5").json()
        assert rows["total"] >= 1 and set(rows["rows"][0]) == {column["name"] for column in meta["columns"]}
        csv = viewer.get(f"{API}/{name}/export?tab=all&format=csv")
        assert csv.status_code == 200 and len(csv.text.splitlines()) == rows["total"] + 1
        badges = viewer.get(f"{API}/{name}/badges").json()
        assert badges["all"] == rows["total"]
        assert viewer.get(f"{API}/{name}/{rows['rows'][0]['id']}").json() == rows["rows"][0]
    due = viewer.get(f"{API}/dues/{due_machines[0]['due']}").json()
    assert (due["status"], due["order_number"]) == ("ordered", f"WO-{order['id']:06d}")
    found = viewer.get(
        f"{API}/work-orders?q={due_machines[0]['number']}&status=open&priority={order['priority']}"
    ).json()
    assert [row["number"] for row in found["rows"]] == [f"WO-{order['id']:06d}"]
    assert viewer.get(f"{API}/dues?tab=open&order=-due_hours,machine").status_code == 422
    states = [row["schedule_state"] for row in viewer.get(f"{API}/dues?tab=open&limit=200").json()["rows"]]
    overdue = states.count("overdue")
    assert 0 < overdue < len(states) and set(states[:overdue]) == {"overdue"}


@pytest.mark.feature("WID-08", "WAD-10")
def test_the_queue_shows_what_is_overdue_first_and_offers_the_order(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    tables("UPDATE maintenance_plans SET priority = 1 WHERE name = 'Safety inspection'")
    op, viewer = client_for("op"), client_for("viewer")
    try:
        shown = refresh_widget(op, "dashboard", "due_queue", sorted="due")
        expected = tables(
            "SELECT d.id, e.id AS machine FROM maintenance_dues d JOIN equipment_maintenance m"
            " ON m.id = d.equipment_maintenance_id JOIN equipment e ON e.id = m.equipment_id WHERE d.state = 'open'"
            " ORDER BY m.state = 'overdue' DESC, COALESCE(m.predicted_date, m.next_due_date, d.due_date, d.detected_on), d.id"
            " LIMIT 10"
        )
        assert [int(button["key"]) for button in buttons(shown, "order")] == [row["id"] for row in expected]
        assert hrefs(shown)[:10] == [f"/cmms/equipment/{row['machine']}" for row in expected]
        assert "/cmms/dues?tab=open" in hrefs(shown)
        by_priority = refresh_widget(op, "dashboard", "due_queue", sorted="priority")
        keys = [int(button["key"]) for button in buttons(by_priority, "order")]
        priorities = tables(
            "SELECT d.id, n.priority AS p FROM maintenance_dues d JOIN equipment_maintenance m"
            " ON m.id = d.equipment_maintenance_id JOIN maintenance_plans n ON n.id = m.plan_id"
        )
        by_key = {row["id"]: row["p"] for row in priorities}
        assert [by_key[key] for key in keys] == sorted(by_key[key] for key in keys) and by_key[keys[0]] == 1
        assert buttons(refresh_widget(viewer, "dashboard", "due_queue", sorted="due"), "order") == []
        _act(op, "dues.order", keys=[expected[0]["id"]])
        ordered = refresh_widget(op, "dashboard", "due_queue", sorted="due")
        assert expected[0]["id"] not in [int(button["key"]) for button in buttons(ordered, "order")]
        assert "With a work order: 1" in texts(ordered)
        tables("UPDATE maintenance_dues SET state = 'withdrawn' WHERE state = 'open'")
        _act(op, "equipment.edit", keys=[7], version=_row(tables, "equipment", 7)["row_version"], values={"notes": "x"})
        empty = " ".join(texts(refresh_widget(op, "dashboard", "due_queue", sorted="due")))
        assert "No maintenance is due without a work order." in empty
    finally:
        tables("UPDATE maintenance_plans SET priority = 3 WHERE name = 'Safety inspection'")


@pytest.mark.feature("RES-04")
def test_a_machine_shows_its_dues_and_orders(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    shown = refresh_widget(op, "equipment", "machine_work", str(due["machine"]))
    assert [int(button["key"]) for button in buttons(shown, "order")] == [due["due"]]
    assert "No work orders for this machine." in texts(shown)
    order = _order(op, tables, due)
    shown = refresh_widget(op, "equipment", "machine_work", str(due["machine"]))
    assert buttons(shown, "order") == []
    assert hrefs(shown).count(f"/cmms/work-orders/{order['id']}") == 2
    _move(op, tables, order["id"], "start", note="begun")
    said = texts(refresh_widget(op, "work-orders", "order_history", str(order["id"])))
    assert "In progress" in " ".join(said) and "begun" in said and "op" in said


@pytest.mark.feature("ACT-13")
def test_the_form_of_a_completion_begins_with_the_newest_counter(
    client_for: ClientFor, tables: Tables, due_machines: list[dict[str, Any]]
) -> None:
    op, due = client_for("op"), due_machines[0]
    order = _order(op, tables, due)
    places = [{"id": {"type": kind, "resource": "work-orders"}, "property": name, "value": None}
              for kind, name in (("grid", "selectedRows"), ("selection-matching", "data"), ("list-state", "data"), ("grid", "filterModel"))]  # fmt: skip
    pressed = {"resource": "work-orders", "verb": "complete", "place": "record", "key": str(order["id"])}
    outputs = [
        ("action-modal", "opened"),
        ("action-modal", "title"),
        ("action-modal", "children"),
        ("action-context", "data"),
    ]
    body = {
        "output": f"..{'...'.join(f'{component}.{name}' for component, name in outputs)}..",
        "outputs": [{"id": component, "property": name} for component, name in outputs],
        "inputs": [{"id": "action-pressed", "property": "data", "value": pressed}],
        "state": [[place] for place in places],
        "changedPropIds": ["action-pressed.data"],
    }
    answer = op.post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    form = json.dumps(answer.json()["response"]["action-modal"]["children"])
    assert f'"value": {float(_counter(tables, due["machine"])["hours"])}' in form
