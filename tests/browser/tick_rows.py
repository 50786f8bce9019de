"""Tick the first rows of a list as a person does. Input: a page with a list. Output: so many rows are selected."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def tick_rows(page: Page, rows: int) -> None:
    """When the list is there, one after the other, each when the page has counted the one before it."""
    expect(page.locator(".cmms-toolbar .cmms-count")).to_have_text(re.compile(r"^[\d,]+ rows?$"))
    for row in range(rows):
        page.locator(f".ag-row[row-index='{row}'] .ag-checkbox-input").first.check()
        expect(
            page.get_by_text("1 row selected" if row == 0 else f"{row + 1} rows selected", exact=True)
        ).to_be_visible()
