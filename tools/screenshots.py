"""Pictures of the view for the README, of a demo that runs: `make screenshots`.

Input: the demo of this repository (`make demo`). Output: PNG files in `docs/images/`.
"""

from __future__ import annotations

import sys

from tools.browser_binary import obtain_chromium
from tools.demo_settings import read_demo_settings
from tools.processes import ProcessRecord
from tools.state_folder import REPOSITORY, BootstrapError, find_state_folder

FOLDER = REPOSITORY / "docs/images"
# file, address, light or dark
PICTURES = (
    ("dashboard", "/cmms/", "light"),
    ("equipment", "/cmms/equipment", "light"),
    ("syncs", "/cmms/syncs?tab=running_time", "light"),
    ("machine", "/cmms/equipment/5", "dark"),
)
_WIDTH, _HEIGHT = 1280, 860  # pixels
_PATIENCE = 120_000  # milliseconds


def main() -> int:
    """Take every picture; 1 when no demo runs."""
    try:
        take_pictures()
    except BootstrapError as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    return 0


def take_pictures() -> None:
    """Log in as the demo's admin, open each page, wait until its widgets have their data.

    Raises:
        BootstrapError: no demo runs, or there is no browser.
    """
    from playwright.sync_api import sync_playwright

    settings = read_demo_settings()
    if "api-server" not in ProcessRecord(find_state_folder() / "demo-processes.json").find_alive():
        raise BootstrapError("no demo is running; start one in another terminal: make demo")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=obtain_chromium(), args=["--no-sandbox", "--disable-gpu"])
        for name, path, theme in PICTURES:
            page = browser.new_page(base_url=settings.airflow_url, viewport={"width": _WIDTH, "height": _HEIGHT})
            page.set_default_timeout(_PATIENCE)
            page.goto("/auth/login/")
            page.fill("input[name=username]", "admin")
            page.fill("input[name=password]", settings.secrets.airflow_password)
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/auth/login" not in url)
            page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
            page.goto(path)
            page.wait_for_selector("#page h1")
            page.wait_for_selector("#page .mantine-Skeleton-root", state="detached")
            page.wait_for_timeout(1_500)  # charts grow into their places
            page.screenshot(path=FOLDER / f"{name}.png")
            print(FOLDER / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
