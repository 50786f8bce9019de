"""A list as a person arranges it: columns, tabs with filters of their own, views under a name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn

pytestmark = pytest.mark.browser


def _headers(page: Page) -> Any:
    return page.locator(".ag-header-cell-text")


@pytest.mark.feature("TBL-18", "TBL-09")
def test_columns_are_remembered_and_a_list_is_kept_under_a_name(log_in: LogIn) -> None:
    page = log_in("user")
    page.goto("/cmms/equipment")
    expect(_headers(page).get_by_text("Notes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Columns").click()
    with page.expect_response(lambda answer: "list-remembered" in (answer.request.post_data or "")):
        page.get_by_role("checkbox", name="Notes", exact=True).uncheck()
    page.goto("/cmms/equipment")
    expect(_headers(page).get_by_text("Counter", exact=True)).to_be_visible()
    expect(_headers(page).get_by_text("Notes", exact=True)).to_have_count(0)
    other = log_in("op")
    other.goto("/cmms/equipment")
    expect(_headers(other).get_by_text("Notes", exact=True)).to_be_visible()

    page.get_by_role("tab", name="Active", exact=False).first.click()
    page.get_by_role("textbox", name="Search").fill("pump")
    page.wait_for_url("**q=pump**")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this list as").fill("Pumps at work")
    expect(page.get_by_label("Share with everyone")).to_be_disabled()  # a user may not share
    page.get_by_role("button", name="Save view", exact=True).click()
    page.wait_for_url(re.compile(r"/equipment\?view=\d+$"))

    page.goto("/cmms/syncs")
    page.goto("/cmms/equipment")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("link", name="Pumps at work").click()
    expect(page.get_by_role("tab", name="Active", exact=False).first).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("textbox", name="Search")).to_have_value("pump")
    expect(_headers(page).get_by_text("Notes", exact=True)).to_have_count(0)


@pytest.mark.feature("TBL-18")
def test_a_list_that_is_left_before_its_columns_are_remembered_is_no_fault(log_in: LogIn) -> None:
    page = log_in("op")  # an error in the console fails the test
    page.goto("/cmms/plants")
    expect(_headers(page).get_by_text("Description", exact=True)).to_be_visible()
    moved = """width => window.dash_clientside.cmms.arranged(
        [{ colId: "name", width: width, hide: false }], { off: false }, { resource: "groups", type: "list-remembered" })"""
    page.evaluate(moved, 100)
    page.evaluate(moved, 200)  # to be remembered in 0.8 s, and the list of groups is not open any more
    page.wait_for_timeout(1_500)
    expect(page.locator(".cmms-grid")).to_be_visible()


@pytest.mark.feature("ADV-04")
def test_each_tab_keeps_its_own_search_through_switching_and_reload(log_in: LogIn) -> None:
    page = log_in("viewer")
    page.goto("/cmms/equipment?tab=active")
    search = page.get_by_role("textbox", name="Search")
    search.fill("pump")
    page.wait_for_url("**q=pump**")
    page.get_by_role("tab", name="Inactive").click()
    expect(search).to_have_value("")
    search.fill("fan")
    page.wait_for_url("**tab=inactive&q=fan**")
    page.reload()
    expect(search).to_have_value("fan")
    page.get_by_role("tab", name="Active", exact=False).first.click()
    expect(search).to_have_value("pump")
    page.wait_for_url("**tab=active&q=pump**")


@pytest.mark.feature("WAD-15")
def test_ctrl_k_finds_a_machine_a_page_and_an_action(log_in: LogIn) -> None:
    page = log_in("op")
    page.goto("/cmms/")
    expect(page.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
    for typed, choice, heading in (
        ("centrifugal pump 1", "000000000010000000", "Equipment 000000000010000000"),
        ("equipment: inac", "Equipment: Inactive", "Equipment"),
    ):
        _find(page, typed, choice)
        expect(page.get_by_role("heading", level=1, name=heading, exact=True)).to_be_visible()
    expect(page.get_by_role("tab", name="Inactive")).to_have_attribute("aria-selected", "true")
    _find(page, "sync running", "Sync running times")
    expect(page.get_by_role("dialog", name="Sync running times")).to_be_visible()


def _find(page: Page, typed: str, choice: str) -> None:
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Find")
    palette.get_by_role("textbox", name="Find").fill(typed)
    found = palette.get_by_role("region", name="Results")
    found.get_by_role("link", name=choice).or_(found.get_by_role("button", name=choice)).first.click()
    expect(palette).to_have_count(0)
