"""axe finds nothing serious on any page, tab and dialog: light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.browser.conftest import LogIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = 1440, 390
LOOKS = (("light", WIDE), ("dark", NARROW))  # both themes and both widths: no colour depends on the width
RECORDS = ("equipment/7", "syncs/1", "record-errors/1", "plants/1", "groups/1", "notifications/1",
           "maintenance-plans/1", "dues/1", *(f"work-orders/{number}" for number in range(1, 7)))  # fmt: skip
_FIND = """([place, rules]) => axe.run(place, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}).then(found => found.violations
    .filter(finding => ["serious", "critical"].includes(finding.impact))
    .map(finding => `${finding.id}: ` + finding.nodes.slice(0, 3).map(
        node => node.html.slice(0, 160) + " " + node.any.concat(node.all, node.none).map(check => check.message).join("; ")
    ).join(" | ")))"""


@pytest.mark.feature("A11Y-01", "REU-01")
def test_axe_finds_nothing_serious_on_any_page_or_tab(log_in: LogIn) -> None:
    page = log_in("admin")
    page.emulate_media(reduced_motion="reduce")  # colours are judged when nothing fades any more
    findings: list[str] = []
    for place, looks in _open_everything(page):
        for theme, width in looks:
            _look(page, theme, width)
            found = page.evaluate(_FIND, ["html", None])
            findings += [f"{place}, {theme}, {width}: {finding}" for finding in found]
    assert findings == [], "\n".join(findings)


def _open_everything(page: Page) -> Iterator[tuple[str, Any]]:
    """Open the dashboard, the catalogue, a record of each resource and every tab; yields where we are and how to look at it.

    A list's further tabs differ from its first one by rows, columns and widgets: they take the two looks by turns.
    """
    from cmms_ui.resources import RESOURCES

    for path in ("", "catalogue", *RESOURCES, *RECORDS):
        _look(page, "light", WIDE)
        page.goto(f"/cmms/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate(AXE_SCRIPT)
        if path not in RESOURCES:
            _wait_for_data(page)
            yield f"/{path}", LOOKS
            continue
        for number, tab in enumerate(RESOURCES[path].tabs):
            page.locator(f"[role=tab][id$=-tab-{tab.name}]").click()
            _wait_for_data(page)
            yield f"/{path}, tab {tab.name}", LOOKS if number == 0 else LOOKS[number % 2 :][:1]
            _look(page, "light", WIDE)


def _wait_for_data(page: Page) -> None:
    """Every widget has its data, every tab its count, and the list its rows or the reason why there are none."""
    expect(page.locator("#page .mantine-Skeleton-root")).to_have_count(0)
    expect(page.get_by_text("…", exact=True)).to_have_count(0)
    if page.locator(".ag-root").count():
        expect(page.locator(".ag-row:not(.ag-row-loading), .cmms-overlay:not([hidden])").first).to_be_visible()


def _look(page: Page, theme: str, width: int) -> None:
    """The theme as Airflow's switch sets it, and the width of the window."""
    page.set_viewport_size({"width": width, "height": 700})
    page.mouse.move(0, 0)  # no tooltip of what lies under the pointer
    page.evaluate(
        """theme => {
            localStorage.setItem("theme", theme);
            window.dispatchEvent(new StorageEvent("storage", {key: "theme"}));
        }""",
        theme,
    )
    if page.locator("#page").count():
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", theme)


@pytest.mark.feature("A11Y-01")
def test_axe_finds_nothing_serious_in_the_dialog_of_any_action(log_in: LogIn) -> None:
    page = log_in("admin")
    page.emulate_media(reduced_motion="reduce")
    findings: list[str] = []
    for name, dialog in _open_dialogs(page):
        for theme, rules in (("light", None), ("dark", ["color-contrast"])):
            _look(page, theme, WIDE)
            found = page.evaluate(_FIND, ["[role=dialog]", rules])  # the page behind it is judged by itself
            findings += [f"{name}, {theme}: {finding}" for finding in found]
        _look(page, "light", WIDE)
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_have_count(0)
    assert findings == [], "\n".join(findings)


def _open_dialogs(page: Page) -> Iterator[tuple[str, Any]]:
    from cmms_ui.resources import RESOURCES

    for path in (*RESOURCES, *RECORDS):
        page.goto(f"/cmms/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.evaluate(AXE_SCRIPT)
        buttons = page.locator(".cmms-actions button")
        for number in range(buttons.count()):
            name = buttons.nth(number).inner_text()
            buttons.nth(number).click()
            dialog = page.get_by_role("dialog")
            expect(dialog.get_by_role("button").first).to_be_visible()
            yield f"/{path}, {name}", dialog
