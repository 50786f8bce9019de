"""The page of syncs: a gap that is chosen opens the form that fills it; the emergency stop says what it will do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LogIn
from tests.plugins import view_site

pytestmark = pytest.mark.browser


@pytest.fixture
def gap(seeded: dict[str, Any], address: str) -> Iterator[None]:
    """Nobody has a reading of three days, for the time of a test; the DAGs are there to be started."""
    view_site.store_dags()
    lost = "date BETWEEN UTC_DATE() - INTERVAL 6 DAY AND UTC_DATE() - INTERVAL 4 DAY"
    view_site.query(seeded, f"CREATE TABLE lost_days SELECT * FROM equipment_running_times WHERE {lost}")
    view_site.query(seeded, "DELETE FROM equipment_running_times WHERE id IN (SELECT id FROM lost_days)")
    yield
    view_site.query(seeded, "INSERT INTO equipment_running_times SELECT * FROM lost_days")
    view_site.query(seeded, "DROP TABLE lost_days")


@pytest.mark.feature("SYM-T3", "SYM-01", "WIP-04")
def test_a_gap_is_chosen_and_its_backfill_confirmed(log_in: LogIn, gap: None, seeded: dict[str, Any]) -> None:
    page = log_in("user")
    page.goto("/cmms/syncs?tab=running_time")
    expect(page.get_by_role("tab")).to_have_count(5)
    assert [tab.split("\n")[0] for tab in page.get_by_role("tab").all_inner_texts()] == [
        *("Live status", "Equipment sync", "Running time sync", "History", "Failed operations")
    ]
    page.get_by_role("button", name="Backfill. P002").filter(has_text="3 days").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Plants").locator("..").get_by_text("P002")).to_be_visible()
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("The running time sync has been started")).to_be_visible()
    after = view_site.query(
        seeded, "SELECT after_json FROM audit_log WHERE action = 'trigger' ORDER BY id DESC LIMIT 1"
    )
    first = view_site.query(seeded, "SELECT CAST(UTC_DATE() - INTERVAL 6 DAY AS CHAR) AS day")[0]["day"]
    assert '"P002"' in after[0]["after_json"] and f'"start_date": "{first}"' in after[0]["after_json"]


@pytest.mark.feature("ACT-08", "SYM-T5")
def test_dialogs_say_what_a_stop_will_do_and_how_each_retry_went(log_in: LogIn, seeded: dict[str, Any]) -> None:
    view_site.store_dags()
    page = log_in("user")
    page.goto("/cmms/syncs?tab=failed")
    for row in range(2):
        page.locator(".ag-row .ag-checkbox-input").nth(row).click()
    page.get_by_role("button", name="Start again", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Start again").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(dialog.get_by_role("listitem").first).to_contain_text("has been started again")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog).to_have_count(0)

    stops = "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'stop_all'"
    before = view_site.query(seeded, stops)
    running = view_site.query(seeded, "SELECT id FROM api_sync_logs WHERE status IN ('queued', 'running', 'paused')")
    page.get_by_role("button", name="Stop all syncs").click()
    expect(dialog.get_by_text(f"Running time #{running[0]['id']}")).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(dialog).to_have_count(0)
    assert view_site.query(seeded, stops) == before  # said, not done
