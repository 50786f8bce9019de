"""A real API server of Airflow as a process, and Chromium in front of it, logged in through Airflow's own form."""

from __future__ import annotations

import contextlib
import os
import socket
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.plugins import view_site
from tools.browser_binary import obtain_chromium
from tools.processes import start_process, stop_processes
from tools.programs import program_of_venv

_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_START_SECONDS = 180
WAIT_MILLISECONDS = 60_000  # a slow machine must not fail; a hang must end
PATIENCE_MILLISECONDS = (
    240_000  # every widget has its data: the catalogue draws all there are, minutes on a busy machine
)
expect.set_options(timeout=WAIT_MILLISECONDS)
# Airflow's own: it shows every plugin's view in such a frame.
_AIRFLOWS_OWN = ("allow-scripts and allow-same-origin",)

LogIn = Callable[..., Page]
Contexts = dict[tuple[str, str | None], BrowserContext]


@pytest.fixture(scope="session")
def seeded(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """The same schema as that of ``tests/plugins``."""
    return view_site.seed_once(mysql_server, make_database, tmp_path_factory)


@pytest.fixture(scope="package")
def address(seeded: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the API server answers; it shares Airflow's database with this test run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's and Alembic's own
        from airflow.utils.db import initdb

        initdb()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("browser") / "home"
    metadata = Path(os.environ["AIRFLOW_HOME"]) / "airflow.db"
    environment = {
        **view_site.inherit_environment(),
        **view_site.airflow_environment(home, seeded, port, metadata=metadata),
    }
    log = home / "api-server.log"
    server = start_process([program_of_venv("airflow"), "api-server"], log=log, environment=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(url):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        yield url
    finally:
        stop_processes([server])


def _answers(url: str) -> bool:
    """The guard's 401 says that Airflow and the view are up."""
    try:
        urllib.request.urlopen(f"{url}/cmms/", timeout=30)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return False


@pytest.fixture(scope="package")  # not longer: Playwright keeps an event loop in this thread
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=obtain_chromium(), args=_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def contexts(browser: Browser, address: str) -> Iterator[Contexts]:
    """One for each role and zone, for all tests: who has logged in once keeps login and scripts."""
    made: Contexts = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def log_in(browser: Browser, address: str, contexts: Contexts) -> Iterator[LogIn]:
    """``log_in("op", theme="dark", width=360)``: a page behind Airflow's login; errors in its console fail the test.

    The browser remembers nothing of earlier tests but the login and the files that it has loaded.
    """
    with contextlib.ExitStack() as stack:
        problems: list[str] = []

        def make(
            role: str,
            *,
            theme: str = "light",
            width: int = 1440,
            errors_expected: bool = False,
            timezone: str | None = None,
        ) -> Page:
            if (role, timezone) not in contexts:
                contexts[role, timezone] = browser.new_context(base_url=address, timezone_id=timezone)
            context = contexts[role, timezone]
            context.set_default_timeout(WAIT_MILLISECONDS)
            page = context.new_page()
            stack.callback(_close_pages, context)
            page.set_viewport_size({"width": width, "height": 900})
            # Nothing moves: what fades away is neither judged nor clicked.
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
            answer = page.goto("/cmms/api/v1/me")
            if answer is None or answer.status != 200:
                page.goto("/auth/login/")
                page.fill("input[name=username]", role)
                page.fill("input[name=password]", view_site.PASSWORD)
                page.click("button[type=submit]")
                page.wait_for_url(lambda url: "/auth/login" not in url)
            page.evaluate("theme => { localStorage.clear(); localStorage.setItem('theme', theme); }", theme)
            if errors_expected:
                return page
            page.on("console", lambda message: _note(message, problems))
            page.on("pageerror", lambda error: problems.append(error.stack or str(error)))
            return page

        yield make
        assert problems == []


def _close_pages(context: BrowserContext) -> None:
    for page in context.pages:
        page.close()


def _note(message: Any, problems: list[str]) -> None:
    if message.type == "error" and not any(text in message.text for text in _AIRFLOWS_OWN):
        problems.append(message.text)
