"""The view on a phone: the list is near the top, its rows are cards, and what stands above it elsewhere is one tap away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn

pytestmark = pytest.mark.browser

PHONE, WIDE = 390, 1440


@pytest.mark.feature("THM-04")
def test_the_list_of_machines_begins_near_the_top_and_its_figures_are_shown_when_asked_for(log_in: LogIn) -> None:
    page = log_in("op", width=PHONE)
    page.goto("/cmms/equipment")
    row = page.locator(".ag-center-cols-container .ag-row").first
    expect(row.locator("[col-id=equipment_number] a")).to_be_in_viewport()
    figures = page.get_by_role("heading", name="Daily syncs")
    expect(figures).to_be_hidden()
    page.get_by_role("switch", name="Show figures").press("Space")
    expect(figures).to_be_visible()
    page.reload()
    expect(figures).to_be_visible()  # this browser remembers it


@pytest.mark.feature("THM-04")
def test_a_row_is_a_card_that_fits_and_becomes_a_row_of_the_table_again_where_there_is_room(log_in: LogIn) -> None:
    page = log_in("op", width=PHONE)
    page.goto("/cmms/equipment?tab=needs_maintenance")
    row = page.locator(".ag-center-cols-container .ag-row").first
    for name in ("equipment_number", "status", "plant_code", "cumulative_hours", "hours_since_service"):
        cell = row.locator(f"[col-id={name}]")
        expect(cell).to_be_visible()
        box = cell.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= PHONE, name
    label = "getComputedStyle(cell, '::before').content"
    assert row.locator("[col-id=plant_code]").evaluate(f"cell => {label}") == '"Plant"'
    expect(row.locator("[col-id=notes]")).to_be_hidden()
    tall = row.bounding_box()
    page.set_viewport_size({"width": WIDE, "height": 900})
    expect(row.locator("[col-id=notes]")).to_be_visible()
    expect(row).to_have_attribute("style", re.compile(r"height: 38px"))
    assert tall and tall["height"] > 80
