"""Doubtful readings in the view and the REST API: the work list, decisions on many, void readings, and what counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.plugins.conftest import ClientFor

Tables = Callable[..., list[dict[str, Any]]]
API = "/cmms/api/v1"
JUMP = 50_000


@dataclass(frozen=True)
class Doubt:
    """A doubtful reading: its row in the list, the reading, its machine and day."""

    id: int
    reading_id: int
    equipment_id: int
    number: str
    day: date
    hours: Decimal
    growth: Decimal


@pytest.fixture
def doubts(client_for: ClientFor, tables: Tables) -> Iterator[list[Doubt]]:
    """The newest readings of three active machines are 50,000 h too high; all is as before afterwards."""
    client_for("viewer").get("/cmms/")  # the pool is that of the seeded schema
    rows = tables(
        "SELECT r.id, r.equipment_id, e.equipment_number, r.date, r.running_hours, r.cumulative_hours, r.quality,"
        " r.quality_code, p.date AS previous_date, p.cumulative_hours AS previous_counter"
        " FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id AND e.is_active = 1"
        " JOIN equipment_running_times p ON p.equipment_id = r.equipment_id AND p.date = r.date - INTERVAL 1 DAY"
        " WHERE r.date = (SELECT MAX(date) FROM equipment_running_times) AND r.running_hours > 0"
        " AND NOT EXISTS (SELECT 1 FROM doubtful_readings d WHERE d.equipment_id = r.equipment_id)"
        " ORDER BY r.equipment_id LIMIT 3"
    )
    found = []
    for row in rows:
        growth = row["cumulative_hours"] + JUMP - row["previous_counter"]
        tables(
            "UPDATE equipment_running_times SET cumulative_hours = cumulative_hours + %s WHERE id = %s", JUMP, row["id"]
        )
        tables(
            "INSERT INTO doubtful_readings (equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours)"
            " VALUES (%s, %s, 'EXCEEDS_DAY', %s, %s, %s, 24.1)",
            row["equipment_id"], row["date"], row["cumulative_hours"] + JUMP, row["previous_date"], growth,
        )  # fmt: skip
        key = tables("SELECT id FROM doubtful_readings WHERE equipment_id = %s", row["equipment_id"])[0]["id"]
        found.append(
            Doubt(
                key, row["id"], row["equipment_id"], row["equipment_number"], row["date"], row["running_hours"], growth
            )
        )
    yield found
    for row in rows:
        tables("DELETE FROM reading_voids WHERE equipment_id = %s", row["equipment_id"])
        tables(
            "DELETE s FROM meter_segments s JOIN measuring_points p ON p.id = s.point_id WHERE p.equipment_id = %s",
            row["equipment_id"],
        )
        tables("DELETE FROM doubtful_readings WHERE equipment_id = %s", row["equipment_id"])
        tables(
            "UPDATE equipment_running_times SET cumulative_hours = %s, quality = %s, quality_code = %s WHERE id = %s",
            row["cumulative_hours"], row["quality"], row["quality_code"], row["id"],
        )  # fmt: skip
    tables("DELETE FROM audit_log WHERE action IN ('accept_reading', 'void_reading', 'reopen_reading', 'undo_void')")


def _act(client: Any, action: str, keys: list[int], reason: str = "as a test says", **more: Any) -> Any:
    resource, verb = action.split(".")
    return client.post(f"{API}/{resource}/actions/{verb}", json={"keys": keys, "values": {"reason": reason}, **more})


def _states(tables: Tables, doubts: list[Doubt]) -> list[str]:
    keys = [doubt.equipment_id for doubt in doubts]
    rows = tables(
        "SELECT equipment_id, state FROM doubtful_readings WHERE equipment_id IN %s ORDER BY equipment_id", keys
    )
    return [row["state"] for row in rows]


@pytest.mark.feature("LIF-02", "DOM-03", "TEST-06")
def test_the_list_shows_what_each_doubt_is_about_and_exports_it(client_for: ClientFor, doubts: list[Doubt]) -> None:
    viewer = client_for("viewer")
    doubt = doubts[0]
    page = viewer.get(f"{API}/doubtful-readings?q={doubt.number}").json()
    (row,) = page["rows"]
    assert (row["equipment_number"], row["date"], row["status"]) == (doubt.number, str(doubt.day), "open")
    assert Decimal(row["counter"]) - Decimal(row["previous_counter"]) == Decimal(row["growth_hours"]) == doubt.growth
    assert (row["code"], Decimal(row["allowed_hours"]), row["reading_id"]) == (
        "EXCEEDS_DAY",
        Decimal("24.1"),
        doubt.reading_id,
    )
    assert viewer.get(f"{API}/doubtful-readings/{doubt.id}").json()["id"] == doubt.id
    exported = viewer.get(f"{API}/doubtful-readings/export?format=csv&tab=open").text
    assert all(each.number in exported for each in doubts)
    meta = viewer.get(f"{API}/meta/doubtful-readings").json()
    for tab in meta["tabs"]:
        page = viewer.get(f"{API}/doubtful-readings?tab={tab['name']}").json()
        assert all(set(row) == {column["name"] for column in meta["columns"]} for row in page["rows"])
    for column in meta["columns"]:
        if column["sortable"]:
            assert viewer.get(f"{API}/doubtful-readings?order=-{column['name']}").status_code == 200, column
    for chip in ("week", "large"):
        assert viewer.get(f"{API}/doubtful-readings?chip={chip}").json()["total"] >= 3


@pytest.mark.feature("LIF-02", "DOM-04")
def test_many_are_accepted_voided_and_reopened_at_once(
    client_for: ClientFor, tables: Tables, doubts: list[Doubt]
) -> None:
    keys = [doubt.id for doubt in doubts]
    assert _act(client_for("viewer"), "doubtful-readings.accept", keys).status_code == 403
    op = client_for("op")
    refused = _act(op, "doubtful-readings.accept", keys, reason="")
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["reason"])
    assert _states(tables, doubts) == ["open"] * 3
    answer = _act(op, "doubtful-readings.accept", keys)
    assert (answer.status_code, answer.json()["message"]) == (200, "3 readings accepted."), answer.text
    assert _states(tables, doubts) == ["accepted"] * 3
    assert _act(op, "doubtful-readings.void", keys).json()["message"] == "3 readings declared void."
    assert _states(tables, doubts) == ["void"] * 3
    again = _act(op, "doubtful-readings.void", keys).json()
    assert again["message"] == "0 readings declared void. 3 readings were left unchanged."
    assert _act(op, "doubtful-readings.reopen", keys).json()["message"] == "3 readings reopened."
    assert _states(tables, doubts) == ["open"] * 3
    entries = tables("SELECT batch_id, entity_id FROM audit_log WHERE action = 'accept_reading' AND actor = 'op'")
    assert (len({row["batch_id"] for row in entries}), len(entries)) == (1, 3)


@pytest.mark.feature("LIF-02", "RES-03")
def test_who_decides_on_an_old_version_of_the_row_is_told_so(
    client_for: ClientFor, tables: Tables, doubts: list[Doubt]
) -> None:
    stale = _act(client_for("op"), "doubtful-readings.accept", [doubts[0].id], version=99)
    assert stale.status_code == 409
    assert _act(client_for("op"), "doubtful-readings.accept", [doubts[0].id], version=1).status_code == 200


@pytest.mark.feature("LIF-02", "DOM-02")
def test_a_meter_change_explains_a_doubtful_reading(client_for: ClientFor, tables: Tables, doubts: list[Doubt]) -> None:
    op, doubt = client_for("op"), doubts[0]
    stated = {"kind": "replacement", "old_final": "", "new_initial": "", "reason": "new counter"}
    call = {"keys": [doubt.id], "version": 1, "values": stated}
    answer = op.post(f"{API}/doubtful-readings/actions/change_meter", json=call)
    assert answer.status_code == 200, answer.text
    assert _states(tables, doubts) == ["meter_change", "open", "open"]
    (segment,) = tables(
        "SELECT s.from_date, s.kind FROM meter_segments s JOIN measuring_points p ON p.id = s.point_id"
        " WHERE p.equipment_id = %s",
        doubt.equipment_id,
    )
    assert (segment["from_date"], segment["kind"]) == (doubt.day, "replacement")
    assert op.post(f"{API}/doubtful-readings/actions/change_meter", json=call).status_code == 409


@pytest.mark.feature("DOM-04")
def test_any_reading_can_be_void_and_everything_that_shows_it_says_so(
    client_for: ClientFor, tables: Tables, doubts: list[Doubt]
) -> None:
    op, viewer, doubt = client_for("op"), client_for("viewer"), doubts[1]
    assert viewer.get(f"{API}/running-times/{doubt.reading_id}").json()["trust"] == "doubtful"
    assert _act(op, "running-times.void", [doubt.reading_id]).status_code == 200
    assert viewer.get(f"{API}/running-times/{doubt.reading_id}").json()["trust"] == "void"
    void = viewer.get(f"{API}/running-times?tab=void").json()["rows"]
    assert [row["id"] for row in void] == [doubt.reading_id]
    assert doubt.reading_id not in {row["id"] for row in viewer.get(f"{API}/running-times?tab=doubtful").json()["rows"]}
    (newest,) = viewer.get(f"{API}/equipment/{doubt.equipment_id}/running-times?days=1").json()
    assert newest["trust"] == "void"
    assert _act(op, "running-times.undo_void", [doubt.reading_id]).status_code == 200
    assert viewer.get(f"{API}/running-times/{doubt.reading_id}").json()["trust"] == "doubtful"
    assert viewer.get(f"{API}/running-times?tab=void").json()["rows"] == []


@pytest.mark.feature("DOM-04", "LIF-02")
def test_hours_of_void_and_doubtful_readings_count_in_no_figure(
    client_for: ClientFor, tables: Tables, doubts: list[Doubt]
) -> None:
    from cmms.figures.running_hours import DayHours, PlantDayHours
    from cmms.figures.typed_rows import read_typed_live

    keys = [doubt.id for doubt in doubts]
    day = doubts[0].day
    others = (  # of the seeded machines some have a doubtful reading of their own
        " AND NOT EXISTS (SELECT 1 FROM doubtful_readings d WHERE d.equipment_id = r.equipment_id AND d.date = r.date"
        " AND d.state = 'open' AND d.id NOT IN %s)"
    )
    counted = "SELECT COUNT(*) AS n, COALESCE(SUM(r.running_hours), 0) AS hours FROM equipment_running_times r"
    readings = tables(f"{counted} WHERE r.date = %s{others}", day, keys)[0]
    inactive = tables(
        f"{counted} JOIN equipment e ON e.id = r.equipment_id AND e.is_active = 0 WHERE r.date = %s{others}", day, keys
    )[0]
    left_out = sum(doubt.hours for doubt in doubts)

    def figures() -> tuple[Any, Any, Any]:
        (whole,) = read_typed_live(DayHours, "figures/hours_by_day", {"days": 1})
        (active,) = read_typed_live(DayHours, "figures/active_by_day", {"days": 1})
        plants = read_typed_live(PlantDayHours, "figures/utilisation_by_plant", {"days": 1})
        assert (sum(row.machines for row in plants), sum(row.hours for row in plants)) == (
            active.machines,
            active.hours,
        )
        return (whole.machines, whole.hours), (active.machines, active.hours), day

    everything = (
        (readings["n"], readings["hours"]),
        (readings["n"] - inactive["n"], readings["hours"] - inactive["hours"]),
        day,
    )
    without = tuple((n - 3, hours - left_out) for n, hours in everything[:2]), day
    assert figures() == (*without[0], day)  # doubtful
    assert _act(client_for("op"), "doubtful-readings.void", keys).status_code == 200
    assert figures() == (*without[0], day)
    assert _act(client_for("op"), "doubtful-readings.accept", keys).json()["message"].startswith("0 readings")
    assert _act(client_for("op"), "doubtful-readings.reopen", keys).status_code == 200
    assert _act(client_for("op"), "doubtful-readings.accept", keys).status_code == 200
    assert figures() == everything


@pytest.mark.feature("LIF-02", "SCH-04")
def test_the_page_of_a_doubt_and_the_chart_of_its_machine_show_which_readings_count(doubts: list[Doubt]) -> None:
    from cmms.figures.doubts import readings_around
    from cmms_ui.resources.doubtful_readings.readings_around import render_around
    from cmms_ui.resources.equipment.machine_chart import chart_points, load_chart, render_chart

    doubt = doubts[2]
    rows = readings_around(doubt.id)
    assert [(row.day, row.trust) for row in rows if row.is_this] == [(doubt.day, "doubtful")]
    assert {row.trust for row in rows if not row.is_this} == {"trusted"}
    page = str(render_around(rows))
    assert f"{doubt.day} (this reading)" in page and "Doubtful" in page
    data = load_chart({"key": doubt.equipment_id, "days": "30", "form": "bar", "beside": "counter", "number": ""})
    last = chart_points(data)[-1]
    assert (last["day"], last["Doubtful or void"]) == (str(doubt.day), float(doubt.hours))
    assert "Counter" not in last and "Hours" not in last
    assert "1 doubtful or void reading is not counted." in str(render_chart(data))
