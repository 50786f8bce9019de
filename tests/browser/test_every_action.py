"""Every action opens a dialog that axe accepts, refuses an empty form where it needs one, and does what it says."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import WAIT_MILLISECONDS, LogIn
from tests.browser.judge_accessibility import WIDE, judge, look
from tests.browser.tick_rows import tick_rows
from tests.plugins import view_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=WAIT_MILLISECONDS)

INACTIVE = 75
NEEDS_STATE = {"syncs.resume_all"}  # offered after an emergency stop only: tests/plugins/test_syncs_page.py


@pytest.mark.feature("TEST-35", "A11Y-01")
def test_every_action_opens_says_what_it_does_and_refuses_an_empty_form(log_in: LogIn, seeded: dict[str, Any]) -> None:
    from cmms_ui.asgi.policy import ACTIONS
    from cmms_ui.resources import RESOURCES

    page = log_in("admin")
    opened: set[str] = set()
    findings: list[str] = []
    for theme, place in zip(itertools.cycle(("light", "dark")), _places(seeded)):
        look(page, theme, WIDE)  # by turns: all dialogs are made of the same parts
        page.goto(f"/cmms/{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        resource = RESOURCES[re.split(r"[/?]", place)[0]]
        by_label = {action.label: action for action in resource.actions}
        if "/" not in place and any(action.on == "rows" for action in resource.actions):
            expect(page.locator(".ag-row:not(.cmms-row-awaited)").first).to_be_visible()
            expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)  # nothing is read anew any more
            page.locator(".ag-row .ag-checkbox-input").first.check()
            expect(page.locator(".cmms-selection:not([hidden])")).to_be_visible()
        for button in _buttons(page):
            action = by_label.get(button.inner_text().strip())
            if action is None or action.name in opened:  # what only changes the choice of rows is no action
                continue
            opened.add(action.name)
            button.click()
            dialog = page.get_by_role("dialog")
            if action.explain:
                expect(dialog.get_by_text(action.explain)).to_be_visible()
            if any(field.required and field.default is None for field in action.fields) and not (
                action.prefill or action.suggest
            ):
                dialog.locator("#action-submit").click()
                expect(dialog.get_by_text("Is required.").first).to_be_visible()
            expect(dialog).to_be_visible()
            findings += [f"{action.name}, {theme}: {finding}" for finding in judge(page, "[role=dialog]")]
            dialog.get_by_role("button", name="Close").last.click()
            expect(dialog).to_have_count(0)
    assert set(ACTIONS) - opened == NEEDS_STATE
    assert findings == [], "\n".join(findings)


def _places(seeded: dict[str, Any]) -> Iterator[str]:
    """Lists, and records in every state in which an action is offered."""
    runs = {
        row["status"]: row["id"]
        for row in view_site.query(seeded, "SELECT status, MAX(id) AS id FROM api_sync_logs GROUP BY status")
    }
    yield from (
        "equipment",
        "equipment?tab=sync_errors",
        f"equipment/{INACTIVE}",
        "equipment/7",
        "syncs",
        f"syncs/{runs['failed']}",
    )
    yield f"syncs/{runs['running']}"
    view_site.query(seeded, "UPDATE api_sync_logs SET status = 'paused' WHERE id = %s", runs["running"])
    try:
        yield f"syncs/{runs['running']}"
    finally:
        view_site.query(seeded, "UPDATE api_sync_logs SET status = 'running' WHERE id = %s", runs["running"])
    yield from ("dues", "work-orders", *(f"work-orders/{number}" for number in range(1, 7)))  # one in each status
    yield from ("record-errors", "record-errors/1", "plants", "plants/1", "groups", "groups/1")
    yield from ("group-rules", "group-rules/1", "notifications", "notifications/1")
    yield from ("maintenance-plans", "maintenance-plans/1")
    own = view_site.query(seeded, "SELECT id FROM equipment_maintenance WHERE state = 'overdue' LIMIT 1")[0]["id"]
    view_site.query(seeded, "UPDATE equipment_maintenance SET assigned_by = 'person' WHERE id = %s", own)
    try:
        yield "schedules"
    finally:
        view_site.query(seeded, "UPDATE equipment_maintenance SET assigned_by = 'plan' WHERE id = %s", own)
    yield from _places_of_meters(seeded)


def _places_of_meters(seeded: dict[str, Any]) -> Iterator[str]:
    """Lists and records of meters, with a row in each; all is as before afterwards."""
    component, machine = 8, 9
    row = "equipment_id, date, code, counter, previous_date, growth_hours, allowed_hours, state"
    made = (
        f"INSERT INTO measuring_points (equipment_id) VALUES ({machine})",
        "INSERT INTO meter_segments (point_id, from_date, kind, created_by)"
        f" SELECT id, '2020-01-01', 'initial', 'x' FROM measuring_points WHERE equipment_id = {machine}",
        f"INSERT INTO installations (child_id, parent_id, from_date, noted_by) VALUES ({component}, {machine}, '2020-01-01', 'x')",
        "INSERT INTO equipment_availability (equipment_id, from_date, kind, noted_by)"
        f" VALUES ({machine}, '2020-01-01', 'standby', 'x')",
        f"INSERT INTO doubtful_readings ({row}) SELECT equipment_id, date, 'EXCEEDS_DAY', cumulative_hours,"
        " date - INTERVAL 1 DAY, 90, 24, IF(date = (SELECT MAX(date) FROM equipment_running_times), 'open', 'accepted')"
        f" FROM equipment_running_times WHERE equipment_id = {machine} ORDER BY date DESC LIMIT 2",
        "INSERT INTO reading_voids (equipment_id, date, reason, voided_by)"
        f" SELECT equipment_id, MIN(date), 'x', 'x' FROM equipment_running_times WHERE equipment_id = {machine}",
    )
    for statement in made:
        view_site.query(seeded, statement)
    try:
        change = view_site.query(seeded, "SELECT MAX(id) AS id FROM meter_segments")[0]["id"]
        doubt = view_site.query(seeded, "SELECT id FROM doubtful_readings WHERE state = 'open' LIMIT 1")[0]["id"]
        yield from (
            "meter-changes",
            f"meter-changes/{change}",
            "installations",
            f"equipment/{component}",
            "availability",
        )
        yield from ("doubtful-readings", f"doubtful-readings/{doubt}", "doubtful-readings?tab=decided")
        yield from ("running-times", "running-times?tab=void")
    finally:
        for table in ("reading_voids", "doubtful_readings", "equipment_availability"):
            view_site.query(seeded, f"DELETE FROM {table} WHERE equipment_id = {machine}")
        view_site.query(seeded, f"DELETE FROM installations WHERE child_id = {component}")
        view_site.query(
            seeded,
            "DELETE s FROM meter_segments s JOIN measuring_points p ON p.id = s.point_id"
            f" WHERE p.equipment_id = {machine}",
        )
        view_site.query(seeded, f"DELETE FROM measuring_points WHERE equipment_id = {machine}")


def _buttons(page: Page) -> list[Locator]:
    """Of the page's head, and of the bar above chosen rows."""
    heads = page.locator(".cmms-actions button, .cmms-selection:not([hidden]) button")
    return heads.all()


@pytest.mark.feature("TEST-35", "ACT-01", "ACT-04", "ACT-05", "ACT-06")
def test_actions_do_what_they_say_and_show_the_result(log_in: LogIn, seeded: dict[str, Any]) -> None:
    view_site.store_dags()
    page = log_in("op")
    page.goto("/cmms/equipment?tab=active&q=fan")
    tick_rows(page, 2)
    numbers = page.locator(".ag-row-selected [col-id=equipment_number] .cmms-cell-link").all_inner_texts()
    assert len(numbers) == 2
    dialog = _open(page, "Deactivate", ".cmms-selection")
    expect(dialog.get_by_text("Applies to 2 rows.")).to_be_visible()
    dialog.get_by_label("Reason").fill("for a test")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("2 machines deactivated")).to_be_visible()
    chosen = "SELECT COUNT(*) AS n FROM equipment WHERE equipment_number IN (%s, %s) AND inactive_reason = 'for a test'"
    assert view_site.query(seeded, chosen, *numbers)[0]["n"] == 2
    page.goto("/cmms/equipment?tab=inactive&q=fan")
    _choose(page, numbers)
    _open(page, "Activate", ".cmms-selection").get_by_role("button", name="Activate").click()
    expect(page.get_by_text("2 machines activated")).to_be_visible()

    page.goto(f"/cmms/equipment?q={numbers[0]}")
    _choose(page, numbers[:1])
    _open(page, "Validate", ".cmms-selection").get_by_role("button", name="Validate").click()
    page.get_by_role("link", name=re.compile(r"^Report \d+$")).click()  # in the dialog that follows the run
    page.wait_for_url("**/cmms/validations/*")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.goto("/cmms/syncs")
    plants = page.get_by_role("region", name="Syncs by plant")
    expect(plants.get_by_role("row")).to_have_count(
        _count(seeded, "SELECT COUNT(*) AS n FROM plants WHERE is_active = 1") + 2
    )
    for kind in ("equipment", "running times"):
        plants.get_by_role("button", name=f"Sync {kind} of P003").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".mantine-Pill-label")).to_have_text(["P003"])
        if kind == "equipment":
            page.keyboard.press("Escape")
            expect(dialog).to_be_hidden()
    page.keyboard.press("Escape")
    plants.get_by_role("button", name="Sync equipment of P003").click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Equipment sync started")).to_be_visible()
    newest = "SELECT after_json AS a FROM audit_log WHERE action = 'trigger' ORDER BY id DESC LIMIT 1"
    assert '"P003"' in view_site.query(seeded, newest)[0]["a"]


def _count(seeded: dict[str, Any], statement: str) -> int:
    return int(view_site.query(seeded, statement)[0]["n"])


def _open(page: Page, label: str, where: str) -> Locator:
    page.locator(where).get_by_role("button", name=label, exact=True).click()
    return page.get_by_role("dialog")


def _choose(page: Page, numbers: list[str]) -> None:
    for count, number in enumerate(numbers, 1):
        link = page.get_by_role("link", name=number, exact=True)
        index = page.locator(".ag-row", has=link).first.get_attribute("row-index")
        page.locator(f".ag-row[row-index='{index}'] .ag-checkbox-input").first.check()  # in a pinned part of the row
        expect(page.get_by_text(re.compile(rf"^{count} rows? selected$"))).to_be_visible()


@pytest.mark.feature("TEST-35", "ACT-09", "ACT-10")
def test_a_run_names_the_step_that_took_longest(log_in: LogIn, seeded: dict[str, Any]) -> None:
    run = view_site.query(
        seeded, "SELECT MAX(id) AS id FROM api_sync_logs WHERE sync_type = 'running_time' AND status = 'partial'"
    )[0]["id"]
    page = log_in("viewer")
    page.goto(f"/cmms/syncs/{run}")
    steps = page.locator(".cmms-widget", has=page.get_by_role("heading", name="Steps", exact=True))
    said = steps.get_by_text(
        re.compile(r"^Most of the work: (Source|Validation|Database: stage|Database: merge), \d+ % of ")
    )
    expect(said).to_be_visible()
    named, percent = re.findall(r"work: (.+), (\d+) % of", said.inner_text())[0]
    shares = dict(
        zip(
            steps.locator("table").first.locator("tbody td:first-child").all_inner_texts(),
            [int(text.split("%")[0]) for text in steps.locator(".cmms-share").all_inner_texts()],
            strict=True,
        )
    )
    assert set(shares) == {"Source", "Validation", "Database: stage", "Database: merge"}
    assert max(shares.values()) == shares[named] == int(percent)
