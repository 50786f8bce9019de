"""Work orders in Chromium: ordered for chosen machines after a preview, worked on in dialogs, lists that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn
from tests.browser.judge_accessibility import judge
from tests.browser.tick_rows import tick_rows
from tests.plugins import view_site
from tests.plugins.due_site import find_due_machines, kept_maintenance

pytestmark = pytest.mark.browser


@pytest.fixture
def due_machines(seeded: dict[str, Any], address: str) -> Iterator[list[dict[str, Any]]]:
    """Five machines with one due each; they are the only ones that need maintenance."""
    ask = partial(view_site.query, seeded)
    with kept_maintenance(ask):
        found = find_due_machines(ask, 5)
        ask(
            "UPDATE equipment_maintenance SET state = 'ok' WHERE state IN ('due', 'overdue') AND id NOT IN %s",
            [due["schedule"] for due in found],
        )
        ask("DELETE FROM maintenance_dues WHERE id NOT IN %s", [due["due"] for due in found])
        ask("INSERT INTO audit_log (actor, action, entity, entity_id) VALUES ('test', 'seed', 'test', '1')")
        yield found


def _judge(page: Page) -> None:
    assert judge(page) == []


@pytest.mark.feature("TAB-04A", "ACT-13", "RES-05", "DOM-21", "CUS-03")
def test_work_is_ordered_for_chosen_machines_once_started_and_completed(
    log_in: LogIn, seeded: dict[str, Any], due_machines: list[dict[str, Any]]
) -> None:
    page = log_in("op")
    page.goto("/cmms/equipment?tab=needs_maintenance")
    expect(page.get_by_text("5 rows", exact=True)).to_be_visible()
    tick_rows(page, 5)
    bar, dialog = page.locator(".cmms-selection"), page.get_by_role("dialog")
    bar.get_by_role("button", name="Create work orders").click()
    dialog.get_by_label("Note").fill("ordered in a browser")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("5 work orders would be created.")).to_be_visible()
    expect(dialog.get_by_role("row")).to_have_count(6)
    _judge(page)
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("5 work orders created.")).to_be_visible()
    links = dialog.get_by_role("listitem").get_by_role("link", name=re.compile(r"^✓ WO-\d{6}, .*: created$"))
    expect(links).to_have_count(5)
    _judge(page)
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    assert "tab=needs_maintenance" in page.url

    bar.get_by_role("button", name="Create work orders").click()
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.get_by_text("0 work orders would be created. 5 already have a work order.")).to_be_visible()
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("0 work orders created. 5 already have a work order.")).to_be_visible()
    again = dialog.get_by_role("link", name=re.compile("already open"))
    expect(again).to_have_count(5)
    again.filter(has_text=due_machines[0]["number"]).click()
    page.wait_for_url("**/cmms/work-orders/*")
    expect(dialog).to_have_count(0)

    head, actions = page.get_by_role("heading", level=1), page.locator(".cmms-actions")
    expect(head).to_contain_text("Work order WO-")
    _judge(page)
    expect(actions.get_by_role("button", name="Close order", exact=True)).to_have_count(0)
    actions.get_by_role("button", name="Start", exact=True).click()
    dialog.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".cmms-page-head").get_by_text("In progress")).to_be_visible()
    expect(actions.get_by_role("button", name="Start", exact=True)).to_have_count(0)
    history = page.locator(".cmms-widget", has=page.get_by_role("heading", name="History", exact=True))
    expect(history.get_by_role("row")).to_have_count(3)
    actions.get_by_role("button", name="Complete", exact=True).click()
    reading = dialog.get_by_label("Counter at completion, hours")
    counter = view_site.query(
        seeded,
        "SELECT cumulative_hours AS hours FROM equipment_running_times WHERE equipment_id = %s ORDER BY date DESC LIMIT 1",
        due_machines[0]["machine"],
    )[0]["hours"]
    expect(reading).to_have_value(f"{counter.normalize():f}")
    _judge(page)
    reading.fill("1")
    dialog.get_by_role("button", name="Complete", exact=True).click()
    expect(dialog.get_by_text(re.compile("^Is less than .*, which the counter had reached before"))).to_be_visible()
    reading.fill(str(counter))
    dialog.get_by_role("button", name="Complete", exact=True).click()
    expect(page.get_by_text("Work completed")).to_be_visible()
    expect(actions.get_by_role("button", name="Close order", exact=True)).to_be_visible()
    page.goto("/cmms/equipment?tab=needs_maintenance")
    expect(page.get_by_text("4 rows", exact=True)).to_be_visible()


@pytest.mark.feature("WID-08", "RES-04", "CUS-03")
def test_the_queue_orders_a_row_and_the_machine_shows_it(
    log_in: LogIn, seeded: dict[str, Any], due_machines: list[dict[str, Any]]
) -> None:
    page = log_in("user")
    page.goto("/cmms/")
    queue = page.locator(".cmms-widget", has=page.get_by_role("heading", name="Maintenance due", exact=True))
    expect(queue.get_by_role("button", name="Create work order")).to_have_count(5)
    number = queue.get_by_role("row").nth(1).get_by_role("link").first.inner_text()
    queue.get_by_role("button", name="Create work order").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Preview").click()
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("1 work order created.")).to_be_visible()
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(queue.get_by_role("button", name="Create work order")).to_have_count(4)
    expect(queue.get_by_role("link", name="With a work order: 1")).to_be_visible()
    queue.get_by_role("link", name="With a work order: 1").click()
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()
    _judge(page)
    page.get_by_role("link", name=number, exact=True).first.click()
    page.wait_for_url("**/cmms/equipment/*")
    work = page.locator(
        ".cmms-widget", has=page.get_by_role("heading", name="Maintenance due and work orders", exact=True)
    )
    expect(work.get_by_role("link", name=re.compile(r"^WO-\d{6}$"))).to_have_count(2)
    _judge(page)
    page.locator(".cmms-actions").get_by_role("button", name="New work order").click()
    expect(dialog.get_by_label("Title")).to_have_value(f"{number}: ")
    _judge(page)
    dialog.get_by_label("Title").fill("Leaks at the flange")
    dialog.get_by_role("button", name="Create", exact=True).click()
    made = dialog.get_by_role("link", name=re.compile(r"^WO-\d{6}: Leaks at the flange$"))
    expect(made).to_be_visible()
    assert re.search(r"/cmms/equipment/\d+$", page.url)  # nobody has left the machine's page
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(work.get_by_text("Leaks at the flange")).to_be_visible()
