"""The page of equipment: widgets of its tabs equal what is in the tables, group changes show beforehand what they do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
COUNTED = " AND (equipment_id, date) NOT IN (SELECT equipment_id, date FROM doubtful_readings WHERE state = 'open')"
"""Of the seeded readings, too, some wait for a person."""


def _texts(component: Any) -> str:
    """All text of a component, in order."""
    if component is None or isinstance(component, str | int | float | Decimal):
        return f"{component} " if component is not None else ""
    if isinstance(component, list | tuple):
        return "".join(_texts(part) for part in component)
    return _texts(getattr(component, "children", None))


def _find(component: Any, kind: str) -> Iterator[Any]:
    """Every component of a kind (``id["type"]``) within another one."""
    if isinstance(component, list | tuple):
        for part in component:
            yield from _find(part, kind)
    elif hasattr(component, "to_plotly_json"):
        identity = getattr(component, "id", None)
        if isinstance(identity, dict) and identity["type"] == kind:
            yield component
        yield from _find(getattr(component, "children", None), kind)


def _ids(client: Any, query: str) -> set[int]:
    rows: list[dict[str, Any]] = []
    while True:
        page = client.get(f"{API}/equipment?{query}&limit=200&offset={len(rows)}").json()
        rows += page["rows"]
        if len(rows) >= page["total"]:
            return {row["id"] for row in rows}


@pytest.mark.feature("TAB-05F")
def test_recently_added_ends_exactly_seven_days_after_a_machine_was_added(client_for: ClientFor) -> None:
    """The clock of a database session is set: one millisecond later the machine is not recent any more."""
    from sqlalchemy import text

    from cmms.access.connections import reading
    from cmms.listing.definition import ListQuery, select_keys
    from cmms_ui.resources.equipment.resource import EQUIPMENT

    client_for("viewer")
    query = ListQuery(scope="recent")
    with reading() as connection:
        added = connection.execute(text("SELECT id, created_at FROM equipment ORDER BY created_at DESC LIMIT 1")).one()
        boundary = added.created_at.replace(tzinfo=UTC) + timedelta(days=7)
        found = []
        for moment in (boundary, boundary + timedelta(milliseconds=1)):
            connection.execute(text(f"SET SESSION timestamp = {moment.timestamp():.3f}"))
            found.append(added.id in connection.execute(select_keys(EQUIPMENT.listing, query, 10_000)).scalars().all())
        connection.execute(text("SET SESSION timestamp = DEFAULT"))
    assert found == [True, False]


@pytest.mark.feature("TAB-01W", "TEST-04")
def test_the_distribution_adds_up_to_all_machines_and_each_bar_filters_the_list(
    client_for: ClientFor, tables: Tables
) -> None:
    from cmms_ui.resources.equipment.tab_widgets import DISTRIBUTION

    client = client_for("viewer")
    rows = DISTRIBUTION.load({})
    total = tables("SELECT COUNT(*) AS n FROM equipment")[0]["n"]
    sums = {
        kind: sum(row.machines for row in rows if row.kind == kind) for kind in ("plant_code", "group_name", "status")
    }
    assert sums == dict.fromkeys(sums, total)
    buttons = [button.id for button in _find(DISTRIBUTION.render(rows), "list-choose")]
    assert len(buttons) == len(rows)
    for row, button in zip(sorted(rows, key=_place), sorted(buttons, key=_place_of_button), strict=True):
        parameters = {button["column"]: button["value"], "limit": "1"}
        assert client.get(f"{API}/equipment", params=parameters).json()["total"] == row.machines


def _place(row: Any) -> tuple[str, str]:
    return row.kind, row.value


def _place_of_button(identity: dict[str, str]) -> tuple[str, str]:
    return identity["column"], identity["value"]


@pytest.mark.feature("TAB-02W", "TEST-04", "Q-12")
def test_hours_and_utilisation_of_active_machines_equal_the_readings(client_for: ClientFor, tables: Tables) -> None:
    from cmms_ui.resources.equipment.tab_widgets import ACTIVE

    client_for("viewer")
    rows = ACTIVE.load({})
    for row in (rows[0], rows[-1]):
        readings = tables(
            "SELECT running_hours AS h FROM equipment_running_times WHERE date = %s"
            f" AND equipment_id IN (SELECT id FROM equipment WHERE is_active = 1){COUNTED}",
            row.day,
        )
        hours = [reading["h"] for reading in readings]
        assert (row.machines, row.running, row.hours) == (len(hours), sum(h > 0 for h in hours), sum(hours))
        assert row.utilisation_percent == 100 * sum(hours) / (24 * len(hours))
    assert f"{rows[-1].running:,} of {rows[-1].machines:,}" in _texts(ACTIVE.render(rows))
    assert f"{rows[-1].utilisation_percent:.1f} % utilisation that day" in _texts(ACTIVE.render(rows))
    assert "OEE: not available." in _texts(ACTIVE.render(rows))


@pytest.mark.feature("TAB-03W", "TEST-04")
def test_inactive_machines_that_run_are_candidates(client_for: ClientFor, tables: Tables) -> None:
    from cmms_ui.resources.equipment.tab_widgets import CANDIDATES

    client_for("viewer")
    newest = tables("SELECT MAX(date) AS d FROM equipment_running_times")[0]["d"]
    expected = tables(
        "SELECT equipment_id, SUM(running_hours) AS h FROM equipment_running_times"
        " WHERE date BETWEEN %s AND %s AND equipment_id IN (SELECT id FROM equipment WHERE is_active = 0)"
        " GROUP BY equipment_id HAVING h > 0",
        newest - timedelta(days=6),
        newest,
    )
    assert {(r.id, r.hours) for r in CANDIDATES.load({})} == {(r["equipment_id"], r["h"]) for r in expected}
    assert expected


@pytest.mark.feature("TAB-04W", "TEST-04")
def test_overdue_due_and_upcoming_equal_counters_and_days_against_the_plans(
    client_for: ClientFor, tables: Tables
) -> None:
    from cmms.maintenance.evaluate_maintenance import evaluate_all
    from cmms_ui.resources.equipment.tab_widgets import MAINTENANCE

    client = client_for("viewer")
    today = datetime.now(UTC).date()
    evaluate_all(today)  # other tests have changed machines past the application
    worst: dict[int, int] = {}
    by_plan: dict[int, list[int]] = {}
    foremost: list[tuple[int, Decimal]] = []
    for row in tables(
        "SELECT m.equipment_id, m.baseline_hours, m.baseline_date, m.first_due_date, p.*, (SELECT r.cumulative_hours FROM"
        " equipment_running_times r WHERE r.equipment_id = m.equipment_id ORDER BY r.date DESC LIMIT 1) AS counter"
        " FROM equipment_maintenance m JOIN maintenance_plans p ON p.id = m.plan_id"
        " JOIN equipment e ON e.id = m.equipment_id WHERE e.is_active = 1 AND p.is_active = 1 AND (p.scope = 'all'"
        " OR m.assigned_by = 'person' OR (p.scope = 'group' AND p.equipment_group_id = e.equipment_group_id)"
        " OR (p.scope = 'plant' AND p.plant_id = e.plant_id))"
    ):
        over = []
        if row["interval_hours"] and row["counter"] is not None:
            hours = row["counter"] - row["baseline_hours"] - row["interval_hours"]
            over.append((hours, row["lead_hours"], row["tolerance_hours"]))
        if row["interval_days"]:
            due_on = row["first_due_date"] or row["baseline_date"] + timedelta(days=row["interval_days"])
            over.append((Decimal((today - due_on).days), row["lead_days"], row["tolerance_days"]))
        ranks = [3 if by > late else 2 if by >= 0 else 1 if by >= -lead else 0 for by, lead, late in over]
        rank = max(ranks, default=0)
        worst[row["equipment_id"]] = max(rank, worst.get(row["equipment_id"], 0))
        by_plan.setdefault(row["id"], []).append(rank)
        if rank == 3 and row["interval_hours"]:
            foremost.append((row["equipment_id"], -over[0][0]))
    data = MAINTENANCE.load({})
    counted = [sum(rank == wanted for rank in worst.values()) for wanted in (3, 2, 1)]
    assert [getattr(data["counts"], name) for name in ("overdue", "due", "upcoming")] == counted
    assert all(counted)
    for plan in data["plans"]:
        ranks = by_plan.get(plan.id, [])
        shown = [getattr(plan, name) for name in ("machines", "overdue", "due", "upcoming")]
        assert shown == [len(ranks), *(ranks.count(wanted) for wanted in (3, 2, 1))]
    assert {key for key, rank in worst.items() if rank >= 2} == _ids(client, "tab=needs_maintenance")
    told = [(row.id, row.hours_to_go) for row in data["next"] if row.state == "overdue" and row.cause == "hours"]
    assert told and set(told) <= set(foremost)
    text = _texts(MAINTENANCE.render(data))
    assert "Overdue" in text and "Predicted" in text and "every 2,000 h" in text and "h over" in text


@pytest.mark.feature("TAB-05W", "TEST-04")
def test_new_machines_by_day_and_state_add_up_to_the_tab(client_for: ClientFor, tables: Tables) -> None:
    from cmms_ui.resources.equipment.tab_widgets import NEW

    rows = NEW.load({})
    assert sum(row.machines for row in rows) == client_for("viewer").get(f"{API}/equipment/badges").json()["recent"]
    failed = tables(
        "SELECT COUNT(DISTINCT e.id) AS n FROM equipment e JOIN sync_record_errors x USING (equipment_number)"
        " WHERE x.status NOT IN ('resolved', 'discarded') AND e.created_at >= UTC_TIMESTAMP(3) - INTERVAL 7 DAY"
    )[0]["n"]
    assert sum(row.machines for row in rows if row.state == "failed") == failed > 0


@pytest.mark.feature("TAB-06W", "TEST-04")
def test_errors_by_code_equal_the_quarantine_and_a_code_filters_the_list(client_for: ClientFor, tables: Tables) -> None:
    from cmms_ui.resources.equipment.tab_widgets import MACHINE_ERRORS

    client = client_for("viewer")
    rows = MACHINE_ERRORS.load({})
    stored = tables(
        "SELECT code, COUNT(*) AS n FROM sync_record_errors WHERE status NOT IN ('resolved', 'discarded')"
        " AND equipment_number IN (SELECT equipment_number FROM equipment) GROUP BY code"
    )
    assert {row.code: row.records for row in rows} == {row["code"]: row["n"] for row in stored}
    for row in rows:
        machines = tables(
            "SELECT id FROM equipment WHERE equipment_number IN (SELECT equipment_number FROM sync_record_errors"
            " WHERE code = %s AND status NOT IN ('resolved', 'discarded'))",
            row.code,
        )
        assert _ids(client, f"tab=sync_errors&error_codes={row.code}") == {machine["id"] for machine in machines}
        assert row.machines == len(machines)


def _act(client: Any, action: str, **body: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json=body)


@pytest.mark.feature("ACT-02", "WIP-04")
def test_moving_machines_says_first_where_they_come_from_and_writes_nothing_before(
    client_for: ClientFor, tables: Tables
) -> None:
    op, keys = client_for("op"), [61, 62, 63, 64]
    tables("UPDATE equipment SET group_source = 'manual' WHERE id = 61")
    before = tables("SELECT * FROM equipment WHERE id IN (61, 62, 63, 64)")
    target = before[0]["equipment_group_id"]
    body = {"keys": keys, "values": {"equipment_group_id": str(target)}}
    shown = op.post(f"{API}/equipment/actions/move/preview", json=body)
    assert shown.status_code == 200, shown.text
    assert tables("SELECT * FROM equipment WHERE id IN (61, 62, 63, 64)") == before
    groups = {row["id"]: row["name"] for row in tables("SELECT id, name FROM equipment_groups")}
    expected: dict[tuple[str, str], int] = {}
    for row in before:
        place = (
            groups.get(row["equipment_group_id"], "Unclassified"),
            "a person" if row["group_source"] == "manual" else "a rule or the source",
        )
        expected[place] = expected.get(place, 0) + 1
    assert {(row[0], row[1]): int(row[2]) for row in shown.json()["rows"]} == expected
    moving = sum(row["equipment_group_id"] != target for row in before)
    assert f"{moving} of 4 machines would move to {groups[target]}" in shown.json()["text"]
    assert client_for("viewer").post(f"{API}/equipment/actions/move/preview", json=body).status_code == 403
    assert _act(op, "equipment.move", **body).status_code == 200
    after = tables(
        "SELECT DISTINCT equipment_group_id AS g, group_source AS s FROM equipment WHERE id IN (61, 62, 63, 64)"
    )
    assert after == [{"g": target, "s": "manual"}]


RULE = {"priority": "15", "equipment_group_id": "3", "field": "equipment_description", "pattern": "(?i)pump"}


@pytest.mark.feature("SYNC-09", "ACT-02", "TEST-03")
def test_a_rule_says_which_machines_it_would_move_before_it_is_stored(client_for: ClientFor, tables: Tables) -> None:
    admin = client_for("admin")
    rule = {**RULE, "priority": "5"}
    shown = admin.post(f"{API}/group-rules/actions/create/preview", json={"values": rule})
    assert shown.status_code == 200, shown.text
    moved = tables(
        "SELECT COUNT(*) AS n FROM equipment e WHERE e.group_source <> 'manual' AND NOT (e.equipment_group_id <=> 3)"
        " AND LOWER(CONVERT(e.equipment_description USING utf8mb4)) LIKE '%pump%'"
    )[0]["n"]
    assert moved > 0
    assert f"{moved} machines change their group" in shown.json()["text"]
    assert tables("SELECT COUNT(*) AS n FROM equipment_group_rules")[0]["n"] == 3
    assert _act(admin, "group-rules.create", values=rule).status_code == 200
    stored = tables("SELECT * FROM equipment_group_rules WHERE priority = 5")[0]
    assert (stored["pattern"], stored["row_version"]) == (rule["pattern"], 1)
    again = _act(admin, "group-rules.create", values=rule)
    assert (again.status_code, again.json()["fields"]) == (422, {"priority": "exists already"})
    changed = {**rule, "pattern": "^nothing$"}
    edit = {"keys": [stored["id"]], "version": 1, "values": changed}
    assert _act(admin, "group-rules.edit", **edit).status_code == 200
    assert _act(admin, "group-rules.edit", **edit).status_code == 409
    assert client_for("op").post(f"{API}/group-rules/actions/delete", json={"keys": [stored["id"]]}).status_code == 403
    assert _act(admin, "group-rules.delete", keys=[stored["id"]], version=1).status_code == 409
    assert _act(admin, "group-rules.delete", keys=[stored["id"]]).status_code == 200
    assert _act(admin, "group-rules.delete", keys=[stored["id"]]).status_code == 404
    audited = tables("SELECT action FROM audit_log WHERE entity = 'equipment_group_rules' ORDER BY id")
    assert [row["action"] for row in audited] == ["create", "edit", "delete"]


@pytest.mark.feature("SYNC-09", "TEST-03")
@pytest.mark.parametrize(
    ("field", "value"),
    [("pattern", "("), ("pattern", "a" * 201), ("pattern", ""), ("pattern", "(?P<a>x)(?P<a>y)"), ("priority", "1.5"),
     ("priority", "-1"), ("field", "notes"), ("equipment_group_id", "99")],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_refused_at_its_field(
    client_for: ClientFor, tables: Tables, field: str, value: str
) -> None:
    before = tables("SELECT * FROM equipment_group_rules")
    answer = _act(client_for("admin"), "group-rules.create", values={**RULE, field: value})
    assert answer.status_code == 422
    assert set(answer.json()["fields"]) == {field}
    assert tables("SELECT * FROM equipment_group_rules") == before


def test_a_pattern_that_comes_to_no_end_is_ended(client_for: ClientFor, tables: Tables, monkeypatch: Any) -> None:
    from cmms.equipment import change_group_rules

    monkeypatch.setattr(change_group_rules, "TRIAL_SECONDS", 1)
    started = time.monotonic()
    values = {**RULE, "pattern": "(0|00)+$", "field": "equipment_number"}
    number = "0" * 45 + "x"
    tables("UPDATE equipment SET equipment_number = %s WHERE id = 70", number)
    answer = _act(client_for("admin"), "group-rules.create", values=values)
    assert (answer.status_code, answer.json()["fields"]) == (
        422,
        {"pattern": "takes too long on your machines, or on a long text"},
    )
    assert time.monotonic() - started < 20  # of a search that would take years
    assert tables("SELECT COUNT(*) AS n FROM equipment_group_rules")[0]["n"] == 3


def test_the_same_rules_give_the_same_groups_as_the_sync(client_for: ClientFor, tables: Tables) -> None:
    """The rules that the seed's sync has applied would move nobody whom nobody has moved since."""
    from cmms.access.actors import Actor, Capability
    from cmms.equipment.change_group_rules import find_moves

    client_for("admin")
    admin = Actor("admin", frozenset(Capability), "")
    moved = {before for before, _ in find_moves(admin, None).counts}
    by_hand = tables("SELECT COUNT(*) AS n FROM equipment WHERE api_created_at IS NULL AND group_source = 'rule'")[0][
        "n"
    ]
    assert moved <= {None} and sum(find_moves(admin, None).counts.values()) <= by_hand + 1


CHART = {"days": "30", "form": "bar", "beside": "counter", "number": ""}


@pytest.mark.feature("SCH-04", "SCH-05", "TEST-04")
@pytest.mark.parametrize("days", ["30", "90", "365"])
def test_every_form_of_the_chart_has_the_same_total_as_the_readings(
    client_for: ClientFor, tables: Tables, days: str
) -> None:
    from cmms_ui.present_rows import hours_text
    from cmms_ui.resources.equipment.machine_chart import CHART as WIDGET
    from cmms_ui.resources.equipment.machine_chart import chart_points

    client_for("viewer")
    other = tables("SELECT equipment_number AS n FROM equipment WHERE id = 8")[0]["n"]
    stored = {
        key: tables(
            "SELECT SUM(running_hours) AS h FROM equipment_running_times WHERE equipment_id = %s"
            f" AND date > (SELECT MAX(date) FROM (SELECT date FROM equipment_running_times) d) - INTERVAL %s DAY{COUNTED}",
            key,
            int(days),
        )[0]["h"]
        for key in (7, 8)
    }
    forms = [
        {"form": "bar"},
        {"form": "line"},
        {"beside": "group"},
        {"number": other},
        {"form": "line", "number": other},
    ]
    for chosen in forms:
        data = WIDGET.load({**CHART, "days": days, **chosen, "key": 7})
        assert sum(Decimal(str(point["Hours"])) for point in chart_points(data) if "Hours" in point) == stored[7]
        assert f"{hours_text(stored[7])} hours in" in _texts(WIDGET.render(data))
        if "number" in chosen:
            assert f"{other}: {hours_text(stored[8])} hours" in _texts(WIDGET.render(data))
    missing = WIDGET.load({**CHART, "number": "nobody", "key": 7})
    assert "No machine has the number nobody." in _texts(WIDGET.render(missing))


@pytest.mark.feature("SCH-04", "TEST-04")
def test_the_average_of_the_group_is_that_of_its_other_active_machines(client_for: ClientFor, tables: Tables) -> None:
    from cmms.figures.running_hours import AVERAGED_MACHINES, group_average

    client_for("viewer")
    others = tables(
        "SELECT id FROM equipment WHERE is_active = 1 AND id <> 1 AND equipment_group_id ="
        " (SELECT equipment_group_id FROM (SELECT * FROM equipment) x WHERE id = 1) ORDER BY id"
    )[:AVERAGED_MACHINES]
    newest = group_average(1, 30)[-1]
    hours = [
        row["h"]
        for other in others
        for row in tables(
            f"SELECT running_hours AS h FROM equipment_running_times WHERE equipment_id = %s AND date = %s{COUNTED}",
            other["id"],
            newest.day,
        )
    ]
    assert newest.machines == len(hours)
    assert abs(newest.running_hours - sum(hours) / len(hours)) < Decimal("0.0001")


@pytest.mark.feature("WID-05", "WIP-01")
def test_a_day_of_the_trend_leads_to_its_readings(client_for: ClientFor, tables: Tables) -> None:
    from cmms_ui.resources.equipment.widgets import TREND

    client = client_for("viewer")
    rows = TREND.load({})
    chart = next(_find(TREND.render(rows), "drill"))
    assert chart.id == {"type": "drill", "resource": "running-times", "column": "date"}
    for row in (rows[0], rows[-1]):
        day = str(row.day)
        found = client.get(f"{API}/running-times?tab=all&date={day}&date={day}&limit=200&order=-running_hours").json()
        stored = tables("SELECT id FROM equipment_running_times WHERE date = %s", day)
        assert found["total"] == len(stored) == row.machines
        if found["total"] <= 200:
            assert sum(Decimal(item["running_hours"]) for item in found["rows"]) == row.hours
    on_page = {**chart.id, "spot": "widgets"}  # as the page marks whatever a callback draws
    body = {
        "output": "url.href",
        "outputs": {"id": "url", "property": "href"},
        "inputs": [[{"id": on_page, "property": "clickData", "value": {"date": day, "hours": 1.0}}]],
        "changedPropIds": [json.dumps(on_page, sort_keys=True, separators=(",", ":")) + ".clickData"],
    }
    answer = client.post("/cmms/_dash-update-component", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["response"]["url"] == {"href": f"/cmms/running-times?tab=all&date={day}&date={day}"}


@pytest.mark.feature("WID-05", "PERF-09")
def test_readings_are_counted_up_to_a_limit_and_paged_along_the_index(client_for: ClientFor, tables: Tables) -> None:
    from dataclasses import replace

    from cmms.listing.definition import ListQuery, select_page_keys
    from cmms.listing.read_list import read_badges, read_page
    from cmms_ui.resources.running_times.resource import RUNNING_TIMES

    client = client_for("viewer")
    total = tables("SELECT COUNT(*) AS n FROM equipment_running_times")[0]["n"]
    newest = tables(
        "SELECT id FROM equipment_running_times WHERE date = (SELECT MAX(date) FROM equipment_running_times)"
    )
    doubtful = tables("SELECT COUNT(*) AS n FROM doubtful_readings WHERE state = 'open'")[0]["n"]
    void = tables("SELECT COUNT(*) AS n FROM reading_voids WHERE void_flag = 1")[0]["n"]
    counts = {"newest": len(newest), "doubtful": doubtful, "void": void, "all": total}
    assert client.get(f"{API}/running-times/badges").json() == counts
    limited = replace(RUNNING_TIMES.listing, count_limit=100)
    assert read_page(limited, ListQuery(scope="all", limit=10)).total == 100
    assert read_badges(limited) == {"newest": 100, "doubtful": doubtful, "void": void, "all": 100}
    statement = str(
        select_page_keys(RUNNING_TIMES.listing, ListQuery(scope="all")).compile(compile_kwargs={"literal_binds": True})
    )
    plan = tables(f"EXPLAIN FORMAT=TRADITIONAL {statement}")
    page = next(row for row in plan if row["table"] == "r")
    assert page["key"] == "PRIMARY" and "filesort" not in (page["Extra"] or "")
    by_machine = client.get(f"{API}/running-times?tab=all&plant_code=P001&limit=200").json()
    stored = tables(
        "SELECT COUNT(*) AS n FROM equipment_running_times r JOIN plants p ON p.id = r.plant_id WHERE p.plant_code = 'P001'"
    )
    assert by_machine["total"] == stored[0]["n"]
