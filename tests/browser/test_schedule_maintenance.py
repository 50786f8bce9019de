"""Maintenance is scheduled for chosen machines in Chromium: chosen in the list, previewed with a conflict, done, told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.browser.judge_accessibility import judge
from tests.browser.tick_rows import tick_rows
from tests.plugins import view_site

pytestmark = pytest.mark.browser

NAME = "Made by a browser"


@pytest.fixture
def plan(seeded: dict[str, Any], address: str) -> Iterator[int]:
    """An active plan for chosen machines, which has one already; gone afterwards with all that hangs on it."""
    view_site.query(
        seeded,
        "INSERT INTO maintenance_plans (name, scope, interval_days, lead_days) VALUES (%s, 'equipment', 365, 10)",
        NAME,
    )
    key = int(view_site.query(seeded, "SELECT id FROM maintenance_plans WHERE name = %s", NAME)[0]["id"])
    view_site.query(
        seeded,
        "INSERT INTO equipment_maintenance (equipment_id, plan_id, assigned_by)"
        " SELECT MIN(id), %s, 'person' FROM equipment WHERE is_active = 1",
        key,
    )
    view_site.evaluate(seeded)
    yield key
    view_site.query(
        seeded,
        "DELETE d FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
        " WHERE m.plan_id = %s",
        key,
    )
    view_site.query(seeded, "DELETE FROM equipment_maintenance WHERE plan_id = %s", key)
    view_site.query(seeded, "DELETE FROM maintenance_plans WHERE id = %s", key)


@pytest.mark.feature("TAB-02A", "TEST-15", "UIF-03")
def test_chosen_machines_are_scheduled_after_a_preview_that_lists_the_conflicts(
    log_in: LogIn, seeded: dict[str, Any], plan: int
) -> None:
    page = log_in("op")
    first = view_site.query(
        seeded,
        "SELECT e.equipment_number AS number FROM equipment_maintenance m JOIN equipment e ON e.id = m.equipment_id"
        " WHERE m.plan_id = %s",
        plan,
    )[0]["number"]
    page.goto("/cmms/equipment?tab=active&order=id")
    expect(page.locator(".ag-row[row-index='0'] [col-id=equipment_number]")).to_have_text(first)
    tick_rows(page, 3)
    page.locator(".cmms-selection").get_by_role("button", name="Schedule maintenance").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("#action-submit").click()
    expect(dialog.get_by_text("Is required.")).to_be_visible()
    dialog.get_by_role("textbox", name="Plan").click()
    page.get_by_role("option", name=NAME).click()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("2 schedules would be created. 1 conflict: left unchanged.")).to_be_visible()
    conflict = dialog.get_by_role("row").filter(has_text=first)
    expect(conflict).to_contain_text("is scheduled by this plan already: fine, next on")
    assert judge(page) == []
    stored = "SELECT COUNT(*) AS n FROM equipment_maintenance WHERE plan_id = %s"
    assert view_site.query(seeded, stored, plan)[0]["n"] == 1
    dialog.get_by_role("button", name="Schedule", exact=True).click()
    expect(dialog.get_by_text("2 schedules created. 1 conflict: left unchanged.")).to_be_visible()
    expect(dialog.get_by_role("listitem").filter(has_text=first)).to_be_visible()
    assert judge(page) == []
    assert view_site.query(seeded, stored, plan)[0]["n"] == 3
    dialog.get_by_role("button", name="Close").last.click()

    page.goto(f"/cmms/schedules?tab=all&plan_id={plan}")
    expect(page.get_by_text("3 rows", exact=True)).to_be_visible()
    page.locator(".ag-row[row-index='0'] .ag-checkbox-input").first.check()
    page.locator(".cmms-selection").get_by_role("button", name="Reschedule").click()
    today = datetime.now(UTC).date()
    dialog.get_by_label("Next due on").click()
    page.get_by_role("button", name=re.compile(rf"^{today.day} {today:%B %Y}$")).click()
    dialog.locator("#action-submit").click()
    expect(page.get_by_text("1 schedule moved.")).to_be_visible()
    expect(page.locator(".ag-row").filter(has_text="Due").first).to_be_visible()
    due = view_site.query(seeded, "SELECT state, cause FROM equipment_maintenance WHERE plan_id = %s", plan)
    assert sorted((row["state"], row["cause"]) for row in due) == [("due", "calendar"), *[("ok", "calendar")] * 2]


@pytest.mark.feature("DOM-30", "DOM-28")
def test_a_plan_is_previewed_made_and_evaluated(log_in: LogIn, seeded: dict[str, Any], plan: int) -> None:
    page = log_in("admin")
    page.goto("/cmms/maintenance-plans")
    page.get_by_role("button", name="New plan").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Made in a dialog")
    dialog.get_by_role("textbox", name="Group").click()
    page.get_by_role("option", name="Pumps").click()
    dialog.get_by_label("Interval, hours").fill("100")
    dialog.get_by_role("textbox", name="Machines without a known service").click()
    page.get_by_role("option", name="Count from counter 0").click()
    dialog.get_by_role("button", name="Preview").click()
    expect(
        dialog.get_by_text(re.compile(r"The plan would cover \d+ machines, \d+ of them due today\."))
    ).to_be_visible()
    assert judge(page) == []
    dialog.get_by_role("button", name="Create").click()
    page.wait_for_url("**/maintenance-plans/*")
    expect(page.get_by_role("heading", name="Plan Made in a dialog")).to_be_visible()
    expect(page.locator(".cmms-figure", has_text="Overdue")).to_be_visible()
    assert judge(page) == []
    page.goto("/cmms/maintenance-plans")
    page.get_by_role("button", name="Evaluate now").click()
    dialog.get_by_role("button", name="Evaluate", exact=True).click()
    expect(page.get_by_text("0 became due")).to_be_visible()
    made = "SELECT id FROM maintenance_plans WHERE name = 'Made in a dialog'"
    key = view_site.query(seeded, made)[0]["id"]
    view_site.query(
        seeded,
        "DELETE d FROM maintenance_dues d JOIN equipment_maintenance m ON m.id = d.equipment_maintenance_id"
        " WHERE m.plan_id = %s",
        key,
    )
    view_site.query(seeded, "DELETE FROM equipment_maintenance WHERE plan_id = %s", key)
    view_site.query(seeded, "DELETE FROM maintenance_plans WHERE id = %s", key)
