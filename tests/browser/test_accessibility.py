"""Every page is accessible and fits the window, light and dark, wide and narrow; every tab shows as much as it counts.

Dialogs are judged where each of them is opened (``test_every_action.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PATIENCE_MILLISECONDS, WAIT_MILLISECONDS, LogIn
from tests.browser.judge_accessibility import NARROW, WIDE, judge, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=WAIT_MILLISECONDS)

LOOKS = (("light", WIDE), ("dark", NARROW))  # both themes and both widths: no colour depends on the width
WIDGETS = ".cmms-tab-widgets"
RECORDS = ("equipment/7", "syncs/1", "record-errors/1", "plants/1", "groups/1", "notifications/1",
           "maintenance-plans/1", "dues/1", *(f"work-orders/{number}" for number in range(1, 7)))  # fmt: skip


@pytest.mark.feature(
    "A11Y-01", "NAV-04", "THM-04", "REU-01", "TEST-34", "SYM-01", "TAB-01F", "TAB-02F", "TAB-03F", "TAB-04F", "TAB-06F"
)
def test_every_page_and_tab_is_accessible_and_lists_as_many_rows_as_its_badge_says(log_in: LogIn) -> None:
    page = log_in("admin")
    findings: list[str] = []
    for place, part, looks in _open_everything(page):
        for theme, width in looks:
            look(page, theme, width)
            findings += [
                f"{place}, {theme}, {width}: {finding}" for finding in (*judge(page, part), *_judge_layout(page))
            ]
    assert findings == [], "\n".join(findings)


def _judge_layout(page: Page) -> Iterator[str]:
    """What is wider than the window, and ids that are there twice."""
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        yield "is too wide"
    # Mantine gives the places where notifications appear, one at each edge, the same id: nothing is addressed there.
    ids = page.locator("[id]:not(#notifications)").evaluate_all("elements => elements.map(element => element.id)")
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        yield f"ids twice: {twice}"


def _open_everything(page: Page) -> Iterator[tuple[str, str, Any]]:
    """Open the dashboard, the catalogue, a record of each resource and every tab; yields what to look at, and how.

    A list's further tabs differ from its first one by rows and widgets: the widgets are judged in one theme each, by turns.
    """
    from cmms_ui.resources import RESOURCES

    page.goto("/cmms/")
    for path in ("", "catalogue", *RESOURCES, *RECORDS):
        look(page, "light", WIDE)
        _go_to(page, f"/cmms/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if path not in RESOURCES:
            _wait_for_data(page)
            yield f"/{path}", "html", LOOKS
            continue
        for number, tab in enumerate(RESOURCES[path].tabs):
            head = page.locator(f"[role=tab][id$=-tab-{tab.name}]")
            head.click()
            expect(head).to_have_attribute("aria-selected", "true")
            _wait_for_data(page)
            _check_badge(page, head, tab.empty)
            place = f"/{path}, tab {tab.name}"
            if number == 0:
                yield place, "html", LOOKS
            elif tab.widgets:
                yield place, WIDGETS, ((("light", "dark")[number % 2], WIDE),)
            look(page, "light", WIDE)


def _go_to(page: Page, address: str) -> None:
    """As a link of the view does it, without loading the scripts anew."""
    page.evaluate(
        """address => {
            document.querySelector("#page > *")?.setAttribute("data-left", "");
            window.history.pushState({}, "", address);
            window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
        }""",
        address,
    )
    if page.url.rstrip("/").endswith("/cmms"):
        return  # there already
    expect(page.locator("#page > [data-left]")).to_have_count(0)


def _wait_for_data(page: Page) -> None:
    """Every widget has its data, every tab its count, and the list its rows or the reason why there are none."""
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0, timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_text("…", exact=True)).to_have_count(0)
    if page.locator(".ag-root").count():
        expect(page.locator(".ag-row:not(.cmms-row-awaited), .cmms-overlay:not([hidden])").first).to_be_visible()


def _check_badge(page: Page, head: Locator, empty: str) -> None:
    """As many rows as the tab says, or why there are none."""
    badge = head.locator(".mantine-Badge-root")
    expect(badge).to_have_text(re.compile(r"^[\d,]+\+?$"))
    rows = badge.inner_text()
    if rows == "0":
        expect(page.get_by_text(empty)).to_be_visible()
    else:
        expect(page.get_by_text(re.compile(rf"^{re.escape(rows)} rows?$")).first).to_be_visible()
        expect(page.locator(".ag-row:not(.cmms-row-awaited)").first).to_be_visible()
