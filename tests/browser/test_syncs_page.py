"""The page of syncs: a gap that is chosen opens the form that fills it; the emergency stop says what it will do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
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
    expect(page.get_by_text("Running time sync started")).to_be_visible()
    after = view_site.query(
        seeded, "SELECT after_json FROM audit_log WHERE action = 'trigger' ORDER BY id DESC LIMIT 1"
    )
    first = view_site.query(seeded, "SELECT CAST(UTC_DATE() - INTERVAL 6 DAY AS CHAR) AS day")[0]["day"]
    assert '"P002"' in after[0]["after_json"] and f'"start_date": "{first}"' in after[0]["after_json"]


@pytest.mark.feature("SYM-03", "ACT-05")
def test_sync_now_opens_its_form_wherever_it_stands_and_starts_a_sync(log_in: LogIn, seeded: dict[str, Any]) -> None:
    view_site.store_dags()
    page = log_in("user")
    dialog = page.get_by_role("dialog")
    for place in ("", "syncs?tab=equipment", "syncs?tab=live"):
        page.goto(f"/cmms/{place}")
        for title in ("Sync equipment", "Sync running times"):
            # An event, not a click: a widget that is drawn anew in this moment moves its buttons.
            page.get_by_title(title, exact=True).dispatch_event("click")
            expect(page.get_by_role("dialog", name=title)).to_be_visible()
            if title == "Sync equipment":
                page.keyboard.press("Escape")
                expect(dialog).to_have_count(0)
    started = "SELECT COUNT(*) AS n FROM audit_log WHERE action = 'trigger'"
    before = view_site.query(seeded, started)[0]["n"]
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Running time sync started").first).to_be_visible()
    assert view_site.query(seeded, started)[0]["n"] == before + 1


@pytest.mark.feature("ACT-08", "SYM-T5")
def test_dialogs_say_what_a_stop_will_do_and_how_each_retry_went(log_in: LogIn, seeded: dict[str, Any]) -> None:
    view_site.store_dags()
    page = log_in("user")
    page.goto("/cmms/syncs?tab=failed")
    restartable = (
        "SELECT id FROM api_sync_logs WHERE status IN ('failed', 'cancelled', 'partial') AND sync_type IN ('equipment', 'running_time')"
        " AND scope IS NOT NULL ORDER BY sync_started_at DESC, id DESC LIMIT 2"
    )
    for number, run in enumerate(view_site.query(seeded, restartable), 1):
        page.locator(f'.ag-row[row-id="{run["id"]}"] .ag-checkbox-input').first.click()
        expect(page.get_by_text(re.compile(rf"^{number} rows? selected$"))).to_be_visible()
    page.get_by_role("button", name="Retry", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Retry").click()
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    expect(dialog.get_by_role("listitem").first).to_contain_text("restarted")
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


WANTED = {"sync_type": "running_time", "status": "failed", "level": "critical", "error_category": "database"}


@pytest.fixture
def failures(seeded: dict[str, Any], address: str) -> Iterator[None]:
    """Three runs that have all that is searched for, and one each that lacks one thing of it."""
    lacking = ({}, {}, {}, {"sync_type": "equipment"}, {"status": "partial"}, {"level": "high"}, {"error_category": "api"},
               {"message": "no such thing"}, {"days": 40})  # fmt: skip
    for number, other in enumerate(lacking):
        run = {**WANTED, "message": f"a valve of shard {number} is shut", "days": 3, **other}
        view_site.query(
            seeded,
            "INSERT INTO api_sync_logs (sync_type, status, level, error_category, error_class, error_message, dag_id, run_id,"
            " sync_started_at, sync_completed_at) VALUES (%s, %s, %s, %s, 'DatabaseUnavailable', %s, 'x', %s,"
            " UTC_TIMESTAMP(3) - INTERVAL %s DAY, UTC_TIMESTAMP(3))",
            *(run[name] for name in (*WANTED, "message")),
            f"failure-{number}",
            run["days"],
        )
    yield
    view_site.query(seeded, "DELETE FROM api_sync_logs WHERE run_id LIKE 'failure-%%'")


@pytest.mark.feature("SYM-04", "SCH-01")
def test_runs_are_searched_by_everything_together_and_the_address_shows_others_the_same(
    log_in: LogIn, seeded: dict[str, Any], failures: None
) -> None:
    page = log_in("viewer")
    page.goto("/cmms/syncs?tab=history")
    page.get_by_role("textbox", name="Search").fill("valve shard")
    for label, option in (
        ("Type", "Running time"),
        ("Status", "Failed"),
        ("Level", "Critical"),
        ("Category", "Database"),
    ):
        chosen = page.get_by_role("option", name=option, exact=True)
        for _attempt in range(3):  # a toolbar that is drawn anew in this moment closes what was opened
            page.locator(".cmms-toolbar").get_by_role("textbox", name=label, exact=True).click()
            with suppress(PlaywrightTimeout):
                chosen.click(timeout=8_000)
                break
            page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Started", exact=True).click()
    page.get_by_role("button", name="Last 30 days", exact=True).click()
    stored = {
        str(row["id"])
        for row in view_site.query(
            seeded,
            "SELECT id FROM api_sync_logs WHERE sync_type = 'running_time' AND status = 'failed' AND level = 'critical'"
            " AND error_category = 'database' AND sync_started_at >= UTC_DATE() - INTERVAL 29 DAY"
            " AND error_message LIKE '%%valve%%' AND error_message LIKE '%%shard%%'",
        )
    }
    assert len(stored) == 3
    other = log_in("user")
    for shown in (page, other):
        if shown is other:
            other.goto(page.url)
        expect(shown.get_by_text("3 rows", exact=True)).to_be_visible()
        numbers = shown.locator(".ag-row [col-id=id] a")
        expect(numbers).to_have_count(3)  # the rows follow their number
        assert set(numbers.all_inner_texts()) == stored
        expect(shown.get_by_role("textbox", name="Search")).to_have_value("valve shard")
        for chosen in ("Running time", "Failed", "Critical", "Database"):
            expect(shown.locator(".cmms-toolbar .mantine-Pill-root").filter(has_text=chosen)).to_have_count(1)
