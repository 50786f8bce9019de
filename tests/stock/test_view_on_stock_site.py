"""The view on a stock site: FAB's roles, a sub-path, a proxy that rewrites Host, two API servers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.stock.conftest import Enter
from tests.stock.site import PREFIX, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

API = f"{PREFIX}/cmms/api/v1"


def _open_home(page: Page, site: Site) -> None:
    with page.expect_response("**/api/v2/plugins*"):  # what the menu asks for
        page.goto(f"{site.url}/")


@pytest.mark.feature("STK-02", "NAV-02", "NAV-03", "PKG-01")
def test_a_fab_viewer_finds_the_view_in_the_menu_after_the_documented_grant(stock_site: Site, enter: Enter) -> None:
    page = enter("viewer")
    _open_home(page, stock_site)
    entry = page.get_by_role("link", name="CMMS")
    expect(page.get_by_role("link", name="Dags").first).to_be_visible()
    expect(entry).to_have_count(0)  # FAB's default: from Op upwards

    stock_site.run_document("grant-plugins")
    for user in ("viewer", "user"):
        page = enter(user)
        _open_home(page, stock_site)
        page.get_by_role("link", name="CMMS").click()
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", level=1, name="Dashboard")).to_be_visible()
        icon = page.get_by_role("link", name="CMMS").locator("img")
        assert icon.evaluate("image => image.naturalWidth") > 0  # below the sub-path too


@pytest.mark.feature("STK-02", "NAV-01", "NAV-02")
def test_every_address_holds_below_the_sub_path(stock_site: Site, enter: Enter) -> None:
    page = enter("admin")
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{stock_site.url}/plugin/cmms/plants")  # a short address
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1, name="Plants")).to_be_visible()
    frame.get_by_role("navigation", name="CMMS").get_by_role("link", name="Equipment").click()
    expect(frame.get_by_role("heading", level=1, name="Equipment")).to_be_visible()
    page.wait_for_url(f"**{PREFIX}/plugin/cmms{PREFIX}/cmms/equipment*")
    page.reload()
    expect(frame.get_by_role("heading", level=1, name="Equipment")).to_be_visible()
    hrefs = frame.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [href for href in hrefs if not href.startswith((f"{PREFIX}/", "#"))] == []
    frame.get_by_role("button", name="Export").click()
    with page.context.expect_page() as opened:
        frame.get_by_role("menuitem", name="Print").click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    assert [url for url in failed if "/cmms/" in url] == []


@pytest.mark.feature("STK-02")
def test_a_write_and_the_push_pass_a_proxy_that_rewrites_the_host(stock_site: Site, enter: Enter) -> None:
    """Chromium shows the public origin; the request names another host. The other page hears of it by the push alone."""
    watching = enter("viewer")
    with watching.expect_response("**/cmms/api/v1/events") as stream:
        watching.goto(f"{stock_site.url}/cmms/plants")
    assert stream.value.status == 200
    expect(watching.get_by_role("heading", level=1, name="Plants")).to_be_visible()
    page = enter("admin")
    page.goto(f"{stock_site.url}/cmms/plants")
    page.get_by_role("button", name="New plant").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Code").fill("PRX1")
    dialog.get_by_label("Name").fill("made through the proxy")
    dialog.get_by_role("button", name="Create").or_(dialog.get_by_role("button", name="Save")).first.click()
    expect(dialog).to_be_hidden()
    assert [row["name"] for row in stock_site.query("SELECT name FROM plants WHERE plant_code = 'PRX1'")] == [
        "made through the proxy"
    ]
    expect(watching.get_by_text("made through the proxy")).to_be_visible()


@pytest.mark.feature("STK-02")
def test_a_write_from_another_site_is_refused_by_the_proxied_server(stock_site: Site) -> None:
    with httpx.Client(timeout=60, trust_env=False) as bare:
        token = stock_site.client("admin", stock_site.servers[0]).headers["Authorization"].removeprefix("Bearer ")
        call = {"keys": [], "values": {}}
        origins = {stock_site.url.removesuffix(PREFIX): 422, "http://localhost:1": 403, "http://evil.example": 403}
        for origin, status in origins.items():
            headers = {"Cookie": f"_token={token}", "Origin": origin}
            answer = bare.post(f"{stock_site.url}/cmms/api/v1/plants/actions/create", json=call, headers=headers)
            assert answer.status_code == status, (origin, answer.text)


def test_events_stream_through_the_proxy(stock_site: Site) -> None:
    token = stock_site.client("viewer", stock_site.servers[0]).headers["Authorization"]
    with httpx.stream(
        "GET", f"{stock_site.url}/cmms/api/v1/events", headers={"Authorization": token}, timeout=60, trust_env=False
    ) as stream:
        first = next(line for line in stream.iter_lines() if line.startswith("data:"))
    assert "runs" in json.loads(first.removeprefix("data:"))


def test_a_plant_made_by_one_api_server_is_a_choice_of_the_other_at_once(stock_site: Site) -> None:
    one, other = (stock_site.client("admin", server) for server in stock_site.servers)
    probe: dict[str, Any] = {"keys": [], "values": {"plant_id": "1", "unknown": 1}}
    assert other.post(f"{API}/equipment/actions/create", json=probe).status_code == 422  # it has read the choices
    made = one.post(
        f"{API}/plants/actions/create", json={"keys": [], "values": {"plant_code": "TWO1", "name": "by one"}}
    )
    assert made.status_code == 200, made.text
    key = stock_site.query("SELECT id FROM plants WHERE plant_code = 'TWO1'")[0]["id"]
    answer = other.post(
        f"{API}/equipment/actions/create", json={"keys": [], "values": {"plant_id": str(key), "unknown": 1}}
    )
    assert "plant_id" not in answer.json()["fields"], answer.text
    listed = other.get(f"{API}/plants", params={"plant_code": "TWO1"}).json()
    assert [row["name"] for row in listed["rows"]] == ["by one"]


@pytest.mark.feature("PKG-01")
def test_the_sites_own_dag_and_ours_are_there_without_an_import_error(stock_site: Site) -> None:
    client = stock_site.client("admin", stock_site.servers[1])
    dags = {dag["dag_id"] for dag in client.get(f"{PREFIX}/api/v2/dags").json()["dags"]}
    assert {"their_own", "equipment_sync", "running_time_sync"} <= dags
    assert client.get(f"{PREFIX}/api/v2/importErrors").json()["total_entries"] == 0
    assert client.get(f"{PREFIX}/api/v2/plugins/importErrors").json()["total_entries"] == 0
