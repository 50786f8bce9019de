"""Judge what a page shows by axe. Input: a page, or a part of it, and a look. Output: what is serious, in words."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

WIDE, NARROW = 1440, 360
_FIND = """place => axe.run(place, {resultTypes: ["violations"]}).then(found => found.violations
    .filter(finding => ["serious", "critical"].includes(finding.impact))
    .map(finding => `${finding.id}: ` + finding.nodes.slice(0, 3).map(
        node => node.html.slice(0, 160) + " " + node.any.concat(node.all, node.none).map(check => check.message).join("; ")
    ).join(" | ")))"""


def judge(page: Page, place: str = "html") -> list[str]:
    """What axe finds serious in the first element of a selector, in the look that the page has."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_FIND, place)
    return found


def look(page: Page, theme: str, width: int) -> None:
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
