"""The page of equipment in Chromium: a bar filters the list, and machines are moved in steps that can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.plugins import view_site

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
    expect(dialog.get_by_text("1 of 1 machines would move to Others.")).to_be_visible()
    expect(chosen).to_be_hidden()
    dialog.get_by_role("button", name="Back").click()
    expect(chosen).to_have_value("Others")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_text("1 machines are now in that group")).to_be_visible()
    expect(page.get_by_text(f"{stored - 1} rows", exact=True)).to_be_visible()
