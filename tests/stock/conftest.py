"""One stock site for the whole run, and Chromium in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser.conftest import _OPTIONS, WAIT_MILLISECONDS
from tests.plugins import view_site
from tests.stock.site import Site
from tests.stock.stock_site import running_site
from tools.browser_binary import obtain_chromium

Enter = Callable[[str], Page]


@pytest.fixture(scope="session")
def stock_site(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A stock site with our wheel; see ``stock_site.py``."""
    folder = tmp_path_factory.mktemp("stock") / "airflow"
    folder.mkdir()
    with running_site(folder, dict(make_database(mysql_server))) as site:
        yield site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=obtain_chromium(), args=_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """The cookies of who has logged in: FAB refuses the sixth login from one address within 40 s."""
    return {}


@pytest.fixture
def enter(browser: Browser, stock_site: Site, sessions: dict[str, StorageState]) -> Iterator[Enter]:
    """``enter("viewer")``: a page of Airflow behind FAB's own login form, by the site's public address."""
    contexts = []

    def make(user: str) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=sessions.get(user))
        contexts.append(context)
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        if user not in sessions:
            _log_in(page, stock_site, user)
            sessions[user] = context.storage_state()
        return page

    yield make
    for context in contexts:
        context.close()


def _log_in(page: Page, site: Site, user: str) -> None:
    page.goto(f"{site.url}/auth/login/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", view_site.PASSWORD)
    page.click("input[type=submit], button[type=submit]")
    page.wait_for_url(lambda url: "/auth/login" not in url)
