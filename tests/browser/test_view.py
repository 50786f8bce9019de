"""The view as a person uses it: in Airflow's frame, through Airflow's login, in Chromium."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.plugins import view_site

pytestmark = pytest.mark.browser

PAGES = {
    "/cmms/": "Dashboard",
    "/cmms/catalogue": "Catalogue",
    "/cmms/equipment": "Equipment",
    "/cmms/equipment/7": "Equipment 0",
    "/cmms/syncs": "Syncs",
    "/cmms/syncs/1": "Sync run 1",
    "/cmms/reconciliations": "Reconciliations",
    "/cmms/record-errors": "Record errors",
    "/cmms/record-errors/1": "Rejected record",
    "/cmms/plants": "Plants",
    "/cmms/groups": "Groups",
    "/cmms/group-rules": "Classification rules",
    "/cmms/running-times": "Running times",
    "/cmms/validations": "Validations",
    "/cmms/validation-findings": "Findings",
    "/cmms/notifications": "Notifications",
}


@pytest.mark.feature("STK-02", "NAV-01", "NAV-02", "RES-01", "TBL-17")
def test_the_view_opens_from_airflows_menu_and_its_address_survives_a_reload(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/")
    page.get_by_role("link", name="CMMS").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Dashboard")).to_be_visible()
    frame.get_by_role("navigation", name="CMMS").get_by_role("link", name="Equipment").click()
    frame.get_by_role("tab", name="Inactive").click()
    page.wait_for_url("**/plugin/cmms/cmms/equipment?tab=inactive")
    page.reload()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("tab", name="Inactive")).to_have_attribute("aria-selected", "true")
    expect(frame.locator(".ag-row .cmms-status-inactive").first).to_have_text("Inactive")
    expect(frame.locator(".ag-row .cmms-status-active")).to_have_count(0)


@pytest.mark.feature("THM-05")
def test_the_view_follows_airflows_theme_at_once(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/plugin/cmms/cmms/equipment")
    inner = page.frame_locator("iframe").locator("html")
    for old, new in (("light", "dark"), ("dark", "light")):
        expect(inner).to_have_attribute("data-cmms-theme", old)
        page.evaluate("([a, b]) => document.documentElement.classList.replace(a, b)", [old, new])
        expect(inner).to_have_attribute("data-cmms-theme", new)
        expect(inner).to_have_attribute("data-mantine-color-scheme", new)


@pytest.mark.feature("TEST-08", "NAV-04")
def test_every_page_opens_by_its_address_without_an_error(log_in: LogIn) -> None:
    page = log_in("admin")
    for path, title in PAGES.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


@pytest.mark.feature("UIF-04", "UIF-05", "RES-05", "STK-09")
def test_a_machine_is_deactivated_in_a_dialog_that_says_what_is_missing(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment/31")
    page.get_by_role("button", name="Deactivate").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(dialog.get_by_text("Is required.")).to_be_visible()
    dialog.get_by_label("Reason").fill("sold")
    dialog.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("1 machine deactivated.")).to_be_visible()
    expect(page.get_by_role("button", name="Activate", exact=True)).to_be_visible()
    row = view_site.query(seeded, "SELECT is_active, inactive_reason FROM equipment WHERE id = 31")[0]
    assert row == {"is_active": 0, "inactive_reason": "sold"}


@pytest.mark.feature("UIF-07")
def test_a_machines_page_shows_sections_that_nobody_can_write_into(log_in: LogIn, seeded: dict[str, Any]) -> None:
    from cmms_ui.resources import RESOURCES

    page = log_in("admin")  # may edit, and still not here
    page.goto("/cmms/equipment/7")
    sections = page.locator(".cmms-sections .cmms-section")
    expect(sections).to_have_count(len(RESOURCES["equipment"].infolist))
    for section in RESOURCES["equipment"].infolist:
        card = sections.filter(has=page.get_by_role("heading", level=2, name=section.title, exact=True))
        labels = [RESOURCES["equipment"].column(name).label for name in section.columns]
        assert card.get_by_role("term").all_inner_texts() == labels
        expect(card.get_by_role("definition")).to_have_count(len(labels))
    assert page.locator(".cmms-sections").locator("input, textarea, select, button, [contenteditable]").count() == 0
    row = view_site.query(
        seeded,
        "SELECT e.equipment_number, e.equipment_description, p.plant_code, p.name, e.company_code FROM equipment e"
        " JOIN plants p ON p.id = e.plant_id WHERE e.id = 7",
    )[0]
    machine = sections.filter(has=page.get_by_role("heading", level=2, name="Machine", exact=True))
    assert machine.get_by_role("definition").all_inner_texts() == [str(value) for value in row.values()]


@pytest.mark.feature("UIF-02", "RES-03")
def test_forms_of_machines_and_syncs_say_at_the_field_what_the_server_refuses(
    log_in: LogIn, seeded: dict[str, Any]
) -> None:
    page = log_in("admin")
    page.goto("/cmms/equipment/35")
    before = view_site.query(seeded, "SELECT * FROM equipment WHERE id = 35")
    page.get_by_role("button", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog")
    reason, in_use = dialog.get_by_label("Deactivation reason"), dialog.get_by_role("switch", name="Active")
    expect(in_use).to_be_checked()
    expect(reason).to_be_hidden()
    dialog.locator("label", has_text="Active").click()
    _refused(page, "Deactivation reason", "", "Save", "Is required.")
    dialog.locator("label", has_text="Active").click()
    expect(reason).to_be_hidden()
    _refused(page, "Notes", "x" * 2001, "Save", "At most 2,000 characters.")
    dialog.get_by_label("Notes").fill("short enough")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved")).to_be_visible()
    after = view_site.query(seeded, "SELECT * FROM equipment WHERE id = 35")
    assert {name for name in after[0] if before[0][name] != after[0][name]} == {"notes", "row_version", "updated_at"}

    page.goto("/cmms/syncs")
    page.get_by_role("button", name="Sync running times").click()
    dialog.get_by_label("Last day").click()
    page.get_by_role("button", name=re.compile(r"^15 \w+ \d{4}$")).click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    field = dialog.locator(".mantine-InputWrapper-root").filter(has_text="First day")
    expect(field.get_by_text("Is required.")).to_be_visible()
    page.keyboard.press("Escape")

    page.goto("/cmms/group-rules/1")
    page.get_by_role("button", name="Edit", exact=True).click()
    _refused(page, "Pattern", "(", "Preview", "Is no regular expression")
    page.keyboard.press("Escape")
    page.goto("/cmms/maintenance-plans/1")
    page.get_by_role("button", name="Edit", exact=True).click()
    _refused(page, "Interval, hours", "0", "Preview", "Must be above 0.")


def _refused(page: Page, label: str, value: str, button: str, reason: str) -> None:
    """Fill a field of the open dialog, send it, and find the reason at just that field."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name=button).click()
    field = dialog.locator(".mantine-InputWrapper-root").filter(has=page.get_by_label(label))
    expect(field.get_by_text(reason)).to_be_visible()
    expect(dialog.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(1)


@pytest.mark.feature("TBL-05", "CUS-04")
def test_a_cell_is_edited_by_keyboard_and_a_stale_one_is_told(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("op")
    number = view_site.query(seeded, "SELECT equipment_number FROM equipment WHERE id = 33")[0]["equipment_number"]
    page.route(
        "**/api/v1/events", lambda route: route.fulfill(status=204)
    )  # else the list would show the other change at once
    page.goto(f"/cmms/equipment?q={number}")
    cell = page.locator(".ag-row [col-id=notes]")
    expect(cell).to_have_count(1)
    _type_into(page, "from the list")
    expect(page.get_by_text("Changes saved")).to_be_visible()
    expect(cell).to_have_text("from the list")
    assert view_site.query(seeded, "SELECT notes FROM equipment WHERE id = 33")[0]["notes"] == "from the list"
    view_site.query(seeded, "UPDATE equipment SET notes = 'by a sync', row_version = row_version + 1 WHERE id = 33")
    _type_into(page, "too late")
    expect(page.get_by_text("Someone else changed this row in the meantime")).to_be_visible()
    expect(cell).to_have_text("by a sync")


def _type_into(page: Page, text: str) -> None:
    cell = page.locator(".ag-row [col-id=notes]")
    editor = page.locator(".ag-cell-inline-editing input")
    while not editor.is_visible():  # the list may draw its rows anew meanwhile
        cell.click()
        cell.press("Enter")
        page.wait_for_timeout(100)
    editor.fill(text)
    editor.press("Enter")


@pytest.mark.feature("TBL-06", "ADV-01", "TEST-38")
def test_a_viewer_sees_no_button_that_changes_something(log_in: LogIn) -> None:
    page = log_in("viewer")
    for path in ("/cmms/equipment", "/cmms/equipment/7", "/cmms/syncs", "/cmms/plants", "/cmms/record-errors/1"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for name in ("New equipment", "Edit", "Deactivate", "Sync equipment", "New plant", "Discard"):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_data_of_the_feed_is_text_never_markup(log_in: LogIn) -> None:
    page = log_in("viewer")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto("/cmms/equipment/2")
    expect(page.get_by_text(view_site.NASTY)).to_be_visible()
    assert page.locator("#page img").count() == 0
    assert dialogs == []


@pytest.mark.feature("WID-06", "WIP-02", "UIF-06", "ADV-02")
def test_a_figure_of_the_dashboard_leads_to_the_list_that_it_counts(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("viewer")
    page.goto("/cmms/")
    page.locator(".cmms-figure", has_text="Inactive").click()
    inactive = view_site.query(seeded, "SELECT COUNT(*) AS n FROM equipment WHERE is_active = 0")[0]["n"]
    expect(page.get_by_text(f"{inactive} rows", exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Inactive")).to_contain_text(str(inactive))


@pytest.mark.feature("WID-02")
def test_every_active_machine_has_a_cell_that_leads_to_it(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("viewer")
    page.goto("/cmms/")
    region = page.get_by_role("region", name="Health of each active machine")
    active = view_site.query(seeded, "SELECT COUNT(*) AS n FROM equipment WHERE is_active = 1")[0]["n"]
    expect(region.locator("a.cmms-health")).to_have_count(active)
    machine = view_site.query(seeded, "SELECT id, equipment_number AS name FROM equipment WHERE is_active = 1 LIMIT 1")[
        0
    ]
    cell = region.locator(f"a[aria-label^='{machine['name']}: ']")
    expect(cell).to_have_text(re.compile("^[✓▲!·]$"))
    cell.click()
    page.wait_for_url(f"**/cmms/equipment/{machine['id']}")
    expect(page.get_by_role("heading", level=1, name=machine["name"])).to_be_visible()


@pytest.mark.feature("CUS-02", "SYM-02", "WID-01", "CMP-01")
def test_progress_of_a_run_moves_in_an_open_page(log_in: LogIn, seeded: dict[str, Any]) -> None:
    page = log_in("viewer")
    page.goto("/cmms/syncs")
    expect(
        page.get_by_text("fetch: 170 of 600 records (28 %)").or_(page.get_by_text("170 of 600 records"))
    ).to_be_visible()
    view_site.query(seeded, "UPDATE sync_units SET done = 300 WHERE done = 120 AND merged_at IS NULL")
    expect(page.get_by_text("350 of 600 records")).to_be_visible()


def test_an_expired_session_is_said(log_in: LogIn) -> None:
    page = log_in("viewer", errors_expected=True)
    page.goto("/cmms/equipment")
    expect(page.locator(".ag-row").first).to_be_visible()
    page.context.clear_cookies()
    expect(page.get_by_text("Your session has expired")).to_be_visible()


@pytest.mark.feature("NAV-02")
@pytest.mark.parametrize("width", [1280, 1440, 1920])
def test_every_entry_of_the_menu_is_in_sight_on_a_usual_screen(log_in: LogIn, width: int) -> None:
    page = log_in("viewer", width=width)
    page.goto("/cmms/")
    menu = page.locator(".cmms-menu")
    expect(menu.get_by_role("link", name="Notifications")).to_be_in_viewport(ratio=1)
    assert menu.evaluate("menu => menu.scrollWidth <= menu.clientWidth")
    expect(menu.locator(".cmms-icon").last).to_be_visible()
