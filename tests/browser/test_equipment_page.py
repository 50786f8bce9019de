"""The page of equipment in Chromium: a bar filters the list, and machines are moved in steps that can be taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.browser.tick_rows import tick_rows
from tests.plugins import view_site
from tests.plugins.requested_work import finish_run
from tests.sync.conftest import connection_uri

pytestmark = pytest.mark.browser


@pytest.mark.feature("TAB-01W", "ACT-02", "WIP-04")
def test_a_bar_filters_the_list_and_machines_move_after_a_preview(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment")
    stored = view_site.query(
        seeded,
        "SELECT COUNT(*) AS n FROM equipment e JOIN equipment_groups g ON g.id = e.equipment_group_id WHERE g.name = 'Pumps'",
    )[0]["n"]
    page.get_by_role("button", name="Pumps", exact=True).click()
    expect(page.get_by_text(f"{stored} rows", exact=True)).to_be_visible()
    expect(page.locator(".ag-row [col-id=group_name]").first).to_have_text("Pumps")
    page.locator(".ag-row .ag-checkbox-input").first.click()
    page.locator(".cmms-selection").get_by_role("button", name="Change group").click()
    dialog = page.get_by_role("dialog")
    chosen = dialog.get_by_role("textbox", name="New group")
    chosen.click()
    page.get_by_role("option", name="Others").click()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("1 of 1 machine would move to Others.")).to_be_visible()
    expect(chosen).to_be_hidden()
    dialog.get_by_role("button", name="Back").click()
    expect(chosen).to_have_value("Others")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_text("1 machine moved.")).to_be_visible()
    expect(page.get_by_text(f"{stored - 1} rows", exact=True)).to_be_visible()


@pytest.fixture
def idle_pumps(seeded: dict[str, Any], address: str) -> Iterator[None]:
    """Every inactive machine is a pump that nobody has serviced yet, for the time of a test."""
    kept = view_site.query(
        seeded,
        "SELECT id, equipment_group_id AS g, serviced_at_hours AS s, inactive_reason AS r FROM equipment WHERE is_active = 0",
    )
    view_site.query(seeded, "UPDATE equipment SET equipment_group_id = 1, serviced_at_hours = NULL WHERE is_active = 0")
    yield
    for row in kept:
        view_site.query(
            seeded,
            "UPDATE equipment SET is_active = 0, inactive_reason = %s, equipment_group_id = %s, serviced_at_hours = %s"
            " WHERE id = %s",
            *(row["r"], row["g"], row["s"], row["id"]),
        )
    view_site.evaluate(seeded)


@pytest.mark.feature("TAB-03A")
def test_chosen_machines_are_reactivated_audited_and_at_once_judged_for_maintenance(
    log_in: LogIn, seeded: dict[str, Any], idle_pumps: None
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=inactive")
    due_badge = page.locator("[role=tab][id$=-tab-needs_maintenance] .mantine-Badge-root")
    expect(due_badge).to_have_text(re.compile(r"^\d+$"))
    due_before = int(due_badge.inner_text())
    tick_rows(page, 3)
    numbers = page.locator(".ag-row-selected .cmms-cell-link").filter(has_text=re.compile(r"^0\d+$")).all_inner_texts()
    assert len(numbers) == 3
    page.locator(".cmms-selection").get_by_role("button", name="Activate", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Activate").click()
    expect(page.get_by_text("3 machines activated.")).to_be_visible()
    rows = view_site.query(
        seeded,
        "SELECT e.id, e.is_active, e.inactive_reason, (SELECT r.cumulative_hours FROM equipment_running_times r"
        " WHERE r.equipment_id = e.id ORDER BY r.date DESC LIMIT 1) >= 2000 OR EXISTS (SELECT 1 FROM equipment_maintenance m"
        " JOIN maintenance_plans p ON p.id = m.plan_id AND p.plant_id = e.plant_id WHERE m.equipment_id = e.id"
        " AND m.baseline_date + INTERVAL p.interval_days DAY <= UTC_DATE()) AS due FROM equipment e"
        " WHERE e.equipment_number IN (%s, %s, %s)",
        *numbers,
    )
    assert [(row["is_active"], row["inactive_reason"]) for row in rows] == [(1, None)] * 3
    audited = view_site.query(
        seeded,
        "SELECT entity_id, batch_id, actor FROM audit_log WHERE action = 'activate' AND entity = 'equipment'"
        " ORDER BY id DESC LIMIT 3",
    )
    assert {row["entity_id"] for row in audited} == {str(row["id"]) for row in rows}
    assert len({row["batch_id"] for row in audited}) == 1 and {row["actor"] for row in audited} == {"op"}
    due = sum(row["due"] or 0 for row in rows)
    assert due > 0
    expect(due_badge).to_have_text(str(due_before + due))


@pytest.fixture
def rejected(seeded: dict[str, Any], address: str) -> Iterator[tuple[str, str]]:
    """Two machines with one open rejected record each: what was wrong with the first one is mended by now."""
    free = view_site.query(
        seeded,
        "SELECT e.equipment_number AS number, p.plant_code AS plant FROM equipment e JOIN plants p ON p.id = e.plant_id"
        " WHERE NOT EXISTS (SELECT 1 FROM sync_record_errors x WHERE x.equipment_number = e.equipment_number) LIMIT 2",
    )
    for machine, plant in zip(free, (free[0]["plant"], "P777"), strict=True):
        record = {"SWERK": plant, "EQUNR": machine["number"], "BUKRS": "1000", "EQKTU": "MENDED", "OBJNR": "O1", "POINT": "1",
                  "CREATED_AT": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}  # fmt: skip
        view_site.query(
            seeded,
            "INSERT INTO sync_record_errors (sync_log_id, stream, unit_key, record_key, equipment_number, category, code, rule,"
            " message, payload, payload_hash, first_seen_at, last_seen_at) SELECT MIN(id), 'equipment', 'equipment', %s, %s,"
            " 'business', 'OLD_REASON', 'X', 'x', %s, UNHEX(SHA2(%s, 256)), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3)"
            " FROM api_sync_logs WHERE sync_type = 'equipment'",
            *(machine["number"], machine["number"], json.dumps(record), machine["number"]),
        )
    yield free[0]["number"], free[1]["number"]
    for machine in free:
        view_site.query(seeded, "DELETE FROM sync_record_errors WHERE equipment_number = %s", machine["number"])


@pytest.mark.feature("TAB-06A")
def test_rejected_records_of_chosen_machines_are_retried_and_say_why_they_fail_again(
    log_in: LogIn, seeded: dict[str, Any], rejected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    view_site.store_dags()
    good, bad = rejected
    page = log_in("op")
    page.goto("/cmms/equipment?tab=sync_errors")
    for count, number in enumerate(rejected, 1):
        page.get_by_role("textbox", name="Search").fill(number)
        expect(page.get_by_text("1 row", exact=True)).to_be_visible()
        expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()
        page.locator(".ag-row .ag-checkbox-input").first.click()
        expect(page.get_by_text(re.compile(rf"^{count} rows? selected$"))).to_be_visible()
    page.locator(".cmms-selection").get_by_role("button", name="Retry rejected records").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Applies to 2 rows.")).to_be_visible()
    dialog.get_by_role("button", name="Retry", exact=True).click()
    expect(dialog.get_by_role("listitem").filter(has_text=bad)).to_contain_text("Unknown plant")  # at once
    expect(dialog).to_contain_text("Queued in Airflow. No task has started yet.")
    triggered = "SELECT entity_id FROM audit_log WHERE action = 'trigger' ORDER BY id DESC LIMIT 1"
    monkeypatch.setenv("AIRFLOW_CONN_CMMS_MYSQL", connection_uri(seeded))
    finish_run(view_site.query(seeded, triggered)[0]["entity_id"])
    expect(dialog.get_by_role("listitem").filter(has_text=good)).to_contain_text("stored")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()  # the list still looks for the second one
    page.get_by_role("textbox", name="Search").fill(good)
    expect(page.get_by_text("0 rows", exact=True)).to_be_visible()
    stored = view_site.query(
        seeded,
        "SELECT status, code FROM sync_record_errors WHERE equipment_number IN (%s, %s) ORDER BY status",
        *rejected,
    )
    assert stored == [{"status": "open", "code": "PLANT_UNKNOWN"}, {"status": "resolved", "code": "OLD_REASON"}]
    described = "SELECT equipment_description AS d FROM equipment WHERE equipment_number = %s"
    assert view_site.query(seeded, described, good) == [{"d": "MENDED"}]


@pytest.fixture
def uneven(seeded: dict[str, Any], address: str) -> Iterator[dict[str, Any]]:
    """On one day a plant has no reading, on another one all machines of a plant stood still."""
    newest = view_site.query(seeded, "SELECT MAX(date) AS d FROM equipment_running_times")[0]["d"]
    lost, still = newest - timedelta(days=2), newest - timedelta(days=3)
    where = (
        " FROM equipment_running_times WHERE (date = %s AND equipment_id IN (SELECT e.id FROM equipment e JOIN plants p"
        " ON p.id = e.plant_id WHERE p.plant_code = 'P002')) OR (date = %s AND equipment_id IN (SELECT e.id FROM equipment e"
        " JOIN plants p ON p.id = e.plant_id WHERE p.plant_code = 'P003'))"
    )
    view_site.query(seeded, f"CREATE TABLE kept_readings SELECT *{where}", lost, still)
    view_site.query(seeded, f"DELETE{where}", lost, still)
    view_site.query(seeded, "INSERT INTO equipment_running_times SELECT * FROM kept_readings WHERE date = %s", still)
    view_site.query(
        seeded,
        "UPDATE equipment_running_times SET running_hours = 0 WHERE id IN (SELECT id FROM kept_readings) AND date = %s",
        still,
    )
    yield {"newest": newest, "lost": lost, "still": still}
    view_site.query(seeded, "DELETE FROM equipment_running_times WHERE id IN (SELECT id FROM kept_readings)")
    view_site.query(seeded, "INSERT INTO equipment_running_times SELECT * FROM kept_readings")
    view_site.query(seeded, "DROP TABLE kept_readings")


@pytest.mark.feature("WAD-04")
def test_the_heat_map_has_a_row_a_plant_a_scale_and_tells_missing_from_zero(
    log_in: LogIn, seeded: dict[str, Any], uneven: dict[str, Any]
) -> None:
    page = log_in("viewer")
    page.goto("/cmms/equipment?tab=active")
    widget = page.locator(".cmms-widget", has=page.get_by_role("heading", name="Utilisation by plant", exact=True))
    grid = widget.get_by_role("region", name="Utilisation by plant and day, percent")
    expect(grid.get_by_role("row")).to_have_count(5)  # days above, four plants
    assert grid.get_by_role("rowheader").all_inner_texts() == ["P001", "P002", "P003", "P004"]
    missing, zero = (
        grid.get_by_title(re.compile(rf"^{plant}, {uneven[day]}: "))
        for plant, day in (("P002", "lost"), ("P003", "still"))
    )
    expect(missing).to_have_text("□")
    expect(missing).to_have_attribute("title", f"P002, {uneven['lost']}: no reading")
    expect(zero).to_have_text("0")
    backgrounds: dict[str, set[str]] = {}
    for plant, day in (("P001", "newest"), ("P004", "lost"), ("P001", "still")):
        row = view_site.query(
            seeded,
            "SELECT SUM(r.running_hours) AS h, COUNT(*) AS n FROM equipment_running_times r JOIN equipment e"
            " ON e.id = r.equipment_id JOIN plants p ON p.id = e.plant_id WHERE p.plant_code = %s AND r.date = %s"
            " AND e.is_active = 1",
            *(plant, uneven[day]),
        )[0]
        cell = grid.get_by_title(re.compile(rf"^{plant}, {uneven[day]}: "))
        expect(cell).to_have_text(f"{100 * row['h'] / (24 * row['n']):.0f}")
    for cell in grid.locator("td").all():
        name = re.findall(r"cmms-heat-(\w+)", str(cell.get_attribute("class")))[0]
        backgrounds.setdefault(name, set()).add(cell.evaluate("cell => getComputedStyle(cell).backgroundColor"))
    assert {"none", "zero"} < set(backgrounds)  # and at least one step
    colours = [next(iter(found)) for found in backgrounds.values()]
    assert all(len(found) == 1 for found in backgrounds.values()) and len(set(colours)) == len(colours)
    legend = widget.locator(".cmms-live-facts").last
    for words in ("no reading", "not running", "0 to 20 %", "20 to 40 %", "40 to 60 %", "60 to 80 %", "80 to 100 %"):
        expect(legend.get_by_text(words)).to_be_visible()
    for name in backgrounds:
        sample = legend.locator(f".cmms-heat-{name}").evaluate("cell => getComputedStyle(cell).backgroundColor")
        assert {sample} == backgrounds[name]
