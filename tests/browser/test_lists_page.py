"""A list in Chromium: searched by conditions, filtered by a click, rows chosen across tabs, details without leaving."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from cmms_ui.resources.record_errors.error_codes import code_label
from tests.browser.conftest import LogIn
from tests.plugins import view_site

pytestmark = pytest.mark.browser


def _choose(page: Page, box: Locator, option: str) -> None:
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.mark.feature("TBL-10", "TBL-17")
def test_a_search_of_conditions_is_built_holds_after_reload_and_is_kept_in_a_view(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=all")
    page.get_by_role("button", name="Conditions").click()
    form = page.get_by_role("dialog", name="Search by conditions")
    _choose(page, form.get_by_role("textbox", name="Field"), "Plant")
    form.get_by_role("textbox", name="Value").fill("P001")
    form.get_by_role("button", name="Rejected record").click()
    errors = form.get_by_role("group", name="Rejected record: one for which")
    _choose(page, errors.get_by_role("textbox", name="Field"), "Code")
    errors.get_by_role("textbox", name="Value").fill("E")
    expect(form.get_by_role("textbox", name="Value").first).to_have_value("P001")  # what was typed stays
    form.get_by_role("button", name="Search", exact=True).press("Enter")
    expect(form).to_have_count(0)
    summary = page.get_by_text("Only: Plant contains P001, and (a Rejected record for which Code contains E)")
    expect(summary).to_be_visible()
    stored = view_site.query(
        seeded,
        "SELECT COUNT(*) AS n FROM equipment e JOIN plants p ON p.id = e.plant_id WHERE p.plant_code LIKE '%%P001%%' AND"
        " e.equipment_number IN (SELECT equipment_number FROM sync_record_errors WHERE code LIKE '%%E%%')",
    )[0]["n"]
    assert stored > 0
    count = page.get_by_text(re.compile(rf"^{stored} rows?$"))
    expect(count).to_be_visible()
    where = json.loads(parse_qs(urlsplit(page.url).query)["where"][0])
    assert where["all"][1] == {"some": "errors", "all": [{"field": "code", "is": "contains", "values": ["E"]}]}
    page.reload()
    expect(summary).to_be_visible()
    expect(count).to_be_visible()

    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this list as").fill("Plant 1, rejected")
    page.get_by_role("button", name="Save view", exact=True).click()
    page.wait_for_url(re.compile(r"/equipment\?view=\d+$"))
    expect(summary).to_be_visible()
    expect(count).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(summary).to_have_count(0)
    page.wait_for_url(lambda url: "where=" not in url)


@pytest.mark.feature("TBL-11")
def test_a_quick_filter_says_what_it_finds_and_is_put_on_and_off_by_a_click(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    page = log_in("viewer")
    page.goto("/cmms/equipment?tab=all")
    noted = view_site.query(seeded, "SELECT COUNT(*) AS n FROM equipment WHERE notes <> ''")[0]["n"]
    everything = view_site.query(seeded, "SELECT COUNT(*) AS n FROM equipment")[0]["n"]
    chip = page.get_by_text(f"With notes ({noted})", exact=True)
    chip.click()
    expect(page.get_by_text(re.compile(rf"^{noted} rows?$"))).to_be_visible()
    page.wait_for_url("**chip=noted**")
    chip.click()
    expect(page.get_by_text(f"{everything} rows", exact=True)).to_be_visible()


@pytest.mark.feature("ADV-03", "TBL-08")
def test_a_row_that_is_awaited_cannot_be_ticked_in_vain(log_in: LogIn) -> None:
    page = log_in("op")
    held: list[Route] = []

    def hold_rows(route: Route) -> None:
        asks_for_rows = "getRowsRequest" in (route.request.post_data or "") and '"startRow"' in route.request.post_data
        held.append(route) if asks_for_rows else route.continue_()

    page.route("**/_dash-update-component*", hold_rows)
    page.goto("/cmms/equipment?tab=active")
    expect(page.locator(".cmms-row-awaited").first).to_be_visible()
    boxes = page.locator(".ag-row .ag-checkbox-input")
    expect(boxes.locator("visible=true")).to_have_count(0)
    page.locator(".cmms-row-awaited .ag-cell").first.click()
    page.keyboard.press("Space")
    assert held
    for route in held:
        route.continue_()
    page.unroute("**/_dash-update-component*")
    expect(page.locator(".cmms-row-awaited")).to_have_count(0)
    expect(page.locator(".ag-row-selected")).to_have_count(0)
    boxes.first.check()
    expect(page.get_by_text("1 row selected", exact=True)).to_be_visible()


@pytest.mark.feature("ADV-03", "TBL-08")
def test_rows_chosen_in_two_tabs_and_filtered_away_are_all_concerned(log_in: LogIn) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=active")
    free = page.locator(".ag-row:not(.ag-row-selected) .ag-checkbox-input")
    for number in (1, 2):
        free.nth(3).click()
        expect(page.get_by_text(re.compile(rf"^{number} rows? selected$"))).to_be_visible()
    tab = page.get_by_role("tab", name="Needs maintenance")
    tab.click()
    page.wait_for_url("**tab=needs_maintenance**")
    rows = tab.locator(".mantine-Badge-root").inner_text()
    expect(page.get_by_text(f"{rows} rows", exact=True)).to_be_visible()  # no row of the other tab is left
    expect(page.locator(".ag-row:not(.cmms-row-awaited)").first).to_be_visible()
    for number in (3, 4, 5):
        free.first.click()
        expect(page.get_by_text(f"{number} rows selected", exact=True)).to_be_visible()
    page.get_by_role("textbox", name="Search").fill("there is no such machine")
    expect(page.get_by_text("0 rows", exact=True)).to_be_visible()
    expect(page.get_by_text("5 rows selected", exact=True)).to_be_visible()
    page.locator(".cmms-selection").get_by_role("button", name="Change group").click()
    expect(page.get_by_role("dialog").get_by_text("Applies to 5 rows.")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.get_by_text("5 rows selected", exact=True)).to_be_hidden()


@pytest.mark.feature("TBL-07")
def test_details_of_a_row_open_beside_the_list(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("viewer")
    page.goto("/cmms/equipment?tab=sync_errors")
    first = page.get_by_role("button", name="Details of").first
    expect(first).to_have_attribute("aria-expanded", "false")
    number = str(first.get_attribute("aria-label")).removeprefix("Details of ")
    address = page.url
    first.click()
    expect(first).to_have_attribute("aria-expanded", "true")
    panel = page.get_by_role("dialog", name=f"Equipment {number}")
    code = view_site.query(
        seeded, "SELECT code FROM sync_record_errors WHERE equipment_number = %s AND status = 'open' LIMIT 1", number
    )[0]["code"]
    expect(panel.get_by_role("link", name=code_label(code)).first).to_be_visible()
    newest = view_site.query(
        seeded,
        "SELECT r.date FROM equipment_running_times r JOIN equipment e ON e.id = r.equipment_id WHERE"
        " e.equipment_number = %s ORDER BY r.date DESC LIMIT 1",
        number,
    )
    if newest:
        expect(panel.get_by_role("cell", name=str(newest[0]["date"])).first).to_be_visible()
    assert page.url == address
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(first).to_have_attribute("aria-expanded", "false")


@pytest.mark.feature("TBL-04")
@pytest.mark.parametrize(
    ("path", "columns"),
    [("equipment?tab=all", ("status",)), ("syncs?tab=history", ("status", "level")), ("record-errors?tab=all", ("status",)),
     ("running-times?tab=all", ("quality",)), ("plants", ("status",)), ("notifications?tab=all", ("level", "status"))],
)  # fmt: skip
def test_a_status_is_told_by_colour_sign_and_word(log_in: LogIn, path: str, columns: tuple[str, ...]) -> None:
    from cmms_ui.resources import RESOURCES

    page = log_in("viewer")
    page.goto(f"/cmms/{path}")
    for column in columns:
        cells = page.locator(f".ag-center-cols-container .ag-row:not(.cmms-row-awaited) [col-id={column}]")
        expect(cells.filter(has_text=re.compile(r"\w")).first).to_be_visible()  # who succeeded has no level
        seen = cells.evaluate_all(
            """cells => cells.map(cell => ({
                name: [...cell.classList].map(c => c.match(/^cmms-status-(.*)$/)).filter(Boolean).map(m => m[1])[0],
                word: cell.innerText.trim(),
                sign: getComputedStyle(cell, "::before").content,
                colour: getComputedStyle(cell).color,
                plain: getComputedStyle(cell.closest(".ag-row")).color,
            }))"""
        )
        told = [cell for cell in seen if cell["word"]]
        assert told
        for cell in told:
            status = RESOURCES[path.partition("?")[0]].column(column).statuses[cell["name"]]
            assert (cell["word"], cell["sign"]) == (status.label, f'"{status.sign}"')
            assert cell["colour"] != cell["plain"]


@pytest.fixture
def far_site(seeded: dict[str, Any], address: str) -> Iterator[ZoneInfo]:
    """The site lies where it is another day for most of ours; a run an hour for forty days."""
    zone = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead
    body = json.dumps({"timezone": str(zone)})
    view_site.query(seeded, "INSERT INTO config_versions (version, body, created_by) VALUES (9997, %s, 'a test')", body)
    view_site.query(
        seeded,
        "INSERT INTO api_sync_logs (sync_type, status, dag_id, run_id, sync_started_at, sync_completed_at)"
        " WITH RECURSIVE hours AS (SELECT 0 AS back UNION ALL SELECT back + 1 FROM hours WHERE back < 959)"
        " SELECT 'cleanup', 'success', 'x', CONCAT('far-', back), UTC_TIMESTAMP(3) - INTERVAL back HOUR, UTC_TIMESTAMP(3)"
        " FROM hours",
    )
    yield zone
    view_site.query(seeded, "DELETE FROM api_sync_logs WHERE run_id LIKE 'far-%%'")
    view_site.query(seeded, "DELETE FROM config_versions WHERE version = 9997")


@pytest.mark.feature("TBL-12")
def test_ranges_of_days_are_chosen_by_a_click_or_day_by_day_in_the_zone_of_the_site(
    log_in: LogIn, seeded: dict[str, Any], far_site: ZoneInfo
) -> None:
    page = log_in("viewer")
    page.goto("/cmms/syncs?tab=history")
    began = [
        row["at"].replace(tzinfo=UTC).astimezone(far_site).date()
        for row in view_site.query(seeded, "SELECT sync_started_at AS at FROM api_sync_logs")
    ]
    today = datetime.now(far_site).date()
    chosen = page.get_by_role("button", name="Started", exact=True)
    ranges = {
        "Today": (today, today),
        "Last 7 days": (today - timedelta(days=6), today),
        "Last 30 days": (today - timedelta(days=29), today),
        "This month": (today.replace(day=1), today),
    }
    for label, (first, last) in ranges.items():
        preset = page.get_by_role("button", name=label, exact=True)
        _press_preset(chosen, preset)
        _shows(page, sum(first <= day <= last for day in began), first, last)
    chosen.click()
    first, last = today - timedelta(days=1), today
    for day in (first, last):
        if day.month != today.month:
            page.get_by_role("button", name="Previous").or_(page.locator("[data-direction=previous]")).first.click()
        page.get_by_role("button", name=f"{day.day} {day:%B} {day.year}", exact=True).click()
    _shows(page, sum(first <= day <= last for day in began), first, last)


def _press_preset(chosen: Locator, preset: Locator) -> None:
    """A list that is drawn anew at this moment closes what was just opened."""
    for _ in range(5):
        chosen.click()
        with suppress(PlaywrightTimeout):
            preset.click(timeout=5_000)
            return
    raise AssertionError("the days do not open")


def _shows(page: Page, rows: int, first: date, last: date) -> None:
    expect(page.get_by_text(re.compile(rf"^{rows:,} rows?$"))).to_be_visible()
    page.wait_for_url(f"**sync_started_at={first}&sync_started_at={last}**")
